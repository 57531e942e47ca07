"""Addresses to subscribe at, and the box that offers them on each public page."""

import re
from datetime import date, timedelta
from html import unescape
from pathlib import Path

import pytest
from django.conf.urls.i18n import i18n_patterns
from django.contrib.staticfiles.finders import find
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import include, path
from django.utils import timezone
from icalendar import Calendar
from wagtail import urls as wagtail_urls
from wagtail.models import PageViewRestriction, Site

from tests.factories.trainings import (
    catalogue,
    programme_page,
    session,
    training_page,
    translated,
    venue,
)
from trainings.models import Theme
from trainings.subscribing import PublishedCalendar

pytestmark = pytest.mark.django_db

ENERGY = PublishedCalendar(
    "https://formations.example",
    "/agenda/fr/theme/energie/trainings.ics",
    "Énergie & climat – formations",
)


# --- addresses ---------------------------------------------------------------------------------


def test_a_calendar_has_an_address_for_each_way_to_subscribe():
    assert [ENERGY.address, ENERGY.webcal, ENERGY.google, ENERGY.outlook] == [
        "https://formations.example/agenda/fr/theme/energie/trainings.ics",
        "webcal://formations.example/agenda/fr/theme/energie/trainings.ics",
        "https://calendar.google.com/calendar/render?cid="
        "webcal%3A%2F%2Fformations.example%2Fagenda%2Ffr%2Ftheme%2Fenergie%2Ftrainings.ics",
        "https://outlook.live.com/calendar/0/addfromweb?url="
        "https%3A%2F%2Fformations.example%2Fagenda%2Ffr%2Ftheme%2Fenergie%2Ftrainings.ics"
        "&name=%C3%89nergie%20%26%20climat%20%E2%80%93%20formations",
    ]


def test_a_port_stays_and_http_becomes_webcal_too():
    served_here = PublishedCalendar("http://127.0.0.1:8000", "/agenda/fr/trainings.ics", "")

    assert served_here.webcal == "webcal://127.0.0.1:8000/agenda/fr/trainings.ics"


def test_where_google_and_outlook_take_addresses_are_settings(settings):
    settings.TRAININGS_GOOGLE_CALENDAR = "https://google.example/r?hl=fr"
    settings.TRAININGS_OUTLOOK_CALENDAR = "https://outlook.office.com/calendar/0/addfromweb"

    assert ENERGY.google.startswith("https://google.example/r?hl=fr&cid=webcal%3A%2F%2F")
    assert ENERGY.outlook.startswith(
        "https://outlook.office.com/calendar/0/addfromweb?url=https%3A%2F%2F"
    )


# --- the box on a page -------------------------------------------------------------------------


class Shown:
    """The box as a page has it; `text` is empty on a page without one."""

    def __init__(self, html: str) -> None:
        found = re.search(
            r'<section class="[^"]*trainings-subscribe".*?</section>', html, re.DOTALL
        )
        self.text = " ".join(unescape(found.group()).split()) if found else ""
        self.in_head = re.findall(
            r'<link rel="alternate" type="text/calendar" href="([^"]*)"', html
        )

    @property
    def addresses(self) -> list[str]:
        return re.findall(r"<textarea[^>]*>([^<]*)</textarea>", self.text)

    @property
    def downloads(self) -> list[str]:
        return re.findall(r'<a class="[^"]*" href="([^"]*)" download>', self.text)


def box(client, page, /, **asked) -> Shown:
    response = client.get(page.get_url(), asked)
    assert response.status_code == 200
    return Shown(response.content.decode())


def uids(client, address: str) -> set[str]:
    """The sessions of a calendar, fetched as a subscriber does: its address and nothing else."""
    response = client.get(address.removeprefix("https://formations.example"))
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    return {str(event["UID"]) for event in Calendar.from_ical(response.content).walk("VEVENT")}


@pytest.fixture
def soon():
    return timezone.localdate() + timedelta(days=40)


@pytest.fixture
def index():
    """On a site that is known under another name than the one tests ask for."""
    Site.objects.update(hostname="formations.example", port=443)
    Site.clear_site_root_paths_cache()
    return catalogue()


@pytest.fixture
def programme(index):
    return programme_page(index, "Vers le logement")


@pytest.fixture
def page(programme, soon):
    """One of two trainings of the programme, with a session at each of two venues."""
    Theme.objects.create(slug="energie", name={"fr": "Énergie"})
    page = training_page(programme, "En recherche")
    page.training.themes.add(Theme.objects.get())
    session(page, soon, venue=venue(), capacity=1)
    session(page, soon + timedelta(days=1), venue=venue(name="Salle 2", municipality="Mons"))
    session(training_page(programme, "Mieux vivre"), soon)
    session(training_page(programme.get_parent(), "Ailleurs"), soon)
    return page


def test_each_page_offers_its_own_calendar(client, index, programme, page):
    shown = {name: box(client, of) for name, of in vars_of(index, programme, page).items()}

    root = "https://formations.example/agenda/fr/"
    of_programme = f"programme/{programme.programme_id}-vers-le-logement/"
    of_training = f"training/{page.training_id}-en-recherche/"
    assert {name: one.addresses for name, one in shown.items()} == {
        name: [f"{root}{asked}trainings.ics", f"{root}{asked}also/registration/trainings.ics"]
        for name, asked in {
            "catalogue": "",
            "programme": of_programme,
            "training": of_training,
        }.items()
    }
    assert {name: len(uids(client, one.addresses[0])) for name, one in shown.items()} == {
        "catalogue": 4,
        "programme": 3,
        "training": 2,
    }


def vars_of(index, programme, page):
    return {"catalogue": index, "programme": programme, "training": page}


@pytest.mark.parametrize("name", ["catalogue", "programme", "training"])
def test_a_box_has_every_way_and_the_head_of_the_page_the_calendar(
    client, index, programme, page, name
):
    shown = box(client, vars_of(index, programme, page)[name])

    feed = shown.addresses[0].removeprefix("https://formations.example")
    assert shown.in_head == [feed]
    assert feed in shown.downloads
    assert f'href="webcal://formations.example{feed}"' in shown.text
    for service in ("calendar.google.com/calendar/render?cid=", "outlook.live.com/calendar/0/"):
        assert f'href="https://{service}' in shown.text
    assert shown.text.count("<details") == 4
    assert "<script" not in shown.text


def test_a_box_speaks_the_language_of_its_page_and_so_does_its_calendar(client, index, page):
    dutch = translated(page, "nl", "Op zoek")

    shown = box(client, dutch)

    assert shown.addresses[0] == (
        f"https://formations.example/agenda/nl/training/{page.training_id}-en-recherche/"
        "trainings.ics"
    )
    response = client.get(shown.in_head[0])
    name = Calendar.from_ical(response.content)["X-WR-CALNAME"]
    assert name == "Op zoek – vormingen – formations.example"
    assert "name=Op%20zoek%20%E2%80%93%20vormingen%20%E2%80%93%20formations.example" in shown.text


@pytest.mark.parametrize(
    "asked",
    [
        {"kind": "TRAINING_MORNING"},
        {"theme": "energie"},
        {"place": "Mons"},
        {"places": "left"},
        {"theme": "energie", "place": "Charleroi", "places": "left"},
        {"programme": "programme"},
        {"training": "training"},
        {"programme": "programme", "place": "venue"},
    ],
    ids=str,
)
def test_the_calendar_of_a_selection_has_the_sessions_of_the_selection(
    client, index, programme, page, asked
):
    keys = {
        "programme": programme.programme_id,
        "training": page.training_id,
        "venue": page.training.sessions.latest("starts_at").venue_id,
    }
    asked = {name: str(keys.get(value, value)) for name, value in asked.items()}
    response = client.get(index.get_url(), asked)
    listed = {str(line.session.uid) for line in response.context["agenda"].sessions}

    shown = Shown(response.content.decode())

    assert listed
    assert uids(client, shown.addresses[0]) == listed
    assert uids(client, shown.downloads[-1]) == listed


def test_a_selection_is_named(client, index, page):
    shown = box(client, index, theme="energie", place="Mons")

    assert ": Énergie · Mons." in shown.text
    assert "name=%C3%89nergie%20%C2%B7%20Mons%20%E2%80%93%20" in shown.text


def test_what_no_calendar_follows_is_left_out(client, index, page, soon):
    whole = box(client, index)
    by_words = box(client, index, q="recherche", theme="energie")
    by_month = box(client, index, month=f"{soon:%Y-%m}")

    assert by_words.addresses == box(client, index, theme="energie").addresses
    assert by_month.addresses == whole.addresses
    assert len({whole.text, by_words.text, by_month.text}) == 3  # and each says so


def test_the_other_address_tells_when_registration_opens(client, index, page, soon):
    opens = timezone.now() + timedelta(days=10)
    session(page, soon + timedelta(days=2), registration_opens_at=opens)
    plain, with_registration = box(client, page).addresses

    assert len(uids(client, with_registration)) == len(uids(client, plain)) + 1


def test_without_sign_up_there_is_no_calendar_of_it(client, index, page, monkeypatch):
    monkeypatch.setattr("trainings.subscribing.get_sign_up", lambda: None)

    assert len(box(client, page).addresses) == 1


# --- a past year -------------------------------------------------------------------------------


def test_a_past_year_is_there_to_add_once(client, index, page):
    year = timezone.localdate().year - 1
    over = session(page, date(year, 3, 9))
    session(training_page(index, "Sans thème"), date(year, 3, 9))

    shown = box(client, index, year=str(year), theme="energie")

    (download,) = shown.downloads
    assert download == f"/agenda/fr/theme/energie/year/{year}/trainings.ics"
    assert uids(client, download) == {str(over.uid)}
    assert shown.addresses == []
    assert f'href="{index.get_url()}?theme=energie#subscribe"' in shown.text


def test_a_year_in_which_nothing_was_has_no_calendar(client, index, page):
    assert box(client, index, year=str(timezone.localdate().year - 1)).text == ""


# --- what is not for the public ----------------------------------------------------------------


def _discreet(page):
    page.training.is_discreet = True
    page.training.save()


def _restricted(page):
    PageViewRestriction.objects.create(page=page, restriction_type="login")


def _restricted_above(page):
    PageViewRestriction.objects.create(page=page.get_parent(), restriction_type="login")


@pytest.mark.parametrize("hide", [_discreet, _restricted, _restricted_above])
def test_a_training_that_is_not_for_the_public_offers_no_calendar(admin_client, page, hide):
    assert box(admin_client, page).in_head != []

    hide(page)

    shown = box(admin_client, page)
    assert (shown.text, shown.in_head) == ("", [])


def test_a_programme_that_is_not_for_the_public_offers_no_calendar(admin_client, programme, page):
    PageViewRestriction.objects.create(page=programme, restriction_type="login")

    shown = box(admin_client, programme)

    assert (shown.text, shown.in_head) == ("", [])


@pytest.mark.parametrize("name", ["programme", "training"])
def test_a_draft_offers_no_calendar(programme, page, name):
    draft = {"programme": programme, "training": page}[name]
    draft.live = False
    draft.save()

    shown = Shown(draft.make_preview_request().content.decode())

    assert (shown.text, shown.in_head) == ("", [])


def test_a_site_that_leaves_our_addresses_out_has_pages_all_the_same(
    client, settings, index, programme, page
):
    settings.ROOT_URLCONF = (
        *i18n_patterns(
            path("inscriptions/", include("registrations.urls")),
            path("", include(wagtail_urls)),
        ),
    )

    for of in (index, programme, page):
        shown = box(client, of)
        assert (shown.text, shown.in_head) == ("", [])


# --- what it costs -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "most"), [({}, 0), ({"theme": "energie"}, 0), ({"programme": "key"}, 1)], ids=str
)
def test_a_box_takes_one_query_for_a_name_in_its_address_and_none_for_the_rest(
    client, index, programme, page, monkeypatch, asked, most
):
    if "programme" in asked:
        asked = {"programme": str(programme.programme_id)}

    def queries(page, **asked):
        client.get(page.get_url(), asked)
        with CaptureQueriesContext(connection) as captured:
            client.get(page.get_url(), asked)
        return len(captured)

    pages = [(index, asked), (programme, {}), (page, {})]
    with_box = [queries(of, **values) for of, values in pages]
    for name in ("box_of", "box_of_search"):
        monkeypatch.setattr(f"trainings.templatetags.trainings_tags.{name}", lambda *_, **__: None)
    without = [queries(of, **values) for of, values in pages]

    assert [one - other for one, other in zip(with_box, without, strict=True)] == [most, 0, 0]


def test_the_longest_catalogue_is_a_light_page(client, index, soon):
    """Under 100 kB with its style sheet and script, before anything is compressed."""
    for number in range(30):
        page = training_page(index, f"Accompagner un ménage en recherche de logement {number}")
        session(page, soon, venue=venue(name=f"Salle {number}"))
    html = client.get(index.get_url()).content
    files = [Path(find(f"trainings/{name}")) for name in ("trainings.css", "copy.js")]

    assert html.count(b'<li class="trainings-card') == 24
    assert len(html) + sum(file.stat().st_size for file in files) < 100_000
