"""What a list of partner services would change in the directory; nothing is written."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from registrations.enums import PartnerStatus
from registrations.exceptions import LineRefusedError
from registrations.models import Contact, FormerName, Neighbourhood, PartnerService
from registrations.models.partners import search_key

#: Columns that are fields of the service.
FIELDS = (
    "name",
    "kind_id",
    "relation",
    "email",
    "postal_code",
    "municipality",
    "region",
    "reference",
    "do_not_name",
    "employees",
    "volunteers",
)
CONTACT = ("first_name", "last_name", "function", "email", "phone")


@dataclass(frozen=True)
class ImportLine:
    """One line of a list, clean: by column, what is not empty."""

    number: int
    values: dict[str, Any]

    @property
    def key(self) -> str:
        return search_key(self.values["name"])[:200]


@dataclass(frozen=True)
class Fault:
    """What is wrong with a line; `column` as the list calls it, empty for the line as a whole."""

    number: int
    column: str
    sentence: str


@dataclass(frozen=True)
class Change:
    field: str
    before: Any
    after: Any


@dataclass
class Planned:
    """A service as it would be saved, and what becomes of what hangs from it."""

    number: int
    partner: PartnerService
    changes: list[Change] = field(default_factory=list)
    new_neighbourhoods: list[str] = field(default_factory=list)
    gone_neighbourhoods: list[Neighbourhood] = field(default_factory=list)
    new_names: list[str] = field(default_factory=list)
    contact: Contact | None = None

    @property
    def is_new(self) -> bool:
        return self.partner.pk is None

    @property
    def changes_nothing(self) -> bool:
        return not (
            self.is_new
            or self.changes
            or self.new_neighbourhoods
            or self.gone_neighbourhoods
            or self.new_names
            or self.contact
        )


@dataclass
class ImportPlan:
    new: list[Planned] = field(default_factory=list)
    changed: list[Planned] = field(default_factory=list)
    unchanged: int = 0
    faults: list[Fault] = field(default_factory=list)

    @property
    def writes(self) -> bool:
        return bool(self.new or self.changed)

    @cached_property
    def digest(self) -> str:
        """Of all that would be written; it changes when the directory has, where it matters."""
        told = [
            [
                *(one.number, one.partner.pk, one.changes, one.new_neighbourhoods),
                *(one.new_names, [gone.pk for gone in one.gone_neighbourhoods]),
                bool(one.contact),
            ]
            for one in [*self.new, *self.changed]
        ]
        text = json.dumps([told, self.unchanged, len(self.faults)], default=str)
        return hashlib.sha256(text.encode()).hexdigest()


def plan(lines: Iterable[ImportLine], faults: Iterable[Fault] = ()) -> ImportPlan:
    """Which services are new, and what of the others would change, in a constant number of
    queries. `faults` are those of the lines that could not be read.

    A service is found by its number in the list, else by its name in its municipality; by one it
    had before as well, which does not bring the old name back.
    """
    return _Planner().plan(list(lines), list(faults))


class _Planner:
    """The directory as it is, found by number, by name and by former name."""

    def __init__(self) -> None:
        self.by_reference: dict[str, PartnerService] = {}
        self.by_key: dict[str, list[PartnerService]] = defaultdict(list)
        self.by_former: dict[str, list[PartnerService]] = defaultdict(list)
        self.taken: dict[tuple[str, str], Any] = {}
        self.line_of: dict[Any, int] = {}
        partners = {one.pk: one for one in PartnerService.objects.order_by("pk")}
        for one in partners.values():
            self._add(one)
        self.names: dict[int, set[str]] = defaultdict(set)
        for pk, key in FormerName.objects.values_list("partner", "search_key"):
            self.by_former[key].append(partners[pk])
            self.names[pk].add(key)
        self.neighbourhoods: dict[int, list[Neighbourhood]] = defaultdict(list)
        for place in Neighbourhood.objects.all():
            self.neighbourhoods[place.partner_id].append(place)
        self.contacts: dict[int, list[Contact]] = defaultdict(list)
        for contact in Contact.objects.all():
            self.contacts[contact.partner_id].append(contact)

    def _add(self, one: PartnerService) -> None:
        if one.status == PartnerStatus.MERGED:
            if one.reference:
                self.by_reference.setdefault(one.reference, one)
            return
        if one.reference:
            self.by_reference[one.reference] = one
        self.by_key[one.search_key].append(one)
        if one.status == PartnerStatus.LISTED:
            self.taken[_place(one.search_key, one.municipality)] = one.pk

    def plan(self, lines: list[ImportLine], faults: list[Fault]) -> ImportPlan:
        found = ImportPlan(faults=faults)
        matches = []
        for line in lines:
            try:
                matches.append((line, *self._match(line)))
            except LineRefusedError as error:
                faults.append(Fault(line.number, "", str(error)))
        own = {partner.pk for _line, partner, is_own in matches if partner and is_own}
        for line, partner, is_own in matches:
            if partner and not is_own and partner.pk in own:
                found.unchanged += 1  # under the name it had; the list has its own name as well
                continue
            try:
                self._take(found, self._planned(line, partner, is_own=is_own))
            except LineRefusedError as error:
                faults.append(Fault(line.number, "", str(error)))
        faults.sort(key=lambda fault: fault.number)
        return found

    @staticmethod
    def _take(found: ImportPlan, one: Planned) -> None:
        if one.changes_nothing:
            found.unchanged += 1
        else:
            (found.new if one.is_new else found.changed).append(one)

    def _match(self, line: ImportLine) -> tuple[PartnerService | None, bool]:
        """The service this line is about, if there is one, and whether under what it is called
        and numbered now.
        """
        reference = line.values.get("reference", "")
        if known := self.by_reference.get(reference):
            if known.status == PartnerStatus.MERGED and known.merged_into:
                return known.merged_into, False
            return self._open(known), True
        for index, is_own in ((self.by_key, True), (self.by_former, False)):
            if partner := self._only_one(index.get(line.key, []), line):
                if reference and partner.reference:
                    raise LineRefusedError(LineRefusedError.OTHER_NUMBER, number=partner.reference)
                return self._open(partner), is_own
        return None, True

    @staticmethod
    def _only_one(same: list[PartnerService], line: ImportLine) -> PartnerService | None:
        said = line.values.get("municipality", "").casefold()
        if said:
            here = [one for one in same if one.municipality.casefold() == said]
            same = here or [one for one in same if not one.municipality]
        listed = [one for one in same if one.status == PartnerStatus.LISTED]
        same = listed or same
        if len(same) > 1:
            raise LineRefusedError(LineRefusedError.AMBIGUOUS)
        return same[0] if same else None

    @staticmethod
    def _open(partner: PartnerService) -> PartnerService:
        if partner.status == PartnerStatus.REFUSED:
            raise LineRefusedError(LineRefusedError.REFUSED)
        return partner

    def _planned(
        self, line: ImportLine, partner: PartnerService | None, *, is_own: bool
    ) -> Planned:
        self._check_first(line, partner)
        if partner is None:
            partner = PartnerService(status=PartnerStatus.LISTED)
        planned = Planned(line.number, partner)
        had = (partner.search_key, partner.municipality, partner.status)
        self._set_fields(planned, line, is_own=is_own)
        if had != (partner.search_key, partner.municipality, partner.status) or planned.is_new:
            self._claim_name(planned)
        self._plan_neighbourhoods(planned, line)
        self._plan_names(planned, line)
        self._plan_contact(planned, line)
        return planned

    def _check_first(self, line: ImportLine, partner: PartnerService | None) -> None:
        """Each service, and each number, once in a list."""
        told: list[Any] = [partner.pk] if partner else []
        told += [("reference", line.values["reference"])] if "reference" in line.values else []
        for key in told:
            if first := self.line_of.get(key):
                raise LineRefusedError(LineRefusedError.SAME_AS_LINE, line=first)
        self.line_of.update(dict.fromkeys(told, line.number))

    def _set_fields(self, planned: Planned, line: ImportLine, *, is_own: bool) -> None:
        partner = planned.partner
        for name in FIELDS:
            if name not in line.values:
                continue
            before, after = getattr(partner, name), line.values[name]
            if before == after or (name == "name" and self._had(partner, line, is_own=is_own)):
                continue
            if name == "name" and not planned.is_new and line.key != partner.search_key:
                planned.new_names.append(before)
            setattr(partner, name, after)
            planned.changes.append(Change(name, before, after))
        if partner.status == PartnerStatus.TO_CHECK:
            planned.changes.append(Change("status", partner.status, PartnerStatus.LISTED))
            partner.status = PartnerStatus.LISTED
        partner.search_key = search_key(partner.name)[:200]

    def _had(self, partner: PartnerService, line: ImportLine, *, is_own: bool) -> bool:
        """Whether the list has the service under a name of before."""
        return not is_own or line.key in self.names.get(partner.pk, ())

    def _claim_name(self, planned: Planned) -> None:
        partner = planned.partner
        place = _place(partner.search_key, partner.municipality)
        other = self.taken.get(place)
        if isinstance(other, Planned):
            raise LineRefusedError(LineRefusedError.SAME_AS_LINE, line=other.number)
        if other is not None and other != partner.pk:
            raise LineRefusedError(LineRefusedError.NAME_TAKEN)
        self.taken[place] = planned

    def _plan_neighbourhoods(self, planned: Planned, line: ImportLine) -> None:
        """What a line says is all there is; a line without any leaves what there is."""
        said = line.values.get("neighbourhoods")
        if not said:
            return
        there = self.neighbourhoods.get(planned.partner.pk, [])
        known = {one.name.casefold() for one in there}
        wanted = {name.casefold() for name in said}
        planned.new_neighbourhoods = [name for name in said if name.casefold() not in known]
        planned.gone_neighbourhoods = [one for one in there if one.name.casefold() not in wanted]

    def _plan_names(self, planned: Planned, line: ImportLine) -> None:
        known = {planned.partner.search_key, *self.names.get(planned.partner.pk, ())}
        told = [*planned.new_names, *line.values.get("former_names", ())]
        by_key = {search_key(name)[:200]: name for name in reversed(told)}
        planned.new_names = [name for key, name in by_key.items() if key not in known]

    def _plan_contact(self, planned: Planned, line: ImportLine) -> None:
        said = {
            name: line.values[f"contact_{name}"]
            for name in CONTACT
            if f"contact_{name}" in line.values
        }
        if not said:
            return
        there = self.contacts.get(planned.partner.pk, [])
        one = next((one for one in there if _is_same(one, said)), None)
        if one is None:
            has_first = any(one.is_primary for one in there)
            planned.contact = Contact(**said, is_primary=not has_first)
        elif any(getattr(one, name) != value for name, value in said.items()):
            for name, value in said.items():
                setattr(one, name, value)
            planned.contact = one


def _place(key: str, municipality: str) -> tuple[str, str]:
    return key, municipality.casefold()


def _is_same(one: Contact, said: dict[str, str]) -> bool:
    email = said.get("email", "").casefold()
    if email and email == one.email.casefold():
        return True
    name = f"{said.get('first_name', '')} {said['last_name']}".strip()
    return name.casefold() == one.name.casefold()
