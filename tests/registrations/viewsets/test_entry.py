"""People whom an organiser enters by hand."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry
from wagtail.users.models import UserProfile

from registrations.enums import MessageKind, Origin, PartnerStatus
from registrations.models import (
    OutgoingEmail,
    Participation,
    PartnerService,
    Registration,
    SignUpRules,
    Workshop,
)
from tests.factories.registrations import partner, person, registration
from tests.factories.trainings import catalogue, programme_page, session, training_page
from tests.factories.users import organiser
from tests.registrations.views.reading import Page

pytestmark = pytest.mark.django_db

ORGANISER = "trainings@host.example"


@pytest.fixture
def page():
    return training_page(programme_page(catalogue()))


@pytest.fixture
def morning(page):
    return session(page, timezone.localdate() + timedelta(days=30), capacity=2)


@pytest.fixture
def evening(page):
    return session(page, timezone.localdate() + timedelta(days=40), capacity=2)


@pytest.fixture
def decider(client):
    """Reads English."""
    decider = organiser()
    UserProfile.objects.create(user=decider, preferred_language="en")
    client.force_login(decider)
    return decider


@pytest.fixture(autouse=True)
def service():
    return partner("CPAS de Charleroi")


def text(response) -> str:
    return " ".join(Page(response.content.decode(), "no mark").text.split())


def url(of, view="enter_session"):
    return reverse(f"registrations_admin:{view}", args=[of.pk])


def typed(*sessions, **said):
    """One person, who is not the one who calls."""
    return {
        "key": "0123456789abcdef" * 2,
        "booking-origin": "PHONE",
        "booking-service_name": "CPAS de Charleroi",
        "booking-first_name": "Amina",
        "booking-last_name": "Diallo",
        "booking-email": "amina@cpas.example",
        "booking-may_name_partner": "no",
        "booking-keep_together": "split",
        "booking-language": "fr",
        "people-TOTAL_FORMS": "2",
        "people-INITIAL_FORMS": "0",
        "people-0-first_name": "Luc",
        "people-0-last_name": "Maes",
        "people-0-quality": "PROFESSIONAL",
        "people-0-sessions": [str(one.pk) for one in sessions],
        "people-1-quality": "PROFESSIONAL",
        "people-1-sessions": [str(one.pk) for one in sessions],
        **said,
    }


def send(client, session, view="enter_session", **said):
    return client.post(url(session, view), said, follow=True)


def standing():
    rows = Participation.objects.order_by("pk").select_related("participant")
    return [(one.participant.last_name, one.status) for one in rows]


def test_somebody_who_called_is_on_the_list(client, decider, morning):
    response = send(client, morning, **typed(morning))

    made = Registration.objects.get()
    assert (made.origin, made.created_by, made.overruled) == (Origin.PHONE, decider, "")
    assert (made.booker_email, made.language) == ("amina@cpas.example", "fr")
    assert standing() == [("Maes", "CONFIRMED")]
    assert f"Registered under {made.reference}: 1 place." in text(response)
    logged = ModelLogEntry.objects.get(action="registrations.sign_up")
    assert logged.user == decider


def test_without_an_address_mails_go_to_the_organiser_and_the_form_says_so(
    client, decider, morning
):
    assert ORGANISER in text(client.get(url(morning)))
    said = {"booking-email": "", "people-0-first_name": "", "people-0-last_name": ""}

    send(client, morning, **typed(morning, **said, **{"people-0-is_booker": "on"}))

    assert Registration.objects.get().booker_email == ORGANISER
    one = Participation.objects.get()
    assert (one.participant.name, one.participant.email, one.address) == ("Amina Diallo", "", "")
    assert list(OutgoingEmail.objects.values_list("kind", "recipient")) == [
        (MessageKind.RECEIPT, ORGANISER)
    ]


def test_who_called_before_has_the_rank_of_that_moment(client, decider, morning):
    now = timezone.now()
    registration(person(morning), person(morning, number=2), at=now - timedelta(hours=5))
    registration(person(morning, number=3, last_name="Après"), at=now - timedelta(hours=1))
    called = timezone.localtime(now - timedelta(hours=3))

    send(client, morning, **typed(morning, **{"booking-arrived_at": f"{called:%Y-%m-%dT%H:%M}"}))

    waiting = Participation.objects.waiting().select_related("participant")
    assert [one.participant.last_name for one in waiting] == ["Maes", "Après"]


def test_a_moment_to_come_is_refused_and_what_was_typed_is_kept(client, decider, morning):
    later = timezone.localtime(timezone.now() + timedelta(days=1))

    response = send(
        client, morning, **typed(morning, **{"booking-arrived_at": f"{later:%Y-%m-%dT%H:%M}"})
    )

    assert response.status_code == 422
    assert "This moment is still to come." in text(response)
    assert 'value="Maes"' in response.content.decode()
    assert Registration.objects.count() == 0


def test_beyond_the_rules_all_have_a_place_and_the_reason_is_kept(client, decider, morning):
    registration(person(morning), person(morning, number=2), at=timezone.now())

    send(client, morning, **typed(morning, **{"booking-overruled": "Intervient à la matinée"}))

    assert standing()[-1] == ("Maes", "CONFIRMED")
    assert Registration.objects.latest("pk").overruled == "Intervient à la matinée"


def test_it_may_be_entered_before_it_opens_and_after_it_closes(client, decider, morning):
    for opens, closes in ((5, 10), (-10, -5)):
        now = timezone.now()
        morning.registration_opens_at = now + timedelta(days=opens)
        morning.registration_closes_at = now + timedelta(days=closes)
        morning.save()
        key = f"{opens % 16:x}" * 32
        send(client, morning, **typed(morning, key=key))

    assert Registration.objects.count() == 2


def test_a_school_has_places_without_names(client, decider, morning):
    SignUpRules.objects.create(session=morning, per_service=None, names_days_before=10)
    said = {"people-0-first_name": "", "people-0-last_name": "", "booking-held": "2"}

    send(client, morning, **typed(morning, **said))

    made = Registration.objects.get()
    assert standing() == [("", "CONFIRMED"), ("", "CONFIRMED")]
    assert made.names_due_at is not None


def test_a_service_that_is_not_listed_is_added_to_be_checked(client, decider, morning):
    said = {"booking-service_name": "Maison neuve", "booking-service": "new"}

    without = send(client, morning, **typed(morning, **said))
    assert "Please tell us this about a service we do not know." in text(without)

    send(client, morning, **typed(morning, **said, **{"booking-service_municipality": "Mons"}))
    assert PartnerService.objects.get(name="Maison neuve").status == PartnerStatus.TO_CHECK


def test_of_services_of_about_that_name_one_is_chosen(client, decider, morning, service):
    other = partner("CPAS de Mons", municipality="Mons")
    said = typed(morning, **{"booking-service_name": "cpas"})

    asked = send(client, morning, **said)
    assert asked.status_code == 422
    assert "Please choose your service from the list." in text(asked)
    assert [f'value="{one.pk}"' in asked.content.decode() for one in (service, other)] == [True] * 2

    send(client, morning, **said, **{"booking-service": str(other.pk)})
    assert Registration.objects.get().partner == other


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"people-0-first_name": "", "people-0-last_name": ""}, "Please write down somebody"),
        ({"people-0-last_name": ""}, "Please write the last name."),
        ({"booking-service_name": "Xyzzy"}, "We do not know this service yet"),
        ({"booking-held": "many"}, "Please write a number."),
        ({"booking-held": "101"}, "At most a hundred places at once."),
        ({"booking-arrived_at": "hier"}, "Please write a day and an hour."),
        ({"booking-origin": "FORM"}, "FORM"),
        ({"people-0-sessions": ["999999"]}, "999999"),
        ({"people-TOTAL_FORMS": "x"}, "Part of the form was lost on the way."),
        ({"key": "short"}, "Please look at what you wrote once more"),
        ({"booking-first_name": "a\x00b"}, "One thing to correct"),
    ],
)
def test_what_cannot_be_taken_is_said(client, decider, morning, said, sentence):
    response = send(client, morning, **typed(morning, **said))

    assert response.status_code == 422
    assert sentence in text(response)
    assert Registration.objects.count() == 0


def test_somebody_on_the_list_already_is_refused_beside_the_address(client, decider, morning):
    registration(person(morning, email="luc@cpas.example"), at=timezone.now())

    response = send(client, morning, **typed(morning, **{"people-0-email": "luc@cpas.example"}))

    assert response.status_code == 422
    assert "This address is already registered for this session." in text(response)
    assert Registration.objects.count() == 1


def test_the_same_form_twice_is_one_registration(client, decider, morning):
    for _time in range(2):
        send(client, morning, **typed(morning))

    assert Registration.objects.count() == 1


def test_more_rows_come_without_a_script_and_nothing_is_lost(client, decider, morning):
    html = send(client, morning, **typed(morning, add="1")).content.decode()

    assert 'name="people-TOTAL_FORMS" value="4"' in html
    assert 'value="Maes"' in html
    assert Registration.objects.count() == 0


def test_a_workshop_is_chosen(client, decider, morning):
    one = Workshop.objects.create(session=morning, title={"fr": "Énergie"})
    assert "Énergie" in text(client.get(url(morning)))

    without = send(client, morning, **typed(morning))
    assert without.status_code == 422

    send(client, morning, **typed(morning, **{f"people-0-workshop_{morning.pk}": str(one.pk)}))
    assert Participation.objects.get().workshop == one


def test_a_whole_programme_is_entered_at_once(client, decider, morning, evening):
    programme = morning.training.programme
    said = typed(morning, evening, **{"booking-held": "1", "booking-held_sessions": [evening.pk]})

    send(client, programme, "enter_programme", **said)

    assert standing() == [("Maes", "CONFIRMED"), ("Maes", "CONFIRMED"), ("", "CONFIRMED")]


def test_sessions_that_belong_together_are_entered_together(client, decider, morning, evening):
    programme = morning.training.programme
    programme.is_indivisible = True
    programme.save()

    response = client.get(url(morning), follow=True)
    assert response.redirect_chain[-1][0].endswith(url(programme, "enter_programme"))
    send(client, programme, "enter_programme", **typed())

    assert standing() == [("Maes", "CONFIRMED"), ("Maes", "CONFIRMED")]


def test_nobody_is_entered_for_a_session_that_is_over_or_called_off(client, decider, page):
    over = session(page, timezone.localdate() - timedelta(days=3))
    off = session(page, timezone.localdate() + timedelta(days=3))
    type(off).objects.filter(pk=off.pk).update(status="CANCELLED")

    for one in (over, off):
        assert send(client, one, **typed(one)).status_code == 404
    assert Registration.objects.count() == 0


def test_reading_makes_nothing_and_each_form_has_its_own_key(client, decider, morning):
    keys = {
        re.findall(r'name="key" value="(\w{32})"', client.get(url(morning)).content.decode())[0]
        for _time in range(3)
    }

    assert len(keys) == 3
    assert Registration.objects.count() == 0
