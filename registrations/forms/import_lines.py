"""A list of partner services, line by line: clean values, or sentences by line and column."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from registrations.domain.import_plan import Fault, ImportLine
from registrations.enums import RelationKind
from registrations.forms.fields import AddressField, NameField, TextField
from registrations.forms.tables import read_table
from registrations.models import ServiceKind
from registrations.models.partners import search_key
from trainings.models import content_languages

#: How a column may be headed, in English, French and Dutch: the first of each is written in the
#: example. Case, accents and order do not count.
HEADINGS = {
    "reference": ("reference, number, id", "référence, numéro", "referentie, nummer"),
    "name": (
        "name, service, partner service, organisation, organization",
        "nom, service partenaire, dénomination",
        "naam, partnerdienst, organisatie, dienst",
    ),
    "kind": ("kind, kind of service", "type, type de service, genre", "soort, soort dienst"),
    "relation": ("relation, relation with us", "lien, lien avec nous", "relatie, relatie met ons"),
    "email": ("e-mail, email, mail, e-mail address", "adresse e-mail, courriel", "e-mailadres"),
    "postal_code": ("postal code, zip", "code postal, cp", "postcode"),
    "municipality": ("municipality, town, city", "commune, ville, localité", "gemeente, stad"),
    "region": ("region", "région", "regio, gewest"),
    "neighbourhoods": (
        "neighbourhoods, neighbourhood",
        "quartiers, quartier",
        "wijken, wijk, buurten, buurt",
    ),
    "employees": (
        "employees, staff",
        "salariés, employés, travailleurs",
        "werknemers, personeel",
    ),
    "volunteers": ("volunteers", "bénévoles, volontaires", "vrijwilligers"),
    "former_names": (
        "former names, former name",
        "anciens noms, ancien nom",
        "vroegere namen, vroegere naam",
    ),
    "do_not_name": ("do not name, do not name it", "ne pas citer, ne pas nommer", "niet noemen"),
    "contact_first_name": (
        "contact first name, first name",
        "prénom du contact, prénom",
        "voornaam contactpersoon, voornaam contact, voornaam",
    ),
    "contact_last_name": (
        "contact last name, contact name, contact, last name",
        "nom du contact, nom de famille",
        "naam contactpersoon, naam contact, contactpersoon, familienaam",
    ),
    "contact_function": (
        "contact function, function",
        "fonction du contact, fonction",
        "functie contactpersoon, functie",
    ),
    "contact_email": (
        "contact e-mail, contact email",
        "e-mail du contact, courriel du contact",
        "e-mail contactpersoon, e-mail contact",
    ),
    "contact_phone": (
        "contact phone, phone",
        "téléphone du contact, téléphone, gsm",
        "telefoon contactpersoon, telefoon contact, telefoon",
    ),
}
WRITTEN_IN = ("en", "fr", "nl")
KNOWN = {
    search_key(heading): name
    for name, languages in HEADINGS.items()
    for told in languages
    for heading in told.split(",")
}
#: These may have several columns, and several values in one.
SEVERAL = ("neighbourhoods", "former_names")
WRITTEN_YES = {"1", "x", "yes", "true", "oui", "vrai", "ja", "waar"}
WRITTEN_NO = {"0", "no", "false", "non", "faux", "nee", "neen", "onwaar"}


class NumberField(forms.IntegerField):
    """As people write numbers: with spaces, or dots, between thousands."""

    def to_python(self, value):
        if isinstance(value, str):
            value = re.sub(r"\s", "", value)
            if re.fullmatch(r"\d{1,3}(\.\d{3})+", value):
                value = value.replace(".", "")
        return super().to_python(value)


class PartedNamesField(forms.CharField):
    """Names parted by semicolons, each once."""

    def __init__(self, *, longest: int, **kwargs):
        super().__init__(**kwargs)
        self.one = NameField(max_length=longest)

    def to_python(self, value):
        told = [name.strip() for name in (value or "").split(";")]
        found = [self.one.clean(name) for name in told if name]
        return tuple({name.casefold(): name for name in reversed(found)}.values())[::-1]


class OneOfField(forms.CharField):
    """Words that stand for a value, given as `values` by search key."""

    values: dict[str, Any] = {}

    def to_python(self, value):
        value = super().to_python(value)
        if not value:
            return None
        known = self.values.get(search_key(value))
        if known is None:
            raise ValidationError(self.error_messages["unknown"])
        return known


class LineForm(forms.Form):
    reference = TextField(max_length=40, required=False)
    name = NameField(
        max_length=160, error_messages={"required": _("Please write the name of the service.")}
    )
    kind = OneOfField(
        required=False,
        error_messages={"unknown": _("There is no such kind of service in the list of kinds.")},
    )
    relation = OneOfField(
        required=False, error_messages={"unknown": _("There is no such relation.")}
    )
    email = AddressField(max_length=254, required=False)
    postal_code = TextField(max_length=12, required=False)
    municipality = NameField(max_length=120, required=False)
    region = NameField(max_length=120, required=False)
    neighbourhoods = PartedNamesField(longest=120, required=False)
    employees = NumberField(min_value=0, max_value=10_000_000, required=False)
    volunteers = NumberField(min_value=0, max_value=10_000_000, required=False)
    former_names = PartedNamesField(longest=160, required=False)
    do_not_name = OneOfField(
        required=False, error_messages={"unknown": _("Please write yes or no.")}
    )
    contact_first_name = NameField(max_length=80, required=False)
    contact_last_name = NameField(max_length=80, required=False)
    contact_function = TextField(max_length=120, required=False)
    contact_email = AddressField(max_length=254, required=False)
    contact_phone = TextField(max_length=40, required=False)

    def __init__(self, *args, vocabulary: dict[str, dict[str, Any]], **kwargs):
        super().__init__(*args, **kwargs)
        for name, values in vocabulary.items():
            self.fields[name].values = values

    def clean(self):
        cleaned = super().clean()
        has_contact = any(
            value for name, value in cleaned.items() if name.startswith("contact_") and value
        )
        if (
            has_contact
            and not cleaned.get("contact_last_name")
            and not self.has_error("contact_last_name")
        ):
            self.add_error("contact_last_name", _("Please write the last name of the contact."))
        return cleaned

    @property
    def values(self) -> dict[str, Any]:
        """What the line says; what is empty says nothing."""
        said = {
            name: value
            for name, value in self.cleaned_data.items()
            if value is not None and value not in ("", ())
        }
        if "kind" in said:
            said["kind_id"] = said.pop("kind")
        return said


@dataclass
class ReadList:
    """A file as it was read; `unused` are headings that stand for nothing."""

    lines: list[ImportLine] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)


def headings() -> dict[str, str]:
    """By column, how it is headed in the active language, or in English."""
    language = (get_language() or "en").partition("-")[0]
    place = WRITTEN_IN.index(language) if language in WRITTEN_IN else 0
    return {
        name: capfirst(told[place].partition(",")[0].strip()) for name, told in HEADINGS.items()
    }


def read_list(content: bytes) -> ReadList:
    """Lines and faults of a file. Raises ValidationError when it is no list of services."""
    rows = read_table(content)
    if not rows:
        raise ValidationError(_("This file is empty."))
    headings = rows[0][1]
    columns = [_column(heading) for heading in headings]
    _check_columns(headings, columns)
    if len(rows) == 1:
        raise ValidationError(_("This file has headings only."))
    found = ReadList(
        columns=list(dict.fromkeys(name for name in columns if name)),
        unused=[told for told, name in zip(headings, columns, strict=True) if told and not name],
    )
    vocabulary = _vocabulary()
    named = dict(zip(columns, headings, strict=True))
    for number, cells in rows[1:]:
        form = LineForm(_data(columns, cells), vocabulary=vocabulary)
        if form.is_valid():
            found.lines.append(ImportLine(number, form.values))
        else:
            found.faults += _faults(number, form, named)
    return found


def _column(heading: str) -> str:
    """What a heading stands for: "Quartier 2" is a column of neighbourhoods too."""
    return KNOWN.get(search_key(re.sub(r"[\s_(]*\d+\)?$", "", heading)[:120]), "")


def _check_columns(headings: list[str], columns: list[str]) -> None:
    if "name" not in columns:
        raise ValidationError(
            _("There is no column with the names of the services: head it “Name”.")
        )
    for position, name in enumerate(columns):
        if name and name not in SEVERAL and name in columns[:position]:
            raise ValidationError(
                _("Two columns mean the same: “%(first)s” and “%(second)s”."),
                params={"first": headings[columns.index(name)], "second": headings[position]},
            )


def _data(columns: list[str], cells: list[str]) -> dict[str, str]:
    told: dict[str, list[str]] = {}
    for name, cell in zip(columns, cells, strict=False):
        if name and cell:
            told.setdefault(name, []).append(cell.replace("\n", ";") if name in SEVERAL else cell)
    return {name: ";".join(values) for name, values in told.items()}


def _faults(number: int, form: LineForm, named: dict[str, str]) -> Iterable[Fault]:
    for name, sentences in form.errors.items():
        for sentence in sentences:
            yield Fault(number, named.get(name, ""), str(sentence))


def _vocabulary() -> dict[str, dict[str, Any]]:
    """Kinds by what they are called in any language; so with relations, and yes and no."""
    kinds: dict[str, int] = {}
    relations = {search_key(code): code for code in RelationKind.values}
    for kind in ServiceKind.objects.all():
        for name in kind.name.values():
            kinds.setdefault(search_key(name), kind.pk)
    for language in {*content_languages(), get_language() or "", "en"}:
        with translation.override(language):
            relations |= {search_key(str(label)): code for code, label in RelationKind.choices}
    said = dict.fromkeys(WRITTEN_YES, True) | dict.fromkeys(WRITTEN_NO, False)
    return {"kind": kinds, "relation": relations, "do_not_name": said}
