from datetime import timedelta

import pytest
from wagtail.models import Site

from registrations.domain import opt_outs
from registrations.emails.delivery import deliver_due, drain
from registrations.models import OutgoingEmail, Participation, PartnerService, Registration
from tests.factories.letters import WORDS, to_people, to_services, to_who_wants_news, write
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
from trainings.models import TranslatedText

pytestmark = pytest.mark.django_db

LATER = AT + timedelta(days=100)


@pytest.fixture
def page():
    return training_page(catalogue(), title="Accompagner un ménage")


@pytest.fixture
def morning(page):
    return session(page, MORNING_1, venue=venue())


@pytest.fixture
def letters(smtp):
    """What arrives of letters from here on, by address: subject and text of each."""
    OutgoingEmail.objects.update(sent_at=AT)

    def arrived(at=AT):
        drain(now=lambda: at)
        return {
            mail["To"]: (mail["Subject"], mail.get_body(("plain",)).get_content())
            for mail in smtp.messages
        }

    return arrived


def said(text: str) -> dict[str, TranslatedText]:
    return {"subject": TranslatedText(fr=text), "body": TranslatedText(fr=text)}


def sent_before():
    OutgoingEmail.objects.update(sent_at=AT)


def test_each_mail_is_addressed_to_one_and_shows_no_other_address(morning, smtp):
    morning.capacity = None
    morning.save()
    for number in range(30):
        people = (person(morning, number=number * 10 + one) for one in range(10))
        registration(*people, booker=booker(email=f"b{number}@cpas.example"))
    sent_before()
    letter = write(to_people(morning))

    drain(now=lambda: AT)

    assert letter.emails.filter(sent_at=AT).count() == len(smtp.messages) == 300
    wanted = {f"personne{number}@cpas.example" for number in range(300)}
    assert {mail["To"] for mail in smtp.messages} == wanted
    for mail, octets in zip(smtp.messages, smtp.octets, strict=True):
        assert [mail["X-Envelope-To"], mail["Cc"], mail["Bcc"]] == [mail["To"], None, None]
        assert {one for one in wanted if f"{one}".encode() in octets} == {mail["To"]}


def test_placeholders_are_filled_for_each_reader_once(morning, page, letters):
    registration(
        person(morning, last_name="{service}"),
        person(morning, number=2, language="nl"),
        person(morning, number=3, email=""),
    )
    translated(page, "nl", "Een huishouden begeleiden")
    sent_before()
    text = "{name} | {service} | {title} | {when} | {place} | {organiser}"
    both = TranslatedText(fr=f"F {text}", nl=f"N {text}")
    write(to_people(morning), subject=TranslatedText(fr="F {name}", nl="N {name}"), body=both)

    arrived = letters()

    def first_line(address: str) -> list[str]:
        return arrived[address][1].splitlines()[0].replace("\xa0", " ").split(" | ")

    place = "Salle des Tilleuls"
    french = first_line("personne1@cpas.example")
    assert french[:4] == [
        "F Assistante {service}",
        "CPAS de Charleroi",
        "Accompagner un ménage",
        "mardi 23 mars 2027, 9 h – 12 h 30",
    ]
    assert (french[4][: len(place)], french[5]) == (place, "Tests")
    assert arrived["personne1@cpas.example"][0] == "F Assistante {service}"
    assert first_line("personne2@cpas.example")[0] == "N Assistante Sociale 2"
    assert first_line("personne2@cpas.example")[2] == "Een huishouden begeleiden"
    # The booker stands for who has no address, and reads for whom it is.
    assert first_line("assistante@cpas.example")[0] == "F Assistante Sociale"
    assert "- Assistante Sociale 3" in arrived["assistante@cpas.example"][1]
    assert "- Assistante" not in arrived["personne1@cpas.example"][1]


def test_what_was_typed_or_put_in_is_text_in_the_html(morning, smtp):
    registration(person(morning, last_name="<b>"))
    sent_before()
    write(to_people(morning), **said("<i>x</i> {name} https://site.example/a"))

    deliver_due(at=AT)

    html = smtp.messages[0].get_body(("html",)).get_content()
    assert "&lt;i&gt;x&lt;/i&gt; Assistante &lt;b&gt;" in html
    assert '<a href="https://site.example/a">' in html


# --- what has nothing left to say --------------------------------------------------------------


def test_who_left_or_declined_meanwhile_reads_nothing(morning, page, letters):
    evening = session(page, MORNING_2)
    registration(
        person(morning), person(morning, number=2), person(morning, evening, number=3, email="")
    )
    sent_before()
    letter = write(to_people(morning, evening))
    gone = Participation.objects.filter(address="personne1@cpas.example")
    gone.update(status="WITHDRAWN")
    Participation.objects.filter(address="", session=evening).update(status="WITHDRAWN")
    opt_outs.decline("personne2@cpas.example", at=AT)

    # They need this one: declined or not.
    assert set(letters()) == {"personne2@cpas.example", "assistante@cpas.example"}
    assert letter.emails.count() == 2


def test_who_declined_after_it_was_written_reads_no_news(morning, letters):
    registration(person(morning), person(morning, number=2))
    sent_before()
    write(to_people(morning), at=LATER)
    opt_outs.decline("Personne1@cpas.example", at=LATER)

    assert set(letters(LATER)) == {"personne2@cpas.example"}


def test_another_state_meanwhile_is_another_letter(morning, letters):
    registration(person(morning), person(morning, number=2))
    waiting = Participation.objects.filter(address="personne1@cpas.example")
    waiting.update(status="WAITING")
    sent_before()
    write(to_people(morning, states=("WAITING",)), **said("Encore un peu de patience"))
    waiting.update(status="CONFIRMED")

    assert letters() == {}


def test_a_service_that_changed_its_address_is_not_written_to_at_the_old_one(letters):
    partner("A", email="a@x.example")
    partner("B", email="b@x.example")
    write(to_services(), **said("{service}"))
    PartnerService.objects.filter(name="A").update(email="new@x.example")

    assert {address: subject for address, (subject, _text) in letters().items()} == {
        "b@x.example": "B"
    }


def test_who_wants_no_next_dates_any_more_reads_none(morning, letters):
    for name in ("a", "b"):
        registration(
            person(morning, email=""), booker=booker(email=f"{name}@x.example", wants_news=True)
        )
    sent_before()
    write(to_who_wants_news(), **said("{name}, {service}"))
    Registration.objects.filter(booker_email="a@x.example").update(wants_news=False)

    assert {address: subject for address, (subject, _text) in letters().items()} == {
        "b@x.example": "Assistante Sociale, CPAS de Charleroi"
    }


def test_an_erased_registration_takes_its_mails_along(morning, letters):
    made = registration(person(morning))
    sent_before()
    letter = write(to_people(morning))
    made.delete()

    assert (letters(), letter.emails.count()) == ({}, 0)


# --- the button of mail programs ---------------------------------------------------------------


def header_of(smtp, name: str) -> str | None:
    """Unfolded: it is longer than a line."""
    (mail,) = smtp.messages
    return mail[name].strip() if mail[name] else None


@pytest.fixture
def https():
    Site.objects.update(hostname="trainings.host.example", port=443)
    Site.clear_site_root_paths_cache()


def test_what_may_be_declined_has_a_button_in_mail_programs(smtp, https):
    partner(email="info@cpas.example")
    write(to_services())
    deliver_due(at=AT)

    link = header_of(smtp, "List-Unsubscribe")
    assert link.startswith("<https://trainings.host.example/fr/inscriptions/stop/")
    assert "info" not in link
    assert header_of(smtp, "List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"
    (mail,) = smtp.messages
    for part in ("plain", "html"):
        assert link.strip("<>") in mail.get_body((part,)).get_content()


def test_without_https_it_has_the_link_alone(smtp):
    partner(email="info@cpas.example")
    write(to_services())
    deliver_due(at=AT)

    assert header_of(smtp, "List-Unsubscribe").startswith("<http://localhost/")
    assert header_of(smtp, "List-Unsubscribe-Post") is None


def test_tried_again_it_leaves_with_the_same_link(smtp, https):
    partner(email="info@cpas.example")
    write(to_services())
    smtp.refusal = "451 4.3.0 Try again later"
    deliver_due(at=AT)
    text = OutgoingEmail.objects.get().text
    smtp.refusal = ""
    deliver_due(at=AT + timedelta(hours=1))

    assert header_of(smtp, "List-Unsubscribe").strip("<>") in text


def test_what_one_needs_to_take_part_cannot_be_declined(morning, smtp, https):
    registration(person(morning, email=""))
    deliver_due(at=AT)  # a receipt
    write(to_people(morning))
    deliver_due(at=AT)

    assert len(smtp.messages) == 2
    for mail in smtp.messages:
        assert mail["List-Unsubscribe"] is None
        assert mail["List-Unsubscribe-Post"] is None
        assert "/stop/" not in mail.get_body(("plain",)).get_content()
    assert smtp.messages[1]["Subject"] == WORDS["subject"]["fr"]


def test_a_batch_asks_for_each_thing_once(morning, django_assert_max_num_queries):
    registration(*(person(morning, number=number) for number in range(18)))
    sent_before()
    write(to_people(morning), **said("{name} {title}"))

    # Two for each mail are of composing and of noting that it left; the others are shared.
    with django_assert_max_num_queries(18 * 4 + 15):
        deliver_due(at=AT)
