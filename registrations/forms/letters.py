"""A letter as its writer types it: whom it is for, and the words in each language."""

from __future__ import annotations

import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language_info, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from registrations.domain.letters import Choice, sessions_with_people
from registrations.emails.letter import placeholders_of
from registrations.emails.texts import PLACEHOLDER
from registrations.enums import LIVING, ParticipationStatus, Readers, Seen
from registrations.forms.fields import TextField, clean_human_text
from registrations.forms.rules import KindsField, UncheckedMixin
from registrations.models import Letter, PartnerService
from trainings import wording
from trainings.models import TranslatedText
from trainings.models.fields import TranslatedTextFormField

MOST_MONTHS = 120
#: Asked of these readers only: what stands there matters to no other.
ASKED_OF = {
    Readers.PEOPLE: ("to_come", "states", "over"),
    Readers.SERVICES: ("seen", "months"),
}


class SessionsField(forms.TypedMultipleChoiceField):
    def __init__(self, **kwargs):
        super().__init__(
            coerce=int,
            required=False,
            widget=forms.CheckboxSelectMultiple,
            error_messages={"invalid_choice": gettext_lazy("Please choose among these sessions.")},
            **kwargs,
        )


def words_field(name, *, multiline, **kwargs):
    column = Letter._meta.get_field(name)
    return TranslatedTextFormField(
        multiline=multiline, max_length=column.max_length, required=False, **kwargs
    )


class LetterForm(UncheckedMixin, forms.Form):
    readers = forms.ChoiceField(
        label=gettext_lazy("Whom it is for"),
        choices=Readers.choices,
        initial=Readers.PEOPLE,
        widget=forms.RadioSelect,
    )
    to_come = SessionsField(label=pgettext_lazy("training sessions", "To come"))
    states = forms.MultipleChoiceField(
        label=gettext_lazy("Of these, those who are"),
        choices=[(one.value, one.label) for one in LIVING],
        initial=[ParticipationStatus.CONFIRMED],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    over = SessionsField(
        label=pgettext_lazy("training sessions", "Over"),
        help_text=gettext_lazy("Of these, those who had a place are written to."),
    )
    seen = forms.ChoiceField(
        label=gettext_lazy("Which partner services"),
        choices=Seen.choices,
        initial=Seen.ANY,
        required=False,
        widget=forms.RadioSelect,
    )
    months = forms.IntegerField(
        label=gettext_lazy("For how many months"),
        min_value=1,
        max_value=MOST_MONTHS,
        initial=12,
        required=False,
        error_messages={
            "invalid": gettext_lazy("Please write a number of months."),
            "min_value": gettext_lazy("At least one month."),
            "max_value": gettext_lazy("At most ten years."),
        },
    )
    kinds = KindsField(
        label=gettext_lazy("Only services of these kinds"),
        help_text=gettext_lazy("None ticked: all kinds."),
        required=False,
    )
    places = TextField(
        label=gettext_lazy("Only services in these municipalities"),
        help_text=gettext_lazy(
            "Names or postal codes, separated by commas. Empty: wherever they are."
        ),
        max_length=500,
        required=False,
    )

    def __init__(self, *args, at, **kwargs):
        super().__init__(*args, **kwargs)
        found = sessions_with_people(at=at)
        for name, is_over in (("to_come", False), ("over", True)):
            self.fields[name].choices = [
                (session.pk, f"{session.training}, {wording.when(session)} ({number})")
                for session, number in found
                if session.is_past(at) == is_over
            ]
        self.fields["subject"] = words_field(
            "subject", multiline=False, label=gettext_lazy("Subject")
        )
        self.fields["body"] = words_field("body", multiline=True, label=gettext_lazy("Text"))
        self.fields["body"].help_text = gettext_lazy(
            "An empty line makes a paragraph. In one language at least: who reads another gets "
            "the first one. In the subject and the text you may write {name}, {service}, "
            "{organiser}, and about one session {title}, {when}, {place}: each reader finds their "
            "own there."
        )

    # --- whom ----------------------------------------------------------------------------------

    def clean_places(self) -> tuple[str, ...]:
        typed = [one.strip() for one in self.cleaned_data["places"].split(",") if one.strip()]
        if not typed:
            return ()
        known: dict[str, set[str]] = {}
        for pair in PartnerService.objects.values_list("municipality", "postal_code").distinct():
            for place in filter(None, pair):
                known.setdefault(plain(place), set()).add(place)
        if unknown := [one for one in typed if plain(one) not in known]:
            raise ValidationError(
                _("No partner service is in %(places)s.") % {"places": ", ".join(unknown)}
            )
        return tuple(sorted({place for one in typed for place in known[plain(one)]}))

    def clean(self):
        cleaned = super().clean()
        for readers, names in ASKED_OF.items():
            if cleaned.get("readers") not in (None, readers):
                for name in names:
                    self.errors.pop(name, None)
        if cleaned.get("readers") == Readers.PEOPLE:
            self._check_sessions(cleaned)
        elif cleaned.get("readers") == Readers.SERVICES:
            self._check_months(cleaned)
        self._check_languages(cleaned)
        for name in ("subject", "body"):
            self._check_placeholders(name, cleaned.get(name) or {})
        return cleaned

    def _check_sessions(self, cleaned) -> None:
        if {"to_come", "over"} & set(self.errors):
            return
        if not cleaned.get("to_come") and not cleaned.get("over"):
            asked = [name for name in ("to_come", "over") if self.fields[name].choices]
            self.add_error(next(iter(asked), None), _("Please choose at least one session."))
        elif cleaned.get("to_come") and not cleaned.get("states") and not self.has_error("states"):
            self.add_error("states", _("Please say whom of these."))

    def _check_months(self, cleaned) -> None:
        is_asked = cleaned.get("seen") == Seen.NOT_LATELY
        if is_asked and cleaned.get("months") is None and not self.has_error("months"):
            self.add_error("months", _("Please write a number of months."))

    # --- words ---------------------------------------------------------------------------------

    def clean_subject(self) -> TranslatedText:
        return self._cleaned_words("subject", multiline=False)

    def clean_body(self) -> TranslatedText:
        return self._cleaned_words("body", multiline=True)

    def _cleaned_words(self, name: str, *, multiline: bool) -> TranslatedText:
        said = self.cleaned_data[name] or {}
        cleaned = {code: clean_human_text(text, multiline=multiline) for code, text in said.items()}
        return TranslatedText({code: text for code, text in cleaned.items() if text})

    def _check_languages(self, cleaned) -> None:
        """Each language that has one of the two has both."""
        if {"subject", "body"} & set(self.errors):
            return
        subject, body = cleaned["subject"], cleaned["body"]
        if not subject and not body:
            self.add_error("subject", _("Please write a subject."))
            self.add_error("body", _("Please write a text."))
        for code in body.keys() - subject.keys():
            self.add_error("subject", _("It lacks a subject in %(language)s.") % said_in(code))
        for code in subject.keys() - body.keys():
            self.add_error("body", _("It lacks a text in %(language)s.") % said_in(code))

    def _check_placeholders(self, name: str, words: dict[str, str]) -> None:
        choice = self.choice
        known = placeholders_of(choice.readers, sessions=len(choice.sessions))
        used = [found for text in words.values() for found in PLACEHOLDER.findall(text)]
        if unknown := [one for one in dict.fromkeys(used) if one not in known]:
            self.add_error(
                name,
                _("These have nothing to say to these readers: %(unknown)s. You may use %(known)s.")
                % {"unknown": in_braces(unknown), "known": in_braces(known)},
            )

    @property
    def choice(self) -> Choice:
        """What belongs to other readers is left out, though it may be ticked."""
        said = self.cleaned_data
        readers = said.get("readers", "")
        values: dict[str, Any] = {
            "readers": readers,
            "kinds": tuple(sorted(kind.pk for kind in said.get("kinds") or ())),
            "places": said.get("places") or (),
        }
        if readers == Readers.PEOPLE:
            sessions = [*(said.get("to_come") or ()), *(said.get("over") or ())]
            values["sessions"] = tuple(sorted(sessions))
            values["states"] = tuple(said.get("states") or ()) if said.get("to_come") else ()
        elif readers == Readers.SERVICES:
            values["seen"] = said.get("seen") or Seen.ANY
            is_asked = values["seen"] == Seen.NOT_LATELY
            values["months"] = said.get("months") if is_asked else None
        return Choice(**values)


def plain(place: str) -> str:
    """As people type it: without case and accents."""
    letters = unicodedata.normalize("NFKD", place).casefold()
    letters = "".join(one for one in letters if not unicodedata.combining(one))
    return " ".join(letters.replace("-", " ").split())


def said_in(code: str) -> dict[str, str]:
    return {"language": get_language_info(code)["name_translated"]}


def in_braces(names: list[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)
