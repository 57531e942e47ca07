"""A programme from an empty site to the press list: two mornings, twenty services, in a browser and
through real mail.

Who they are and to which mornings they come is the demo's content; thirty-one of the thirty-four
who register come, and three colleagues whom nobody had registered.
"""

from __future__ import annotations

import re
import time as clock
from datetime import time, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from wagtail.models import Site

from demo.content.people import EARLIER, MORNINGS, PARTNERS, UNNAMED, SignUpContent
from registrations.blocks import ProgrammeFiguresBlock
from registrations.domain import attendance
from registrations.domain.attendance import Note
from registrations.domain.service_kinds import add_starter_kinds
from registrations.emails.delivery import deliver_due
from registrations.enums import ParticipationStatus as Status
from registrations.enums import PresenceSource
from registrations.models import (
    Attestation,
    Participation,
    PartnerService,
    PresenceEntry,
    ServiceKind,
    SignUpRules,
)
from tests.chromium import expect
from tests.factories.registrations import person, registration
from tests.factories.trainings import catalogue, session, training_page
from tests.factories.users import user
from tests.journeys.officer import Hand, Officer

pytestmark = pytest.mark.both

#: Waits for the first morning, is offered a place, takes it and stays away.
LATE = SignUpContent(22, 1, ("morning-1",), 1)
#: Come in the stead of nobody: service, and the morning.
WALK_INS = ((3, "morning-1"), (12, "morning-2"), (19, "morning-2"))
LINK = re.compile(r"http://\S+/inscriptions/receipt/\S+/")
HEADINGS = {
    "CPAS et communes": 3,
    "emploi et insertion": 2,
    "logement et quartier": 2,
    "accueil et sans-abrisme": 2,
    "santé": 2,
    "jeunesse et famille": 2,
    "dettes et énergie": 2,
    "intégration et alphabétisation": 2,
    "police et victimes": 1,
    "autres": 2,
}
A_DAY = timedelta(days=1)
OFFICER = [
    f"trainings.{act}_{of}"
    for of, acts in {
        "trainingsession": ("add", "change", "view"),
        "training": ("change", "view"),
        "programme": ("change", "view"),
    }.items()
    for act in acts
]
MANAGER = [
    "registrations.view_registration",
    "registrations.change_registration",
    "registrations.record_presence",
    "registrations.view_partnerservice",
    "trainings.view_trainingsession",
]


@pytest.fixture
def site(transactional_db: None, settings: Any, live_server: Any) -> SimpleNamespace:
    """Nothing but the catalogue, the directory, and who came to an earlier training."""
    settings.REGISTRATIONS_MINIMUM_FILL_TIME = timedelta(0)  # a robot types fast
    settings.TRAININGS_HOLIDAYS = ()
    host, port = live_server.url.removeprefix("http://").split(":")
    Site.objects.update(hostname=host, port=int(port))
    Site.clear_site_root_paths_cache()
    index = catalogue()
    add_starter_kinds()
    kinds = {kind.name["en"]: kind for kind in ServiceKind.objects.all()}
    services = {
        number: PartnerService.objects.create(
            name=one.name, kind=kinds[one.kind], municipality=one.municipality
        )
        for number, one in PARTNERS.items()
    }
    known(index, services)
    return SimpleNamespace(url=live_server.url, index=index)


def known(index: Any, services: dict[int, PartnerService]) -> None:
    """The fourteen services that came before, a year ago."""
    page = training_page(index, title="Une formation d’avant")
    one = session(page, timezone.localdate() - timedelta(days=365))
    before = one.starts_at - 30 * A_DAY
    for content in EARLIER:
        registration(
            person(one, email="", number=content.partner),
            partner=services[content.partner],
            at=before,
        )
    notes = [
        Note(participation_id=pk, half_day=1, state="PRESENT", at=one.starts_at)
        for pk in Participation.objects.values_list("pk", flat=True)
    ]
    attendance.note(one, notes, source=PresenceSource.PAPER, at=one.ends_at)
    attendance.close_sheet(one, by=None, at=one.ends_at)


def write_programme(site: SimpleNamespace, officer: Officer) -> dict[str, Any]:
    """In the page editor: a programme, two trainings below it, a date of each."""
    officer.log_in()
    programme = officer.write_programme("Accompagner vers et dans le logement", below=site.index)
    officer.publish(programme)
    in_a_month = timezone.localdate() + timedelta(days=30)
    tuesday = in_a_month + timedelta(days=(1 - in_a_month.weekday()) % 7)
    mornings = {}
    for number, (title, places) in enumerate(
        (("En recherche de logement", 29), ("Mieux vivre dans son logement", 40)), start=1
    ):
        page = officer.write_page(title, below=programme)
        on = tuesday + timedelta(weeks=number)
        mornings[f"morning-{number}"] = officer.add_date(page, on, places=places)
        officer.publish(page)
        SignUpRules.objects.create(training=page.training, capacity=places)
    site.programme = programme
    return mornings


def address(content: SignUpContent, number: int | str) -> str:
    return f"{slugify(PARTNERS[content.partner].short)}-{number}@service.example"


def sign_up(page, site, mornings, content: SignUpContent) -> None:
    """Fill in the form of the programme as the booker of this service."""
    service = PARTNERS[content.partner]
    page.goto(f"{site.url}/fr/inscriptions/programme/{site.programme.programme.uid}/")
    answers = {
        "booking-service_name": service.name,
        "booking-first_name": "Direction",
        "booking-last_name": service.short,
        "booking-email": address(content, "direction"),
    }
    for number in range(content.people):
        if number:
            page.locator("[name=add]").click()
        answers |= {
            f"people-{number}-first_name": service.roles[number % len(service.roles)],
            f"people-{number}-last_name": f"{service.short} {number + 1}",
            f"people-{number}-email": address(content, number + 1),
            f"people-{number}-function": "accompagnement",
        }
    for name, answer in answers.items():
        page.locator(f"[name={name}]").fill(answer)
    for number in range(content.people):
        for key in content.sessions:
            page.locator(f"[name=people-{number}-sessions][value='{mornings[key].pk}']").check()
    agrees = "no" if content.partner in UNNAMED else "yes"
    page.locator(f"[name=booking-may_name_partner][value={agrees}]").check()
    page.locator("[data-submit]").click()
    expect(page.locator("h1")).to_contain_text("liste d’attente" if content is LATE else "inscrit")


def deliver() -> None:
    while deliver_due(at=timezone.now()).sent:
        pass


def own_page(new_browser, smtp, content: SignUpContent):
    """The service's registration, by the link in the last mail its booker received."""
    deliver()
    to = address(content, "direction")
    mails = [one.get_body(("plain",)) for one in smtp.messages if to in str(one["To"])]
    links = LINK.findall(mails[-1].get_content())
    page = new_browser().new_page()
    page.goto(links[-1])
    return page


def line_of(page, content: SignUpContent, number: int):
    name = f"{PARTNERS[content.partner].short} {number}"
    return page.locator(".trainings-own").filter(has=page.locator("h3", has_text=name))


def withdraw(line) -> None:
    line.locator("details[id^=withdraw-] summary").click()
    line.locator("details[id^=withdraw-] button").click()
    expect(line).to_contain_text("Désinscription")


def replace(line, first_name: str, last_name: str) -> None:
    line.locator("details[id^=replace-] summary").click()
    form = line.locator("details[id^=replace-] form")
    for name, answer in (("first", first_name), ("last", last_name)):
        form.locator(f"[name$=-{name}_name]").fill(answer)
    form.locator("[name$=-function]").fill("accompagnement")
    form.locator("button").click()


def by_state(mornings) -> dict[str, int]:
    found = Participation.objects.filter(session__in=mornings.values()).order_by()
    states = list(found.values_list("status", flat=True))
    return {state: states.count(state) for state in sorted(set(states))}


def the_day_comes(mornings, key: str) -> None:
    """Days pass until this morning is today's; it has begun."""
    for one in mornings.values():
        one.refresh_from_db()
    days = mornings[key].starts_on - timezone.localdate()
    for one in mornings.values():
        one.starts_on -= days
        one.ends_on -= days
        one.start_time = time(0, 0)
        one.registration_closes_at = None
        one.save()


def welcome(
    new_browser,
    manager: Officer,
    session,
    *,
    away: set[int],
    walk_in: list[int],
    is_full: bool,
) -> None:
    """On a phone, by the link that the manager makes: everybody but `away`, and who walks in."""
    manager.go(reverse("registrations_admin:sheet_links", args=[session.pk]))
    manager.page.locator("form:has([value=DESK]) button").first.click()
    desk = new_browser(viewport={"width": 360, "height": 740}).new_page()
    desk.goto(manager.page.locator("#made-DESK").input_value())
    expected = Participation.objects.filter(session=session, status=Status.CONFIRMED)
    for one in expected.exclude(pk__in=away).select_related("participant"):
        desk.locator("[data-search]").fill(one.participant.last_name)
        desk.locator(f"[data-person='{one.pk}'] [data-tap]").click()
    desk.locator("[data-search]").fill("")
    for number in walk_in:
        desk.locator("[data-walk-in] > summary").click()
        name = PARTNERS[number].short
        form = desk.locator("[data-walk-in] form")
        form.locator("[name$=first_name]").fill("Collègue")
        form.locator("[name$=last_name]").fill(f"{name} de plus")
        form.locator("[name$=service_name]").fill(PARTNERS[number].name)
        form.locator("button.trainings-button").first.click()
        if is_full:  # the desk decides
            desk.locator("[data-kept] [data-all-the-same]").click()
        wait_for(lambda name=name: came(session, f"{name} de plus") == 1)
    wait_for(lambda: came(session) == expected.count() - len(away))
    desk.close()  # it asks again and again how things stand


def came(session, last_name: str | None = None) -> int:
    found = Participation.objects.filter(session=session).came()
    return (found.filter(participant__last_name=last_name) if last_name else found).count()


def wait_for(holds) -> None:
    """Until what a phone sends has arrived."""
    until = clock.monotonic() + 30
    while not holds():
        assert clock.monotonic() < until, list(PresenceEntry.objects.values("state", "counted"))
        clock.sleep(0.1)


def close_sheet(manager: Officer, session) -> None:
    manager.go(reverse("registrations_admin:sheet", args=[session.pk]))
    close = reverse("registrations_admin:sheet_close", args=[session.pk])
    manager.page.locator(f"form[action='{close}'] button").last.click()
    manager.page.locator(".messages .success").wait_for()


def test_twenty_services_share_two_mornings(site, smtp, new_browser):
    user(*OFFICER, name="communication", pages=True)
    user(*MANAGER, name="inscriptions")
    desktop = {"viewport": {"width": 1280, "height": 900}}
    mornings = write_programme(site, Officer(site, new_browser(**desktop).new_page(), Hand))

    page = new_browser().new_page()
    for content in MORNINGS:
        sign_up(page, site, mornings, content)
    assert by_state(mornings) == {Status.CONFIRMED: 29 + 27}
    seated = Participation.objects.filter(session__in=mornings.values())
    people = seated.values("participant").distinct()
    services = seated.values("participant__registration__partner").distinct()
    assert (services.count(), people.count()) == (20, 34)

    sign_up(page, site, mornings, LATE)
    (waiting,) = Participation.objects.waiting()

    # Three people cannot come; one of them leaves a place at the full morning.
    by_partner = {content.partner: content for content in MORNINGS}
    for number in (12, 19, 3):
        own = own_page(new_browser, smtp, by_partner[number])
        withdraw(line_of(own, by_partner[number], 2))
    waiting.refresh_from_db()
    assert waiting.status == Status.OFFERED

    # Two are replaced by a colleague, who keeps the place though the morning is full.
    for number in (11, 14):
        own = own_page(new_browser, smtp, by_partner[number])
        replace(line_of(own, by_partner[number], 1), "Une", f"Collègue {number}")
        expect(own.locator("main")).to_contain_text(f"Une Collègue {number}")

    # One comes off the waiting list, by the link of their own mail.
    own = own_page(new_browser, smtp, LATE)
    line_of(own, LATE, 1).locator("button[name=do][value=accept]").click()
    expect(own.locator("h1")).to_contain_text("1 personne est inscrite")
    assert by_state(mornings) == {
        Status.CONFIRMED: 29 + 27 - 2,
        Status.REPLACED: 2,
        Status.WITHDRAWN: 3,
    }
    assert seated.filter(session=mornings["morning-1"]).seated().count() == 29
    assert not Participation.objects.waiting().exists()

    # The mornings themselves, at the desk; then attestations leave.
    manager = Officer(site, new_browser(**desktop).new_page(), Hand)
    manager.log_in("inscriptions")
    for key, morning in mornings.items():
        the_day_comes(mornings, key)
        walk_in = [number for number, of in WALK_INS if of == key]
        is_full = key == "morning-1"
        away = {waiting.pk} if is_full else set()
        welcome(new_browser, manager, morning, away=away, walk_in=walk_in, is_full=is_full)
        close_sheet(manager, morning)
    assert {one.attended for one in seated.came()} == {timedelta(hours=3)}
    waiting.refresh_from_db()
    assert waiting.presence == "ABSENT"
    valid = Attestation.objects.filter(session__in=mornings.values(), withdrawn_at=None)
    assert valid.count() == seated.came().count() == 28 + 1 + 25 + 2
    deliver()
    # Of the two who replace somebody, who gave no address, their bookers are told.
    attested = [
        one
        for one in smtp.messages
        if "attestation" in str(one["Subject"]).lower() and "@service.example" in str(one["To"])
    ]
    assert len(attested) == seated.came().exclude(address="").count() + 2

    # The figures that go to the press, on the screen and on the page of a host.
    programme = site.programme.programme
    manager.go(reverse("registrations_admin:figures_programme", args=[programme.pk]))
    shown = ProgrammeFiguresBlock()
    words = " ".join(shown.render(shown.to_python({"programme": programme.pk})).split())
    assert "6 services rencontrés pour la première fois" in words.replace("\xa0", " ")
    text = manager.page.locator("textarea").last.input_value().replace("\xa0", " ")
    assert "2 matinées, 20 services, 34 participants, 6 services" in text
    came_from = [one.name for number, one in PARTNERS.items() if number <= 20]
    hidden = [PARTNERS[number].name for number in UNNAMED]
    assert [name for name in came_from if name not in text] == hidden
    assert len(came_from) - len(hidden) == 19
    assert PARTNERS[LATE.partner].name not in text
    lines = {one: re.search(rf"^{one}\W+(\d+)", text, re.M | re.I) for one in HEADINGS}
    assert {one: int(line[1]) for one, line in lines.items() if line} == HEADINGS
