"""The catalogue, as it grows."""

from __future__ import annotations

import random
import shutil
import statistics
import sys
from datetime import UTC, date, time, timedelta
from pathlib import Path
from time import process_time
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from wagtail.models import Page

from tests.bench.measuring import ROUNDS, show
from tests.factories.trainings import catalogue, programme_page, venue
from trainings.enums import SessionKind
from trainings.models import Theme, Training, TrainingPage, TrainingSession, wall_clock

SESSIONS = 200
MANY_SESSIONS = 20_000
MANY_TRAININGS = 2_000
YEARS_BACK, YEARS_AHEAD = 9, 1
TURNS = 5


def measure() -> None:
    """Each page with 200 sessions, and with 20,000 over ten years in 2,000 trainings.

    What a page shows is the same number of sessions in both: 24 of a list and of the archive;
    and one month has the very same sessions, 20,000 / 120 of them, since none is added to it.
    Filters leave 17 to 24 with few, 24 with many.
    One training in five has the word that is looked for. Both databases are asked in turn, and
    the processor's time counts: what else the machine does meanwhile is no part of the ratio.
    """

    index, today = catalogue(slug="grown"), timezone.localdate()
    shown_month = (today.replace(day=1) + timedelta(days=70)).replace(day=1)
    programmes = [programme_page(index, title=f"Programme {number}") for number in range(10)]
    venues = [
        venue(name=f"Salle {number}", municipality=f"Commune {number % 6}") for number in range(12)
    ]
    themes = [
        Theme.objects.create(name={"fr": f"Thème {number}"}, slug=f"theme-{number}")
        for number in range(8)
    ]
    a_month = MANY_SESSIONS // (12 * (YEARS_BACK + YEARS_AHEAD))
    last_year = today - timedelta(days=364)

    trainings = add_trainings(programmes, themes, SESSIONS)
    add_sessions(trainings, venues, [shown_month + timedelta(days=n % 28) for n in range(a_month)])
    in_the_past = [last_year + timedelta(days=n) for n in range(SESSIONS - a_month)]
    add_sessions(trainings, venues, in_the_past)
    call_command("update_index", verbosity=0)
    connection.close()
    many = connection.settings_dict["NAME"]
    few = str(Path(many).with_name("few.sqlite3"))
    shutil.copy(many, few)

    trainings += add_trainings(programmes, themes, MANY_TRAININGS - SESSIONS)
    days = [today + timedelta(days=n) for n in range(-365 * YEARS_BACK, 365 * YEARS_AHEAD)]
    days = [day for day in days if (day.year, day.month) != (shown_month.year, shown_month.month)]
    more = MANY_SESSIONS - SESSIONS
    add_sessions(trainings, venues, [days[n * len(days) // more] for n in range(more)])
    call_command("update_index", verbosity=0)

    client = Client(headers={"host": "localhost"})
    pages = {
        "list": "",
        "list, page 2": "?page=2",
        "month": f"?month={shown_month:%Y-%m}",
        "archive of a year": f"?year={last_year.year}",
        "filter: programme": f"?programme={programmes[0].programme_id}",
        "filter: kind": "?kind=WORKSHOP",
        "filter: theme": "?theme=theme-1",
        "filter: municipality": "?place=Commune+1",
        "filter: language": "?language=fr",
        "filter: places left": "?places=left",
        "search": "?q=m%C3%A9nage",
    }
    sys.stdout.write(f"\nThe catalogue with {MANY_SESSIONS} sessions\n")
    for name, asked in pages.items():
        times: dict[str, list[float]] = {few: [], many: []}
        for database in [few, many] * TURNS:
            connection.close()
            connection.settings_dict["NAME"] = database
            client.get(index.url + asked)
            for _round in range(ROUNDS // TURNS):
                begun = process_time()
                client.get(index.url + asked)
                times[database].append((process_time() - begun) * 1000)
        with_few, with_many = statistics.median(times[few]), statistics.median(times[many])
        show(name, with_many, with_few, f"with {SESSIONS}")


def add_trainings(programmes: list[Any], themes: list[Any], many: int) -> list[Any]:
    """Trainings with a live page each, below a programme; without a revision or a signal."""

    kinds, content_type = list(SessionKind), ContentType.objects.get_for_model(TrainingPage)
    before = Training.objects.count()
    made = Training.objects.bulk_create(
        Training(
            name=f"Formation {before + n}",
            programme=programmes[n % len(programmes)].programme,
            kind=kinds[n % len(kinds)],
            languages=["fr", "nl"] if n % 3 else ["fr"],
        )
        for n in range(many)
    )
    for training in made:
        training.themes.add(themes[training.pk % len(themes)])
    pages = []
    for number, training in enumerate(made):
        parent = programmes[number % len(programmes)]
        pages.append(
            Page(
                # one training in five is found by the word that is looked for
                title=f"Comment accompagner {'vers le logement' if number % 5 else 'un ménage'}",
                draft_title=training.name,
                slug=f"formation-{training.pk}",
                path=parent.path + Page._int2str(training.pk).rjust(Page.steplen, "0"),
                depth=parent.depth + 1,
                url_path=f"{parent.url_path}formation-{training.pk}/",
                content_type=content_type,
                locale=parent.locale,
                live=True,
            )
        )
    Page.objects.bulk_create(pages)
    for page, training in zip(pages, made, strict=True):
        child = TrainingPage(
            page_ptr=page,
            training=training,
            guiding_question="Par où commencer ?",
            introduction="<p>De la candidature à l’attribution, pas à pas.</p>" * 4,
        )
        child.__dict__.update({**page.__dict__, **{"page_ptr_id": page.pk}})
        child.save_base(raw=True, force_insert=True)
    return made


def add_sessions(trainings: list[Any], venues: list[Any], days: list[date]) -> None:

    chance = random.Random(1)
    chance.shuffle(order := [trainings[n % len(trainings)] for n in range(len(days))])
    TrainingSession.objects.bulk_create(
        [
            TrainingSession(
                training=training,
                starts_on=day,
                ends_on=day,
                start_time=time(9),
                end_time=time(12, 30),
                time_zone="Europe/Brussels",
                starts_at=wall_clock(day, time(9), "Europe/Brussels").astimezone(UTC),
                ends_at=wall_clock(day, time(12, 30), "Europe/Brussels").astimezone(UTC),
                venue=venues[number % len(venues)],
                online_url="" if number % 5 else "https://meet.example/",
                capacity=40,
            )
            for number, (training, day) in enumerate(zip(order, days, strict=True))
        ],
        batch_size=1000,
    )
