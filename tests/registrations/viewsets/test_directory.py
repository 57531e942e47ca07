"""The directory in the admin: who may do what, what each screen says, what it refuses."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from wagtail.models import ModelLogEntry
from wagtail.users.models import UserProfile

from registrations.domain import merging, partners
from registrations.enums import PartnerStatus, PresenceState
from registrations.exceptions import CannotUndoMergeError, ListedAlreadyError
from registrations.forms.import_lines import read_list
from registrations.models import (
    AttendanceSheet,
    Contact,
    DifferentServices,
    FormerName,
    Neighbourhood,
    Participation,
    PartnerImport,
    PartnerMerge,
    PartnerService,
)
from registrations.viewsets.calendar_addresses import url_of
from tests.factories.lists import as_csv, as_xlsx, network_of_129
from tests.factories.registrations import partner, person, registration
from tests.factories.trainings import catalogue, programme_page, session, training_page
from tests.factories.users import organiser, registrations_manager, user

pytestmark = pytest.mark.django_db


def directory_manager(name="annuaire"):
    """Keeps the directory, and sees nobody who is registered."""
    acts = ("view", "add", "change", "delete")
    return user(*[f"registrations.{act}_partnerservice" for act in acts], name=name)


@pytest.fixture
def manager(client):
    made = directory_manager()
    client.force_login(made)
    return made


@pytest.fixture
def page():
    return training_page(programme_page(catalogue()))


def address(name, *args):
    return reverse(f"registrations_admin:{name}", args=args)


def told(response):
    return [str(message) for message in response.context["messages"]]


def cost(client, url):
    """How many queries the screen takes, once what is asked once a process is known."""
    client.get(url)
    with CaptureQueriesContext(connection) as context:
        assert client.get(url).status_code == 200
    return len(context)


# --- who may -----------------------------------------------------------------------------------


SCREENS = [
    ("to_check", False),
    ("duplicates", False),
    ("merge_partners", True),
    ("import_partners", False),
    ("import_example", False),
]


@pytest.mark.parametrize(("name", "of_one"), SCREENS)
def test_these_are_for_who_may_change_services(client, name, of_one):
    url = address(name, partner().pk) if of_one else address(name)
    client.force_login(directory_manager())
    assert client.get(url).status_code == 200

    client.force_login(organiser())
    assert client.get(url).status_code in (302, 403)
    client.force_login(user("registrations.view_partnerservice", name="lecture"))
    assert client.get(url).status_code in (302, 403)
    client.logout()
    assert client.get(url).status_code == 302


def test_who_may_only_look_sees_the_list_and_the_sheet(client):
    one = partner()
    Contact.objects.create(partner=one, last_name="Directrice", is_primary=True)
    client.force_login(user("registrations.view_partnerservice", name="lecture"))

    assert "Directrice" in client.get(url_of("list")).text
    sheet = client.get(url_of("inspect", one.pk)).text
    assert "Directrice" in sheet
    assert address("decide_partner", one.pk) not in sheet
    assert client.post(address("decide_partner", one.pk), {"do": "refuse"}).status_code == 302
    one.refresh_from_db()
    assert one.status == PartnerStatus.LISTED


def test_contacts_are_for_who_may_see_the_directory(client):
    one = partner()
    Contact.objects.create(partner=one, last_name="Directrice", is_primary=True)
    client.force_login(organiser())

    assert client.get(url_of("list")).status_code == 302
    assert client.get(url_of("inspect", one.pk)).status_code == 302


# --- list --------------------------------------------------------------------------------------


def names(response):
    return [one.name for one in response.context["object_list"]]


def test_the_list_has_totals_and_leaves_out_who_is_out(client, manager):
    one = partner("Forem", employees=1300, volunteers=20)
    Neighbourhood.objects.create(partner=one, name="Gilly")
    partner("Personne", status=PartnerStatus.REFUSED)
    response = client.get(url_of("list"))

    assert names(response) == ["Forem"]
    assert vars(response.context["totals"]) == {
        "services": 1,
        "neighbourhoods": 1,
        "employees": 1300,
        "volunteers": 20,
    }
    assert names(client.get(url_of("list"), {"status": "REFUSED"})) == ["Personne"]


def test_it_is_filtered_and_searched(client, manager, page):
    now = timezone.now()
    seen = partner("Vu", municipality="Mons", region="Hainaut")
    asks = partner("Demande", municipality="Namur", wants_contact_since=now)
    FormerName.objects.create(partner=asks, name="Ancien nom")
    FormerName.objects.create(partner=asks, name="Ancien titre")
    one = session(page, timezone.localdate() - timedelta(days=900))
    registration(person(one), partner=seen, at=one.starts_at - timedelta(days=9))
    url = url_of("list")

    assert names(client.get(url, {"seen": "never"})) == ["Demande"]
    assert names(client.get(url, {"seen": "not_lately"})) == ["Demande", "Vu"]
    assert names(client.get(url, {"wants": "contact"})) == ["Demande"]
    assert names(client.get(url, {"municipality": "Mons"})) == ["Vu"]
    assert names(client.get(url, {"region": "Hainaut"})) == ["Vu"]
    assert names(client.get(url, {"q": "ancien"})) == ["Demande"]
    assert names(client.get(url, {"ordering": "-seen"})) == ["Vu", "Demande"]
    assert names(client.get(url, {"ordering": "seen"})) == ["Vu", "Demande"]
    for odd in ("x", "\x00", "9" * 40):
        for name in ("seen", "wants", "municipality", "region", "status", "kind", "ordering", "q"):
            assert client.get(url, {name: odd}).status_code == 200


def test_it_costs_the_same_for_many(client, manager, page):
    one = session(page, timezone.localdate() - timedelta(days=9))

    def fill(numbers):
        for number in numbers:
            made = partner(f"Service {number}")
            Contact.objects.create(partner=made, last_name=f"{number}", is_primary=True)
            when = one.starts_at - timedelta(days=9)
            registration(person(one, number=number), partner=made, at=when)

    fill(range(1))
    before = cost(client, url_of("list"))
    fill(range(1, 8))
    assert cost(client, url_of("list")) == before


# --- sheet -------------------------------------------------------------------------------------


def test_the_sheet_tells_what_they_came_to_and_names_nobody(client, manager, page):
    one = partner("Forem")
    past = session(page, timezone.localdate() - timedelta(days=9))
    other = session(page, timezone.localdate() - timedelta(days=5))
    coming = session(page, timezone.localdate() + timedelta(days=9), capacity=1)
    before = past.starts_at - timedelta(days=9)
    for number in (1, 2):
        who = person(past, other, coming, number=number)
        registration(who, partner=one, at=before + timedelta(minutes=number))
    there = Participation.objects.filter(session=past).first()
    Participation.objects.filter(pk=there.pk).update(
        presence=PresenceState.PRESENT, attended=timedelta(hours=3)
    )
    AttendanceSheet.objects.create(session=past, closed_at=past.ends_at)
    Contact.objects.create(partner=one, last_name="Partie", left_on=date(2020, 1, 1))
    Contact.objects.create(partner=one, last_name="Restée")

    response = client.get(url_of("inspect", one.pk))
    sheet = response.context["sheet"]
    years = [row for rows in sheet.years.values() for row in rows]
    assert [(row.session, row.registered, row.present) for row in years] == [
        (past, 2, 1),
        (other, 2, None),
    ]
    assert (sheet.presence, sheet.presence_rate) == ((1, 2), 50)
    (row,) = sheet.to_come
    assert (row.registered, row.waiting) == (1, 1)
    assert [row.last_name for row in response.context["contacts"]] == ["Restée"]
    assert [row.last_name for row in response.context["left"]] == ["Partie"]
    assert "Sociale" not in response.text
    assert address("people", coming.pk) not in response.text


def test_who_asked_to_be_contacted_is_noted_as_contacted(client, manager):
    one = partner("Forem", wants_contact_since=datetime(2027, 1, 1, tzinfo=UTC))
    sheet = url_of("inspect", one.pk)
    assert 'value="contacted"' in client.get(sheet).text

    for _twice in range(2):
        said = {"do": "contacted", "next": sheet}
        assert client.post(address("decide_partner", one.pk), said).url == sheet

    one.refresh_from_db()
    assert one.wants_contact_since is None
    assert ModelLogEntry.objects.filter(action="registrations.contacted_partner").count() == 1
    assert 'value="contacted"' not in client.get(sheet).text


# --- editor ------------------------------------------------------------------------------------


def filled(one=None, contacts=(), **said):
    rows = {
        "contacts-TOTAL_FORMS": str(len(contacts)),
        "contacts-INITIAL_FORMS": str(sum(bool(row.get("id")) for row in contacts)),
        "contacts-MIN_NUM_FORMS": "0",
        "contacts-MAX_NUM_FORMS": "1000",
    }
    for number, row in enumerate(contacts):
        rows |= {f"contacts-{number}-{name}": value for name, value in row.items()}
        rows.setdefault(f"contacts-{number}-id", "")
    return {"name": "Forem", "relation": "NONE", "municipality": "Charleroi", **rows, **said}


def test_a_service_is_written_down_with_all_that_belongs_to_it(client, manager):
    said = filled(
        contacts=[{"last_name": "Directrice", "is_primary": "on"}, {"last_name": "Accueil"}],
        neighbourhood_names="Gilly\r\nJumet\r\n\r\ngilly",
        names_before="Office de l'emploi",
        employees="12",
        reference="7",
    )
    response = client.post(url_of("add"), said)

    assert response.status_code == 302
    one = PartnerService.objects.get()
    assert (one.status, one.employees, one.reference) == (PartnerStatus.LISTED, 12, "7")
    assert [row.name for row in one.contacts.all()] == ["Directrice", "Accueil"]
    assert [row.name for row in one.neighbourhoods.all()] == ["Gilly", "Jumet"]
    assert partners.recognise("office emploi") == one
    page = client.get(url_of("edit", one.pk)).text
    assert "Gilly\nJumet" in page


def test_another_contact_becomes_the_first(client, manager):
    one = partner("Forem")
    first = Contact.objects.create(partner=one, last_name="A", is_primary=True)
    second = Contact.objects.create(partner=one, last_name="B")
    rows = [
        {"id": first.pk, "last_name": "A"},
        {"id": second.pk, "last_name": "B", "is_primary": "on"},
    ]
    for contacts in (rows, rows[::-1]):
        assert client.post(url_of("edit", one.pk), filled(contacts=contacts)).status_code == 302
        assert Contact.objects.get(is_primary=True) == second
    back = [{"id": second.pk, "last_name": "B"}, {**rows[0], "is_primary": "on"}]
    assert client.post(url_of("edit", one.pk), filled(contacts=back)).status_code == 302
    assert Contact.objects.get(is_primary=True) == first


@pytest.mark.parametrize(
    ("contacts", "sentence"),
    [
        (
            [{"last_name": "A", "is_primary": "on"}, {"last_name": "B", "is_primary": "on"}],
            "One contact of a service is the first.",
        ),
        (
            [{"last_name": "A", "is_primary": "on", "left_on": "2027-01-01"}],
            "Who has left is not the first to contact.",
        ),
    ],
)
def test_the_first_to_contact_is_one_and_is_there(client, manager, contacts, sentence):
    response = client.post(url_of("add"), filled(contacts=contacts))

    assert response.status_code == 200
    form = response.context["form"].formsets["contacts"].forms[-1]
    assert form.errors == {"is_primary": [gettext(sentence)]}
    assert not PartnerService.objects.exists()


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"name": "FOREM "}, "name"),
        ({"municipality": "CHARLEROI"}, "name"),
        ({"name": "Autre", "reference": "7"}, "reference"),
        ({"name": "Autre", "neighbourhood_names": "x" * 121}, "neighbourhood_names"),
        ({"name": "Autre", "names_before": "\u202e"}, "names_before"),
        ({"name": "Autre\x00"}, "name"),
        ({"name": "Autre", "employees": "9" * 30}, "employees"),
    ],
)
def test_what_cannot_be_is_told_beside_the_field(client, manager, said, field):
    partner("Forem", reference="7")
    response = client.post(url_of("add"), filled(**said))

    assert response.status_code == 200
    assert list(response.context["form"].errors) == [field]
    assert PartnerService.objects.count() == 1


def test_the_status_is_not_in_the_form(client, manager):
    one = partner("Forem", status=PartnerStatus.TO_CHECK)
    client.post(url_of("edit", one.pk), filled(status="MERGED"))

    one.refresh_from_db()
    assert one.status == PartnerStatus.TO_CHECK


def test_who_is_of_use_is_not_deleted(client, manager, page):
    one = partner("Forem")
    registration(person(session(page)), partner=one)
    response = client.post(url_of("delete", one.pk), follow=True)

    assert response.status_code == 200
    assert PartnerService.objects.filter(pk=one.pk).exists()


# --- to check ----------------------------------------------------------------------------------


def test_what_was_typed_is_listed_merged_or_refused(client, manager, page):
    listed = partner("CPAS de Charleroi")
    typed = partner("C.P.A.S. de Charleroi asbl", municipality="", status="TO_CHECK")
    other = partner("Une personne", status="TO_CHECK")
    made = registration(person(session(page)), partner=typed)
    response = client.get(address("to_check"))

    rows = {row["partner"]: row for row in response.context["rows"]}
    assert rows[typed]["alike"] == [listed]
    assert rows[other]["alike"] == []
    assert made.reference in response.text
    assert made.booker_last_name not in response.text

    client.post(address("decide_partner", other.pk), {"do": "refuse"})
    client.post(address("decide_partner", typed.pk), {"do": "list"})
    other.refresh_from_db()
    typed.refresh_from_db()
    assert (other.status, typed.status) == (PartnerStatus.REFUSED, PartnerStatus.LISTED)
    assert gettext("Nothing is to check.") in client.get(address("to_check")).text


def test_listed_already_it_is_proposed_to_merge(client, manager):
    listed = partner("CPAS de Charleroi")
    typed = partner("cpas charleroi", municipality="charleroi", status="TO_CHECK")
    said = {"do": "list"}
    response = client.post(address("decide_partner", typed.pk), said, follow=True)

    (message,) = told(response)
    assert str(ListedAlreadyError.message) in message
    assert f"{address('merge_partners', typed.pk)}?with={listed.pk}" in message
    typed.refresh_from_db()
    assert typed.status == PartnerStatus.TO_CHECK


@pytest.mark.parametrize("do", ["", "x", "merge"])
def test_an_unknown_decision_is_not_found(client, manager, do):
    url = address("decide_partner", partner().pk)
    assert client.post(url, {"do": do}, follow=True).status_code == 404


def test_one_goes_back_to_ones_own_site_only(client, manager):
    said = {"do": "contacted", "next": "https://elsewhere.example/"}

    assert client.post(address("decide_partner", partner().pk), said).url == address("to_check")


def test_the_queue_costs_the_same_for_many(client, manager):
    partner("CPAS de Charleroi")
    partner("cpas charleroi", status="TO_CHECK")
    before = cost(client, address("to_check"))
    for number in range(8):
        partner(f"Service {WORDS[number]}", status="TO_CHECK")
        partner(f"Service {WORDS[number]}")
    assert cost(client, address("to_check")) == before


WORDS = ("nord", "Forem", "Gilly", "asile", "jeunes", "logis", "puits", "rivage")


def test_home_says_how_many_are_to_check(client, manager):
    url = reverse("wagtailadmin_home")
    assert address("to_check") not in client.get(url).text
    partner("Typed", status="TO_CHECK")
    assert address("to_check") in client.get(url).text

    client.force_login(organiser())
    assert address("to_check") not in client.get(url).text


# --- duplicates and merges ----------------------------------------------------------------------


def test_duplicates_are_merged_or_said_to_be_different(client, manager):
    one = partner("CPAS de Charleroi")
    other = partner("cpas charleroi", municipality="")
    url = address("duplicates")
    assert client.get(url).context["pairs"] == [(one, other)]

    client.post(url, {"first": other.pk, "second": one.pk})

    assert client.get(url).context["pairs"] == []
    assert DifferentServices.objects.count() == 1


@pytest.mark.parametrize("second", ["", "x", "-1", "9" * 18, "9" * 60, "\x00"])
def test_what_no_box_of_ours_says_is_not_found(client, manager, second):
    one = partner()

    said = {"first": one.pk, "second": second}
    assert client.post(address("duplicates"), said, follow=True).status_code == 404
    said = {"with": second, "kept": one.pk}
    url = address("merge_partners", one.pk)
    assert client.post(url, said, follow=True).status_code == 404


def test_the_other_one_is_searched_and_the_two_become_one(client, manager):
    kept = partner("CPAS de Charleroi")
    typed = partner("Centre d'action sociale", municipality="", status="TO_CHECK")
    url = address("merge_partners", typed.pk)
    assert list(client.get(url).context["found"]) == []
    assert list(client.get(url, {"q": "charl"}).context["found"]) == [kept]
    for odd in ("\x00", "x" * 500, "'", "%"):
        assert client.get(url, {"q": odd}).status_code == 200

    response = client.get(url, {"with": kept.pk})
    assert [way["kept"] for way in response.context["ways"]] == [kept]
    refused = client.post(url, {"with": kept.pk, "kept": "x"})
    assert refused.status_code == 422
    response = client.post(url, {"with": kept.pk, "kept": kept.pk}, follow=True)

    merge = PartnerMerge.objects.get()
    assert (merge.kept, merge.merged) == (kept, typed)
    assert merge.merged_by == manager
    assert response.redirect_chain[0][0] == url_of("inspect", kept.pk)
    assert address("undo_merge", merge.pk) in response.text

    again = client.get(url, follow=True)
    assert again.redirect_chain[0][0] == url_of("inspect", typed.pk)
    assert client.get(url_of("edit", typed.pk)).status_code == 302
    for view in ("calendar", "page_link"):
        assert client.get(url_of(view, typed.pk), follow=True).status_code == 404
    assert "CPAS de Charleroi" in client.get(url_of("inspect", typed.pk)).text

    client.post(address("undo_merge", merge.pk))
    typed.refresh_from_db()
    assert typed.status == PartnerStatus.TO_CHECK
    *_others, sentence = told(client.post(address("undo_merge", merge.pk), follow=True))
    assert sentence.strip() == CannotUndoMergeError.UNDONE


def test_of_two_listed_ones_either_stays(client, manager):
    one, other = partner("Un"), partner("Deux")
    response = client.get(address("merge_partners", one.pk), {"with": other.pk})
    assert [way["kept"] for way in response.context["ways"]] == [other, one]

    client.post(address("merge_partners", one.pk), {"with": other.pk, "kept": one.pk})
    other.refresh_from_db()
    assert other.merged_into == one


def test_an_old_merge_has_no_button(client, manager):
    kept, merged = partner("Un"), partner("Deux")
    long_ago = timezone.now() - merging.UNDOABLE - timedelta(hours=1)
    made = merging.merge(kept, merged, by=None, at=long_ago)

    assert address("undo_merge", made.pk) not in client.get(url_of("inspect", kept.pk)).text


# --- import ------------------------------------------------------------------------------------


def upload(client, content, name="liste.csv"):
    file = SimpleUploadedFile(name, content)
    return client.post(address("import_partners"), {"file": file})


def test_a_list_is_shown_then_imported_twice_without_doubles(client, manager):
    for number, write in enumerate((as_csv, as_xlsx)):
        response = upload(client, write(network_of_129()))
        assert response.status_code == 302
        shown = client.get(response.url)
        found = shown.context["plan"]
        assert (len(found.new), found.unchanged) == ((129, 0), (0, 129))[number]
        assert PartnerService.objects.count() == number * 129
        said = {"do": "import", "shown": found.digest}
        assert client.post(response.url, said).url == url_of("list")

    totals = client.get(url_of("list")).context["totals"]
    assert list(vars(totals).values()) == [129, 320, 13_000, 2_500]


def test_a_bad_line_stops_all_unless_it_is_left_out(client, manager):
    rows = network_of_129()
    rows[3][7] = "quelques-uns"
    plan_url = upload(client, as_csv(rows)).url
    shown = client.get(plan_url)
    (fault,) = shown.context["faults"]
    assert (fault.number, fault.column) == (4, "Bénévoles")

    said = {"do": "import", "shown": shown.context["plan"].digest}
    refused = client.post(plan_url, said)
    assert refused.status_code == 422
    assert PartnerService.objects.count() == 0

    assert client.post(plan_url, {**said, "skip": "on"}).status_code == 302
    assert PartnerService.objects.count() == 128


def test_what_changed_meanwhile_is_shown_again(client, manager):
    plan_url = upload(client, as_csv([["nom"], ["Forem"]])).url
    said = {"do": "import", "shown": client.get(plan_url).context["plan"].digest}
    partner("Forem", status="TO_CHECK")

    assert client.post(plan_url, said).status_code == 409
    assert client.post(plan_url, {"do": "import", "shown": "\x00"}).status_code == 409
    assert client.post(plan_url, {"do": "drop"}).status_code == 302
    assert not PartnerImport.objects.exists()
    assert client.get(plan_url).url == address("import_partners")
    assert client.post(plan_url, said).url == address("import_partners")


def test_the_file_of_another_is_not_shown(client, manager):
    plan_url = upload(client, as_csv([["nom"], ["Forem"]])).url
    client.force_login(directory_manager("autre"))

    assert client.get(plan_url).url == address("import_partners")


@pytest.mark.parametrize(
    "content", [b"", b"\x00\xff" * 90, b"PK\x03\x04", b"nom", b"x;" * 100_000, b"commune\nMons"]
)
def test_what_is_no_list_is_refused_with_a_sentence(client, manager, content):
    response = upload(client, content)

    assert response.status_code == 422
    assert len(response.context["form"].errors["file"]) == 1
    assert not PartnerImport.objects.exists()


def test_no_file_is_a_sentence_too(client, manager):
    response = client.post(address("import_partners"))

    assert response.context["form"].errors["file"] == [gettext("Please choose a file.")]


@pytest.mark.parametrize("language", ["fr", "nl", "en"])
def test_the_example_is_a_list_that_is_understood(client, manager, language):
    UserProfile.objects.create(user=manager, preferred_language=language)
    content = client.get(address("import_example")).content
    read = read_list(content)

    assert read.unused == []
    assert read.faults == []
    assert len(read.columns) == 18


def test_a_registrations_manager_may_import_as_well(client):
    client.force_login(registrations_manager())

    assert client.get(address("import_partners")).status_code == 200
