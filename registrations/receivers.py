"""What an organiser does to a session reaches the people who are registered for it."""

from __future__ import annotations

from django.dispatch import receiver

from registrations.domain.telling import tell
from registrations.enums import MessageKind
from registrations.models import SignUpQuestions
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


@receiver(signals.training_copied)
def copy_questions(sender, original, copy, **kwargs):
    for questions in SignUpQuestions.objects.filter(training=original):
        SignUpQuestions.objects.create(training=copy, asked=questions.asked)
