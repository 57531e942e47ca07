"""A feed, the catalogue and a sign-up on a small site."""

from __future__ import annotations

import sys
from datetime import timedelta

from django.test import Client
from django.utils import timezone

from registrations.domain.signup import sign_up
from registrations.models import Participation
from tests.bench.measuring import milliseconds, show
from tests.factories.registrations import booker, partner, person
from tests.factories.trainings import catalogue, session, training_page, venue

SESSIONS = 200


def measure() -> None:
    page = training_page(catalogue(), title="Accompagner un ménage")
    place = venue()
    first_day = timezone.localdate() + timedelta(days=30)
    sessions = [
        session(page, first_day + timedelta(days=number), venue=place, capacity=None)
        for number in range(SESSIONS)
    ]
    client = Client()
    feed = client.get("/agenda/fr/trainings.ics")
    floor = milliseconds(lambda: client.get("/agenda/xx/trainings.ics"))
    sys.stdout.write(f"{SESSIONS} sessions, {len(feed.content)} bytes of calendar\n")
    show("feed", milliseconds(lambda: client.get("/agenda/fr/trainings.ics")), floor, "a 404")
    show(
        "feed, not modified",
        milliseconds(
            lambda: client.get("/agenda/fr/trainings.ics", headers={"If-None-Match": feed["ETag"]})
        ),
        floor,
        "a 404",
    )
    show("catalogue", milliseconds(lambda: client.get(page.get_parent().url)), floor, "a 404")

    service, at = partner(), timezone.now()
    numbers = iter(range(10**6))

    def sign_up_one() -> None:
        number = next(numbers)
        sign_up(
            [person(sessions[0], number=number)],
            partner=service,
            booker=booker(email=f"{number}@bench.example"),
            key=str(number),
            at=at,
        )

    sign_up_one()
    bare = milliseconds(
        lambda: Participation.objects.bulk_create(
            [
                Participation(
                    participant=sessions[0].participations.first().participant,
                    session=sessions[0],
                    status="WITHDRAWN",
                    changed_at=at,
                )
            ]
        )
    )
    show("sign-up of one person", milliseconds(sign_up_one), bare, "one bare INSERT")
