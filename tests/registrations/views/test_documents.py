"""Documents for participants: by their own link, in time, and by no other way."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.translation import gettext

from registrations.models import AccessToken, Participation
from tests.factories.documents import document, give, handout
from tests.factories.registrations import booker, person, registration
from tests.factories.trainings import catalogue, session, training_page, translated

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("referenced")]

DAY = timedelta(days=1)


@pytest.fixture
def page():
    return training_page(catalogue())


@pytest.fixture
def slides(page):
    made = document("Canari")
    give(page, handout(made))
    return made


def over(page):
    """A session of yesterday, and the person who has a place in it."""
    return at_it(page, timezone.localdate() - DAY)


def at_it(page, on):
    made = session(page, on, registration_opens_at=timezone.now() - 90 * DAY)
    registration(person(made), at=made.starts_at - 30 * DAY)
    return Participation.objects.latest("pk")


def opened(client, one):
    """Follow the person's link; under which address the rest stands then."""
    token = AccessToken.for_participant(one, at=timezone.now())
    token.save()
    response = client.get(f"/fr/inscriptions/mine/{token.secret}/")
    assert response.status_code == 302
    return f"/fr/inscriptions/kept/{one.pk}/"


def opened_booking(client, one):
    registration = one.participant.registration
    secret = AccessToken.to_manage(registration, at=timezone.now()).saved()
    assert client.get(f"/fr/inscriptions/receipt/{secret}/").status_code == 302
    return f"/fr/inscriptions/registration/{registration.reference}/"


@pytest.fixture(params=[opened, opened_booking])
def follow(request):
    return request.param


def body(response):
    return b"".join(response) if response.streaming else response.content


def test_without_the_link_it_is_refused_with_it_it_is_there(client, page, slides, follow):
    one = over(page)
    stranger = Client()

    address = f"{follow(client, one)}document/{slides.pk}/"
    refused, given = stranger.get(address), client.get(address)

    assert (refused.status_code, given.status_code) == (403, 200)
    assert stranger.get(slides.url).status_code == 403
    assert client.get(slides.url).status_code == 403
    assert gettext("This document is for participants") in refused.content.decode()
    assert body(given) == b"%PDF-1.7 canary"
    assert given["Content-Type"] == "application/pdf"
    assert given["Content-Disposition"].startswith("attachment; filename=")
    assert given["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in given["Cache-Control"]
    assert given["Referrer-Policy"] == "no-referrer"


def test_the_refusal_is_the_same_whatever_there_is(client, page, slides):
    one = over(page)
    opened(client, one)
    base = "/fr/inscriptions/kept"

    answers = [
        Client().get(address)
        for address in (
            f"{base}/{one.pk}/document/{slides.pk}/",
            f"{base}/{one.pk}/document/{2**70}/",
            f"{base}/{2**70}/document/{slides.pk}/",
            f"/fr/inscriptions/registration/ZZZZZZZZ/document/{slides.pk}/",
        )
    ]

    assert {one.status_code for one in answers} == {403}
    assert len({one.content for one in answers}) == 1


def test_somebody_elses_link_opens_nothing(client, page, slides, follow):
    one = over(page)
    registration(
        person(one.session, number=2),
        booker=booker(email="autre@cpas.example"),
        at=one.arrived_at,
    )
    other = Participation.objects.latest("pk")
    address = f"{follow(Client(), one)}document/{slides.pk}/"
    follow(client, other)

    assert client.get(address).status_code == 403


def test_a_link_that_was_revoked_opens_nothing(client, page, slides, follow):
    address = f"{follow(client, over(page))}document/{slides.pk}/"
    AccessToken.objects.update(revoked_at=timezone.now())

    assert client.get(address).status_code == 403


@pytest.mark.parametrize("status", ["WAITING", "WITHDRAWN", "PENDING", "REFUSED"])
def test_who_has_no_place_has_no_document(client, page, slides, follow, status):
    one = over(page)
    address = f"{follow(client, one)}document/{slides.pk}/"
    Participation.objects.update(status=status)

    assert client.get(address).status_code == 404


@pytest.mark.parametrize(("moment", "status"), [("BEFORE", 200), ("DURING", 404), ("AFTER", 404)])
def test_before_its_moment_it_is_not_there(client, page, follow, moment, status):
    made = document("Canari")
    give(page, handout(made, moment))
    address = f"{follow(client, at_it(page, timezone.localdate() + 5 * DAY))}document/{made.pk}/"

    response = client.get(address)

    assert response.status_code == status
    response.close()


def test_what_the_training_does_not_give_out_is_unknown(client, page, slides, follow):
    elsewhere = document("Ailleurs")
    give(training_page(page.get_parent(), "Autre"), handout(elsewhere, "BEFORE"))
    base = follow(client, over(page))
    nothing = client.get("/fr/inscriptions/registration/ZZZZZZZZ/")

    for number in (elsewhere.pk, 0, 2**70):
        response = client.get(f"{base}document/{number}/")
        assert (response.status_code, response.content) == (404, nothing.content)


def test_it_is_given_in_whatever_language_a_page_has_it(client, page, follow):
    made = document("Nederlands")
    give(translated(page, "nl", "Wonen"), handout(made, "BEFORE"))

    response = client.get(f"{follow(client, over(page))}document/{made.pk}/")

    assert body(response) == b"%PDF-1.7 canary"


def test_a_file_that_is_gone_is_unknown(client, page, slides, follow):
    base = follow(client, over(page))
    slides.file.storage.delete(slides.file.name)

    assert client.get(f"{base}document/{slides.pk}/").status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_it_is_only_read(client, page, slides, follow, method):
    address = f"{follow(client, over(page))}document/{slides.pk}/"

    assert getattr(client, method)(address).status_code == 405


# --- where they are shown ----------------------------------------------------------------------


def test_ones_own_page_has_all_of_them(client, page):
    kept, public = document("Réservé"), document("Public")
    give(page, handout(kept), handout(public, only=False))

    base = opened(client, over(page))
    shown = client.get(base).content.decode()

    assert f'href="{base}document/{kept.pk}/"' in shown
    assert f'href="{public.url}"' in shown
    assert kept.url not in shown


def test_what_is_still_to_come_is_named_without_an_address(client, page, slides):
    base = opened(client, at_it(page, timezone.localdate() + 5 * DAY))
    shown = client.get(base).content.decode()

    assert "Canari" in shown
    assert gettext("not given out yet") in shown
    assert "/document/" not in shown


def test_the_bookers_page_has_those_of_who_has_a_place(client, page, slides):
    base = opened_booking(client, over(page))
    assert f'href="{base}document/{slides.pk}/"' in client.get(base).content.decode()

    Participation.objects.update(status="WAITING")
    assert "Canari" not in client.get(base).content.decode()
