"""What is asked of the demo, in its own settings."""

import re
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.test import Client, RequestFactory
from django.utils import timezone
from wagtail.models import Page

from registrations.models import OutgoingEmail, Participation, SignUpRules
from registrations.publication import SignUpDesk
from trainings.domain import series
from trainings.forms.search import Search
from trainings.models import (
    Programme,
    SessionSeries,
    Training,
    TrainingIndexPage,
    TrainingPage,
    TrainingSession,
)


def counts() -> Any:
    return {m._meta.label: m.objects.count() for m in apps.get_models() if m._meta.managed}


def mornings() -> Any:
    """Who is registered for the two mornings, by service."""
    programme = Programme.objects.get(name="Accompagner vers et dans le logement")
    found: dict[str, Any] = {}
    rows = Participation.objects.living().filter(session__training__programme=programme)
    for row in rows.select_related("participant__registration__partner", "session"):
        registration = row.participant.registration
        one = found.setdefault(registration.partner.name, {"people": [], "mornings": []})
        one["people"] = sorted({*one["people"], row.participant_id})
        one["mornings"] = sorted({*one["mornings"], str(row.session.starts_on)})
        one["named"] = registration.may_name_partner
        one["earlier"] = (
            Participation.objects.filter(
                participant__registration__partner=registration.partner,
                session__starts_at__lt=row.session.starts_at,
            )
            .exclude(session__training__programme=programme)
            .count()
        )
    return found


def pages() -> Any:
    client = Client(SERVER_NAME="127.0.0.1")
    urls = {page.get_url() for page in Page.objects.live().filter(depth__gt=1)}
    feeds = ("trainings.ics", "new.atom")
    urls |= {f"/agenda/{language}/{name}" for language in ("fr", "nl") for name in feeds}
    # One signs up for what is to come.
    trainings = Training.objects.filter(sessions__ends_at__gt=timezone.now())
    for language in ("fr", "nl"):
        for kind, rows in (("training", trainings), ("programme", Programme.objects.all())):
            urls |= {f"/{language}/inscriptions/{kind}/{one.uid}/" for one in rows}
    return {url: client.get(url).status_code for url in sorted(urls)}


def sitemap() -> Any:
    """What a search engine is led to."""
    client = Client(SERVER_NAME="127.0.0.1")
    robots = client.get("/robots.txt").content.decode()
    discreet = TrainingPage.objects.filter(training__is_discreet=True)
    public = Page.objects.live().public().filter(depth__gt=1).exclude(pk__in=discreet)
    return {
        "forbidden": re.findall("Disallow: (.*)", robots),
        "named": re.findall("Sitemap: http://[^/]+(.*)", robots),
        "listed": re.findall("<loc>(.*?)</loc>", client.get("/sitemap.xml").content.decode()),
        "public": [page.get_full_url() for page in public.order_by("path")],
        "discreet": discreet.count(),
    }


def views() -> Any:
    """Of each catalogue, month, archived year and filter: what the address answers, how many
    sessions it finds, and which of its filters mean nothing.
    """
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
    return {"found": found, "years": years, "this year": today.year}


def of_series() -> Any:
    found = {}
    for one in SessionSeries.objects.all():
        adjusted = one.sessions.filter(is_adjusted=True)
        plan = series.plan(one, language="fr", at=timezone.now())
        found[one.training.name] = {
            "to come": one.sessions.upcoming(timezone.now()).count(),
            "decided": sorted(each.status + " moved" * each.is_moved for each in adjusted),
            "reasons": sorted(len(each.reason) for each in adjusted),
            "fates": sorted({line.fate for line in plan if line.is_proposed}),
        }
    return found


def told() -> Any:
    kinds = ("MOVED", "POSTPONED", "CANCELLED")
    mails = OutgoingEmail.objects.filter(kind__in=kinds, sent_at__isnull=False)
    return sorted(set(mails.values_list("kind", "language")))


def scheduled() -> Any:
    around = ("REMINDER", "STILL_WAITING", "THANKS")
    mails = OutgoingEmail.objects.filter(kind__in=around).values_list("kind", flat=True)
    return sorted(set(mails))


def rules() -> Any:
    """What a visitor sees of how places are shared."""
    living = Participation.objects.living()
    return {
        "trainings": SignUpRules.objects.count(),
        "to be confirmed": living.filter(status="PENDING").count(),
        "without a name": living.filter(participant__last_name="").count(),
        "in a workshop": living.filter(workshop__isnull=False).count(),
        "all or none": Programme.objects.filter(is_indivisible=True).count(),
    }


def states() -> Any:
    sessions = list(TrainingSession.objects.all())
    states = SignUpDesk().states(sessions, at=timezone.now())
    return {
        "badges": sorted({state.badge for state in states.values()}),
        "cancelled": sum(session.is_cancelled for session in sessions),
        "online": sum(session.venue is None for session in sessions),
        "waiting": max(state.waiting for state in states.values()),
        "clocks": sorted({str(session.local_start.utcoffset()) for session in sessions}),
        "overbooked": sum(
            session.capacity is not None and states[session.pk].places_taken > session.capacity
            for session in sessions
        ),
    }
