from datetime import timedelta
from email.message import EmailMessage

import pytest
from django.core.management import call_command
from django.utils import timezone
from icalendar import Calendar

from registrations.emails import delivery, outbox
from registrations.emails.delivery import deliver_due
from registrations.enums import MessageKind, ParticipationStatus, TokenPurpose
from registrations.models import AccessToken, OutgoingEmail, Registration
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


@pytest.fixture
def page():
    return training_page(catalogue(), title="Accompagner un ménage")


def mail_to(smtp, address: str) -> EmailMessage:
    (found,) = [mail for mail in smtp.messages if mail["To"] == address]
    return found


def parts(mail: EmailMessage) -> list[str]:
    return [part.get_content_type() for part in mail.walk() if not part.is_multipart()]


def test_each_person_gets_an_invitation_and_the_booker_a_receipt(page, smtp):
    one, two = session(page, MORNING_1, venue=venue()), session(page, MORNING_2)
    made = registration(person(one, two), person(one, number=2), person(two, number=3))

    assert deliver_due(at=AT) == (4, 0)

    assert sorted(mail["To"] for mail in smtp.messages) == [
        "assistante@cpas.example",
        "personne1@cpas.example",
        "personne2@cpas.example",
        "personne3@cpas.example",
    ]
    receipt = mail_to(smtp, "assistante@cpas.example")
    text = receipt.get_body(("plain",)).get_content()
    for words in ("Sociale 1", "Sociale 3", "mardi 23 mars 2027", "9 h – 12 h 30", made.reference):
        assert words in text.replace("\xa0", " ")


def test_an_invitation_is_a_request_that_outlook_understands(page, smtp):
    morning = session(page, venue=venue(), online_url="https://meet.example/room")
    registration(person(morning))
    deliver_due(at=AT)

    mail = mail_to(smtp, "personne1@cpas.example")

    assert parts(mail) == ["text/plain", "text/html", "text/calendar", "application/ics"]
    (calendar_part,) = [one for one in mail.walk() if one.get_content_type() == "text/calendar"]
    assert calendar_part.get_param("method") == "REQUEST"
    assert calendar_part.get_content_charset() == "utf-8"
    calendar = Calendar.from_ical(calendar_part.get_content())
    assert str(calendar["METHOD"]) == "REQUEST"
    (event,) = calendar.walk("VEVENT")
    participation = morning.participations.get()
    assert str(event["UID"]) == str(participation.uid) != str(morning.uid)
    assert event.start == morning.local_start
    assert str(event["ATTENDEE"]) == "mailto:personne1@cpas.example"
    organiser = str(event["ORGANIZER"]).removeprefix("mailto:")
    assert organiser in mail["From"]
    assert mail["Auto-Submitted"] == "auto-generated"


def test_a_person_at_two_mornings_gets_one_mail_with_both(page, smtp):
    registration(person(session(page, MORNING_1), session(page, MORNING_2)))
    deliver_due(at=AT)

    mail = mail_to(smtp, "personne1@cpas.example")

    assert [one.get_filename() for one in mail.iter_attachments()] == [
        "invite-1.ics",
        "invite-2.ics",
    ]
    starts = [
        Calendar.from_ical(one.get_content()).walk("VEVENT")[0].start.date()
        for one in mail.iter_attachments()
    ]
    assert starts == [MORNING_1, MORNING_2]


def test_who_waits_learns_the_rank_and_gets_no_calendar_entry(page, smtp):
    small = session(page, capacity=1)
    registration(person(small))
    registration(person(small, number=2), booker=booker(email="autre@cpas.example"))
    deliver_due(at=AT)

    mail = mail_to(smtp, "personne2@cpas.example")

    assert parts(mail) == ["text/plain", "text/html"]
    assert "liste d’attente" in mail.get_body(("plain",)).get_content()


def test_a_mail_speaks_the_language_of_its_reader(page, smtp):
    translated(page, "nl", "Een huishouden begeleiden")
    registration(person(session(page), language="nl"))
    deliver_due(at=AT)

    dutch = mail_to(smtp, "personne1@cpas.example")
    french = mail_to(smtp, "assistante@cpas.example")

    assert "Een huishouden begeleiden" in dutch.get_body(("plain",)).get_content()
    assert "dinsdag 23 maart 2027" in dutch.get_body(("plain",)).get_content()
    assert "Accompagner un ménage" in french.get_body(("plain",)).get_content()


def test_the_secret_link_goes_to_the_booker_only(page, smtp):
    registration(person(session(page)), booker=booker(manager_email="responsable@cpas.example"))
    deliver_due(at=AT)

    with_link = [
        mail["To"]
        for mail in smtp.messages
        if "/receipt/" in mail.get_body(("plain",)).get_content()
    ]
    assert with_link == ["assistante@cpas.example"]
    assert AccessToken.objects.filter(purpose=TokenPurpose.MANAGE).count() == 1


def test_who_was_signed_up_by_another_is_told_by_whom(page, smtp):
    registration(person(session(page)))
    deliver_due(at=AT)

    text = mail_to(smtp, "personne1@cpas.example").get_body(("plain",)).get_content()

    assert "Assistante Sociale" in text
    assert "CPAS de Charleroi" in text


def test_a_mail_is_sent_once_however_often_one_asks(page, smtp):
    registration(person(session(page)))

    assert [deliver_due(at=AT + timedelta(hours=n)) for n in range(3)] == [(2, 0), (0, 0), (0, 0)]
    assert len(smtp.messages) == 2


def test_one_key_is_one_row(page):
    made = registration(person(session(page)))
    people = {one: {ParticipationStatus.CONFIRMED} for one in made.participants.all()}

    outbox.queue_sign_up(made, people=people, at=AT)

    assert OutgoingEmail.objects.count() == 2


def test_a_refusal_for_now_is_tried_again_with_the_same_words(page, smtp):
    registration(person(session(page), email=""))
    smtp.refusal = "451 4.3.0 Try again later"

    assert deliver_due(at=AT) == (0, 1)
    row = OutgoingEmail.objects.get()
    assert (row.state, row.attempts, row.due_at) == (
        "en attente",
        1,
        AT + delivery.FIRST_PAUSE,
    )
    assert "451" in row.last_error
    assert deliver_due(at=AT) == (0, 0)

    smtp.refusal = ""
    assert deliver_due(at=AT + delivery.FIRST_PAUSE) == (1, 0)
    assert smtp.messages[0]["Message-ID"] == row.message_id
    row.refresh_from_db()
    assert (row.subject, row.last_error) == (smtp.messages[0]["Subject"], "")


def test_a_refusal_for_good_is_shown_and_not_repeated(page, smtp):
    registration(person(session(page), email=""))
    smtp.refusal = "550 5.1.1 No such user"

    deliver_due(at=AT)

    row = OutgoingEmail.objects.get()
    assert (row.state, row.failed_at) == ("échec", AT)
    assert "550" in row.last_error
    assert deliver_due(at=AT + timedelta(days=1)) == (0, 0)


def test_a_server_that_stays_down_is_given_up_after_more_than_a_day(page, smtp):
    registration(person(session(page), email=""))
    smtp.refusal = "421 4.3.0 Closing"

    at, rounds = AT, 0
    while OutgoingEmail.objects.get().failed_at is None:
        deliver_due(at=at)
        at, rounds = OutgoingEmail.objects.get().due_at, rounds + 1

    assert rounds == delivery.MOST_ATTEMPTS
    assert OutgoingEmail.objects.get().failed_at - AT > timedelta(days=1)


def test_a_mail_that_cannot_be_built_does_not_stop_the_others(page, smtp):
    registration(person(session(page)))
    OutgoingEmail.objects.filter(kind=MessageKind.RECEIPT).update(kind="NONSENSE")

    assert deliver_due(at=AT) == (1, 1)
    assert [mail["To"] for mail in smtp.messages] == ["personne1@cpas.example"]


def test_a_claimed_mail_is_left_to_its_worker_until_the_lease_ends(page, smtp):
    registration(person(session(page), email=""))
    delivery.claim(at=AT, limit=10)  # a worker that dies here

    assert deliver_due(at=AT + timedelta(minutes=1)) == (0, 0)
    assert deliver_due(at=AT + delivery.LEASE + timedelta(seconds=1)) == (1, 0)


def test_links_carry_the_configured_site_only(page, smtp):
    registration(person(session(page)), partner=partner("Autre service"))
    deliver_due(at=AT)

    text = mail_to(smtp, "assistante@cpas.example").get_body(("plain",)).get_content()

    assert "http://localhost/fr/inscriptions/receipt/" in text
    assert Registration.objects.count() == 1


def test_the_command_says_how_many_left(page, smtp, capsys):
    registration(person(session(page)), at=timezone.now())

    call_command("send_emails")

    assert capsys.readouterr().out == "2 sent, 0 failed.\n"


def test_a_session_called_off_meanwhile_is_told_and_enters_no_calendar(page, smtp):
    off, on = session(page, MORNING_1), session(page, MORNING_2)
    registration(person(off, on))
    scheduling.cancel(off, by=None, at=AT)

    assert deliver_due(at=AT) == (4, 0)

    mail, _cancelled = [one for one in smtp.messages if one["To"] == "personne1@cpas.example"]
    (entry,) = mail.iter_attachments()
    assert Calendar.from_ical(entry.get_content()).walk("VEVENT")[0].start == on.local_start
    assert "Cette séance est annulée." in mail.get_body(("plain",)).get_content()


def test_a_sender_with_a_name_in_the_setting_is_a_bare_address(page, smtp, settings):
    settings.REGISTRATIONS_ORGANISER_EMAIL = "Formations <formations@slsp.example>"
    settings.REGISTRATIONS_ORGANISER_NAME = "La Société"
    registration(person(session(page)))
    deliver_due(at=AT)

    mail = mail_to(smtp, "personne1@cpas.example")
    (entry,) = mail.iter_attachments()
    (event,) = Calendar.from_ical(entry.get_content()).walk("VEVENT")
    assert mail["From"] == "La Société <formations@slsp.example>"
    assert str(event["ORGANIZER"]) == "mailto:formations@slsp.example"


def test_a_manager_who_books_gets_one_receipt(page):
    registration(
        person(session(page), email=""), booker=booker(manager_email="Assistante@cpas.example")
    )

    assert OutgoingEmail.objects.count() == 1
