"""Every message in every situation it is written for, as those who review it see it."""

import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.core.management import call_command

from registrations.emails.scene import sessions_to_show
from registrations.emails.specimens import situations, specimens
from registrations.enums import MessageKind
from registrations.models import (
    AccessToken,
    Letter,
    MessageText,
    OutgoingEmail,
    Participant,
    Participation,
    PartnerService,
    Registration,
)
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
from trainings.models import Training, TrainingSession, Venue

pytestmark = pytest.mark.django_db

MADE = (
    AccessToken,
    Letter,
    MessageText,
    OutgoingEmail,
    Participant,
    Participation,
    PartnerService,
    Registration,
    Training,
    TrainingSession,
    Venue,
)


@pytest.fixture
def trainings():
    return catalogue()


@pytest.fixture
def morning(trainings):
    page = training_page(trainings, title="En recherche de logement")
    translated(page, "nl", "Op zoek naar een woning")
    return session(page, venue=venue(), online_url="https://meet.example/room")


class Seen(HTMLParser):
    """What a mail program finds in the HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str | None] = []
        self.language: str | None = None
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        if tag == "a":
            self.links.append(dict(attrs).get("href"))
        if tag == "html":
            self.language = dict(attrs).get("lang")


def test_no_message_is_without_one():
    assert {one.kind for one in situations()} == set(MessageKind)


def test_each_situation_of_a_message_has_a_name_of_its_own():
    names = [(one.kind, one.name) for one in situations()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("language", ["fr", "nl"])
def test_each_reads_as_a_mail_in_its_language(morning, language):
    for one in specimens(morning, language=language, at=AT):
        seen = Seen(one.content.html)
        about = (one.kind, one.situation)
        assert (about, seen.language) == (about, language)
        assert (about, seen.tags & {"img", "script", "link", "form"}) == (about, set())
        assert (about, [link for link in seen.links if not link]) == (about, [])
        for words in (one.content.subject, one.content.text, one.content.html):
            assert (about, re.findall(r"\{\{?|\{%|\bNone\b", words)) == (about, [])
            assert words.strip()
        assert "\n" not in one.content.subject
        assert "<" not in one.content.text


def test_languages_differ_in_every_word_that_is_ours(morning):
    """A sentence that has no translation would be the same in both."""
    spoken = {
        language: {
            (one.kind, one.situation): sentences(one, place=morning.venue.address)
            for one in specimens(morning, language=language, at=AT)
        }
        for language in ("fr", "nl")
    }
    same = {
        about: said & spoken["nl"][about]
        for about, said in spoken["fr"].items()
        if said & spoken["nl"][about]
    }
    assert same == {}


def sentences(specimen, *, place) -> set[str]:
    """Lines of its text that hold words of ours: at least three, and no address of a page."""
    given = [place, *map(specimen.placeholders.get, ("organiser", "place", "service"))]
    text = specimen.content.text
    for words in filter(None, given):
        text = text.replace(words, "")
    lines = (line.strip() for line in text.splitlines() if "://" not in line)
    return {line for line in lines if len(re.findall(r"[^\W\d]{2,}", line)) >= 3}


def test_a_screen_that_shows_it_escapes_it(morning):
    """Who is registered types a name; the text of a mail has it as it was typed."""
    for one in specimens(morning, language="fr", at=AT, kind=MessageKind.RECEIPT):
        words = (one.content.subject, one.content.text, one.content.html)
        assert [type(part) for part in words] == [str, str, str]


def test_nothing_is_left_of_them(morning):
    before = {model: model.objects.count() for model in MADE}

    assert len(list(specimens(morning, language="fr", at=AT))) == len(situations())

    assert {model: model.objects.count() for model in MADE} == before


def test_a_site_without_sessions_has_them_too():
    told = list(specimens(None, language="nl", at=AT))

    assert len(told) == len(situations())
    assert TrainingSession.objects.count() == 0


def test_a_session_in_a_few_hours_will_do(morning):
    before = morning.starts_at.replace(hour=5)

    assert len(list(specimens(morning, language="fr", at=before))) == len(situations())


def test_names_are_asked_for_a_day_to_come(morning):
    soon = morning.starts_at - timedelta(days=2)

    [one] = specimens(morning, language="fr", at=soon, kind=MessageKind.NAMES_NEEDED)

    assert soon < one.email.registration.names_due_at < morning.starts_at


@pytest.mark.parametrize("kind", [MessageKind.REFUSED, MessageKind.OFFER_EXPIRED])
def test_a_list_of_who_is_registered_no_longer_has_no_standing(morning, kind):
    [one] = specimens(morning, language="fr", at=AT, kind=kind, situation="booker")

    told = [line for line in one.content.text.splitlines() if line.startswith("- ")]
    assert (len(told), [line for line in told if "(" in line]) == (2, [])


def test_each_situation_of_a_message_knows_the_same_placeholders(morning):
    known: dict[str, set[frozenset[str]]] = {}
    for one in specimens(morning, language="fr", at=AT):
        # A letter is written anew each time.
        if one.kind != MessageKind.LETTER:
            known.setdefault(one.kind, set()).add(frozenset(one.placeholders))

    assert {kind: names for kind, names in known.items() if len(names) > 1} == {}


def test_what_an_editor_types_is_shown_and_not_kept(morning):
    text = MessageText(
        kind=MessageKind.REFUSED,
        language="fr",
        subject="Réponse pour {when}",
        opening="Merci de votre intérêt pour « {title} ».",
        closing="À bientôt, {name} !",
    )

    [one] = specimens(
        morning, language="fr", at=AT, kind=MessageKind.REFUSED, situation="person", text=text
    )

    assert one.content.subject == "Réponse pour mardi 23 mars 2027, 9 h – 12 h 30"
    for words in (one.content.text, one.content.html):
        assert "Merci de votre intérêt pour « En recherche de logement »." in words
        assert f"À bientôt, {one.placeholders['name']} !" in words
    assert one.shipped["closing"] == "Une question\xa0? Répondez à ce message."
    assert MessageText.objects.count() == 0


def test_sessions_to_show_are_public_and_to_come(morning, trainings):
    page = training_page(trainings, title="Autre")
    later = session(page, MORNING_2)
    hidden = session(training_page(trainings, title="Discrète"), MORNING_1)
    Training.objects.filter(pk=hidden.training_id).update(is_discreet=True)
    session(page, AT.date().replace(day=1, month=1))

    assert sessions_to_show(at=AT) == [morning, later]


def test_the_gallery_has_a_file_for_each_and_an_index(morning, tmp_path, capsys):
    call_command("write_gallery", tmp_path / "gallery")

    written = {path.name for path in (tmp_path / "gallery").iterdir()}
    names = {
        f"{language}-{one.kind.lower()}-{one.name}"
        for one in situations()
        for language in ("fr", "nl")
    }
    endings = ("html", "txt")
    assert written == {"index.html"} | {f"{name}.{end}" for name in names for end in endings}
    index = (tmp_path / "gallery" / "index.html").read_text()
    assert set(re.findall(r'<iframe[^>]* src="([^"]+)\.html"', index)) == names
    assert capsys.readouterr().out.startswith(f"{len(names)} mails in ")
