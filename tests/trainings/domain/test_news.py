from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import gettext as _
from wagtail.models import Page, PageViewRestriction, Site

from tests.factories.trainings import (
    AT,
    MORNING_1,
    PUBLISHED,
    catalogue,
    session,
    training_page,
    translated,
    venue,
)
from trainings.domain import scheduling
from trainings.domain.news import MOST, atom
from trainings.models import CalendarState, SessionSeries, TrainingSession, Venue

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
ADDRESS = "http://localhost/agenda/fr/new.atom"
PLANNED = AT - timedelta(days=30)  # by the factory


@pytest.fixture
def index():
    Site.objects.update(site_name="Habitat")
    return catalogue()


@pytest.fixture
def page(index):
    return training_page(index, guiding_question="Par où commencer ?")


def feed_of(content):
    return ElementTree.fromstring(content)  # noqa: S314 -- ours


def parts(element):
    """A flat look at one element: names, attributes, and text."""
    return [
        (child.tag.removeprefix(ATOM), dict(child.attrib), (child.text or "").strip())
        for child in element
    ]


@pytest.fixture
def read():
    def read_feed(language="fr", at=AT):
        return feed_of(atom(Site.objects.get(), language=language, address=ADDRESS, at=at))

    return read_feed


@pytest.fixture
def entries(read):
    def read_entries(**asked):
        return read(**asked).findall(f"{ATOM}entry")

    return read_entries


@pytest.fixture
def uids(entries):
    def read_uids(**asked):
        return [entry.findtext(f"{ATOM}id").removeprefix("urn:uuid:") for entry in entries(**asked)]

    return read_uids


def titles(found):
    return [entry.findtext(f"{ATOM}title") for entry in found]


def announced(made, at):
    TrainingSession.objects.filter(pk=made.pk).update(created_at=at)
    return made


# --- what an entry says ------------------------------------------------------------------------


def test_an_entry_says_what_when_where_and_since_when(page, read):
    made = session(page, venue=venue())
    hall_changed_at = AT - timedelta(days=3)
    Venue.objects.update(changed_at=hall_changed_at)

    feed = read()

    assert feed.attrib == {XML_LANG: "fr"}
    assert parts(feed)[:6] == [
        ("title", {}, _("New dates – %(site)s") % {"site": "Habitat"}),
        ("link", {"rel": "alternate", "href": "http://localhost/fr/formations/"}, ""),
        ("link", {"rel": "self", "href": ADDRESS}, ""),
        ("id", {}, feed.findtext(f"{ATOM}id")),
        ("updated", {}, hall_changed_at.isoformat()),
        ("author", {}, ""),
    ]
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "Habitat"
    (entry,) = feed.findall(f"{ATOM}entry")
    url = f"http://localhost/fr/formations/en-recherche-de-logement/#session-{made.uid}"
    assert parts(entry) == [
        ("title", {}, "Matinée de formation – En recherche de logement (Charleroi)"),
        ("link", {"rel": "alternate", "href": url}, ""),
        ("published", {}, PLANNED.isoformat()),
        ("updated", {}, hall_changed_at.isoformat()),
        ("id", {}, f"urn:uuid:{made.uid}"),
        (
            "summary",
            {"type": "html"},
            "mardi 23 mars 2027, 9 h – 12 h 30"
            " · Salle des Tilleuls, Rue de la Gare 1, 6000 Charleroi · Par où commencer ?",
        ),
        ("category", {"term": "Matinée de formation"}, ""),
    ]


def test_what_is_not_said_leaves_no_gap(index, entries):
    session(training_page(index, title="Atelier"))

    (entry,) = entries()

    assert entry.findtext(f"{ATOM}summary") == "mardi 23 mars 2027, 9 h – 12 h 30"


def test_the_online_link_is_told_to_nobody(page, read):
    session(page, online_url="https://meet.example/secret-room")

    text = ElementTree.tostring(read(), encoding="unicode")

    assert ("En ligne" in text, "secret-room" in text) == (True, False)


def test_a_feed_keeps_its_identity_whatever_is_in_it_and_has_one_in_each_language(page, read):
    def identities():
        return [read(language).findtext(f"{ATOM}id") for language in ("fr", "nl")]

    empty = identities()
    session(page)

    assert identities() == empty
    assert empty[0] != empty[1]
    assert all(one.startswith("urn:uuid:") for one in empty)


def test_a_feed_speaks_its_language_and_falls_back_on_another(page, index, entries):
    session(page)
    session(training_page(index, title="Sans traduction"), MORNING_1 + timedelta(days=1))
    translated(page, "nl", "Op zoek naar een woning")

    found = entries(language="nl")

    assert sorted(titles(found)) == [
        "Vormingsvoormiddag – Op zoek naar een woning",
        "Vormingsvoormiddag – Sans traduction",
    ]
    assert {entry.find(f"{ATOM}category").get("term") for entry in found} == {"Vormingsvoormiddag"}


def test_a_session_of_a_series_is_linked_to_where_it_is_shown(page, entries):
    series = SessionSeries.objects.create(
        training=page.training,
        first_day=MORNING_1,
        start_time="09:00",
        end_time="12:00",
        time_zone="Europe/Brussels",
    )
    made = session(page, series=series, original_on=MORNING_1)

    (entry,) = entries()

    address = entry.find(f"{ATOM}link").get("href")
    assert address == f"{page.get_full_url()}?session={made.uid}#session-{made.uid}"


HOSTILE = "Loger\x00 & <b>vivre</b>\x0b]]>\x85\u2028\ufffe\uffff\u200f fin\r\n"


def test_no_title_breaks_the_feed(index, entries):
    page = training_page(index, title="x", slug="x")
    made = session(page, venue=venue(name="Salle\x1b\ufffe", street_address="\x08<a>"))
    # Past all forms, as an import or a script may write it; PostgreSQL has no NUL to keep.
    title = HOSTILE if connection.vendor == "sqlite" else HOSTILE.replace("\x00", "")
    type(page).objects.filter(pk=page.pk).update(title=title, guiding_question="<i>Quoi ?</i>\x1f")

    (entry,) = entries()

    assert entry.findtext(f"{ATOM}title") == (
        "Matinée de formation – Loger & <b>vivre</b> ]]> \u200f fin (Charleroi)"
    )
    assert entry.findtext(f"{ATOM}summary") == (
        "mardi 23 mars 2027, 9 h – 12 h 30 · Salle, &lt;a&gt;, 6000 Charleroi"
        " · &lt;i&gt;Quoi ?&lt;/i&gt;"
    )
    assert entry.findtext(f"{ATOM}id") == made.uid.urn


# --- since when it is news ---------------------------------------------------------------------


def test_the_newest_come_first_and_those_of_one_moment_in_date_order(page, uids):
    later = announced(session(page, MORNING_1 + timedelta(days=2)), AT - timedelta(days=9))
    sooner = announced(session(page, MORNING_1), AT - timedelta(days=9))
    newest = announced(session(page, MORNING_1 + timedelta(days=7)), AT - timedelta(days=1))
    oldest = announced(session(page, MORNING_1 + timedelta(days=1)), AT - timedelta(days=20))

    assert uids() == [str(one.uid) for one in (newest, sooner, later, oldest)]


def test_a_session_is_announced_when_its_page_is(index, entries):
    page = training_page(index, title="Nouvelle page")
    announced(session(page), PUBLISHED - timedelta(days=30))

    (entry,) = entries()

    assert entry.findtext(f"{ATOM}published") == PUBLISHED.isoformat()


def test_a_change_of_words_is_an_update_and_no_news(page, entries):
    changed_at = AT - timedelta(days=2)
    announced(session(page), PLANNED)
    type(page).objects.filter(pk=page.pk).update(last_published_at=changed_at)

    (entry,) = entries()

    assert (entry.findtext(f"{ATOM}published"), entry.findtext(f"{ATOM}updated")) == (
        PLANNED.isoformat(),
        changed_at.isoformat(),
    )


@pytest.mark.parametrize(
    ("verb", "prefix"),
    [
        (lambda made, at: scheduling.cancel(made, by=None, at=at), "ANNULÉ"),
        (lambda made, at: scheduling.postpone(made, by=None, at=at), "REPORTÉ"),
        (
            lambda made, at: scheduling.reschedule(
                made, to=scheduling.shifted(made, days=1), by=None, at=at
            ),
            "DÉPLACÉ",
        ),
    ],
    ids=["cancelled", "postponed", "moved"],
)
def test_what_does_not_take_place_as_announced_says_so_and_keeps_its_date(page, read, verb, prefix):
    made = session(page)
    verb(made, AT)

    (entry,) = read().findall(f"{ATOM}entry")

    title = "Matinée de formation – En recherche de logement"
    assert entry.findtext(f"{ATOM}title") == f"{prefix} – {title}"
    assert entry.findtext(f"{ATOM}published") == PLANNED.isoformat()
    assert entry.findtext(f"{ATOM}updated") == AT.isoformat()


def test_what_is_over_is_no_news(page, uids):
    made = session(page)

    before = uids(at=made.ends_at - timedelta(seconds=1))

    assert (before, uids(at=made.ends_at)) == ([str(made.uid)], [])


def test_only_the_newest_of_many_are_told(page, uids):
    made = [
        announced(
            session(page, MORNING_1 + timedelta(days=number)), PLANNED + timedelta(hours=number)
        )
        for number in range(MOST + 5)
    ]

    assert uids() == [str(one.uid) for one in reversed(made[5:])]


def test_an_empty_feed_was_updated_when_the_calendar_last_was(page, read):
    CalendarState.objects.update(changed_at=datetime(2027, 1, 2, 3, 4, 5, tzinfo=UTC))

    feed = read()

    assert feed.findtext(f"{ATOM}updated") == "2027-01-02T03:04:05+00:00"
    assert feed.findall(f"{ATOM}entry") == []


def test_a_site_where_nothing_was_ever_published_has_an_empty_feed(read):
    CalendarState.objects.all().delete()

    feed = read()

    assert feed.findtext(f"{ATOM}updated") == "1970-01-01T00:00:00+00:00"
    assert feed.find(f"{ATOM}link").get("href") == "http://localhost/"


def test_the_same_sessions_give_the_same_bytes(page):
    session(page, venue=venue())
    site = Site.objects.get()

    one, two = (
        atom(site, language="fr", address=ADDRESS, at=AT + timedelta(days=days)) for days in (0, 3)
    )

    assert one == two


# --- what is not for the public ----------------------------------------------------------------


def _restrict(page, kind="login", above=False):
    restricted = page.get_parent() if above else page
    PageViewRestriction.objects.create(page=restricted, restriction_type=kind, password="secret")


def _be_discreet(page):
    page.training.is_discreet = True
    page.training.save()


HIDDEN = {
    "draft": lambda page: page.unpublish(),
    "login": _restrict,
    "password": lambda page: _restrict(page, "password"),
    "groups": lambda page: _restrict(page, "groups"),
    "restricted above": lambda page: _restrict(page, above=True),
    "discreet": _be_discreet,
    "deleted": lambda page: page.delete(),
}


@pytest.mark.parametrize("hide", HIDDEN.values(), ids=HIDDEN)
def test_what_is_not_public_is_no_news(page, read, uids, hide):
    made = session(page)
    assert uids() == [str(made.uid)]

    hide(page)

    for language in ("fr", "nl"):
        assert uids(language=language) == []
        assert "recherche" not in ElementTree.tostring(read(language), encoding="unicode")


def test_a_restricted_catalogue_is_not_named(index, read):
    _restrict(index)

    assert read().find(f"{ATOM}link").get("href") == "http://localhost/"


def test_the_sessions_of_another_site_are_not_among_them(page):
    session(page)
    apart = Page.objects.get(depth=1).add_child(instance=Page(title="À part", slug="a-part"))
    elsewhere = Site(hostname="elsewhere.example", root_page=apart)

    feed = feed_of(atom(elsewhere, language="fr", address=ADDRESS, at=AT))

    assert feed.findall(f"{ATOM}entry") == []
    assert feed.find(f"{ATOM}link").get("href") == "http://elsewhere.example/"


# --- what it costs -----------------------------------------------------------------------------


def test_news_cost_the_same_for_many_sessions(page, read):
    def queries_for():
        with CaptureQueriesContext(connection) as captured:
            read()
        return len(captured)

    session(page, venue=venue())
    read()  # Wagtail keeps the addresses of sites
    with_one = queries_for()
    for number in range(20):
        other = training_page(page.get_parent(), title=f"Formation {number}")
        session(other, venue=venue(name=f"Salle {number}"))

    assert queries_for() == with_one
    assert len(read().findall(f"{ATOM}entry")) == 21
