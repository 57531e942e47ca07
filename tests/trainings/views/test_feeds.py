import gzip
from datetime import UTC, time, timedelta

import pytest
import vobject
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.http import http_date, parse_http_date
from icalendar import Calendar
from wagtail.models import PageViewRestriction

from tests.factories.registrations import person, registration
from tests.factories.trainings import (
    catalogue,
    session,
    training_page,
    translated,
    venue,
)
from trainings.domain import feeds, scheduling
from trainings.forms.feeds import feed_path
from trainings.models import CalendarState, TrainingSession
from trainings.views.feeds import CalendarView

pytestmark = pytest.mark.django_db

FEED = "/agenda/fr/trainings.ics"


@pytest.fixture
def page():
    return training_page(catalogue(), introduction="<p>Comprendre &amp; agir.</p>")


@pytest.fixture
def soon():
    return timezone.localdate() + timedelta(days=40)


@pytest.fixture(autouse=True)
def changed_before_now(monkeypatch):
    """It is 13:00; changes happened one a second from noon on, all before this minute."""
    noon = timezone.now().astimezone(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    monkeypatch.setattr(CalendarState, "now", staticmethod(lambda: noon))
    monkeypatch.setattr(CalendarView, "now", staticmethod(lambda: noon + timedelta(hours=1)))


def events(content: bytes):
    return Calendar.from_ical(content).walk("VEVENT")


def test_the_feed_has_each_public_session_once(client, page, soon):
    made = [session(page, soon + timedelta(days=n), venue=venue()) for n in range(3)]

    found = events(client.get(FEED).content)

    assert [str(event["UID"]) for event in found] == [str(one.uid) for one in made]
    assert [event.start for event in found] == [one.local_start for one in made]
    assert [event.end for event in found] == [one.local_end for one in made]
    assert str(found[0]["SUMMARY"]) == (
        "Matinée de formation – En recherche de logement (Charleroi)"
    )


def test_a_second_reader_agrees(client, page, soon):
    made = session(page, soon, venue=venue())

    event = vobject.readOne(client.get(FEED).content.decode()).vevent

    assert event.uid.value == str(made.uid)
    assert event.dtstart.value.astimezone(UTC) == made.starts_at
    assert event.location.value == made.venue.address


def test_two_fetches_are_the_same_bytes(client, page, soon):
    session(page, soon)

    one, two = client.get(FEED), client.get(FEED)

    assert one.content == two.content
    assert (one["ETag"], one["Last-Modified"]) == (two["ETag"], two["Last-Modified"])
    assert one["Content-Type"] == "text/calendar; charset=utf-8"


def test_conditional_requests_are_answered_304(client, page, soon):
    session(page, soon)
    first = client.get(FEED)

    by_tag = client.get(FEED, headers={"If-None-Match": first["ETag"]})
    by_date = client.get(FEED, headers={"If-Modified-Since": first["Last-Modified"]})

    assert (by_tag.status_code, by_date.status_code) == (304, 304)
    assert by_tag["ETag"] == first["ETag"]
    assert by_tag.content == b""


def test_head_has_the_headers_and_no_body(client, page, soon):
    session(page, soon)

    head, get = client.head(FEED), client.get(FEED)

    assert (head["ETag"], head["Last-Modified"]) == (get["ETag"], get["Last-Modified"])
    assert head.content == b""


def _move(made, page):
    scheduling.reschedule(made, to={"start_time": time(8, 30)}, by=None, at=timezone.now())


def _postpone(made, page):
    scheduling.postpone(made, by=None, at=timezone.now())


def _cancel(made, page):
    scheduling.cancel(made, by=None, at=timezone.now())


def _unpublish(made, page):
    page.unpublish()


def _restrict(made, page):
    PageViewRestriction.objects.create(page=page, restriction_type="login")


def _rename(made, page):
    page.title = "Autre titre"
    page.save_revision().publish()


def _correct_the_address(made, page):
    made.venue.street_address = "Rue Neuve 2"
    made.venue.save()


def _be_discreet(made, page):
    page.training.is_discreet = True
    page.training.save()


@pytest.mark.parametrize(
    "change",
    [_move, _postpone, _cancel, _unpublish, _restrict, _rename, _correct_the_address, _be_discreet],
    ids=lambda change: change.__name__.strip("_"),
)
def test_a_change_is_never_answered_304(client, page, soon, change):
    made = session(page, soon, venue=venue())
    first = client.get(FEED)

    change(made, page)

    by_tag = client.get(FEED, headers={"If-None-Match": first["ETag"]})
    by_date = client.get(FEED, headers={"If-Modified-Since": first["Last-Modified"]})
    assert (by_tag.status_code, by_date.status_code) == (200, 200)
    assert by_tag.content != first.content


def test_a_moved_session_keeps_its_uid_and_raises_its_sequence(client, page, soon):
    made = session(page, soon)
    (before,) = events(client.get(FEED).content)

    _move(made, page)

    (after,) = events(client.get(FEED).content)
    assert (after["UID"], after["SEQUENCE"]) == (before["UID"], before["SEQUENCE"] + 1)
    assert after.start.time() == time(8, 30)
    assert str(after["SUMMARY"]).startswith("DÉPLACÉ – ")


@pytest.mark.parametrize(
    ("verb", "prefix"),
    [(scheduling.cancel, "ANNULÉ – "), (scheduling.postpone, "REPORTÉ – ")],
    ids=["cancelled", "postponed"],
)
def test_what_does_not_take_place_stays_and_says_so(client, page, soon, verb, prefix):
    made = session(page, soon)
    (before,) = events(client.get(FEED).content)

    verb(made, reason={"fr": "Salle inondée"}, by=None, at=timezone.now())

    (event,) = events(client.get(FEED).content)
    assert (event["UID"], event["SEQUENCE"], event.start) == (before["UID"], 1, before.start)
    assert (str(event["STATUS"]), str(event["TRANSP"])) == ("CANCELLED", "TRANSPARENT")
    assert str(event["SUMMARY"]).startswith(prefix)
    assert "Salle inondée" in event["DESCRIPTION"]


def test_what_is_restored_takes_place_again(client, page, soon):
    made = session(page, soon)
    (before,) = events(client.get(FEED).content)
    scheduling.cancel(made, by=None, at=timezone.now())

    scheduling.restore(made, by=None, at=timezone.now())

    (event,) = events(client.get(FEED).content)
    assert (event["UID"], event["SEQUENCE"]) == (before["UID"], 2)
    assert (event["STATUS"], event["SUMMARY"]) == (before["STATUS"], before["SUMMARY"])


@pytest.mark.parametrize(
    "hide", [_unpublish, _restrict, _be_discreet], ids=["draft", "restricted", "discreet"]
)
def test_what_is_not_public_is_in_no_feed(client, page, soon, hide):
    made = session(page, soon, venue=venue())
    url = f"/agenda/fr/session-{made.uid}.ics"
    assert client.get(url).status_code == 200

    hide(made, page)

    assert events(client.get(FEED).content) == []
    assert client.get(url).status_code == 404


def test_a_restriction_above_the_page_counts(client, page, soon):
    session(page, soon)
    PageViewRestriction.objects.create(page=page.get_parent(), restriction_type="login")

    assert events(client.get(FEED).content) == []


def test_nobody_and_no_online_link_is_in_the_feed(client, page, soon):
    made = session(page, soon, online_url="https://meet.example/secret-room")
    registration(person(made), at=timezone.now())

    text = client.get(FEED).content.decode().replace("\r\n ", "")

    assert not any(word in text for word in ("secret-room", "Sociale", "ATTENDEE", "ORGANIZER"))


def test_the_feed_speaks_the_language_of_its_address(client, page, soon):
    session(page, soon)
    translated(page, "nl", "Op zoek naar een woning")

    (event,) = events(client.get("/agenda/nl/trainings.ics").content)

    assert str(event["SUMMARY"]) == "Vormingsvoormiddag – Op zoek naar een woning"
    assert "/nl/" in event["URL"]


def test_a_training_without_words_in_a_language_is_shown_in_another(client, page, soon):
    session(page, soon)

    (event,) = events(client.get("/agenda/nl/trainings.ics").content)

    assert str(event["SUMMARY"]).endswith("En recherche de logement")


def test_the_feed_names_its_language_whatever_the_visitor_speaks(client, page, soon):
    response = client.get("/agenda/nl/trainings.ics", headers={"Accept-Language": "fr"})

    assert response["Content-Language"] == "nl"


def test_saving_a_draft_is_no_change_of_the_calendar(client, page, soon):
    session(page, soon)
    before = CalendarState.read()

    page.title = "Brouillon"
    page.save_revision()

    assert CalendarState.read() == before


def test_sessions_far_away_are_left_out(client, page):
    today = timezone.localdate()
    for days in (-400, -30, 30, 900):
        session(page, today + timedelta(days=days))

    assert len(events(client.get(FEED).content)) == 2


def test_the_download_of_one_session_has_the_same_uid(client, page, soon):
    made = session(page, soon)

    response = client.get(f"/agenda/fr/session-{made.uid}.ics")

    (event,) = events(response.content)
    assert str(event["UID"]) == str(made.uid)
    assert response["Content-Disposition"].startswith("attachment")


def test_an_empty_feed_is_still_a_calendar(client, page):
    response = client.get(FEED)

    assert response.status_code == 200
    assert events(response.content) == []
    assert b"BEGIN:VTIMEZONE" in response.content


@pytest.mark.parametrize(
    "url",
    [
        "/agenda/xx/trainings.ics",
        "/agenda/fr/session-00000000-0000-0000-0000-000000000000.ics",
        "/agenda/fr/other.ics",
    ],
)
def test_an_unknown_calendar_is_404(client, url):
    assert client.get(url).status_code == 404


def test_a_feed_is_only_read(client, page):
    assert client.post(FEED).status_code == 405


def queries_for(client, url):
    client.get(url)
    feeds.forget()
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_the_feed_takes_as_many_queries_for_fifty_sessions_as_for_one(client, page, soon):
    session(page, soon, venue=venue())
    with_one = queries_for(client, FEED)

    for number in range(49):
        other = training_page(page.get_parent(), title=f"Formation {number}")
        session(other, soon, venue=venue(name=f"Salle {number}"))

    assert queries_for(client, FEED) == with_one
    assert TrainingSession.objects.count() == 50


def test_the_date_of_change_is_left_out_while_its_second_lasts(client, page, soon, monkeypatch):
    monkeypatch.undo()
    session(page, soon)

    response = client.get(FEED)

    assert "Last-Modified" not in response
    asked = {"If-Modified-Since": http_date(timezone.now().timestamp())}
    assert client.get(FEED, headers=asked).status_code == 200


def test_a_feed_that_has_not_changed_takes_one_small_query(
    client, page, soon, django_assert_num_queries
):
    session(page, soon)
    first = client.get(FEED)

    with django_assert_num_queries(1) as asked:
        again = client.get(FEED, headers={"If-None-Match": first["ETag"]})

    assert again.status_code == 304
    assert [query["sql"] for query in asked.captured_queries] == [
        "SELECT changed_at, unsettled_until FROM trainings_calendarstate WHERE id = 1"
    ]


# --- feeds of a choice -------------------------------------------------------------------------


def test_a_feed_has_what_its_address_asks_for(client, page, soon):
    session(page, soon, venue=venue())
    there = session(page, soon + timedelta(days=1), venue=venue(municipality="La Louvière"))

    answer = client.get("/agenda/fr/kind/training-morning/place/la-louviere/trainings.ics")

    assert [str(event["UID"]) for event in events(answer.content)] == [str(there.uid)]
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"


def test_filters_are_those_of_the_catalogue(client, page, soon):
    online = training_page(page.get_parent(), title="En ligne")
    online.training.languages = ["nl"]
    online.training.save()
    session(page, soon, venue=venue(), capacity=1)
    session(online, soon, online_url="https://meet.example/")
    asked = [
        {"place": "Charleroi"},
        {"place": "online"},
        {"language": "nl"},
        {"kind": "TRAINING_MORNING"},
        {"places": "left"},
        {"language": "nl", "places": "left"},
    ]

    for said in asked:
        shown = client.get(page.get_parent().url, said).context["agenda"].sessions
        found = events(client.get(f"/agenda/fr/{feed_path(said)}trainings.ics").content)
        assert sorted(str(event["UID"]) for event in found) == sorted(
            str(line.session.uid) for line in shown
        )


def test_a_retired_feed_is_gone_and_says_so(client, page, soon):
    session(page, soon)
    url = f"/agenda/fr/training/{page.training_id}-en-recherche/trainings.ics"
    assert client.get(url).status_code == 200

    page.unpublish()

    answer = client.get(url)
    assert (answer.status_code, answer["Content-Type"]) == (410, "text/plain; charset=utf-8")
    assert answer.content.decode() == "Ce calendrier n’existe plus."
    page.save_revision().publish()
    assert client.get(url).status_code == 200


@pytest.mark.parametrize(
    "path", ["theme/inconnu/", "training/99999/", "year/1999/", "places/left/theme/x/", "a/b/"]
)
def test_a_feed_nobody_offers_is_404(client, page, path):
    assert client.get(f"/agenda/fr/{path}trainings.ics").status_code == 404


# --- among other people's middleware -----------------------------------------------------------

AROUND = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]


@pytest.fixture
def behind_everything(settings):
    settings.MIDDLEWARE = AROUND


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_conditional_requests_work_behind_compression(
    client, page, soon, behind_everything, encoding
):
    session(page, soon, venue=venue())
    asked = {"Accept-Encoding": encoding, "Accept-Language": "nl"}

    first = client.get(FEED, headers=asked)
    tag = first["ETag"]
    again = client.get(FEED, headers={**asked, "If-None-Match": tag})
    by_date = client.get(FEED, headers={**asked, "If-Modified-Since": first["Last-Modified"]})
    changed = session(page, soon + timedelta(days=1))
    after = client.get(FEED, headers={**asked, "If-None-Match": tag})

    is_packed = encoding == "gzip"
    content = gzip.decompress(after.content) if is_packed else after.content
    assert [one.status_code for one in (first, again, by_date, after)] == [200, 304, 304, 200]
    assert tag.startswith("W/") is is_packed
    assert ("Content-Encoding" in first) is is_packed
    assert str(changed.uid).encode() in content
    assert client.get(FEED, headers={**asked, "If-None-Match": after["ETag"]}).status_code == 304


def test_the_tag_of_the_plain_bytes_answers_who_asks_for_packed_ones(
    client, page, soon, behind_everything
):
    session(page, soon)
    strong = client.get(FEED, headers={"Accept-Encoding": "identity"})["ETag"]

    asked = {"Accept-Encoding": "gzip", "If-None-Match": f'"other", W/{strong}'}

    assert client.get(FEED, headers=asked).status_code == 304


def test_what_is_answered_depends_on_no_visitor(client, page, soon, behind_everything):
    session(page, soon)
    client.cookies["sessionid"] = "anything"

    answer = client.get(FEED, headers={"Accept-Language": "nl", "Accept": "text/html"})

    varies = {name.strip().lower() for name in answer["Vary"].split(",")}
    assert varies <= {"accept-encoding", "accept-language"}
    assert answer["Cache-Control"] == "max-age=900, public"
    assert answer["Content-Language"] == "fr"
    assert answer.cookies.output() == ""
    assert events(answer.content)[0]["SUMMARY"].startswith("Matinée de formation")


def test_a_304_has_the_headers_of_the_answer_it_stands_for(client, page, soon):
    session(page, soon)
    first = client.get(FEED)

    again = client.get(FEED, headers={"If-None-Match": first["ETag"]})

    names = ("ETag", "Last-Modified", "Cache-Control", "Content-Language")
    assert [again[name] for name in names] == [first[name] for name in names]
    assert again.content == b""


@pytest.mark.parametrize("date", ["yesterday", "Thu, 99 Nov 2026 10:00:00 GMT", "0", ""])
def test_a_date_that_means_nothing_is_no_date(client, page, soon, date):
    session(page, soon)

    assert client.get(FEED, headers={"If-Modified-Since": date}).status_code == 200


def test_a_later_date_than_the_change_is_answered_304_and_an_earlier_one_200(client, page, soon):
    session(page, soon)
    changed = parse_http_date(client.get(FEED)["Last-Modified"])

    statuses = [
        client.get(FEED, headers={"If-Modified-Since": http_date(changed + seconds)}).status_code
        for seconds in (-1, 0, 1)
    ]

    assert statuses == [200, 304, 304]


def test_the_tag_counts_before_the_date(client, page, soon):
    session(page, soon)
    first = client.get(FEED)

    asked = {"If-None-Match": '"another"', "If-Modified-Since": first["Last-Modified"]}

    assert client.get(FEED, headers=asked).status_code == 200


# --- without a database ------------------------------------------------------------------------


@pytest.fixture
def no_database(client, page, soon):
    """Nobody answers where it was, and no file is there."""
    session(page, soon)
    client.get(FEED)
    working = connections["default"]
    away = connections.create_connection("default")
    nowhere = {"NAME": "/nowhere/at/all", "HOST": "/nowhere"}
    away.settings_dict = {**working.settings_dict, **nowhere}
    connections["default"] = away
    yield
    connections["default"] = working


@pytest.mark.parametrize(
    "url",
    [
        FEED,
        "/agenda/fr/kind/visit/trainings.ics",
        "/agenda/fr/session-00000000-0000-0000-0000-000000000000.ics",
    ],
)
def test_without_a_database_no_calendar_is_emptied(client, no_database, url):
    answer = client.get(url, headers={"If-None-Match": '"anything"'})

    assert answer.status_code == 503
    assert (answer["Retry-After"], answer["Cache-Control"]) == ("600", "no-store")
    assert answer["Content-Type"].startswith("text/plain")
    assert answer.content == b""
