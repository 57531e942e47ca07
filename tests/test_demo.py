"""The demo boots, fills itself once, and every one of its public pages answers.

It has settings of its own, so it runs as people run it: through manage.py.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from demo.content.dates import (
    DECISIONS,
    TUESDAY,
    archived_sessions,
    closed_periods,
    is_day_off,
    planned_series,
    planned_sessions,
)
from demo.content.people import SIGN_UPS
from trainings.domain import recurrence

pytestmark = pytest.mark.sqlite

Manage = Callable[..., str]

COUNTS = """
import json
from django.apps import apps
print(json.dumps({m._meta.label: m.objects.count() for m in apps.get_models() if m._meta.managed}))
"""

# Registrations of the programme of the two mornings, by service: its people, the mornings chosen.
MORNINGS = """
import json
from registrations.models import Participation
from trainings.models import Programme
programme = Programme.objects.get(name="Accompagner vers et dans le logement")
found = {}
rows = Participation.objects.living().filter(session__training__programme=programme)
for row in rows.select_related("participant__registration__partner", "session"):
    registration = row.participant.registration
    one = found.setdefault(registration.partner.name, {"people": [], "mornings": [], "earlier": 0})
    one["people"] = sorted({*one["people"], row.participant_id})
    one["mornings"] = sorted({*one["mornings"], str(row.session.starts_on)})
    one["named"] = registration.may_name_partner
    one["earlier"] = Participation.objects.filter(
        participant__registration__partner=registration.partner,
        session__starts_at__lt=row.session.starts_at,
    ).exclude(session__training__programme=programme).count()
print(json.dumps(found))
"""

PAGES = """
import json
from django.test import Client
from django.utils import timezone
from trainings.models import Programme, Training
from wagtail.models import Page
client = Client(SERVER_NAME="127.0.0.1")
urls = {page.get_url() for page in Page.objects.live().filter(depth__gt=1)}
feeds = ("trainings.ics", "new.atom")
urls |= {f"/agenda/{language}/{name}" for language in ("fr", "nl") for name in feeds}
# One signs up for what is to come.
trainings = Training.objects.filter(sessions__ends_at__gt=timezone.now())
for language in ("fr", "nl"):
    for kind, rows in (("training", trainings), ("programme", Programme.objects.all())):
        urls |= {f"/{language}/inscriptions/{kind}/{one.uid}/" for one in rows}
print(json.dumps({url: client.get(url).status_code for url in sorted(urls)}))
"""

# What a search engine is led to.
SITEMAP = """
import json
import re
from django.test import Client
from wagtail.models import Page
from trainings.models import TrainingPage
client = Client(SERVER_NAME="127.0.0.1")
robots = client.get("/robots.txt").content.decode()
discreet = TrainingPage.objects.filter(training__is_discreet=True)
public = Page.objects.live().public().filter(depth__gt=1).exclude(pk__in=discreet)
print(json.dumps({
    "forbidden": re.findall("Disallow: (.*)", robots),
    "named": re.findall("Sitemap: http://[^/]+(.*)", robots),
    "listed": re.findall("<loc>(.*?)</loc>", client.get("/sitemap.xml").content.decode()),
    "public": [page.get_full_url() for page in public.order_by("path")],
    "discreet": discreet.count(),
}))
"""

# Of each catalogue: the months around now, each archived year and the filters: what the address
# answers, how many sessions it finds, and which of its filters mean nothing.
VIEWS = """
import json
from datetime import timedelta
from django.test import Client, RequestFactory
from django.utils import timezone
from trainings.forms.search import Search
from trainings.models import TrainingIndexPage
client, requests = (made(SERVER_NAME="127.0.0.1") for made in (Client, RequestFactory))
today = timezone.localdate()
asked = [f"month={today + timedelta(days=30 * number):%Y-%m}" for number in range(-2, 12)]
asked += [f"year={year}" for year in (2010, 2011, 2012, 2013)]
asked += [f"theme={slug}" for slug in ("recherche", "habiter", "energie", "partenariats")]
asked += ["language=nl", "place=online", "places=left", "kind=VISIT", "year=2013&language=fr"]
found = {}
for page in TrainingIndexPage.objects.live():
    for query in asked:
        url = f"{page.get_url()}?{query}"
        search = Search(page, request=requests.get(url), at=timezone.now())
        found[url] = [client.get(url).status_code, search.count, search.unknown]
        years = [year for year, _address in search.years]
print(json.dumps({"found": found, "years": years, "this year": today.year}))
"""

SERIES = """
import json
from trainings.domain import series
from trainings.models import SessionSeries
from django.utils import timezone
print(json.dumps({
    one.training.name: {
        "to come": one.sessions.upcoming(timezone.now()).count(),
        "decided": sorted(
            session.status + " moved" * session.is_moved
            for session in one.sessions.filter(is_adjusted=True)
        ),
        "reasons": sorted(len(session.reason) for session in one.sessions.filter(is_adjusted=True)),
        "fates": sorted({
            line.fate for line in series.plan(one, language="fr", at=timezone.now())
            if line.is_proposed
        }),
    }
    for one in SessionSeries.objects.all()
}))
"""

TOLD = """
import json
from registrations.models import OutgoingEmail
kinds = ("MOVED", "POSTPONED", "CANCELLED")
mails = OutgoingEmail.objects.filter(kind__in=kinds, sent_at__isnull=False)
print(json.dumps(sorted(set(mails.values_list("kind", "language")))))
"""

SCHEDULED = """
import json
from registrations.models import OutgoingEmail
around = ("REMINDER", "STILL_WAITING", "THANKS")
mails = OutgoingEmail.objects.filter(kind__in=around).values_list("kind", flat=True)
print(json.dumps(sorted(set(mails))))
"""

# What a visitor sees of how places are shared.
RULES = """
import json
from registrations.models import Participation, SignUpRules
from trainings.models import Programme
living = Participation.objects.living()
print(json.dumps({
    "trainings": SignUpRules.objects.count(),
    "to be confirmed": living.filter(status="PENDING").count(),
    "without a name": living.filter(participant__last_name="").count(),
    "in a workshop": living.filter(workshop__isnull=False).count(),
    "all or none": Programme.objects.filter(is_indivisible=True).count(),
}))
"""

STATES = """
import json
from django.utils import timezone
from registrations.publication import SignUpDesk
from trainings.models import TrainingSession
sessions = list(TrainingSession.objects.all())
states = SignUpDesk().states(sessions, at=timezone.now())
print(json.dumps({
    "badges": sorted({state.badge for state in states.values()}),
    "cancelled": sum(session.is_cancelled for session in sessions),
    "online": sum(session.venue is None for session in sessions),
    "waiting": max(state.waiting for state in states.values()),
    "clocks": sorted({str(session.local_start.utcoffset()) for session in sessions}),
    "overbooked": sum(
        session.capacity is not None and states[session.pk].places_taken > session.capacity
        for session in sessions
    ),
}))
"""


@pytest.fixture(scope="module")
def manage(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Manage:
    """Run a command of the demo, on a database and files of its own; returns what it says."""
    folder = tmp_path_factory.mktemp("demo")
    environment = {
        **os.environ,
        "DEMO_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder / 'demo.sqlite3'}",
        "DEBUG": "1",  # static files as they are: collecting them is not what is tested here
        "PORT": "8000",
    }
    environment.pop("DJANGO_SETTINGS_MODULE", None)

    def run(*command: str) -> str:
        done = subprocess.run(
            [sys.executable, repository / "manage.py", *command],
            capture_output=True,
            text=True,
            check=False,
            cwd=repository,
            env=environment,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stderr == ""
        return done.stdout

    return run


@pytest.fixture(scope="module")
def loaded(manage: Manage) -> Manage:
    manage("migrate", "--verbosity", "0")
    manage("load_demo")
    return manage


def ask(manage: Manage, question: str) -> Any:
    return json.loads(manage("shell", "--no-imports", "--command", question))


def test_settings_pass_every_check(manage: Manage) -> None:
    assert manage("check") == "System check identified no issues (1 silenced).\n"


def test_loading_again_changes_nothing(loaded: Manage) -> None:
    before = ask(loaded, COUNTS)
    assert "loaded already" in loaded("load_demo")
    assert ask(loaded, COUNTS) == before


def test_every_public_page_answers(loaded: Manage) -> None:
    answers = ask(loaded, PAGES)
    assert {url: status for url, status in answers.items() if status != 200} == {}
    assert {url.split("/")[1] for url in answers} == {"fr", "nl", "agenda"}


def test_the_two_mornings_have_the_figures_told(loaded: Manage) -> None:
    services = ask(loaded, MORNINGS)
    assert len(services) == 20
    assert sum(len(one["people"]) for one in services.values()) == 34
    first, second = sorted({day for one in services.values() for day in one["mornings"]})
    chosen = [tuple(one["mornings"]) for one in services.values()]
    assert [chosen.count(days) for days in ((first, second), (first,), (second,))] == [12, 5, 3]
    assert sum(not one["earlier"] for one in services.values()) == 6
    assert [name for name, one in services.items() if not one["named"]] == [
        "Relais de nuit La Lanterne (démo)"
    ]


def test_sessions_show_every_state(loaded: Manage) -> None:
    states = ask(loaded, STATES)
    assert states.pop("waiting") == 5
    assert states.pop("badges") == ["closed", "last", "open", "soon", "waiting"]
    assert states.pop("clocks") == ["1:00:00", "2:00:00"]
    assert states == {"cancelled": 2, "online": 1, "overbooked": 0}


def test_places_are_shared_in_every_way(loaded: Manage) -> None:
    assert ask(loaded, RULES) == {
        "trainings": 6,
        "to be confirmed": 1,
        "without a name": 11,
        "in a workshop": 5,
        "all or none": 1,
    }


def test_every_view_of_the_catalogue_answers(loaded: Manage) -> None:
    answers = ask(loaded, VIEWS)
    found = answers["found"]
    assert {url: one for url, one in found.items() if one[0] != 200} == {}
    assert {url: one for url, one in found.items() if one[2]} == {}
    empty = {url.partition("?")[2] for url, one in found.items() if one[1] == 0}
    assert {query for query in empty if not query.startswith("month=")} == set()
    assert answers["years"][-4:] == [2013, 2012, 2011, 2010]
    assert set(answers["years"][:-4]) <= {answers["this year"], answers["this year"] - 1}


def test_search_engines_are_led_to_what_is_public(loaded: Manage) -> None:
    found = ask(loaded, SITEMAP)
    assert (found["forbidden"], found["named"]) == (["/admin/"], ["/sitemap.xml"])
    assert found["listed"] == found["public"]
    assert {url.split("/")[3] for url in found["listed"]} == {"fr", "nl"}
    assert found["discreet"] > 0


def test_a_series_shows_what_can_be_decided(loaded: Manage) -> None:
    series = ask(loaded, SERIES)
    assert series["Café des voisins"]["decided"] == ["CANCELLED", "POSTPONED", "SCHEDULED moved"]
    assert series["Café des voisins"]["reasons"] == [2, 2, 2]
    assert [one["fates"] for one in series.values()] == [["adjusted", "keep"], ["keep"]]
    assert min(one["to come"] for one in series.values()) >= 2


def test_whoever_is_registered_was_told(loaded: Manage) -> None:
    told = ask(loaded, TOLD)
    assert {kind for kind, _language in told} == {"MOVED", "POSTPONED", "CANCELLED"}
    assert {language for _kind, language in told} == {"fr", "nl"}


def test_reminders_are_scheduled(loaded: Manage) -> None:
    assert "REMINDER" in ask(loaded, SCHEDULED)


def test_series_go_on_without_making_a_date_twice(loaded: Manage) -> None:
    assert loaded("extend_series") == "0 sessions made, 1 series looked at.\n"


def test_every_mail_was_written(loaded: Manage) -> None:
    # Reminders may be due since midnight.
    assert ", 0 failed" in loaded("send_emails")


@pytest.mark.parametrize("year", [2026, 2027, 2028])
def test_dates_can_be_counted_from_any_day(year: int) -> None:
    """No session on a day off, the past one past, and the two mornings where they are told."""
    for number in range(366):
        first = date(year, 1, 1) + timedelta(days=number)
        plan = planned_sessions(first)
        assert [one for one in plan.values() if is_day_off(one.on)] == [], first
        assert plan["basics"].on < first < plan["energy-bill"].on, first
        one, two = plan["morning-1"].on, plan["morning-2"].on
        assert one - first >= timedelta(weeks=7), first
        assert two - one == timedelta(weeks=1), first
        assert one.weekday() == two.weekday() == TUESDAY, first
        assert all(one.opens is None or first < one.opens for one in plan.values()), first


@pytest.mark.parametrize("year", [2026, 2027, 2028])
def test_series_have_enough_to_come_from_any_day(year: int) -> None:
    """What is decided of them, and who comes, needs sessions ahead whatever the holidays."""
    closed = {
        period.first_day + timedelta(days=number)
        for period in closed_periods(date(year, 1, 1))
        for number in range((period.last_day - period.first_day).days + 1)
    }
    named = {one.session for one in DECISIONS} | {key for one in SIGN_UPS for key in one.sessions}
    needed = {
        series: max(int(key[-1]) for key in named if key.startswith(f"{series}-"))
        for series in ("cafe", "desk")
    }
    for number in range(366):
        first = date(year, 1, 1) + timedelta(days=number)
        ahead = {
            key: [
                on
                for on in recurrence.expand(
                    one.rule.as_rule(),
                    first_day=one.first_day,
                    last_day=first + timedelta(days=365),
                )
                if on > first and on not in closed and not is_day_off(on)
            ]
            for key, one in planned_series(first).items()
        }
        # One more may fall on a French holiday.
        assert [key for key, days in ahead.items() if len(days) <= needed[key]] == [], first


def test_closed_periods_are_the_real_ones() -> None:
    found = {(one.dutch, one.first_day, one.last_day) for one in closed_periods(date(2026, 9, 1))}
    # https://www.enseignement.be/calendrier-scolaire, 2026-2027
    assert {
        ("Herfstvakantie", date(2026, 10, 19), date(2026, 11, 1)),
        ("Kerstvakantie", date(2026, 12, 21), date(2027, 1, 3)),
        ("Krokusvakantie", date(2027, 2, 22), date(2027, 3, 7)),
        ("Paasvakantie", date(2027, 4, 26), date(2027, 5, 9)),
        ("Zomervakantie", date(2027, 7, 3), date(2027, 8, 29)),
    } <= found
    assert all(one.first_day < one.last_day for one in closed_periods(date(2026, 9, 1)))


def test_archived_meetings_are_on_thursdays() -> None:
    assert {one.on.strftime("%A") for one in archived_sessions().values()} == {"Thursday"}
