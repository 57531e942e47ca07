from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.users.models import UserProfile

from registrations.domain import answers
from registrations.models import OutgoingEmail, Participation, PartnerService, Registration
from tests.factories.registrations import booker, partner, person, registration
from tests.factories.trainings import catalogue, session, training_page
from tests.factories.users import communications_officer, registrations_manager

pytestmark = pytest.mark.django_db


def url(model, view, *args):
    return reverse(model.snippet_viewset.get_url_name(view), args=args)


@pytest.fixture
def morning():
    page = training_page(catalogue())
    return session(page, timezone.localdate() + timedelta(days=30), capacity=2)


@pytest.fixture
def manager(client):
    manager = registrations_manager()
    client.force_login(manager)
    return manager


def made(*people, **options):
    return registration(*people, at=timezone.now(), **options)


def test_the_list_counts_people_places_and_waiting(client, manager, morning):
    made(*[person(morning, number=number) for number in (1, 2, 3)])

    (row,) = client.get(url(Registration, "list")).context["object_list"]

    assert (row.people, row.confirmed, row.waiting) == (3, 2, 1)


@pytest.mark.parametrize(
    "words", ["Durand", "durand@cpas.example", "CPAS", "Assistante", "reference"]
)
def test_a_registration_is_found_by_person_service_and_reference(client, manager, morning, words):
    wanted = made(
        person(morning, last_name="Durand", email="durand@cpas.example"),
        person(morning, number=2),
        partner=partner("CPAS de Charleroi"),
    )
    other = made(
        person(morning, number=3, first_name="X", email="x@forem.example"),
        partner=partner("Forem"),
        booker=booker(first_name="Y", email="y@forem.example"),
    )

    query = wanted.reference if words == "reference" else words
    found = client.get(url(Registration, "list"), {"q": query}).context["object_list"]

    assert list(found) == [wanted]
    assert other not in found


def test_registrations_are_filtered_by_session_and_training(client, manager, morning):
    wanted = made(person(morning))
    elsewhere = session(training_page(catalogue_of(morning), title="Ailleurs"))
    registration(person(elsewhere, number=2))

    for name, value in {"session": morning.pk, "training": morning.training_id}.items():
        found = client.get(url(Registration, "list"), {name: value}).context["object_list"]
        assert list(found) == [wanted]


def catalogue_of(session):
    from trainings.models import TrainingPage  # noqa: PLC0415 -- beside its only use

    return TrainingPage.objects.get(training=session.training).get_parent()


def test_one_registration_shows_its_people_states_and_mails(client, manager, morning):
    one = made(*[person(morning, number=number) for number in (1, 2, 3)])

    html = client.get(url(Registration, "inspect", one.pk)).content.decode()

    assert one.reference in html
    assert html.count("Sociale ") >= 3
    assert "rang 1" in html
    assert html.count("personne1@cpas.example") >= 1
    history = client.get(url(Registration, "history", one.pk))
    assert history.status_code == 200


def test_one_registration_shows_what_its_people_answered(client, manager, morning):
    one = made(person(morning), person(morning, number=2), booker=booker(language="fr"))
    comes, goes = Participation.objects.order_by("pk")
    now = timezone.now()
    answers.keep(comes, at=now)
    answers.withdraw(goes, reason="malade", at=now)
    manager.wagtail_userprofile = UserProfile.objects.create(user=manager, preferred_language="en")

    def page() -> str:
        html = client.get(url(Registration, "inspect", one.pk)).content.decode()
        return " ".join(html.split())

    assert ": comes</li>" in page().replace(" </li>", "</li>")
    assert "withdrawn" in page()
    assert "Reason: malade" in page()
    answers.replace(comes, by_person=person(number=3, last_name="Neuve"), at=now)
    assert ": comes" not in page()
    assert "Replaced by Assistante Neuve" in page()


def test_the_list_counts_who_still_comes(client, manager, morning):
    made(person(morning), person(morning, number=2))
    first, second = Participation.objects.order_by("pk")
    answers.replace(first, by_person=person(number=3), at=timezone.now())
    answers.withdraw(second, at=timezone.now())

    (row,) = client.get(url(Registration, "list")).context["object_list"]

    assert (row.people, row.confirmed, row.waiting) == (1, 1, 0)


@pytest.mark.parametrize("view", ["add", "edit", "delete"])
def test_registrations_are_not_written_here(client, manager, morning, view):
    one = made(person(morning))
    arguments = [] if view == "add" else [one.pk]

    response = client.get(url(Registration, view, *arguments))

    assert response.status_code == 302
    assert Registration.objects.exists()


def test_who_edits_pages_does_not_see_people(client, morning):
    one = made(person(morning))
    client.force_login(communications_officer())

    for target in (
        url(Registration, "list"),
        url(Registration, "inspect", one.pk),
        url(OutgoingEmail, "list"),
        url(OutgoingEmail, "inspect", OutgoingEmail.objects.first().pk),
        url(PartnerService, "list"),
    ):
        response = client.get(target)
        assert response.status_code == 302
        assert response["Location"] == reverse("wagtailadmin_home")


def test_mails_are_listed_by_state_and_shown_as_they_left(client, manager, morning):
    from registrations.emails.delivery import deliver_due  # noqa: PLC0415 -- only here

    made(person(morning))
    waiting = client.get(url(OutgoingEmail, "list"), {"state": "waiting"}).context["object_list"]
    assert len(waiting) == 2

    deliver_due(at=timezone.now())

    sent = client.get(url(OutgoingEmail, "list"), {"state": "sent"}).context["object_list"]
    assert len(sent) == 2
    html = client.get(url(OutgoingEmail, "inspect", sent[0].pk)).content.decode()
    assert "sandbox" in html
    assert "BEGIN:VCALENDAR" in html or "Assistante" in html


def test_a_partner_service_to_check_is_listed(client, manager):
    partner("Service neuf", status="TO_CHECK")

    found = client.get(url(PartnerService, "list"), {"status": "TO_CHECK"}).context["object_list"]

    assert [one.name for one in found] == ["Service neuf"]


@pytest.mark.parametrize("model", [Registration, PartnerService, OutgoingEmail])
def test_lists_take_as_many_queries_for_many_rows(client, manager, morning, model):
    def count():
        client.get(url(model, "list"))
        with CaptureQueriesContext(connection) as captured:
            client.get(url(model, "list"))
        return len(captured)

    made(person(morning))
    with_one = count()

    for number in range(2, 14):
        made(person(morning, number=number), partner=partner(f"Service {number}"))

    assert count() == with_one
