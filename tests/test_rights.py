"""Roles × addresses × methods: whoever may see and do what, from the table tests/rights.txt.

A role *may* when it gets past the door: to a page, to a form with faults, to what a post leads to.
Who may not is sent to log in or to the admin's home, or told that it is forbidden or that there is
nothing. Behind the door, nobody reads what they may not know. An address that is not in the table
fails.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from wagtail.documents import get_document_model
from wagtail.models import ModelLogEntry

from registrations.domain import attendance, day_links, merging
from registrations.domain.attendance import Note
from registrations.domain.evaluations import FEWEST
from registrations.enums import PartnerStatus, PresenceSource, TokenPurpose
from registrations.models import (
    Attestation,
    AttestationBundle,
    Evaluation,
    OutgoingEmail,
    Participation,
    PartnerImport,
    ServiceKind,
    SheetScan,
    SignUpQuestions,
)
from tests.factories.letters import to_people, write
from tests.factories.registrations import partner, person, registration
from tests.factories.trainings import catalogue, programme_page, session, training_page, venue
from tests.factories.users import user
from trainings.models import (
    Audience,
    ClosedPeriod,
    Funder,
    SessionSeries,
    Theme,
    Trainer,
    TranslatedText,
)
from trainings.models.rules import Repeats, SpokenRule

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.usefixtures("referenced")]

TABLE = Path(__file__).with_name("rights.txt")
#: By the letter of the table. The first three have no account.
ROLES = {
    "a": "anonymous",
    "d": "desk",
    "t": "trainer",
    "w": "welcome",
    "e": "editor",
    "p": "partners",
    "m": "manager",
}
OURS = ("registrations", "trainings", "message_texts", "wagtailsnippet")
NOW = timezone.now()
TODAY = timezone.localdate()
DAY = timedelta(days=1)
#: What the first participant told; each is found wherever it stands.
NAME, MAIL, WISH = "Nomparticulier", "adresse-particuliere@x.example", "questionparticuliere"
NEED, DIET = "besoinparticulier", "regimeparticulier"
#: What each role must not find on any page that is open to it.
UNSEEN = {
    "a": (NAME, MAIL, WISH, NEED, DIET),
    "d": (MAIL, WISH, NEED, DIET),
    "t": (MAIL, NEED, DIET),
    "w": (MAIL, WISH, NEED, DIET),
    "e": (NAME, MAIL, WISH, NEED, DIET),
    "p": (NAME, MAIL, WISH, NEED, DIET),
    "m": (),
}
NOTHING = "Xo3_k-9vQ2mZ7sT1wLr8uYb5nGd0cHeA"

ALL = ("add", "change", "delete", "view")
#: What a host gives each of its groups.
PERMISSIONS = {
    "welcome": ["registrations.record_presence"],
    "editor": [
        *(
            f"trainings.{act}_{model}"
            for model in ("trainingsession", "venue", "trainer", "theme", "funder")
            for act in ALL
        ),
        *(f"trainings.{act}_{one}" for one in ("training", "programme") for act in ALL[1::2]),
        "registrations.change_messagetext",
    ],
    "partners": [f"registrations.{act}_partnerservice" for act in ("add", "change", "view")],
    "manager": [
        "registrations.view_registration",
        "registrations.change_registration",
        "registrations.view_outgoingemail",
        "trainings.view_trainingsession",
    ],
}


def addresses(resolver: Any = None, names: tuple[str, ...] = ()) -> Iterator[str]:
    """Names of all our addresses, those of snippets included. Of a chooser, which is Wagtail's, the
    one with the list.
    """
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLResolver):
            yield from addresses(one, (*names, one.namespace) if one.namespace else names)
        elif isinstance(one, URLPattern) and names and names[0].startswith(OURS):
            is_chooser = names[0].startswith("wagtailsnippetchoosers")
            if not is_chooser or one.name == "choose":
                yield ":".join((*names, one.name or ""))


def table() -> dict[str, tuple[str, str]]:
    """Who may get and who may post, by address."""
    rows = [line.split() for line in TABLE.read_text().splitlines() if line[:1] not in ("", "#")]
    return {name: (get, post) for name, get, post in rows}


@pytest.fixture
def world() -> dict[str, Any]:
    """One of everything, around a session that goes on now whatever the hour."""
    programme = programme_page(catalogue())
    page = training_page(programme, title="En recherche de logement")
    one = session(page, TODAY - DAY, ends_on=TODAY + DAY, venue=venue(), training_time=None)
    kind = ServiceKind.objects.create(name=TranslatedText(fr="CPAS"))
    service = partner("CPAS de Charleroi", kind=kind)
    told = person(
        one, last_name=NAME, email=MAIL, wish=WISH, access=NEED, wants_meal=True, diet=DIET
    )
    made = registration(told, person(one, number=2), partner=service, at=NOW - 30 * DAY)
    came = Participation.objects.earliest("pk")
    noted = [
        Note(participation_id=came.pk, half_day=unit.number, state="PRESENT", at=NOW)
        for unit in attendance.half_days_of(one)
    ]
    attendance.note(one, noted, source=PresenceSource.DESK, at=NOW)
    attendance.close_sheet(one, by=None, at=NOW)
    for _number in range(FEWEST):
        Evaluation.objects.create(session=one, useful=5, clear=4, exchange=3, organisation=2)
    merge = merging.merge(service, partner("C.P.A.S. Charleroi", municipality=""), by=None, at=NOW)
    document = ContentFile(b"%PDF-1.4", name="outil.pdf")
    words = TranslatedText(fr="Des mots")
    return {
        "page": programme,
        "session": one,
        "training": page.training,
        "programme": programme.programme,
        "participation": came,
        "attestation": Attestation.objects.get(participant=came.participant),
        "merge": merge,
        "import": PartnerImport.objects.create(name="x.csv", content=b"nom\nA\n", read_at=NOW),
        "bundle": AttestationBundle.objects.create(
            session=one, asked_at=NOW, total=1, done=1, finished_at=NOW, content=b"PK"
        ),
        "scan": SheetScan.objects.create(
            session=one,
            name="feuille.pdf",
            content_type="application/pdf",
            content=b"%PDF-1.4",
            kept_at=NOW,
        ),
        "document": get_document_model().objects.create(title="Outil", file=document),
        "to_check": partner("Le Tilleul", status=PartnerStatus.TO_CHECK),
        # Of each snippet, one.
        "registrations_registration": made,
        "registrations_partnerservice": service,
        "registrations_servicekind": kind,
        "registrations_letter": write(to_people(one), at=NOW),
        "registrations_outgoingemail": OutgoingEmail.objects.filter(registration=made).first(),
        "registrations_signupquestions": SignUpQuestions.objects.create(training=page.training),
        "trainings_trainingsession": one,
        "trainings_training": page.training,
        "trainings_programme": programme.programme,
        "trainings_venue": one.venue,
        "trainings_theme": Theme.objects.create(slug="t", name=words),
        "trainings_audience": Audience.objects.create(slug="a", name=words),
        "trainings_trainer": Trainer.objects.create(name="Une équipe"),
        "trainings_funder": Funder.objects.create(name="Un fonds"),
        "trainings_closedperiod": ClosedPeriod.objects.create(
            name=words, first_day=TODAY, last_day=TODAY
        ),
        "series": SessionSeries.objects.create(
            training=page.training,
            rule=SpokenRule(repeats=Repeats.ON_WEEKDAYS, weekdays=[1]).as_rule(),
            first_day=TODAY + 30 * DAY,
            start_time=one.start_time,
            end_time=one.end_time,
        ),
    }


@pytest.fixture
def browsers(world: dict[str, Any]) -> dict[str, Client]:
    """Of each role."""
    found = {role: Client() for role in ROLES.values()}
    for role, permissions in PERMISSIONS.items():
        found[role].force_login(user(*permissions, name=role, pages=role == "editor"))
    for role, purpose in (("desk", TokenPurpose.DESK), ("trainer", TokenPurpose.TRAINER)):
        secret = day_links.renew(world["session"], purpose=purpose, by=None, at=NOW)
        found[role].get(reverse(f"registrations:{role}_link", args=[secret]))
    return found


#: Whose page it is, where it is not the session's.
OF = {
    "enter_programme": "programme",
    "copy_programme": "page",
    "figures_programme": "programme",
    "rules": "training",
    "plan": "training",
    "figures_training": "training",
    "series": "series",
    "end_series": "series",
    "undo_merge": "merge",
    "import_plan": "import",
    "merge_partners": "registrations_partnerservice",
    "decide_partner": "to_check",
    "service": "registrations_partnerservice",
    "participant": "participation",
    "participant_attestation": "participation",
    "participant_document": "participation",
    "evaluation": "participation",
}


def url_of(name: str, world: dict[str, Any]) -> str:
    """With what it names: something that is there; a secret is one that opens nothing."""
    namespace, _colon, last = name.rpartition(":")
    snippet = namespace.partition("_")[2]
    of = snippet if snippet in world else OF.get(last, OF.get(last.split("_")[0], "session"))
    number = world["attestation"].number
    known = {
        "pk": world[of].pk,
        "training": world["training"].pk,
        "scan": world["scan"].pk,
        "bundle": world["bundle"].pk,
        "document": world["document"].pk,
        "person": world["participation"].participant_id,
        "year": TODAY.year,
        "number": number,
        "code": world["attestation"].code,
        "reference": world["registrations_registration"].reference,
        "token": NOTHING,
        "uid": world["session"].uid,
        "slug": "sheet",
        "kind": "receipt",
        "language": "fr",
    }
    if last in ("sign_up_training", "sign_up_programme"):
        known["uid"] = world[last.removeprefix("sign_up_")].uid
    return reverse(name, kwargs={one: known[one] for one in parameters(name)})


def parameters(name: str) -> list[str]:
    """What the address names, in its shortest form."""
    resolver = get_resolver()
    *namespaces, last = name.split(":")
    for namespace in namespaces:
        _prefix, resolver = resolver.namespace_dict[namespace]
    forms = (form for known, *_rest in resolver.reverse_dict.getlist(last) for form in known)
    return min((names for _form, names in forms), key=len)


def may(letter: str, method: str, url: str, browsers: dict[str, Client]) -> bool:
    """Whether this role gets past the door, without reading there what it may not know; what it
    did behind it is undone.
    """
    with transaction.atomic():
        before = traces()
        response = getattr(browsers[ROLES[letter]], method)(url)
        is_changed = traces() != before
        transaction.set_rollback(True)
    assert response.status_code < 500, url
    goes = response["Location"].split("?")[0] if response.status_code == 302 else ""
    is_home = goes in (reverse("wagtailadmin_home"), reverse("wagtailadmin_login"))
    is_in = response.status_code not in (403, 404, 405) and not is_home
    assert is_in or not is_changed, f"{url} did something before it refused"
    # That something was downloaded is written in its history.
    is_file = "attachment" in response.get("Content-Disposition", "")
    assert method == "post" or is_file or not is_changed, f"GET {url} changed something"
    text = response.getvalue().decode(errors="replace")
    assert [one for one in UNSEEN[letter] if one in text] == [], f"{letter} reads it on {url}"
    return is_in


def traces() -> tuple[int, int]:
    return ModelLogEntry.objects.count(), OutgoingEmail.objects.count()


def test_every_address_is_in_the_table():
    assert set(addresses()) - set(table()) == set()
    assert set(table()) - set(addresses()) == set()


def test_whoever_may_is_in_the_table_and_nobody_else(browsers, world):
    found = {}
    for name, expected in table().items():
        url = url_of(name, world)
        cells = tuple(
            "".join(one if may(one, method, url, browsers) else "." for one in ROLES)
            for method in ("get", "post")
        )
        if cells != expected:
            found[name] = cells
    assert found == {}
