"""The rule of a series, as a field with controls for what organisers say."""

from __future__ import annotations

import json
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

import recurrence
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.formats import localize_input
from django.utils.functional import lazy
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from recurrence.base import WEEKDAYS as WEEK
from recurrence.fields import RecurrenceField


class Repeats(models.TextChoices):
    ON_WEEKDAYS = "WEEK", _("By the week: on certain weekdays")
    ON_WEEKDAYS_OF_MONTH = (
        "MONTH_WEEKDAY",
        _("By the month: on a weekday, such as the first Wednesday"),
    )
    ON_DAY_OF_MONTH = "MONTH_DAY", _("By the month: on a date, such as the 15th")


class Ends(models.TextChoices):
    NEVER = "NEVER", pgettext_lazy("end of a series", "Never")
    ON_DAY = "DAY", pgettext_lazy("end of a series", "On a date")
    AFTER_TIMES = "TIMES", pgettext_lazy("end of a series", "After a number of times")


class Position(models.IntegerChoices):
    FIRST = 1, pgettext_lazy("weekday of a month", "First")
    SECOND = 2, pgettext_lazy("weekday of a month", "Second")
    THIRD = 3, pgettext_lazy("weekday of a month", "Third")
    FOURTH = 4, pgettext_lazy("weekday of a month", "Fourth")
    LAST = -1, pgettext_lazy("weekday of a month", "Last")


@dataclass(frozen=True)
class SpokenRule:
    """A rule in the terms organisers say it in. Weekdays count from Monday, 0."""

    repeats: str = Repeats.ON_WEEKDAYS
    interval: int = 1
    positions: list[int] = field(default_factory=list)
    weekdays: list[int] = field(default_factory=list)
    month_day: int | None = None
    months: list[int] = field(default_factory=list)  # none: each
    ends: str = Ends.NEVER
    until: date | None = None
    count: int | None = None
    exceptions: list[date] = field(default_factory=list)

    @classmethod
    def closest(cls, rule: recurrence.Recurrence) -> SpokenRule:
        """What can be said of a rule; `tells()` knows whether that is all of it."""
        one = rule.rrules[0] if rule.rrules else recurrence.Rule(recurrence.WEEKLY)
        weekdays = [recurrence.to_weekday(day) for day in one.byday]
        positions = {day.index for day in weekdays}
        if one.bymonthday:
            repeats = Repeats.ON_DAY_OF_MONTH
        elif one.freq == recurrence.MONTHLY:
            repeats = Repeats.ON_WEEKDAYS_OF_MONTH
        else:
            repeats = Repeats.ON_WEEKDAYS
        if one.count is not None:
            ends = Ends.AFTER_TIMES
        else:
            ends = Ends.ON_DAY if one.until else Ends.NEVER
        return cls(
            repeats=repeats,
            interval=one.interval,
            positions=[position for position in Position.values if position in positions],
            weekdays=sorted({day.number for day in weekdays}),
            month_day=one.bymonthday[0] if one.bymonthday else None,
            months=sorted(one.bymonth),
            ends=ends,
            until=_day(one.until) if ends == Ends.ON_DAY else None,
            count=one.count,
            exceptions=sorted(map(_day, rule.exdates)),
        )

    def as_rule(self) -> recurrence.Recurrence:
        weekdays = [WEEK[number] for number in sorted(set(self.weekdays))]
        if self.repeats == Repeats.ON_WEEKDAYS_OF_MONTH:
            positions = [position for position in Position.values if position in self.positions]
            weekdays = [weekday(position) for position in positions for weekday in weekdays]
        return recurrence.Recurrence(
            rrules=[
                recurrence.Rule(
                    recurrence.WEEKLY
                    if self.repeats == Repeats.ON_WEEKDAYS
                    else recurrence.MONTHLY,
                    interval=self.interval,
                    byday=weekdays,
                    bymonthday=self.month_day,
                    bymonth=sorted(set(self.months)),
                    until=self.until and _noon(self.until),
                    count=self.count,
                )
            ],
            exdates=map(_noon, self.exceptions),
        )

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left to the first day, such as the weekday of "each week"."""
        if self.repeats == Repeats.ON_DAY_OF_MONTH:
            return self.month_day in range(1, 32)
        of_month = self.repeats == Repeats.ON_WEEKDAYS_OF_MONTH
        return bool(self.weekdays and (self.positions or not of_month))

    def tells(self, rule: recurrence.Recurrence) -> bool:
        return _contents(self.as_rule()) == _contents(rule)


def _contents(rule: recurrence.Recurrence) -> list[set]:
    """What a rule says, in whatever order. Weeks start on Monday for us, whatever WKST."""

    def parts(one: recurrence.Rule) -> frozenset:
        return frozenset(
            (name, frozenset(map(str, value)) if isinstance(value, list) else value)
            for name, value in vars(one).items()
            if name != "wkst"
        )

    dates = [set(rule.rdates), set(rule.exdates)]
    return [set(map(parts, rule.rrules)), set(map(parts, rule.exrules)), *dates]


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def _day(moment: datetime) -> date:
    return (moment.astimezone(UTC) if moment.tzinfo else moment).date()


# --- the form field ----------------------------------------------------------------------------

#: Parts that are asked only when another one has one of these values.
ASKED_WHEN = {
    "positions": ("repeats", [Repeats.ON_WEEKDAYS_OF_MONTH.value]),
    "weekdays": ("repeats", [Repeats.ON_WEEKDAYS.value, Repeats.ON_WEEKDAYS_OF_MONTH.value]),
    "month_day": ("repeats", [Repeats.ON_DAY_OF_MONTH.value]),
    "until": ("ends", [Ends.ON_DAY.value]),
    "count": ("ends", [Ends.AFTER_TIMES.value]),
}

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)
A_LEAP_YEAR = 2000


class DayField(forms.DateField):
    """A day of our time: a slip in the year would make a series of centuries."""

    default_validators = [MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)]


class DaysField(forms.CharField):
    """Days as somebody types them, one a line; a sorted list of dates."""

    widget = forms.Textarea(attrs={"rows": 4})
    most = 200
    longest_line = 40
    default_error_messages = {"max_length": _("At most 200 days can be left out.")}

    def __init__(self, **kwargs):
        super().__init__(max_length=self.most * self.longest_line, **kwargs)
        self.day = DayField()

    def clean(self, value):
        text = super().clean(value)
        lines = [line for line in map(str.strip, text.splitlines()) if line]
        if len(lines) > self.most:
            raise ValidationError(self.error_messages["max_length"], code="max_length")
        return sorted({self._read(line) for line in lines})

    def _read(self, line: str) -> date:
        try:
            return self.day.clean(line)
        except ValidationError as error:
            shown = "".join(filter(str.isprintable, line[: self.longest_line]))
            raise ValidationError(
                _("“%(line)s” is no day between 2000 and 2100."), params={"line": shown}
            ) from error


def _how_days_are_typed() -> str:
    return gettext("Write one day a line, such as %(day)s.") % {"day": _typed(date(2027, 3, 9))}


def _typed(day: date) -> str:
    return str(localize_input(day))


def _told(message) -> dict:
    """One sentence, whatever is wrong."""
    wrong = ("required", "invalid", "invalid_choice", "invalid_list", "min_value", "max_value")
    return dict.fromkeys(wrong, message)


def _checkboxes(choices, message, **kwargs) -> forms.Field:
    return forms.TypedMultipleChoiceField(
        choices=choices,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages=_told(message),
        **kwargs,
    )


def _parts() -> dict[str, forms.Field]:
    """The fields of a rule by name, each after the one that decides whether it is asked."""
    return {
        "repeats": forms.ChoiceField(
            label=_("How often"),
            choices=Repeats.choices,
            error_messages=_told(_("Choose how often.")),
        ),
        "interval": forms.IntegerField(
            label=_("Every how many weeks or months"),
            help_text=_("1: each week or month. 2: every second one."),
            min_value=1,
            max_value=52,
            error_messages=_told(_("The number of weeks or months is between 1 and 52.")),
        ),
        "positions": _checkboxes(
            Position.choices,
            _("Choose at least one: first, second, third, fourth or last."),
            label=_("Which one of the month"),
        ),
        "weekdays": _checkboxes(
            WEEKDAYS.items(), _("Choose at least one weekday."), label=_("On these weekdays")
        ),
        "month_day": forms.IntegerField(
            label=_("Day of the month"),
            help_text=_("A number. Months without that day are skipped."),
            min_value=1,
            max_value=31,
            error_messages=_told(_("The day of the month is between 1 and 31.")),
        ),
        "months": _checkboxes(
            MONTHS.items(),
            _("Choose months of the list."),
            label=_("Only in these months"),
            help_text=_("None ticked: in each month."),
            required=False,
        ),
        "ends": forms.ChoiceField(
            label=pgettext_lazy("of a series", "Ends"),
            choices=Ends.choices,
            error_messages=_told(_("Choose when it ends.")),
        ),
        "until": DayField(
            label=_("Last possible day"),
            widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
            error_messages=_told(_("The last possible day is a day between 2000 and 2100.")),
        ),
        "count": forms.IntegerField(
            label=_("Number of times"),
            help_text=_("Days left out below count too."),
            min_value=1,
            max_value=500,
            error_messages=_told(_("The number of times is between 1 and 500.")),
        ),
        "exceptions": DaysField(
            label=_("Except on these days"),
            help_text=lazy(_how_days_are_typed, str)(),
            required=False,
        ),
    }


def _is_asked(part: str, values: dict) -> bool:
    other, among = ASKED_WHEN.get(part, (part, None))
    return among is None or values.get(other) in among


class RuleWidget(forms.MultiWidget):
    """Native controls. Wagtail's own script hides those that are not asked; without it all show."""

    template_name = "trainings/widgets/rule.html"

    class Media:
        css = {"all": ["trainings/rule.css"]}

    def __init__(self, parts: dict[str, forms.Field]):
        self.parts = parts
        super().__init__({name: part.widget for name, part in parts.items()})

    def use_required_attribute(self, initial):
        return False  # what is hidden is not required

    def decompress(self, value):
        spoken = SpokenRule.closest(value) if value else SpokenRule()
        values = vars(spoken) | {"exceptions": "\n".join(map(_typed, spoken.exceptions))}
        return [values[name] for name in self.parts]

    def get_context(self, name, value, attrs):
        # Of the attributes of the whole only the id is for its parts too.
        attrs = attrs or {}
        own = {key: attrs[key] for key in ("id", "aria-describedby") if key in attrs}
        context = super().get_context(name, value, {key: own[key] for key in own if key == "id"})
        context["widget"]["attrs"] = own
        shown = context["widget"]["subwidgets"]
        for (name_of_part, part), drawn in zip(self.parts.items(), shown, strict=True):
            drawn.update(label=part.label, help_text=part.help_text, errors=[])
            drawn["is_group"] = isinstance(part.widget, forms.CheckboxSelectMultiple)
            if "id" in own:
                drawn["about"] = drawn["attrs"]["aria-describedby"] = (
                    f"{drawn['attrs']['id']}-about"
                )
            if name_of_part in ASKED_WHEN:
                other, values = ASKED_WHEN[name_of_part]
                drawn["asked_when"] = json.dumps({f"{name}_{other}": values})
        if isinstance(value, recurrence.Recurrence) and not SpokenRule.closest(value).tells(value):
            context["widget"]["says_more"] = str(value)
        return context

    def render_with_errors(self, name, value, attrs=None, errors=(), renderer=None):
        """Each error at its part; Wagtail asks this of widgets that can."""
        context = self.get_context(name, value, attrs)
        whole = context["widget"]
        whole["errors"] = []
        drawn = dict(zip(self.parts, whole["subwidgets"], strict=True))
        for error in errors.as_data():
            part = drawn.get(error.code, whole)
            part["errors"] += error.messages
            if part is not whole:
                part["attrs"]["aria-invalid"] = "true"
        return self._render(self.template_name, context, renderer)


class RuleFormField(forms.MultiValueField):
    """Controls to a rule and back. What is not asked is not read, whatever was left in it."""

    def __init__(self, **kwargs):
        parts = _parts()
        self.names = list(parts)
        kwargs.setdefault("widget", RuleWidget(parts))
        super().__init__(list(parts.values()), require_all_fields=False, **kwargs)

    def clean(self, value):
        """Raises every error at once; the code of each is the name of its part."""
        values = {}
        errors = []
        typed = value if isinstance(value, list) else self.widget.decompress(value)
        for name, part, one in zip(self.names, self.fields, typed, strict=True):
            try:
                if _is_asked(name, values):
                    values[name] = part.clean(one)
            except ValidationError as error:
                errors += [ValidationError(message, code=name) for message in error.messages]
        if errors:
            raise ValidationError(errors)
        spoken = SpokenRule(**values)
        self._check_together(spoken)
        return spoken.as_rule()

    def _check_together(self, spoken: SpokenRule) -> None:
        if not spoken.months or spoken.repeats == Repeats.ON_WEEKDAYS:
            return
        if spoken.interval > 1:
            raise ValidationError(
                _("Choose either every how many months, or which months: not both."), code="months"
            )
        longest = max(monthrange(A_LEAP_YEAR, month)[1] for month in spoken.months)
        if spoken.month_day and spoken.month_day > longest:
            raise ValidationError(_("None of these months has that day."), code="months")


class RuleField(RecurrenceField):
    """A recurrence that tells calendar days only: hours and zone stand in fields of their own.

    Stored as RFC 5545 text without DTSTART; UNTIL and EXDATE are at 12:00 UTC and only their
    date counts, so that no zone, of a server or of an editor, can shift a day.
    """

    def contribute_to_class(self, cls, *args, **kwargs):
        # The library's descriptor breaks deferred loading; `from_db_value` does its work.
        models.Field.contribute_to_class(self, cls, *args, **kwargs)

    def deconstruct(self):
        name, _path, args, kwargs = super().deconstruct()
        return name, "trainings.models.rules.RuleField", args, kwargs

    # The library reads and writes dates without zone in the active one.

    def to_python(self, value):
        with timezone.override(UTC):
            return super().to_python(value)

    def get_prep_value(self, value):
        with timezone.override(UTC):
            return super().get_prep_value(value)

    def formfield(self, **kwargs):
        return models.Field.formfield(self, form_class=RuleFormField, **kwargs)
