"""Attestations: for presence alone, in the person's words, corrected with the presence."""

import threading
from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.utils import translation
from wagtail.models import ModelLogEntry

from registrations.domain import answers, attendance, attestations, attestations_of, issuing
from registrations.domain.people import Person
from registrations.enums import MessageKind, PresenceState
from registrations.exceptions import NobodyCameError, OneSessionOnlyError, SheetNotClosedError
from registrations.models import (
    Attestation,
    AttestationFacts,
    AttestedSession,
    OutgoingEmail,
    Participant,
    Participation,
)
from tests.factories.attendance import attested, came, close, participations
from tests.factories.registrations import booker, partner, person, registration
from tests.factories.trainings import (
    AT,
    MORNING_1,
    MORNING_2,
    catalogue,
    programme_page,
    session,
    training_page,
    translated,
    venue,
)
from trainings.models import Funder, Trainer

pytestmark = pytest.mark.django_db

H3 = timedelta(hours=3)


@pytest.fixture(autouse=True)
def organiser(settings):
    settings.REGISTRATIONS_ORGANISER_NAME = "Société de logement « Été »"


@pytest.fixture
def page():
    return training_page(catalogue(), title="Accompagner un ménage")


@pytest.fixture
def morning(page):
    return session(page, venue=venue())


def after(one, **time):
    return one.ends_at + timedelta(**time)


def valid(of=None):
    rows = Attestation.objects.filter(withdrawn_at=None)
    return list((rows.filter(session=of) if of else rows).order_by("number"))


def mails():
    rows = OutgoingEmail.objects.filter(kind=MessageKind.ATTESTATION).order_by("pk")
    return [(one.recipient, one.language, one.key) for one in rows]


# --- issued -------------------------------------------------------------------------------------


def test_presence_noted_before_the_sheet_is_closed_gives_none(morning):
    came(*participations(morning))

    assert valid() == []
    with pytest.raises(SheetNotClosedError):
        attestations.issue(morning, by=None, at=after(morning))


def test_closing_the_sheet_issues_to_those_who_came(morning):
    present, absent, excused, partly = participations(morning, 4)
    came(present)
    came(absent, state=PresenceState.ABSENT)
    came(excused, state=PresenceState.EXCUSED)
    came(partly, arrived_at=time(10, 45))

    close(morning)

    found = valid()
    assert [(one.participant, one.attended) for one in found] == [
        (present.participant, H3),
        (partly.participant, timedelta(hours=1, minutes=30)),
    ]
    assert [one.number for one in found] == ["2027-000001", "2027-000002"]
    assert [[line.participation_id for line in one.lines.all()] for one in found] == [
        [present.pk],
        [partly.pk],
    ]
    assert mails() == [
        ("personne1@cpas.example", "fr", "attestation:2027-000001"),
        ("personne4@cpas.example", "fr", "attestation:2027-000002"),
    ]
    log = ModelLogEntry.objects.get(action="registrations.issue_attestation")
    assert (log.object_id, log.data) == (str(morning.pk), {"number": 2})


def test_it_says_all_that_an_employer_asks_for(page, morning):
    trainer = Trainer.objects.create(name="Formatrice", organisation="Relogeas")
    alone = Trainer.objects.create(name="Formateur")
    page.trainers = [("trainer", trainer), ("trainer", alone), ("trainer", trainer)]
    page.save()
    funder = Funder.objects.create(name="Wallonie", mention={"fr": "Avec l’appui de la Wallonie."})
    page.training.funders.add(funder)

    [one] = attested(morning)

    assert one.said == AttestationFacts(
        title="Accompagner un ménage",
        first_name="Assistante",
        last_name="Sociale 1",
        function="assistante sociale",
        service="CPAS de Charleroi",
        organiser="Société de logement « Été »",
        trainers=["Relogeas", "Formateur"],
        funders=["Avec l’appui de la Wallonie."],
        sessions=[
            AttestedSession(
                title="Accompagner un ménage",
                starts_on=MORNING_1,
                ends_on=MORNING_1,
                place="Charleroi",
                half_days=1,
                attended=H3,
            )
        ],
        issued_on=date(2027, 3, 23),
        place_of_issue="Charleroi",
    )
    assert (one.said.initials, one.language) == ("A. S.", "fr")


def test_each_has_it_in_their_language(page, morning):
    translated(page, "nl", "Een huishouden begeleiden")
    rows = participations(morning, 2)
    rows[1].participant.language = "nl"
    rows[1].participant.save()
    came(*rows)

    with translation.override("en"):
        close(morning)

    assert [(one.language, one.said.title) for one in valid()] == [
        ("fr", "Accompagner un ménage"),
        ("nl", "Een huishouden begeleiden"),
    ]


def test_where_there_is_no_page_in_it_there_is_another(morning):
    [one] = attested(morning, language="nl")

    assert (one.language, one.said.title) == ("nl", "Accompagner un ménage")


def test_without_a_live_page_it_has_the_name_of_the_training(page, morning):
    page.unpublish()

    assert attested(morning)[0].said.title == page.training.name


def test_who_has_no_address_is_told_by_the_booker(morning):
    attested(morning, email="")

    assert mails() == [("assistante@cpas.example", "fr", "attestation:2027-000001")]
    assert OutgoingEmail.objects.get(kind="ATTESTATION").participant is None


def test_a_place_without_a_name_gets_none(morning):
    [row] = participations(morning, email="")
    Participant.objects.update(first_name="", last_name="")
    came(row)
    close(morning)

    assert valid() == []


def test_closed_again_nobody_gets_another(morning):
    attested(morning, 2)
    attendance.reopen_sheet(morning, by=None, at=after(morning, hours=1))
    close(morning, at=after(morning, hours=2))

    assert (len(valid()), Attestation.objects.count(), len(mails())) == (2, 2, 2)


def test_what_is_missing_is_issued(morning):
    first, _second = attested(morning, 2)
    attestations.withdraw([first], by=None, at=after(morning, hours=1))

    made = attestations.issue(morning, by=None, at=after(morning, hours=2))

    assert [(one.number, one.participant) for one in made] == [("2027-000003", first.participant)]
    assert attestations.issue(morning, by=None, at=after(morning, hours=3)) == []


def test_without_anybody_present_there_is_nothing_to_attest(morning):
    participations(morning)
    close(morning)

    with pytest.raises(NobodyCameError):
        attestations.issue(morning, by=None, at=after(morning))


def test_how_many_queries_does_not_depend_on_how_many_people(
    page, morning, django_assert_max_num_queries
):
    other = session(page, MORNING_2)
    for one, number in ((morning, 1), (other, 30)):
        came(*participations(one, number))
        attendance.AttendanceSheet.objects.filter(session=one).update(closed_at=one.ends_at)
    with django_assert_max_num_queries(40) as counted:
        attestations.issue(morning, by=None, at=after(other))
    few = len(counted)
    with django_assert_max_num_queries(few):
        assert len(attestations.issue(other, by=None, at=after(other))) == 30


# --- corrected ----------------------------------------------------------------------------------


def test_who_was_not_there_after_all_loses_it(morning):
    [one] = attested(morning)
    [row] = Participation.objects.all()

    came(row, state=PresenceState.ABSENT, at=after(morning, hours=1))

    one.refresh_from_db()
    assert (one.withdrawn_at, valid()) == (after(morning, hours=1), [])


def test_other_hours_are_another_attestation(morning):
    [one] = attested(morning)
    [row] = Participation.objects.all()

    came(row, left_at=time(10, 45), at=after(morning, hours=1))

    [again] = valid()
    one.refresh_from_db()
    assert (one.is_valid, one.number, again.number) == (False, "2027-000001", "2027-000002")
    assert (one.attended, again.attended) == (H3, timedelta(hours=1, minutes=30))
    assert one.said.attended == H3
    assert [key for _to, _language, key in mails()] == [
        "attestation:2027-000001",
        "attestation:2027-000002",
    ]


def test_the_same_hours_noted_again_change_nothing(morning):
    [one] = attested(morning)
    [row] = Participation.objects.all()

    came(row, at=after(morning, hours=1))

    assert valid() == [one]


def test_who_was_there_after_all_gets_one(morning):
    row = participations(morning)[0]
    close(morning)
    assert valid() == []

    came(row, at=after(morning, hours=1))

    assert [one.participant for one in valid()] == [row.participant]


def test_who_is_replaced_after_the_event_loses_it(morning):
    attested(morning)
    [row] = Participation.objects.all()

    answers.replace(
        row,
        by_person=Person(first_name="Une", last_name="Autre", session_ids=(morning.pk,)),
        on_the_spot=True,
        at=after(morning, minutes=-1),
    )

    assert valid() == []


def test_a_corrected_name_is_on_the_next_one_only(morning):
    [one] = attested(morning)
    attested_person = one.participant
    attested_person.last_name = "Sociale-Corrigée"
    attested_person.save()

    assert valid() == [one]
    assert valid()[0].said.last_name == "Sociale 1"

    [row] = Participation.objects.all()
    [again] = attestations.issue_again(morning, [row.pk], by=None, at=after(morning, hours=1))
    one.refresh_from_db()
    assert (one.is_valid, valid(), again.said.last_name) == (False, [again], "Sociale-Corrigée")


def test_nothing_is_issued_again_to_who_was_not_there(page, morning):
    attested(morning)
    elsewhere = session(page, MORNING_2)
    [other] = participations(elsewhere, number=1, email="autre@cpas.example")

    with pytest.raises(NobodyCameError):
        attestations.issue_again(morning, [other.pk], by=None, at=after(morning))
    assert len(valid()) == 1


def test_withdrawn_twice_it_stays_withdrawn_since_the_first(morning):
    [one] = attested(morning)
    first, later = after(morning, hours=1), after(morning, hours=2)

    assert attestations.withdraw([one], by=None, at=first) == 1
    assert attestations.withdraw([one], by=None, at=later) == 0

    one.refresh_from_db()
    assert one.withdrawn_at == first
    assert ModelLogEntry.objects.filter(action="registrations.withdraw_attestation").count() == 1


# --- hours added up -----------------------------------------------------------------------------


@pytest.fixture
def series(page):
    return [session(page, on, venue=venue(name=f"Salle {on.day}")) for on in (MORNING_1, MORNING_2)]


def both(series, **fields):
    """One person at both, of one registration, and closed."""
    made = registration(person(*series, **fields), at=AT)
    rows = list(Participation.objects.filter(participant__registration=made).order_by("pk"))
    for row in rows:
        came(row)
        close(row.session)
    return rows


def test_hours_of_a_training_are_added_up(page, series):
    rows = both(series)
    at = after(series[1], hours=1)

    one = attestations.issue_whole(page.training, rows[1].participant, by=None, at=at)

    assert (one.training, one.session, one.attended) == (page.training, None, 2 * H3)
    assert [line.participation_id for line in one.lines.all()] == [row.pk for row in rows]
    assert [said.starts_on for said in one.said.sessions] == [MORNING_1, MORNING_2]
    assert mails()[-1] == ("personne1@cpas.example", "fr", f"attestation:{one.number}")


def test_hours_of_a_programme_are_added_up_under_its_title():
    parent = catalogue()
    whole = programme_page(parent, title="Accompagner vers et dans le logement")
    pages = [training_page(parent, title=title) for title in ("Premier thème", "Second thème")]
    for one in pages:
        one.training.programme = whole.programme
        one.training.save()
    rows = both([session(pages[0]), session(pages[1], MORNING_2)])

    found = attestations.issue_whole(
        whole.programme, rows[0].participant, by=None, at=after(rows[1].session)
    )

    assert found.said.title == "Accompagner vers et dans le logement"
    assert [one.title for one in found.said.sessions] == ["Premier thème", "Second thème"]
    assert (found.programme, found.attended) == (whole.programme, 2 * H3)


def test_across_registrations_it_is_the_same_address_and_name(page, series):
    first, second = series
    for one, fields in ((first, {}), (second, {"last_name": "SOCIALE 1"})):
        came(*participations(one, **fields, email="Personne@cpas.example"))
        close(one)
    row = Participation.objects.get(session=second)

    one = attestations.issue_whole(page.training, row.participant, by=None, at=after(second))

    assert one.attended == 2 * H3
    assert one.participant == Participation.objects.get(session=first).participant


@pytest.mark.parametrize(
    "other",
    [{"last_name": "Autre"}, {"email": "autre@cpas.example"}, {"email": ""}],
    ids=["who shares the mailbox", "of the same name", "without an address"],
)
def test_hours_of_somebody_else_are_not_added(page, series, other):
    first, second = series
    for one, fields in ((first, {}), (second, other)):
        came(*participations(one, **{"email": "equipe@cpas.example", **fields}))
        close(one)
    row = Participation.objects.get(session=first)

    with pytest.raises(OneSessionOnlyError):
        attestations.issue_whole(page.training, row.participant, by=None, at=after(second))


def test_a_sheet_that_is_open_does_not_count(page, series):
    made = registration(person(*series), at=AT)
    rows = list(Participation.objects.filter(participant__registration=made).order_by("pk"))
    for row in rows:
        came(row)
    close(series[0])

    with pytest.raises(OneSessionOnlyError):
        attestations.issue_whole(page.training, rows[0].participant, by=None, at=after(series[1]))


def test_who_was_never_there_has_nothing_to_add_up(page, series):
    [row] = participations(series[0])

    with pytest.raises(NobodyCameError):
        attestations.issue_whole(page.training, row.participant, by=None, at=after(series[0]))


def test_added_up_twice_it_is_the_same_one(page, series):
    rows = both(series)
    first, second = (
        attestations.issue_whole(
            page.training, row.participant, by=None, at=after(series[1], days=day)
        )
        for day, row in enumerate(rows)
    )

    assert first == second


def test_a_third_session_makes_another_sum(page, series):
    third = session(page, date(2027, 4, 6))
    rows = both([*series, third])
    Participation.objects.filter(pk=rows[2].pk).update(presence="", attended=None)
    before = attestations.issue_whole(page.training, rows[0].participant, by=None, at=after(third))
    Participation.objects.filter(pk=rows[2].pk).update(presence="PRESENT", attended=H3)

    now = attestations.issue_whole(page.training, rows[0].participant, by=None, at=after(third))

    before.refresh_from_db()
    assert (before.is_valid, before.attended, now.attended) == (False, 2 * H3, 3 * H3)


def test_a_sum_is_withdrawn_with_a_presence_that_it_rests_on(page, series):
    rows = both(series)
    whole = attestations.issue_whole(
        page.training, rows[0].participant, by=None, at=after(series[1])
    )

    came(rows[0], left_at=time(10, 45), at=after(series[1], days=1))

    whole.refresh_from_db()
    assert not whole.is_valid
    assert [one.session for one in valid()] == [series[1], series[0]]


# --- read ---------------------------------------------------------------------------------------


TYPED = {
    "as it is": str,
    "small": str.lower,
    "without hyphens": lambda code: code.replace("-", ""),
    "with blanks": lambda code: f" {code.replace('-', '  ')} ",
    "with dots": lambda code: code.replace("-", "."),
}


@pytest.mark.parametrize("typed", TYPED.values(), ids=TYPED.keys())
def test_a_code_is_found_however_it_is_typed(morning, typed):
    [one] = attested(morning)

    assert attestations_of.found_by(typed(one.code)) == one


@pytest.mark.parametrize("typed", ["", "-", "O" * 12, "ABCD", "é" * 12, "A" * 500, "\x00" * 12])
def test_what_is_no_code_finds_nothing(morning, typed):
    attested(morning)

    assert attestations_of.found_by(typed) is None


def test_people_of_a_session_are_read_in_few_queries(morning, django_assert_num_queries):
    attested(morning, 5)

    with django_assert_num_queries(3):
        found = attestations_of.people_of(morning)

    assert [one.attestation.number for one in found] == [f"2027-00000{n}" for n in range(1, 6)]
    assert {one.email.key for one in found} == {f"attestation:2027-00000{n}" for n in range(1, 6)}


# --- numbers ------------------------------------------------------------------------------------


def test_numbers_begin_anew_each_year(morning):
    attested(morning)
    assert issuing.next_numbers(2, year=2027) == ["2027-000002", "2027-000003"]
    assert issuing.next_numbers(1, year=2028) == ["2028-000001"]


def test_the_year_is_that_of_the_clock_here(page):
    night = session(page, date(2027, 12, 31), start_time=time(20), end_time=time(23, 50))
    came(*participations(night))
    close(night, at=night.ends_at + timedelta(minutes=20))

    assert [one.number for one in valid()] == ["2028-000001"]


def test_no_number_comes_back_when_somebody_is_erased(morning):
    [one] = attested(morning)
    one.participant.registration.delete()

    assert issuing.next_numbers(1, year=2027) == ["2027-000002"]


def four_mornings():
    """Three people at each, noted present; nobody's sheet is closed yet."""
    page, service = training_page(catalogue()), partner()
    mornings = [session(page, MORNING_1 + timedelta(days=day)) for day in range(4)]
    for number, morning in enumerate(mornings):
        people = [person(morning, number=10 * number + one) for one in range(3)]
        who = booker(email=f"equipe{number}@cpas.example")
        registration(*people, partner=service, booker=who, at=AT)
        came(*Participation.objects.filter(session=morning))
    return mornings


def closed_at_once(mornings):
    """What went wrong."""
    ready, wrong = threading.Barrier(len(mornings)), []

    def close_one(morning):
        try:
            ready.wait()
            close(morning)
        except Exception as error:
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=close_one, args=[one]) for one in mornings]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return wrong


@pytest.mark.django_db(transaction=True)
def test_sessions_closed_at_once_share_no_number_and_leave_no_gap():
    assert closed_at_once(four_mornings()) == []

    numbers = sorted(Attestation.objects.values_list("number", flat=True))
    assert numbers == [f"2027-{number:06}" for number in range(1, 13)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="its transactions wait by themselves")
def test_without_the_lock_they_would_share_numbers(monkeypatch):
    mornings = four_mornings()
    counted = threading.Barrier(len(mornings))

    def count_on(how_many, *, year):
        """From the last attestation, which is no lock."""
        last = Attestation.objects.select_for_update().order_by("-number").first()
        first = int(last.number[5:]) + 1 if last else 1
        counted.wait(30)
        return [f"{year}-{number:06}" for number in range(first, first + how_many)]

    monkeypatch.setattr(issuing, "next_numbers", count_on)

    wrong = closed_at_once(mornings)

    assert [type(one).__name__ for one in wrong] == ["IntegrityError"] * 3
