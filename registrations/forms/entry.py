"""A registration that reached the organiser another way than by the form: typed in by hand."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from registrations.conf import conf
from registrations.domain.choices import SessionChoice
from registrations.domain.people import Booker, Person, unnamed
from registrations.enums import Origin, Question
from registrations.forms.booking import NOT_LISTED, BookingForm
from registrations.forms.fields import TextField
from registrations.forms.people import (
    MOST_PEOPLE,
    PeopleFormSet,
    PersonForm,
    workshop_fields,
)
from trainings import wording
from trainings.models import content_languages

MOST_HELD = 100
#: Shown at first, and added by the button.
ROWS = 2


class EntryForm(BookingForm):
    """Where it comes from, the service, who registers, places without names."""

    origin = forms.ChoiceField(
        label=_("How it reached you"),
        choices=[(code, label) for code, label in Origin.choices if code != Origin.FORM],
        initial=Origin.PHONE,
    )
    arrived_at = forms.DateTimeField(
        label=_("When it reached you"),
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("Their rank on a waiting list is by this moment. Empty: now."),
        error_messages={"invalid": _("Please write a day and an hour.")},
    )
    language = forms.ChoiceField(label=_("They read"))
    held = forms.IntegerField(
        label=_("Places without names"),
        required=False,
        min_value=0,
        max_value=MOST_HELD,
        help_text=_("For people whose names follow, such as the students of a school."),
        error_messages={
            "invalid": _("Please write a number."),
            "min_value": _("Please write a number."),
            "max_value": _("At most a hundred places at once."),
        },
    )
    held_sessions = forms.TypedMultipleChoiceField(
        label=_("Without names in"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Please choose among these sessions.")},
    )
    overruled = TextField(
        label=_("Beyond the rules, because"),
        max_length=255,
        required=False,
        help_text=_(
            "With a reason here all of them have a place at once, whatever is free and whoever "
            "waits. Only the organising team reads it."
        ),
    )

    def __init__(self, *args, choices: Sequence[SessionChoice], is_whole: bool, at, **kwargs):
        super().__init__(*args, asked={Question.PHONE}, **kwargs)
        self.at = at
        self.session_ids = tuple(sorted(one.session.pk for one in choices))
        self.fields["language"].choices = [
            (code, get_language_info(code)["name_local"]) for code in content_languages()
        ]
        if is_whole or len(choices) == 1:
            del self.fields["held_sessions"]
        else:
            self.fields["held_sessions"].choices = [
                (one.session.pk, wording.when(one.session)) for one in choices
            ]
        del self.fields["website_2"]
        self.fields["may_name_partner"].initial = "no"
        self.fields["may_name_partner"].label = _(
            "May the service be named in the list of participating services?"
        )
        self.fields["service_name"].label = _("Service or organisation")
        email = self.fields["email"]
        email.required = False
        email.label = _("E-mail address")
        email.help_text = _(
            "Receipt and personal link go there. Without one they go to your own address, "
            "%(address)s: please pass on what they need."
        ) % {"address": conf.organiser_email}

    def _service_choices(self):
        *found, _not_listed = super()._service_choices()
        return [*found, (NOT_LISTED, _("It is not listed: add it"))]

    def clean_arrived_at(self):
        arrived_at = self.cleaned_data["arrived_at"]
        if arrived_at is not None and arrived_at > self.at:
            raise ValidationError(_("This moment is still to come."))
        return arrived_at

    def clean(self):
        cleaned = super().clean()
        if (
            "held_sessions" in self.fields
            and cleaned.get("held")
            and not cleaned.get("held_sessions")
            and not self.has_error("held_sessions")
        ):
            self.add_error("held_sessions", _("Please choose at least one session."))
        return cleaned

    def booker(self, *, language: str = "") -> Booker:
        said = super().booker(language=language or self.cleaned_data["language"])
        if said.email:
            return said
        return Booker(**{**vars(said), "email": conf.organiser_email})

    def unnamed(self) -> list[Person]:
        said = self.cleaned_data
        sessions = said.get("held_sessions") or self.session_ids
        return unnamed(said.get("held") or 0, session_ids=sorted(sessions))


class EntryPersonForm(PersonForm):
    """Less is required of what somebody was told by phone."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, asked=set(), **kwargs)
        self.fields["is_booker"].label = _("It is the person who registers, named above")
        self.fields["function"].required = False
        self.fields["email"].label = _("E-mail address")
        self.fields["email"].help_text = _(
            "For the invitation. Without one, everything goes to the person who registers."
        )

        if len(self.choices) > 1:
            for one in self.with_workshops():
                for name in workshop_fields(one):
                    label = self.fields[name].label
                    self.fields[name].label = f"{label}, {wording.when(one.session)}"

    def has_changed(self) -> bool:
        return bool(set(self.changed_data) - {"quality", "sessions"})

    def person(self, booker: Booker) -> Person:
        person = super().person(booker)
        is_ours = self.cleaned_data["is_booker"] and person.email == conf.organiser_email
        # Our own address stands for a booker without one; it is no participant's.
        return Person(**{**vars(person), "email": ""}) if is_ours else person


class EntryPeopleFormSet(PeopleFormSet):
    """Up to ten people; empty rows are forgotten."""

    def clean(self):
        if any(self.errors):
            return
        if sum(form.cleaned_data.get("is_booker", False) for form in self.forms) > 1:
            raise ValidationError(_("The person who registers can be only one of these."))

    def filled(self):
        return [form for form in self.forms if form.has_changed()]


EntryPeopleForms = forms.formset_factory(
    EntryPersonForm,
    formset=EntryPeopleFormSet,
    extra=ROWS,
    max_num=MOST_PEOPLE,
    validate_max=True,
    absolute_max=MOST_PEOPLE + 1,
)
