"""What the public pages answer, and at what cost."""

import gc
import json
import re
from datetime import date, time, timedelta
from io import BytesIO

import pytest
import recurrence
from django.core.files.images import ImageFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape, strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from PIL import Image as Picture
from wagtail.images import get_image_model
from wagtail.models import PageViewRestriction

from tests.factories.registrations import person, registration
from tests.factories.trainings import (
    catalogue,
    programme_page,
    session,
    training_page,
    translated,
    venue,
)
from trainings import wording
from trainings.domain import scheduling
from trainings.models import SessionSeries, Theme, TrainingSession

pytestmark = pytest.mark.django_db


@pytest.fixture
def index():
    return catalogue(when_empty="<p>Revenez en septembre.</p>")


@pytest.fixture
def programme(index):
    return programme_page(index)


@pytest.fixture
def soon():
    return timezone.localdate() + timedelta(days=40)


@pytest.fixture
def picture():
    content = BytesIO()
    Picture.new("RGB", (960, 480), "teal").save(content, "PNG")
    yield get_image_model().objects.create(
        title="Une porte", file=ImageFile(content, name="porte.png")
    )
    gc.collect()  # here, where the warning is expected, and not in some later test


def html(client, page, /, **asked) -> str:
    response = client.get(page.get_url(), asked)
    assert response.status_code == 200
    return response.content.decode()


def test_an_empty_catalogue_says_when_to_come_back(client, index):
    assert "Revenez en septembre." in html(client, index)


def test_the_catalogue_lists_what_is_to_come_in_date_order(client, programme, index, soon):
    late = training_page(programme, title="Plus tard")
    early = training_page(index, title="Plus tôt")
    over = training_page(index, title="D’hier")
    session(late, soon + timedelta(days=1))
    session(early, soon)
    session(over, timezone.localdate() - timedelta(days=3))

    text = html(client, index)

    assert text.index("Plus tôt") < text.index("Plus tard")
    assert "D’hier" not in text


def test_the_catalogue_leaves_out_what_is_not_for_the_public(client, index, soon):
    discreet = training_page(index, title="Groupe de parole")
    session(discreet, soon)
    discreet.training.is_discreet = True
    discreet.training.save()
    draft = training_page(index, title="Brouillon")
    session(draft, soon)
    draft.unpublish()

    text = html(client, index)

    assert "Groupe de parole" not in text
    assert "Brouillon" not in text


def test_a_training_shows_its_hours_places_and_how_to_sign_up(client, index, soon):
    page = training_page(index, guiding_question="Par où commencer ?")
    made = session(page, soon, venue=venue(), capacity=3)
    registration(person(made), at=timezone.now())

    text = html(client, page).replace("\xa0", " ")

    for words in ("Par où commencer ?", "9 h – 12 h 30", "Encore 2 places", "Charleroi", "3 h"):
        assert words in text
    assert f'id="session-{made.uid}"' in text
    assert f"/inscriptions/training/{page.training.uid}/" in text


def test_a_full_training_says_what_the_button_will_do(client, index, soon):
    page = training_page(index)
    made = session(page, soon, capacity=1)
    registration(person(made), at=timezone.now())

    text = html(client, page)

    assert "Complet – liste d’attente" in text.replace("\xa0", " ")
    assert "S’inscrire sur la liste d’attente" in text


def test_a_cancelled_session_stays_on_its_page_with_the_reason(client, index, soon):
    page = training_page(index)
    cancelled = session(page, soon)
    scheduling.cancel(cancelled, reason={"fr": "Salle inondée"}, by=None, at=timezone.now())

    text = html(client, page)

    assert "Annulée" in text
    assert "Salle inondée" in text
    assert "/inscriptions/training/" not in text


def test_a_programme_offers_all_its_sessions(client, programme, soon):
    for number in (1, 2):
        session(training_page(programme, title=f"Matinée {number}"), soon)

    text = html(client, programme)

    assert "Matinée 1" in text
    assert "Matinée 2" in text
    assert f"/inscriptions/programme/{programme.programme.uid}/" in text


def test_pages_and_sessions_speak_the_language_of_the_address(client, index, programme, soon):
    page = training_page(programme, title="Mieux vivre")
    session(page, soon)
    dutch = translated(page, "nl", "Beter wonen")

    text = html(client, dutch)

    assert "Beter wonen" in text
    assert 'lang="nl"' in text
    assert "9.00 – 12.30 uur" in text.replace("\xa0", " ")


def test_a_preview_shows_the_draft_as_the_public_will_see_it(client, index, soon):
    page = training_page(index)
    session(page, soon)
    page.guiding_question = "Et si on essayait ?"

    response = page.make_preview_request()

    assert "Et si on essayait ?" in response.content.decode()
    assert "Encore 40 places" in response.content.decode().replace("\xa0", " ")


def queries_for(client, page, /, **asked) -> int:
    html(client, page, **asked)
    with CaptureQueriesContext(connection) as captured:
        html(client, page, **asked)
    return len(captured)


# --- what became of a date -----------------------------------------------------------------------


def text_of(client, page, /, **asked) -> str:
    """What a reader of the page hears, tags left out."""
    response = client.get(page.get_url(), asked)
    assert response.status_code == 200
    return plain(strip_tags(response.content.decode()))


def plain(text: str) -> str:
    return " ".join(text.split())  # spaces that keep words together are spaces


@pytest.fixture
def screens(index, programme):
    """Every place where the one session of `page` is shown: list, month, programme, training."""
    page = training_page(programme, title="Mieux vivre")

    def shown(made):
        month = {"month": f"{made.starts_on:%Y-%m}"}
        return [(index, {}), (index, month), (programme, {}), (page, {})]

    return page, shown


def test_a_moved_session_says_from_when_to_when_and_why(client, screens):
    page, shown = screens
    announced = timezone.localdate() + timedelta(days=40)
    made = session(page, announced)
    to = {**scheduling.shifted(made, days=2), "start_time": time(10), "end_time": time(13)}
    made = scheduling.reschedule(
        made, to=to, reason={"fr": "Grève des trains"}, by=None, at=timezone.now()
    )

    for where, asked in shown(made):
        text = text_of(client, where, **asked)
        assert "Déplacée" in text
        if not asked:
            before, now = (
                f"{wording.day(day)} à {hour}"
                for day, hour in ((announced, "9 h"), (made.starts_on, "10 h"))
            )
            said = _("Moved from %(before)s to %(now)s.") % {"before": before, "now": now}
            assert plain(said) in text
            assert "Grève des trains" in text


def test_a_session_moved_to_another_room_says_from_where(client, screens, soon):
    page, shown = screens
    made = session(page, soon, venue=venue(name="Salle A"))
    to = {"venue_id": venue(name="Salle B").pk}
    made = scheduling.reschedule(made, to=to, by=None, at=timezone.now())

    values = {"before": "Salle A, Charleroi", "now": "Salle B, Charleroi"}
    for where, asked in shown(made):
        if not asked:
            said = _("Announced at first: %(before)s. Now: %(now)s.") % values
            assert plain(said) in text_of(client, where, **asked)


@pytest.mark.parametrize("act", [scheduling.postpone, scheduling.cancel])
def test_a_date_that_does_not_hold_is_struck_through_and_says_so(client, screens, soon, act):
    page, shown = screens
    made = act(session(page, soon), reason={"fr": "Malade"}, by=None, at=timezone.now())
    word = {
        scheduling.postpone: pgettext("training session", "Postponed"),
        scheduling.cancel: pgettext("training session", "Cancelled"),
    }[act]

    for where, asked in shown(made):
        text = html(client, where, **asked)
        struck = re.findall(r"<s .*?</s>", text, re.DOTALL)
        assert len(struck) == 1
        assert _("No longer on:") in struck[0]
        assert f'datetime="{made.local_start.isoformat()}"' in struck[0]
        assert text.count(f'datetime="{made.local_start.isoformat()}"') == 1
        assert word in text
        if not asked:
            assert "Malade" in text


def test_a_postponed_session_says_that_a_date_will_follow(client, screens, soon):
    page, _shown = screens
    scheduling.postpone(session(page, soon), by=None, at=timezone.now())

    said = pgettext("training session", "Postponed: the new date will follow")
    assert plain(said) in text_of(client, page)


# --- the catalogue -------------------------------------------------------------------------------


def test_pages_of_the_list_are_links_and_say_where_one_is(client, index, soon):
    page = training_page(index)
    for number in range(30):
        session(page, soon + timedelta(days=number))

    text = html(client, index, page="2")

    assert text.count('<li class="trainings-card') == 6
    assert re.search(r'<a href="[^"]*\?page=2" aria-current="page">', text)
    assert f'<link rel="canonical" href="{index.get_full_url()}?page=2">' in text
    assert "noindex" not in text
    assert client.get(index.get_url(), {"page": "3"}).status_code == 404
    assert client.get(index.get_url(), {"month": "2027-13"}).status_code == 404


def test_filters_are_links_that_let_go_of_one_and_a_form_that_keeps_them(client, index, soon):
    for title, town in (("Un", "Mons"), ("Deux", "Liège")):
        session(training_page(index, title=title), soon, venue=venue(municipality=town))
    month = f"{soon:%Y-%m}"

    text = html(client, index, month=month, place="Mons", q="un")

    url = index.get_url()
    assert f'<a href="{url}?month={month}&amp;place=Mons">' in text
    assert f'<a href="{url}?month={month}&amp;q=un">' in text
    assert f'<input type="hidden" name="month" value="{month}">' in text
    assert '<option value="Mons" selected>' in text
    assert 'name="q" value="un"' in text
    assert '<meta name="robots" content="noindex">' in text
    assert ">Un</a>" in text
    assert ">Deux</a>" not in text


def test_nothing_found_names_the_filters_and_leads_to_everything(client, index, soon):
    session(training_page(index), soon)
    session(training_page(index, title="Hier"), timezone.localdate() - timedelta(days=1))

    text = html(client, index, q="introuvable", places="left")

    assert "Revenez en septembre." not in text
    assert _("No date to come matches all of this:") in text
    quoted = _("“%(text)s”") % {"text": "introuvable"}
    assert strip_tags(text).count(quoted) == 2  # in use, and to blame
    assert re.search(rf'<a href="{index.get_url()}">{_("Show all dates")}</a>', text)


def test_a_value_unknown_here_is_named_and_the_rest_is_shown(client, index, soon):
    session(training_page(index, title="Un"), soon)

    text = html(client, index, theme="xyzzy")

    assert _("Theme") in re.search(r'role="status">(.*?)</p>', text, re.DOTALL)[1]
    assert ">Un</a>" in text
    assert "xyzzy" not in text


def test_what_visitors_type_stays_text(client, index, soon):
    session(training_page(index), soon)

    text = html(client, index, q='"><script>alert(1)</script>')

    assert "<script>alert" not in text


def test_a_month_is_a_table_with_weekdays_and_a_caption(client, index):
    page = training_page(index, title="Deux jours")
    first = timezone.localdate().replace(day=1) + timedelta(days=70)
    first = first.replace(day=9)
    session(page, first, ends_on=first + timedelta(days=1), end_time=time(16))

    text = html(client, index, month=f"{first:%Y-%m}")

    table = re.search(r"<table.*</table>", text, re.DOTALL)[0]
    assert table.count('<th scope="col"') == 7
    assert "<caption" in table
    assert re.search(r"<abbr title=\"(.*?)\"", table)[1] == "lundi"
    assert table.count(">Deux jours</a>") == 2
    assert f'<time datetime="{first:%Y-%m-%d}">' in table
    assert wording.day(first) in table


def test_an_empty_month_says_so(client, index, soon):
    session(training_page(index), soon)

    assert _("No session is planned in this month.") in html(client, index, month="2090-01")


def test_the_archive_shows_a_year_and_leads_to_the_others(client, index):
    page = training_page(index, title="Passée")
    this_year = timezone.localdate().year
    for years in (1, 2):
        session(page, timezone.localdate().replace(year=this_year - years, day=1, month=6))

    text = html(client, index, year=str(this_year - 1))

    assert text.count(">Passée</a>") == 1
    assert f'?year={this_year - 2}">{this_year - 2}</a>' in text
    assert f'?year={this_year - 1}" aria-current="page">' in text
    never = html(client, index, year=str(this_year - 5))
    assert _("No session took place in this year.") in never


@pytest.mark.parametrize("asked", [{}, {"month": "2027-03"}, {"year": "2020"}, {"q": "x"}])
def test_a_catalogue_with_nothing_in_it_can_be_read(client, index, asked):
    assert "<h1>Formations</h1>" in html(client, index, **asked)


# --- a training of many dates --------------------------------------------------------------------


@pytest.fixture
def weekly(index, soon):
    """A training with a date a week: 30 to come, 20 over."""
    page = training_page(index, title="Café")
    series = SessionSeries.objects.create(
        training=page.training,
        rule=recurrence.Recurrence(rrules=[recurrence.Rule(recurrence.WEEKLY)]),
        first_day=soon,
        start_time=time(9),
        end_time=time(12, 30),
    )
    today = timezone.localdate()
    for number in [*range(-20, 0), *range(1, 31)]:
        on = today + timedelta(weeks=number)
        session(page, on, series=series, original_on=on)
    return page


def test_a_long_series_tells_its_rule_and_shows_the_next_dates(client, index, weekly):
    (series,) = weekly.training.series.all()

    text = html(client, weekly)

    assert escape(wording.rule(series.rule, first_day=series.first_day)) in text
    assert text.count('<li class="trainings-date"') == 12
    assert text.count("<time") == 24
    assert f'href="{index.get_url()}?training={weekly.training_id}"' in text
    assert "18" in text_of(client, weekly)
    found = text_of(client, index, training=weekly.training_id)
    assert "Café" in found


def test_a_link_to_a_date_far_away_shows_it(client, index, weekly):
    last = weekly.training.sessions.last()
    assert f'id="session-{last.uid}"' not in html(client, weekly)

    second_page = html(client, index, page="2")

    address = re.search(rf'href="(\S*session=\S*)#session-{last.uid}"', second_page)[1]
    assert f'id="session-{last.uid}"' in client.get(address).content.decode()
    assert client.get(weekly.get_url(), {"session": "x"}).status_code == 200
    other = "00000000-0000-4000-8000-000000000000"
    assert client.get(weekly.get_url(), {"session": other}).status_code == 200


def test_a_later_date_with_places_keeps_the_button(client, weekly):
    for made in weekly.training.sessions.upcoming(timezone.now())[:12]:
        scheduling.cancel(made, by=None, at=timezone.now())

    assert "/inscriptions/training/" in html(client, weekly)


def test_a_series_that_has_ended_no_longer_tells_its_rule(client, weekly):
    TrainingSession.objects.upcoming(timezone.now()).delete()

    assert "trainings-rules" not in html(client, weekly)


def test_a_discreet_training_of_many_dates_is_in_no_catalogue(client, weekly):
    weekly.training.is_discreet = True
    weekly.training.save()

    text = html(client, weekly)

    assert "?training=" not in text
    assert "ld+json" not in text


def test_a_training_tells_its_languages_and_themes(client, index, soon):
    page = training_page(index)
    page.training.languages = ["fr", "nl"]
    page.training.save()
    for number in (1, 2):
        theme = Theme.objects.create(name={"fr": f"Thème {number}"}, slug=f"theme-{number}")
        page.training.themes.add(theme)

    text = text_of(client, page)

    assert "Français, Néerlandais" in text
    assert "Thème 1, Thème 2" in text


# --- for machines --------------------------------------------------------------------------------


def structured(client, page):
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', html(client, page))
    return json.loads(found[1])["@graph"]


def test_a_training_is_told_to_machines_and_no_title_breaks_out(client, index, soon):
    title = "</script><script>alert(1)</script> & \u2028"
    page = training_page(index, title=title, slug="hostile")
    made = session(page, soon, venue=venue())

    text = html(client, page)
    course, event = structured(client, page)

    assert "<script>alert" not in text
    assert (course["name"], event["name"]) == (title, title)
    assert event["@id"] == f"{page.get_full_url()}#session-{made.uid}"
    assert course["hasCourseInstance"] == [{"@id": event["@id"]}]


def test_a_programme_is_told_to_machines(client, programme, soon):
    made = session(training_page(programme), soon)

    course, event = structured(client, programme)

    assert (course["@id"], course["name"]) == (
        f"{programme.get_full_url()}#course",
        programme.title,
    )
    assert event["identifier"] == str(made.uid)


NOINDEX = '<meta name="robots" content="noindex">'


def test_what_is_discreet_is_told_to_no_machine(client, programme, soon):
    page = training_page(programme)
    session(page, soon)
    assert [one["name"] for one in structured(client, page)] == [page.title] * 2
    assert NOINDEX not in html(client, page)

    page.training.is_discreet = True
    page.training.save()

    assert "ld+json" not in html(client, page)
    assert NOINDEX in html(client, page)
    assert "ld+json" not in page.make_preview_request().content.decode()
    assert [one["name"] for one in structured(client, programme)] == [programme.title]


@pytest.mark.parametrize("restricted", ["page", "above"])
@pytest.mark.parametrize("kind", ["login", "password", "groups"])
def test_what_is_restricted_is_told_to_no_machine(
    client, admin_client, programme, soon, restricted, kind
):
    page = training_page(programme)
    made = session(page, soon)
    behind = page if restricted == "page" else programme
    restriction = PageViewRestriction.objects.create(
        page=behind, restriction_type=kind, password="secret"
    )
    admin_client.post(
        reverse("wagtailcore_authenticate_with_password", args=[restriction.pk, behind.pk]),
        {"password": "secret", "return_url": page.get_url()},
    )

    text = html(admin_client, page)

    assert str(made.uid) in text
    assert "ld+json" not in text
    if restricted == "page":
        assert [one["name"] for one in structured(client, programme)] == [programme.title]
    else:
        assert "ld+json" not in html(admin_client, programme)


def test_what_is_a_draft_is_told_to_no_machine(client, programme, soon):
    page = training_page(programme)
    session(page, soon)
    page.unpublish()

    page.refresh_from_db()
    assert "ld+json" not in page.make_preview_request().content.decode()
    assert [one["name"] for one in structured(client, programme)] == [programme.title]


# --- what it costs -------------------------------------------------------------------------------


# Wagtail leaves the temporary file of a fresh rendition to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_page_takes_as_many_queries_for_fifty_sessions_as_for_one(
    client, index, programme, soon, picture
):
    first = training_page(programme, title="Première", picture=picture)
    session(first, soon, venue=venue())
    with_one = [queries_for(client, page) for page in (index, programme)]

    for number in range(49):
        other = training_page(programme, title=f"Formation {number}", picture=picture)
        made = session(
            other, soon + timedelta(days=number + 1), venue=venue(name=f"Salle {number}")
        )
        registration(person(made, number=number), at=timezone.now())

    assert TrainingSession.objects.count() == 50
    assert [queries_for(client, page) for page in (index, programme)] == with_one


def test_a_training_takes_as_many_queries_for_fifty_dates_as_for_fifteen(client, weekly, soon):
    with_fifty = queries_for(client, weekly)
    far = weekly.training.sessions.upcoming(timezone.now())[15:]
    TrainingSession.objects.filter(pk__in=[one.pk for one in far]).delete()

    assert queries_for(client, weekly) == with_fifty


def test_what_is_asked_of_the_catalogue_takes_the_same_queries_for_fifty_sessions(
    client, index, programme
):
    theme = Theme.objects.create(name={"fr": "Thème"}, slug="theme")
    middle = (timezone.localdate().replace(day=15) + timedelta(days=40)).replace(day=15)
    past = date(middle.year - 1, 1, 15)
    questions = [
        {"month": f"{middle:%Y-%m}"},
        {"year": str(past.year)},
        {"programme": programme.programme_id},
        {"kind": "TRAINING_MORNING"},
        {"theme": "theme"},
        {"place": "Charleroi"},
        {"place": "online"},
        {"language": "fr"},
        {"places": "left"},
        {"q": "formation charleroi"},
    ]

    def add(number):
        page = training_page(programme, title=f"Formation {number}")
        page.training.languages = ["fr"]
        page.training.save()
        page.training.themes.add(theme)
        for day in (middle, past):
            session(
                page,
                day,
                venue=venue(name=f"Salle {number}"),
                online_url="https://meet.example/",
            )

    add(0)
    with_one = [queries_for(client, index, **asked) for asked in questions]
    for number in range(1, 25):
        add(number)

    assert TrainingSession.objects.count() == 50
    for asked in questions:
        assert ">Formation 23</a>" in html(client, index, **asked), asked
    assert [queries_for(client, index, **asked) for asked in questions] == with_one
