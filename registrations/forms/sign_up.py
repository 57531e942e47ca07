"""The whole sign-up form: its parts together, and where a refusal is told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from registrations.domain.choices import SessionChoice
from registrations.domain.people import Booker, Person
from registrations.enums import AskedOf, Question
from registrations.exceptions import (
    AlreadyRegisteredError,
    NoWorkshopLeftError,
    RegistrationClosedError,
    RegistrationError,
    SessionFullError,
    TooManyHeldError,
)
from registrations.forms.booking import BookingForm
from registrations.forms.held import HeldForm
from registrations.forms.people import PeopleForms, workshop_fields
from registrations.models import FormQuestion
from trainings import wording
from trainings.models import TrainingSession


class SignUpForms:
    """`checked` False shows what was typed without judging it yet."""

    def __init__(
        self,
        data: Any,
        *,
        asked: set[Question],
        choices: Sequence[SessionChoice],
        is_whole: bool,
        language: str,
        questions: Sequence[FormQuestion] = (),
        checked: bool = True,
    ) -> None:
        self.is_whole = is_whole
        self.choices = choices
        self.booking = BookingForm(
            data,
            asked=asked,
            questions=[one for one in questions if one.asked_of == AskedOf.REGISTRATION],
            checked=checked,
            prefix="booking",
        )
        self.held = HeldForm(
            data, choices=choices, is_whole=is_whole, checked=checked, prefix="held"
        )
        self.people = PeopleForms(
            data,
            prefix="people",
            may_be_empty=data is not None and self.held.is_wanted,  # type: ignore[call-arg]
            form_kwargs={
                "asked": asked,
                "checked": checked,
                "choices": choices,
                "is_whole": is_whole,
                "language": language,
                "questions": [one for one in questions if one.asked_of == AskedOf.PERSON],
            },
        )

    def is_valid(self) -> bool:
        """Each part is asked, so that all errors show at once."""
        parts = [self.booking.is_valid(), self.people.is_valid(), self.held.is_valid()]
        if all(parts) and not self.people.filled() and not self.held.people():
            self.booking.add_error(None, _("Please write down at least one person."))
            return False
        return all(parts)

    def who_comes(self, booker: Booker) -> list[Person]:
        """Who is named, then the places without names; call it when the form is valid."""
        return [form.person(booker) for form in self.people.filled()] + self.held.people()

    def refuse(self, error: RegistrationError) -> None:
        """Tell it beside the field that it is about, else above the form."""
        match error:
            case AlreadyRegisteredError():
                form = self.people.filled()[error.position]
                field = "is_booker" if form.cleaned_data["is_booker"] else "email"
                form.add_error(field, _about(error, error.session))
            case NoWorkshopLeftError():
                self._refuse_workshop(error)
            case TooManyHeldError():
                asked = self.held.field_of(error.session.pk)
                part = self.held if asked else self.booking
                part.add_error(asked, _about(error, error.session))
            case SessionFullError() | RegistrationClosedError():
                self._refuse_session(error)
            case _:
                self.booking.add_error(None, error.message)

    def _refuse_workshop(self, error: NoWorkshopLeftError) -> None:
        form = self.people.filled()[error.position]
        about = (one for one in form.with_workshops() if one.session.pk == error.session_id)
        fields = (workshop_fields(one)[0] for one in about)
        form.add_error(next(fields, None), error.message)

    def _refuse_session(self, error: SessionFullError | RegistrationClosedError) -> None:
        sentence, pk = _about(error, error.session), error.session.pk
        filled = self.people.filled()
        form = next((one for one in filled if pk in one.session_ids()), None)
        if self.is_whole:
            self.booking.add_error(None, sentence)
        elif form is not None:
            form.add_error("sessions", sentence)
        else:
            self.held.add_error(self.held.field_of(pk), sentence)


def _about(error: RegistrationError, session: TrainingSession) -> str:
    return _("%(problem)s (%(session)s)") % {
        "problem": error.message,
        "session": wording.when(session),
    }
