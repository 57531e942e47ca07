"""Many attestations as one file: asked for on a screen, made in the background, kept for a day.

Who asks is not kept waiting: the process that was asked makes it in a thread, and when that
process ends, `tend_places` begins anew. A file of people is not kept longer than it takes to
download it.
"""

from __future__ import annotations

import logging
import threading
import unicodedata
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from wagtail.log_actions import log

from registrations.background import Background
from registrations.domain.locking import retried
from registrations.exceptions import NobodyCameError
from registrations.models import Attestation, AttestationBundle, PartnerService
from registrations.papers import attestation as paper
from trainings.models import TrainingSession

logger = logging.getLogger(__name__)

#: It is made anew when whoever made it has been silent for so long.
LEASE = timedelta(minutes=2)
#: How many between two words on how far it is.
STEP = 5
#: How long it may be downloaded.
KEPT = timedelta(days=1)


def attestations_of(
    *,
    session: TrainingSession | None = None,
    partner: PartnerService | None = None,
    year: int | None = None,
) -> QuerySet[Attestation]:
    """Valid ones, by name; those of a service in a year are of sessions that began in it."""
    found = Attestation.objects.filter(withdrawn_at=None)
    if session is not None:
        found = found.filter(session=session)
    if partner is not None:
        found = found.filter(participant__registration__partner=partner)
    if year is not None:
        found = found.filter(
            Q(session__starts_on__year=year)
            | Q(session=None, lines__participation__session__starts_on__year=year)
        ).distinct()
    return found.order_by("participant__last_name", "participant__first_name", "number")


@retried
@transaction.atomic
def ask(
    *,
    session: TrainingSession | None = None,
    partner: PartnerService | None = None,
    year: int | None = None,
    by: Any = None,
    at: datetime,
) -> AttestationBundle:
    """Have the file made; asked again while it is being made, it is the same one.

    Raises NobodyCameError when there is no attestation.
    """
    about: dict[str, Any] = {"session": session, "partner": partner, "year": year}
    total = attestations_of(**about).count()
    if not total:
        raise NobodyCameError
    unfinished = AttestationBundle.objects.filter(finished_at=None, asked_at__gt=at - KEPT)
    bundle = unfinished.filter(**about).defer("content").first()
    if bundle is None:
        bundle = AttestationBundle.objects.create(**about, total=total, asked_at=at, asked_by=by)
        log(
            session or partner,
            "registrations.bundle_attestations",
            user=by,
            timestamp=at,
            data={"number": total},
        )
    transaction.on_commit(printer.wake, robust=True)
    return bundle


def make_due(*, now: Callable[[], datetime]) -> int:
    """Make those nobody is making; returns how many were finished, with a fault or without."""
    finished = 0
    while bundle := _take(at=now()):
        try:
            content = _make(bundle, now=now)
        except _StoppedError:
            return finished
        except Exception as error:
            # Its words may hold a name.
            logger.error("File %s of attestations: %s", bundle.pk, type(error).__name__)
            _finish(bundle, fault=type(error).__name__, at=now())
        else:
            _finish(bundle, content=content, at=now())
        finished += 1
    return finished


def remove_old(*, at: datetime) -> int:
    """Those of yesterday; returns how many."""
    deleted, _by_model = AttestationBundle.objects.filter(asked_at__lte=at - KEPT).delete()
    return deleted


def file_name(attestation: Attestation) -> str:
    """In the file, by name: "Nguyễn Thị 2027-000001.pdf"; nothing that leads to another folder."""
    said = attestation.said
    name = "".join(
        letter if unicodedata.category(letter)[0] in "LMN" or letter in " '’-" else "_"
        for letter in f"{said.last_name} {said.first_name}"
    )
    return f"{name[:100].strip()} {attestation.number}.pdf"


# --- making one ----------------------------------------------------------------------------------


class _StoppedError(Exception):
    """The process ends: somebody else begins anew."""


@retried
@transaction.atomic
def _take(*, at: datetime) -> AttestationBundle | None:
    """One that is nobody's, leased."""
    free = AttestationBundle.objects.filter(finished_at=None, asked_at__gt=at - KEPT)
    free = free.filter(Q(leased_until=None) | Q(leased_until__lte=at)).order_by("asked_at", "pk")
    bundle = free.select_for_update(of=("self",), skip_locked=True).defer("content").first()
    if bundle is not None:
        bundle.leased_until, bundle.done = at + LEASE, 0
        bundle.save(update_fields=["leased_until", "done"])
    return bundle


def _make(bundle: AttestationBundle, *, now: Callable[[], datetime]) -> bytes:
    found = list(attestations_of(session=bundle.session, partner=bundle.partner, year=bundle.year))
    _say(bundle, total=len(found))
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, attestation in enumerate(found, start=1):
            archive.writestr(file_name(attestation), paper.as_pdf(attestation))
            if number % STEP == 0:
                if not threading.main_thread().is_alive():
                    _say(bundle, leased_until=None)
                    raise _StoppedError
                _say(bundle, done=number, leased_until=now() + LEASE)
    return content.getvalue()


@retried
def _say(bundle: AttestationBundle, **fields: Any) -> None:
    AttestationBundle.objects.filter(pk=bundle.pk, finished_at=None).update(**fields)


@retried
def _finish(
    bundle: AttestationBundle, *, content: bytes | None = None, fault: str = "", at: datetime
) -> None:
    fields: dict[str, Any] = {"content": content, "fault": fault, "finished_at": at}
    if content is not None:
        bundle.refresh_from_db(fields=["total"])
        fields["done"] = bundle.total
    AttestationBundle.objects.filter(pk=bundle.pk, finished_at=None).update(**fields)


def _make_all() -> None:
    make_due(now=timezone.now)


printer = Background("print attestations", _make_all)
