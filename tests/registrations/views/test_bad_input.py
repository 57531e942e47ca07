"""The sign-up form under bad input: refused, or taken whole, shown literally and mailed."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar
from wagtail.models import Site

from registrations.emails.delivery import Delivered, deliver_due
from registrations.enums import Origin, ParticipationStatus, Question
from registrations.models import (
    OutgoingEmail,
    Participant,
    Participation,
    PartnerService,
    Registration,
    ServiceKind,
    SignUpQuestions,
)
from registrations.views import protection
from tests.factories.registrations import partner
from tests.factories.trainings import catalogue, session, training_page
from tests.registrations.views.bad_input import (
    ACCEPTED,
    GROUPS,
    HOSTILE_NAMES,
    MARK,
    REFUSED,
    SHOWN,
    Known,
    Sending,
    another_person,
    fields,
)
from tests.registrations.views.reading import Page
from trainings.domain import scheduling
from trainings.models import TrainingSession

pytestmark = pytest.mark.django_db

#: How a refusal may be told; above all, never by a 5xx.
REFUSALS = {400, 403, 409, 413, 415, 422}
#: Every header that a mail of ours has; one more was brought in by somebody.
HEADERS = {
    *("Content-Type", "MIME-Version", "Subject", "From", "To", "Date", "Message-ID"),
    *("Auto-Submitted", "X-Envelope-To", "X-Peer", "X-MailFrom", "X-RcptTo"),
}
#: These reach the database as values, which each engine refuses in its own way.
VALUES = {"unprintable texts", "hostile texts", "sessions", "services", "choices", "counts"}
ATTENDEE = re.compile(
    r'ATTENDEE;CN="?(?P<name>[^"]*?)"?;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT'
    r";PARTSTAT=ACCEPTED;RSVP=FALSE:mailto:(?P<email>\S+)"
)


@pytest.fixture(autouse=True)
def quiet(caplog, monkeypatch):
    """Keep neither a line nor the templates of some hundred refusals: nobody reads them."""
    caplog.set_level(logging.CRITICAL, logger="django")
    monkeypatch.setattr("django.test.client.store_rendered_templates", lambda *args, **kwargs: None)


@pytest.fixture(autouse=True)
def no_throttle(settings):
    settings.REGISTRATIONS_ATTEMPTS_PER_HOUR = 1_000_000
    settings.REGISTRATIONS_RECEIPTS_PER_HOUR = 1_000_000
    settings.REGISTRATIONS_MINIMUM_FILL_TIME = timedelta(0)


@pytest.fixture
def training():
    """Two sessions with room for everybody, one closed and one cancelled; every question asked."""
    page = training_page(catalogue())
    on = timezone.localdate() + timedelta(days=60)
    now = timezone.now()
    session(page, on, capacity=None)
    session(page, on + timedelta(days=1), capacity=None)
    session(page, on + timedelta(days=2), registration_closes_at=now - timedelta(hours=1))
    scheduling.cancel(session(page, on + timedelta(days=3)), by=None, at=now)
    SignUpQuestions.objects.create(training=page.training, asked=Question.values)
    ServiceKind.objects.create(name={"fr": "CPAS"})
    partner()
    return page.training


@pytest.fixture
def address(training) -> str:
    return f"/fr/inscriptions/training/{training.uid}/"


@pytest.fixture
def client(address) -> Client:
    """A visitor who has opened the form; as in life, the CSRF token is asked for."""
    visitor = Client(enforce_csrf_checks=True, raise_request_exception=False)
    assert visitor.get(address).status_code == 200
    return visitor


@pytest.fixture
def known(training, client) -> Known:
    one, two, closed, cancelled = training.sessions.order_by("starts_at")
    elsewhere = training_page(Site.objects.get().root_page, "Ailleurs")
    return Known(
        session=one.pk,
        second_session=two.pk,
        closed_session=closed.pk,
        cancelled_session=cancelled.pk,
        foreign_session=session(elsewhere, one.starts_on).pk,
        other_partner=partner("Un autre service").pk,
        kind=ServiceKind.objects.get().pk,
        token=client.cookies["csrftoken"].value,
    )


# --- what is in the database -------------------------------------------------------------------


@dataclass(frozen=True)
class Rows:
    registrations: int
    people: int
    participations: int
    emails: int
    partners: int

    @classmethod
    def counted(cls) -> Rows:
        models = (Registration, Participant, Participation, OutgoingEmail, PartnerService)
        return cls(*(model.objects.count() for model in models))

    def since(self, before: Rows) -> Rows:
        pairs = zip(astuple(self), astuple(before), strict=True)
        return Rows(*(now - then for now, then in pairs))

    @property
    def is_whole(self) -> bool:
        """One registration with someone in it, who comes to something, and hears of it."""
        return (
            self.registrations == 1
            and 1 <= self.people <= self.participations
            and self.emails >= 1
            and 0 <= self.partners <= 1
        )


NOTHING = Rows(0, 0, 0, 0, 0)


# --- sending -----------------------------------------------------------------------------------


def wear(client: Client, cookies: dict[str, str]) -> None:
    """Put cookies in the jar as they come over the wire: it would quote them."""
    for name, value in cookies.items():
        client.cookies[name] = ""
        client.cookies[name].set(name, value, value)


def post(client: Client, address: str, sending: Sending):
    wear(client, sending.cookies)
    return client.generic(
        "POST",
        address,
        sending.body,
        content_type=sending.content_type,
        headers=sending.headers,
    )


def faults_of(client: Client, address: str, sending: Sending) -> list[str]:
    """What is wrong with the answer to this sending; empty when nothing is."""
    before = Rows.counted()
    try:
        answer = post(client, address, sending)
    except Exception as error:
        # A fault in the very page that tells of a fault.
        return [f"{sending.name}: {type(error).__name__}: {str(error)[:200]}"]
    written = Rows.counted().since(before)
    faults = []
    if answer.status_code >= 500:
        faults.append(f"status {answer.status_code}")
    elif answer.status_code == 302:
        if not written.is_whole:
            faults.append(f"accepted, yet {written}")
    elif written != NOTHING:
        faults.append(f"status {answer.status_code}, yet {written}")
    became = {302: ACCEPTED, 200: SHOWN}.get(answer.status_code, REFUSED)
    if sending.becomes in (ACCEPTED, REFUSED, SHOWN) and became != sending.becomes:
        faults.append(f"{became} ({answer.status_code}) instead of {sending.becomes}")
    if sending.statuses and answer.status_code not in sending.statuses:
        faults.append(f"status {answer.status_code} instead of {sending.statuses}")
    if became == REFUSED and answer.status_code not in REFUSALS | {500}:
        faults.append(f"status {answer.status_code}")
    page = client.get(answer["Location"]) if answer.status_code == 302 else answer
    if page.get("Content-Type", "").startswith("text/html"):
        faults += Page(page.content.decode(), MARK).misplaced
    return [f"{sending.name}: {fault}" for fault in faults]


@pytest.mark.parametrize(
    "group",
    [
        pytest.param(group, id=group, marks=() if group in VALUES else pytest.mark.postgresql)
        for group in GROUPS
    ],
)
def test_bad_input_is_refused_or_taken_whole(group, known, client, address, smtp, admin_client):
    faults = [
        fault for sending in GROUPS[group](known) for fault in faults_of(client, address, sending)
    ]

    assert faults == []
    # The next visitor notices nothing, and everybody who was accepted is written to.
    form = known.form(**{"booking-first_name": "Ordinaire"})
    answer = Client().post(address, form)
    assert answer.status_code == 302
    queued = OutgoingEmail.objects.count()
    assert deliver_due(at=timezone.now(), limit=queued) == Delivered(sent=queued, taken=queued)
    to_that_one = [mail for mail in smtp.messages if mail["To"] == form["booking-email"]]
    assert len(to_that_one) == 2
    assert [fault for mail in smtp.messages for fault in faults_of_mail(mail)] == []
    assert faults_in_admin(admin_client) == []


def faults_in_admin(admin_client: Client) -> list[str]:
    """Lists, and what the last registration looks like to an organiser."""
    last = Registration.objects.latest("pk")
    pages = [
        reverse("wagtailsnippets_registrations_registration:list"),
        reverse("wagtailsnippets_registrations_registration:inspect", args=[last.pk]),
        reverse("wagtailsnippets_registrations_outgoingemail:list"),
        reverse("wagtailsnippets_registrations_partnerservice:list"),
    ]
    return [fault for page in pages for fault in faults_of_page(admin_client.get(page))]


def faults_of_page(answer, words: Iterable[str] = ()) -> list[str]:
    page = Page(answer.content.decode(), MARK)
    faults = [] if answer.status_code == 200 else [f"status {answer.status_code}"]
    faults += [*page.misplaced, *(f"no {one!r}" for one in words if one not in page.text)]
    return [f"{answer.request['PATH_INFO']}: {fault}" for fault in faults]


def faults_of_mail(mail, words: Iterable[str] = ()) -> list[str]:
    faults = [f"header {name}" for name in mail.keys() if name not in HEADERS]  # noqa: SIM118
    faults += [f"{name} doubled" for name in set(mail.keys()) if len(mail.get_all(name)) > 1]
    faults += [f"defect {defect!r}" for part in mail.walk() for defect in part.defects]
    if mail["To"] != mail["X-Envelope-To"]:
        faults.append(f"for {mail['X-Envelope-To']}")
    page = Page(mail.get_body(["html"]).get_content(), MARK)
    text = " ".join(mail.get_body(["plain"]).get_content().split())
    faults += [*page.misplaced, *(f"no {one!r} in HTML" for one in words if one not in page.text)]
    faults += [f"no {one!r} in text" for one in words if one not in text]
    return [f"mail to {mail['To']}: {fault}" for fault in faults]


# --- what is accepted --------------------------------------------------------------------------


def strange_form(known: Known, typed: str, email: str) -> dict:
    """The same text wherever text goes; beside that person a plain one."""
    return known.form(
        **another_person(
            **fields("booking", first_name=typed, last_name="Zébulon"),
            **fields("booking", service="new", service_name=f"{typed} & fils"),
            **fields("booking", service_kind=known.kind, service_municipality=typed),
            **fields("people-0", first_name=typed, last_name="Personne", function=typed),
            **fields("people-0", wish=typed, access=typed, wants_meal="yes", diet=typed),
            **fields("people-0", email=email),
            **fields("people-1", first_name="Léa", last_name="Petit", email=f"plain.{email}"),
            **fields("people-1", function="chef", quality="OTHER", sessions=[known.session]),
            **fields("people", TOTAL_FORMS="2"),
        )
    )


def mails_after(answer, smtp) -> list:
    """The booker's receipt and both invitations, once the form was taken."""
    assert answer.status_code == 302
    smtp.messages.clear()
    assert deliver_due(at=timezone.now()) == Delivered(sent=3, taken=3)
    return list(smtp.messages)


@pytest.mark.postgresql
def test_strange_names_are_shown_literally_everywhere(known, client, address, smtp, admin_client):
    faults = []
    for number, (kind, (typed, shown)) in enumerate(HOSTILE_NAMES.items()):
        answer = client.post(address, strange_form(known, typed, f"nadia{number}@cpas.example"))
        receipt, invitation, plain = mails_after(answer, smtp)
        booker, person, service = f"{shown} Zébulon", f"{shown} Personne", f"{shown} & fils"
        made = Registration.objects.latest("pk")
        inspect = reverse("wagtailsnippets_registrations_registration:inspect", args=[made.pk])
        found = [
            *faults_of_page(client.get(answer["Location"], follow=True), {person, service}),
            *faults_of_page(
                admin_client.get(inspect), {person, booker, service, f"{shown} {shown}"}
            ),
            *faults_of_mail(receipt, {person, service}),
            *faults_of_mail(invitation, {person, booker, service}),
            *faults_of_mail(plain, {booker, service}),
        ]
        faults += [f"{kind}: {fault}" for fault in found]

    listed = admin_client.get(reverse("wagtailsnippets_registrations_registration:list"))
    bookers = {f"{shown} Zébulon" for _typed, shown in HOSTILE_NAMES.values()}
    services = {f"{shown} & fils" for _typed, shown in HOSTILE_NAMES.values()}
    assert faults + faults_of_page(listed, bookers | services) == []


@pytest.mark.postgresql
def test_a_strange_name_stays_inside_its_line_of_the_calendar(known, client, address, smtp):
    for number, (typed, shown) in enumerate(HOSTILE_NAMES.values()):
        email = f"nadia{number}@cpas.example"
        answer = client.post(address, strange_form(known, typed, email))
        _receipt, *invitations = mails_after(answer, smtp)

        calendars = [calendar_of(mail) for mail in invitations]
        assert [attendees(calendar) for calendar in calendars] == [
            [(f"{shown} Personne".replace('"', "'"), email)],
            [("Léa Petit", f"plain.{email}")],
        ]
        strange, plain = (Calendar.from_ical(one).walk("VEVENT")[0] for one in calendars)
        for event in (strange, plain):
            del event["ATTENDEE"], event["UID"]
        assert strange == plain


def calendar_of(mail) -> bytes:
    """The calendar in an invitation, the same beside the text and as a file."""
    [attached] = [part.get_content() for part in mail.iter_attachments()]
    [inline] = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    assert inline.get_content().encode().splitlines() == attached.splitlines()
    return attached


def attendees(calendar: bytes) -> list[tuple[str, str]]:
    """Names and addresses as they are written: a reader may take more for an escape than it is."""
    lines = calendar.decode().replace("\r\n ", "").split("\r\n")
    found = [ATTENDEE.fullmatch(line) for line in lines if line.startswith("ATTENDEE")]
    return [(one["name"].replace("^^", "^"), one["email"]) for one in found if one]


def test_fields_that_the_form_does_not_have_change_nothing(known, client, address):
    TrainingSession.objects.filter(pk=known.session).update(capacity=1)
    client.post(address, known.form())
    wished = {
        "status": "CONFIRMED",
        "created_by": "1",
        **fields("booking", status="CONFIRMED", origin="STAFF", created_by="1", id="1", pk="1"),
        **fields("booking", partner=known.other_partner, partner_id=known.other_partner),
        **fields("booking", reference="CANARY22", key="canary", language="nl"),
        **fields("people-0", status="CONFIRMED", rank="1", position="9", id="1", registration="1"),
        **fields("people-0", participant="1", session=known.second_session, sequence="9"),
    }

    answer = client.post(address, known.form(**wished))

    assert answer.status_code == 302
    made = Registration.objects.get(booker_email=f"{MARK}2@cpas.example")
    [person] = made.participants.with_participations()
    [participation] = person.living
    assert (made.partner.name, made.origin, made.created_by, made.language) == (
        "CPAS de Charleroi",
        Origin.FORM,
        None,
        "fr",
    )
    assert made.reference != "CANARY22"
    assert made.key != "canary"
    assert person.position == 1
    assert (participation.session_id, participation.status, participation.rank) == (
        known.session,
        ParticipationStatus.WAITING,
        1,
    )


def test_a_cookie_that_is_not_ours_does_not_come_back(client, address):
    wear(client, {protection.BROWSER_COOKIE: r'"\012\015Set-Cookie: canary=1 xxxxx"'})

    given = client.get(address).cookies[protection.BROWSER_COOKIE].value

    assert (MARK in given, protection.BROWSER_SECRET.fullmatch(given) is None) == (False, False)
