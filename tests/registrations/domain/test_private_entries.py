from datetime import timedelta
from uuid import uuid5

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from icalendar import Calendar
from wagtail.models import PageViewRestriction

from registrations.domain import answers, waiting_list
from registrations.domain.people import unnamed
from registrations.domain.private_entries import entries
from registrations.domain.private_feeds import Holder
from registrations.emails.delivery import deliver_due
from registrations.enums import Origin
from registrations.models import OutgoingEmail, Participation, PartnerService, SignUpRules
from tests.factories.registrations import booker, partner, person, registration
from tests.factories.trainings import (
    AT,
    MORNING_1,
    MORNING_2,
    catalogue,
    session,
    training_page,
    translated,
    venue,
)
from trainings.domain import scheduling

pytestmark = pytest.mark.django_db

CAMILLE = "camille@cpas.example"
MEET = "https://meet.example/secret-room"


@pytest.fixture
def page():
    return training_page(
        catalogue(), title="Finding a home", introduction="<p>From search to key.</p>"
    )


@pytest.fixture
def morning(page):
    """One place, online too."""
    return session(page, MORNING_1, capacity=1, venue=venue(), online_url=MEET)


def camille(*sessions, **options):
    return registration(person(*sessions, first_name="Camille", email=CAMILLE), **options)


def colleague(*sessions, number=2, **options):
    options.setdefault("booker", booker(email=f"autre{number}@cpas.example"))
    return registration(person(*sessions, number=number), **options)


def by_hand(morning):
    """From now on the organiser confirms each registration."""
    SignUpRules.objects.create(
        session=morning, per_service=None, closes_days_before=None, needs_approval=True
    )


def read(holder: Holder, *, language="en", at=AT):
    return entries(holder, language=language, at=at)


def read_one(holder: Holder, **options):
    (event,) = read(holder, **options)
    return event


def lines(event):
    return event.description.split("\n\n")


# --- a person ----------------------------------------------------------------------------------


def test_a_place_is_an_entry_under_the_identity_of_the_invitation(morning, page):
    camille(morning)

    event = read_one(CAMILLE)

    one = Participation.objects.get()
    assert (event.uid, event.sequence) == (str(one.uid), one.sequence)
    assert (event.starts_at, event.ends_at) == (morning.local_start, morning.local_end)
    assert event.summary == "Training morning – Finding a home (Charleroi)"
    assert event.location == morning.venue.address
    assert (event.is_tentative, event.is_cancelled) == (False, False)
    assert event.url == f"{page.full_url}#session-{morning.uid}"
    assert lines(event) == [
        "Place confirmed",
        f"Online: {MEET}",
        "From search to key.",
        f"Information and registration: {event.url}",
    ]


def test_the_mailed_invitation_and_the_entry_are_one(morning):
    camille(morning)
    deliver_due(at=AT)
    moved = scheduling.shifted(morning, days=7)
    scheduling.reschedule(morning, to=moved, by=None, at=AT)
    deliver_due(at=AT)

    (text,) = OutgoingEmail.objects.filter(recipient=CAMILLE).latest("pk").calendars
    (mailed,) = Calendar.from_ical(text).walk("VEVENT")
    event = read_one(CAMILLE)
    assert (str(mailed["UID"]), mailed["SEQUENCE"]) == (event.uid, event.sequence)
    assert mailed.start == event.starts_at


def test_who_waits_reads_the_rank_and_no_online_link(morning):
    colleague(morning)
    colleague(morning, number=3)
    camille(morning)

    event = read_one(CAMILLE)

    assert event.summary == "WAITING LIST – Training morning – Finding a home (Charleroi)"
    assert event.is_tentative
    assert lines(event)[0] == "Waiting list, place 2"
    assert MEET not in event.description + event.location + event.url


def test_who_is_offered_a_place_reads_until_when_to_answer(morning):
    colleague(morning)
    camille(morning)
    answers.withdraw(Participation.objects.earliest("pk"), at=AT)

    event = read_one(CAMILLE)

    assert event.summary == "PLACE OFFERED – Training morning – Finding a home (Charleroi)"
    assert event.is_tentative
    assert lines(event)[0] == "Place offered, answer by Wednesday 3 February 2027 at 10:00"
    assert MEET not in event.description
    one = Participation.objects.get(address=CAMILLE)
    assert (event.uid, event.sequence) == (str(one.uid), one.sequence)


def test_who_is_to_be_confirmed_reads_so(morning):
    by_hand(morning)
    camille(morning)

    event = read_one(CAMILLE)

    assert event.summary == "TO BE CONFIRMED – Training morning – Finding a home (Charleroi)"
    assert event.is_tentative
    assert lines(event)[0] == "To be confirmed"
    assert MEET not in event.description


def test_an_offer_in_a_session_that_is_called_off_is_told_after_that(morning):
    colleague(morning)
    camille(morning)
    answers.withdraw(Participation.objects.earliest("pk"), at=AT)
    scheduling.cancel(morning, by=None, at=AT)

    assert read_one(CAMILLE).summary.startswith("CANCELLED – Training morning")


def test_the_online_link_comes_with_the_place(morning):
    colleague(morning)
    camille(morning)
    waiting = read_one(CAMILLE)

    Participation.objects.filter(address=CAMILLE).update(status="CONFIRMED")

    confirmed = read_one(CAMILLE)
    assert [MEET in one.description for one in (waiting, confirmed)] == [False, True]
    assert (waiting.uid, waiting.is_tentative) == (confirmed.uid, not confirmed.is_tentative)


def test_a_session_without_venue_is_online(page):
    camille(session(page, online_url=MEET))

    assert read_one(CAMILLE).location == "Online"


@pytest.mark.parametrize("waits", [False, True])
def test_a_cancelled_session_says_so_and_why(morning, waits):
    if waits:
        colleague(morning)
    camille(morning)
    scheduling.cancel(morning, reason={"en": "the hall is taken"}, by=None, at=AT)

    event = read_one(CAMILLE)

    assert event.summary == "CANCELLED – Training morning – Finding a home (Charleroi)"
    assert event.is_cancelled
    assert lines(event)[:2] == ["This session is cancelled.", "The hall is taken"]
    assert MEET not in event.description
    assert event.sequence == 1


def test_a_postponed_session_keeps_the_place(morning):
    camille(morning)
    scheduling.postpone(morning, by=None, at=AT)

    event = read_one(CAMILLE)

    assert event.summary == "POSTPONED – Training morning – Finding a home (Charleroi)"
    assert lines(event)[:2] == [
        "This session is postponed: the new date is not known yet.",
        "Place confirmed",
    ]


def test_who_waits_for_a_moved_session_reads_both(morning):
    colleague(morning)
    camille(morning)
    moved = scheduling.shifted(morning, days=7)
    scheduling.reschedule(morning, to=moved, by=None, at=AT)

    event = read_one(CAMILLE)

    assert event.summary.startswith("WAITING LIST – MOVED – Training morning")
    assert event.starts_at.date() == MORNING_2


def test_who_no_longer_comes_has_no_entry(morning, page):
    other = session(page, MORNING_2)
    camille(morning, other)
    first, second = Participation.objects.order_by("session__starts_at")
    answers.withdraw(first, at=AT)
    answers.replace(second, by_person=person(number=5), at=AT)

    assert read(CAMILLE) == []
    assert read_one("personne5@cpas.example").starts_at.date() == MORNING_2


def test_an_address_is_one_person_across_registrations(morning, page):
    camille(morning)
    other = session(page, MORNING_2)
    options = {"partner": partner("Forem"), "booker": booker(email="x@forem.example")}
    registration(person(other, email="Camille@CPAS.example", last_name="Other"), **options)

    days = [event.starts_at.date() for event in read(CAMILLE)]

    assert sorted(days) == [MORNING_1, MORNING_2]


def hide(page):
    page.unpublish()


def restrict(page):
    PageViewRestriction.objects.create(page=page, restriction_type="login")


def be_discreet(page):
    page.training.is_discreet = True
    page.training.save()


def test_what_the_public_does_not_see_is_theirs_all_the_same(morning, page):
    camille(morning)
    before = read_one(CAMILLE)
    restrict(page)

    assert read_one(CAMILLE) == before


def test_of_a_discreet_session_a_diary_tells_when_and_where(morning, page):
    camille(morning)
    before = read_one(CAMILLE)
    be_discreet(page)

    event = read_one(CAMILLE)

    assert (event.summary, event.url, event.categories) == ("Appointment", "", ())
    assert lines(event) == lines(before)[:2]
    assert (event.starts_at, event.location, event.uid) == (
        before.starts_at,
        before.location,
        before.uid,
    )


def test_without_a_page_the_training_has_a_name(morning, page):
    camille(morning)
    scheduling.reschedule(
        morning, to={"online_url": f"{MEET}-2"}, reason={"en": "new room"}, by=None, at=AT
    )
    hide(page)

    event = read_one(CAMILLE)

    assert event.summary == "Training morning – Finding a home (Charleroi)"
    assert event.url == ""
    assert lines(event) == ["Place confirmed", f"Online: {MEET}-2", "new room"]


def test_it_speaks_the_language_asked_for_whatever_is_active(morning, page):
    translated(page, "nl", "Een woning zoeken")
    colleague(morning)
    camille(morning)

    with translation.override("fr"):
        dutch = read_one(CAMILLE, language="nl")

    assert "Een woning zoeken" in dutch.summary
    assert "/nl/" in dutch.url


@pytest.mark.parametrize(
    ("days", "is_shown"), [(-93, False), (-91, True), (547, True), (550, False)]
)
def test_the_window_is_that_of_the_public_calendar(page, days, is_shown):
    camille(session(page, MORNING_1))
    at = AT.replace(month=3, day=23) - timedelta(days=days)

    assert bool(read(CAMILLE, at=at)) is is_shown


def test_what_is_called_off_goes_after_its_day(morning):
    camille(morning)
    scheduling.cancel(morning, by=None, at=AT)
    the_day = AT.replace(month=3, day=23)

    assert len(read(CAMILLE, at=the_day)) == 1
    assert read(CAMILLE, at=the_day + timedelta(days=1)) == []


def test_the_last_change_is_told(morning):
    camille(morning, at=AT)
    later = AT + timedelta(hours=1)

    Participation.objects.update(changed_at=later)

    assert read_one(CAMILLE).changed_at == later


# --- a service ---------------------------------------------------------------------------------


@pytest.fixture
def service():
    return partner()


def test_a_service_reads_numbers(page, service):
    small = session(page, MORNING_1, capacity=3, online_url=MEET)
    registration(*[person(small, number=number) for number in range(1, 5)], partner=service)

    event = read_one(service)

    assert (event.uid, event.sequence) == (str(uuid5(small.uid, f"partner-{service.pk}")), 0)
    assert event.summary == "Training morning – Finding a home"
    assert (event.is_tentative, event.location) == (False, "Online")
    assert lines(event)[:2] == ["3 places confirmed, 1 on the waiting list", f"Online: {MEET}"]


def test_a_service_of_which_all_wait_reads_so(morning, service):
    colleague(morning, partner=partner("Forem"))
    camille(morning, partner=service)

    event = read_one(service)

    assert event.summary == "WAITING LIST – Training morning – Finding a home (Charleroi)"
    assert event.is_tentative
    assert lines(event)[0] == "1 on the waiting list"
    assert MEET not in event.description


def test_a_service_reads_how_many_are_offered_to_be_confirmed_and_without_a_name(page, service):
    big = session(page, MORNING_1, capacity=2)
    registration(*[person(big, number=number) for number in (1, 2, 3)], partner=service)
    held = unnamed(2, session_ids=[big.pk])
    registration(*held, partner=service, origin=Origin.STAFF, overruled="a school")
    answers.withdraw(Participation.objects.earliest("pk"), at=AT)
    waiting_list.offer(Participation.objects.filter(status="WAITING"), by=None, at=AT)
    by_hand(big)
    colleague(big, number=8, partner=service)

    event = read_one(service)

    assert lines(event)[0] == (
        "3 places confirmed, 1 place offered, 1 to be confirmed (2 of these without a name yet)"
    )
    assert (event.summary, event.is_tentative) == ("Training morning – Finding a home", False)


@pytest.mark.parametrize(
    ("state", "title"), [("OFFERED", "PLACE OFFERED"), ("PENDING", "TO BE CONFIRMED")]
)
def test_a_service_without_a_place_stands_as_its_best_does(morning, service, state, title):
    colleague(morning, partner=partner("Forem"))
    camille(morning, partner=service)
    ends = {"offer_ends_at": AT + timedelta(days=1)} if state == "OFFERED" else {}
    mine = Participation.objects.filter(address=CAMILLE)
    mine.update(status=state, **ends)
    colleague(morning, number=5, partner=service)

    event = read_one(service)

    assert event.summary.startswith(f"{title} – Training morning")
    assert event.is_tentative


def test_one_session_is_one_entry_however_many_registrations(page, service):
    big = session(page, MORNING_1)
    for number in (1, 2):
        colleague(big, number=number, partner=service)

    assert lines(read_one(service))[0] == "2 places confirmed"


def test_the_numbers_follow_who_leaves(page, service):
    big = session(page, MORNING_1)
    registration(person(big), person(big, number=2), partner=service)
    first, second = Participation.objects.order_by("pk")
    later = AT + timedelta(hours=1)

    answers.withdraw(first, at=later)

    event = read_one(service)
    assert (lines(event)[0], event.changed_at) == ("1 place confirmed", later)
    answers.withdraw(second, at=later)
    assert read(service) == []


def test_the_sequence_is_that_of_the_session(morning, service):
    camille(morning, partner=service)
    moved = scheduling.shifted(morning, days=7)
    scheduling.reschedule(morning, to=moved, by=None, at=AT)

    event = read_one(service)

    assert (event.sequence, event.starts_at.date()) == (1, MORNING_2)


# --- others ------------------------------------------------------------------------------------


def test_nobody_reads_of_others(morning, page, service):
    canary = {"first_name": "Canary", "last_name": "Canary", "function": "canary", "wish": "canary"}
    with_canary = booker(email="canary@canary.example", first_name="Canary", last_name="Canary")
    other = session(page, MORNING_2)
    mine = person(morning, first_name="Camille", email=CAMILLE)
    theirs = [
        person(other, number=number, email=f"canary{number}@canary.example", **canary)
        for number in (2, 3)
    ]
    registration(mine, *theirs, booker=with_canary, partner=service)
    elsewhere = person(other, number=4, email="canary4@canary.example", **canary)
    registration(elsewhere, booker=with_canary, partner=partner("Canary service"))

    events = [*read(CAMILLE), *read(service)]

    assert sorted(str(event.starts_at.date()) for event in events) == [
        str(MORNING_1),
        str(MORNING_1),
        str(MORNING_2),
    ]
    assert [event for event in events if "canary" in str(event).lower()] == []
    assert [event for event in read(service) if "Camille" in str(event)] == []
    assert lines(next(one for one in events if one.starts_at.date() == MORNING_2))[0] == (
        "2 places confirmed"
    )


@pytest.mark.parametrize("of", ["person", "service"])
def test_thirty_sessions_take_as_many_queries_as_one(page, service, of):
    holder = CAMILLE if of == "person" else service
    halls = [venue(name=f"Hall {number}") for number in range(3)]

    def sign_up(days):
        made = [
            session(
                training_page(page.get_parent(), title=f"Training {day}"),
                MORNING_1 + timedelta(days=day),
                venue=halls[day % 3],
            )
            for day in days
        ]
        camille(*made, partner=service)

    def count(expected):
        read(holder)
        with CaptureQueriesContext(connection) as captured:
            assert len(read(holder)) == expected
        return len(captured)

    sign_up([1])
    with_one = count(1)
    sign_up(range(2, 31))

    assert count(30) == with_one
    assert PartnerService.objects.count() == 1
