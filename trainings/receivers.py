"""What follows from a save wherever it is made: the date of change of the public calendars, and
what searches find.
"""

from django.db.models.signals import m2m_changed, post_delete, post_save, pre_save
from django.dispatch import receiver
from wagtail.models import Locale, Page, PageViewRestriction, Site
from wagtail.search import index
from wagtail.signals import post_page_move

from trainings.conf import conf
from trainings.models import (
    Audience,
    CalendarState,
    SessionSeries,
    Theme,
    Training,
    TrainingSession,
    Venue,
)

# A series that is deleted lets its sessions go without a signal of theirs.
SHOWN = (
    *(TrainingSession, SessionSeries, Training, Venue, Theme, Audience),
    *(PageViewRestriction, Site, Locale),
)


# What Wagtail writes down when a draft is saved; the public sees none of it.
DRAFT_FIELDS = {
    "draft_title",
    "has_unpublished_changes",
    "latest_revision",
    "latest_revision_created_at",
    "locked",
    "locked_at",
    "locked_by",
}


def is_shown(instance, update_fields) -> bool:
    """Whether the public may see something of this save."""
    # Any page: a new slug above a training page changes the addresses below it.
    if not isinstance(instance, (*SHOWN, Page)):
        return False
    return update_fields is None or not set(update_fields) <= DRAFT_FIELDS


@receiver(pre_save)
def announce_change(sender, instance, update_fields=None, **kwargs):
    if is_shown(instance, update_fields):
        CalendarState.announce()


@receiver([post_save, post_delete])
def note_change(sender, instance, update_fields=None, **kwargs):
    if is_shown(instance, update_fields):
        CalendarState.touch()


@receiver(m2m_changed, sender=Training.themes.through)
@receiver(m2m_changed, sender=Training.audiences.through)
def note_labels(sender, action, **kwargs):
    if action.startswith("post_"):
        CalendarState.touch()


@receiver(post_save, sender=Training)
def hide_from_search(sender, instance, created, raw=False, **kwargs):
    """The search index knows pages; only their training says that one is discreet, or no longer."""
    if created or raw:
        return
    change = index.remove_object if instance.is_discreet else index.insert_or_update_object
    for page in conf.get_training_page_model().objects.filter(training=instance):
        change(page)


@receiver(post_page_move)
def follow_move(sender, instance, **kwargs):
    """A training moved under another programme belongs to that programme."""
    training_pages = conf.get_training_page_model().objects.descendant_of(instance, inclusive=True)
    for page in training_pages:
        page.follow_first_page()
    CalendarState.touch()
