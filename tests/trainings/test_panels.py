"""Panels in Wagtail's editors, ours and those of apps above."""

import pytest
from django.urls import reverse
from wagtail import hooks
from wagtail.admin.panels import HelpPanel

from tests.factories.trainings import catalogue, programme_page
from tests.factories.users import communications_officer
from trainings.models import Programme
from trainings.panels import panels_of_others

ENGLISH = {"accept-language": "en"}


def test_an_app_above_adds_its_panel():
    before = len(panels_of_others())

    with hooks.register_temporarily("register_training_panels", lambda: HelpPanel(heading="Ours")):
        headings = [str(panel.heading) for panel in panels_of_others()]

    assert (len(headings), headings[-1]) == (before + 1, "Ours")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("is_indivisible", "sentence"),
    [
        (False, "One signs up for each session apart."),
        (True, "All sessions or none: who signs up takes part in every session to come."),
    ],
)
def test_a_programme_page_tells_whether_its_sessions_belong_together(
    client, is_indivisible, sentence
):
    page = programme_page(catalogue())
    Programme.objects.update(is_indivisible=is_indivisible)
    client.force_login(communications_officer())
    here = reverse("wagtailadmin_pages:edit", args=[page.pk])

    html = client.get(here, headers=ENGLISH).content.decode()

    edit = reverse(Programme.snippet_viewset.get_url_name("edit"), args=[page.programme.pk])
    assert sentence in html
    assert f"{edit}?next={here}" in html


@pytest.mark.django_db
def test_a_copied_programme_keeps_its_sessions_together():
    programme = programme_page(catalogue()).programme
    programme.is_indivisible = True

    assert programme.copy(name="2028").is_indivisible is True
