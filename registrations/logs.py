"""Keep secret addresses out of logs: of a receipt, an answer, a service, a calendar, a letter,
a desk, a trainer, what somebody keeps.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from copy import copy
from typing import Any

from django.core.exceptions import SuspiciousOperation

#: As in urls.py. Long enough to be a secret, whole or mistyped; a page of the host may be masked
#: too when it stands below the same word and has a long name.
SECRET = re.compile(
    r"(/(?:receipt|answer|service|calendar|stop|desk|trainer|mine)/)[^/?#\s\"']{16,}?(?=\.ics\b|[/?#\s\"']|$)"
)
MASK = r"\1***"


class HideSecrets(logging.Filter):
    """Lets everything pass, without the secrets of our addresses."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = masked(record.msg)
        # A mapping stands for itself; gunicorn's has an answer for every name.
        if isinstance(record.args, dict):
            args = copy(record.args)
            args.update({name: masked(value) for name, value in args.items()})
            record.args = args
        elif record.args:
            record.args = tuple(masked(value) for value in record.args)
        # Mails to administrators and structured logs would take the address from the request.
        path = getattr(getattr(record, "request", None), "path", None)
        if isinstance(path, str) and SECRET.search(path):
            vars(record).pop("request")
        return True


def masked(value: Any) -> Any:
    return SECRET.sub(MASK, value) if isinstance(value, str) else value


def hide_secrets() -> None:
    """Filter what is said of requests; once a process, however often it is asked."""
    for name in loggers():
        logger = logging.getLogger(name)
        if not any(isinstance(one, HideSecrets) for one in logger.filters):
            logger.addFilter(HideSecrets())


def loggers() -> Iterator[str]:
    """A logger's filter does not see what those below it are told: each is named."""
    yield from ("django.request", "django.server", "django.security.csrf")
    yield from ("gunicorn.access", "gunicorn.error")
    kinds = [SuspiciousOperation]
    for kind in kinds:
        kinds.extend(kind.__subclasses__())
        yield f"django.security.{kind.__name__}"
