"""The attestation of participation on paper: one page in the language of its person."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import segno
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from wagtail.models import Site

from registrations.models import Attestation, AttestationFacts
from registrations.papers.printing import compile_pdf
from trainings import wording

#: Readable from a crumpled copy.
QR_ERROR = "m"


def as_pdf(attestation: Attestation) -> bytes:
    """PDF/UA-1. Needs the extra `[pdf]`: ask `can_print()` first."""
    said = words_of(attestation)
    return compile_pdf("attestation", said, images={"code.svg": _qr_code(said["address"])})


def file_name(attestation: Attestation) -> str:
    """Tells nobody's name: it ends up in a list of downloads."""
    return f"attestation-{attestation.number}.pdf"


def words_of(attestation: Attestation) -> dict[str, Any]:
    """All that is written on it, as plain text for either template."""
    facts = attestation.said
    with translation.override(attestation.language):
        address = check_address(attestation)
        return {
            "language": attestation.language,
            "kind": _("Attestation of participation"),
            "title": _("Attestation of participation %(number)s") % {"number": attestation.number},
            "organiser": facts.organiser,
            "sentence": _sentence(facts),
            "details": [list(one) for one in _details(facts) if one[1]],
            "sessions": _sessions(facts) if facts.is_of_several else None,
            "funders": facts.funders,
            "issued": _issued(facts),
            "signature": [
                _("For %(organiser)s") % {"organiser": facts.organiser or _("the organiser")},
                _("Name, function and signature"),
            ],
            "reference": _("Ref. %(number)s, code %(code)s")
            % {"number": attestation.number, "code": attestation.code},
            "check": _("Whether it is genuine and still valid is to be read at:"),
            "address": address,
            "code_alt": _("QR code that leads to %(address)s") % {"address": address},
        }


def check_address(attestation: Attestation) -> str:
    """Where anybody checks it, on the main site, in the active language."""
    site = Site.objects.get(is_default_site=True)
    return f"{site.root_url}{reverse('registrations:check_code', args=[attestation.code])}"


def code_as_svg(address: str) -> str:
    """For a page: drawn where it stands, without a file of its own."""
    return str(segno.make(address, error=QR_ERROR, micro=False).svg_inline(scale=3, omitsize=True))


def _qr_code(address: str) -> bytes:
    drawn = BytesIO()
    segno.make(address, error=QR_ERROR, micro=False).save(drawn, kind="svg", scale=4)
    return drawn.getvalue()


def _sentence(facts: AttestationFacts) -> str:
    person = ", ".join(filter(None, (facts.name, facts.function, facts.service)))
    said = {
        "organiser": facts.organiser or _("The organiser"),
        "person": person,
        "title": facts.title,
        "when": _when(facts),
        "hours": wording.duration(facts.attended),
    }
    if facts.is_of_several:
        number = len(facts.sessions)
        sentence = ngettext(
            "%(organiser)s attests that %(person)s has taken part in %(number)d session of "
            "“%(title)s”, %(when)s, for a total of %(hours)s.",
            "%(organiser)s attests that %(person)s has taken part in %(number)d sessions of "
            "“%(title)s”, %(when)s, for a total of %(hours)s.",
            number,
        )
        return sentence % {**said, "number": number}
    sentence = _(
        "%(organiser)s attests that %(person)s has taken part in “%(title)s”, %(when)s, "
        "%(where)s, for a total of %(hours)s."
    )
    return sentence % {**said, "where": _where(facts.sessions[0].place)}


def _when(facts: AttestationFacts) -> str:
    days = {"first": wording.day(facts.first_day), "last": wording.day(facts.last_day)}
    if facts.first_day == facts.last_day:
        return pgettext("in the sentence of an attestation", "on %(first)s") % days
    return pgettext("in the sentence of an attestation", "from %(first)s to %(last)s") % days


def _where(place: str) -> str:
    if not place:
        return pgettext("in the sentence of an attestation", "online")
    return pgettext("in the sentence of an attestation", "in %(place)s") % {"place": place}


def _details(facts: AttestationFacts) -> list[tuple[str, str]]:
    half_days = ngettext("%(number)d half-day", "%(number)d half-days", facts.half_days)
    return [
        (_("Participant"), facts.name),
        (_("Function"), facts.function),
        (_("Service"), facts.service),
        (_("Training"), facts.title),
        (_("Date"), _days(facts)),
        (_("Place"), "" if facts.is_of_several else facts.sessions[0].place or _("Online")),
        (_("Hours attended"), wording.duration(facts.attended)),
        (_("Half-days"), half_days % {"number": facts.half_days} if facts.half_days else ""),
        (_("Organised by"), facts.organiser),
        (_("Led by"), ", ".join(facts.trainers)),
    ]


def _days(facts: AttestationFacts) -> str:
    if facts.first_day == facts.last_day:
        return wording.day(facts.first_day)
    days = {"first": wording.day(facts.first_day), "last": wording.day(facts.last_day)}
    return _("%(first)s – %(last)s") % days


def _sessions(facts: AttestationFacts) -> dict[str, Any]:
    """As a table: what was attended when, and how long."""
    return {
        "caption": _("Sessions attended"),
        "heads": [_("Date"), _("Training"), _("Place"), _("Hours attended")],
        "rows": [
            [
                wording.day(one.starts_on),
                one.title,
                one.place or _("Online"),
                wording.duration(one.attended),
            ]
            for one in facts.sessions
        ],
        "total": [_("Total"), wording.duration(facts.attended)],
    }


def _issued(facts: AttestationFacts) -> str:
    said = {"day": wording.day(facts.issued_on), "place": facts.place_of_issue}
    if facts.place_of_issue:
        return _("Issued in %(place)s on %(day)s") % said
    return _("Issued on %(day)s") % said
