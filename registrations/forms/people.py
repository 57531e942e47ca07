"""The middle of the sign-up form: who comes, a row per person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language_info, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from registrations.domain.choices import SessionChoice, WorkshopChoice
from registrations.domain.people import Booker, Person
from registrations.enums import Quality, Question
from registrations.exceptions import NoWorkshopLeftError
from registrations.forms.fields import AddressField, LongTextField, NameField, TextField
from registrations.forms.parts import PartForm, yes_no
from registrations.forms.questions import add_questions, clean_answers
from registrations.models import FormQuestion
from trainings import wording
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

    def __init__(
        self,
        *args,
        asked: set[Question],
        choices: Sequence[SessionChoice],
        is_whole: bool = False,
        language: str,
        questions: Iterable[FormQuestion] = (),
        **kwargs,
    ):
        """`is_whole`: each person comes to all sessions, so that is not asked."""
        super().__init__(*args, **kwargs)
        for question, names in self.OPTIONAL.items():
            for name in names:
                if question not in asked:
                    del self.fields[name]
        self.choices, self.is_whole = choices, is_whole
        if is_whole:
            del self.fields["sessions"]
        else:
            self._offer_sessions()
        self._offer_workshops()
        if "language" in self.fields:
            self.fields["language"].choices = [
                (code, get_language_info(code)["name_local"]) for code in content_languages()
            ]
            self.fields["language"].initial = language
        add_questions(self, questions)

    def _offer_sessions(self):
        sessions = [(one.session.pk, wording.when(one.session)) for one in self.choices]
        self.fields["sessions"].choices = sessions
        if len(sessions) == 1:
            self.fields["sessions"].initial = [sessions[0][0]]

    def _offer_workshops(self):
        """A first and a second choice for each session with workshops, behind the sessions."""
        order = list(self.fields)
        after = order.index("quality" if self.is_whole else "sessions") + 1
        for one in self.with_workshops():
            options = [(choice.pk, workshop_words(choice)) for choice in one.workshops]
            labels = (_("Workshop, first choice"), _("Workshop, second choice"))
            for name, label in zip(workshop_fields(one), labels, strict=True):
                self.fields[name] = forms.TypedChoiceField(
                    label=label,
                    choices=[("", _("Choose…")), *options],
                    coerce=int,
                    empty_value=None,
                    required=False,
                )
                order.insert(after, name)
                after += 1
            self.fields[name].help_text = _("Advised: you go there when the first choice is full.")
        self.order_fields(order)

    def with_workshops(self) -> list[SessionChoice]:
        return [one for one in self.choices if one.workshops]

    def workshops_of(self, session_pk) -> list[forms.BoundField]:
        """Both questions about a session's workshops; nothing where it has none."""
        found = (one for one in self.with_workshops() if str(one.session.pk) == str(session_pk))
        return [self[name] for one in found for name in workshop_fields(one)]

    def has_changed(self) -> bool:
        """Whether somebody filled in this row; what was ticked beforehand tells nothing."""
        given = {"quality", "language"}
        if "sessions" in self.fields and len(self.fields["sessions"].choices) == 1:
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
        chosen = self.session_ids()
        for one in self.with_workshops():
            if one.session.pk in chosen:
                self._check_workshops(one)
        clean_answers(self, cleaned)
        return cleaned

    def _check_workshops(self, one: SessionChoice) -> None:
        names = workshop_fields(one)
        if any(map(self.has_error, names)):
            return
        first, second = (self.cleaned_data.get(name) for name in names)
        left = {choice.pk for choice in one.workshops if choice.places.left != 0}
        if first is None:
            self.add_error(names[0], _("Please choose a workshop."))
        elif first == second:
            self.add_error(names[1], NoWorkshopLeftError.message)
        elif left and not left & {first, second}:
            name = names[0] if second is None else names[1]
            self.add_error(
                name, _("This workshop is full: please choose one more, with places left.")
            )

    def session_ids(self) -> list[int]:
        """Of what is written so far, the sessions this person comes to."""
        if self.is_whole:
            return sorted(one.session.pk for one in self.choices)
        return sorted(set(self.cleaned_data.get("sessions") or ()))

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
            session_ids=tuple(self.session_ids()),
            language=said.get("language", ""),
            wish=said.get("wish", ""),
            on_participant_list=said.get("on_participant_list", False),
            access=said.get("access", ""),
            wants_meal=said.get("wants_meal"),
            diet=said.get("diet", ""),
            workshops=tuple(self._workshops()),
            answers=said["answers"],
        )

    def _workshops(self):
        chosen = self.session_ids()
        for one in self.with_workshops():
            if one.session.pk in chosen:
                first, second = (self.cleaned_data[name] for name in workshop_fields(one))
                yield one.session.pk, first, second


def workshop_fields(one: SessionChoice) -> tuple[str, str]:
    """Names of the fields for the first and the second choice."""
    return f"workshop_{one.session.pk}", f"other_workshop_{one.session.pk}"


def workshop_words(choice: WorkshopChoice) -> str:
    """Its title, and how many places are left."""
    left = choice.places.left
    if left is None:
        return choice.title
    words = ngettext("%(places)d place left", "%(places)d places left", left) % {"places": left}
    if not left:
        words = pgettext("workshop", "full")
    return f"{choice.title} – {words}"


class PeopleFormSet(forms.BaseFormSet):
    """From one to ten people. Empty rows after the first are forgotten, not refused.

    `may_be_empty`: so is the first, where places are held for people without names.
    """

    def __init__(self, *args, may_be_empty: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        if may_be_empty:
            self.min_num = 0

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
