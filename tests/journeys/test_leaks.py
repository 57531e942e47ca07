"""One of each kind of hidden thing, then every public output is searched for all of them."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import quote, unquote

import pytest
from django.contrib.auth.models import Group
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone
from wagtail.contrib.sitemaps.views import sitemap
from wagtail.models import Page, PageViewRestriction, Site

from registrations.domain import answers, private_feeds
from registrations.domain.people import normalised_address
from registrations.models import AccessToken, Participation
from tests.factories.documents import document, give, handout
from tests.factories.registrations import booker, partner, person, registration
from tests.factories.trainings import (
    catalogue,
    programme_page,
    publish,
    session,
    training_page,
    translated,
    venue,
)
from trainings.models import Audience, Theme, TrainingPage

pytestmark = pytest.mark.django_db

WEEK = timedelta(days=7)
LINK = re.compile(r'(?:href|src)="([^"#]*)')
MOST_ADDRESSES = 600


@pytest.fixture
def at():
    return timezone.now()


@pytest.fixture
def index():
    return catalogue()


# --- what is hidden ----------------------------------------------------------------------------


def _restricted(kind: str, **fields: Any) -> Any:
    def hide(page: Page) -> None:
        made = PageViewRestriction.objects.create(page=page, restriction_type=kind, **fields)
        if kind == PageViewRestriction.GROUPS:
            made.groups.add(Group.objects.create(name="Formateurs"))

    return hide


def _unpublished(page: Page) -> None:
    page.unpublish()


def _never_published(page: Page) -> None:
    page.live, page.first_published_at = False, None
    page.save()


def _expired(page: Page) -> None:
    page.expire_at, page.expired, page.live = timezone.now() - WEEK, True, False
    page.save()


def _discreet(page: TrainingPage) -> None:
    page.training.is_discreet = True
    page.training.save()


HIDING = {
    "login": _restricted(PageViewRestriction.LOGIN),
    "password": _restricted(PageViewRestriction.PASSWORD, password="x"),
    "groups": _restricted(PageViewRestriction.GROUPS),
    "unpublished": _unpublished,
    "draft": _never_published,
    "expired": _expired,
    "discreet": _discreet,
}


@pytest.fixture
def hidden(index, at):
    """Words and UIDs that no stranger may read, each with what it tells."""
    found = {}

    def add(kind: str, page: TrainingPage) -> None:
        found[page.title] = f"title, {kind}"
        for starts_on, words in (
            (at.date() + 3 * WEEK, "to come"),
            (at.date() - 3 * WEEK, "over"),
        ):
            made = session(page, starts_on, registration_opens_at=at - 9 * WEEK)
            found[str(made.uid)] = f"session {words}, {kind}"

    for number, (kind, hide) in enumerate(HIDING.items()):
        page = training_page(index, f"Canari{number}titre")
        add(kind, page)
        hide(page)
    closed = programme_page(index, "Canariprogramme")
    add("below a closed page", training_page(closed, "Canarienfant"))
    PageViewRestriction.objects.create(page=closed, restriction_type="login")
    found[closed.title] = "title of a closed programme"
    outside = publish(
        Page.get_first_root_node(), Page(title="Ailleurs", locale=index.locale, slug="ailleurs")
    )
    add("of no site", training_page(outside, "Canariailleurs"))
    draft = training_page(index, "Titre public")
    draft.title = "Canaribrouillon"
    draft.save_revision()
    found["Canaribrouillon"] = "draft of a public page"
    return found


@pytest.fixture
def public(index, at):
    """A training that everybody sees, in two languages, with people and secrets behind it."""
    programme = programme_page(index, "Programme public")
    page = training_page(programme, "Formation publique")
    page.training.themes.add(Theme.objects.create(slug="energie", name={"fr": "Énergie"}))
    page.training.audiences.add(Audience.objects.create(slug="tous", name={"fr": "Tous"}))
    translated(page, "nl", "Openbare vorming")
    room = venue()
    for starts_on in (at.date() + 2 * WEEK, at.date() - 2 * WEEK):
        session(
            page,
            starts_on,
            venue=room,
            online_url="https://visio.example/canarilien",
            registration_opens_at=at - 9 * WEEK,
            registration_closes_at=at + WEEK,
            capacity=3,
        )
    return page


@pytest.fixture
def people(public, at):
    """Who is registered, what they said, and the secrets they hold."""
    to_come = public.training.sessions.get(starts_at__gt=at)
    made = registration(
        person(to_come, number=1, first_name="Canariprénom", wish="Canariquestion?"),
        person(to_come, number=2, last_name="Canarinom", access="Canaribesoin"),
        partner=partner("Canariservice"),
        booker=booker(email="canari@booker.example", phone="0499canari"),
        at=at,
    )
    leaving = Participation.objects.get(participant__last_name="Canarinom")
    answers.withdraw(leaving, reason="Canariraison", at=at)
    kept = document("Canaridocument")
    give(public, handout(kept, "BEFORE"))
    tokens = [
        AccessToken.to_manage(made, at=at).saved(),
        private_feeds.renew(made.partner, at=at),
        private_feeds.renew("personne1@cpas.example", at=at),
    ]
    words = {
        **dict.fromkeys(("Canariprénom", "Canarinom", "Canariquestion", "Canaribesoin"), "people"),
        **dict.fromkeys(("Canariservice", "Canariraison", "0499canari"), "what was said"),
        **dict.fromkeys(("canari@booker.example", "personne1@cpas.example"), "addresses"),
        **dict.fromkeys([made.reference, *tokens], "secrets"),
        "Canaridocument": "a document for participants",
        kept.url: "its address",
        "visio.example": "the online link",
        "canarilien": "the online link",
    }
    uids = Participation.objects.values_list("uid", flat=True)
    return {**words, **dict.fromkeys(map(str, uids), "invitations")}


# --- where a stranger looks --------------------------------------------------------------------


def first_addresses(index: Page, hidden: dict[str, str]) -> list[str]:
    """What nobody links to: searches for what is hidden, feeds and downloads that were guessed."""
    guessed = [index.url, "/agenda/fr/new.atom", "/agenda/nl/new.atom"]
    for language in ("fr", "nl"):
        guessed += [
            f"/agenda/{language}/{path}trainings.ics"
            for path in (
                *("", "also/registration/", "places/left/", "theme/energie/", "audience/tous/"),
                *("kind/training-morning/", "language/fr/", "place/charleroi/", "place/online/"),
                *(f"year/{timezone.localdate().year - back}/" for back in (0, 1)),
                *(f"training/{number}/" for number in range(1, 30)),
                *(f"programme/{number}/" for number in range(1, 6)),
            )
        ]
    for word in hidden:
        guessed += [
            f"{index.url}?q={quote(word)}",
            f"{index.url}?session={quote(word)}",
            f"/agenda/fr/session-{word}.ics",
        ]
    guessed += [f"{index.url}?training={number}" for number in range(1, 30)]
    return guessed


def crawl(client: Any, addresses: list[str]) -> dict[str, str]:
    """Every text that a stranger gets, following every link; by the address it has."""
    found: dict[str, str] = {}
    waiting = list(addresses)
    while waiting and len(found) < MOST_ADDRESSES:
        address = waiting.pop(0)
        if address in found:
            continue
        answer = client.get(address)
        if answer.status_code in (301, 302):
            waiting.append(answer["Location"])
        text = b"".join(answer) if answer.streaming else answer.content
        head = "\n".join(f"{name}: {value}" for name, value in answer.items())
        found[address] = f"{head}\n{unescape(text.decode(errors='replace'))}".replace("\r\n ", "")
        links = (unquote(unescape(link)) for link in LINK.findall(text.decode(errors="replace")))
        waiting += [
            link.removeprefix("http://localhost")
            for link in links
            if link.startswith(("/", "http://localhost/")) and not link.startswith("/static/")
        ]
    return found


def said_of(found: dict[str, str], secrets: dict[str, str]) -> list[str]:
    """What leaks, and where. What was asked for may be repeated in the answer's own address."""
    return sorted(
        f"{secret} ({what}) at {address}"
        for secret, what in secrets.items()
        for address, text in found.items()
        if secret.casefold() not in unquote(address).casefold()
        and secret.casefold() in text.casefold()
    )


def test_a_stranger_finds_nothing_hidden_and_nobody(client, index, public, hidden, people):
    request = RequestFactory().get("/sitemap.xml", headers={"host": "localhost"})
    request.site = Site.objects.get()

    found = crawl(client, first_addresses(index, hidden))
    found["/sitemap.xml"] = "\n".join(
        one["location"] for one in sitemap(request).context_data["urlset"]
    )
    here = Page.objects.live().public().descendant_of(index.get_parent())
    found["search of the site"] = "\n".join(
        page.title for word in ("canari", *hidden) for page in here.search(word)
    )

    assert said_of(found, {**hidden, **people}) == []
    # The search itself works: what is public is told at each kind of place.
    seen = {
        kind
        for kind in ("trainings.ics", "new.atom", "/sitemap.xml", "session-")
        if any(kind in address and public.slug in text for address, text in found.items())
    }
    assert seen == {"trainings.ics", "new.atom", "/sitemap.xml", "session-"}
    assert any('"@context"' in text for text in found.values())


def test_a_private_calendar_tells_nothing_of_others(client, public, at):
    """A and B in one registration and one session, B at another, C of another service."""
    to_come = public.training.sessions.get(starts_at__gt=at)
    other = session(training_page(public.get_parent(), "Canariautre"), at.date() + 4 * WEEK)
    first, second = partner("Canariservice un"), partner("Canariservice deux")
    made = registration(
        person(to_come, number=1, first_name="Canaria", last_name="Premier"),
        person(to_come, other, number=2, first_name="Canarib", last_name="Deuxième"),
        partner=first,
        at=at,
    )
    registration(
        person(to_come, number=3, first_name="Canaric", last_name="Troisième"),
        partner=second,
        at=at,
    )
    addresses = {
        "person": private_feeds.renew(normalised_address("personne1@cpas.example"), at=at),
        "service": private_feeds.renew(second, at=at),
    }

    feeds = {
        who: client.get(reverse("registrations:private_feed", args=[secret]))
        .content.decode()
        .replace("\r\n ", "")
        for who, secret in addresses.items()
    }

    of_all = dict.fromkeys(
        (
            *("Canaria", "Canarib", "Canaric", "Premier", "Deuxième", "Troisième"),
            *("cpas.example", "Canariservice un", "assistante", made.reference),
            *(
                str(one.uid)
                for one in Participation.objects.exclude(participant__first_name="Canaria")
            ),
            *addresses.values(),
        ),
        "of others",
    )
    assert said_of(feeds, of_all) == []
    assert [feed.count("BEGIN:VEVENT") for feed in feeds.values()] == [1, 1]
    assert "Canariautre" not in "".join(feeds.values())
