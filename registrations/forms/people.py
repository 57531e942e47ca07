"""The middle of the sign-up form: who comes, a row per person."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language_info, ngettext
from django.utils.translation import gettext_lazy as _

from registrations.domain.signup import Booker, Person
from registrations.enums import Quality, Question
from registrations.forms.fields import AddressField, LongTextField, NameField, TextField
from registrations.forms.parts import PartForm, yes_no
from trainings.models import content_languages

MOST_PEOPLE = 10


class PersonForm(PartForm):
    """One person who comes. The booker need not write a name twice."""

    is_booker = forms.BooleanField(label=_("It is me, whose name is above"), required=False)
    first_name = NameField(label=_("First name"), max_length=80, required=False)
    last_name = NameField(label=_("Last name"), max_length=80, required=False)
    email = AddressField(
        label=_("Work e-mail address"),
        max_length=254,
        required=False,
        help_text=_("For the invitation. Without one, everything goes to you."),
    )
    function = TextField(label=_("Function"), max_length=120)
    quality = forms.ChoiceField(
        label=_("Comes as"), choices=Quality.choices, initial=Quality.PROFESSIONAL
    )
    sessions = forms.TypedMultipleChoiceField(
        label=_("Comes to"), coerce=int, widget=forms.CheckboxSelectMultiple
    )
    language = forms.ChoiceField(label=_("Language"), required=False)
    wish = LongTextField(label=_("Your question for the morning"), max_length=600, required=False)
    wants_meal = yes_no(label=_("Stays for lunch"), required=False, empty_value=None)
    diet = TextField(label=_("Dietary needs"), max_length=255, required=False)
    access = LongTextField(
        label=_("What we can do so that this person takes part comfortably"),
        max_length=600,
        required=False,
        help_text=_("Access, hearing, sight… Only the organising team reads it."),
    )
    on_participant_list = forms.BooleanField(
        label=_("May be named on the list given to the participants"), required=False
    )

    OPTIONAL = {
        Question.LANGUAGE: ("language",),
        Question.WISH: ("wish",),
        Question.MEAL: ("wants_meal", "diet"),
        Question.PARTICIPANT_LIST: ("on_participant_list",),
    }

    def __init__(self, *args, asked: set[Question], session_choices, language: str, **kwargs):
        super().__init__(*args, **kwargs)
        for question, names in self.OPTIONAL.items():
            for name in names:
                if question not in asked:
                    del self.fields[name]
        self.fields["sessions"].choices = session_choices
        if len(session_choices) == 1:
            self.fields["sessions"].initial = [session_choices[0][0]]
        if "language" in self.fields:
            self.fields["language"].choices = [
                (code, get_language_info(code)["name_local"]) for code in content_languages()
            ]
            self.fields["language"].initial = language

    def has_changed(self) -> bool:
        """Whether somebody filled in this row; what was ticked beforehand tells nothing."""
        given = {"quality", "language"}
        if len(self.fields["sessions"].choices) == 1:
            given.add("sessions")
        return bool(set(self.changed_data) - given)

    def clean(self):
        cleaned = super().clean()
        names = ("first_name", "last_name")
        if not cleaned.get("is_booker"):
            for name in names:
                if not cleaned.get(name) and not self.has_error(name):
                    self.add_error(name, self.fields[name].error_messages["required"])
        elif any(cleaned.get(name) for name in names):
            self.add_error(
                "is_booker",
                _("This row is either you or the person named: untick this, or empty the name."),
            )
        return cleaned

    def person(self, booker: Booker) -> Person:
        said = self.cleaned_data
        who = (
            {
                "first_name": booker.first_name,
                "last_name": booker.last_name,
                "email": booker.email,
            }
            if said["is_booker"]
            else {name: said[name] for name in ("first_name", "last_name", "email")}
        )
        return Person(
            **who,
            function=said["function"],
            quality=said["quality"],
            session_ids=tuple(sorted(set(said["sessions"]))),
            language=said.get("language", ""),
            wish=said.get("wish", ""),
            on_participant_list=said.get("on_participant_list", False),
            access=said.get("access", ""),
            wants_meal=said.get("wants_meal"),
            diet=said.get("diet", ""),
        )


class PeopleFormSet(forms.BaseFormSet):
    """From one to ten people. Empty rows after the first are forgotten, not refused."""

    default_error_messages = {
        "missing_management_form": _("Part of the form was lost on the way. Please send it again."),
        "too_few_forms": _("Please write down at least one person."),
        "too_many_forms": _("Please register at most ten people at once."),
    }

    def clean(self):
        if any(self.errors):
            return
        if sum(form.cleaned_data.get("is_booker", False) for form in self.forms) > 1:
            raise ValidationError(_("You can be only one of these people."))

    def filled(self) -> list[PersonForm]:
        return [form for form in self.forms if form.cleaned_data.get("function")]


PeopleForms = forms.formset_factory(
    PersonForm,
    formset=PeopleFormSet,
    extra=0,
    min_num=1,
    validate_min=True,
    max_num=MOST_PEOPLE,
    validate_max=True,
    absolute_max=MOST_PEOPLE + 1,
)


def button_words(number: int) -> str:
    """The button names the act and the number."""
    return ngettext("Register %(number)d person", "Register %(number)d people", number) % {
        "number": number
    }
