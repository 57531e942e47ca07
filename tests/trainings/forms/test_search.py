"""What each address of the catalogue shows."""

from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from django.utils.translation import gettext as _
from wagtail.models import PageViewRestriction

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
from trainings.domain import scheduling
from trainings.enums import SessionKind
from trainings.forms.search import LABELS, PER_PAGE, Search
from trainings.models import Audience, Theme

pytestmark = pytest.mark.django_db


@pytest.fixture
def index():
    return catalogue()


@pytest.fixture
def look(index, rf):
    """Read the catalogue at AT; `asked` is what its address says."""

    def search(catalogue_page=index, /, **asked):
        return Search(catalogue_page, request=rf.get("/", asked), at=AT)

    return search


def titles(search):
    return [line.page.title for line in search.agenda.sessions]


def addresses(links):
    return [str(address) for _words, address in links]


def facts(page, **values):
    """Change the facts of a training."""
    for name, value in values.items():
        setattr(page.training, name, value)
    page.training.save()
    return page


# --- three ways to look --------------------------------------------------------------------------


def test_the_list_has_what_is_not_over_in_date_order(index, look):
    session(training_page(index, "Later"), MORNING_2)
    session(training_page(index, "Sooner"), MORNING_1)
    session(training_page(index, "Over"), AT.date() - timedelta(days=1))
    session(training_page(index, "Today"), AT.date(), start_time=time(9), end_time=time(12))

    assert titles(look()) == ["Today", "Sooner", "Later"]


def test_a_long_list_comes_in_pages(index, look):
    page = training_page(index)
    for number in range(PER_PAGE * 5 + 1):
        session(page, MORNING_1 + timedelta(days=number))

    first, middle, last = look(), look(page="3"), look(page="6")

    assert [len(one.agenda.sessions) for one in (first, middle, last)] == [24, 24, 1]
    assert first.count == 121
    assert first.agenda.sessions[0].session.starts_on == MORNING_1
    assert middle.agenda.sessions[0].session.starts_on == MORNING_1 + timedelta(days=48)
    url = index.get_url()
    assert (first.previous_page, first.next_page) == ("", f"{url}?page=2")
    assert (last.previous_page, last.next_page) == (f"{url}?page=5", "")
    assert first.pages == [(1, url), (2, f"{url}?page=2"), ("…", ""), (6, f"{url}?page=6")]


def test_a_list_of_one_page_has_no_numbers(index, look):
    session(training_page(index))

    assert look().pages == []


@pytest.mark.parametrize(
    "asked",
    [
        {"page": "0"},
        {"page": "2"},
        {"page": "x"},
        {"page": "9" * 5000},
        {"month": "2027-13"},
        {"month": "2027-00"},
        {"month": "1999-12"},
        {"month": "2027-3"},
        {"month": "٢٠٢٧-٠٣"},
        {"month": "mars"},
        {"year": "2028"},
        {"year": "26"},
        {"year": "x"},
    ],
    ids=str,
)
def test_what_cannot_exist_is_not_found(index, look, asked):
    session(training_page(index))

    with pytest.raises(Http404):
        look(**asked)


def test_a_month_has_its_weeks_from_monday_on(look):
    weeks = look(month="2027-02").weeks  # it begins on a Monday and has 28 days

    days = [[day.on.day for day in week] for week in weeks]
    assert days == [list(range(first, first + 7)) for first in (1, 8, 15, 22)]
    march = look(month="2027-05").weeks
    assert [day.on.day if day else None for day in march[0]] == [None] * 5 + [1, 2]
    assert march[-1][0].on == date(2027, 5, 31)


def test_a_month_shows_past_sessions_and_each_day_of_a_long_one(index, look):
    page = training_page(index)
    session(page, AT.date() + timedelta(days=2), ends_on=AT.date() + timedelta(days=4))
    session(page, date(2027, 1, 30), ends_on=date(2027, 2, 1), end_time=time(8))
    session(page, date(2027, 2, 28), ends_on=date(2027, 3, 2))
    session(page, date(2027, 3, 1))

    found = look(month="2027-02")

    shown = [day.on.day for week in found.weeks for day in week if day and day.lines]
    assert shown == [1, 3, 4, 5, 28]
    assert [line.is_past for line in found.agenda.sessions] == [True, False, False]


def test_a_session_is_in_the_month_of_its_own_place(index, look):
    """On the first of March at 9:00 in Auckland it is February in Brussels and in UTC."""
    page = training_page(index)
    session(page, date(2027, 3, 1), time_zone="Pacific/Auckland")
    session(page, date(2027, 2, 28), time_zone="Pacific/Honolulu")

    assert len(look(month="2027-02").agenda.sessions) == 1
    assert len(look(month="2027-03").agenda.sessions) == 1
    assert look(month="2027-03").agenda.sessions[0].session.time_zone == "Pacific/Auckland"


def test_months_lead_to_one_another_as_far_as_there_are_sessions(index, look):
    page = training_page(index)
    session(page, date(2027, 1, 12))
    session(page, date(2027, 3, 23))
    url = index.get_url()

    january, february, march = (look(month=f"2027-0{number}") for number in (1, 2, 3))

    assert january.previous_month is None
    assert str(january.next_month[1]) == f"{url}?month=2027-02"
    assert str(february.previous_month[1]) == f"{url}?month=2027-01"
    assert str(february.next_month[1]) == f"{url}?month=2027-03"
    assert march.next_month is None
    assert str(look(month="2030-01").previous_month[1]) == f"{url}?month=2029-12"
    assert look(month="2030-01").next_month is None


def test_a_catalogue_without_sessions_has_no_months_beside(look):
    empty = look(month="2027-03")

    assert (empty.previous_month, empty.next_month, empty.as_past) == (None, None, None)
    assert look(year="2026").years == []


def test_the_archive_has_the_past_sessions_of_a_year_newest_first(index, look):
    page = training_page(index)
    for day in (date(2024, 5, 2), date(2026, 1, 1), date(2026, 12, 31), date(2027, 1, 4)):
        session(page, day)
    session(page, MORNING_1)
    url = index.get_url()

    found = look(year="2026")

    days = [line.session.starts_on for line in found.agenda.sessions]
    assert days == [date(2026, 12, 31), date(2026, 1, 1)]
    assert [year for year, _address in found.years] == [2027, 2026, 2024]
    assert addresses(found.years) == [f"{url}?year={year}" for year in (2027, 2026, 2024)]
    assert str(look().as_past) == f"{url}?year=2027"
    assert [line.session.starts_on for line in look(year="2027").agenda.sessions] == [
        date(2027, 1, 4)
    ]


def test_a_month_and_a_year_at_once_are_the_month(look):
    assert look(month="2026-03", year="2026").year is None


# --- what one looks for --------------------------------------------------------------------------


@pytest.fixture
def two(index):
    """One training that answers every question below, and one that answers none."""
    programme = programme_page(index, "Vers le logement")
    energy = Theme.objects.create(name={"fr": "Énergie"}, slug="energie")
    wanted = training_page(
        programme,
        "La facture ligne par ligne",
        introduction="<p>Comprendre l’électricité.</p>",
    )
    facts(wanted, kind=SessionKind.WORKSHOP, languages=["fr", "nl"])
    wanted.training.themes.add(energy)
    wanted.training.audiences.add(
        Audience.objects.create(name={"fr": "Bénévoles"}, slug="volontaires")
    )
    hall = venue(name="Salle des Tilleuls", municipality="Mons")
    other_hall = venue(name="Grande salle", municipality="Liège")
    session(wanted, MORNING_1, venue=hall, online_url="https://meet.example/room")
    other = training_page(index, "Écouter")
    facts(other, languages=["en"])
    full = session(other, MORNING_2, venue=other_hall, capacity=1)
    registration(person(full))
    return {
        "programme": wanted.training.programme_id,
        "training": wanted.training_id,
        "venue": hall.pk,
    }


@pytest.mark.parametrize(
    "asked",
    [
        {"programme": "{programme}"},
        {"kind": "WORKSHOP"},
        {"theme": "energie"},
        {"audience": "volontaires"},
        {"place": "Mons"},
        {"place": "{venue}"},
        {"place": "online"},
        {"language": "nl"},
        {"places": "left"},
        {"training": "{training}"},
        {"q": "facture"},
        {"q": "FACT"},
        {"q": "électricité"},
        {"q": "tilleuls"},
        {"q": "mons"},
        {"q": "ligne Mons électricité"},
        {"q": "facture", "kind": "WORKSHOP", "place": "Mons", "places": "left", "language": "fr"},
    ],
    ids=str,
)
def test_each_filter_leaves_what_answers_it(look, two, asked):
    assert titles(look()) == ["La facture ligne par ligne", "Écouter"]

    found = look(**{name: value.format(**two) for name, value in asked.items()})

    assert titles(found) == ["La facture ligne par ligne"]
    assert found.unknown == []
    assert len(found.active) == len(asked)


@pytest.mark.parametrize(
    "asked",
    [
        {"q": "introuvable"},
        {"q": "facture Liège"},
        {"kind": "WORKSHOP", "place": "Liège"},
        {"theme": "energie", "language": "en"},
    ],
    ids=str,
)
def test_all_that_is_asked_has_to_be_true_at_once(look, two, asked):
    found = look(**asked)

    assert titles(found) == []
    assert len(found.active) == len(asked)


def test_filters_hold_in_the_month_and_in_the_archive(index, look, two):
    session(training_page(index, "Écouter encore"), date(2026, 5, 4))
    over = facts(training_page(index, "Atelier passé"), kind=SessionKind.WORKSHOP)
    session(over, date(2026, 6, 8))

    assert titles(look(kind="WORKSHOP", month="2027-03")) == ["La facture ligne par ligne"]
    assert titles(look(kind="WORKSHOP", year="2026")) == ["Atelier passé"]
    assert titles(look(q="encore", month="2026-05")) == ["Écouter encore"]


def test_places_are_left_in_what_goes_ahead_and_is_open(index, look):
    free, off, late = (training_page(index, title) for title in ("Free", "Off", "Late"))
    session(free, MORNING_1, capacity=None)
    scheduling.cancel(session(off, MORNING_1), by=None, at=AT)
    session(late, MORNING_1, registration_closes_at=AT - timedelta(hours=1))

    assert titles(look(places="left")) == ["Free"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("programme", "999999"),
        ("programme", "x"),
        ("programme", "9" * 400),
        ("kind", "PARTY"),
        ("theme", "../etc"),
        ("place", "Nowhere"),
        ("place", "999999"),
        ("place", "9" * 400),
        ("place", "٣"),
        ("language", "tlh"),
        ("places", "right"),
        ("training", "999999"),
        ("training", "9" * 400),
        ("training", "-1"),
        ("q", "' \" * -- ; à"),
    ],
)
def test_a_value_that_means_nothing_is_left_out_and_named(index, look, two, name, value):
    found = look(**{name: value})

    assert len(titles(found)) == 2
    assert found.unknown == [str(LABELS[name])]
    assert (found.active, str(found.address)) == ([], index.get_url())


@pytest.mark.parametrize(
    "text",
    [
        "\0",
        "fac\0ture",
        'facture" OR 1=1 --',
        "facture AND OR NOT NEAR(",
        "facture*",
        "title:facture",
        "'facture'",
        "(facture | ligne) & !par <-> \\",
        "{facture}",
        "%_",
        "é" * 10_000,
        "facture " * 2_000,
        "🏠",
    ],
    ids=range(13),
)
def test_no_text_that_is_looked_for_breaks_the_page(look, two, text):
    found = look(q=text)

    assert set(titles(found)) <= {"La facture ligne par ligne", "Écouter"}
    assert len(found.text) <= 100


def test_looking_for_words_takes_as_many_queries_for_many_trainings(index, look, two):
    before = queries_for(look, q="facture Mons")
    for number in range(20):
        page = training_page(index, f"Facture {number}")
        session(page, MORNING_1, venue=venue(name=f"Salle {number}", municipality="Mons"))

    assert len(titles(look(q="facture Mons"))) == 21
    assert queries_for(look, q="facture Mons") == before


def queries_for(look, **asked):
    look(**asked)  # Wagtail keeps the addresses of sites
    with CaptureQueriesContext(connection) as captured:
        look(**asked)
    return len(captured)


# --- what can be chosen --------------------------------------------------------------------------


def choices(search):
    return {
        choice.name: [option.label for option in choice.options]
        for choice in search.choices
        if choice.narrows
    }


def test_what_could_not_narrow_anything_is_not_offered(index, look):
    hall = venue()
    for title in ("Un", "Deux"):
        page = facts(training_page(index, title), languages=["fr"])
        session(page, venue=hall)

    assert choices(look()) == {}
    assert choices(look(place="Charleroi")) == {"place": ["Charleroi"]}


def test_choices_are_what_the_dates_to_come_have(index, look, two):
    over = facts(training_page(index, "Over"), kind=SessionKind.VISIT, languages=["en"])
    session(over, date(2026, 5, 4), venue=venue(municipality="Arlon"))

    assert choices(look()) == {
        "kind": ["Matinée de formation", "Atelier"],
        "place": ["Liège", "Mons", "En ligne"],
        "language": ["Anglais", "Français", "Néerlandais"],
    }
    assert choices(look(year="2026", kind="VISIT")) == {"kind": ["Visite"]}
    # what was chosen elsewhere stays, though nothing here has it
    assert titles(look(kind="VISIT")) == []
    assert "Visite" in choices(look(kind="VISIT"))["kind"]
    assert choices(look(place="Arlon"))["place"] == ["Arlon", "Liège", "Mons", "En ligne"]


def test_several_venues_of_a_municipality_stand_together(index, look):
    page = training_page(index)
    for name, town in (("B", "Mons"), ("A", "Mons"), ("C", "Liège")):
        session(page, venue=venue(name=name, municipality=town))

    (place,) = [choice for choice in look().choices if choice.name == "place"]

    assert [(option.group, option.label) for option in place.options] == [
        ("", "Liège"),
        ("Mons", _("%(municipality)s, all venues") % {"municipality": "Mons"}),
        ("Mons", "A"),
        ("Mons", "B"),
    ]


def test_a_theme_and_a_programme_speak_the_language_of_the_page(index, look):
    programme = programme_page(index, "Logement")
    for number, title in enumerate(("Un", "Deux")):
        page = training_page(programme, title)
        name = {"fr": f"Thème {number}", "nl": f"Thema {number}"}
        page.training.themes.add(Theme.objects.create(name=name, slug=f"theme-{number}"))
        session(page)
    dutch = translated(programme, "nl", "Wonen").get_parent().specific
    session(training_page(programme_page(index, "Énergie"), "Trois"))

    assert choices(look())["programme"] == ["Logement", "Énergie"]
    assert choices(look(dutch))["programme"] == ["Wonen", "Énergie"]
    with translation.override("nl"):
        assert choices(look(dutch))["theme"] == ["Thema 0", "Thema 1"]


def _discreet(page):
    facts(page, is_discreet=True)


def _private(page):
    PageViewRestriction.objects.create(page=page, restriction_type="login")


def _draft(page):
    page.unpublish()


@pytest.mark.parametrize("hide", [_discreet, _private, _draft])
def test_what_is_not_for_the_public_leaves_no_trace(index, look, hide):
    secret = facts(
        training_page(programme_page(index, "Secret"), "Groupe de parole"),
        kind=SessionKind.WORKSHOP,
        languages=["nl"],
    )
    secret.training.themes.add(Theme.objects.create(name={"fr": "Secret"}, slug="secret"))
    hall = venue(name="Secret", municipality="Secret")
    for day in (date(2025, 3, 3), date(2026, 3, 3), MORNING_1):
        session(secret, day, venue=hall, online_url="https://meet.example/")
    plain = facts(training_page(index, "Ouvert"), languages=["fr"])
    for day in (date(2026, 3, 4), MORNING_1):
        session(plain, day, venue=venue())
    hide(secret)

    for asked in ({}, {"month": "2027-03"}, {"month": "2026-03"}, {"year": "2026"}):
        assert titles(look(**asked)) == ["Ouvert"]
        assert choices(look(**asked)) == {}
    assert [year for year, _address in look(year="2026").years] == [2026]
    assert look(month="2026-03").previous_month is None
    assert look(training=secret.training_id).active == []
    assert look(theme="secret").active == []
    assert look(place="Secret").active == []
    assert look(place=hall.pk).active == []
    assert titles(look(q="parole")) == []


# --- addresses -----------------------------------------------------------------------------------


def test_addresses_keep_what_is_asked_and_let_go_of_one_thing(index, look, two):
    url = index.get_url()

    found = look(places="left", place="Mons", q=" facture  ligne ", page="1", utm_source="x")

    assert str(found.address) == f"{url}?q=facture+ligne&place=Mons&places=left"
    assert [str(filter.without) for filter in found.active] == [
        f"{url}?place=Mons&places=left",
        f"{url}?q=facture+ligne&places=left",
        f"{url}?q=facture+ligne&place=Mons",
    ]
    assert str(found.everything) == url
    assert str(found.as_list) == str(found.address)
    assert str(found.as_month) == f"{url}?month=2027-03&q=facture+ligne&place=Mons&places=left"


def test_the_past_forgets_the_places_left(index, look, two):
    session(training_page(index, "Over"), date(2026, 5, 4))

    found = look(places="left", language="nl")

    assert str(found.as_past) == f"{index.get_url()}?year=2026&language=nl"


def test_the_month_and_the_year_stay_while_filters_change(index, look, two):
    found = look(month="2027-03", language="nl")

    url = index.get_url()
    assert str(found.active[0].without) == f"{url}?month=2027-03"
    assert str(found.everything) == f"{url}?month=2027-03"
    assert str(found.as_list) == f"{url}?language=nl"


def test_the_month_view_opens_where_the_list_begins(index, look):
    assert str(look().as_month) == f"{index.get_url()}?month=2027-02"

    session(training_page(index), date(2027, 6, 1))

    assert str(look().as_month) == f"{index.get_url()}?month=2027-06"
    assert str(look(month="2027-04").as_month) == f"{index.get_url()}?month=2027-04"
    assert str(look(year="2026").as_month) == f"{index.get_url()}?month=2027-02"


def test_only_what_is_shown_whole_is_worth_indexing(index, look):
    session(training_page(index))

    assert look().is_worth_indexing
    assert look(month="2027-03").is_worth_indexing
    assert not look(month="2027-04").is_worth_indexing
    assert not look(q="logement").is_worth_indexing
    assert look(utm_source="x").canonical == index.get_full_url()
    assert look(month="2027-03", page="7").canonical == f"{index.get_full_url()}?month=2027-03"
