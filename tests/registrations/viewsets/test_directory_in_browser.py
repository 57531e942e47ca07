"""The directory in a browser: no fault, on a phone, by keyboard, without a script."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.users.models import UserProfile

from registrations.models import (
    Contact,
    FormerName,
    Neighbourhood,
    PartnerMerge,
    PartnerService,
    ServiceKind,
)
from registrations.viewsets.calendar_addresses import url_of
from tests.factories.lists import as_csv
from tests.factories.registrations import partner, person, registration
from tests.factories.trainings import catalogue, programme_page, session, training_page
from tests.factories.users import user
from tests.looking import LIST_OF_WAGTAIL, NARROW, NOTHING, log_in, wide_and_narrow

LIST = [
    ["Numéro", "Nom", "Commune", "Quartiers", "Salariés", "Couleur"],
    ["1", "CPAS de Charleroi", "Charleroi", "Gilly; Jumet", "1200", "bleu"],
    ["2", "Régie de quartier du Nord", "Mons", "Nord", "12", ""],
    ["3", "Relais social", "Namur", "", "beaucoup", ""],
]


@pytest.fixture
def directory(transactional_db):
    now = timezone.now()
    page = training_page(programme_page(catalogue()))
    past = session(page, timezone.localdate() - timedelta(days=30))
    coming = session(page, timezone.localdate() + timedelta(days=30))
    kind = ServiceKind.objects.create(name={"fr": "CPAS", "nl": "OCMW"})
    one = partner("CPAS de Charleroi", kind=kind, wants_contact_since=now, employees=300)
    Contact.objects.create(
        partner=one,
        first_name="Personne",
        last_name="Responsable",
        email="personne.responsable@cpas.example",
        phone="071 00 00 00",
        is_primary=True,
    )
    Contact.objects.create(partner=one, last_name="Partie", left_on="2020-01-01")
    FormerName.objects.create(partner=one, name="Commission d'assistance publique")
    Neighbourhood.objects.create(partner=one, name="Dampremy")
    registration(person(past, coming), partner=one, at=past.starts_at - timedelta(days=9))
    typed = partner("C.P.A.S. de Charleroi", municipality="", status="TO_CHECK")
    registration(person(coming, number=2), partner=typed, at=now)
    return one, typed


@pytest.fixture
def enter(live_server, new_browser, directory):
    acts = ("view", "add", "change")
    made = user(*[f"registrations.{act}_partnerservice" for act in acts], name="annuaire")
    UserProfile.objects.create(user=made, preferred_language="fr")

    def open_one(**options):
        page = new_browser(**options).new_page()
        log_in(page, live_server.url, made)
        return page

    return open_one


def address(live_server, name, *args):
    return live_server.url + reverse(f"registrations_admin:{name}", args=args)


def screens(page, live_server, directory):
    """Each screen by its name, one after the other."""
    one, typed = directory
    page.goto(live_server.url + reverse("wagtailadmin_home"))
    yield "home"
    page.goto(live_server.url + url_of("list"))
    yield "list"
    page.goto(live_server.url + url_of("inspect", one.pk))
    yield "sheet"
    page.goto(live_server.url + url_of("edit", one.pk))
    page.locator("#id_contacts-ADD").click()
    page.locator("[name=contacts-2-is_primary]").check()
    yield "editor"
    page.locator("[name=contacts-2-last_name]").fill("Nouvelle")
    page.locator(".footer [type=submit]").first.click()
    page.locator(".w-field__errors .error-message").first.wait_for()
    yield "editor to correct"
    for name in ("to_check", "duplicates", "import_partners"):
        page.goto(address(live_server, name))
        yield name
    page.locator("[type=submit]:visible").last.click()
    page.locator("#errors").wait_for()
    yield "import to correct"
    file = {"name": "liste.csv", "mimeType": "text/csv", "buffer": as_csv(LIST)}
    page.locator("[type=file]").set_input_files([file])
    page.locator("[type=submit]:visible").last.click()
    page.locator("#skip").wait_for()
    yield "dry run"
    page.locator("[value=import]").click()
    page.locator("#errors").wait_for()
    yield "dry run refused"
    page.goto(address(live_server, "merge_partners", typed.pk))
    yield "merge"
    page.locator("#found + ul a").first.click()
    page.locator("[name=kept]").first.wait_for()
    yield "merge two"
    page.locator("form:has([name=kept]) [type=submit]").click()
    page.locator("#merges").wait_for()
    yield "merged"


def test_no_screen_has_a_fault_or_is_cut(enter, live_server, directory):
    page = enter(viewport=NARROW)
    found = {}
    for name in screens(page, live_server, directory):
        found[name] = wide_and_narrow(page, but=LIST_OF_WAGTAIL if name == "list" else NOTHING)

    assert found == {name: {} for name in found}


def test_two_are_merged_by_keyboard_alone_without_script(enter, live_server, directory):
    one, typed = directory
    page = enter(java_script_enabled=False)
    page.goto(address(live_server, "merge_partners", typed.pk))
    page.locator("[name=q]").fill("charleroi")
    page.locator("[name=q]").press("Enter")
    page.locator("#found + ul a").first.press("Enter")
    page.locator("form:has([name=kept]) [type=submit]").press("Enter")
    page.wait_for_url("**/inspect/*/")

    merge = PartnerMerge.objects.get()
    assert (merge.kept, merge.merged) == (one, typed)


def test_a_list_is_imported_without_script(enter, live_server, directory):
    page = enter(java_script_enabled=False)
    page.goto(address(live_server, "import_partners"))
    file = {"name": "liste.csv", "mimeType": "text/csv", "buffer": as_csv(LIST)}
    page.locator("[type=file]").set_input_files([file])
    page.locator("[type=submit]:visible").last.press("Enter")
    page.locator("#skip").press("Space")
    page.locator("[value=import]").press("Enter")
    page.wait_for_url("**/partnerservice/")

    assert set(PartnerService.objects.listed().values_list("reference", "employees")) == {
        ("1", 1200),
        ("2", 12),
    }
