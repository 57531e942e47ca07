from datetime import date

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories.trainings import catalogue, programme_page, training_page
from tests.factories.users import user
from trainings.models import Audience, ClosedPeriod, Programme, Theme, Training

pytestmark = pytest.mark.django_db

KINDS = ("closedperiod", "theme", "audience")


@pytest.fixture(autouse=True)
def officer(client):
    acts = ("add", "change", "view", "delete")
    officer = user(
        *[
            f"trainings.{act}_{kind}"
            for act in acts
            for kind in ("closedperiod", "theme", "audience")
        ],
        "trainings.change_training",
        "trainings.view_training",
    )
    client.force_login(officer)
    return officer


def address(model, view, *args):
    return reverse(model.snippet_viewset.get_url_name(view), args=args)


def test_what_holds_in_every_language_is_set_on_the_training(client):
    training = training_page(catalogue()).training
    housing = Theme.objects.create(name={"fr": "Logement"}, slug="logement")
    energy = Theme.objects.create(name={"fr": "Énergie"}, slug="energie")
    Theme.objects.create(name={"fr": "Santé"}, slug="sante")
    typed = {
        "kind": "WORKSHOP",
        "themes": [housing.pk, energy.pk],
        "audiences": [Audience.objects.create(name={"fr": "Bénévoles"}, slug="volontaires").pk],
        "languages": ["fr", "nl"],
        "is_discreet": "on",
    }

    response = client.post(address(Training, "edit", training.pk), typed)

    assert response.status_code == 302
    saved = Training.objects.get()
    assert (saved.kind, saved.languages, saved.is_discreet) == ("WORKSHOP", ["fr", "nl"], True)
    assert list(saved.themes.values_list("slug", flat=True)) == ["energie", "logement"]
    assert list(saved.audiences.values_list("slug", flat=True)) == ["volontaires"]

    client.post(address(Training, "edit", training.pk), {"kind": "WORKSHOP"})
    saved = Training.objects.get()
    assert (saved.languages, list(saved.themes.all())) == ([], [])


def test_what_is_set_is_ticked(client):
    training = training_page(catalogue()).training
    training.themes.add(Theme.objects.create(name={"fr": "Logement"}, slug="logement"))
    training.languages = ["nl"]
    training.save()

    form = client.get(address(Training, "edit", training.pk)).context["form"]

    ticked = [
        str(box.data["label"])
        for name in ("themes", "languages")
        for box in form[name]
        if box.data["selected"]
    ]
    assert ticked == ["Logement", "Néerlandais"]


@pytest.mark.parametrize("languages", [["xx"], ["fr\x00"]])
def test_a_language_that_is_not_offered_is_refused(client, languages):
    training = training_page(catalogue()).training

    response = client.post(
        address(Training, "edit", training.pk), {"kind": "WORKSHOP", "languages": languages}
    )

    assert list(response.context["form"].errors) == ["languages"]
    assert Training.objects.get().languages == []


def test_a_closed_period_is_written_and_listed_newest_first(client):
    ClosedPeriod.objects.create(
        name={"fr": "Hier"}, first_day=date(2026, 1, 1), last_day=date(2026, 1, 2)
    )
    typed = {
        "name_fr": "Congé d’automne",
        "name_nl": "Herfstvakantie",
        "first_day": "2027-10-18",
        "last_day": "2027-10-31",
    }

    response = client.post(address(ClosedPeriod, "add"), typed)

    assert response.status_code == 302
    listed = client.get(address(ClosedPeriod, "list")).context["object_list"]
    assert [(str(one), one.first_day, one.last_day) for one in listed] == [
        ("Congé d’automne", date(2027, 10, 18), date(2027, 10, 31)),
        ("Hier", date(2026, 1, 1), date(2026, 1, 2)),
    ]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"last_day": "2027-10-17"}, "__all__"),
        ({"last_day": "2027-02-30"}, "last_day"),
        ({"name_fr": "", "name_nl": ""}, "name"),
    ],
    ids=str,
)
def test_a_closed_period_that_cannot_be_right_is_told(client, typed, field):
    values = {"name_fr": "Congé", "name_nl": "", "first_day": "2027-10-18", "last_day": ""}

    response = client.post(
        address(ClosedPeriod, "add"), {**values, "last_day": "2027-10-18", **typed}
    )

    assert list(response.context["form"].errors) == [field]
    assert not ClosedPeriod.objects.exists()


@pytest.mark.parametrize("kind", [Theme, Audience])
def test_a_label_is_written_once(client, kind):
    typed = {"name_fr": "Logement", "name_nl": "Wonen", "slug": "logement"}

    client.post(address(kind, "add"), typed)
    again = client.post(address(kind, "add"), typed)

    assert [str(label) for label in kind.objects.all()] == ["Logement"]
    assert list(again.context["form"].errors) == ["slug"]
    assert client.get(address(kind, "list")).status_code == 200


def test_the_list_of_trainings_costs_the_same_however_long(client):
    index = catalogue()

    def queries_with(number):
        title = f"Formation {number}"
        training_page(programme_page(index, f"Cycle {number}"), title)
        client.get(address(Training, "list"))  # fills what is kept between two requests
        with CaptureQueriesContext(connection) as queries:
            assert title in client.get(address(Training, "list")).content.decode()
        return len(queries)

    assert len({queries_with(number) for number in (1, 2, 3)}) == 1


def test_a_programme_says_whether_its_sessions_belong_together(client, officer):
    page = programme_page(catalogue())
    programme = page.programme
    officer.groups.get().permissions.add(
        *Permission.objects.filter(codename__in=["change_programme", "view_programme"])
    )
    back = reverse("wagtailadmin_pages:edit", args=[page.pk])

    response = client.post(
        address(Programme, "edit", programme.pk), {"is_indivisible": "on", "next": back}
    )

    assert response["Location"] == back
    programme.refresh_from_db()
    assert (programme.is_indivisible, programme.name) == (True, page.title)


@pytest.mark.parametrize("view", ["add", "delete"])
def test_a_programme_is_made_with_its_page_alone(client, officer, view):
    programme = programme_page(catalogue()).programme
    every = Permission.objects.filter(codename__endswith="_programme")
    officer.groups.get().permissions.add(*every)

    response = client.get(address(Programme, view, *([programme.pk] if view == "delete" else [])))

    assert response.status_code == 302
    assert Programme.objects.get() == programme
