"""The command that cron calls."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from registrations.domain import minimum, waiting_list
from registrations.domain.people import unnamed
from registrations.enums import MessageKind, Promotion
from registrations.models import OutgoingEmail, Participation, SignUpRules
from tests.factories.registrations import booker, person, registration
from tests.factories.trainings import catalogue, session, training_page

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def without_digest(settings):
    """On a Monday morning there would be one."""
    settings.REGISTRATIONS_DIGEST_WEEKDAYS = []


@pytest.fixture
def morning():
    """A place is free, somebody waits, and too few come."""
    page = training_page(catalogue())
    one = session(page, timezone.localdate() + timedelta(days=3), capacity=1)
    rules = SignUpRules.objects.create(
        session=one, per_service=None, promotion=Promotion.CONFIRM, min_participants=5
    )
    rules.reminders.create(days=1)
    registration(person(one), person(one, number=2), at=timezone.now())
    Participation.objects.earliest("pk").delete()
    return one


def test_it_says_what_it_did_and_twice_is_as_once(morning, capsys):
    for _round in range(2):
        call_command("tend_places")

    first, second = capsys.readouterr().out.splitlines()
    assert first == (
        "1 sessions tended, 0 failed, 0 asked for names, 1 minimum warnings, "
        "1 reminders added, 0 moved, 0 removed, 0 digests."
    )
    assert second == (
        "0 sessions tended, 0 failed, 0 asked for names, 0 minimum warnings, "
        "0 reminders added, 0 moved, 0 removed, 0 digests."
    )
    assert Participation.objects.get().status == "CONFIRMED"
    assert OutgoingEmail.objects.filter(kind=MessageKind.MINIMUM).count() == 1


def test_a_failure_is_told_to_cron(morning, monkeypatch, capsys):
    def broken(session_ids, *, at):
        raise ValueError("a fault in a rule")

    monkeypatch.setattr(waiting_list, "settle_now", broken)

    with pytest.raises(CommandError, match="1 sessions failed"):
        call_command("tend_places")
    assert "1 minimum warnings" in capsys.readouterr().out


def test_the_mails_it_queues_leave(morning, smtp):
    """And so does the one that says it takes place all the same."""
    SignUpRules.objects.update(may_hold=5, names_days_before=1, promotion=Promotion.BY_HAND)
    type(morning).objects.update(capacity=9)
    held = unnamed(2, session_ids=[morning.pk])
    registration(*held, booker=booker(email="ecole@x.example"), at=timezone.now())
    call_command("tend_places")
    call_command("send_emails")
    minimum.confirm(morning, by=None, at=timezone.now())
    call_command("send_emails")

    due = OutgoingEmail.objects.exclude(kind=MessageKind.REMINDER)
    assert list(due.filter(sent_at=None).values_list("kind", "last_error")) == []
    kinds = set(OutgoingEmail.objects.values_list("kind", flat=True))
    assert {MessageKind.MINIMUM, MessageKind.NAMES_NEEDED, MessageKind.GOES_AHEAD} <= kinds
    (warning,) = [one for one in smtp.messages if one["To"] == "trainings@host.example"]
    people = reverse("registrations_admin:people", args=[morning.pk])
    assert people in warning.get_body(("plain",)).get_content()
