"""What reaches a mailbox, octet by octet, and what a mail program makes of a year of it.

RFC 5321, 5322 and 2045 for the mail; RFC 5545, 5546, 6047 and MS-OXCICAL for what is in it.
"""

from datetime import UTC, date, datetime, time, timedelta
from email.utils import parseaddr, parsedate_to_datetime
from random import Random

import pytest
import vobject

from registrations.domain import answers
from registrations.emails.delivery import deliver_due
from registrations.models import OutgoingEmail, Participation
from tests.factories.registrations import booker, person, registration
from tests.factories.trainings import (
    AT,
    MORNING_2,
    catalogue,
    session,
    training_page,
    venue,
)
from tests.registrations.emails.itip import Shown, diary_after, truth
from trainings.domain import scheduling
from trainings.models import SessionSeries

pytestmark = pytest.mark.django_db

ADDRESS = "personne1@cpas.example"
ORGANISER = "formations@slsp.example"
TITLE = "Écouter, accueillir ; orienter l’été 🏠 " * 4
TO = {"starts_on": MORNING_2, "ends_on": MORNING_2}


@pytest.fixture(autouse=True)
def organiser(settings):
    settings.REGISTRATIONS_ORGANISER_NAME = "La Société, « Été » 🏠"
    settings.REGISTRATIONS_ORGANISER_EMAIL = ORGANISER


@pytest.fixture
def page():
    return training_page(catalogue(), title=TITLE)


@pytest.fixture
def hall():
    return venue(name="Salle des Érables 🌳", street_address="Rue de l’Été 12")


@pytest.fixture
def morning(page, hall):
    return session(page, venue=hall)


def invite(*sessions, **fields):
    registration(person(*sessions, first_name="Zoé 🙂", last_name="Hélène-Élégante", **fields))
    deliver_due(at=AT)


def received(smtp, address=ADDRESS):
    return [mail for mail in smtp.messages if mail["To"] == address]


def last_mail(smtp, address=ADDRESS):
    deliver_due(at=AT + timedelta(minutes=1))
    return received(smtp, address)[-1]


def calendar_part(mail):
    [part] = [one for one in mail.walk() if one.get_content_type() == "text/calendar"]
    return part


def event_of(mail):
    text = calendar_part(mail).get_payload(decode=True).decode()
    [event] = vobject.readOne(text).vevent_list
    return event


def move(to=TO):
    return lambda one, at: scheduling.reschedule(one, to=to, by=None, at=at)


def cancel(one, at):
    scheduling.cancel(one, by=None, at=at)


def postpone(one, at):
    scheduling.postpone(one, by=None, at=at)


def restore(one, at):
    scheduling.restore(one, by=None, at=at)


def withdraw(one, at):
    answers.withdraw(one.participations.get(address=ADDRESS), at=at)


def replaced(one, at):
    mine = one.participations.get(address=ADDRESS)
    answers.replace(mine, by_person=person(number=9), at=at)


ENDS = {"cancelled": cancel, "postponed": postpone, "withdrawn": withdraw, "replaced": replaced}
STATES = {"invited": None, "moved": move(), **ENDS}


@pytest.fixture(params=STATES)
def mail(request, morning, smtp):
    """The last mail to somebody who has, or had, a place; each act writes its own."""
    invite(morning)
    if act := STATES[request.param]:
        act(morning, AT)
    return last_mail(smtp)


# --- the mail ----------------------------------------------------------------------------------


def test_alternatives_come_first_then_the_same_object_as_a_file(mail):
    assert mail.get_content_type() == "multipart/mixed"
    alternatives, attached = mail.iter_parts()
    assert alternatives.get_content_type() == "multipart/alternative"
    # The richest last (RFC 2046 §5.1.4): a mail program that knows calendars takes it.
    assert [one.get_content_type() for one in alternatives.iter_parts()] == [
        "text/plain",
        "text/html",
        "text/calendar",
    ]
    assert attached.get_content_disposition() == "attachment"
    inline = calendar_part(mail)
    assert inline.get_content_disposition() is None
    assert inline.get_filename() is None
    assert inline.get_payload(decode=True) == attached.get_payload(decode=True)


@pytest.mark.parametrize("state", STATES)
def test_method_and_charset_stand_in_the_type(state, morning, smtp):
    invite(morning)
    if act := STATES[state]:
        act(morning, AT)
    mail = last_mail(smtp)

    method, name = ("CANCEL", "cancel.ics") if state in ENDS else ("REQUEST", "invite.ics")

    part = calendar_part(mail)
    assert dict(part["Content-Type"].params) == {"method": method, "charset": "utf-8"}
    lines = part.get_payload(decode=True).decode().split("\r\n")
    assert [line for line in lines if line.startswith("METHOD")] == [f"METHOD:{method}"]
    [attached] = mail.iter_attachments()
    assert (attached.get_content_type(), attached.get_filename()) == ("application/ics", name)


def test_octets_pass_through_any_relay(mail, smtp):
    """No eighth bit, for no server was asked whether it takes any (RFC 6152); no long line."""
    for octets in smtp.octets:
        assert octets.isascii()
        *lines, last = octets.split(b"\r\n")
        assert last == b""
        assert max(map(len, lines)) <= 998
        assert not any(b"\r" in line or b"\n" in line for line in lines)
    encodings = [
        (part.get_content_type(), part["Content-Transfer-Encoding"])
        for part in mail.walk()
        if not part.is_multipart()
    ]
    assert encodings == [
        ("text/plain", "quoted-printable"),
        ("text/html", "quoted-printable"),
        ("text/calendar", "quoted-printable"),
        ("application/ics", "base64"),
    ]


def test_words_arrive_as_they_were_composed(mail):
    row = OutgoingEmail.objects.get(message_id=mail["Message-ID"])
    for kind, words in (("plain", row.text), ("html", row.html)):
        assert mail.get_body((kind,)).get_content().replace("\r\n", "\n") == words
    assert calendar_part(mail).get_payload(decode=True).decode() == row.calendars[0]


def test_headers_say_who_when_and_that_a_machine_wrote(mail):
    assert parseaddr(mail["From"]) == ("La Société, « Été » 🏠", ORGANISER)
    assert mail["Reply-To"] is None  # an answer goes to the organiser
    assert mail["To"] == mail["X-Envelope-To"] == ADDRESS
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"].endswith("@slsp.example>")
    written_at = parsedate_to_datetime(mail["Date"]).replace(tzinfo=UTC)
    assert abs(datetime.now(UTC) - written_at) < timedelta(minutes=5)
    for name in ("From", "To", "Date", "Subject", "Message-ID", "MIME-Version"):
        assert len(mail.get_all(name)) == 1


def test_each_mail_has_its_own_message_id(morning, smtp):
    invite(morning)
    for act in (move(), cancel, restore):
        act(morning, AT)
    deliver_due(at=AT)

    ids = [one["Message-ID"] for one in smtp.messages]
    assert len(ids) == len(set(ids)) == 8  # four to the person, four to the booker


# --- the object --------------------------------------------------------------------------------


def test_lines_are_folded_between_characters(mail):
    text = calendar_part(mail).get_payload(decode=True)
    *lines, last = text.split(b"\r\n")
    assert last == b""
    assert max(map(len, lines)) <= 75
    for line in lines:
        line.decode()  # a character cut in two is none
        assert b"\r" not in line
        assert b"\n" not in line
    assert any(line.startswith(b" ") for line in lines)


def test_one_object_is_about_one_person_at_one_session(mail, morning):
    text = calendar_part(mail).get_payload(decode=True).decode()
    unfolded = text.replace("\r\n ", "").split("\r\n")
    names = [line.partition(":")[0].partition(";")[0] for line in unfolded]
    assert [unfolded.count(f"BEGIN:{one}") for one in ("VCALENDAR", "VEVENT", "VALARM")] == [
        1,
        1,
        0,
    ]
    for name in ("METHOD", "UID", "SEQUENCE", "DTSTAMP", "ORGANIZER", "ATTENDEE", "STATUS"):
        assert names.count(name) == 1

    event = event_of(mail)
    mine = Participation.objects.get(address=ADDRESS, session=morning)
    assert event.uid.value == str(mine.uid) != str(morning.uid)
    assert event.organizer.value == f"mailto:{parseaddr(mail['From'])[1]}"
    assert event.organizer.params == {"CN": ["La Société, « Été » 🏠"]}
    assert event.attendee.value == f"mailto:{mail['To']}"
    assert event.attendee.params == {
        "CN": ["Zoé 🙂 Hélène-Élégante"],
        "CUTYPE": ["INDIVIDUAL"],
        "ROLE": ["REQ-PARTICIPANT"],
        "PARTSTAT": ["ACCEPTED"],
        "RSVP": ["FALSE"],
    }


def test_hours_are_local_and_their_zone_is_in_the_object(mail):
    text = calendar_part(mail).get_payload(decode=True).decode()
    lines = text.replace("\r\n ", "").split("\r\n")
    hours = [line for line in lines if line.startswith(("DTSTART;", "DTEND;"))]
    on = "20270330" if event_of(mail).dtstart.value.day == 30 else "20270323"
    assert hours == [
        f"DTSTART;TZID=Europe/Brussels:{on}T090000",
        f"DTEND;TZID=Europe/Brussels:{on}T123000",
    ]
    assert lines.count("BEGIN:VTIMEZONE") == lines.count("TZID:Europe/Brussels") == 1
    assert lines.index("END:VTIMEZONE") < lines.index("BEGIN:VEVENT")
    assert [line for line in lines if line.startswith("RRULE")] == [
        "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
        "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
    ]


def test_others_of_a_registration_are_named_to_nobody(morning, smtp):
    registration(person(morning), person(morning, number=2, last_name="Petit"))
    deliver_due(at=AT)

    [mail] = received(smtp)
    assert "Petit" not in calendar_part(mail).get_payload(decode=True).decode()
    assert event_of(mail).attendee.value == f"mailto:{ADDRESS}"
    [other] = received(smtp, "personne2@cpas.example")
    assert event_of(other).uid.value != event_of(mail).uid.value


def test_a_session_of_a_series_is_linked_to_where_it_is_shown(page, smtp):
    series = SessionSeries.objects.create(
        training=page.training,
        first_day=MORNING_2,
        start_time=time(9),
        end_time=time(12),
        time_zone="Europe/Brussels",
    )
    made = session(page, MORNING_2, series=series, original_on=MORNING_2)
    invite(made)

    [mail] = received(smtp)
    address = f"{page.full_url}?session={made.uid}#session-{made.uid}"
    assert event_of(mail).url.value == address
    assert address in event_of(mail).description.value
    assert address in mail.get_body(("plain",)).get_content()


def test_an_accented_domain_is_written_as_it_travels(morning, smtp, settings):
    settings.REGISTRATIONS_ORGANISER_EMAIL = "formations@société.example"
    invite(morning)

    [mail] = received(smtp)
    sender = "formations@xn--socit-esab.example"
    assert parseaddr(mail["From"])[1] == sender
    assert event_of(mail).organizer.value == f"mailto:{sender}"
    assert mail["Message-ID"].endswith("@xn--socit-esab.example>")


# --- SEQUENCE ----------------------------------------------------------------------------------


def test_sequence_rises_with_each_act_and_is_that_of_the_participation(morning, smtp):
    invite(morning)
    mine = morning.participations.get()
    later = {"starts_on": date(2027, 4, 20), "ends_on": date(2027, 4, 20)}
    acts = [move(), postpone, move(later), cancel, restore, move(), withdraw]

    told = [(event_of(received(smtp)[0]), mine.sequence)]
    for number, act in enumerate(acts, start=1):
        at = AT + timedelta(hours=number)
        act(morning, at)
        deliver_due(at=at)
        mine.refresh_from_db()
        told.append((event_of(received(smtp)[-1]), mine.sequence))

    assert [int(event.sequence.value) for event, _stored in told] == list(range(8))
    assert [stored for _event, stored in told] == list(range(8))
    assert {event.uid.value for event, _stored in told} == {str(mine.uid)}
    assert [event.dtstamp.value for event, _stored in told] == [
        AT + timedelta(hours=number) for number in range(8)
    ]
    assert [event.status.value for event, _stored in told] == [
        "CONFIRMED",
        "CONFIRMED",
        "CANCELLED",
        "CONFIRMED",
        "CANCELLED",
        "CONFIRMED",
        "CONFIRMED",
        "CANCELLED",
    ]


def test_sequence_is_counted_for_each_person_from_their_own_invitation(morning, smtp):
    invite(morning)
    move()(morning, AT)
    registration(person(morning, number=2), booker=booker(email="autre@cpas.example"))
    deliver_due(at=AT)
    cancel(morning, AT)
    deliver_due(at=AT)

    of_both = {
        address: [int(event_of(mail).sequence.value) for mail in received(smtp, address)]
        for address in (ADDRESS, "personne2@cpas.example")
    }
    assert of_both == {ADDRESS: [0, 1, 2], "personne2@cpas.example": [0, 1]}


def test_who_is_replaced_is_cancelled_and_the_colleague_invited_anew(morning, smtp):
    invite(morning)
    replaced(morning, AT)
    deliver_due(at=AT)

    mine, theirs = (
        event_of(received(smtp, address)[-1]) for address in (ADDRESS, "personne9@cpas.example")
    )
    uids = dict(Participation.objects.values_list("address", "uid"))
    assert (mine.uid.value, mine.sequence.value, mine.status.value) == (
        str(uids[ADDRESS]),
        "1",
        "CANCELLED",
    )
    assert (theirs.uid.value, theirs.sequence.value, theirs.status.value) == (
        str(uids["personne9@cpas.example"]),
        "0",
        "CONFIRMED",
    )


# --- a participant's year ----------------------------------------------------------------------


def on(day, **fields):
    return {"starts_on": day, "ends_on": day, **fields}


@pytest.fixture
def year(page, hall, smtp):
    """Six sessions, a dozen acts; the mails of one person and what was true after each act."""
    other = training_page(page.get_parent(), title="Prévenir l’expulsion 🔑")
    spring, summer, autumn = (
        session(page, day, venue=hall)
        for day in (date(2027, 3, 23), date(2027, 6, 15), date(2027, 10, 28))
    )
    evening = session(
        other, date(2027, 11, 4), start_time=time(18), end_time=time(21), venue=hall, capacity=1
    )
    winter = session(other, date(2027, 12, 2), online_url="https://meet.example/room")
    gone = session(other, date(2027, 12, 9), venue=hall)
    elsewhere = venue(name="Espace Citoyen", municipality="Namur", postal_code="5000")
    told = []

    def happen(act, *args, days):
        at = AT + timedelta(days=days)
        act(*args, at)
        deliver_due(at=at)
        told.append((len(received(smtp)), truth(ADDRESS)))

    def sign_up(*sessions, number=1):
        def act(at):
            registration(
                person(*sessions, number=number),
                booker=booker(email=f"{len(told)}@cpas.example"),
                at=at,
            )

        return act

    happen(sign_up(spring, summer, autumn), days=0)
    happen(sign_up(evening, number=2), days=1)
    happen(sign_up(evening, winter, gone), days=1)  # the evening is full: they wait
    happen(move(on(date(2027, 3, 30))), spring, days=2)
    happen(move({"venue_id": elsewhere.pk}), spring, days=3)
    happen(postpone, summer, days=4)
    happen(move(on(date(2027, 11, 2), start_time=time(13), end_time=time(16))), summer, days=5)
    happen(cancel, autumn, days=6)
    happen(restore, autumn, days=7)
    happen(move(on(date(2027, 11, 8))), autumn, days=8)
    happen(move(on(date(2027, 11, 5))), evening, days=9)
    happen(cancel, winter, days=10)
    happen(restore, winter, days=11)
    happen(withdraw, gone, days=12)
    happen(move(on(date(2027, 12, 10))), gone, days=13)
    happen(move(on(date(2027, 10, 28))), autumn, days=14)  # back where it was
    return told


def brussels(*moment, utc_offset):
    return datetime(*moment, tzinfo=UTC) - timedelta(hours=utc_offset)


AT_THE_END = [
    Shown(
        brussels(2027, 3, 30, 9, utc_offset=2),
        brussels(2027, 3, 30, 12, 30, utc_offset=2),
        f"DÉPLACÉ – Matinée de formation – {TITLE} (Namur)",
        "Espace Citoyen, Rue de la Gare 1, 5000 Namur",
        "CONFIRMED",
    ),
    Shown(
        brussels(2027, 10, 28, 9, utc_offset=2),
        brussels(2027, 10, 28, 12, 30, utc_offset=2),
        f"Matinée de formation – {TITLE} (Charleroi)",
        "Salle des Érables 🌳, Rue de l’Été 12, 6000 Charleroi",
        "CONFIRMED",
    ),
    Shown(
        brussels(2027, 11, 2, 13, utc_offset=1),
        brussels(2027, 11, 2, 16, utc_offset=1),
        f"DÉPLACÉ – Matinée de formation – {TITLE} (Charleroi)",
        "Salle des Érables 🌳, Rue de l’Été 12, 6000 Charleroi",
        "CONFIRMED",
    ),
    Shown(
        brussels(2027, 12, 2, 9, utc_offset=1),
        brussels(2027, 12, 2, 12, 30, utc_offset=1),
        "Matinée de formation – Prévenir l’expulsion 🔑",
        "En ligne",
        "CONFIRMED",
    ),
]


def test_a_year_of_mails_read_as_they_come_shows_the_truth_after_each(year, smtp):
    mails = received(smtp)
    for number, shown in year:
        assert diary_after(ADDRESS, mails[:number]).entries == shown
    assert len(mails) == 14
    assert diary_after(ADDRESS, mails).entries == AT_THE_END


def test_a_year_of_mails_read_in_any_order_shows_the_truth(year, smtp):
    mails = received(smtp)
    in_order = diary_after(ADDRESS, mails)
    assert in_order.entries == AT_THE_END
    for seed in range(25):
        shuffled = [*mails, *mails[:5]]  # some come twice
        Random(seed).shuffle(shuffled)
        assert diary_after(ADDRESS, shuffled) == in_order


def test_a_reader_that_takes_whatever_comes_last_is_misled(year, smtp):
    """The control: the orders above do differ for who ignores SEQUENCE."""
    last = {}
    for mail in reversed(received(smtp)):
        for part in mail.iter_attachments():
            [event] = vobject.readOne(part.get_payload(decode=True).decode()).vevent_list
            last[event.uid.value] = (event.status.value, event.dtstart.value.astimezone(UTC))
    shown = sorted(start for status, start in last.values() if status == "CONFIRMED")
    assert shown != [one.starts_at for one in AT_THE_END]


def test_a_year_of_one_who_is_replaced_and_invited_again(page, hall, smtp):
    """Invited, moved twice, replaced, invited again, called off, restored; two diaries, and what
    comes twice changes nothing.
    """
    theirs = "personne9@cpas.example"
    morning = session(page, venue=hall)
    told = []

    def happen(act, *args):
        at = AT + timedelta(days=len(told))
        act(*args, at)
        deliver_due(at=at)
        told.append({address: (len(received(smtp, address)), truth(address)) for address in both})

    def register(number, email):
        def act(at):
            who = person(morning, number=number)
            registration(who, booker=booker(email=email), at=at)

        return act

    both = (ADDRESS, theirs)
    happen(register(1, "premiere@cpas.example"))
    happen(move(on(date(2027, 3, 30))), morning)
    happen(move(on(date(2027, 4, 6), start_time=time(13), end_time=time(16))), morning)
    happen(replaced, morning)
    happen(register(1, "seconde@cpas.example"))
    happen(cancel, morning)
    happen(restore, morning)

    assert [[len(after[address][1]) for address in both] for after in told] == [
        [1, 0],
        [1, 0],
        [1, 0],
        [0, 1],
        [1, 1],
        [0, 0],
        [1, 1],
    ]
    for address in both:
        mails = received(smtp, address)
        for after in told:
            number, shown = after[address]
            assert diary_after(address, mails[:number]).entries == shown
        twice = [mail for mail in mails for _time in range(2)]
        assert diary_after(address, twice) == diary_after(address, mails)
