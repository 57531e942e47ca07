"""Whatever stands in the rows, as an import past every form may leave it: a mail has its own
headers, its one recipient and its own lines.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from html import escape
from html.parser import HTMLParser
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Model
from django.utils import translation

from registrations.emails.delivery import deliver_due
from registrations.emails.scene import Scene
from registrations.emails.specimens import situations
from registrations.enums import MessageKind
from registrations.models import (
    Attestation,
    Letter,
    MessageText,
    OutgoingEmail,
    Participant,
    Participation,
    PartnerService,
    Registration,
    Workshop,
)
from registrations.models.registrations import make_reference
from tests.factories.registrations import person, registration
from tests.factories.trainings import AT, catalogue, session, training_page, venue
from trainings.models import Training, TrainingPage, TrainingSession, TranslatedText, Venue

pytestmark = pytest.mark.django_db

#: What stands in the rows, and what is read in the mail.
HOSTILE = {
    "header": ("Zoé\r\nBcc: all@evil.example", "Zoé Bcc: all@evil.example"),
    "second body": (
        "Zoé\r\n\r\n--=\r\nContent-Type: text/html\r\n\r\nx",
        "Zoé --= Content-Type: text/html x",
    ),
    "end of the mail": ("Zoé\r\n.\r\nQUIT\r\nx", "Zoé . QUIT x"),
    "encoded": ("=?utf-8?q?=0ABcc:all@evil.example?=", "=?utf-8?q?=0ABcc:all@evil.example?="),
    "another": ('Zoé" <all@evil.example>, "', 'Zoé" <all@evil.example>, "'),
    "ends of lines": (
        "Zoé\na\rb\x0bc\x0cd\x1ce\x1df\x1eg\x85h\u2028i\u2029Bcc: x",
        "Zoé a b c d e f g h i Bcc: x",
    ),
    "controls": ("Z\x01o\x07é\x08\x1b[31m\x1f\x7f\x80\x9b", "Zoé[31m"),
    "NUL": ("Zo\x00é", "Zoé"),
    "bidi": ("\u202eZ\u202a\u202b\u202c\u202do\u2066\u2067\u2068\u2069é\u200e\u200f\u061c", "Zoé"),
    "format": ("{name} %(x)s %s {{7*7}} {title}", "{name} %(x)s %s {{7*7}} {title}"),
    "template": ("{% now 'Y' %}{# x #}\\1\\g<0>", "{% now 'Y' %}{# x #}\\1\\g<0>"),
    "markup": ("</title><script>x()</script><img src=x>&amp;",) * 2,
}
#: These are looked for in each situation of a message, the others in one.
IN_EACH = {HOSTILE[kind][0] for kind in ("ends of lines", "markup")}
#: In their place where nothing is hostile: on one line, by an editor, on several.
LINE, WRITTEN, LINES = "Dupont", "Martin", "Durand"
ADDRESSES = [
    "a@cpas.example\r\nBcc: b@evil.example",
    "a@cpas.example, b@evil.example",
    "a@cpas.example\nRCPT TO:<b@evil.example>",
]
TURNS = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
#: When messages are sent that have nothing to say before or after; from the day of the session.
DAYS = {MessageKind.REMINDER: -1, MessageKind.STILL_WAITING: -1, MessageKind.THANKS: 2}
HEADERS = [
    *("Auto-Submitted", "Content-Type", "Date", "From", "MIME-Version", "Message-ID"),
    *("Subject", "To"),
]
DECLINING = ["List-Unsubscribe"]


@dataclass(frozen=True)
class Received:
    """One mail without what differs each time: its secret links."""

    headers: list[str]
    recipient: str
    envelope: str
    sender: str
    subject: str
    text: str
    html: str
    types: list[str]


@pytest.fixture(autouse=True)
def organiser_address(settings):
    settings.REGISTRATIONS_ORGANISER_EMAIL = "formations@slsp.example"


@pytest.fixture
def page() -> TrainingPage:
    return training_page(catalogue())


@pytest.fixture
def morning(page) -> TrainingSession:
    morning = session(page, venue=venue())
    session(page, morning.starts_on + timedelta(days=7), venue=venue(name="Salle 2"))
    return morning


# --- what stands in the rows -------------------------------------------------------------------


def held(model: type[Model], name: str, text: str) -> str:
    """As much of it as the column holds."""
    return text[: model._meta.get_field(name).max_length]


def write(model: type[Model], text: str, *names: str) -> None:
    model._default_manager.update(**{name: held(model, name, text) for name in names})


def write_everywhere(line: str, written: str, lines: str) -> None:
    """Each text that a mail may show, of all the rows there are."""
    write(PartnerService, line, "name", "municipality")
    write(Registration, line, "booker_first_name", "booker_last_name", "booker_phone")
    named = Participant.objects.exclude(last_name="")
    named.update(
        **{one: held(Participant, one, line) for one in ("first_name", "last_name", "function")}
    )
    Participation.objects.update(refusal_reason=lines)
    write(Training, line, "name")
    write(TrainingPage, line, "title", "contact_name", "calendar_title")
    write(Venue, line, "name", "street_address", "municipality")
    several = TranslatedText(fr=lines)
    Venue.objects.update(public_transport=several, parking=several, accessibility=several)
    Workshop.objects.update(title=TranslatedText(fr=line), room=held(Workshop, "room", line))
    TrainingSession.objects.update(reason=TranslatedText(fr=line))
    letter = f"{{name}}\n\n{lines}"
    Letter.objects.update(subject=TranslatedText(fr=written), body=TranslatedText(fr=letter))
    for email in OutgoingEmail.objects.all():
        if email.facts.get("reason"):
            email.facts["reason"] = {"fr": line}
            email.save()
    MessageText.objects.bulk_create(
        MessageText(
            kind=kind,
            language="fr",
            subject=held(MessageText, "subject", f"{written[:130]} {{organiser}}"),
            opening=held(MessageText, "opening", lines),
            closing=held(MessageText, "closing", f"{{name}}, {{service}}\n\n{lines}"),
        )
        for kind in MessageKind
    )


# --- what arrives ------------------------------------------------------------------------------


def every_mail(
    smtp, settings, morning, *, line: str, written: str, lines: str, in_each: bool = True
) -> dict[str, Received]:
    """Each message in each situation, or in one, by its name; nothing is left in the database."""
    smtp.messages.clear()
    smtp.octets.clear()
    settings.REGISTRATIONS_ORGANISER_NAME = line
    named = {}
    with translation.override("fr"), transaction.atomic():
        first = {one.kind: one for one in reversed(situations())}
        for number, one in enumerate(situations() if in_each else first.values()):
            scene = Scene(morning, language="fr", at=AT)
            email = one.build(scene)
            make_room(scene, email, number)
            OutgoingEmail.objects.bulk_create([email])
            named[email.message_id] = f"{one.kind} {one.name}"
        with_choice = Participation.objects.filter(session=morning, status="CONFIRMED")
        with_choice.update(workshop=Workshop.objects.create(session=morning))
        write_everywhere(line, written, lines)
        for days in (0, *DAYS.values()):
            deliver_due(at=days_from(morning, days) if days else AT, limit=500)
        failed = OutgoingEmail.objects.exclude(last_error="").values_list("last_error", flat=True)
        assert list(failed) == []
        recipients = dict(OutgoingEmail.objects.values_list("message_id", "recipient"))
        transaction.set_rollback(True)
    assert all(mail["To"] == recipients[mail["Message-ID"]] for mail in smtp.messages)
    pairs = zip(smtp.messages, smtp.octets, strict=True)
    return {named[mail["Message-ID"]]: received(mail, octets) for mail, octets in pairs}


def make_room(scene: Scene, email: OutgoingEmail, number: int) -> None:
    """Each scene has the same people at the same session, and the same reference."""
    rows = Registration.objects.filter(pk=scene.registration.pk)
    rows.update(reference=make_reference())
    if (days := DAYS.get(MessageKind(email.kind))) is not None:
        email.due_at = days_from(scene.session, days)
    if email.kind == MessageKind.MINIMUM:
        email.facts["minimum"] = 1_000  # more than come in all scenes
    Letter.objects.filter(key="").update(key=str(number))
    attestations = Attestation.objects.filter(number__endswith="-000000")
    attestations.update(number=f"{scene.at.year}-{number:06d}")
    people = Participant.objects.filter(registration=scene.registration).exclude(email="")
    for one in people.filter(email__startswith="person"):
        address = f"{number}.{one.email}"
        one.participations.update(address=address)
        Participant.objects.filter(pk=one.pk).update(email=address)
        if email.recipient == one.email:
            email.recipient = address
    booker = people.filter(email=scene.registration.booker_email)
    Participation.objects.filter(participant__in=booker).update(address=f"{number}@cpas.example")


def days_from(session: TrainingSession, days: int) -> datetime:
    return session.starts_at + timedelta(days=days)


def received(mail: EmailMessage, octets: bytes) -> Received:
    head = octets.partition(b"\r\n\r\n")[0].decode("ascii")
    return Received(
        headers=sorted(re.findall(r"^([^\s:]+):", head, re.MULTILINE)),
        recipient=mail["To"],
        envelope=mail["X-Envelope-To"],
        sender=mail["From"].addresses[0].addr_spec,
        subject=mail["Subject"].strip(),  # a folded one begins with the blank of the fold
        text=without_secrets(content(mail, "plain")),
        html=without_secrets(content(mail, "html")),
        types=[part.get_content_type() for part in mail.walk()],
    )


def content(mail: EmailMessage, kind: str) -> str:
    part: Any = mail.get_body((kind,))
    return part.get_payload(decode=True).decode().replace("\r\n", "\n")


def without_secrets(text: str) -> str:
    text = re.sub(r"\b[A-Z2-9]{8}\b", "REFERENCE", text)
    text = re.sub(r"\b20\d\d-\d{6}\b", "NUMBER", text)
    text = re.sub(r"\b[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}\b", "CODE", text)
    return re.sub(r"https?://localhost[^\s\"<]*", "URL", text)


def without_links(html: str) -> str:
    """A link to a phone number leaves blanks out."""
    return re.sub(r'href="[^"]*"', "", html)


def unspoken(text: str, *, but: str = "") -> set[str]:
    """Characters that nobody can see, and that do something to the others."""
    return {
        one
        for one in text
        if one not in but
        and (one in TURNS or unicodedata.category(one) in {"Cc", "Cs", "Zl", "Zp"})
    }


class Elements(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.names.add(tag)


def check(mail: Received) -> None:
    expected = sorted([*HEADERS, *DECLINING]) if "List-Unsubscribe" in mail.headers else HEADERS
    assert mail.headers == expected
    assert mail.envelope == mail.recipient
    assert mail.sender == "formations@slsp.example"
    assert len(mail.subject) <= 255
    assert unspoken(mail.subject) == set()
    assert unspoken(mail.text, but="\n") == set()
    assert unspoken(mail.html, but="\n") == set()
    assert not Elements(mail.html).names & {"img", "script", "link", "iframe", "object"}


#: Written once: they are the same for each test. In each situation of a message, or in one.
_plain: dict[bool, dict[str, Received]] = {}


@pytest.fixture
def plain(smtp, settings, morning):
    def written(*, in_each: bool = True) -> dict[str, Received]:
        if in_each not in _plain:
            words = {"line": LINE, "written": WRITTEN, "lines": LINES}
            _plain[in_each] = every_mail(smtp, settings, morning, **words, in_each=in_each)
        return _plain[in_each]

    return written


@pytest.mark.parametrize(("typed", "said"), HOSTILE.values(), ids=HOSTILE)
def test_a_mail_differs_from_an_ordinary_one_by_the_words_alone(
    typed, said, plain, smtp, settings, morning
):
    if "\0" in typed and connection.vendor == "postgresql":
        pytest.skip("PostgreSQL stores none.")
    # An editor's own braces are placeholders.
    by_editor = (WRITTEN, WRITTEN) if "{name}" in typed else (typed, said)

    in_each = typed in IN_EACH
    ordinary = plain(in_each=in_each)
    words = {"line": typed, "written": by_editor[0], "lines": LINES}

    mails = every_mail(smtp, settings, morning, **words, in_each=in_each)

    assert {name.split()[0] for name in mails} == set(MessageKind)
    assert set(mails) == set(ordinary)
    for name, mail in mails.items():
        check(mail)
        before = ordinary[name]

        def told(text: str, *, as_html: bool = False) -> str:
            for mark, words in ((LINE, said), (WRITTEN, by_editor[1])):
                text = text.replace(mark, escape(words) if as_html else words)
            return text

        assert mail.types == before.types, name
        assert mail.subject == told(before.subject).replace("=?", "= ?")[:255], name
        assert mail.text == told(before.text), name
        assert without_links(mail.html) == without_links(told(before.html, as_html=True)), name


def test_where_several_lines_are_written_each_end_of_line_is_one(plain, smtp, settings, morning):
    ends = ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"]
    typed = "".join(f"{end}.\x1b\u202e" for end in ends)
    ordinary = plain()

    mails = every_mail(smtp, settings, morning, line=LINE, written=WRITTEN, lines=f"Un{typed}")

    said = "Un" + "\n." * len(ends)
    assert set(mails) == set(ordinary)
    for name, mail in mails.items():
        check(mail)
        assert mail.text == ordinary[name].text.replace(LINES, said), name


@pytest.mark.parametrize("word", ["x", "🏠", "mot ", "\r\n"])
def test_of_five_thousand_characters_a_mail_holds_what_it_can(word, smtp, settings, morning):
    long = ("a" + word * 5_000)[:5_000]

    mails = every_mail(smtp, settings, morning, line=long, written=long, lines=long, in_each=False)

    assert {name.split()[0] for name in mails} == set(MessageKind)
    for mail in mails.values():
        check(mail)
    assert max(len(row) for octets in smtp.octets for row in octets.split(b"\r\n")) <= 998


def test_an_address_that_is_none_reaches_nobody_and_keeps_nobody(smtp, morning):
    registration(person(morning), person(morning, number=2))
    row = OutgoingEmail.objects.get(recipient="personne1@cpas.example")
    for number, address in enumerate(ADDRESSES):
        OutgoingEmail.objects.filter(pk=row.pk).update(recipient=address)
        deliver_due(at=AT + timedelta(days=number))
        row.refresh_from_db()
        assert row.sent_at is None
        OutgoingEmail.objects.filter(pk=row.pk).update(failed_at=None, leased_until=None)

    assert sorted(mail["X-Envelope-To"] for mail in smtp.messages) == [
        "assistante@cpas.example",
        "personne2@cpas.example",
    ]
