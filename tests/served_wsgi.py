"""What gunicorn serves: the site, with a pause where a race would be lost, with or without lock.

The pause is the same in both, so that the lock is the only difference between an experiment and
its control.
"""

import os
import time

from django.core.wsgi import get_wsgi_application

from tests.served_settings import SERVED_TRUSTING, SERVED_WITHOUT_LOCK

application = get_wsgi_application()

from registrations.domain import sharing, signup, waiting_list  # noqa: E402 -- Django is ready now
from trainings.models import TrainingSession  # noqa: E402
from trainings.models.calendar_state import Reading  # noqa: E402

PAUSE = float(os.environ.get("SERVED_PAUSE", "0"))  # seconds
MEETING = os.environ.get("SERVED_MEETING", "")  # a file, when there is a pause
MEETS_WITHIN = 3.0  # seconds


def sharing_of_after_a_pause(sessions, **options):
    """Count, and leave others the time to count as well before anything is written."""
    counted = sharing.sharing_of(sessions, **options)
    if PAUSE:
        meet()
        time.sleep(PAUSE)
    return counted


def meet():
    """The first to come waits for a second: on a slow machine a pause alone may meet nobody.

    Where a lock keeps everybody else out, that wait is in vain, once.
    """
    until = time.monotonic() + MEETS_WITHIN
    with open(MEETING, "ab", buffering=0) as met:
        met.write(b".")
        while os.fstat(met.fileno()).st_size < 2 and time.monotonic() < until:
            time.sleep(0.01)


def read_sessions(session_ids):
    """What `lock_sessions()` returns, without locking anything."""
    return list(
        TrainingSession.objects.filter(pk__in=set(session_ids))
        .select_related("training__programme")
        .order_by("pk")
    )


vars(waiting_list).update(sharing_of=sharing_of_after_a_pause)
if SERVED_WITHOUT_LOCK:
    vars(signup).update(lock_sessions=read_sessions)
if SERVED_TRUSTING:
    Reading.is_settled = lambda self, at: True  # type: ignore[method-assign]
