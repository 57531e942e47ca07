import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry
from wagtail.users.models import UserProfile

from registrations.domain import opt_outs
from registrations.models import Letter, OutgoingEmail, PartnerService
from tests.factories.letters import to_people, write
from tests.factories.registrations import booker, partner, person, registration
from tests.factories.trainings import catalogue, session, training_page
from tests.factories.users import communications_officer, organiser, registrations_manager
from tests.registrations.views.reading import Page

pytestmark = pytest.mark.django_db

IN_A_WEEK = timezone.localdate() + timedelta(days=7)


@pytest.fixture
def page():
    return training_page(catalogue())


@pytest.fixture
def morning(page):
    return session(page, IN_A_WEEK)


@pytest.fixture
def people(morning):
    """Two with an address, one through the booker."""
    return registration(
        person(morning),
        person(morning, number=2, language="nl"),
        person(morning, number=3, email=""),
        at=timezone.now(),
    )


@pytest.fixture
def writer(client):
    """Reads English."""
    made = organiser()
    UserProfile.objects.create(user=made, preferred_language="en")
    client.force_login(made)
    return made


def url() -> str:
    return reverse("registrations_admin:write_letter")


def listed() -> str:
    return reverse(Letter.snippet_viewset.get_url_name("list"))


def typed(*sessions, **fields) -> dict:
    return {
        "key": "0" * 32,
        "readers": "PEOPLE",
        "to_come": [str(one.pk) for one in sessions],
        "states": ["CONFIRMED"],
        "months": "12",
        "subject_fr": "Bonjour {name}",
        "body_fr": "Une nouvelle de {service}.",
        **fields,
    }


def text(response) -> str:
    return " ".join(Page(response.content.decode(), "no mark").text.split())


def faults(response) -> list[tuple[str, str]]:
    """As the summary has them, each with the place it leads to."""
    return re.findall(r'<li><a href="#(\w+)">(.*?)</a></li>', response.content.decode())


def shown(response) -> str:
    (digest,) = re.findall(r'name="shown" value="(\w+)"', response.content.decode())
    return digest


def letter_mails():
    return OutgoingEmail.objects.filter(kind="LETTER")


# --- the way through it ------------------------------------------------------------------------


def test_the_session_of_the_link_is_chosen(client, writer, people, morning, page):
    other = session(page, IN_A_WEEK + timedelta(days=7))
    registration(person(other, number=4), at=timezone.now())
    people_url = reverse("registrations_admin:people", args=[morning.pk])
    link = f"{url()}?session={morning.pk}"

    assert f'href="{link}"' in client.get(people_url).content.decode()
    html = client.get(link).content.decode()

    boxes = re.findall(r'<input[^>]*name="to_come"[^>]*>', html)
    assert [
        ("checked" in box, f'value="{pk}"' in box)
        for box, pk in zip(boxes, (morning.pk, other.pk), strict=True)
    ] == [(True, True), (False, True)]


def test_one_sees_who_gets_what_before_anything_leaves(client, writer, people, morning):
    response = client.post(url(), typed(morning))

    said = text(response)
    assert response.status_code == 200
    assert "3 people · French" in said
    assert "1 of them through the person who registered them" in said
    assert "Assistante Sociale 2, CPAS de Charleroi" in said
    assert "3 mails leave, each to one address" in said
    # One reads Dutch.
    assert "1 mail is in another language than its reader’s" in said
    assert "Send 3 mails" in said
    # As the first reader gets it, in a frame that runs nothing.
    assert "Bonjour Assistante Sociale 1" in said
    assert response.content.decode().count("<iframe sandbox srcdoc=") == 1
    assert (Letter.objects.count(), letter_mails().count()) == (0, 0)


def test_each_language_that_is_written_is_shown(client, writer, people, morning):
    dutch = {"subject_nl": "Dag {name}", "body_nl": "Nieuws."}
    response = client.post(url(), typed(morning, **dutch))

    assert response.content.decode().count("<iframe sandbox") == 2
    said = text(response)
    assert "2 people · French" in said
    assert "1 person · Dutch" in said
    assert "Dag Assistante Sociale 2" in said
    assert "another language" not in said


def test_what_was_shown_is_sent_once(client, writer, people, morning):
    sent = typed(morning)
    digest = shown(client.post(url(), sent))

    for _time in range(2):
        response = client.post(url(), {**sent, "do": "send", "shown": digest})
        assert (response.status_code, response["Location"]) == (302, listed())

    letter = Letter.objects.get()
    assert (letter.emails.count(), letter_mails().count()) == (3, 3)
    assert (letter.written_by, letter.subject) == (writer, {"fr": "Bonjour {name}"})
    assert "That was sent already" in text(client.get(listed()))
    assert ModelLogEntry.objects.filter(action="registrations.write_letter").count() == 1


def test_readers_who_changed_meanwhile_are_shown_again(client, writer, people, morning):
    sent = typed(morning)
    digest = shown(client.post(url(), sent))
    other = booker(email="autre@cpas.example")
    registration(person(morning, number=4), booker=other, at=timezone.now())

    response = client.post(url(), {**sent, "do": "send", "shown": digest})

    assert response.status_code == 409
    assert "the readers are no longer those you were shown" in text(response)
    assert "Send 4 mails" in text(response)
    assert letter_mails().count() == 0
    again = {**sent, "do": "send", "shown": shown(response)}
    assert client.post(url(), again).status_code == 302
    assert letter_mails().count() == 4


def test_another_text_of_the_same_form_is_another_letter(client, writer, people, morning):
    for subject in ("Un", "Deux"):
        sent = typed(morning, subject_fr=subject)
        digest = shown(client.post(url(), sent))
        client.post(url(), {**sent, "do": "send", "shown": digest})

    assert [one.subject["fr"] for one in Letter.objects.order_by("pk")] == ["Un", "Deux"]


def test_back_to_the_text_nothing_is_lost(client, writer, people, morning):
    sent = typed(morning, body_fr='Une ligne\r\n\r\net "une" <autre>', places="Charleroi")
    html = client.post(url(), sent).content.decode()
    hidden = {
        (name, value)
        for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html)
    }
    assert ("body_fr", "Une ligne\r\n\r\net &quot;une&quot; &lt;autre&gt;") in hidden
    assert ("to_come", str(morning.pk)) in hidden
    assert ("places", "Charleroi") in hidden

    back = client.post(url(), {**sent, "do": "back"}).content.decode()

    assert "et &quot;une&quot; &lt;autre&gt;</textarea>" in back
    assert 'value="Charleroi"' in back
    assert "error-message" not in back


def test_a_test_goes_to_the_writer(client, writer, people, morning, smtp):
    response = client.post(url(), {**typed(morning), "do": "test"})

    assert "A test is on its way to organisation@x.example." in text(response)
    assert "Send 3 mails" in text(response)
    assert [mail["To"] for mail in smtp.messages] == ["organisation@x.example"]
    assert (letter_mails().count(), Letter.objects.count()) == (0, 0)


def test_who_is_left_out_is_said_and_why(client, writer):
    partner("A", email="a@x.example")
    partner("B", email="b@x.example")
    partner("C")
    opt_outs.decline("b@x.example", at=timezone.now())
    words = {"subject_fr": "Bonjour {service}", "body_fr": "Une nouvelle"}

    said = text(client.post(url(), typed(readers="SERVICES", seen="ANY", **words)))

    assert "1 partner service · French" in said
    assert "1 wants no letters Show their names (want no letters) B" in said
    assert "1 has no e-mail address Show their names (no e-mail address) C" in said
    assert "Each mail has a link to receive no more letters" in said


def test_a_letter_for_nobody_cannot_be_sent(client, writer):
    response = client.post(url(), typed(readers="NEWS"))

    assert "Nobody: no mail would leave." in text(response)
    assert 'value="send"' not in response.content.decode()


# --- what is typed wrong -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"readers": ""}, [("id_readers_0", "Whom it is for – This field is required.")]),
        ({"to_come": []}, [("id_to_come_0", "To come – Please choose at least one session.")]),
        ({"states": []}, [("id_states_0", "Of these, those who are – Please say whom of these.")]),
        (
            {"to_come": ["999999"]},
            [("id_to_come_0", "To come – Please choose among these sessions.")],
        ),
        (
            {"subject_fr": "", "body_fr": ""},
            [
                ("id_subject_0", "Subject – Please write a subject."),
                ("id_body_0", "Text – Please write a text."),
            ],
        ),
        ({"body_fr": ""}, [("id_body_0", "Text – It lacks a text in French.")]),
        ({"subject_nl": "Dag"}, [("id_body_0", "Text – It lacks a text in Dutch.")]),
        (
            {"body_fr": "{price}"},
            [
                (
                    "id_body_0",
                    "Text – These have nothing to say to these readers: {price}. You may use "
                    "{name}, {service}, {organiser}, {title}, {when}, {place}.",
                )
            ],
        ),
        (
            {"readers": "SERVICES"},
            [
                (
                    "id_subject_0",
                    "Subject – These have nothing to say to these readers: {name}. You may use "
                    "{service}, {organiser}.",
                )
            ],
        ),
        (
            {"readers": "SERVICES", "seen": "NOT_LATELY", "months": "0", "subject_fr": "Bonjour"},
            [("id_months", "For how many months – At least one month.")],
        ),
        (
            {"readers": "SERVICES", "seen": "NOT_LATELY", "months": "", "subject_fr": "Bonjour"},
            [("id_months", "For how many months – Please write a number of months.")],
        ),
        (
            {"places": "charleroi, Mons"},
            [
                (
                    "id_places",
                    "Only services in these municipalities – No partner service is in Mons.",
                )
            ],
        ),
        (
            {"body_fr": "a\x0bb"},
            [("id_body_0", "Text – This text holds a character that cannot be printed.")],
        ),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(client, writer, people, morning, wrong, expected):
    response = client.post(url(), typed(morning, **wrong))

    assert (response.status_code, faults(response)) == (422, expected)


@pytest.mark.parametrize("do", ["", "send", "test", "back"])
def test_nonsense_is_no_error_of_ours(client, writer, people, do):
    nonsense = {
        "do": do,
        "readers": "X",
        "to_come": ["x", "9" * 30],
        "states": ["X"],
        "kinds": ["x"],
        "months": "x" * 50,
        "seen": "X",
        "subject_fr": "\x00",
        "body_fr": "{",
        "key": "<>",
        "shown": "x",
    }

    assert client.post(url(), nonsense).status_code in (200, 422)
    assert client.get(url(), {"session": "x" * 30}).status_code == 200
    assert letter_mails().count() == 0


def test_what_is_asked_of_others_does_not_matter(client, writer, people, morning):
    response = client.post(url(), typed(morning, months="x", seen="X"))

    assert response.status_code == 200


def test_places_are_found_however_they_are_typed(client, writer):
    partner("A", email="a@x.example", municipality="La Louvière", postal_code="7100")
    partner("B", email="b@x.example", municipality="Mons", postal_code="7000")
    words = {"readers": "SERVICES", "subject_fr": "Bonjour", "seen": "ANY"}

    for place in ("la louviere", "7100", "LA-LOUVIÈRE"):
        said = text(client.post(url(), typed(places=place, **words)))
        assert "Send 1 mail" in said, place


# --- those that were written -------------------------------------------------------------------


def test_letters_are_listed_with_what_became_of_them(client, writer, people, morning):
    at = timezone.now()
    letter = write(to_people(morning), at=at, by=writer)
    first, second = letter.emails.order_by("pk")[:2]
    OutgoingEmail.objects.filter(pk=first.pk).update(sent_at=at)
    OutgoingEmail.objects.filter(pk=second.pk).update(failed_at=at)

    html = client.get(listed()).content.decode()

    (row,) = [one for one in re.findall(r"<tr.*?</tr>", html, re.DOTALL) if "Une nouvelle" in one]
    cells = [
        " ".join(re.sub(r"<[^>]*>", " ", cell).split())
        for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)
    ]
    assert cells[-4:] == ["organisation", "3", "1", "1"]
    assert f'href="{url()}"' in html
    inspect = reverse(Letter.snippet_viewset.get_url_name("inspect"), args=[letter.pk])
    said = text(client.get(inspect))
    assert "3 in all, 1 sent, 1 failed" in said
    assert "No: they need it to take part." in said
    assert "Voici une nouvelle." in said


def test_the_list_asks_as_much_for_three_letters_as_for_one(client, writer, people, morning):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(listed())
        return len(queries)

    write(to_people(morning), at=timezone.now(), by=writer, key="1")
    asked()  # what a process asks for once
    one = asked()
    for key in "23":
        write(to_people(morning), at=timezone.now(), by=writer, key=key)
    assert asked() == one


# --- who may -----------------------------------------------------------------------------------


def test_who_only_sees_registrations_sees_letters_and_writes_none(client, people, morning):
    client.force_login(registrations_manager())
    letter = write(to_people(morning), at=timezone.now())

    response = client.get(listed())
    assert response.status_code == 200
    assert f'href="{url()}"' not in response.content.decode()
    inspect = reverse(Letter.snippet_viewset.get_url_name("inspect"), args=[letter.pk])
    assert client.get(inspect).status_code == 200
    for response in (client.get(url()), client.post(url(), typed(morning))):
        assert (response.status_code, response["Location"]) == (302, reverse("wagtailadmin_home"))


def test_who_does_not_see_registrations_sees_nothing_of_letters(client, people, morning):
    client.force_login(communications_officer())
    letter = write(to_people(morning), at=timezone.now())
    names = Letter.snippet_viewset.get_url_name

    for address in (
        listed(),
        reverse(names("inspect"), args=[letter.pk]),
        reverse(names("history"), args=[letter.pk]),
        url(),
    ):
        response = client.get(address)
        assert (response.status_code, response["Location"]) == (302, reverse("wagtailadmin_home"))
    assert client.post(url(), {**typed(morning), "do": "send"}).status_code == 302
    assert Letter.objects.count() == 1


def test_nobody_changes_a_letter(client, admin_client, morning, people):
    letter = write(to_people(morning), at=timezone.now())
    names = Letter.snippet_viewset.get_url_name

    for name in ("edit", "delete"):
        response = admin_client.get(reverse(names(name), args=[letter.pk]))
        assert response["Location"] == reverse("wagtailadmin_home")
    assert admin_client.get(reverse(names("add")))["Location"] == reverse("wagtailadmin_home")


# --- the address of a service ------------------------------------------------------------------


def test_the_address_of_a_service_is_shown_found_and_changed(client):
    client.force_login(registrations_manager())
    service = partner("CPAS", email="info@cpas.example")
    other = partner("Forem", email="info@forem.example")
    names = PartnerService.snippet_viewset.get_url_name

    html = client.get(reverse(names("list")), {"q": "forem.example"}).content.decode()
    shown = [reverse(names("edit"), args=[one.pk]) in html for one in (other, service)]
    assert shown == [True, False]

    edit = reverse(names("edit"), args=[service.pk])
    assert 'value="info@cpas.example"' in client.get(edit).content.decode()
    form = {
        "name": "CPAS",
        "relation": "NONE",
        "status": "LISTED",
        "email": "new@cpas.example",
        "municipality": "Charleroi",
        "contacts-TOTAL_FORMS": "0",
        "contacts-INITIAL_FORMS": "0",
    }
    assert client.post(edit, form).status_code == 302
    service.refresh_from_db()
    assert service.email == "new@cpas.example"
