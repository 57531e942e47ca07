"""Places for people whose names follow, such as a school for a class: a number per session."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from registrations.domain.choices import SessionChoice
from registrations.domain.people import Person
from registrations.forms.parts import PartForm
from trainings import wording

MOST = ngettext_lazy(
    "At most %(limit_value)d place can be held without a name.",
    "At most %(limit_value)d places can be held without names.",
    "limit_value",
)


class HeldForm(PartForm):
    """How many places a service wants held; a field for each session that allows some.

    With `is_whole` one number counts for all the sessions.
    """

    def __init__(self, *args, choices: Sequence[SessionChoice], is_whole: bool, **kwargs):
        super().__init__(*args, **kwargs)
        self.by_field: dict[str, list[SessionChoice]] = {}
        for group in [list(choices)] if is_whole else [[one] for one in choices]:
            most = min((one.may_hold for one in group), default=0)
            if most:
                self._ask(group, most, is_whole=is_whole)

    def _ask(self, group: list[SessionChoice], most: int, *, is_whole: bool) -> None:
        name = f"places_{group[0].session.pk}"
        first = min(group, key=lambda one: one.names_until)
        until = wording.moment(first.names_until, first.session.time_zone)
        self.by_field[name] = group
        self.fields[name] = forms.IntegerField(
            label=_("Number of places") if is_whole else wording.when(group[0].session),
            required=False,
            min_value=0,
            widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
            help_text=_("%(number)d at most. We need the names by %(moment)s.")
            % {"number": most, "moment": until},
            error_messages={
                "invalid": gettext_lazy("Please write a number."),
                "min_value": gettext_lazy("Please write a number."),
            },
            validators=[MaxValueValidator(most, MOST)],
        )

    def clean(self):
        cleaned = super().clean()
        self.numbers = {name: cleaned.get(name) or 0 for name in self.by_field}
        return cleaned

    @property
    def is_wanted(self) -> bool:
        """Whether some number was written, right or wrong."""
        return any(self[name].value() for name in self.by_field)

    def people(self) -> list[Person]:
        """The same places in several sessions are for the same people."""
        places = [
            tuple(
                sorted(
                    choice.session.pk
                    for name, group in self.by_field.items()
                    if number < self.numbers[name]
                    for choice in group
                )
            )
            for number in range(max(self.numbers.values(), default=0))
        ]
        return [Person(session_ids=sessions) for sessions in places]

    def field_of(self, session_pk: int) -> str | None:
        """The field that asks about a session."""
        return next(
            (
                name
                for name, group in self.by_field.items()
                if any(one.session.pk == session_pk for one in group)
            ),
            None,
        )
