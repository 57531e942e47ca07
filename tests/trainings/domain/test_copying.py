from datetime import UTC, date, datetime, time, timedelta

import pytest
import recurrence
from django.core import serializers
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.images.models import Image
from wagtail.images.tests.utils import get_test_image_file
from wagtail.log_actions import registry
from wagtail.models import Page, Revision

from registrations.enums import Question
from registrations.models import Participation, Registration, SignUpQuestions
from tests.factories.registrations import person, registration
from tests.factories.trainings import (
    AT,
    catalogue,
    locale,
    programme_page,
    session,
    training_page,
    translated,
    venue,
)
from tests.factories.users import user
from trainings import signals
from trainings.domain import copying, scheduling
from trainings.domain.copying import copy_programme, plan, proposed_title
from trainings.domain.recurrence import expand
from trainings.enums import SessionKind, SessionStatus
from trainings.exceptions import CopyPlanChangedError
from trainings.models import (
    Programme,
    ProgrammePage,
    SessionSeries,
    Theme,
    Trainer,
    Training,
    TrainingPage,
    TrainingSession,
)

pytestmark = pytest.mark.django_db

#: A Tuesday on each side of the change to summer time, which in 2028 is on 26 March.
BEFORE = date(2027, 3, 23)
AFTER = date(2027, 3, 30)


@pytest.fixture
def programme():
    return programme_page(catalogue(), "Accompagner 2026-2027", introduction="<p>Huit matins.</p>")


@pytest.fixture
def page(programme):
    return training_page(programme, guiding_question="Par où commencer ?")


def copy(page, *, title="Accompagner 2027-2028", weeks=52, sessions=None, by=None):
    chosen = TrainingSession.objects.all() if sessions is None else sessions
    return copy_programme(
        page, title=title, weeks=weeks, session_ids=[one.pk for one in chosen], by=by, at=AT
    )


def below(page):
    return [one.specific for one in page.get_children()]


def test_texts_are_copied_as_drafts(programme, page):
    page.trainers = [("trainer", Trainer.objects.create(name="Une formatrice"))]
    page.save_revision().publish()

    copied = copy(programme)

    (training,) = below(copied)
    assert (copied.title, copied.slug) == ("Accompagner 2027-2028", "accompagner-2027-2028")
    assert copied.introduction == programme.introduction
    assert (training.title, training.guiding_question) == (page.title, page.guiding_question)
    assert [block.value for block in training.trainers] == [Trainer.objects.get()]
    assert not copied.live
    assert not training.live
    assert copied.get_parent() == programme.get_parent()


def test_copied_translations_can_be_edited(programme, page):
    translated(page, "nl", "Op zoek naar een woning")

    copied = copy(programme)

    for one in copied.get_translations(inclusive=True):
        for made in (one.specific, *below(one)):
            draft = made.get_latest_revision_as_object()
            assert getattr(draft, made.facts_field) == getattr(made, made.facts_field)


def test_the_latest_draft_is_what_is_copied(programme, page):
    page.guiding_question = "Et ensuite ?"
    page.save_revision()

    (training,) = below(copy(programme))

    assert training.get_latest_revision_as_object().guiding_question == "Et ensuite ?"


def test_facts_are_copied_once_whatever_the_language(programme, page):
    translated(page, "nl", "Op zoek naar een woning")

    copied = copy(programme)

    assert Programme.objects.count() == 2
    assert Training.objects.count() == 2
    assert copied.programme != programme.programme
    (training,) = below(copied)
    assert training.training.programme == copied.programme
    assert training.training.name == page.title
    assert copied.programme.name == "Accompagner 2027-2028"


def test_copies_are_translations_of_one_another(programme, page):
    dutch = translated(page, "nl", "Op zoek naar een woning")
    made = session(page)

    copied = copy(programme)

    dutch_copy = copied.get_translation(locale("nl"))
    (training,), (dutch_training,) = below(copied), below(dutch_copy)
    assert training.get_translation(locale("nl")) == dutch_training
    assert dutch_training.title == dutch.title
    assert dutch_training.training == training.training
    assert dutch_training.training.sessions.get() != made
    assert copied.translation_key != programme.translation_key
    assert training.translation_key != page.translation_key
    assert dutch_copy.programme == copied.programme
    assert not dutch_copy.live


def test_copying_from_a_translation_names_facts_after_the_first_language(programme, page):
    dutch = translated(programme, "nl", "Begeleiden 2026-2027")
    translated(page, "nl", "Op zoek naar een woning")

    copied = copy(dutch, title="Begeleiden 2027-2028")

    assert copied.locale.language_code == "nl"
    assert copied.get_translation(locale("fr")).title == "Accompagner 2027-2028"
    assert copied.programme.name == "Accompagner 2027-2028"


def test_a_training_known_in_the_other_language_only_comes_along(programme, page):
    translated(page, "nl", "Op zoek naar een woning")
    dutch = programme.get_translation(locale("nl"))
    made = session(training_page(dutch, title="Enkel in het Nederlands"))

    copied = copy(programme)

    training = Training.objects.exclude(sessions=made).get(name="Enkel in het Nederlands")
    assert training.sessions.get().starts_on == made.starts_on + timedelta(weeks=52)
    assert training.programme == copied.programme
    assert Programme.objects.count() == 2


def test_an_alias_in_the_programme_shares_the_copied_training(programme, page):
    page.create_alias(update_slug="alias")

    first, second = below(copy(programme))

    assert first.training == second.training
    assert Training.objects.count() == 2


def test_the_copy_of_an_alias_follows_the_copied_page(programme, page):
    """Wagtail makes one of the programme when a training below is translated first."""
    translated(page, "nl", "Op zoek naar een woning")
    assert programme.get_translation(locale("nl")).alias_of.pk == programme.pk

    copied = copy(programme)

    alias = copied.get_translation(locale("nl"))
    assert (alias.alias_of.pk, alias.title) == (copied.pk, copied.title)
    copied.introduction = "<p>Neuf matins.</p>"
    copied.save_revision().publish()
    alias = ProgrammePage.objects.get(pk=alias.pk)
    assert (alias.live, alias.introduction) == (True, "<p>Neuf matins.</p>")
    assert alias.programme == copied.programme


def test_settings_and_questions_are_copied(programme, page):
    theme = Theme.objects.create(name={"fr": "Énergie"}, slug="energie")
    training = page.training
    training.kind, training.is_discreet = SessionKind.WORKSHOP, True
    training.languages = ["fr", "nl"]
    training.save()
    training.themes.add(theme)
    SignUpQuestions.objects.create(training=training, asked=[Question.values[0]])

    (copied,) = below(copy(programme))

    of = copied.training
    assert (of.kind, of.is_discreet, of.languages) == (SessionKind.WORKSHOP, True, ["fr", "nl"])
    assert list(of.themes.all()) == [theme]
    assert of.sign_up_questions.asked == [Question.values[0]]
    assert of.uid != training.uid


def test_dates_keep_weekday_and_hours_across_clock_changes(programme, page):
    for day in (BEFORE, AFTER, date(2027, 10, 26), date(2027, 11, 2)):
        session(page, day)

    (training,) = below(copy(programme))

    copies = training.training.sessions.all()
    assert [one.starts_on for one in copies] == [
        date(2028, 3, 21),
        date(2028, 3, 28),
        date(2028, 10, 24),
        date(2028, 10, 31),
    ]
    assert {one.starts_on.strftime("%A") for one in copies} == {"Tuesday"}
    assert {one.local_start.time() for one in copies} == {time(9)}
    assert [one.starts_at.hour for one in copies] == [8, 7, 7, 8]


def test_a_copied_date_begins_a_life_of_its_own(programme, page):
    made = session(
        page,
        BEFORE,
        venue=venue(),
        capacity=17,
        registration_opens_at=datetime(2027, 3, 1, 8, tzinfo=UTC),
        registration_closes_at=datetime(2027, 3, 22, 11, tzinfo=UTC),
    )
    later = {"start_time": time(9, 30)}
    scheduling.reschedule(made, to=later, reason={"fr": "Grève"}, by=None, at=AT)

    (training,) = below(copy(programme, weeks=53))

    copied = training.training.sessions.get()
    assert copied.uid != made.uid
    assert (copied.sequence, copied.status, copied.reason) == (0, SessionStatus.SCHEDULED, {})
    assert (copied.previous_start, copied.previous_venue) == (None, None)
    assert (copied.venue, copied.capacity, copied.start_time) == (made.venue, 17, time(9, 30))
    # 28 March 2028 is after the change to summer time: the same hours on the wall.
    assert copied.registration_opens_at == datetime(2028, 3, 6, 8, tzinfo=UTC)
    assert copied.registration_closes_at == datetime(2028, 3, 27, 10, tzinfo=UTC)
    assert copied.changed_at == AT


def test_only_chosen_dates_are_copied(programme, page):
    made = [session(page, BEFORE), session(page, AFTER)]

    (training,) = below(copy(programme, sessions=made[1:]))

    assert [one.starts_on for one in training.training.sessions.all()] == [date(2028, 3, 28)]


def test_dates_called_off_or_postponed_are_not_proposed(programme, page):
    made = [session(page, BEFORE + timedelta(weeks=number)) for number in range(3)]
    scheduling.cancel(made[0], by=None, at=AT)
    scheduling.postpone(made[1], by=None, at=AT)

    lines = plan(programme, weeks=52, language="fr", at=AT)

    assert [line.session for line in lines] == [made[2]]
    with pytest.raises(CopyPlanChangedError):
        copy(programme, sessions=made)
    assert ProgrammePage.objects.count() == 1


def test_a_date_of_another_programme_is_not_copied(programme, page):
    other = training_page(programme.get_parent().specific, title="Ailleurs")

    with pytest.raises(CopyPlanChangedError):
        copy(programme, sessions=[session(other)])


def test_nobody_is_registered_for_a_copy(programme, page):
    made = session(page)
    registration(person(made), person(made, number=2))

    copy(programme)

    assert Registration.objects.count() == 1
    assert set(Participation.objects.values_list("session", flat=True)) == {made.pk}


def rows(programme):
    """Everything of the original, as it is stored."""
    pages = Page.objects.filter(pk__in=Page.objects.descendant_of(programme, inclusive=True))
    keys = [str(pk) for pk in pages.values_list("pk", flat=True)]
    kept = [
        *Page.objects.filter(pk__in=keys),
        *TrainingPage.objects.filter(pk__in=keys),
        *ProgrammePage.objects.filter(pk__in=keys),
        *Revision.objects.filter(object_id__in=keys),
        *Programme.objects.filter(pk=programme.programme_id),
        *Training.objects.filter(programme=programme.programme_id),
        *TrainingSession.objects.filter(training__programme=programme.programme_id),
        *SessionSeries.objects.filter(training__programme=programme.programme_id),
        *Participation.objects.all(),
        *SignUpQuestions.objects.filter(training__programme=programme.programme_id),
    ]
    return serializers.serialize("json", kept)


def test_nothing_of_the_original_changes(programme, page):
    translated(page, "nl", "Op zoek naar een woning")
    page.training.themes.add(Theme.objects.create(name={"fr": "Énergie"}, slug="energie"))
    SignUpQuestions.objects.create(training=page.training, asked=[Question.values[0]])
    a_series(page)
    registration(person(session(page, AFTER + timedelta(days=1))))
    before = rows(programme)

    copy(programme)

    assert rows(programme) == before


def test_uids_never_repeat(programme, page):
    for number in range(3):
        session(page, BEFORE + timedelta(weeks=number))

    copied = copy(programme)
    copy(copied, title="Encore", sessions=TrainingSession.objects.filter(starts_on__year=2028))

    uids = list(TrainingSession.objects.values_list("uid", flat=True))
    assert (len(uids), len(set(uids))) == (9, 9)


def a_series(page, *, first=BEFORE, weeks=4):
    """A weekly series of 9:00 mornings with a session each week."""
    series = SessionSeries.objects.create(
        training=page.training,
        rule=recurrence.Recurrence(
            rrules=[recurrence.Rule(recurrence.WEEKLY, byday=recurrence.TU, count=weeks)]
        ),
        first_day=first,
        start_time=time(9),
        end_time=time(12, 30),
        capacity=40,
        planned_until=first + timedelta(weeks=weeks),
    )
    for number in range(weeks):
        day = first + timedelta(weeks=number)
        session(page, day, series=series, original_on=day)
    return series


def test_a_series_is_copied_with_its_dates(programme, page):
    original = a_series(page)

    (training,) = below(copy(programme))

    series = training.training.series.get()
    assert (series.first_day, series.planned_until) == (date(2028, 3, 21), date(2028, 4, 18))
    days = [date(2028, 3, 21) + timedelta(weeks=number) for number in range(4)]
    assert expand(series.rule, first_day=series.first_day) == days
    copies = training.training.sessions.all()
    assert [(one.series, one.original_on) for one in copies] == [(series, day) for day in days]
    assert (series.start_time, series.capacity) == (original.start_time, 40)


def test_days_that_are_not_copied_are_left_out_of_the_copied_rule(programme, page):
    a_series(page)
    made = list(TrainingSession.objects.all())
    scheduling.cancel(made[2], by=None, at=AT)

    (training,) = below(copy(programme, sessions=[made[0], made[3]]))

    series = training.training.series.get()
    assert expand(series.rule, first_day=series.first_day) == [
        date(2028, 3, 21),
        date(2028, 4, 11),
    ]


def test_a_moved_session_keeps_the_day_of_its_rule(programme, page):
    a_series(page)
    made = TrainingSession.objects.first()
    scheduling.reschedule(made, to=scheduling.shifted(made, days=1), by=None, at=AT)

    (training,) = below(copy(programme))

    copied = training.training.sessions.first()
    assert (copied.starts_on, copied.original_on) == (date(2028, 3, 22), date(2028, 3, 21))
    assert (copied.is_adjusted, copied.is_moved) == (True, False)


def test_a_date_that_the_copied_rule_does_not_give_is_left_alone(programme, page):
    first_wednesdays = recurrence.Rule(recurrence.MONTHLY, byday=recurrence.WE(1), count=2)
    series = SessionSeries.objects.create(
        training=page.training,
        rule=recurrence.Recurrence(rrules=[first_wednesdays]),
        first_day=date(2027, 5, 5),
        start_time=time(9),
        end_time=time(12, 30),
    )
    for day in (date(2027, 5, 5), date(2027, 6, 2)):
        session(page, day, series=series, original_on=day)

    (training,) = below(copy(programme))

    # 52 weeks later, the second one is the fifth Wednesday of May.
    assert [(one.starts_on, one.is_adjusted) for one in training.training.sessions.all()] == [
        (date(2028, 5, 3), False),
        (date(2028, 5, 31), True),
    ]


def test_a_series_of_which_nothing_is_chosen_is_not_copied(programme, page):
    a_series(page)
    alone = session(page, date(2027, 3, 24))

    (training,) = below(copy(programme, sessions=[alone]))

    assert not training.training.series.exists()


def test_a_training_that_stands_alone_is_copied_too():
    page = training_page(catalogue(), title="Énergie 2026")
    session(page)

    copied = copy(page, title="Énergie 2027")

    assert (copied.title, copied.slug) == ("Énergie 2027", "énergie-2027")
    assert copied.training.sessions.get().starts_on == date(2028, 3, 21)
    assert copied.training.programme is None


def test_the_copy_can_be_published_and_then_shows_its_dates(programme, page, client):
    session(page)
    copied = copy(programme)
    assert client.get(copied.url).status_code == 404

    for one in (copied, *below(copied)):
        one.get_latest_revision().publish()

    (training,) = below(copied)
    training.refresh_from_db()
    html = client.get(training.url).content.decode()
    assert "21 mars 2028" in html
    assert "23 mars 2027" not in html


def test_when_the_original_was_to_appear_and_go_is_forgotten(programme, page):
    for one in (programme, page):
        one.expire_at = datetime(2027, 12, 31, tzinfo=UTC)
        one.save_revision().publish()

    copied = copy(programme)

    for one in (copied, *below(copied)):
        assert one.expire_at is None
        assert one.get_latest_revision_as_object().expire_at is None


def test_a_title_that_is_taken_gets_another_address(programme, page):
    first, second = copy(programme, title=programme.title), copy(programme, title=programme.title)

    assert len({programme.slug, first.slug, second.slug}) == 3


@pytest.mark.parametrize("title", ["a" * 255, "!!!"])
def test_a_title_that_makes_no_address_is_no_error(programme, page, title):
    assert copy(programme, title=title).title == title


@pytest.mark.parametrize(
    ("title", "proposed"),
    [
        ("Accompagner 2026", "Accompagner 2027"),
        ("Accompagner 2026-2027", "Accompagner 2027-2028"),
        ("Accompagner 2026/27", "Accompagner 2027/28"),
        ("Accompagner 2098–99", "Accompagner 2099–00"),
        ("Accompagner", "Accompagner (copy)"),
        ("Accompagner 30000", "Accompagner 30000 (copy)"),
    ],
)
def test_the_proposed_title(programme, title, proposed):
    programme.title = title
    programme.locale = locale("en")

    assert proposed_title(programme) == proposed


def test_other_languages_follow_the_year_of_the_title(programme, page):
    translated(programme, "nl", "Begeleiden 2026")

    copied = copy(programme, title="Accompagner 2028-2029", weeks=104)

    assert copied.get_translation(locale("nl")).title == "Begeleiden 2028"


def test_what_is_unusual_is_told_and_days_off_are_not_proposed(programme, page):
    # 52 weeks later: Easter Monday, an ordinary Tuesday, a Sunday.
    for day in (date(2027, 4, 19), date(2027, 4, 20), date(2027, 4, 25)):
        session(page, day)

    lines = plan(programme, weeks=52, language="en", at=AT)

    assert [line.is_proposed for line in lines] == [False, True, True]
    assert [[warning.kind for warning in line.warnings] for line in lines] == [
        ["day off"],
        [],
        ["sunday"],
    ]


def test_days_that_are_over_are_not_proposed(programme, page):
    session(page)

    (line,) = plan(programme, weeks=1, language="fr", at=AT + timedelta(weeks=10))

    assert not line.is_proposed


def test_an_hour_that_does_not_exist_on_the_new_day_cannot_be_copied(programme, page):
    session(page, date(2028, 3, 12), start_time=time(2, 30), end_time=time(6))
    in_march = session(page, date(2028, 3, 19), start_time=time(2, 30), end_time=time(6))

    lines = plan(programme, weeks=1, language="fr", at=AT)

    assert [bool(line.problem) for line in lines] == [False, True]
    with pytest.raises(CopyPlanChangedError):
        copy(programme, weeks=1, sessions=[in_march])


def test_a_date_too_far_away_cannot_be_copied(programme, page):
    session(page, date(9990, 1, 5))

    (line,) = plan(programme, weeks=520, language="fr", at=AT)

    assert (bool(line.problem), line.is_proposed) == (True, False)


def test_the_digest_tells_that_the_plan_has_changed(programme, page):
    made = session(page)

    def digest(weeks=52):
        return copying.digest(plan(programme, weeks=weeks, language="fr", at=AT))

    before = digest()
    assert digest() == before
    assert digest(weeks=53) != before
    scheduling.reschedule(made, to={"start_time": time(9, 30)}, by=None, at=AT)
    assert digest() != before


def test_one_signal_a_training_and_one_line_in_the_history(programme, page):
    session(page)
    heard = []

    def hear(sender, **values):
        heard.append((values["original"], values["copy"]))

    signals.training_copied.connect(hear)
    try:
        copied = copy(programme)
    finally:
        signals.training_copied.disconnect(hear)

    (training,) = below(copied)
    assert heard == [(page.training, training.training)]
    (entry,) = registry.get_logs_for_instance(copied).filter(action="trainings.copy")
    assert entry.data == {"from": programme.pk, "weeks": 52, "sessions": 1}


def test_who_may_not_add_the_pages_copies_nothing(programme, page):
    with pytest.raises(PermissionDenied):
        copy(programme, by=user())

    assert ProgrammePage.objects.count() == 1


def test_a_plan_takes_as_many_queries_for_many_dates(programme, page):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            plan(programme, weeks=52, language="fr", at=AT)
        return len(captured)

    hall = venue()
    session(page, BEFORE, venue=hall)
    with_one = queries()
    for number in range(1, 20):
        session(page, BEFORE + timedelta(weeks=number), venue=hall)

    assert queries() == with_one


def test_a_picture_is_shared_and_not_copied(programme, page):
    page.picture = Image.objects.create(title="Une salle", file=get_test_image_file())
    page.save_revision().publish()

    (training,) = below(copy(programme))

    assert training.picture == page.picture
    assert Image.objects.count() == 1
