"""Find partner services as people type them, take in the ones not listed yet, decide about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, Q, QuerySet, Sum
from wagtail.log_actions import log

from registrations.domain.locking import lock_shared, retried
from registrations.enums import PartnerStatus
from registrations.exceptions import ListedAlreadyError, NotInThisStateError
from registrations.models import FormerName, Neighbourhood, PartnerService
from registrations.models.partners import search_key, words_of

MOST_SUGGESTIONS = 12
#: What a name in a form may lead to, the best first; who was merged leads to the other.
KNOWN = (
    PartnerStatus.LISTED,
    PartnerStatus.TO_CHECK,
    PartnerStatus.MERGED,
    PartnerStatus.REFUSED,
)


@dataclass(frozen=True, kw_only=True)
class NewPartner:
    """A service as its booker described it; someone checks it later."""

    name: str
    kind_id: int | None = None
    postal_code: str = ""
    municipality: str = ""


@dataclass(frozen=True, kw_only=True)
class Totals:
    """Of all listed services; employees and volunteers as they were declared."""

    services: int
    neighbourhoods: int
    employees: int
    volunteers: int


def suggest(typed: str) -> list[PartnerService]:
    """Listed services that have each typed word in their name, or in one they had, best first, a
    dozen at most.
    """
    if not words_of(typed):
        return []
    key = search_key(typed)
    found = matching(typed).filter(status=PartnerStatus.LISTED)[: MOST_SUGGESTIONS * 4]
    ranked = sorted(found, key=lambda partner: (partner.search_key != key, partner.name))
    return ranked[:MOST_SUGGESTIONS]


def matching(typed: str) -> QuerySet[PartnerService]:
    """Those whose name, or one that they had, has each typed word or a piece of one."""
    words = words_of(typed)[:8]
    had = FormerName.objects.all()
    is_named = Q()
    for word in words:
        had = had.filter(search_key__contains=word)
        is_named &= Q(search_key__contains=word)
    found: QuerySet[PartnerService] = PartnerService.objects.filter(
        is_named | Q(pk__in=had.order_by().values("partner"))
    )
    return found


def recognise(typed: str) -> PartnerService | None:
    """The one listed service these words name, however they are written; None when unsure."""
    if not words_of(typed):
        return None
    exact = PartnerService.objects.listed().filter(_called(typed))[:2]
    return exact[0] if len(exact) == 1 else None


def plain_name(name: str) -> str:
    """Equal for two writings of one name, in this order: case, accents and dots do not count."""
    return " ".join(words_of(name))


def find_or_add(partner: PartnerService | NewPartner) -> PartnerService:
    """The service itself, or a row to check, one per name and municipality; of a service that
    was merged, the one that stands for it.

    Call it in the transaction that registers people: until that ends the service is not merged,
    so that none is left behind.
    """
    if isinstance(partner, PartnerService):
        return _living(partner)
    same = PartnerService.objects.filter(
        _called(partner.name), municipality__iexact=partner.municipality
    )
    known = min(same, key=lambda one: (KNOWN.index(one.status), one.pk), default=None)
    if known:
        return _living(known)
    made: PartnerService = PartnerService.objects.create(
        name=partner.name,
        kind_id=partner.kind_id,
        postal_code=partner.postal_code,
        municipality=partner.municipality,
        status=PartnerStatus.TO_CHECK,
    )
    return made


def lock(*partners: PartnerService) -> list[PartnerService]:
    """These rows as they are now, locked until the transaction ends, in the order given."""
    rows = PartnerService.objects.select_for_update(of=("self",)).order_by("pk")
    by_pk = {one.pk: one for one in rows.filter(pk__in=[one.pk for one in partners])}
    return [by_pk[one.pk] for one in partners]


def listed_as(partner: PartnerService) -> PartnerService | None:
    """The other service that is listed under this name in this municipality."""
    others = PartnerService.objects.listed().exclude(pk=partner.pk)
    found: PartnerService | None = others.filter(
        search_key=partner.search_key, municipality__iexact=partner.municipality
    ).first()
    return found


@retried
@transaction.atomic
def accept(partner: PartnerService, *, by: Any, at: datetime) -> PartnerService:
    """List a service that is to check, or was refused.

    Raises NotInThisStateError, and ListedAlreadyError when another has its name.
    """
    (partner,) = lock(partner)
    if partner.status not in (PartnerStatus.TO_CHECK, PartnerStatus.REFUSED):
        raise NotInThisStateError
    if other := listed_as(partner):
        raise ListedAlreadyError(other)
    _decide(partner, PartnerStatus.LISTED, "list_partner", by=by, at=at)
    return partner


@retried
@transaction.atomic
def refuse(partner: PartnerService, *, by: Any, at: datetime) -> PartnerService:
    """Say that it is no partner service: nobody finds it any more, and its registrations stay.

    Raises NotInThisStateError.
    """
    (partner,) = lock(partner)
    if partner.status not in (PartnerStatus.TO_CHECK, PartnerStatus.LISTED):
        raise NotInThisStateError
    _decide(partner, PartnerStatus.REFUSED, "refuse_partner", by=by, at=at)
    return partner


def ask_for_contact(partner: PartnerService, *, at: datetime) -> None:
    """Note that somebody of it would like us to call; of several, since the first."""
    waits = PartnerService.objects.filter(pk=partner.pk, wants_contact_since=None)
    waits.update(wants_contact_since=at)


@transaction.atomic
def contacted(partner: PartnerService, *, by: Any, at: datetime) -> bool:
    """Note that somebody got in touch, as the service had asked; returns whether it had."""
    (partner,) = lock(partner)
    if partner.wants_contact_since is None:
        return False
    partner.wants_contact_since = None
    partner.save(update_fields=["wants_contact_since"])
    log(partner, "registrations.contacted_partner", user=by, timestamp=at)
    return True


def totals() -> Totals:
    """In two queries."""
    listed = PartnerService.objects.listed()
    found = listed.aggregate(
        services=Count("pk"), employees=Sum("employees"), volunteers=Sum("volunteers")
    )
    return Totals(
        services=found["services"],
        neighbourhoods=Neighbourhood.objects.filter(partner__in=listed.order_by()).count(),
        employees=found["employees"] or 0,
        volunteers=found["volunteers"] or 0,
    )


def _called(name: str) -> Q:
    key = search_key(name)[:200]
    had = FormerName.objects.filter(search_key=key)
    return Q(search_key=key) | Q(pk__in=had.order_by().values("partner"))


def _living(partner: PartnerService) -> PartnerService:
    # Shared: two people of one service may register at once, but not while it is merged.
    while True:
        [partner] = lock_shared(PartnerService.objects.filter(pk=partner.pk))
        if partner.merged_into is None:
            return partner
        partner = partner.merged_into


def _decide(
    partner: PartnerService, status: PartnerStatus, name: str, *, by: Any, at: datetime
) -> None:
    partner.status = status
    try:
        with transaction.atomic():
            partner.save(update_fields=["status"])
    except IntegrityError as error:
        # Somebody listed another one of its name meanwhile.
        raise ListedAlreadyError(listed_as(partner) or partner) from error
    log(partner, f"registrations.{name}", user=by, timestamp=at)
