"""An officer without superuser rights plans a season, moves and calls off dates, and copies it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from registrations.models import OutgoingEmail
from tests.factories.registrations import person, registration
from tests.factories.users import communications_officer
from tests.journeys.officer import Hand, Keys, Officer
from trainings.enums import SessionStatus
from trainings.models import ClosedPeriod, ProgrammePage, TrainingSession


@pytest.fixture
def tuesdays():
    """Twelve of them, the first in some weeks."""
    today = timezone.localdate()
    first = today + timedelta(days=(1 - today.weekday()) % 7 + 21)
    return [first + timedelta(weeks=number) for number in range(12)]


@pytest.fixture
def without_public_holidays(settings):
    """Which Tuesdays they fall on depends on the year."""
    settings.TRAININGS_HOLIDAYS = ()


@pytest.mark.parametrize(
    ("hand", "scheme"), [(Hand, "light"), (Keys, "dark")], ids=["mouse, light", "keyboard, dark"]
)
def test_a_season(site, new_browser, tuesdays, without_public_holidays, hand, scheme):
    communications_officer()
    ClosedPeriod.objects.create(
        name={"fr": "Congés scolaires"}, first_day=tuesdays[2], last_day=tuesdays[3]
    )
    browser = new_browser(color_scheme=scheme, viewport={"width": 1280, "height": 900})
    officer = Officer(site, browser.new_page(), hand)
    officer.log_in()

    page = officer.write_page("Lire ensemble un bail")
    wednesday = tuesdays[5] + timedelta(days=1)
    officer.plan(page, tuesdays[0], adjusted=tuesdays[5], to=wednesday)
    planned = [day for day in tuesdays if day not in tuesdays[2:4]]
    planned[3] = wednesday
    sessions = list(page.training.sessions.all())
    assert [one.starts_on for one in sessions] == planned
    assert {(one.local_start.hour, one.local_end.hour) for one in sessions} == {(9, 12)}
    assert [one.is_adjusted for one in sessions] == [day == wednesday for day in planned]

    officer.publish(page)
    page.refresh_from_db()
    assert page.live

    uids = {one.pk: one.uid for one in sessions}
    moved, cancelled = sessions[6], sessions[7]
    for number in range(10):
        three = [person(moved, number=10 * number + place) for place in range(3)]
        registration(*three, at=timezone.now())
    OutgoingEmail.objects.all().delete()
    monday = moved.starts_on - timedelta(days=1)
    officer.move(moved, monday)
    officer.decide("cancel", cancelled)
    assert TrainingSession.objects.get(pk=cancelled.pk).status == SessionStatus.CANCELLED
    officer.decide("restore", cancelled)

    after = {one.pk: one for one in page.training.sessions.all()}
    assert {key: one.uid for key, one in after.items()} == uids
    assert (after[moved.pk].starts_on, after[moved.pk].sequence) == (monday, 1)
    assert after[moved.pk].previous_start == moved.starts_at
    assert (after[cancelled.pk].goes_ahead, after[cancelled.pk].sequence) == (True, 2)
    told = OutgoingEmail.objects.filter(kind="MOVED", participant__isnull=False)
    assert told.values("recipient").distinct().count() == told.count() == 30

    officer.copy_programme("Accompagner, l’année suivante")
    copied = ProgrammePage.objects.get(title="Accompagner, l’année suivante")
    copies = TrainingSession.objects.filter(
        training__programme=copied.programme, training__name="Lire ensemble un bail"
    )
    assert [one.starts_on for one in copies] == [
        one.starts_on + timedelta(weeks=52) for one in page.training.sessions.all()
    ]
    assert not set(copies.values_list("uid", flat=True)) & set(uids.values())
    assert not copies.filter(participations__isnull=False).exists()
    assert officer.faults == {}
