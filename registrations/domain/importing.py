"""A list of partner services is kept while somebody looks at it, then written, in one go."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from wagtail.log_actions import log
from wagtail.search.backends import get_search_backends

from registrations.domain.import_plan import Fault, ImportLine, ImportPlan, Planned, plan
from registrations.domain.locking import retried
from registrations.exceptions import ImportChangedError
from registrations.models import (
    Contact,
    FormerName,
    Neighbourhood,
    PartnerImport,
    PartnerService,
)
from registrations.models.partners import search_key

#: How long a file waits for a decision.
KEPT = timedelta(days=1)
#: Rows that one statement writes: SQLite takes so many values, and no more.
BATCH = 200


def keep(content: bytes, *, name: str, by: Any, at: datetime) -> PartnerImport:
    """Keep a file until it is decided about."""
    made: PartnerImport = PartnerImport.objects.create(
        content=content, name=name[:120], read_at=at, read_by=by
    )
    return made


def remove_old(*, at: datetime) -> int:
    """Files nobody has decided about for a day; returns how many."""
    deleted, _by_model = PartnerImport.objects.filter(read_at__lt=at - KEPT).delete()
    return deleted


def kept(pk: int, *, by: Any, at: datetime) -> PartnerImport | None:
    """The file, for whoever brought it."""
    rows = PartnerImport.objects.filter(pk=pk, read_by=by, read_at__gte=at - KEPT)
    found: PartnerImport | None = rows.first()
    return found


@retried
def carry_out(
    file: PartnerImport,
    lines: Iterable[ImportLine],
    faults: Iterable[Fault],
    *,
    shown: str,
    skips_faults: bool,
    by: Any,
    at: datetime,
) -> ImportPlan:
    """Write what was shown, all in one transaction, and forget the file; returns what was done.

    `shown` is the digest of the plan that was looked at. Raises ImportChangedError, and nothing
    has happened, when the directory has changed since, when somebody else decided about the file,
    or when lines are faulty and `skips_faults` does not say to leave them out.
    """
    try:
        with transaction.atomic():
            if not PartnerImport.objects.select_for_update().filter(pk=file.pk).exists():
                raise ImportChangedError
            # Nobody merges or decides about one of them meanwhile.
            list(PartnerService.objects.select_for_update(of=("self",)).order_by("pk").only("pk"))
            found = plan(lines, faults)
            if found.digest != shown or (found.faults and not skips_faults):
                raise ImportChangedError
            _write(found)
            told = {
                "new": len(found.new),
                "changed": len(found.changed),
                "unchanged": found.unchanged,
                "faults": len(found.faults),
            }
            log(file, "registrations.import_partners", user=by, timestamp=at, data=told)
            PartnerImport.objects.filter(pk=file.pk).delete()
            return found
    except IntegrityError as error:
        # A service of one of these names, or numbers, was added meanwhile.
        raise ImportChangedError from error


def _write(found: ImportPlan) -> None:
    touched = [*found.new, *found.changed]
    changed = {change.field for one in found.changed for change in one.changes}
    PartnerService.objects.bulk_create([one.partner for one in found.new], batch_size=BATCH)
    # Only those: what nobody has changed here may have been changed elsewhere.
    if changed:
        fields = sorted({"kind" if name == "kind_id" else name for name in changed})
        rows = [one.partner for one in found.changed if one.changes]
        PartnerService.objects.bulk_update(rows, [*fields, "search_key"], batch_size=BATCH)
    _write_neighbourhoods(touched)
    _write_names(touched)
    _write_contacts(touched)
    renamed = [one for one in found.changed if any(it.field == "name" for it in one.changes)]
    for backend in get_search_backends(with_auto_update=True):
        backend.add_bulk(PartnerService, [one.partner for one in [*found.new, *renamed]])


def _write_neighbourhoods(touched: list[Planned]) -> None:
    gone = [row.pk for one in touched for row in one.gone_neighbourhoods]
    Neighbourhood.objects.filter(pk__in=gone).delete()
    Neighbourhood.objects.bulk_create(
        [
            Neighbourhood(partner=one.partner, name=name)
            for one in touched
            for name in one.new_neighbourhoods
        ],
        batch_size=BATCH,
    )


def _write_names(touched: list[Planned]) -> None:
    FormerName.objects.bulk_create(
        [
            FormerName(partner=one.partner, name=name, search_key=search_key(name)[:200])
            for one in touched
            for name in one.new_names
        ],
        batch_size=BATCH,
    )


def _write_contacts(touched: list[Planned]) -> None:
    new: list[Contact] = []
    known: list[Contact] = []
    for one in touched:
        if one.contact:
            one.contact.partner = one.partner
            (known if one.contact.pk else new).append(one.contact)
    Contact.objects.bulk_create(new, batch_size=BATCH)
    fields = ["first_name", "last_name", "function", "email", "phone"]
    Contact.objects.bulk_update(known, fields, batch_size=BATCH)
