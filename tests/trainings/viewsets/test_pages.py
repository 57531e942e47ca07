from datetime import timedelta
from html import unescape

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from wagtail.models import GroupPagePermission, Locale, Page
from wagtail.test.utils.form_data import querydict_from_html

from tests.factories.registrations import person, registration
from tests.factories.trainings import (
    catalogue,
    programme_page,
    session,
    training_page,
    translated,
)
from tests.factories.users import communications_officer, user
from trainings.domain import guards, scheduling
from trainings.models import ProgrammePage, Training, TrainingPage, TrainingSession

pytestmark = pytest.mark.django_db


@pytest.fixture
def programme():
    return programme_page(catalogue(), "Accompagner 2026")


@pytest.fixture
def page(programme):
    return training_page(programme)


@pytest.fixture
def soon():
    """An ordinary day of the week, some weeks from now."""
    day = timezone.localdate() + timedelta(days=30)
    return day - timedelta(days=day.weekday()) + timedelta(days=1)


@pytest.fixture
def officer(client):
    officer = communications_officer()
    GroupPagePermission.objects.create(
        group=officer.groups.get(),
        page=Page.get_first_root_node(),
        permission=Permission.objects.get(codename="bulk_delete_page"),
    )
    client.force_login(officer)
    return officer


def screen(name, *pages):
    """A screen of Wagtail's, for one page or for many."""
    if name.startswith("bulk "):
        keys = "&".join(f"id={page.pk}" for page in pages)
        return f"/admin/bulk/wagtailcore/page/{name.removeprefix('bulk ')}/?{keys}"
    return reverse(f"wagtailadmin_pages:{name}", args=[pages[0].pk])


def shown(response):
    return unescape(response.content.decode())


def warning(*pages):
    with override("fr"):
        return guards.before_pages_go(pages, at=timezone.now())


# --- before pages go ---------------------------------------------------------------------------

SCREENS = ["delete", "unpublish", "bulk delete", "bulk unpublish"]


@pytest.mark.parametrize("name", SCREENS)
def test_who_removes_a_page_is_told_of_registrations(client, officer, programme, page, soon, name):
    translated(page, "nl", "Op zoek naar een woning")  # so that it may be deleted
    made = session(page, soon)
    registration(person(made), person(made, number=2), at=timezone.now())
    assert "2" in warning(programme)

    for one in (programme, page):
        html = shown(client.get(screen(name, one)))
        assert warning(one) in html
        assert reverse(TrainingSession.snippet_viewset.get_url_name("list")) in html


@pytest.mark.parametrize("name", SCREENS)
def test_nothing_is_said_when_nobody_is_registered(client, officer, page, soon, name):
    made = session(page, soon)
    registration(person(made), at=timezone.now())
    said = warning(page)
    other = training_page(page.get_parent().specific, title="Une autre")
    session(other, soon)

    response = client.get(screen(name, other))

    assert response.status_code == 200
    assert said not in shown(response)


@pytest.mark.parametrize("name", ["delete", "bulk delete"])
@pytest.mark.parametrize("which", ["page", "programme"])
def test_the_last_page_of_a_training_with_registrations_stays(
    client, officer, programme, page, soon, name, which
):
    registration(person(session(page, soon)), at=timezone.now())
    address = screen(name, {"page": page, "programme": programme}[which])
    with override("fr"):
        refusal = guards.why_not_delete([page])

    assert refusal in shown(client.get(address, follow=True))
    response = client.post(address, {"next": "/admin/"}, follow=True)

    assert refusal in shown(response)
    assert TrainingPage.objects.filter(pk=page.pk).exists()


@pytest.mark.parametrize("name", ["delete", "bulk delete"])
def test_a_translation_is_deleted_and_the_dates_stay(client, officer, page, soon, name):
    dutch = translated(page, "nl", "Op zoek naar een woning")
    made = session(page, soon)
    sent = registration(person(made), at=timezone.now())

    client.post(screen(name, dutch))

    assert not TrainingPage.objects.filter(pk=dutch.pk).exists()
    assert TrainingSession.objects.get() == made
    assert sent.participants.get().participations.get().session == made


def test_translations_that_are_deleted_along_count(client, officer, page, soon, settings):
    settings.WAGTAILSIMPLETRANSLATION_SYNC_PAGE_TREE = True
    dutch = translated(page, "nl", "Op zoek naar een woning")
    registration(person(session(page, soon)), at=timezone.now())

    client.post(screen("delete", page))

    assert TrainingPage.objects.filter(pk__in=[page.pk, dutch.pk]).count() == 2


@pytest.mark.parametrize("name", ["delete", "bulk delete"])
def test_a_page_without_registrations_is_deleted_as_ever(client, officer, page, soon, name):
    session(page, soon)

    client.post(screen(name, page))

    assert not TrainingPage.objects.exists()


@pytest.mark.parametrize("name", ["unpublish", "bulk unpublish"])
def test_a_page_is_unpublished_and_the_dates_stay(client, officer, programme, page, soon, name):
    made = session(page, soon)
    sent = registration(person(made), at=timezone.now())

    client.post(screen(name, programme), {"include_descendants": "on"})

    assert not TrainingPage.objects.get().live
    after = TrainingSession.objects.get()
    assert (after.uid, after.sequence, after.goes_ahead) == (made.uid, 0, True)
    assert sent.participants.get().participations.get().session == made


def test_a_page_of_another_kind_is_not_our_business(client, officer, page):
    home = page.get_site().root_page
    other = home.add_child(instance=Page(title="Contact", slug="contact", locale=home.locale))

    assert client.get(screen("delete", other)).status_code == 200
    client.post(screen("bulk delete", other))

    assert not Page.objects.filter(pk=other.pk).exists()


# --- a copy for another year -------------------------------------------------------------------


def copy_url(page):
    return reverse("trainings_admin:copy_programme", args=[page.pk])


def typed(**fields):
    return {"title": "Accompagner 2027", "weeks": "52", **fields}


def show(client, page, **fields):
    return client.post(copy_url(page), typed(show="1", **fields))


def do(client, page, shown_before, **fields):
    seen = shown_before.context["seen"]
    ticked = sorted(shown_before.context["ticked"])
    return client.post(
        copy_url(page), typed(**{"seen": seen, "sessions": ticked, "copy": "1", **fields})
    )


@pytest.mark.parametrize("view", ["edit", "listing"])
def test_programmes_and_trainings_offer_a_copy(client, officer, programme, page, view):
    for one in (programme, page):
        address = {
            "edit": reverse("wagtailadmin_pages:edit", args=[one.pk]),
            "listing": reverse("wagtailadmin_explore", args=[one.get_parent().pk]),
        }[view]
        assert copy_url(one) in shown(client.get(address))


def test_other_pages_offer_no_copy(client, officer, programme):
    index = programme.get_parent()

    assert copy_url(index) not in shown(
        client.get(reverse("wagtailadmin_pages:edit", args=[index.pk]))
    )
    assert client.get(copy_url(index), follow=True).status_code == 404


def test_the_screen_proposes_a_title_and_a_year(client, officer, programme):
    form = client.get(copy_url(programme)).context["form"]

    assert (form["title"].value(), form["weeks"].value()) == ("Accompagner 2027", 52)


def test_dates_are_shown_before_anything_is_copied(client, officer, programme, page, soon):
    made = session(page, soon)
    cancelled = session(page, soon + timedelta(days=1))
    scheduling.cancel(cancelled, by=None, at=timezone.now())

    response = show(client, programme)

    (line,) = response.context["lines"]
    assert line.session == made
    assert f'value="{made.pk}"' in shown(response)
    assert ProgrammePage.objects.count() == 1


def test_what_was_shown_is_copied_and_opens(client, officer, programme, page, soon):
    made = [session(page, soon), session(page, soon + timedelta(days=1))]

    response = do(client, programme, show(client, programme), sessions=[made[1].pk])

    copied = ProgrammePage.objects.exclude(pk=programme.pk).get()
    assert response["Location"] == reverse("wagtailadmin_pages:edit", args=[copied.pk])
    (training,) = Training.objects.filter(programme=copied.programme)
    assert [one.starts_on for one in training.sessions.all()] == [
        soon + timedelta(days=1, weeks=52)
    ]
    assert client.get(response["Location"]).status_code == 200


def test_a_programme_is_copied_without_any_date(client, officer, programme, page, soon):
    session(page, soon)

    do(client, programme, show(client, programme), sessions=[])

    assert TrainingSession.objects.count() == 1
    assert ProgrammePage.objects.count() == 2


def test_a_date_that_has_moved_meanwhile_is_shown_again(client, officer, programme, page, soon):
    made = session(page, soon)
    before = show(client, programme)
    to = scheduling.shifted(made, days=1)
    scheduling.reschedule(made, to=to, by=None, at=timezone.now())

    response = do(client, programme, before)

    assert response.status_code == 200
    assert response.context["ticked"] == {made.pk}
    assert response.context["form"]["title"].value() == "Accompagner 2027"
    assert ProgrammePage.objects.count() == 1


def test_other_weeks_than_those_shown_are_shown_first(client, officer, programme, page, soon):
    session(page, soon)

    response = do(client, programme, show(client, programme), weeks="53")

    (line,) = response.context["lines"]
    assert line.copy.starts_on == soon + timedelta(weeks=53)
    assert ProgrammePage.objects.count() == 1


def test_what_was_ticked_stays_ticked(client, officer, programme, page, soon):
    made = [session(page, soon), session(page, soon + timedelta(days=1))]
    before = show(client, programme)

    response = show(
        client, programme, seen=before.context["seen"], sessions=[made[0].pk], title="Autre"
    )

    assert response.context["ticked"] == {made[0].pk}


@pytest.mark.parametrize("wrong", [{"title": ""}, {"weeks": "0"}], ids=str)
def test_what_was_ticked_survives_an_error(client, officer, programme, page, soon, wrong):
    made = [session(page, soon), session(page, soon + timedelta(days=1))]
    before = show(client, programme)

    response = do(client, programme, before, sessions=[made[1].pk], **wrong)

    assert response.context["form"].errors
    sent = querydict_from_html(response.content.decode())
    sent = sent.dict() | {"title": "Accompagner 2027", "weeks": "52", "show": "1"}
    assert client.post(copy_url(programme), sent).context["ticked"] == {made[1].pk}


@pytest.mark.parametrize("button", ["show", "copy"])
@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "a" * 256}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"weeks": ""}, "weeks"),
        ({"weeks": "0"}, "weeks"),
        ({"weeks": "521"}, "weeks"),
        ({"weeks": "-1"}, "weeks"),
        ({"weeks": "9" * 400}, "weeks"),
        ({"weeks": "un an"}, "weeks"),
    ],
    ids=str,
)
def test_what_cannot_be_right_is_told(client, officer, programme, page, fields, field, button):
    response = client.post(copy_url(programme), typed(**fields, **{button: "1"}))

    assert response.status_code == 200
    assert list(response.context["form"].errors) == [field]
    assert ProgrammePage.objects.count() == 1


@pytest.mark.parametrize("sessions", [["0"], ["x"], ["9" * 400], ["-1", "1e3", "\u0661"]])
def test_ticks_made_by_hand_copy_nothing_else(client, officer, programme, page, soon, sessions):
    session(page, soon)

    response = do(client, programme, show(client, programme), sessions=sessions)

    assert response.status_code == 302
    assert TrainingSession.objects.count() == 1


def test_reading_the_screen_changes_nothing(client, officer, programme, page, soon):
    session(page, soon)

    client.get(copy_url(programme), typed(copy="1"))

    assert ProgrammePage.objects.count() == 1


def may_not_add_dates():
    return user("trainings.change_trainingsession", pages=True)


def may_not_add_pages():
    return user("trainings.add_trainingsession")


def may_work_in_dutch_only():
    officer = user("trainings.add_trainingsession", name="nl", pages=True)
    dutch = Page.objects.get(locale=Locale.objects.get(language_code="nl"), depth=2)
    GroupPagePermission.objects.filter(group__in=officer.groups.all()).update(page=dutch)
    return officer


@pytest.mark.parametrize("who", [may_not_add_dates, may_not_add_pages, may_work_in_dutch_only])
def test_who_may_not_add_all_of_it_copies_nothing(client, programme, page, soon, who):
    translated(page, "nl", "Op zoek naar een woning")
    client.force_login(who())
    dutch = ProgrammePage.objects.get(locale__language_code="nl")

    for one in (programme, dutch):
        assert client.get(copy_url(one)).status_code in (302, 403)
        assert client.post(copy_url(one), typed(copy="1")).status_code in (302, 403)
        edit = client.get(reverse("wagtailadmin_pages:edit", args=[one.pk]))
        assert copy_url(one) not in shown(edit)
    assert ProgrammePage.objects.count() == 2


def test_a_page_that_does_not_exist_is_not_found(client, officer):
    address = reverse("trainings_admin:copy_programme", args=[10**9])

    assert client.get(address, follow=True).status_code == 404


def test_the_listing_takes_as_many_queries_for_each_further_page(client, officer, programme):
    def queries():
        address = reverse("wagtailadmin_explore", args=[programme.pk])
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        return len(captured)

    numbers = []
    for number in range(3):
        training_page(programme, title=f"Formation {number}")
        numbers.append(queries())

    assert numbers[2] - numbers[1] <= numbers[1] - numbers[0]
