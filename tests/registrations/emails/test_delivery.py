from datetime import timedelta
from email.message import EmailMessage
from smtplib import SMTPDataError

import pytest
from django.db import OperationalError
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


def counts(done: delivery.Delivered) -> tuple[int, int]:
    return done.sent, done.failed


def parts(mail: EmailMessage) -> list[str]:
    return [part.get_content_type() for part in mail.walk() if not part.is_multipart()]


def test_each_person_gets_an_invitation_and_the_booker_a_receipt(page, smtp):
    one, two = session(page, MORNING_1, venue=venue()), session(page, MORNING_2)
    made = registration(person(one, two), person(one, number=2), person(two, number=3))

    assert counts(deliver_due(at=AT)) == (4, 0)

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

    done = [counts(deliver_due(at=AT + timedelta(hours=hours))) for hours in range(3)]

    assert done == [(2, 0), (0, 0), (0, 0)]
    assert len(smtp.messages) == 2


def test_one_key_is_one_row(page):
    made = registration(person(session(page)))
    people = {one: {ParticipationStatus.CONFIRMED} for one in made.participants.all()}

    outbox.queue_sign_up(made, people=people, at=AT)

    assert OutgoingEmail.objects.count() == 2


def test_a_refusal_for_now_is_tried_again_with_the_same_words(page, smtp):
    registration(person(session(page), email=""))
    smtp.refusal = "451 4.3.0 Try again later"

    assert counts(deliver_due(at=AT)) == (0, 1)
    row = OutgoingEmail.objects.get()
    assert (row.state, row.attempts, row.due_at) == (
        "en attente",
        1,
        AT + delivery.FIRST_PAUSE,
    )
    assert "451" in row.last_error
    assert counts(deliver_due(at=AT)) == (0, 0)

    smtp.refusal = ""
    assert counts(deliver_due(at=AT + delivery.FIRST_PAUSE)) == (1, 0)
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
    assert counts(deliver_due(at=AT + timedelta(days=1))) == (0, 0)


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

    assert counts(deliver_due(at=AT)) == (1, 1)
    assert [mail["To"] for mail in smtp.messages] == ["personne1@cpas.example"]


def test_a_claimed_mail_is_left_to_its_worker_until_the_lease_ends(page, smtp):
    registration(person(session(page), email=""))
    delivery.claim(at=AT, limit=10)  # a worker that dies here

    assert counts(deliver_due(at=AT + timedelta(minutes=1))) == (0, 0)
    assert counts(deliver_due(at=AT + delivery.LEASE + timedelta(seconds=1))) == (1, 0)


def test_links_carry_the_configured_site_only(page, smtp):
    registration(person(session(page)), partner=partner("Autre service"))
    deliver_due(at=AT)

    text = mail_to(smtp, "assistante@cpas.example").get_body(("plain",)).get_content()

    assert "http://localhost/fr/inscriptions/receipt/" in text
    assert Registration.objects.count() == 1


def test_a_session_called_off_meanwhile_is_told_and_enters_no_calendar(page, smtp):
    off, on = session(page, MORNING_1), session(page, MORNING_2)
    registration(person(off, on))
    scheduling.cancel(off, by=None, at=AT)

    assert counts(deliver_due(at=AT)) == (4, 0)

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


# --- whatever goes wrong -----------------------------------------------------------------------


def people(page, count: int) -> list[OutgoingEmail]:
    """Mails of so many registrations, one each, in the order of their acts."""
    morning = session(page, capacity=50)
    for number in range(1, count + 1):
        registration(person(morning, number=number, email=""), booker=booker(email=to(number)))
    return list(OutgoingEmail.objects.order_by("pk"))


def to(number: int) -> str:
    return f"service{number}@cpas.example"


def states() -> list[tuple[str, int, str]]:
    """What the admin tells of each mail, in the order of the acts."""
    rows = OutgoingEmail.objects.order_by("pk")
    assert not rows.exclude(leased_until=None).exists()
    return [(row.state, row.attempts, row.last_error) for row in rows]


def test_a_server_that_is_down_costs_no_mail_an_attempt(page, smtp, settings):
    people(page, 2)
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1

    for minutes in range(20):
        done = delivery.drain(now=lambda: AT + timedelta(minutes=minutes))  # noqa: B023
        assert done == delivery.Delivered(taken=2, trouble="Connection refused")
    assert states() == [("en attente", 0, "Connection refused")] * 2

    settings.EMAIL_PORT = port
    assert counts(deliver_due(at=AT)) == (2, 0)
    assert states() == [("envoyé", 1, "")] * 2


def test_a_refused_login_costs_no_mail_an_attempt(page, smtp, settings):
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "site", "wrong"
    people(page, 2)

    done = deliver_due(at=AT)

    assert (done.sent, done.failed, done.taken) == (0, 0, 2)
    assert done.trouble.startswith("535 ")
    assert states() == [("en attente", 0, done.trouble)] * 2


def test_a_server_that_closes_now_and_then_gets_the_rest_over_another_connection(page, smtp):
    people(page, 5)
    smtp.most_per_connection = 2

    assert deliver_due(at=AT) == delivery.Delivered(sent=5, taken=5)
    assert [mail["To"] for mail in smtp.messages] == [to(number) for number in range(1, 6)]


def test_a_server_that_always_closes_is_left_alone_after_three_mails(page, smtp):
    people(page, 5)
    smtp.refusal = "421 4.3.2 Closing"

    done = delivery.drain(now=lambda: AT)

    assert done == delivery.Delivered(failed=3, taken=5, trouble="421 4.3.2 Closing")
    assert (
        states()
        == [("en attente", 1, "421 4.3.2 Closing")] * 3
        + [("en attente", 0, "421 4.3.2 Closing")] * 2
    )


def test_a_connection_cut_before_the_answer_is_tried_again_under_the_same_number(page, smtp):
    [first, second] = people(page, 2)
    smtp.cuts = 1

    assert counts(delivery.drain(now=lambda: AT)) == (1, 1)
    assert [state[:2] for state in states()] == [("en attente", 1), ("envoyé", 1)]

    assert counts(delivery.drain(now=lambda: AT + delivery.FIRST_PAUSE)) == (1, 0)
    assert [mail["Message-ID"] for mail in smtp.messages] == [
        first.message_id,
        second.message_id,
        first.message_id,
    ]


def test_a_server_that_does_not_answer_in_time_is_given_up_for_now(
    page, smtp, settings, monkeypatch
):
    monkeypatch.setattr(delivery, "TIMEOUT", 0.2)
    assert settings.EMAIL_TIMEOUT is None
    people(page, 4)
    smtp.pause = 1

    done = deliver_due(at=AT)

    assert (done.sent, done.failed, done.taken) == (0, 3, 4)
    assert "timed out" in done.trouble


def test_a_recipient_who_is_refused_does_not_stop_the_others(page, smtp):
    people(page, 4)
    smtp.refused = {to(1): "550 5.1.1 No such user", to(2): "451 4.7.1 Greylisted"}
    smtp.refused[to(3)] = "421 4.7.0 Try again later"

    assert counts(delivery.drain(now=lambda: AT)) == (1, 3)
    assert states() == [
        ("échec", 1, "550 5.1.1 No such user"),
        ("en attente", 1, "451 4.7.1 Greylisted"),
        ("en attente", 1, "421 4.7.0 Try again later"),
        ("envoyé", 1, ""),
    ]


def test_a_mail_waits_for_the_one_before_it_to_the_same_person(page, smtp):
    morning = session(page)
    registration(person(morning, email=""))
    smtp.refusal = "451 4.3.0 Try again later"
    deliver_due(at=AT)
    scheduling.cancel(morning, by=None, at=AT)
    smtp.refusal = ""

    assert deliver_due(at=AT) == delivery.Delivered()
    assert counts(delivery.drain(now=lambda: AT + delivery.FIRST_PAUSE)) == (2, 0)
    sent = [mail["Message-ID"] for mail in smtp.messages]
    assert sent == list(OutgoingEmail.objects.order_by("pk").values_list("message_id", flat=True))


def test_a_clock_that_is_set_back_delays_mails_and_lets_none_overtake(page, smtp):
    morning = session(page)
    registration(person(morning, email=""), booker=booker(email=to(1)))
    before = AT - timedelta(hours=1)
    scheduling.cancel(morning, by=None, at=before)
    registration(person(session(page), email=""), booker=booker(email=to(2)), at=before)

    assert counts(delivery.drain(now=lambda: before)) == (1, 0)
    assert counts(delivery.drain(now=lambda: AT)) == (2, 0)
    assert [mail["To"] for mail in smtp.messages] == [to(2), to(1), to(1)]
    first, second = OutgoingEmail.objects.filter(recipient=to(1)).order_by("pk")
    assert [mail["Message-ID"] for mail in smtp.messages][1:] == [
        first.message_id,
        second.message_id,
    ]


def test_what_cannot_be_composed_is_given_up_but_not_for_a_database_in_trouble(
    page, smtp, monkeypatch
):
    people(page, 3)
    compose = delivery.compose

    def compose_some(emails, *, at):
        ready, wrong = compose(emails[2:], at=at)
        wrong |= {emails[0]: KeyError("NONSENSE"), emails[1]: OperationalError("locked")}
        return ready, wrong

    monkeypatch.setattr(delivery, "compose", compose_some)

    assert counts(deliver_due(at=AT)) == (1, 2)
    assert states() == [
        ("échec", 1, "KeyError: 'NONSENSE'"),
        ("en attente", 1, "OperationalError: locked"),
        ("envoyé", 1, ""),
    ]


def test_a_mail_that_another_worker_took_meanwhile_is_left_to_it(page, smtp, monkeypatch):
    people(page, 2)

    def compose_slowly(emails, *, at):
        OutgoingEmail.objects.filter(pk=emails[0].pk).update(leased_until=AT + timedelta(hours=1))
        OutgoingEmail.objects.filter(pk=emails[1].pk).delete()  # erased on demand
        return list(emails), {}

    monkeypatch.setattr(delivery, "compose", compose_slowly)

    assert counts(deliver_due(at=AT)) == (0, 0)
    assert smtp.messages == []


def test_a_mail_that_ends_its_process_each_time_is_given_up(page, smtp):
    [first, _second] = people(page, 2)
    OutgoingEmail.objects.filter(pk=first.pk).update(attempts=delivery.MOST_ATTEMPTS)

    assert counts(deliver_due(at=AT)) == (1, 1)
    assert [state for state, _attempts, _said in states()] == ["échec", "envoyé"]


def test_the_servers_words_are_stored_whatever_is_in_them():
    error = SMTPDataError(554, b"no\0 \xff" + b"x" * 3000)

    assert delivery.words_of(error)[:8] == "554 no �"
    assert len(delivery.words_of(error)) == 2000
