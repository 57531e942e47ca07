"""What subscribers are told of a session through its history, down to the bytes."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.utils import translation
from wagtail.models import Site

from tests.factories.trainings import (
    AT,
    MORNING_1,
    MORNING_2,
    catalogue,
    session,
    training_page,
    venue,
)
from tests.trainings.domain.test_calendar import event_lines, feed, values
from trainings.domain import feeds, scheduling
from trainings.domain.publishing import calendar_event
from trainings.exceptions import NothingMovedError, SessionGoesAheadError
from trainings.forms.feeds import read_feed
from trainings.models import TrainingPage, Venue

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
TITLE = "Matinée de formation – En recherche de logement (Charleroi)"
SCHEDULED_AT = AT - timedelta(days=30)  # by the factory
MARCH_23 = "TZID=Europe/Brussels:20270323T090000"
MARCH_30 = "TZID=Europe/Brussels:20270330T090000"


@pytest.fixture
def page():
    return training_page(catalogue(), introduction="<p>Comprendre &amp; agir.</p>")


@pytest.fixture
def morning(page):
    return session(page, venue=venue())


def published(at=AT):
    """The feed as it is made at this instant, from nothing."""
    feeds.forget()
    asked = read_feed("", site=Site.objects.get(), language="fr", at=at)
    return feeds.make(asked, state=None, at=at).content


def told(content):
    """The properties of the only entry, by name."""
    assert content.count(b"BEGIN:VEVENT") == 1
    lines = (line.replace(";", ":", 1).split(":", 1) for line in event_lines(content))
    return dict(lines)


def move(morning, on, at, **fields):
    to = {"starts_on": on, "ends_on": on, **fields}
    scheduling.reschedule(morning, to=to, by=None, at=at)


STEPS = [
    ("moved", lambda one, at: move(one, MORNING_2, at)),
    ("moved back", lambda one, at: move(one, MORNING_1, at)),
    ("postponed", lambda one, at: scheduling.postpone(one, by=None, at=at)),
    ("rescheduled", lambda one, at: move(one, MORNING_2, at)),
    ("cancelled", lambda one, at: scheduling.cancel(one, by=None, at=at)),
    ("restored", lambda one, at: scheduling.restore(one, by=None, at=at)),
]


def test_history_of_a_session_is_told_step_by_step(morning):
    at, history = AT, []

    def note():
        # Whenever it is fetched before the next step, it is the same.
        first, later = published(at), published(at + HOUR / 2)
        assert first == later
        entry = told(first)
        prefix = entry["SUMMARY"].removesuffix(TITLE)
        history.append((int(entry["SEQUENCE"]), entry["STATUS"], entry["DTSTART"], prefix))
        stamps.append((entry["DTSTAMP"], entry["LAST-MODIFIED"]))
        uids.add(entry["UID"])

    stamps, uids = [], set()
    note()
    for _name, act in STEPS:
        at += HOUR
        act(morning, at)
        note()

    assert history == [
        (0, "CONFIRMED", MARCH_23, ""),
        (1, "CONFIRMED", MARCH_30, "DÉPLACÉ – "),
        (2, "CONFIRMED", MARCH_23, ""),
        (3, "CANCELLED", MARCH_23, "REPORTÉ – "),
        (4, "CONFIRMED", MARCH_30, "DÉPLACÉ – "),
        (5, "CANCELLED", MARCH_30, "ANNULÉ – "),
        (6, "CONFIRMED", MARCH_30, "DÉPLACÉ – "),
    ]
    moments = [SCHEDULED_AT, *(AT + number * HOUR for number in range(1, 7))]
    assert stamps == [(f"{one:%Y%m%dT%H%M%SZ}",) * 2 for one in moments]
    assert uids == {str(morning.uid)}


def test_entry_frees_the_day_as_long_as_it_is_off(morning):
    def said():
        entry = told(published())
        return entry["TRANSP"], entry.get("X-MICROSOFT-CDO-BUSYSTATUS")

    found = [said()]
    for _name, act in STEPS:
        act(morning, AT)
        found.append(said())

    on, off = ("OPAQUE", None), ("TRANSPARENT", "FREE")
    assert found == [on, on, on, off, on, off, on]


def test_refused_act_leaves_no_trace(morning):
    before = published()

    with pytest.raises(NothingMovedError):
        move(morning, MORNING_1, AT)
    with pytest.raises(SessionGoesAheadError):
        scheduling.restore(morning, by=None, at=AT)

    assert published() == before


def test_corrections_raise_no_sequence_and_move_the_stamps_forward(page, morning):
    def correct_places():
        morning.capacity = 12
        scheduling.change(morning, by=None, at=AT)

    corrections = [
        (correct_places, "SUMMARY", TITLE),
        (
            lambda: Venue.objects.update(street_address="Rue Neuve 2", changed_at=AT + HOUR),
            "LOCATION",
            r"Salle des Tilleuls\, Rue Neuve 2\, 6000 Charleroi",
        ),
        (
            lambda: TrainingPage.objects.update(
                calendar_title="Chercher", last_published_at=AT + 2 * HOUR
            ),
            "SUMMARY",
            "Matinée de formation – Chercher (Charleroi)",
        ),
    ]
    for number, (correct, name, expected) in enumerate(corrections):
        correct()
        entry = told(published())
        stamp = f"{AT + number * HOUR:%Y%m%dT%H%M%SZ}"
        assert (entry["SEQUENCE"], entry[name]) == ("0", expected)
        assert (entry["DTSTAMP"], entry["LAST-MODIFIED"]) == (stamp, stamp)


# --- identity and words ------------------------------------------------------------------------


def test_uid_is_bare_and_the_same_in_every_calendar(client, page, morning):
    """RFC 7986 §5.3: no host, no person."""
    [uid] = values(published(), "UID")[1:]
    one = client.get(f"/agenda/fr/session-{morning.uid}.ics").content

    assert uid == str(UUID(uid)) == str(morning.uid)
    assert uid in values(one, "UID")


def test_link_is_whole_in_the_description_too(page, morning):
    """Classic Outlook hides the URL property."""
    entry = told(published())

    url = f"http://localhost/fr/formations/en-recherche-de-logement/#session-{morning.uid}"
    assert entry["URL"] == url
    assert entry["DESCRIPTION"] == (rf"Comprendre & agir.\n\nInformations et inscription : {url}")


def event_of(morning, page):
    with translation.override("fr"):
        return calendar_event(morning, page, url="https://exemple.be/", language="fr")


@pytest.mark.parametrize(
    ("introduction", "said"),
    [
        ("mot " * 99 + "fin", "mot " * 99 + "fin"),
        ("mot " * 99 + "fin.", "mot " * 99 + "fin."),
        ("mot " * 99 + "finir", "mot " * 98 + "mot …"),
        ("mot, " * 100, "mot, " * 79 + "mot …"),
        ("m" * 401, "m" * 400 + " …"),
        (f"<p>{'mot</p><p>' * 200}fin</p>", "mot " * 99 + "mot …"),
    ],
    ids=["399", "400", "401", "between words", "no word ends", "paragraphs"],
)
def test_long_introduction_is_cut_after_a_word(morning, introduction, said):
    page = TrainingPage(title="Titre", introduction=introduction, last_published_at=AT)

    beginning, *_rest = event_of(morning, page).description.split("\n\n")

    assert beginning == said[0].upper() + said[1:]


def test_a_busy_house_publishes_no_more_than_google_takes(page):
    """Six hundred sessions in the window are more than one on every working day."""
    page.title = "Accompagner un ménage vers et dans le logement, pas à pas, avec les partenaires"
    page.guiding_question = "Que faire quand un ménage déjà fragilisé reçoit un congé du bailleur ?"
    page.introduction = "<p>Écouter, orienter, accompagner, été comme hiver.</p>" * 200
    page.contact_name, page.contact_phone = "Équipe formation", "+32 71 00 00 01"
    page.contact_email = "formations@exemple.be"
    hall = venue(name="Espace formation, salle des Terrils", street_address="Rue de l’Été 12")
    url = "https://www.logement-exemple.be/fr/formations/accompagner-un-menage-pas-a-pas/"
    event = calendar_event(
        session(page, venue=hall), page, url=f"{url}?session={uuid4()}#{uuid4()}", language="fr"
    )

    content = feed(*(replace(event, uid=str(uuid4())) for _ in range(600)))

    assert content.count(b"BEGIN:VEVENT") == 600
    assert len(content) < 1_000_000
