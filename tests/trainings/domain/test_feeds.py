"""What is kept of a feed is never taken for what has changed."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

import pytest
from django.utils import translation
from icalendar import Calendar
from wagtail.models import Site

from tests.factories.registrations import person, registration
from tests.factories.trainings import (
    AT,
    MORNING_1,
    MORNING_2,
    catalogue,
    programme_page,
    session,
    training_page,
    translated,
    venue,
)
from trainings.domain import calendar, feeds, scheduling
from trainings.enums import SessionKind, SessionStatus
from trainings.forms.feeds import read_feed
from trainings.models import (
    Audience,
    CalendarState,
    SessionSeries,
    Theme,
    Training,
    TrainingSession,
    Venue,
)
from trainings.models.calendar_state import Reading

pytestmark = pytest.mark.django_db

WEEK = timedelta(days=7)


@pytest.fixture
def page():
    return training_page(catalogue(), introduction="<p>Comprendre &amp; agir.</p>")


def feed(path="", *, language="fr", at=AT):
    return read_feed(path, site=Site.objects.get(), language=language, at=at)


def fetch(path="", *, language="fr", at=AT):
    """As the view asks for it."""
    return feeds.edition(
        (language, path), resolve=lambda: feed(path, language=language, at=at), at=at
    )


def afresh(path="", *, language="fr", at=AT):
    """As a process says it that has kept nothing; what this one keeps is left alone."""
    lines, feeds._lines = feeds._lines, feeds.Shelf(feeds.LINES)
    try:
        made = feeds.make(feed(path, language=language, at=at), state=None, at=at)
    finally:
        feeds._lines = lines
    return made.content


def entries(content):
    return Calendar.from_ical(content).walk("VEVENT")


def titles(content):
    return [str(event["SUMMARY"]) for event in entries(content)]


@pytest.fixture
def made(monkeypatch):
    """The UID of each entry that is made, when it is."""
    uids = []
    entry = calendar.entry

    def noted(event, **options):
        uids.append(event.uid)
        return entry(event, **options)

    monkeypatch.setattr(calendar, "entry", noted)
    return uids


# --- what is made again ------------------------------------------------------------------------


def test_nothing_is_made_twice_while_nothing_changes(page, made, django_assert_num_queries):
    session(page)
    first = fetch()

    with django_assert_num_queries(1):
        second = fetch()

    assert second is first
    assert len(made) == 1


def test_one_change_makes_one_entry_again(page, made):
    sessions = [session(page, MORNING_1 + number * WEEK) for number in range(5)]
    before = fetch()
    made.clear()

    scheduling.reschedule(sessions[2], to={"start_time": time(8, 30)}, by=None, at=AT)
    after = fetch()

    assert made == [str(sessions[2].uid)]
    assert after.content != before.content
    assert after.content == afresh()


def test_a_change_elsewhere_leaves_bytes_and_tag_alone(page, made):
    session(page)
    other = training_page(page.get_parent(), title="Autre", first_published_at=AT)
    path = f"training/{page.training_id}/"
    before = fetch(path)
    made.clear()

    session(other, MORNING_2)
    after = fetch(path)

    assert (after.content, after.etag) == (before.content, before.etag)
    assert after is not before
    assert made == []


def test_filters_share_what_they_have_in_common(page, made):
    session(page, venue=venue())
    fetch()
    made.clear()

    assert fetch("place/charleroi/").content == afresh("place/charleroi/")
    assert made.count(str(page.training.sessions.get().uid)) == 1  # afresh made it


OTHER_VALUES = {
    "uid": lambda old: uuid4(),
    "slug": lambda old: "autre",
    "url_path": lambda old: old.replace("formations", "agenda"),
    "time_zone": lambda old: "Europe/Lisbon",
    "status": lambda old: SessionStatus.CANCELLED,
    "kind": lambda old: SessionKind.WORKSHOP,
    "name": lambda old: "Autre nom",
    "online_url": lambda old: "https://meet.example/",
}


def changed(field, old):
    """Another valid value of the field, for a row written behind the back of our verbs."""
    kind = field.get_internal_type()
    if field.name in OTHER_VALUES:
        return OTHER_VALUES[field.name](old)
    if isinstance(old, bool):
        return not old
    if isinstance(old, int):
        return old + 7
    if kind == "DateTimeField":
        return (old or AT) + timedelta(minutes=17)
    if kind == "DateField":
        return (old or MORNING_1) + timedelta(days=1)
    if kind == "TimeField":
        return old.replace(minute=10)
    if kind == "DurationField":
        return (old or timedelta()) - timedelta(minutes=20)
    if kind == "JSONField":
        return {"fr": "Autrement"}
    if kind == "EmailField":
        return "autre@example.org"
    return f"{old or ''} bis"


def facts_of(model):
    """Fields whose change can be seen or not; keys are not changed, relations are below."""
    return [
        field.name
        for field in model._meta.concrete_fields
        if not field.primary_key and not field.is_relation
    ]


@pytest.mark.parametrize(
    ("of", "name"),
    [
        *(("session", name) for name in facts_of(TrainingSession)),
        *(("training", name) for name in facts_of(Training)),
        *(("venue", name) for name in facts_of(Venue)),
        *(
            ("page", name)
            for name in (
                *("title", "url_path", "calendar_title", "guiding_question", "introduction"),
                *("contact_name", "contact_email", "contact_phone", "last_published_at"),
                *("slug", "live", "price", "practical_information", "for_whom"),
            )
        ),
    ],
)
def test_a_changed_field_is_seen(page, of, name):
    made = session(page, venue=venue(), online_url="https://meet.example/room")
    row = {"session": made, "training": page.training, "venue": made.venue, "page": page}[of]
    fetch()
    field = row._meta.get_field(name)

    type(row).objects.filter(pk=row.pk).update(**{name: changed(field, getattr(row, name))})
    CalendarState.touch()

    assert fetch().content == afresh()


@pytest.mark.parametrize("name", ["venue", "previous_venue", "series", "training"])
def test_a_changed_relation_is_seen(page, name):
    made = session(page, venue=venue())
    other = training_page(page.get_parent(), title="Autre formation")
    series = SessionSeries.objects.create(
        training=page.training,
        rule="RRULE:FREQ=WEEKLY",
        first_day=MORNING_1,
        start_time=time(9),
        end_time=time(12),
        time_zone="Europe/Brussels",
    )
    values = {
        "venue": {"venue": venue(name="Ailleurs", municipality="Namur")},
        "previous_venue": {"previous_venue": venue(name="Ailleurs")},
        "series": {"series": series, "original_on": MORNING_1},
        "training": {"training": other.training},
    }
    fetch()

    TrainingSession.objects.filter(pk=made.pk).update(**values[name])
    CalendarState.touch()

    assert fetch().content == afresh()


def test_the_language_that_a_page_is_translated_into_is_seen(page):
    session(page)
    before = fetch(language="nl")

    translated(page, "nl", "Op zoek naar een woning")

    after = fetch(language="nl")
    assert (titles(before.content), titles(after.content)) == (
        ["Vormingsvoormiddag – En recherche de logement"],
        ["Vormingsvoormiddag – Op zoek naar een woning"],
    )
    assert after.content == afresh(language="nl")


def test_another_address_of_the_site_is_seen(page):
    session(page)
    fetch()
    site = Site.objects.get()
    site.hostname = "formations.example"
    site.save()

    assert b"http://formations.example/" in fetch().content


# --- when nothing may be kept ------------------------------------------------------------------


def test_nothing_is_kept_while_a_change_is_on_its_way(page):
    session(page)
    CalendarState.objects.update(unsettled_until=AT + timedelta(seconds=30))

    assert fetch() is not fetch()
    assert fetch(at=AT + timedelta(seconds=31)) is fetch(at=AT + timedelta(seconds=31))


def test_what_was_kept_does_not_outlive_the_day(page):
    session(page)
    before = fetch(at=datetime(2027, 2, 1, 23, 59, tzinfo=UTC))

    after = fetch(at=datetime(2027, 2, 2, tzinfo=UTC))

    assert after is not before
    assert after.etag == before.etag


def test_a_state_that_was_read_says_whether_it_is_settled():
    settled = Reading(AT, None)
    soon = Reading(AT, AT + timedelta(seconds=1))

    assert settled.is_settled(AT)
    assert not soon.is_settled(AT)
    assert soon.is_settled(AT + timedelta(seconds=1))


# --- which sessions ----------------------------------------------------------------------------


def test_what_is_called_off_stays_until_its_day_is_over(page):
    made = session(page)
    scheduling.cancel(made, by=None, at=AT)
    morning = datetime(2027, 3, 23, 23, tzinfo=UTC)

    assert len(entries(afresh(at=morning))) == 1
    assert entries(afresh(at=morning + timedelta(hours=1))) == []


def test_what_took_place_stays_three_months(page):
    session(page, date(2026, 11, 2))

    assert len(entries(afresh(at=AT))) == 1
    assert entries(afresh(at=AT + timedelta(days=3))) == []


def test_an_archive_has_the_sessions_of_its_year_that_took_place(page):
    session(page, date(2026, 12, 31))
    new_year = session(page, date(2027, 1, 1))
    off = session(page, date(2027, 1, 5))
    session(page, MORNING_1)
    scheduling.cancel(off, by=None, at=AT - timedelta(days=40))

    found = entries(afresh("year/2027/", at=datetime(2028, 1, 2, tzinfo=UTC)))

    assert [event.start.date() for event in found] == [new_year.starts_on, MORNING_1]


def test_an_archive_of_the_year_that_runs_has_what_took_place_before_today(page):
    took_place = session(page, date(2027, 1, 12))
    session(page, MORNING_1)  # 9:00 to 12:30
    on_the_day = datetime(2027, 3, 23, 20, tzinfo=UTC)

    before, on, after = (
        entries(afresh("year/2027/", at=on_the_day + timedelta(days=days))) for days in (-1, 0, 1)
    )

    assert [event.start.date() for event in before] == [took_place.starts_on]
    assert [event.start.date() for event in on] == [took_place.starts_on]
    assert [event.start.date() for event in after] == [took_place.starts_on, MORNING_1]


def test_a_year_on_the_clock_of_the_place_is_meant(page):
    session(page, date(2027, 1, 1), start_time=time(0, 30), end_time=time(2), training_time=None)

    assert len(entries(afresh("year/2027/", at=datetime(2028, 1, 2, tzinfo=UTC)))) == 1


# --- registration ------------------------------------------------------------------------------


def test_registration_is_told_where_it_is_asked_for(page):
    opens, closes = AT + timedelta(days=2), AT + timedelta(days=30)
    made = session(page, registration_opens_at=opens, registration_closes_at=closes)

    with translation.override("fr"):
        found = entries(afresh("also/registration/"))

    assert [(str(one["SUMMARY"]), one.start) for one in found] == [
        ("Ouverture des inscriptions – Matinée de formation – En recherche de logement", opens),
        ("Clôture des inscriptions – Matinée de formation – En recherche de logement", closes),
        ("Matinée de formation – En recherche de logement", made.local_start),
    ]
    assert len({str(one["UID"]) for one in found}) == 3
    assert [str(one["TRANSP"]) for one in found] == ["TRANSPARENT", "TRANSPARENT", "OPAQUE"]
    assert [str(one["STATUS"]) for one in found] == ["CONFIRMED"] * 3
    assert entries(afresh()) == found[2:]


def test_another_opening_moves_its_entry_and_raises_its_sequence(page):
    made = session(page, registration_opens_at=AT + timedelta(days=2))
    (before, _session) = entries(fetch("also/registration/").content)

    made.registration_opens_at = AT + timedelta(days=3)
    scheduling.change(made, by=None, at=AT)

    (after, same) = entries(fetch("also/registration/").content)
    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert (after.start - before.start, same["SEQUENCE"]) == (timedelta(days=1), 0)


def test_who_registers_for_nothing_any_more_is_told_nothing_of_it(page):
    made = session(page, registration_opens_at=AT + timedelta(days=2))
    scheduling.cancel(made, by=None, at=AT)

    assert len(entries(afresh("also/registration/"))) == 1


# --- places ------------------------------------------------------------------------------------


def test_places_left_follow_registrations_without_a_change_of_the_calendar(page):
    made = session(page, capacity=1)
    state = CalendarState.read()
    before = fetch("places/left/")

    registration(person(made), at=AT)
    after = fetch("places/left/")

    assert CalendarState.read() == state
    assert [len(entries(one.content)) for one in (before, after)] == [1, 0]
    assert fetch("places/left/") is after


def test_places_left_follow_the_clock(page):
    closes = AT + timedelta(hours=1)
    session(page, registration_closes_at=closes)

    assert len(entries(fetch("places/left/").content)) == 1
    assert entries(fetch("places/left/", at=closes).content) == []


def test_a_full_session_says_so_where_the_site_wants_it(page, settings):
    made = session(page, capacity=1)
    registration(person(made), at=AT)
    title = "Matinée de formation – En recherche de logement"
    assert titles(fetch().content) == [title]

    settings.TRAININGS_CALENDAR_SAYS_FULL = True
    feeds.forget()

    assert titles(fetch().content) == [f"COMPLET – {title}"]
    participation = made.participations.get()
    participation.status = "WITHDRAWN"
    participation.save()
    assert titles(fetch().content) == [title]


# --- names -------------------------------------------------------------------------------------


def test_a_feed_is_called_by_what_is_particular_to_it(page):
    Site.objects.update(site_name="La Maison")
    programme = programme_page(page.get_parent(), "Accompagner")
    inside = training_page(programme, "Vers le logement")
    theme = Theme.objects.create(slug="energie", name={"fr": "Énergie", "nl": "Energie"})
    audience = Audience.objects.create(slug="volontaires", name={"fr": "Volontaires"})
    inside.training.themes.add(theme)
    inside.training.audiences.add(audience)
    session(inside, venue=venue(municipality="La Louvière"))
    path = f"programme/{inside.training.programme_id}/theme/energie/audience/volontaires/"

    def name(path, language="fr"):
        return str(Calendar.from_ical(afresh(path, language=language))["X-WR-CALNAME"])

    assert [name(""), name(f"{path}place/la-louviere/"), name("theme/energie/", "nl")] == [
        "Formations – La Maison",
        "Accompagner · Énergie · Volontaires · La Louvière – formations – La Maison",
        "Energie – vormingen – La Maison",
    ]


def test_each_address_is_a_calendar_of_its_own(page):
    session(page, venue=venue())
    made = [("", "fr"), ("", "nl"), ("place/charleroi/", "fr"), ("kind/training-morning/", "fr")]

    ids = [
        str(Calendar.from_ical(afresh(path, language=language))["X-WR-RELCALID"])
        for path, language in made
    ]

    assert len(set(ids)) == len(made)
