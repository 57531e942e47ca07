from datetime import UTC, datetime, timedelta

import pytest

from registrations.domain.seen import services_not_seen
from registrations.enums import PartnerStatus
from registrations.models import AttendanceSheet, Participation, PartnerService
from tests.factories.registrations import partner, person, registration
from tests.factories.trainings import AT, MORNING_1, MORNING_2, catalogue, session, training_page
from trainings.domain import scheduling

pytestmark = pytest.mark.django_db

#: The mornings end at 12:30 in Brussels.
END = datetime(2027, 3, 23, 11, 30, tzinfo=UTC)
LATER = END + timedelta(days=60)


@pytest.fixture
def page():
    return training_page(catalogue())


def comes(name: str, session, *, number: int, status: str = "CONFIRMED") -> PartnerService:
    """A service of which one person stands like this at the session."""
    service = partner(name)
    registration(person(session, number=number), partner=service, at=AT)
    Participation.objects.filter(participant__registration__partner=service).update(status=status)
    return service


def names(found) -> set[str]:
    return {one.name for one in found}


def test_a_service_is_seen_once_somebody_had_a_place_at_a_session_that_took_place(page):
    morning = session(page, MORNING_1)
    for number, status in enumerate(("CONFIRMED", "WAITING", "PENDING", "REFUSED"), start=1):
        comes(status.title(), morning, number=number, status=status)
    partner("Nobody")

    assert names(services_not_seen(at=LATER)) == {"Waiting", "Pending", "Refused", "Nobody"}
    # To come, it has seen nobody yet; over at its last instant, it has.
    before = END - timedelta(seconds=1)
    assert names(services_not_seen(at=before)) == {
        *("Confirmed", "Waiting", "Pending", "Refused", "Nobody")
    }
    assert "Confirmed" not in names(services_not_seen(at=END))


def test_at_a_session_called_off_nobody_was_seen(page):
    off, postponed = session(page, MORNING_1), session(page, MORNING_2)
    comes("Called off", off, number=1)
    comes("Postponed", postponed, number=2)
    scheduling.cancel(off, by=None, at=AT)
    scheduling.postpone(postponed, by=None, at=AT)

    assert names(services_not_seen(at=LATER)) == {"Called off", "Postponed"}


def test_months_are_counted_back_to_the_instant(page):
    comes("Came", session(page, MORNING_1), number=1)
    partner("Never")
    two_months_on = END.replace(month=5)

    assert names(services_not_seen(months=2, at=two_months_on)) == {"Came", "Never"}
    assert names(services_not_seen(months=2, at=two_months_on - timedelta(seconds=1))) == {"Never"}


def test_only_listed_services_are_found(page):
    partner("Listed")
    partner("To check", status=PartnerStatus.TO_CHECK)

    assert names(services_not_seen(at=AT)) == {"Listed"}


# --- presence ---


def presence(service: PartnerService, state: str) -> None:
    """As `attendance` would write it."""
    came = state in ("PRESENT", "PARTLY")
    Participation.objects.filter(participant__registration__partner=service).update(
        presence=state, attended=timedelta(hours=1) if came else None
    )


@pytest.mark.parametrize("is_closed", [False, True])
def test_who_was_noted_was_seen_or_was_not(page, is_closed):
    morning = session(page, MORNING_1)
    for number, state in enumerate(("PRESENT", "PARTLY", "EXCUSED", "ABSENT"), start=1):
        presence(comes(state.title(), morning, number=number), state)
    AttendanceSheet.objects.create(session=morning, closed_at=END if is_closed else None)

    assert names(services_not_seen(at=LATER)) == {"Excused", "Absent"}


def test_where_the_sheet_was_closed_a_place_alone_does_not_count(page):
    morning, other = session(page, MORNING_1), session(page, MORNING_2)
    comes("Not noted", morning, number=1)
    comes("No sheet", other, number=2)
    sheet = AttendanceSheet.objects.create(session=morning)

    assert names(services_not_seen(at=LATER)) == set()
    sheet.closed_at = END
    sheet.save()
    assert names(services_not_seen(at=LATER)) == {"Not noted"}


def test_one_person_who_came_is_enough(page):
    morning = session(page, MORNING_1)
    service = comes("Two people", morning, number=1)
    presence(service, "ABSENT")
    registration(person(morning, number=2), partner=service, at=AT)
    Participation.objects.filter(presence="").update(presence="PARTLY", attended=timedelta(hours=1))
    AttendanceSheet.objects.create(session=morning, closed_at=END)

    assert names(services_not_seen(at=LATER)) == set()
