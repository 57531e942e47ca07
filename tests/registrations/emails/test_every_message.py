"""Each message, in each situation it is written for, as a real mail server receives it."""

from datetime import timedelta
from html.parser import HTMLParser

import pytest
import vobject
from django.utils import translation

from registrations.emails.mime import as_mail
from registrations.emails.specimens import situations, specimens
from registrations.enums import MessageKind
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
from tests.trainings.domain.test_calendar import assert_octets

pytestmark = pytest.mark.django_db

ORGANISER = "formations@slsp.example"
SITUATIONS = [(one.kind, one.name) for one in situations()]


@pytest.fixture
def morning(settings):
    settings.REGISTRATIONS_ORGANISER_NAME = "Société de logement « Été »"
    settings.REGISTRATIONS_ORGANISER_EMAIL = ORGANISER
    page = training_page(catalogue(), title="Accompagner un ménage ; l’été")
    translated(page, "nl", "Een huishouden begeleiden")
    session(page, MORNING_2, venue=venue(name="Salle des Érables"))
    return session(page, MORNING_1, venue=venue())


class Elements(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def test_no_message_is_left_out():
    assert {kind for kind, _name in SITUATIONS} == set(MessageKind)


@pytest.mark.parametrize("language", ["fr", "nl"])
@pytest.mark.parametrize(("kind", "name"), SITUATIONS)
def test_what_is_received(kind, name, language, morning, smtp):
    with translation.override("en"):
        [specimen] = specimens(morning, language=language, at=AT, kind=kind, situation=name)
    email, content = specimen.email, specimen.content
    email.subject, email.text, email.html = content.subject, content.text, content.html
    email.calendars = content.calendars

    as_mail(email).send()

    [mail], [octets] = smtp.messages, smtp.octets
    assert mail["X-Envelope-To"] == mail["To"] == email.recipient
    assert [one.addr_spec for one in mail["From"].addresses] == [ORGANISER]
    assert mail["Message-ID"] == email.message_id
    assert mail["Auto-Submitted"] == "auto-generated"
    assert (mail["MIME-Version"], mail["Cc"], mail["Bcc"]) == ("1.0", None, None)
    assert mail["Date"].datetime is not None
    assert " ".join(mail["Subject"].split()) == " ".join(content.subject.split())
    assert max(octets) < 128
    assert max(map(len, octets.split(b"\r\n"))) <= 998
    assert b"\n" not in octets.replace(b"\r\n", b"")

    assert_words(mail, language=language)
    assert_calendars(mail, morning=morning, said=content.calendars)


def assert_words(mail, *, language):
    text = mail.get_body(("plain",)).get_content()
    assert text.strip()
    assert "</" not in text
    html = mail.get_body(("html",)).get_content()
    elements = Elements(html).found
    assert ("html", {"lang": language}) in elements
    assert not {"img", "link", "script", "iframe"} & {tag for tag, _attrs in elements}
    links = [attrs["href"] for tag, attrs in elements if tag == "a"]
    assert all(link.startswith(("http://", "https://", "mailto:", "tel:")) for link in links)
    for part in mail.walk():
        if part.get_content_maintype() == "text":
            assert part.get_content_charset() == "utf-8"


def assert_calendars(mail, *, morning, said):
    """RFC 6047 §2.4 and RFC 5546 §3.2.2, §3.2.5, with the zone and one person."""
    types = [part.get_content_type() for part in mail.walk() if not part.is_multipart()]
    if not said:
        assert types == ["text/plain", "text/html"]
        return
    files = ["application/ics"] * len(said)
    assert types == ["text/plain", "text/html", "text/calendar", *files]
    [beside] = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    attached = [part.get_payload(decode=True) for part in mail.iter_attachments()]
    assert attached == [text.encode() for text in said]
    assert beside.get_payload(decode=True) == attached[0]
    uids = set()
    for text in attached:
        assert_octets(text)
        calendar = vobject.readOne(text.decode())
        [event] = calendar.vevent_list
        method = calendar.method.value
        if text == attached[0]:
            assert beside.get_param("method") == method
        assert event.organizer.value == f"mailto:{ORGANISER}"
        assert [one.value for one in event.contents["attendee"]] == [f"mailto:{mail['To']}"]
        assert b"DTSTART;TZID=Europe/Brussels:" in text
        assert [one.tzid.value for one in calendar.vtimezone_list] == ["Europe/Brussels"]
        assert event.dtend.value - event.dtstart.value == timedelta(hours=3, minutes=30)
        assert int(event.sequence.value) >= 0
        assert event.dtstamp.value.utcoffset() == timedelta(0)
        assert "valarm" not in event.contents
        assert (method, event.status.value) in {("REQUEST", "CONFIRMED"), ("CANCEL", "CANCELLED")}
        uids.add(event.uid.value)
    assert len(uids) == len(attached)
    assert str(morning.uid) not in uids
