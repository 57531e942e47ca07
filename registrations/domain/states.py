"""The states of a participation and what leads from one to another: the one table.

`docs/reference/registration-states.md` is drawn from it.
"""

from __future__ import annotations

from dataclasses import dataclass

from registrations.enums import ParticipationStatus as Status
from registrations.enums import Verb
from registrations.exceptions import NotInThisStateError


@dataclass(frozen=True)
class Transition:
    """What a verb makes of a participation; `source` None is one that was not there."""

    verb: Verb
    source: Status | None
    targets: tuple[Status, ...]


TRANSITIONS = (
    Transition(Verb.SIGN_UP, None, (Status.CONFIRMED, Status.WAITING, Status.PENDING)),
    Transition(Verb.ACCEPT, Status.PENDING, (Status.CONFIRMED, Status.WAITING)),
    Transition(Verb.REFUSE, Status.PENDING, (Status.REFUSED,)),
    Transition(Verb.REFUSE, Status.WAITING, (Status.REFUSED,)),
    Transition(Verb.OFFER, Status.WAITING, (Status.OFFERED,)),
    Transition(Verb.PROMOTE, Status.WAITING, (Status.CONFIRMED,)),
    Transition(Verb.PROMOTE, Status.OFFERED, (Status.CONFIRMED,)),
    Transition(Verb.ACCEPT_OFFER, Status.OFFERED, (Status.CONFIRMED,)),
    Transition(Verb.DECLINE_OFFER, Status.OFFERED, (Status.WITHDRAWN,)),
    Transition(Verb.EXPIRE, Status.OFFERED, (Status.EXPIRED,)),
    Transition(Verb.RELEASE, Status.CONFIRMED, (Status.EXPIRED,)),
    Transition(Verb.RELEASE, Status.WAITING, (Status.EXPIRED,)),
    Transition(Verb.RELEASE, Status.PENDING, (Status.EXPIRED,)),
    Transition(Verb.REPLACE, Status.CONFIRMED, (Status.REPLACED,)),
    Transition(Verb.WITHDRAW, Status.CONFIRMED, (Status.WITHDRAWN, Status.WITHDRAWN_LATE)),
    Transition(Verb.WITHDRAW, Status.WAITING, (Status.WITHDRAWN,)),
    Transition(Verb.WITHDRAW, Status.PENDING, (Status.WITHDRAWN,)),
)


def check(verb: Verb, source: Status | None, target: Status) -> None:
    """Raises NotInThisStateError when the table has no such step."""
    if target not in targets(verb, source):
        raise NotInThisStateError


def targets(verb: Verb, source: Status | None) -> tuple[Status, ...]:
    """What a verb may make of this state; nothing where it may not be done."""
    found = (one.targets for one in TRANSITIONS if (one.verb, one.source) == (verb, source))
    return next(found, ())


#: What a place without a name may be in when its time is over.
RELEASABLE = tuple(one.source for one in TRANSITIONS if one.verb == Verb.RELEASE)
