from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.db import connections
from django.utils import timezone

from tests.factories.trainings import catalogue, session, training_page, translated, venue
from trainings.domain import scheduling

pytestmark = pytest.mark.django_db

NEWS = "/agenda/fr/new.atom"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def page():
    return training_page(catalogue())


@pytest.fixture
def soon():
    return timezone.localdate() + timedelta(days=40)


def read(answer):
    return ElementTree.fromstring(answer.content)  # noqa: S314 -- ours


def test_the_feed_is_read_as_atom_by_anybody(client, page, soon):
    made = session(page, soon)

    answer = client.get(NEWS)

    feed = read(answer)
    assert [entry.findtext(f"{ATOM}id") for entry in feed.findall(f"{ATOM}entry")] == [made.uid.urn]
    assert {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")} == {
        "alternate": "http://localhost/fr/formations/",
        "self": f"http://localhost{NEWS}",
    }
    headers = ("Content-Type", "Content-Disposition", "Content-Language", "Cache-Control")
    assert [answer[name] for name in headers] == [
        "application/atom+xml; charset=utf-8",
        'inline; filename="new.atom"',
        "fr",
        "max-age=900, public",
    ]


def test_the_feed_speaks_the_language_of_its_address(client, page, soon):
    session(page, soon)
    translated(page, "nl", "Op zoek naar een woning")

    answer = client.get("/agenda/nl/new.atom", headers={"Accept-Language": "fr"})

    assert answer["Content-Language"] == "nl"
    assert [one.text for one in read(answer).findall(f"{ATOM}entry/{ATOM}title")] == [
        "Vormingsvoormiddag – Op zoek naar een woning"
    ]


def test_what_has_not_changed_is_answered_304(client, page, soon):
    session(page, soon)
    first = client.get(NEWS)

    again = client.get(NEWS, headers={"If-None-Match": first["ETag"]})

    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert again["Cache-Control"] == first["Cache-Control"]


def _plan_another(made, page):
    session(page, made.starts_on + timedelta(days=1))


def _cancel(made, page):
    scheduling.cancel(made, by=None, at=timezone.now())


def _correct_the_address(made, page):
    made.venue.street_address = "Rue Neuve 2"
    made.venue.save()


def _rename(made, page):
    page.title = "Autre titre"
    page.save_revision().publish()


def _unpublish(made, page):
    page.unpublish()


@pytest.mark.parametrize(
    "change",
    [_plan_another, _cancel, _correct_the_address, _rename, _unpublish],
    ids=lambda change: change.__name__.strip("_"),
)
def test_a_change_is_never_answered_304(client, page, soon, change):
    made = session(page, soon, venue=venue())
    tag = client.get(NEWS)["ETag"]

    change(made, page)

    assert client.get(NEWS, headers={"If-None-Match": tag}).status_code == 200


def test_head_has_the_headers_and_no_body(client, page, soon):
    session(page, soon)

    head, get = client.head(NEWS), client.get(NEWS)

    assert (head.status_code, head.content) == (200, b"")
    assert (head["ETag"], head["Content-Type"]) == (get["ETag"], get["Content-Type"])


def test_the_feed_is_only_read(client, page):
    assert client.post(NEWS).status_code == 405


def test_a_language_nobody_speaks_here_is_404(client, page):
    assert client.get("/agenda/xx/new.atom").status_code == 404


def test_without_a_database_nothing_that_reads_as_a_feed_is_said(client, page, soon):
    session(page, soon)
    client.get(NEWS)
    working = connections["default"]
    away = connections.create_connection("default")
    nowhere = {"NAME": "/nowhere/at/all", "HOST": "/nowhere"}
    away.settings_dict = {**working.settings_dict, **nowhere}
    connections["default"] = away
    try:
        answer = client.get(NEWS)
    finally:
        connections["default"] = working

    assert (answer.status_code, answer.content, answer["Content-Type"]) == (
        *(503, b""),
        "text/plain; charset=utf-8",
    )
    assert (answer["Retry-After"], answer["Cache-Control"]) == ("600", "no-store")


def test_the_catalogue_leads_to_it(client, page):
    text = client.get(page.get_parent().get_url()).content.decode()

    assert f'<link rel="alternate" type="application/atom+xml" href="{NEWS}"' in text
    assert f'<a class="trainings-link" href="{NEWS}"' in text
