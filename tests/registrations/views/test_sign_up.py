from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from wagtail.models import PageViewRestriction

from registrations.enums import PartnerStatus, Question
from registrations.models import (
    AccessToken,
    OutgoingEmail,
    Participant,
    Participation,
    PartnerService,
    Registration,
    ServiceKind,
    SignUpQuestions,
)
from tests.factories.registrations import partner
from tests.factories.trainings import (
    catalogue,
    programme_page,
    session,
    training_page,
    translated,
)
from tests.registrations.views.forms import filled_in
from trainings.domain import scheduling

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quick_people(settings):
    settings.REGISTRATIONS_MINIMUM_FILL_TIME = timedelta(0)


@pytest.fixture
def page():
    partner("CPAS de Charleroi")
    return training_page(programme_page(catalogue()), title="Accompagner un ménage")


@pytest.fixture
def morning(page):
    return session(page, timezone.localdate() + timedelta(days=30))


@pytest.fixture
def url(page, morning):
    return f"/fr/inscriptions/training/{page.training.uid}/"


def text(response) -> str:
    return response.content.decode()


def test_a_filled_in_form_leads_to_a_receipt(client, url, morning):
    response = client.post(url, filled_in(client, url), follow=True)

    assert response.redirect_chain[0][1] == 302
    assert "Personne Numéro 1" in text(response)
    assert Participation.objects.get().session == morning
    assert Registration.objects.get().language == "fr"


def test_the_receipt_is_for_the_holder_of_the_link_only(client, url):
    receipt = client.post(url, filled_in(client, url))["Location"]

    visitor = Client()
    response = visitor.get(receipt)

    assert response.status_code == 302
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert visitor.get(response["Location"]).status_code == 200
    assert Client().get(response["Location"]).status_code == 404
    for other in (receipt[:-2] + "/", receipt[:-1] + "x/", receipt.swapcase()):
        assert Client().get(other).status_code == 404


def test_only_a_digest_of_the_secret_is_stored(client, url):
    receipt = client.post(url, filled_in(client, url))["Location"]
    token = receipt.rstrip("/").rpartition("/")[2]

    assert len(token) >= 32
    assert token not in str(list(AccessToken.objects.values()))


def test_a_revoked_or_expired_link_opens_nothing(client, url):
    receipt = client.post(url, filled_in(client, url))["Location"]

    AccessToken.objects.update(expires_at=timezone.now())
    assert client.get(receipt).status_code == 404
    AccessToken.objects.update(
        expires_at=timezone.now() + timedelta(days=1), revoked_at=timezone.now()
    )
    assert client.get(receipt).status_code == 404


def test_reading_the_receipt_changes_nothing(client, url):
    receipt = client.post(url, filled_in(client, url))["Location"]
    before = list(AccessToken.objects.values()), OutgoingEmail.objects.count()

    for _time in range(10):
        client.get(receipt)
        client.head(receipt)

    assert (list(AccessToken.objects.values()), OutgoingEmail.objects.count()) == before
    assert client.post(receipt).status_code == 405


def test_the_same_form_sent_again_shows_the_same_registration(client, url):
    sent = filled_in(client, url)

    first = client.post(url, sent, follow=True)
    again = client.post(url, sent, follow=True)

    assert Registration.objects.count() == 1
    reference = Registration.objects.get().reference
    assert reference in text(first)
    assert reference in text(again)
    assert OutgoingEmail.objects.count() == 2


def test_the_same_form_with_other_names_is_told_and_linked(client, url):
    client.post(url, filled_in(client, url))
    changed = filled_in(client, url) | {"people-0-last_name": "Autre"}
    first_stamp = filled_in(client, url)["stamp"]
    client.post(url, filled_in(client, url) | {"stamp": first_stamp, "people-0-email": "n@x.be"})

    response = client.post(
        url, changed | {"stamp": first_stamp, "people-0-email": "autre@cpas.example"}
    )

    assert response.status_code == 409
    assert "/inscriptions/receipt/" in text(response)


def test_a_stranger_who_replays_a_form_sees_nothing_of_the_first(client, url):
    sent = filled_in(client, url)
    client.post(url, sent)

    stranger = Client()
    response = stranger.post(
        url,
        sent
        | {
            "people-0-last_name": "Étranger",
            "people-0-email": "etranger@x.example",
            "booking-email": "etranger@x.example",
        },
        follow=True,
    )

    assert Registration.objects.count() == 2
    assert "Numéro 1" not in text(response)
    assert Registration.objects.order_by("pk").first().reference not in text(response)


def test_errors_stand_beside_their_field_and_keep_what_was_typed(client, url):
    response = client.post(
        url,
        filled_in(client, url, {"function": ""}, {"last_name": "Gardé"}, email="no address"),
    )

    assert response.status_code == 422
    assert not Registration.objects.exists()
    booking, people = response.context["booking"], response.context["people"]
    assert set(booking.errors) == {"email"}
    assert [set(errors) for errors in people.errors] == [{"function"}, set()]
    assert 'value="no address"' in text(response)
    assert 'value="Gardé"' in text(response)


def test_a_person_is_added_without_javascript(client, url):
    sent = filled_in(client, url, {"last_name": "Gardé"}, email="")

    response = client.post(url, sent | {"add": "1"})

    assert response.status_code == 200
    assert response.context["people"].total_form_count() == 2
    assert 'value="Gardé"' in text(response)
    assert "aria-invalid" not in text(response)
    assert not Registration.objects.exists()


def test_the_person_in_the_middle_is_removed_without_javascript(client, url):
    names = [{"last_name": name} for name in ("Un", "Deux", "Trois")]

    response = client.post(url, filled_in(client, url, *names) | {"remove": "1"})

    rows = response.context["people"].forms
    assert [row["last_name"].value() for row in rows] == ["Un", "Trois"]


def test_no_more_than_ten_people(client, url):
    ten = filled_in(client, url, *[{} for _n in range(10)])
    eleven = filled_in(client, url, *[{} for _n in range(11)])

    assert client.post(url, ten | {"add": "1"}).context["people"].total_form_count() == 10
    assert client.post(url, eleven).status_code == 422
    assert client.post(url, ten).status_code == 302


def test_a_row_nobody_filled_in_is_forgotten(client, url):
    empty = dict.fromkeys(("first_name", "last_name", "email", "function"), "")

    response = client.post(url, filled_in(client, url, {}, empty))

    assert response.status_code == 302
    assert Participant.objects.count() == 1


def test_the_booker_need_not_write_a_name_twice(client, url):
    me = {"is_booker": "on", "first_name": "", "last_name": "", "email": ""}

    client.post(url, filled_in(client, url, me))

    person = Participant.objects.get()
    assert (person.name, person.email) == ("Assistante Sociale", "assistante@cpas.example")


def test_a_row_is_the_booker_or_somebody_else(client, url):
    response = client.post(url, filled_in(client, url, {"is_booker": "on"}))

    assert set(response.context["people"].errors[0]) == {"is_booker"}


def test_a_person_already_registered_is_told_beside_the_address(client, url):
    client.post(url, filled_in(client, url))

    response = client.post(url, filled_in(client, url))

    assert response.status_code == 422
    assert set(response.context["people"].errors[0]) == {"email"}
    assert Registration.objects.count() == 1


@pytest.mark.parametrize("typed", ["cpas charleroi", "C.P.A.S. Charleroi", "Charleroi, CPAS"])
def test_a_service_is_found_however_it_is_typed(client, url, typed):
    assert client.post(url, filled_in(client, url, service_name=typed)).status_code == 302
    assert Registration.objects.get().partner.name == "CPAS de Charleroi"


def test_an_uncertain_name_comes_back_with_the_services_it_may_be(client, url):
    partner("CPAS de Charleroi antenne Nord")
    sent = filled_in(client, url, service_name="antenne cpas")

    response = client.post(url, sent)

    assert response.status_code == 422
    assert set(response.context["booking"].errors) == {"service"}
    choices = [label for _value, label in response.context["booking"].fields["service"].choices]
    assert choices[:-1] == ["CPAS de Charleroi antenne Nord, Charleroi"]

    chosen = PartnerService.objects.get(name="CPAS de Charleroi antenne Nord")
    assert client.post(url, sent | {"booking-service": chosen.pk}).status_code == 302
    assert Registration.objects.get().partner == chosen


def test_a_service_not_listed_is_added_to_be_checked(client, url):
    kind = ServiceKind.objects.create(name={"fr": "Santé"})
    unknown = {
        "service_name": "Maison neuve",
        "service": "new",
        "service_kind": kind.pk,
        "service_municipality": "Mons",
    }
    without = {"service_kind": "", "service_municipality": ""}

    refused = client.post(url, filled_in(client, url, **{**unknown, **without}))
    assert set(refused.context["booking"].errors) == {"service_kind", "service_municipality"}

    client.post(url, filled_in(client, url, **unknown))
    made = Registration.objects.get().partner
    assert (made.name, made.status, made.kind) == ("Maison neuve", PartnerStatus.TO_CHECK, kind)


def test_suggestions_name_listed_services_only(client, url):
    partner("Service à vérifier", status=PartnerStatus.TO_CHECK)

    answer = client.get("/fr/inscriptions/services/", {"q": "charl"}).json()

    assert answer == {"results": [{"name": "CPAS de Charleroi", "municipality": "Charleroi"}]}
    assert client.get("/fr/inscriptions/services/", {"q": "vérifier"}).json() == {"results": []}
    assert client.get("/fr/inscriptions/services/", {"q": "c"}).json() == {"results": []}


def test_nothing_optional_is_asked_unless_the_organiser_wants_it(client, url, page):
    asked = ("phone", "order_reference", "manager_email", "wants_news", "wants_contact")
    per_person = ("wish", "language", "wants_meal", "diet", "on_participant_list")

    form = client.get(url).context
    assert not set(asked) & set(form["booking"].fields)
    assert not set(per_person) & set(form["people"].forms[0].fields)

    SignUpQuestions.objects.create(training=page.training, asked=Question.values)
    form = client.get(url).context
    assert set(asked) <= set(form["booking"].fields)
    assert set(per_person) <= set(form["people"].forms[0].fields)


def test_answers_to_optional_questions_are_kept(client, url, page):
    SignUpQuestions.objects.create(training=page.training, asked=Question.values)
    person = {
        "wish": "Quels délais ?",
        "language": "nl",
        "wants_meal": "yes",
        "diet": "végétarien",
        "on_participant_list": "on",
    }
    booking = {
        "phone": "+32 71 00 00 01",
        "order_reference": "BC 12",
        "manager_email": "chef@cpas.example",
        "wants_news": "on",
        "wants_contact": "on",
    }

    client.post(url, filled_in(client, url, person, **booking))

    registration, participant = Registration.objects.get(), Participant.objects.get()
    assert (registration.booker_phone, registration.order_reference) == ("+32 71 00 00 01", "BC 12")
    assert (registration.manager_email, registration.wants_news) == ("chef@cpas.example", True)
    assert registration.wants_contact
    assert registration.partner.wants_contact_since == registration.created_at
    assert (participant.wish, participant.language) == ("Quels délais ?", "nl")
    assert (participant.needs.wants_meal, participant.needs.diet) == (True, "végétarien")
    assert participant.on_participant_list


def test_whether_the_service_may_be_named_must_be_answered(client, url):
    response = client.post(url, filled_in(client, url, may_name_partner=None))

    assert set(response.context["booking"].errors) == {"may_name_partner"}


def test_a_machine_that_fills_in_the_trap_is_refused(client, url):
    response = client.post(url, filled_in(client, url, website_2="https://spam.example"))

    assert response.status_code == 422
    assert not Registration.objects.exists()


def test_a_form_that_comes_back_at_once_is_asked_for_again(client, url, settings):
    settings.REGISTRATIONS_MINIMUM_FILL_TIME = timedelta(seconds=30)

    response = client.post(url, filled_in(client, url))

    assert response.status_code == 422
    assert 'value="Numéro 1"' in text(response)
    assert not Registration.objects.exists()


def test_an_address_of_the_network_is_slowed_down(client, url, settings):
    settings.REGISTRATIONS_ATTEMPTS_PER_HOUR = 2
    answers = [client.post(url, filled_in(client, url, email="")).status_code for _n in range(3)]

    assert answers == [422, 422, 429]


def test_one_mailbox_is_not_flooded(client, page, url, settings):
    settings.REGISTRATIONS_RECEIPTS_PER_HOUR = 2
    answers = [
        client.post(url, filled_in(client, url, {"email": f"{n}@x.example"})).status_code
        for n in range(3)
    ]

    assert answers == [302, 302, 422]
    assert OutgoingEmail.objects.filter(recipient="assistante@cpas.example").count() == 2


def test_a_programme_offers_all_its_sessions_in_one_form(client, page, morning):
    other = training_page(page.get_parent(), title="Mieux vivre")
    second = session(other, timezone.localdate() + timedelta(days=37))
    url = f"/fr/inscriptions/programme/{page.training.programme.uid}/"
    both = {"sessions": [morning.pk, second.pk]}

    client.post(url, filled_in(client, url, both, {"sessions": [second.pk]}))

    assert Registration.objects.count() == 1
    assert sorted(Participation.objects.values_list("session", flat=True)) == sorted(
        [morning.pk, second.pk, second.pk]
    )


def test_sessions_of_another_training_are_refused(client, page, url):
    other = training_page(page.get_parent(), title="Ailleurs")
    foreign = session(other, timezone.localdate() + timedelta(days=30))

    response = client.post(url, filled_in(client, url, {"sessions": [foreign.pk]}))

    assert set(response.context["people"].errors[0]) == {"sessions"}
    assert not Participation.objects.exists()


def _unpublish(page, morning):
    page.unpublish()


def _restrict(page, morning):
    PageViewRestriction.objects.create(page=page, restriction_type="login")


@pytest.mark.parametrize("hide", [_unpublish, _restrict], ids=["draft", "restricted"])
def test_what_cannot_be_read_cannot_be_signed_up_for(client, page, morning, url, hide):
    sent = filled_in(client, url)

    hide(page, morning)

    assert client.get(url).status_code == 404
    assert client.post(url, sent).status_code == 404
    assert not Registration.objects.exists()


def test_a_cancelled_session_is_refused_even_when_the_form_was_open(client, morning, url):
    sent = filled_in(client, url)
    scheduling.cancel(morning, by=None, at=timezone.now())

    assert client.post(url, sent).status_code == 422
    assert not Registration.objects.exists()


def test_a_full_session_says_so_and_takes_a_waiting_list(client, page, morning, url):
    morning.capacity = 1
    scheduling.change(morning, by=None, at=timezone.now())
    client.post(url, filled_in(client, url))

    form = client.get(url)
    assert "Complet" in text(form)
    response = client.post(
        url,
        filled_in(client, url, {"email": "b@x.example"}, email="b@x.example"),
        follow=True,
    )

    assert Participation.objects.order_by("pk").last().status == "WAITING"
    assert "liste d’attente" in text(response)


def test_the_form_speaks_the_language_of_its_address(client, page, morning):
    translated(page, "nl", "Een huishouden begeleiden")

    response = client.get(f"/nl/inscriptions/training/{page.training.uid}/")

    assert response.context["heading"] == "Een huishouden begeleiden"


def test_forged_requests_from_elsewhere_are_refused(url, client):
    sent = filled_in(client, url)

    assert Client(enforce_csrf_checks=True).post(url, sent).status_code == 403


@pytest.mark.parametrize("charset", ["utf-16", "latin-1", "nonsense"])
def test_another_charset_is_refused_kindly(client, url, charset):
    response = client.generic(
        "POST", url, b"a=b", f"application/x-www-form-urlencoded; charset={charset}"
    )

    assert response.status_code == 415
