"""No public page and no admin screen of ours has a fault that axe finds, or is cut at 320 px."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from registrations.enums import Question
from registrations.models import (
    AccessToken,
    OutgoingEmail,
    Participation,
    PartnerService,
    Registration,
    SignUpQuestions,
)
from tests.factories.registrations import person, registration
from tests.factories.trainings import session, venue
from tests.factories.users import user
from tests.looking import NARROW, WIDE, beyond_the_edge, faults, faults_in_both_schemes, log_in
from trainings.domain import scheduling
from trainings.models import Theme, TrainingSession

CATALOGUE = ["catalogue", "filters", "nothing found", "month", "empty month", "archive"]
OWN_CALENDAR = ["own calendar", "own calendar made", "own calendar revoked"]
PUBLIC = [
    *(*CATALOGUE, "programme", "training", "form", "form with errors", "receipt"),
    *OWN_CALENDAR,
]


@pytest.fixture
def dates(site):
    """Sessions in every state, on many days, so that each screen has all it can have."""
    now, today = timezone.now(), timezone.localdate()
    first, second = site.pages
    Theme.objects.create(name={"fr": "Énergie", "nl": "Energie"}, slug="energie")
    Theme.objects.create(name={"fr": "Logement", "nl": "Wonen"}, slug="logement")
    for page, theme in zip(site.pages, Theme.objects.all(), strict=True):
        page.training.themes.add(theme)
        page.training.languages = ["fr", "nl"]
        page.training.save()
    soon = site.mornings[0].starts_on
    days = [soon + timedelta(days=number) for number in range(1, 31)]
    halls = [venue(name="Salle 2"), venue(name="Salle 3", municipality="Mons")]
    made = [
        session(first if day.day % 2 else second, day, venue=halls[day.day % 2]) for day in days
    ]
    scheduling.postpone(made[0], reason={"fr": "Malade", "nl": "Ziek"}, by=None, at=now)
    scheduling.cancel(made[1], by=None, at=now)
    to = {**scheduling.shifted(made[2], days=1), "venue_id": halls[0].pk}
    scheduling.reschedule(made[2], to=to, by=None, at=now)
    session(second, soon, ends_on=soon + timedelta(days=2), online_url="https://meet.example/")
    for years in (1, 2):
        session(first, today.replace(year=today.year - years, day=9), venue=halls[0])
    return {
        "filters": "?q=m%C3%A9nage&theme=energie&place=Charleroi&kind=party",
        "nothing found": "?q=introuvable&places=left",
        "month": f"?month={days[0]:%Y-%m}",
        "empty month": "?month=2090-01",
        "archive": f"?year={today.year - 1}",
    }


@pytest.fixture
def visit(site, dates):
    """Open one of the pages named above, in one language."""

    def open_page(page, name, language):
        translated = {
            **dict.fromkeys(CATALOGUE, site.index),
            "programme": site.programme,
            "training": site.pages[0],
        }
        if name in translated:
            found = next(
                one
                for one in translated[name].get_translations(inclusive=True)
                if one.locale.language_code == language
            )
            page.goto(site.url + found.url + dates.get(name, ""))
            return
        if name in OWN_CALENDAR:
            theirs = person(site.mornings[0], email=f"{name.split()[-1]}@cpas.example")
            registration(theirs, at=timezone.now())
            one = Participation.objects.latest("pk")
            secret = AccessToken.for_calendar(one, at=timezone.now()).saved()
            page.goto(f"{site.url}/{language}/inscriptions/calendar/{secret}/")
            for _press in range(OWN_CALENDAR.index(name)):
                page.locator("[name=do]").last.click()
                page.wait_for_load_state()
            return
        uid = site.pages[0].training.programme.uid
        page.goto(f"{site.url}/{language}/inscriptions/programme/{uid}/")
        if name == "form":
            return
        if name == "form with errors":
            page.locator("[name=booking-service_name]").fill("unknown")
            page.locator("[name=booking-email]").fill("no address")
            page.locator("[data-submit]").click()
            page.locator("[aria-invalid=true]").first.wait_for()
            return
        page.locator("[name=booking-service_name]").fill("CPAS de Charleroi")
        page.locator("[name=booking-first_name]").fill("Camille")
        page.locator("[name=booking-last_name]").fill("Du Service")
        page.locator("[name=booking-email]").fill("camille@cpas.example")
        page.locator("[name=booking-may_name_partner][value=no]").check()
        page.locator("[name=people-0-is_booker]").check()
        page.locator("[name=people-0-function]").fill("assistante")
        page.locator("[name=people-0-sessions]").first.check()
        page.locator("[data-submit]").click()
        page.wait_for_url("**/registration/**")

    return open_page


@pytest.mark.parametrize("language", ["fr", "nl"])
def test_public_pages_have_no_fault_and_are_not_cut_at_320_pixels(visit, site, browser, language):
    SignUpQuestions.objects.create(training=site.pages[0].training, asked=Question.values)
    page = browser.new_page()
    found, found_narrow, wider = {}, {}, {}
    for name in PUBLIC:
        page.set_viewport_size(WIDE)
        visit(page, name, language)
        found[name] = faults_in_both_schemes(page)
        page.set_viewport_size(NARROW)
        wider[name] = beyond_the_edge(page)
        if name in CATALOGUE:  # a table becomes a list, a form folds
            found_narrow[name] = faults(page)
        Registration.objects.all().delete()

    assert found == {name: {} for name in PUBLIC}
    assert found_narrow == {name: {} for name in CATALOGUE}
    assert wider == {name: [] for name in PUBLIC}


@pytest.mark.parametrize("width", [320, 1280])
def test_a_month_is_a_table_at_every_width(visit, site, new_browser, width):
    """Shown as a list on a phone, it still is a table to those who hear it."""
    page = new_browser(viewport={"width": width, "height": 640}).new_page()
    visit(page, "month", "fr")

    table = page.get_by_role("table")
    assert table.count() == 1
    assert table.get_by_role("columnheader").count() == 7
    assert table.get_by_role("link").count() == page.locator(".trainings-month a").count()
    is_list = page.locator(".trainings-month td").first.evaluate(
        "cell => getComputedStyle(cell).display !== 'table-cell'"
    )
    assert is_list == (width == 320)


@pytest.fixture
def desk(site, new_browser):
    """An admin's browser, logged in, with one registration made."""
    person_at_desk = user(name="admin")
    person_at_desk.is_superuser = True
    person_at_desk.save()
    registration(person(*site.mornings), at=timezone.now())
    page = new_browser(viewport=WIDE).new_page()
    log_in(page, site.url, person_at_desk)
    return page


def test_our_admin_screens_have_no_fault(desk, site):
    def url(model, view, *args):
        return reverse(model.snippet_viewset.get_url_name(view), args=args)

    morning = site.mornings[0]
    screens = {
        "home": reverse("wagtailadmin_home"),
        "sessions": url(TrainingSession, "list"),
        "add a session": url(TrainingSession, "add"),
        "a session": url(TrainingSession, "edit", morning.pk),
        "call off": reverse("trainings_admin:cancel", args=[morning.pk]),
        "registrations": url(Registration, "list"),
        "a registration": url(Registration, "inspect", Registration.objects.get().pk),
        "partner services": url(PartnerService, "list"),
        "a partner service": url(PartnerService, "edit", PartnerService.objects.first().pk),
        "calendar address": url(PartnerService, "calendar", PartnerService.objects.first().pk),
        "page of a service": url(PartnerService, "page_link", PartnerService.objects.first().pk),
        "mails": url(OutgoingEmail, "list"),
        "a mail": url(OutgoingEmail, "inspect", OutgoingEmail.objects.first().pk),
    }
    found = {}
    for name, address in screens.items():
        desk.goto(site.url + address)
        found[name] = faults(desk)
        if name == "calendar address":
            desk.locator("main [value=renew]").click()
            desk.locator("#new-address").wait_for()
            found["new address"] = faults(desk)
        if name == "page of a service":
            desk.locator("main [value=send]").click()
            desk.locator("[aria-invalid=true]").wait_for()
            found["wrong address"] = faults(desk)
            desk.locator("main [value=renew]").click()
            desk.locator("#new-link").wait_for()
            found["new link"] = faults(desk)

    also = ("new address", "wrong address", "new link")
    assert found == {name: {} for name in (*screens, *also)}
