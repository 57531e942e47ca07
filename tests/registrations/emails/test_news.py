from datetime import time, timedelta

import pytest
from icalendar import Calendar

from registrations.domain import answers
from registrations.emails.delivery import Delivered, deliver_due
from registrations.enums import TokenPurpose
from registrations.models import AccessToken, OutgoingEmail, Participation
from tests.factories.registrations import booker, person, registration
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

TO = {"starts_on": MORNING_2, "ends_on": MORNING_2}
PERSON, BOOKER = "personne1@cpas.example", "assistante@cpas.example"
ENGLISH = booker(language="en")


@pytest.fixture
def page():
    return training_page(catalogue(), title="Finding a home")


@pytest.fixture
def morning(page):
    return session(page, venue=venue(), online_url="https://meet.example/room")


@pytest.fixture
def mail_of(smtp):
    """The one mail to somebody that left after an act."""

    def deliver(act, to=PERSON):
        deliver_due(at=AT)
        smtp.messages.clear()
        act()
        deliver_due(at=AT + timedelta(hours=1))
        [found] = [mail for mail in smtp.messages if mail["To"] == to]
        return found

    return deliver


def text(mail) -> str:
    return " ".join(mail.get_body(("plain",)).get_content().split())


def html(mail) -> str:
    return " ".join(mail.get_body(("html",)).get_content().split())


def move(morning, to=TO, **options):
    return lambda: scheduling.reschedule(morning, to=to, by=None, at=AT, **options)


def cancel(morning, **options):
    return lambda: scheduling.cancel(morning, by=None, at=AT, **options)


def postpone(morning, **options):
    return lambda: scheduling.postpone(morning, by=None, at=AT, **options)


def restore(morning):
    return lambda: scheduling.restore(morning, by=None, at=AT)


def event_of(mail):
    """The one event in the mail, the same beside the text and as a file."""
    [part] = [one for one in mail.walk() if one.get_content_type() == "text/calendar"]
    [attached] = mail.iter_attachments()
    assert part.get_content().encode().splitlines() == attached.get_content().splitlines()
    calendar = Calendar.from_ical(part.get_content())
    assert part.get_param("method") == str(calendar["METHOD"])
    [event] = calendar.walk("VEVENT")
    return attached.get_filename(), str(calendar["METHOD"]), event


# --- moved -------------------------------------------------------------------------------------


def test_who_has_a_place_is_asked_whether_the_new_day_suits(morning, mail_of):
    registration(person(morning, language="en"))

    mail = mail_of(move(morning, reason={"fr": "salle prise", "en": "the hall is taken"}))

    assert mail["Subject"].strip() == "Change: moved to Tuesday 30 March 2027, 9:00 – 12:30"
    for words in (
        "Change: the session of Tuesday 23 March 2027, 9:00 – 12:30 is moved to Tuesday 30 March"
        " 2027, 9:00 – 12:30. Does that suit you?",
        "the hall is taken",
        "I come",
        "I cannot come",
        "A colleague replaces me",
        "https://meet.example/room",
    ):
        assert words in text(mail)
        assert words in html(mail)


def test_a_move_updates_the_entry_in_the_calendar(morning, mail_of):
    registration(person(morning))

    name, method, event = event_of(mail_of(move(morning)))

    one = Participation.objects.get()
    assert (name, method, str(event["STATUS"])) == ("invite.ics", "REQUEST", "CONFIRMED")
    assert (str(event["UID"]), event["SEQUENCE"]) == (str(one.uid), 1)
    assert event.start.isoformat() == "2027-03-30T09:00:00+02:00"
    assert str(event["ATTENDEE"]) == f"mailto:{PERSON}"


def test_who_waits_is_asked_too_and_gets_no_calendar_entry(page, mail_of):
    full = session(page, capacity=1, online_url="https://meet.example/room")
    registration(person(full, number=2))
    registration(person(full, language="en"), booker=booker(email="autre@cpas.example"))

    mail = mail_of(move(full))

    assert [one.get_content_type() for one in mail.walk() if not one.is_multipart()] == [
        "text/plain",
        "text/html",
    ]
    assert "You keep your place on the waiting list." in text(mail)
    assert "I cannot come" in text(mail)
    assert "A colleague replaces me" not in text(mail)
    assert "meet.example" not in text(mail)


def test_another_place_is_told_as_such(morning, mail_of):
    registration(person(morning, language="en"))
    hall = venue(name="Maple hall")

    mail = mail_of(move(morning, {"venue_id": hall.pk}))

    assert mail["Subject"].strip() == "Change of place: Tuesday 23 March 2027, 9:00 – 12:30"
    assert (
        "takes place elsewhere: Maple hall, Rue de la Gare 1, 6000 Charleroi. Does that suit you?"
        in text(mail)
    )
    assert str(event_of(mail)[2]["LOCATION"]).startswith("Maple hall")


def test_another_day_and_place_tell_where_it_was(morning, mail_of):
    registration(person(morning, language="en"))

    mail = mail_of(move(morning, {**TO, "venue_id": venue(name="Maple hall").pk}))

    assert "The place changes too; it was: Salle des Tilleuls, Rue de la Gare 1" in text(mail)


def test_a_session_that_goes_online_says_so(morning, mail_of):
    registration(person(morning, language="en"))

    mail = mail_of(move(morning, {"venue_id": None}))

    assert "takes place online. Does that suit you?" in text(mail)


def test_another_link_is_told_as_such(morning, mail_of):
    registration(person(morning, language="en"))

    mail = mail_of(move(morning, {"online_url": "https://meet.example/other"}))

    assert "has another online link." in text(mail)
    assert "https://meet.example/other" in text(mail)


def test_other_hours_are_told_with_the_day(morning, mail_of):
    registration(person(morning, language="en"))

    mail = mail_of(move(morning, {"start_time": time(13, 30), "end_time": time(17)}))

    assert "is moved to Tuesday 23 March 2027, 13:30 – 17:00." in text(mail)


def test_everybody_reads_their_own_language(page, morning, mail_of):
    translated(page, "nl", "Een woning vinden")
    registration(person(morning, language="nl"))

    mail = mail_of(move(morning, reason={"fr": "salle prise", "nl": "zaal bezet"}))

    assert "zaal bezet" in text(mail)
    assert "salle prise" not in text(mail)
    assert "Een woning vinden" in text(mail)
    assert "/nl/inscriptions/answer/" in text(mail)


# --- the link ----------------------------------------------------------------------------------


def test_the_answers_lead_to_one_page_with_the_choice_made(morning, mail_of):
    registration(person(morning))

    mail = mail_of(move(morning))

    links = [word for word in text(mail).split() if "/answer/" in word]
    assert [link.rpartition("/")[2] for link in links] == [
        "?answer=keep#keep",
        "?answer=withdraw#withdraw",
        "?answer=replace#replace",
    ]
    [page] = {link.rpartition("/")[0] for link in links}
    token = page.rpartition("/")[2]
    found = AccessToken.find(token, purpose=TokenPurpose.ANSWER, at=AT)
    assert found.participation == Participation.objects.get()
    assert AccessToken.find(token, purpose=TokenPurpose.MANAGE, at=AT) is None


def test_a_link_opens_until_the_day_after_the_session(morning, mail_of, settings):
    registration(person(morning))
    mail_of(move(morning))

    token = AccessToken.objects.get(purpose=TokenPurpose.ANSWER)
    morning.refresh_from_db()
    assert token.expires_at == morning.ends_at + timedelta(days=1)

    settings.REGISTRATIONS_LINK_LIFETIME = timedelta(days=3)
    one = Participation.objects.select_related("participant__registration").get()
    AccessToken.for_answer(one, at=AT).saved()
    assert AccessToken.objects.latest("pk").expires_at == AT + timedelta(days=3)


def test_a_booker_reads_who_is_concerned_and_answers_for_who_has_no_address(morning, mail_of):
    registration(
        person(morning, last_name="Benali"),
        person(morning, number=2, last_name="Petit", email=""),
        booker=ENGLISH,
    )

    mail = mail_of(move(morning), to=BOOKER)

    assert "Assistante Benali – receives this message too." in text(mail)
    assert "Assistante Petit – gave no e-mail address: please tell them." in text(mail)
    of_petit = Participation.objects.get(address="")
    tokens = AccessToken.objects.filter(purpose=TokenPurpose.ANSWER)
    assert sorted(one.participation_id for one in tokens) == sorted(
        Participation.objects.values_list("pk", flat=True)
    )
    assert text(mail).count("/answer/") == 3
    link = next(word for word in text(mail).split() if "/answer/" in word)
    secret = link.split("/answer/")[1].split("/")[0]
    assert AccessToken.find(secret, purpose="ANSWER", at=AT).participation == of_petit
    assert not [one for one in mail.walk() if one.get_content_type() == "text/calendar"]
    (own,) = [word for word in text(mail).split() if "/receipt/" in word]
    token = AccessToken.find(own.split("/")[-2], purpose=TokenPurpose.MANAGE, at=AT)
    assert token.registration == of_petit.participant.registration


# --- cancelled, postponed, restored ------------------------------------------------------------


def test_a_cancelled_session_leaves_the_calendar(morning, mail_of):
    registration(person(morning, language="en"))

    mail = mail_of(cancel(morning, reason={"en": "too few people"}))

    assert (
        "The session of Tuesday 23 March 2027, 9:00 – 12:30 will not take place (too few people)."
        in text(mail)
    )
    assert "Your registration is cancelled, you have nothing to do." in text(mail)
    assert "/answer/" not in text(mail)
    name, method, event = event_of(mail)
    assert (name, method, str(event["STATUS"]), event["SEQUENCE"]) == (
        "cancel.ics",
        "CANCEL",
        "CANCELLED",
        1,
    )


def test_without_a_reason_none_is_told(morning, mail_of):
    registration(person(morning, language="en"))

    assert "will not take place. Finding a home" in text(mail_of(cancel(morning)))


def test_a_postponed_session_leaves_the_calendar_and_keeps_the_place(morning, mail_of):
    registration(person(morning, language="en"))

    mail = mail_of(postpone(morning, reason={"en": "illness"}))

    assert "is postponed (illness): the new date is not known yet." in text(mail)
    assert "You keep your place, and we write to you as soon as" in text(mail)
    _name, method, event = event_of(mail)
    assert (method, str(event["STATUS"])) == ("CANCEL", "CANCELLED")


def test_a_restored_session_comes_back_into_the_calendar(morning, mail_of):
    registration(person(morning, language="en"))
    scheduling.cancel(morning, by=None, at=AT)

    mail = mail_of(restore(morning))

    assert "takes place after all. Your place is kept." in text(mail)
    assert "A colleague replaces me" in text(mail)
    _name, method, event = event_of(mail)
    assert (method, str(event["STATUS"]), event["SEQUENCE"]) == ("REQUEST", "CONFIRMED", 2)


@pytest.mark.parametrize("act", [cancel, postpone])
def test_a_page_taken_off_the_site_stops_no_cancellation(page, morning, mail_of, act):
    registration(person(morning))

    def act_and_unpublish():
        act(morning)()
        page.unpublish()

    _name, method, event = event_of(mail_of(act_and_unpublish))

    assert (method, "Finding a home" in str(event["SUMMARY"])) == ("CANCEL", True)


def test_a_venue_deleted_since_stops_no_mail(morning, mail_of):
    registration(person(morning, language="en"))
    old = morning.venue

    def act():
        move(morning, {"venue_id": venue(name="Maple hall").pk})()
        old.delete()

    assert "elsewhere: Maple hall" in text(mail_of(act))


# --- answers -----------------------------------------------------------------------------------


def test_who_withdrew_reads_so_and_the_entry_goes(morning, mail_of):
    registration(person(morning, language="en"))

    mail = mail_of(lambda: answers.withdraw(Participation.objects.get(), at=AT))

    assert "You no longer come to the session of Tuesday 23 March 2027" in text(mail)
    _name, method, event = event_of(mail)
    assert (method, event["SEQUENCE"], str(event["STATUS"])) == ("CANCEL", 1, "CANCELLED")
    assert "CANCELLED" not in str(event["SUMMARY"])  # the session takes place


def test_the_booker_reads_who_withdrew(morning, mail_of):
    registration(person(morning, last_name="Benali"), booker=ENGLISH)

    mail = mail_of(
        lambda: answers.withdraw(Participation.objects.get(), reason="ill", at=AT), to=BOOKER
    )

    assert "Assistante Benali no longer comes to the session of" in text(mail)
    assert "Benali" not in mail["Subject"]
    assert "ill" not in text(mail).split()


def replace(**fields):
    one = Participation.objects.first()
    fields = {"last_name": "Neuve", **fields}
    return lambda: answers.replace(one, by_person=person(number=9, **fields), at=AT)


def test_who_is_replaced_reads_by_whom(morning, mail_of):
    registration(person(morning, language="en"))

    mail = mail_of(replace())

    assert "Assistante Neuve comes in your place to the session of" in text(mail)
    assert event_of(mail)[1] == "CANCEL"


def test_a_colleague_is_invited_and_told_by_whom(morning, mail_of):
    registration(person(morning, language="en", last_name="Benali"))

    mail = mail_of(replace(), to="personne9@cpas.example")

    assert "Assistante Benali (CPAS de Charleroi) registered you: you have a place." in text(mail)
    assert "You replace Assistante Benali." in text(mail)
    assert "Assistante Benali, of CPAS de Charleroi, gave us your name" in text(mail)
    _name, method, event = event_of(mail)
    assert (method, event["SEQUENCE"]) == ("REQUEST", 0)
    uids = {str(one.uid) for one in Participation.objects.filter(status="CONFIRMED")}
    assert {str(event["UID"])} == uids


def test_the_booker_reads_who_comes_instead(morning, mail_of):
    registration(person(morning, last_name="Benali", email=""), booker=ENGLISH)

    mail = mail_of(replace(email=""), to=BOOKER)

    assert "Assistante Neuve comes in place of Assistante Benali to the session of" in text(mail)
    assert "gave no e-mail address: please tell them when and where" in text(mail)


# --- first mails that leave late ---------------------------------------------------------------


def test_an_invitation_to_who_no_longer_comes_does_not_leave(morning, smtp):
    registration(person(morning))
    answers.withdraw(Participation.objects.get(), at=AT)

    assert deliver_due(at=AT) == Delivered(sent=3, taken=4)

    kinds = OutgoingEmail.objects.filter(recipient=PERSON).values_list("kind", flat=True)
    assert list(kinds) == ["WITHDRAWN"]


def test_an_invitation_tells_that_the_session_has_moved_since(page, smtp):
    moved = session(page, MORNING_1)
    registration(person(moved, language="en"))
    scheduling.reschedule(moved, to=TO, by=None, at=AT)
    deliver_due(at=AT)

    [invitation] = [mail for mail in smtp.messages if "You are registered" in mail["Subject"]]
    assert "Tuesday 30 March 2027" in invitation["Subject"]
    assert "Moved from Tuesday 23 March 2027 at 9:00" in text(invitation)


def test_who_signs_up_after_a_move_hears_of_the_day_it_is_on(page, smtp):
    moved = session(page, MORNING_1)
    scheduling.reschedule(moved, to=TO, by=None, at=AT)
    registration(person(moved, language="en"))
    deliver_due(at=AT)

    [invitation] = [mail for mail in smtp.messages if "You are registered" in mail["Subject"]]
    assert "Moved from" not in text(invitation)


def test_an_invitation_to_a_postponed_session_says_so_and_enters_no_calendar(page, smtp):
    postponed, on = session(page, MORNING_1), session(page, MORNING_2)
    registration(person(postponed, on, language="en"))
    scheduling.postpone(postponed, by=None, at=AT)
    deliver_due(at=AT)

    [invitation] = [mail for mail in smtp.messages if "You are registered" in mail["Subject"]]
    assert "This session is postponed: the new date is not known yet." in text(invitation)
    assert "puts the date in your calendar" in text(invitation)
    assert event_of(invitation)[2].start == on.local_start
