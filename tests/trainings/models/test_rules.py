from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
import recurrence
from django import forms
from django.http import QueryDict
from django.utils import timezone, translation
from recurrence import Recurrence, Rule

from tests.factories.trainings import catalogue, training_page
from trainings.models import SessionSeries
from trainings.models.rules import DayField, RuleFormField


class Form(forms.Form):
    rule = RuleFormField()


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def posted(**parts):
    """What a browser sends: each week on Tuesday without end, unless told otherwise."""
    typed = {"repeats": "WEEK", "interval": "1", "weekdays": ["1"], "ends": "NEVER"} | parts
    data = QueryDict(mutable=True)
    for name, value in typed.items():
        data.setlist(f"rule_{name}", value if isinstance(value, list) else [value])
    return data


def noon(*day):
    return datetime(*day, 12, tzinfo=UTC)


SAID = {
    "every Tuesday": (
        {},
        Recurrence(rrules=[Rule(recurrence.WEEKLY, byday=recurrence.TU)]),
    ),
    "every two weeks until a day, but not on two": (
        {
            "interval": "2",
            "weekdays": ["3", "0", "3"],
            "ends": "DAY",
            "until": "2027-06-30",
            "exceptions": " 2027-03-29 \r\n\r\n2027-03-15\r\n2027-03-29",
        },
        Recurrence(
            rrules=[
                Rule(
                    recurrence.WEEKLY,
                    interval=2,
                    byday=[recurrence.MO, recurrence.TH],
                    until=noon(2027, 6, 30),
                )
            ],
            exdates=[noon(2027, 3, 15), noon(2027, 3, 29)],
        ),
    ),
    "six first Wednesdays": (
        {
            "repeats": "MONTH_WEEKDAY",
            "positions": ["1"],
            "weekdays": ["2"],
            "ends": "TIMES",
            "count": "6",
        },
        Recurrence(rrules=[Rule(recurrence.MONTHLY, byday=recurrence.WE(1), count=6)]),
    ),
    "the second and last Monday and Friday of three months": (
        {
            "repeats": "MONTH_WEEKDAY",
            "positions": ["2", "-1"],
            "weekdays": ["0", "4"],
            "months": ["12", "3", "6"],
        },
        Recurrence(
            rrules=[
                Rule(
                    recurrence.MONTHLY,
                    byday=[
                        recurrence.MO(2),
                        recurrence.FR(2),
                        recurrence.MO(-1),
                        recurrence.FR(-1),
                    ],
                    bymonth=[3, 6, 12],
                )
            ]
        ),
    ),
    "the 31st every second month": (
        {"repeats": "MONTH_DAY", "interval": "2", "month_day": "31"},
        Recurrence(rrules=[Rule(recurrence.MONTHLY, interval=2, bymonthday=31)]),
    ),
    "every week of two months": (
        {"months": ["1", "2"], "interval": "52"},
        Recurrence(
            rrules=[Rule(recurrence.WEEKLY, interval=52, byday=recurrence.TU, bymonth=[1, 2])]
        ),
    ),
}


@pytest.mark.parametrize("said", SAID)
def test_what_is_chosen_becomes_a_rule(said):
    typed, expected = SAID[said]
    form = Form(posted(**typed))

    assert form.errors == {}
    assert str(form.cleaned_data["rule"]) == str(expected)


@pytest.mark.parametrize("said", SAID)
@pytest.mark.parametrize("language", ["en", "fr", "nl"])
@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/New_York"])
def test_a_rule_comes_back_as_it_was_shown(said, language, zone):
    _typed, rule = SAID[said]
    with translation.override(language), timezone.override(zone):
        shown = Form(initial={"rule": rule})["rule"]
        drawn = shown.field.widget.decompress(rule)
        sent_back = posted(**dict(zip(shown.field.names, _as_sent(drawn), strict=True)))
        form = Form(sent_back, initial={"rule": rule})

        assert form.errors == {}
        assert str(form.cleaned_data["rule"]) == str(rule)
        assert form.changed_data == []
        assert "says more" not in str(shown)


def _as_sent(values):
    return [
        [str(one) for one in value] if isinstance(value, list) else str(value or "")
        for value in values
    ]


@pytest.mark.parametrize(
    ("language", "typed"),
    [("fr", "09/03/2027"), ("nl", "09-03-2027"), ("en", "2027-03-09"), ("fr", "2027-03-09")],
)
def test_days_are_read_as_they_are_written_in_the_language(language, typed):
    with translation.override(language):
        form = Form(posted(exceptions=typed))

        assert form.errors == {}
    assert form.cleaned_data["rule"].exdates == [noon(2027, 3, 9)]


WRONG = {
    "nothing sent": ({"repeats": [], "interval": [], "weekdays": [], "ends": []}, "repeats"),
    "each second": ({"repeats": "SECONDLY"}, "repeats"),
    "no step": ({"interval": "0"}, "interval"),
    "an empty step": ({"interval": ""}, "interval"),
    "a step of a year and more": ({"interval": "53"}, "interval"),
    "a step in words": ({"interval": "two"}, "interval"),
    "a step of a million digits": ({"interval": "9" * 1_000_000}, "interval"),
    "no weekday": ({"weekdays": []}, "weekdays"),
    "an eighth weekday": ({"weekdays": ["7"]}, "weekdays"),
    "a weekday with a null": ({"weekdays": ["1\x00"]}, "weekdays"),
    "no position": ({"repeats": "MONTH_WEEKDAY"}, "positions"),
    "a fifth position": ({"repeats": "MONTH_WEEKDAY", "positions": ["5"]}, "positions"),
    "no day of the month": ({"repeats": "MONTH_DAY"}, "month_day"),
    "the 32nd": ({"repeats": "MONTH_DAY", "month_day": "32"}, "month_day"),
    "the last but four": ({"repeats": "MONTH_DAY", "month_day": "-5"}, "month_day"),
    "a thirteenth month": ({"months": ["13"]}, "months"),
    "30 February": ({"repeats": "MONTH_DAY", "month_day": "30", "months": ["2"]}, "months"),
    "every second month, in March": (
        {"repeats": "MONTH_DAY", "month_day": "1", "months": ["3"], "interval": "2"},
        "months",
    ),
    "ends somehow": ({"ends": "LATER"}, "ends"),
    "until no day": ({"ends": "DAY"}, "until"),
    "until 30 February": ({"ends": "DAY", "until": "2027-02-30"}, "until"),
    "until month 13": ({"ends": "DAY", "until": "20271301T000000Z"}, "until"),
    "until long ago": ({"ends": "DAY", "until": "0002-01-01"}, "until"),
    "until the end of time": ({"ends": "DAY", "until": "9999-12-31"}, "until"),
    "how many times, not said": ({"ends": "TIMES"}, "count"),
    "no time": ({"ends": "TIMES", "count": "0"}, "count"),
    "a thousand million times": ({"ends": "TIMES", "count": str(10**9)}, "count"),
    "a day left out that is none": ({"exceptions": "2027-02-30"}, "exceptions"),
    "a day left out in another century": ({"exceptions": "2127-03-09"}, "exceptions"),
    "a rule among the days": ({"exceptions": "RRULE:FREQ=SECONDLY"}, "exceptions"),
    "a null among the days": ({"exceptions": "2027-03-09\x00"}, "exceptions"),
    "controls among the days": ({"exceptions": "2027-03-09\x07\x1b[31m"}, "exceptions"),
    "5,000 days left out": ({"exceptions": "2027-03-09\n" * 5_000}, "exceptions"),
    "201 days left out": ({"exceptions": "2027-03-09\n" * 201}, "exceptions"),
    "a megabyte of text": ({"exceptions": "x" * 1_000_000}, "exceptions"),
}


@pytest.mark.parametrize("said", WRONG)
def test_what_cannot_be_right_is_told_beside_its_part(said):
    typed, part = WRONG[said]
    form = Form(posted(**typed))

    errors = form.errors.as_data()["rule"]
    assert part in {error.code for error in errors}
    assert all(len(error.messages[0]) < 200 and error.messages[0].isprintable() for error in errors)
    assert "rule" not in form.cleaned_data


def test_every_error_is_told_at_once():
    typed = {"interval": "0", "weekdays": [], "ends": "TIMES", "exceptions": "tomorrow"}

    assert Form(posted(**typed)).errors == {
        "rule": [
            "The number of weeks or months is between 1 and 52.",
            "Choose at least one weekday.",
            "The number of times is between 1 and 500.",
            "“tomorrow” is no day between 2000 and 2100.",
        ]
    }


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2027-03-09\n" * 200, 200),
        ("2027-03-09\n" * 201, 0),
        ("2027-03-09\n" * 100_000, 0),
        ("1" * 1_000_000, 0),
    ],
    ids=["as many as may be", "one more", "100,000", "one endless line"],
)
def test_too_many_days_are_not_even_read(text, read):
    class CountingField(DayField):
        count = 0

        def clean(self, value):
            self.count += 1
            return super().clean(value)

    form = Form(posted(exceptions=text))
    counting = CountingField()
    form.fields["rule"].fields[-1].day = counting

    assert form.is_valid() is (read == 200)
    assert counting.count == read


def test_what_is_not_asked_is_not_read():
    left_over = {"month_day": "x", "positions": ["9"], "until": "never", "count": "0"}

    form = Form(posted(**left_over))

    assert form.errors == {}
    assert str(form.cleaned_data["rule"]) == str(SAID["every Tuesday"][1])


def test_what_was_typed_is_shown_again_with_each_error_at_its_part():
    form = Form(posted(interval="0", exceptions="tomorrow", weekdays=[]))
    widget = form.fields["rule"].widget

    html = widget.render_with_errors(
        "rule", form["rule"].value(), {"id": "id_rule"}, errors=form.errors["rule"]
    )

    about_weekdays = html.split('<div id="id_rule_3-about">')[1].split("</div>")[0]
    assert "Choose at least one weekday." in about_weekdays
    assert html.count("error-message") == 3
    assert 'aria-describedby="id_rule_9-about" aria-invalid="true">\ntomorrow</textarea>' in html
    assert html.count('aria-invalid="true"') == 2


def test_an_error_of_the_whole_stands_above_it():
    form = Form(posted())
    form.add_error("rule", "There is no such day.")

    html = form.fields["rule"].widget.render_with_errors(
        "rule", form["rule"].value(), {}, errors=form.errors["rule"]
    )

    assert html.index("There is no such day.") < html.index("How often")
    assert "aria-invalid" not in html


@pytest.mark.parametrize(
    "rule",
    [
        Recurrence(rdates=[noon(2027, 3, 9)]),
        Recurrence(rrules=[Rule(recurrence.DAILY), Rule(recurrence.WEEKLY)]),
        Recurrence(rrules=[Rule(recurrence.YEARLY, byweekno=[1])]),
        Recurrence(rrules=[Rule(recurrence.MONTHLY, bymonthday=[1, 15])]),
        Recurrence(
            rrules=[Rule(recurrence.MONTHLY, byday=[recurrence.MO(1), recurrence.TU(2)], count=3)]
        ),
        Recurrence(
            rrules=[Rule(recurrence.WEEKLY, byday=recurrence.TU)],
            exrules=[Rule(recurrence.MONTHLY, bymonthday=13)],
        ),
    ],
    ids=str,
)
def test_a_rule_that_says_more_is_shown_as_far_as_it_goes_and_told(rule):
    html = str(Form(initial={"rule": rule})["rule"])

    assert "This rule says more than can be shown here." in html
    assert f"<code>{rule}</code>" in html


def test_the_same_days_in_another_notation_are_shown_as_they_are():
    rule = Recurrence(
        rrules=[
            Rule(
                recurrence.WEEKLY,
                byday=[recurrence.TH, recurrence.MO],
                wkst=recurrence.SU,  # weeks start on Monday here, whatever is said
                until=noon(2027, 6, 30).astimezone(ZoneInfo("Pacific/Kiritimati")),
            )
        ]
    )

    html = str(Form(initial={"rule": rule})["rule"])

    assert "says more" not in html
    assert 'value="2027-06-30"' in html


def test_nothing_is_hidden_or_required_without_javascript():
    html = str(Form()["rule"])

    assert " hidden" not in html
    assert " required" not in html


def test_every_control_has_a_name_people_can_read():
    html = str(Form()["rule"])

    controls = [f'id="id_rule_{number}"' for number in (0, 1, 4, 6, 7, 8, 9)]
    labels = [f'<label class="w-field__label" for="id_rule_{n}">' for n in (0, 1, 4, 6, 7, 8, 9)]
    assert [one for one in (*controls, *labels) if html.count(one) != 1] == []
    assert html.count("<fieldset") == html.count("<legend") == 3


# --- the model field ---------------------------------------------------------------------------


@pytest.fixture
def series(db):
    return SessionSeries.objects.create(
        training=training_page(catalogue()).training,
        rule=SAID["every two weeks until a day, but not on two"][1],
        first_day=date(2027, 3, 1),
        start_time=time(9, 0),
        end_time=time(12, 30),
    )


@pytest.mark.parametrize(
    "rows",
    [
        SessionSeries.objects.only("first_day"),
        SessionSeries.objects.defer("rule"),
        SessionSeries.objects.only("rule"),
        SessionSeries.objects.all(),
    ],
    ids=["only another", "deferred", "only the rule", "all"],
)
def test_a_rule_may_be_loaded_later(series, rows):
    assert rows.get(pk=series.pk).rule == series.rule


def test_a_rule_is_stored_without_start_at_noon_utc(series):
    stored = SessionSeries._meta.get_field("rule").get_prep_value(series.rule)

    assert stored == (
        "RRULE:FREQ=WEEKLY;INTERVAL=2;UNTIL=20270630T120000Z;BYDAY=MO,TH\n"
        "EXDATE:20270315T120000Z\n"
        "EXDATE:20270329T120000Z"
    )


@pytest.mark.parametrize("use_tz", [True, False])
def test_a_host_that_wants_dates_without_zone_gets_the_same_days(series, settings, use_tz):
    settings.RECURRENCE_USE_TZ = use_tz
    with timezone.override("Pacific/Auckland"):
        kept = SessionSeries.objects.get()
        kept.save()
    with timezone.override("America/New_York"):
        again = SessionSeries.objects.get()

    assert [moment.isoformat()[:16] for moment in again.rule.exdates] == [
        "2027-03-15T12:00",
        "2027-03-29T12:00",
    ]
    assert again.rule.rrules[0].until.isoformat()[:16] == "2027-06-30T12:00"
