"""What an organiser does to a session reaches the people who are registered for it."""

from __future__ import annotations

from django.db import transaction
from django.dispatch import receiver

from registrations.domain import held_places, waiting_list
from registrations.domain.sharing import with_bundles
from registrations.domain.telling import tell
from registrations.emails import reminders
from registrations.enums import MessageKind
from registrations.models import SignUpQuestions, SignUpRules
from registrations.models.rules import filled
from trainings import signals


@receiver(signals.session_rescheduled)
def tell_it_moved(sender, session, before, at, **kwargs):
    # A postponed session that gets its old day back has not moved.
    kind = MessageKind.MOVED if before else MessageKind.RESTORED
    tell(kind, session, before=before, at=at)


@receiver(signals.session_postponed)
def tell_it_is_postponed(sender, session, at, **kwargs):
    tell(MessageKind.POSTPONED, session, at=at)


@receiver(signals.session_cancelled)
def tell_it_is_cancelled(sender, session, at, **kwargs):
    tell(MessageKind.CANCELLED, session, at=at)


@receiver(signals.session_restored)
def tell_it_takes_place(sender, session, at, **kwargs):
    tell(MessageKind.RESTORED, session, at=at)


@receiver(signals.session_scheduled)
def fill_in_what_rules_say(sender, session, **kwargs):
    """A new session that says nothing of places and deadlines has those of its training."""
    rules = SignUpRules.objects.filter(training=session.training_id).first()
    if rules is None or session.series_id is not None:
        return
    said = rules.given_to(session)
    empty = {name: value for name, value in said.items() if getattr(session, name) is None}
    after = filled(session, empty)
    for name in empty:
        setattr(session, name, getattr(after, name))
    session.save(update_fields=list(empty))


@receiver(signals.session_rescheduled)
@receiver(signals.session_postponed)
@receiver(signals.session_cancelled)
@receiver(signals.session_restored)
def move_the_day_names_are_due(sender, session, at, **kwargs):
    """Before anything is given: what is held until the old day must not be taken back."""
    held_places.follow(session, at=at)


@receiver(signals.session_capacity_changed)
@receiver(signals.session_rescheduled)
@receiver(signals.session_restored)
def give_what_is_free(sender, session, at, **kwargs):
    """In the transaction that holds the session's lock; where more locks are needed, after it."""
    pk = session.pk
    if with_bundles({pk}, at=at) == {pk}:
        waiting_list.settle_now({pk}, at=at)
    else:
        transaction.on_commit(lambda: waiting_list.settle_now({pk}, at=at))


@receiver(signals.session_rescheduled)
@receiver(signals.session_postponed)
@receiver(signals.session_cancelled)
@receiver(signals.session_restored)
def reschedule_reminders(sender, session, at, **kwargs):
    """What is scheduled about it goes with it, in the transaction of the act."""
    reminders.reconcile(sessions=[session.pk], at=at)


@receiver(signals.training_copied)
def copy_rules(sender, original, copy, **kwargs):
    """What is named by hand comes along; a session's own rules stay with that session."""
    for rules in SignUpRules.objects.filter(training=original).complete():
        rules.copy_to(copy)


@receiver(signals.training_copied)
def copy_questions(sender, original, copy, **kwargs):
    for questions in SignUpQuestions.objects.filter(training=original):
        questions.copy_to(copy)
