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

from demo.content.dates import TUESDAY, is_day_off, planned_sessions

pytestmark = pytest.mark.once

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
from trainings.models import Programme, Training
from wagtail.models import Page
client = Client(SERVER_NAME="127.0.0.1")
urls = {page.get_url() for page in Page.objects.live().filter(depth__gt=1)}
urls |= {f"/agenda/{language}/trainings.ics" for language in ("fr", "nl")}
for language in ("fr", "nl"):
    for kind, model in (("training", Training), ("programme", Programme)):
        urls |= {f"/{language}/inscriptions/{kind}/{one.uid}/" for one in model.objects.all()}
print(json.dumps({url: client.get(url).status_code for url in sorted(urls)}))
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
    "past": sum(session.is_past(timezone.now()) for session in sessions),
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
    assert manage("check") == "System check identified no issues (0 silenced).\n"


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
    assert states == {"past": 1, "cancelled": 1, "online": 1, "overbooked": 0}


def test_every_mail_was_written(loaded: Manage) -> None:
    assert loaded("send_emails").startswith("0 sent, 0 failed")


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
