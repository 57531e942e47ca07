"""The organiser's screens in a browser: no fault, on a phone, by keyboard, without a script."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.users.models import UserProfile

from registrations.domain import waiting_list
from registrations.domain.people import unnamed
from registrations.enums import Promotion
from registrations.models import Participation, Registration, SignUpRules, Workshop
from tests.factories.registrations import booker, partner, person, registration
from tests.factories.trainings import catalogue, programme_page, session, training_page
from tests.factories.users import organiser
from tests.looking import NARROW, log_in, wide_and_narrow


@pytest.fixture
def morning(transactional_db):
    """Somebody in every state that a session can have."""
    now = timezone.now() - timedelta(hours=5)
    page = training_page(programme_page(catalogue()))
    one = session(page, timezone.localdate() + timedelta(days=6), capacity=3)
    session(page, timezone.localdate() + timedelta(days=20))
    SignUpRules.objects.create(
        session=one,
        per_service=2,
        promotion=Promotion.BY_HAND,
        min_participants=8,
        decides_days_before=30,
        may_hold=10,
        names_days_before=2,
        withdraw_days_before=10,
    )
    Workshop.objects.create(session=one, title={"fr": "Énergie"}, room="A", capacity=5)
    Workshop.objects.create(session=one, title={"fr": "Baux et garanties locatives"})
    first, second = Workshop.objects.all()
    chosen = ((one.pk, first.pk, second.pk),)
    registration(
        person(one, first_name="Amina", last_name="Diallo", workshops=chosen),
        person(one, number=2, function="éducatrice de rue", workshops=chosen),
        person(one, number=3, workshops=chosen),
        partner=partner("CPAS de Charleroi"),
        at=now,
    )
    for number, name in enumerate(("Forem", "Relais social du Pays de Charleroi"), start=4):
        registration(
            person(one, number=number * 10, workshops=chosen),
            person(one, number=number * 10 + 1, workshops=chosen),
            partner=partner(name),
            booker=booker(email=f"b{number}@x.example", keep_together=number == 5),
            at=now + timedelta(minutes=number),
        )
    registration(
        *unnamed(2, session_ids=[one.pk]),
        partner=partner("Haute École Louvain en Hainaut"),
        booker=booker(email="ecole@x.example"),
        at=now + timedelta(minutes=20),
    )
    waiting = Participation.objects.waiting()
    waiting_list.offer(waiting[1:2], overruled="Convention", by=None, at=timezone.now())
    return one


@pytest.fixture
def enter(live_server, new_browser, morning):
    """Open the admin as an organiser."""
    made = organiser()
    UserProfile.objects.create(user=made, preferred_language="fr")

    def open_one(**options):
        page = new_browser(**options).new_page()
        log_in(page, live_server.url, made)
        return page

    return open_one


def address(live_server, view, of):
    return live_server.url + reverse(f"registrations_admin:{view}", args=[of.pk])


def screens(page, live_server, morning):
    """Each screen by its name, one after the other."""
    people = address(live_server, "people", morning)
    page.goto(people)
    yield "people"
    for verb in ("promote", "withdraw", "replace"):
        page.goto(people)
        lists = page.locator(
            "section:has(#waiting)" if verb == "promote" else "section:has(#services)"
        )
        box = lists.locator("[name=person]")
        (box.last if verb == "promote" else box.first).check()
        lists.locator(f"[value={verb}]").click()
        page.locator("[name=confirmed]").wait_for()
        yield verb
        if verb != "withdraw":
            page.locator("[name=confirmed]").click()
            page.locator("#errors").wait_for()
            yield f"{verb} to correct"
    page.goto(address(live_server, "enter_session", morning))
    yield "entry"
    page.locator("[name=booking-service_name]").fill("unknown")
    page.locator("[type=submit]:visible").last.click()
    page.locator("#errors").wait_for()
    yield "entry to correct"
    page.goto(address(live_server, "enter_programme", morning.training.programme))
    yield "programme"
    page.goto(live_server.url + reverse("wagtailadmin_home"))
    page.locator("#undecided-section, [id^=panel-undecided]").first.wait_for()
    yield "home"


def test_no_screen_has_a_fault_or_is_cut(enter, live_server, morning):
    page = enter(viewport=NARROW)
    found = {}
    for name in screens(page, live_server, morning):
        found[name] = wide_and_narrow(page)

    assert found == {name: {} for name in found}


def test_a_place_is_given_by_keyboard_alone_without_script(enter, live_server, morning):
    page = enter(java_script_enabled=False)
    page.goto(address(live_server, "people", morning))
    waits = Participation.objects.waiting().first()
    page.locator(f"#waiting-{waits.pk}").press("Space")
    page.locator("section:has(#waiting) [value=promote]").press("Enter")
    page.locator("[name=reason]").fill("Elle anime un atelier")
    page.locator("[name=reason]").press("Enter")
    page.wait_for_url("**/sessions/*/")

    waits.refresh_from_db()
    assert waits.status == "CONFIRMED"


def test_somebody_who_calls_is_entered_without_script(enter, live_server, morning):
    page = enter(java_script_enabled=False)
    page.goto(address(live_server, "enter_programme", morning.training.programme))
    page.locator("[name=booking-service_name]").fill("Forem")
    page.locator("[name=booking-first_name]").fill("Camille")
    page.locator("[name=booking-last_name]").fill("Dubois")
    page.locator("[name=people-0-is_booker]").check()
    page.locator("[name=people-0-sessions]").last.check()
    page.locator("[name=booking-last_name]").press("Enter")
    page.wait_for_url("**/registration/")

    made = Registration.objects.latest("pk")
    assert (made.booker_name, made.origin) == ("Camille Dubois", "PHONE")
    assert made.participants.get().participations.get().status == "CONFIRMED"
