"""Who gets a place: plain arithmetic, without database or clock."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Places:
    """The places of one session at one instant; `capacity` None is unlimited."""

    capacity: int | None
    taken: int
    waiting: int

    @property
    def left(self) -> int | None:
        """Never below zero, even when a capacity was lowered under the confirmed."""
        return None if self.capacity is None else max(0, self.capacity - self.taken)

    @property
    def is_full(self) -> bool:
        """Whether who signs up now waits: no place left, or others wait for those there are."""
        return self.waiting > 0 or self.left == 0

    def seat(self, people: int, *, keep_together: bool) -> int:
        """How many of a group of `people` are confirmed; the rest wait, in the group's order.

        Nobody overtakes the queue. A group that wants to stay together waits as a whole when
        it does not fit as a whole.
        """
        if self.is_full:
            return 0
        if self.left is None or people <= self.left:
            return people
        return 0 if keep_together else self.left
