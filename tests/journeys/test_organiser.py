"""The organiser's share of fair places, screen by screen, in French."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.users.models import UserProfile

from registrations.enums import Promotion
from registrations.models import OutgoingEmail, Participation, SignUpRules
from tests.factories.registrations import booker, partner, person, registration
from tests.factories.trainings import catalogue, programme_page, session, training_page
from tests.factories.users import organiser
from tests.registrations.views.reading import Page

pytestmark = pytest.mark.django_db


@pytest.fixture
def morning():
    page = training_page(programme_page(catalogue()))
    return session(page, timezone.localdate() + timedelta(days=30), capacity=2)


@pytest.fixture
def desk(client):
    """The browser of an organiser who reads French."""
    user = organiser()
    UserProfile.objects.create(user=user, preferred_language="fr")
    client.force_login(user)
    return client


def rules(morning, **said):
    values = {"capacity": None, "per_service": None, **said}
    return SignUpRules.objects.create(session=morning, **values)


def booked(*people, name="CPAS de Charleroi", hours=10):
    return registration(
        *people,
        partner=partner(name),
        booker=booker(email=f"{name.split()[0].lower()}@service.example"),
        at=timezone.now() - timedelta(hours=hours),
    )


def url(view, morning):
    return reverse(f"registrations_admin:{view}", args=[morning.pk])


def words(response) -> str:
    return " ".join(Page(response.content.decode(), "").text.split())


def act(desk, morning, verb, people, **said):
    sent = {"do": verb, "person": [f"{one.pk}:{one.sequence}" for one in people], **said}
    return desk.post(url("people_act", morning), sent, follow=True)


def waiting():
    found = Participation.objects.waiting().with_rank().select_related("participant")
    return [(one.rank, one.participant.last_name) for one in found]


def mails(kind) -> list[str]:
    return sorted(OutgoingEmail.objects.filter(kind=kind).values_list("recipient", flat=True))


def test_registrations_are_confirmed_and_refused(desk, morning):
    rules(morning, needs_approval=True)
    booked(*(person(morning, number=number) for number in (1, 2, 3)))
    booked(person(morning, number=4), name="Forem", hours=5)
    asked = list(Participation.objects.order_by("pk"))

    assert "à confirmer" in words(desk.get(url("people", morning)))
    before = words(act(desk, morning, "accept", asked[:3]))
    assert "Dans l’ordre d’arrivée, une place va à qui" in before
    after = words(act(desk, morning, "accept", asked[:3], confirmed="1"))
    assert "2 personnes ont une place. 1 personne attend." in after
    act(desk, morning, "refuse", asked[3:], confirmed="1", reason="Hors de notre territoire")

    assert [one.status for one in Participation.objects.order_by("pk")] == [
        *("CONFIRMED", "CONFIRMED", "WAITING", "REFUSED"),
    ]
    assert mails("ACCEPTED") == [
        *("cpas@service.example", "personne1@cpas.example", "personne2@cpas.example"),
    ]
    assert mails("REFUSED") == ["forem@service.example", "personne4@cpas.example"]


def test_a_free_place_is_given_by_hand(desk, morning):
    rules(morning, promotion=Promotion.BY_HAND)
    booked(*(person(morning, number=number) for number in (1, 2, 3)))
    first, _second, third = Participation.objects.order_by("pk")

    act(desk, morning, "withdraw", [first], confirmed="1", reason="A téléphoné")
    assert waiting() == [(1, "Sociale 3")]
    act(desk, morning, "promote", [third], confirmed="1")

    third.refresh_from_db()
    assert (third.status, waiting()) == ("CONFIRMED", [])
    assert mails("PROMOTED") == ["cpas@service.example", "personne3@cpas.example"]


def test_who_called_this_morning_comes_before_who_wrote_at_noon(desk, morning):
    rules(morning)
    booked(person(morning), person(morning, number=2))
    booked(person(morning, number=3), name="Forem", hours=1)
    called = timezone.localtime(timezone.now() - timedelta(hours=4))
    typed = {
        "key": "0123456789abcdef" * 2,
        "booking-origin": "PHONE",
        "booking-arrived_at": f"{called:%Y-%m-%dT%H:%M}",
        "booking-service_name": "Forem",
        "booking-first_name": "Accueil",
        "booking-last_name": "Forem",
        "booking-email": "accueil@forem.example",
        "booking-may_name_partner": "yes",
        "booking-keep_together": "split",
        "booking-language": "fr",
        "people-TOTAL_FORMS": "1",
        "people-INITIAL_FORMS": "0",
        "people-0-first_name": "Personne",
        "people-0-last_name": "Appelante",
        "people-0-quality": "PROFESSIONAL",
        "people-0-sessions": [str(morning.pk)],
    }

    answer = words(desk.post(url("enter_session", morning), typed, follow=True))

    assert " : 1 en liste d’attente." in answer
    assert waiting() == [(1, "Appelante"), (2, "Sociale 3")]


def test_too_few_people_and_it_takes_place_all_the_same(desk, morning):
    rules(morning, min_participants=3, decides_days_before=40)
    booked(person(morning), person(morning, number=2))

    said = words(desk.get(url("people", morning)))
    assert "2 personnes ont une place et le minimum est de 3 : il est temps de décider" in said
    desk.post(url("goes_ahead", morning), follow=True)

    assert mails("GOES_AHEAD") == [
        *("cpas@service.example", "personne1@cpas.example", "personne2@cpas.example"),
    ]
