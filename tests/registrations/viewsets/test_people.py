"""The list of one session, and what an organiser does to those ticked."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry
from wagtail.users.models import UserProfile

from registrations.domain import waiting_list
from registrations.enums import MessageKind, ParticipationStatus, Promotion
from registrations.models import (
    OutgoingEmail,
    Participation,
    Registration,
    SessionConfirmation,
    SignUpRules,
    Workshop,
)
from tests.factories.registrations import booker, partner, person, registration
from tests.factories.trainings import catalogue, programme_page, session, training_page
from tests.factories.users import (
    communications_officer,
    organiser,
    registrations_manager,
    user,
)
from tests.registrations.views.reading import Page
from trainings.models import TrainingSession

pytestmark = pytest.mark.django_db


@pytest.fixture
def page():
    return training_page(programme_page(catalogue()))


@pytest.fixture
def morning(page):
    return session(page, timezone.localdate() + timedelta(days=30), capacity=2)


@pytest.fixture
def decider(client):
    """Reads English."""
    decider = organiser()
    UserProfile.objects.create(user=decider, preferred_language="en")
    client.force_login(decider)
    return decider


def made(*people, minutes=0, **options):
    return registration(*people, at=timezone.now() + timedelta(minutes=minutes - 600), **options)


def rules(session, **said):
    """The session's own; without what is not said nothing is limited."""
    values = {"capacity": None, "per_service": None, "promotion": Promotion.BY_HAND, **said}
    return SignUpRules.objects.create(session=session, **values)


def url(view, session):
    return reverse(f"registrations_admin:{view}", args=[session.pk])


def text(response) -> str:
    return " ".join(Page(response.content.decode(), "no mark").text.split())


def tick(*people):
    return [f"{one.pk}:{one.sequence}" for one in people]


def everybody():
    return list(Participation.objects.order_by("pk"))


def statuses():
    return [one.status for one in everybody()]


def act(client, session, verb, people, **said):
    sent = {"do": verb, "person": tick(*people), **said}
    return client.post(url("people_act", session), sent, follow=True)


def buttons(html, name="do") -> list[str]:
    return re.findall(rf'<button[^>]*name="{name}" value="(\w+)"', html)


# --- what is shown ---


def test_figures_and_people_are_shown(client, decider, morning):
    rules(morning, needs_approval=False, min_participants=3)
    made(
        person(morning, first_name="Ana", last_name="Place"),
        person(morning, number=2, first_name="Bob", last_name="Place", function="éducateur"),
        partner=partner("AIS"),
    )
    made(
        person(morning, number=3, first_name="Cleo", last_name="Attend"),
        minutes=1,
        partner=partner("CPAS"),
        booker=booker(email="autre@x.example"),
    )

    response = client.get(url("people", morning))

    found = response.context["found"].figures
    assert (found.capacity, found.confirmed, found.offered, found.left) == (2, 2, 0, 0)
    assert (found.waiting, found.pending, found.held, found.minimum) == (1, 0, 0, 3)
    words = text(response)
    for said in ("Ana Place", "éducateur", "AIS", "Cleo Attend", "rank 1", "no place is free"):
        assert said in words


def test_who_waits_reads_why_in_order_with_groups_marked(client, decider, morning):
    rules(morning, per_service=1)
    agency, school = partner("AIS"), partner("École")
    made(person(morning), partner=agency)
    made(person(morning, number=2), minutes=1, partner=agency)
    made(
        person(morning, number=3),
        person(morning, number=4),
        minutes=2,
        partner=school,
        booker=booker(keep_together=True),
    )
    SignUpRules.objects.update(per_service=2)
    made(person(morning, number=5), minutes=3, partner=partner("Forem"))
    SignUpRules.objects.filter(session=morning).update(per_service=1)

    queue = client.get(url("people", morning)).context["found"].queue

    assert [
        (line.booking.partner.name, line.rank, line.why.value, group.is_together)
        for line, group in queue
    ] == [
        ("AIS", 1, "CAP", False),
        ("École", 2, "CAP", True),
        ("École", 3, "CAP", True),
        ("Forem", 4, "NOW", False),
    ]
    assert "together or not at all: 2 people" in text(client.get(url("people", morning)))


def test_workshops_held_places_and_who_left_are_shown(client, decider, morning):
    rules(morning, may_hold=5, names_days_before=7)
    one = Workshop.objects.create(session=morning, title={"fr": "Énergie"}, capacity=1)
    two = Workshop.objects.create(session=morning, title={"fr": "Baux"})
    made(person(morning, workshops=((morning.pk, one.pk, two.pk),)))
    made(person(morning, number=2, first_name="", last_name="", email="", function=""), minutes=1)

    found = client.get(url("people", morning)).context["found"]

    assert [(each.workshop, each.taken, each.first, each.second) for each in found.workshops] == [
        (one, 1, 1, 0),
        (two, 0, 0, 1),
    ]
    assert [number for _booking, number in found.held] == [1]


@pytest.mark.parametrize("number", [1, 50])
def test_the_page_takes_the_same_number_of_queries(client, decider, morning, number, record):
    TrainingSession.objects.update(capacity=(number + 1) // 2)
    rules(morning)
    for one in range(number):
        made(
            person(morning, number=one),
            minutes=one,
            partner=partner(f"Service {one}"),
            booker=booker(email=f"b{one}@x.example"),
        )
    client.get(url("people", morning))

    with CaptureQueriesContext(
        connection,
    ) as queries:
        response = client.get(url("people", morning))

    assert response.context["found"].figures.confirmed == (number + 1) // 2
    assert record.setdefault("queries", len(queries)) == len(queries)


@pytest.fixture(scope="module")
def record():
    return {}


def test_the_screens_of_a_session_and_of_a_registration_lead_there(client, decider, morning):
    booked = made(person(morning))
    address = url("people", morning)
    screens = [
        reverse(TrainingSession.snippet_viewset.get_url_name("list")),
        reverse(TrainingSession.snippet_viewset.get_url_name("edit"), args=[morning.pk]),
        reverse(Registration.snippet_viewset.get_url_name("inspect"), args=[booked.pk]),
        reverse(Registration.snippet_viewset.get_url_name("list")) + f"?session={morning.pk}",
    ]

    assert [f'href="{address}"' in client.get(one).content.decode() for one in screens] == [
        True
    ] * 4


# --- what is done ---


def test_what_would_happen_is_shown_first_and_nothing_done(client, decider, morning):
    rules(morning, needs_approval=True)
    made(person(morning))
    sent = OutgoingEmail.objects.count()

    response = act(client, morning, "accept", everybody())

    assert statuses() == [ParticipationStatus.PENDING]
    assert OutgoingEmail.objects.count() == sent
    words = text(response)
    assert "a mail goes to them, and one to Assistante Sociale, who registered them" in words
    assert buttons(response.content.decode(), "confirmed") == ["1"]


def test_accepted_who_fits_has_a_place_and_the_others_wait(client, decider, morning):
    rules(morning, needs_approval=True)
    made(*[person(morning, number=number) for number in (1, 2, 3)])

    response = act(client, morning, "accept", everybody(), confirmed="1")

    assert statuses() == ["CONFIRMED", "CONFIRMED", "WAITING"]
    assert "2 people have a place. 1 person waits." in text(response)
    logged = ModelLogEntry.objects.filter(action="registrations.accept").get()
    assert logged.user == decider


def test_a_refusal_needs_a_reason_and_tells_it(client, decider, morning):
    rules(morning, needs_approval=True)
    made(person(morning))

    without = act(client, morning, "refuse", everybody(), confirmed="1")
    assert statuses() == ["PENDING"]
    assert "Please write why: they are told." in text(without)

    act(client, morning, "refuse", everybody(), confirmed="1", reason="Hors du territoire")
    (one,) = everybody()
    assert (one.status, one.refusal_reason) == ("REFUSED", "Hors du territoire")
    told = OutgoingEmail.objects.filter(kind=MessageKind.REFUSED).values_list(
        "recipient", flat=True
    )
    assert sorted(told) == ["assistante@cpas.example", "personne1@cpas.example"]


def test_the_next_in_line_is_given_a_free_place_without_a_reason(client, decider, morning):
    rules(morning)
    made(*[person(morning, number=number) for number in (1, 2, 3)])
    TrainingSession.objects.update(capacity=3)

    response = act(client, morning, "promote", everybody()[2:], confirmed="1")

    assert statuses() == ["CONFIRMED"] * 3
    assert "1 person is given a place." in text(response)
    assert Registration.objects.get().overruled == ""


@pytest.mark.parametrize(("verb", "after"), [("promote", "CONFIRMED"), ("offer", "OFFERED")])
def test_a_place_beyond_the_rules_needs_a_reason_which_is_kept(
    client, decider, morning, verb, after
):
    rules(morning)
    made(*[person(morning, number=number) for number in (1, 2, 3)])
    last = everybody()[2:]

    shown = act(client, morning, verb, last)
    without = act(client, morning, verb, last, confirmed="1")

    assert "This goes beyond the rules" in text(shown)
    assert "please say why" in text(without)
    assert statuses() == ["CONFIRMED", "CONFIRMED", "WAITING"]
    act(client, morning, verb, last, confirmed="1", reason="Stagiaire")
    assert statuses() == ["CONFIRMED", "CONFIRMED", after]
    assert Registration.objects.get().overruled == "Stagiaire"


def test_who_overtakes_somebody_who_fits_goes_beyond_the_rules(client, decider, morning):
    rules(morning)
    made(*[person(morning, number=number) for number in (1, 2, 3, 4)])
    TrainingSession.objects.update(capacity=3)

    response = act(client, morning, "promote", everybody()[3:])

    assert "This goes beyond the rules" in text(response)


def test_somebody_is_withdrawn_late_and_the_next_has_the_place(client, decider, morning):
    rules(morning, withdraw_days_before=60, promotion=Promotion.CONFIRM)
    made(*[person(morning, number=number) for number in (1, 2, 3)])

    shown = act(client, morning, "withdraw", everybody()[:1])
    response = act(
        client, morning, "withdraw", everybody()[:1], confirmed="1", reason="A téléphoné"
    )

    assert "These are marked as withdrawn late" in text(shown)
    assert statuses() == ["WITHDRAWN_LATE", "CONFIRMED", "CONFIRMED"]
    assert everybody()[0].withdrawal_reason == "A téléphoné"
    assert "1 person is withdrawn." in text(response)


def test_several_are_withdrawn_and_none_of_them_gets_a_place_in_between(client, decider, morning):
    rules(morning, promotion=Promotion.CONFIRM)
    made(*[person(morning, number=number) for number in (1, 2, 3, 4)])
    waiting_list.offer(everybody()[2:3], by=decider, at=timezone.now())
    one, _two, three, four = everybody()

    act(client, morning, "withdraw", [one, three, four], confirmed="1")

    assert statuses() == ["WITHDRAWN", "CONFIRMED", "WITHDRAWN", "WITHDRAWN"]
    assert OutgoingEmail.objects.filter(kind=MessageKind.PROMOTED).count() == 0


def test_somebody_is_replaced(client, decider, morning):
    made(person(morning))
    said = {
        "first_name": "Zoé",
        "last_name": "Neuve",
        "function": "juriste",
        "email": "z@x.example",
    }

    response = act(client, morning, "replace", everybody(), confirmed="1", **said)

    assert statuses() == ["REPLACED", "CONFIRMED"]
    assert everybody()[1].participant.name == "Zoé Neuve"
    assert "1 person is replaced." in text(response)


def test_who_is_on_the_list_already_replaces_nobody(client, decider, morning):
    made(person(morning), person(morning, number=2))
    said = {
        "first_name": "Zoé",
        "last_name": "Neuve",
        "function": "juriste",
        "email": "personne2@cpas.example",
    }

    response = act(client, morning, "replace", everybody()[:1], confirmed="1", **said)

    assert response.status_code == 409
    assert "This address is already registered for this session." in text(response)
    assert 'value="Zoé"' in response.content.decode()
    assert statuses() == ["CONFIRMED", "CONFIRMED"]


def test_two_cannot_be_replaced_by_one(client, decider, morning):
    made(person(morning), person(morning, number=2))

    assert "one person at a time" in text(act(client, morning, "replace", everybody()))


# --- meanwhile ---


def test_what_changed_meanwhile_is_left_out_and_said(client, decider, morning):
    rules(morning)
    made(*[person(morning, number=number) for number in (1, 2, 3, 4)])
    seen = everybody()[2:]
    waiting_list.promote(seen[:1], by=None, at=timezone.now())
    mails = OutgoingEmail.objects.filter(kind=MessageKind.PROMOTED).count()

    response = act(client, morning, "promote", seen, confirmed="1", reason="Urgent")

    assert statuses() == ["CONFIRMED"] * 4
    words = text(response)
    assert "1 person is given a place." in words
    assert "1 person was left out" in words
    # The one who had a place already is told once.
    assert OutgoingEmail.objects.filter(kind=MessageKind.PROMOTED).count() == mails + 2


def test_when_all_have_changed_nothing_is_done(client, decider, morning):
    rules(morning, needs_approval=True)
    made(person(morning))
    seen = everybody()
    act(client, morning, "accept", seen, confirmed="1")
    mails = OutgoingEmail.objects.count()

    response = act(client, morning, "refuse", seen, confirmed="1", reason="Non")

    assert statuses() == ["CONFIRMED"]
    assert OutgoingEmail.objects.count() == mails
    assert "Nothing was done" in text(response)


def test_nobody_ticked_is_said(client, decider, morning):
    made(person(morning))

    assert "Tick one person or more first." in text(act(client, morning, "withdraw", []))


def test_ids_of_another_session_are_not_found_and_nothing_changes(client, decider, morning, page):
    other = session(page, timezone.localdate() + timedelta(days=40))
    made(person(morning), person(other, number=2))
    before = list(Participation.objects.order_by("pk").values())

    for confirmed in ({}, {"confirmed": "1"}):
        response = act(client, morning, "withdraw", everybody(), **confirmed)
        assert response.status_code == 404

    assert list(Participation.objects.order_by("pk").values()) == before


@pytest.mark.parametrize(
    "sent",
    [
        {"do": "nonsense", "person": "1:0"},
        {"do": "expire", "person": "1:0"},
        {"do": "withdraw", "person": "x"},
        {"do": "withdraw", "person": "1" * 40 + ":0"},
        {"person": "1:0"},
    ],
)
def test_what_no_button_says_is_not_found(client, decider, morning, sent):
    assert client.post(url("people_act", morning), sent, follow=True).status_code == 404


@pytest.mark.parametrize("pk", [999999, 10**30])
@pytest.mark.parametrize(
    "view", ["people", "people_act", "goes_ahead", "enter_session", "enter_programme"]
)
def test_a_session_that_is_none_is_not_found(client, decider, view, pk):
    address = reverse(f"registrations_admin:{view}", args=[pk])

    assert client.post(address, follow=True).status_code == 404
    assert client.get(address, follow=True).status_code == 404


def test_nothing_is_offered_for_a_session_called_off(client, decider, morning):
    made(person(morning))
    TrainingSession.objects.update(status="CANCELLED")

    html = client.get(url("people", morning)).content.decode()
    response = act(client, morning, "withdraw", everybody(), confirmed="1")

    assert buttons(html) == []
    assert response.status_code == 409
    assert statuses() == ["CONFIRMED"]


# --- the minimum ---


@pytest.fixture
def short(morning):
    """Three are needed, two come, and the day to decide is here."""
    rules(morning, min_participants=3, decides_days_before=40)
    made(person(morning), person(morning, number=2))
    return morning


def test_too_few_people_are_said_on_the_page_and_at_home(client, decider, short):
    for screen in (url("people", short), reverse("wagtailadmin_home")):
        words = text(client.get(screen))
        assert "2 have a place and the minimum is 3" in words
        assert "It takes place: tell everybody" in words
        assert "Call it off…" in words


def test_it_takes_place_and_everybody_is_told_once(client, decider, short):
    for _press in range(2):
        response = client.post(url("goes_ahead", short), follow=True)

    assert SessionConfirmation.objects.get().confirmed_by == decider
    told = OutgoingEmail.objects.filter(kind=MessageKind.GOES_AHEAD)
    assert sorted(told.values_list("recipient", flat=True)) == [
        "assistante@cpas.example",
        "personne1@cpas.example",
        "personne2@cpas.example",
    ]
    assert "nobody is told twice" in text(response)
    assert ModelLogEntry.objects.filter(action="registrations.goes_ahead").count() == 1
    assert "the minimum is 3:" not in text(client.get(reverse("wagtailadmin_home")))


def test_called_off_the_reason_is_written_already(client, decider, short):
    (address,) = set(
        re.findall(
            r'href="([^"]*cancel[^"]*reason[^"]*)"',
            client.get(url("people", short)).content.decode(),
        )
    )

    form = client.get(address.replace("&amp;", "&")).content.decode()

    assert len(re.findall(r'name="reason_(fr|nl)" value="[^"]+"', form)) == 2
    assert short.status == "SCHEDULED"


# --- who may ---

SCREENS = [
    ("people", "get"),
    ("people_act", "get"),
    ("people_act", "post"),
    ("goes_ahead", "get"),
    ("goes_ahead", "post"),
    ("enter_session", "get"),
    ("enter_session", "post"),
    ("enter_programme", "get"),
    ("enter_programme", "post"),
]


def every_answer(client, morning):
    targets = {"enter_programme": morning.training.programme}
    return {
        (view, method): getattr(client, method)(url(view, targets.get(view, morning)))
        for view, method in SCREENS
    }


def nothing_happened():
    return (
        SessionConfirmation.objects.count() == 0
        and statuses() == ["CONFIRMED", "CONFIRMED"]
        and Registration.objects.count() == 1
    )


def test_who_is_not_logged_in_is_asked_to(client, short):
    for answer in every_answer(client, short).values():
        assert answer["Location"].startswith(reverse("wagtailadmin_login"))
    assert nothing_happened()


@pytest.mark.parametrize(
    "make",
    [
        communications_officer,
        lambda: user("registrations.change_registration"),  # but may see none
    ],
)
def test_who_may_not_see_registrations_sees_and_changes_nothing(client, short, make):
    client.force_login(make())

    for answer in every_answer(client, short).values():
        assert (answer.status_code, answer["Location"]) == (302, reverse("wagtailadmin_home"))
    assert nothing_happened()
    assert "Too few people" not in text(client.get(reverse("wagtailadmin_home")))


def test_who_may_only_see_changes_nothing(client, short):
    client.force_login(registrations_manager())

    answers = every_answer(client, short)

    page = answers.pop(("people", "get"))
    assert page.status_code == 200
    assert buttons(page.content.decode()) == []
    assert url("goes_ahead", short) not in page.content.decode()
    assert url("enter_session", short) not in page.content.decode()
    for answer in answers.values():
        assert (answer.status_code, answer["Location"]) == (302, reverse("wagtailadmin_home"))
    assert nothing_happened()


def test_a_registration_itself_is_edited_by_nobody(client, decider, morning):
    booked = made(person(morning))
    edit = reverse(Registration.snippet_viewset.get_url_name("edit"), args=[booked.pk])

    assert client.get(edit)["Location"] == reverse("wagtailadmin_home")
