"""Lists of services, from the file to the directory."""

import time

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.utils import translation
from wagtail.models import ModelLogEntry

from registrations.domain import importing, merging, tending
from registrations.domain.import_plan import plan
from registrations.domain.partners import Totals, totals
from registrations.enums import PartnerStatus, RelationKind
from registrations.exceptions import ImportChangedError, LineRefusedError
from registrations.forms.import_lines import read_list
from registrations.models import (
    Contact,
    FormerName,
    Neighbourhood,
    PartnerImport,
    PartnerService,
    ServiceKind,
)
from tests.factories.lists import as_csv, as_xlsx, network_of_129
from tests.factories.registrations import partner
from tests.factories.trainings import AT

pytestmark = pytest.mark.django_db

WHOLE = Totals(services=129, neighbourhoods=320, employees=13_000, volunteers=2_500)


def bring(rows, *, write=as_csv, skips_faults=False, by=None):
    """From the file to the directory, as the screen does it."""
    content = rows if isinstance(rows, bytes) else write(rows)
    file = importing.keep(content, name="liste.csv", by=by, at=AT)
    read = read_list(bytes(file.content))
    shown = plan(read.lines, list(read.faults)).digest
    return importing.carry_out(
        file,
        read.lines,
        read.faults,
        shown=shown,
        skips_faults=skips_faults,
        by=by,
        at=AT,
    )


def counts(done):
    return len(done.new), len(done.changed), done.unchanged, len(done.faults)


@pytest.mark.parametrize("write", [as_csv, as_xlsx])
def test_a_network_of_129_is_imported_twice_and_is_there_once(write):
    began = time.perf_counter()
    first = bring(network_of_129(), write=write)
    took = time.perf_counter() - began

    assert counts(first) == (129, 0, 0, 0)
    assert totals() == WHOLE
    assert counts(bring(network_of_129(), write=write)) == (0, 0, 129, 0)
    assert totals() == WHOLE
    assert took < 10  # half a second on a quiet machine
    assert set(PartnerService.objects.values_list("relation", flat=True)) == {RelationKind.MEMBER}


def test_one_bad_line_is_named_and_nothing_is_imported_unless_told_to():
    rows = network_of_129()
    rows[57][6] = "beaucoup"
    read = read_list(as_csv(rows))
    with translation.override("fr"):
        (fault,) = read.faults

    assert (fault.number, fault.column) == (58, "Salariés")
    with pytest.raises(ImportChangedError):
        bring(rows)
    assert PartnerService.objects.count() == 0

    assert counts(bring(rows, skips_faults=True)) == (128, 0, 0, 1)
    assert PartnerService.objects.count() == 128


def test_it_takes_the_same_number_of_queries_however_many_there_are(django_assert_max_num_queries):
    bring(network_of_129())
    rows = [[*row[:6], *(["9"] * 2 if at else row[6:])] for at, row in enumerate(network_of_129())]
    with django_assert_max_num_queries(40):
        assert counts(bring(rows)) == (0, 129, 0, 0)
    assert totals().employees == 129 * 9


def test_a_list_that_changes_changes_only_what_it_says():
    kind = ServiceKind.objects.create(name={"fr": "CPAS", "nl": "OCMW"})
    bring(
        [
            ["Nom", "Type", "Commune", "Salariés", "Quartiers", "Quartier 2"],
            ["CPAS de Charleroi", "ocmw", "Charleroi", "1 200", "Gilly; Jumet", "Roux"],
        ]
    )
    PartnerService.objects.update(email="accueil@cpas.example", relation=RelationKind.RELAY)
    done = bring(
        [
            ["naam", "gemeente", "werknemers", "vrijwilligers", "wijken", "e-mail"],
            ["C.P.A.S. Charleroi", "CHARLEROI", "1.300", "0", "Gilly;Dampremy;gilly", ""],
        ]
    )

    one = PartnerService.objects.get()
    assert counts(done) == (0, 1, 0, 0)
    assert (one.name, one.kind, one.municipality) == ("C.P.A.S. Charleroi", kind, "CHARLEROI")
    assert (one.employees, one.volunteers) == (1300, 0)
    assert (one.email, one.relation) == ("accueil@cpas.example", RelationKind.RELAY)
    assert {row.name for row in one.neighbourhoods.all()} == {"Gilly", "Dampremy"}
    assert FormerName.objects.count() == 0  # the same words
    assert counts(bring([["nom", "quartiers"], ["cpas charleroi", ""]])) == (0, 1, 0, 0)
    assert Neighbourhood.objects.count() == 2


def test_a_service_is_found_by_its_number_and_keeps_its_former_name():
    bring([["numéro", "nom"], ["7", "Le Val d'Heure"]])
    bring([["numéro", "nom"], ["7", "La Sambrienne"]])
    one = PartnerService.objects.get()
    assert (one.name, [row.name for row in one.former_names.all()]) == (
        "La Sambrienne",
        ["Le Val d'Heure"],
    )

    # The list of before finds it, and does not bring the old name back.
    assert counts(bring([["numéro", "nom"], ["7", "Le Val d'Heure"]])) == (0, 0, 1, 0)
    assert counts(bring([["nom"], ["val heure"]])) == (0, 0, 1, 0)
    assert PartnerService.objects.get().name == "La Sambrienne"


def test_contacts_come_along_and_are_found_again():
    head = ["nom", "prénom", "nom du contact", "fonction", "e-mail du contact", "téléphone"]
    who = ["Forem", "Personne", "Contact", "accueil", "contact@forem.example", "071 00 00 00"]
    bring([head, who])
    contact = Contact.objects.get()
    assert (contact.name, contact.is_primary, contact.phone) == (
        "Personne Contact",
        True,
        "071 00 00 00",
    )

    assert counts(bring([head, who])) == (0, 0, 1, 0)
    bring([head, [*who[:3], "direction", *who[4:]]])
    bring([head, ["Forem", "Autre", "Contact", "", "", ""]])
    assert list(Contact.objects.values_list("first_name", "function", "is_primary")) == [
        ("Personne", "direction", True),
        ("Autre", "", False),
    ]


def test_who_was_to_check_is_listed():
    partner("Forem", status=PartnerStatus.TO_CHECK, municipality="Charleroi")

    assert counts(bring([["nom", "commune"], ["FOREM", "charleroi"]])) == (0, 1, 0, 0)
    assert PartnerService.objects.get().status == PartnerStatus.LISTED


def sentences(rows):
    read = read_list(as_csv(rows))
    found = plan(read.lines, list(read.faults))
    return [(fault.number, fault.sentence) for fault in found.faults]


def test_what_cannot_be_told_apart_is_told():
    for where in ("Mons", "Charleroi"):
        partner("Relais social", municipality=where)
    partner("Personne", status=PartnerStatus.REFUSED, municipality="")
    partner("Forem", reference="1", municipality="")

    assert sentences(
        [
            ["numéro", "nom", "commune"],
            ["", "Relais social", ""],
            ["", "Relais social", "Mons"],
            ["", "social relais", "mons"],
            ["", "Personne", ""],
            ["2", "Forem", ""],
            ["3", "Nouveau", "Mons"],
            ["3", "Autre", "Mons"],
            ["", "nouveau", "Mons"],
            ["1", "Relais social", "Charleroi"],
        ]
    ) == [
        (2, str(LineRefusedError.AMBIGUOUS)),
        (4, LineRefusedError.SAME_AS_LINE % {"line": 3}),
        (5, str(LineRefusedError.REFUSED)),
        (6, LineRefusedError.OTHER_NUMBER % {"number": "1"}),
        (8, LineRefusedError.SAME_AS_LINE % {"line": 7}),
        (9, LineRefusedError.SAME_AS_LINE % {"line": 7}),
        (10, str(LineRefusedError.NAME_TAKEN)),
    ]


def test_a_list_in_which_two_were_merged_is_imported_again():
    rows = [["numéro", "nom"], ["1", "Maison d'accueil"], ["2", "Accueil de nuit"]]
    bring(rows)
    kept, merged = PartnerService.objects.order_by("reference")
    merging.merge(kept, merged, by=None, at=AT)

    assert counts(bring(rows)) == (0, 0, 2, 0)
    assert counts(bring([["nom"], ["Maison d'accueil"], ["Accueil de nuit"]])) == (0, 0, 2, 0)
    kept.refresh_from_db()
    assert (kept.name, kept.reference) == ("Maison d'accueil", "1")


@pytest.mark.parametrize(
    ("column", "typed"),
    [
        ("nom", "..."),
        ("nom", "http://example.org"),
        ("nom", "x" * 161),
        ("nom", "Forem\u202e"),
        ("salariés", "-1"),
        ("salariés", "9" * 5000),
        ("salariés", "1e9"),
        ("salariés", "13.5"),
        ("type", "inconnu"),
        ("lien", "ami"),
        ("e-mail", "pas une adresse"),
        ("code postal", "x" * 13),
        ("quartiers", "Gilly; " + "x" * 121),
        ("ne pas nommer", "peut-être"),
        ("téléphone", "071"),
    ],
)
def test_each_cell_is_judged_by_its_column(column, typed):
    line = {"nom": "Forem", column: typed}
    read = read_list(as_csv([list(line), list(line.values()), ["Autre", ""]]))

    assert [(fault.number, bool(fault.sentence)) for fault in read.faults] == [(2, True)]
    if column != "téléphone":
        assert read.faults[0].column == column


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [["nom", "commune"]],
        [["commune"], ["Mons"]],
        [["nom", "naam"], ["Forem", "Forem"]],
        [["1", "2"], ["3", "4"]],
    ],
)
def test_what_is_no_list_of_services_is_refused(rows):
    with pytest.raises(ValidationError):
        read_list(as_csv(rows))


def test_a_line_without_a_name_is_told():
    (fault,) = read_list(as_csv([["nom", "commune"], ["", "Mons"]])).faults

    assert (fault.number, fault.column) == (2, "nom")


def test_a_column_that_means_nothing_is_told():
    assert read_list(as_csv([["nom", "Couleur", ""], ["Forem", "bleu", ""]])).unused == ["Couleur"]


def test_what_was_not_shown_is_not_written():
    file = importing.keep(as_csv([["nom"], ["Forem"]]), name="x", by=None, at=AT)
    read = read_list(bytes(file.content))
    shown = plan(read.lines).digest
    partner("Forem", municipality="", status=PartnerStatus.TO_CHECK)

    with pytest.raises(ImportChangedError):
        importing.carry_out(file, read.lines, [], shown=shown, skips_faults=False, by=None, at=AT)

    assert PartnerService.objects.get().status == PartnerStatus.TO_CHECK
    assert PartnerImport.objects.count() == 1


def test_the_log_has_one_line_and_the_file_is_gone():
    bring([["nom"], ["Forem"], ["Autre"]])

    (told,) = ModelLogEntry.objects.filter(action="registrations.import_partners")
    assert told.data == {"new": 2, "changed": 0, "unchanged": 0, "faults": 0}
    assert PartnerImport.objects.count() == 0


def test_a_file_is_kept_for_a_day_and_for_who_brought_it():
    user = get_user_model().objects.create_user("gestion")
    file = importing.keep(b"nom\nForem", name="x" * 300, by=user, at=AT)
    assert importing.kept(file.pk, by=user, at=AT + importing.KEPT) == file
    assert importing.kept(file.pk, by=get_user_model().objects.create_user("b"), at=AT) is None

    later = AT + importing.KEPT * 1.01
    assert importing.kept(file.pk, by=user, at=later) is None
    tending.tend_files(at=later)
    assert not PartnerImport.objects.filter(pk=file.pk).exists()
