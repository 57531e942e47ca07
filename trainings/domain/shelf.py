"""What was made once and may be given out again, within a process and a number of bytes."""

from __future__ import annotations

from collections.abc import Hashable
from contextlib import suppress
from threading import Lock
from typing import Generic, TypeVar

from cachetools import LRUCache

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Shelf(Generic[Key, Value]):
    """The least recently used goes first. Whoever takes something from it checks that it holds."""

    def __init__(self, capacity: int) -> None:
        """`capacity` is in bytes of what `keep()` is told."""
        self._kept: LRUCache[Key, tuple[Value, int]] = LRUCache(
            capacity, getsizeof=lambda kept: kept[1]
        )
        self._lock = Lock()

    def get(self, key: Key) -> Value | None:
        with self._lock:
            kept = self._kept.get(key)
        return kept[0] if kept else None

    def keep(self, key: Key, value: Value, *, size: int) -> None:
        """What is larger than the whole shelf is not kept."""
        with self._lock, suppress(ValueError):
            self._kept[key] = value, size

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()
