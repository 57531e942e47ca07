"""Two rows that are one partner service become one; for a while this can be undone.

Nothing is deleted: what both have alike stays with the row that was merged, which nobody finds
any more, so that undoing puts everything back where it was.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from wagtail.log_actions import log

from registrations.domain.locking import retried
from registrations.domain.partners import listed_as, lock
from registrations.enums import PartnerStatus, TokenPurpose
from registrations.exceptions import CannotMergeError, CannotUndoMergeError
from registrations.models import (
    AccessToken,
    Contact,
    DifferentServices,
    FormerName,
    Neighbourhood,
    PartnerMerge,
    PartnerService,
    PrivateFeed,
    Registration,
    ServiceCap,
)

#: How long a merge can be undone.
UNDOABLE = timedelta(days=30)
#: What the row that stays takes from the other where it has nothing itself.
FILLED = (
    "kind_id",
    "email",
    "postal_code",
    "municipality",
    "region",
    "reference",
    "employees",
    "volunteers",
    "wants_contact_since",
)
#: Models whose rows follow, by what they are noted as; the field by which a service has one only.
FOLLOW: dict[str, tuple[Any, str]] = {
    "registrations": (Registration, ""),
    "contacts": (Contact, ""),
    "former_names": (FormerName, "search_key"),
    "neighbourhoods": (Neighbourhood, "name"),
    "caps": (ServiceCap, "rules"),
}


def foresee(kept: PartnerService, merged: PartnerService) -> dict[str, int]:
    """How many of each would follow; nothing is written."""
    counted = {name: _following(name, kept, merged).count() for name in FOLLOW}
    return counted | {"trainers": merged.trainers.count()}


def check_can_merge(kept: PartnerService, merged: PartnerService) -> None:
    """Raises CannotMergeError. A listed one is not merged into one that is still to check."""
    order: list[str] = [PartnerStatus.LISTED, PartnerStatus.TO_CHECK]
    if kept.pk == merged.pk or {kept.status, merged.status} - set(order):
        raise CannotMergeError
    if order.index(kept.status) > order.index(merged.status):
        raise CannotMergeError


@retried
@transaction.atomic
def merge(kept: PartnerService, merged: PartnerService, *, by: Any, at: datetime) -> PartnerMerge:
    """Let `kept` stand for both: registrations, contacts, names, neighbourhoods, trainers and
    exceptions of rules follow, and the name of the other is one it had.

    Secret links of the merged one end for good. Nobody loses a place, even where the two together
    have more than a service may. Both rows are locked. Raises CannotMergeError.
    """
    kept, merged = lock(kept, merged) if kept.pk != merged.pk else (kept, merged)
    check_can_merge(kept, merged)
    moved: dict[str, Any] = {"status": merged.status, **_move_rows(kept, merged)}
    moved["trainers"] = _move_trainers(kept, merged)
    moved["pointed"] = _point(PartnerService.objects.filter(merged_into=merged), kept)
    moved["different"] = _forget_different(kept, merged)
    _end_links(merged, at=at)
    merged.status, merged.merged_into = PartnerStatus.MERGED, kept
    merged.save(update_fields=["status", "merged_into"])
    moved["filled"] = _fill(kept, merged)
    moved["name"] = _keep_name(kept, merged)
    made = PartnerMerge.objects.create(
        kept=kept, merged=merged, moved=moved, merged_at=at, merged_by=by
    )
    _log("merge_partners", made, by=by, at=at)
    return made


@retried
@transaction.atomic
def undo(merge: PartnerMerge, *, by: Any, at: datetime) -> PartnerMerge:
    """Make two of them again: what came along goes back, if it is still there.

    Secret links that ended stay so. Raises CannotUndoMergeError.
    """
    kept, merged = lock(merge.kept, merge.merged)
    merge = PartnerMerge.objects.select_for_update(of=("self",)).get(pk=merge.pk)
    check_can_undo(merge, kept=kept, at=at)
    moved = merge.moved
    _unfill(kept, moved["filled"])
    FormerName.objects.filter(pk=moved["name"], partner=kept).delete()
    merged.status, merged.merged_into = moved["status"], None
    _check_name_is_free(merged)
    merged.save(update_fields=["status", "merged_into"])
    _move_back(kept, merged, moved)
    merge.undone_at = at
    merge.save(update_fields=["undone_at"])
    _log("undo_merge", merge, by=by, at=at)
    return merge


def check_can_undo(merge: PartnerMerge, *, kept: PartnerService, at: datetime) -> None:
    if merge.undone_at is not None:
        raise CannotUndoMergeError(CannotUndoMergeError.UNDONE)
    if at - merge.merged_at > UNDOABLE:
        raise CannotUndoMergeError(CannotUndoMergeError.TOO_LATE)
    if kept.status == PartnerStatus.MERGED:
        raise CannotUndoMergeError(CannotUndoMergeError.MERGED_SINCE)


def merges_of(partner: PartnerService, *, at: datetime) -> list[tuple[PartnerMerge, bool]]:
    """What was merged into it, the last one first; each with whether it can be undone still."""
    found = partner.merges.select_related("merged", "merged_by")
    return [(one, _is_undoable(one, kept=partner, at=at)) for one in found]


def _is_undoable(merge: PartnerMerge, *, kept: PartnerService, at: datetime) -> bool:
    try:
        check_can_undo(merge, kept=kept, at=at)
    except CannotUndoMergeError:
        return False
    return True


def _following(name: str, kept: PartnerService, merged: PartnerService) -> QuerySet[Any]:
    """The rows that go along: not those that would be there twice."""
    model, once = FOLLOW[name]
    rows: QuerySet[Any] = model.objects.filter(partner=merged).order_by("pk")
    if not once:
        return rows
    there = model.objects.filter(partner=kept).order_by().values(once)
    return rows.exclude(**{f"{once}__in": there})


def _move_rows(kept: PartnerService, merged: PartnerService) -> dict[str, Any]:
    moved: dict[str, Any] = {"first_contact": None}
    first = merged.contacts.filter(is_primary=True).first()
    if first and kept.contacts.filter(is_primary=True).exists():
        # Each service has one; that of the row that stays is meant.
        Contact.objects.filter(pk=first.pk).update(is_primary=False)
        moved["first_contact"] = first.pk
    for name, (model, _once) in FOLLOW.items():
        moved[name] = list(_following(name, kept, merged).values_list("pk", flat=True))
        model.objects.filter(pk__in=moved[name]).update(partner=kept)
    return moved


def _move_trainers(kept: PartnerService, merged: PartnerService) -> dict[str, list[int]]:
    theirs = list(merged.trainers.order_by("pk").values_list("pk", flat=True))
    there = set(kept.trainers.values_list("pk", flat=True))
    new = [pk for pk in theirs if pk not in there]
    kept.trainers.add(*new)
    merged.trainers.clear()
    return {"all": theirs, "new": new}


def _point(rows: QuerySet[PartnerService], kept: PartnerService) -> list[int]:
    """Those that were merged before lead to the one that stands for all."""
    pks = list(rows.order_by("pk").values_list("pk", flat=True))
    PartnerService.objects.filter(pk__in=pks).update(merged_into=kept)
    return pks


def _forget_different(kept: PartnerService, merged: PartnerService) -> bool:
    first, second = sorted([kept.pk, merged.pk])
    rows = DifferentServices.objects.filter(first=first, second=second)
    return bool(rows.delete()[0])


def _end_links(merged: PartnerService, *, at: datetime) -> None:
    links = AccessToken.objects.filter(purpose=TokenPurpose.SERVICE, partner=merged)
    links.filter(revoked_at=None).update(revoked_at=at)
    PrivateFeed.objects.of(merged).living().update(revoked_at=at)


def _fill(kept: PartnerService, merged: PartnerService) -> dict[str, Any]:
    """What is not known of the one is taken from the other, and what either does not want holds."""
    empty = (None, "")
    filled = {
        name: getattr(merged, name)
        for name in FILLED
        if getattr(kept, name) in empty and getattr(merged, name) not in empty
    }
    if "municipality" in filled and _is_listed_there(kept, filled["municipality"]):
        del filled["municipality"]
    if merged.do_not_name and not kept.do_not_name:
        filled["do_not_name"] = True
    for name, value in filled.items():
        setattr(kept, name, value)
    kept.save()
    # As text: JSON would round a moment, and it would not be found equal any more.
    since = filled.get("wants_contact_since")
    return filled | ({"wants_contact_since": since.isoformat()} if since else {})


def _is_listed_there(kept: PartnerService, municipality: str) -> bool:
    there = PartnerService(
        pk=kept.pk, search_key=kept.search_key, municipality=municipality, status=kept.status
    )
    return kept.status == PartnerStatus.LISTED and listed_as(there) is not None


def _unfill(kept: PartnerService, filled: dict[str, Any]) -> None:
    """Unless somebody has written something else meanwhile."""
    for name, value in filled.items():
        field: Any = PartnerService._meta.get_field(name)
        if getattr(kept, name) == field.to_python(value):
            setattr(kept, name, field.get_default())
    kept.save()


def _keep_name(kept: PartnerService, merged: PartnerService) -> int | None:
    """The name of the merged one is one the other had: typed, it is recognised."""
    key = merged.search_key
    if key == kept.search_key or kept.former_names.filter(search_key=key).exists():
        return None
    return FormerName.objects.create(partner=kept, name=merged.name).pk


def _check_name_is_free(merged: PartnerService) -> None:
    others = PartnerService.objects.exclude(pk=merged.pk)
    has_number = Q(reference=merged.reference) & ~Q(status=PartnerStatus.MERGED)
    number_is_taken = merged.reference and others.filter(has_number).exists()
    name_is_taken = merged.status == PartnerStatus.LISTED and listed_as(merged)
    if name_is_taken or number_is_taken:
        raise CannotUndoMergeError(CannotUndoMergeError.NAME_TAKEN)


def _move_back(kept: PartnerService, merged: PartnerService, moved: dict[str, Any]) -> None:
    for name, (model, _once) in FOLLOW.items():
        model.objects.filter(pk__in=moved[name], partner=kept).update(partner=merged)
    is_first = Contact.objects.filter(pk=moved["first_contact"], partner=merged)
    if not merged.contacts.filter(is_primary=True).exists():
        is_first.filter(left_on=None).update(is_primary=True)
    kept.trainers.remove(*moved["trainers"]["new"])
    merged.trainers.add(*moved["trainers"]["all"])
    pointed = PartnerService.objects.filter(pk__in=moved["pointed"], merged_into=kept)
    pointed.update(merged_into=merged)
    if moved["different"]:
        first, second = sorted([kept.pk, merged.pk])
        DifferentServices.objects.get_or_create(first_id=first, second_id=second)


def _log(name: str, merge: PartnerMerge, *, by: Any, at: datetime) -> None:
    for one, other in ((merge.kept, merge.merged), (merge.merged, merge.kept)):
        log(one, f"registrations.{name}", user=by, timestamp=at, data={"with": other.pk})
