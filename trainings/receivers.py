"""Whatever a public calendar shows moves its date of change; nothing else happens here."""

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from wagtail.models import Page, PageViewRestriction, Site
from wagtail.signals import post_page_move

from trainings.conf import conf
from trainings.models import CalendarState, Training, TrainingSession, Venue

SHOWN = (TrainingSession, Training, Venue, PageViewRestriction, Site)


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


@receiver([post_save, post_delete])
def note_change(sender, instance, raw=False, update_fields=None, **kwargs):
    # Any page: a new slug above a training page changes the addresses below it.
    if raw or not isinstance(instance, (*SHOWN, Page)):
        return
    if update_fields is None or not set(update_fields) <= DRAFT_FIELDS:
        CalendarState.touch()


@receiver(post_page_move)
def follow_move(sender, instance, **kwargs):
    """A training moved under another programme belongs to that programme."""
    training_pages = conf.get_training_page_model().objects.descendant_of(instance, inclusive=True)
    for page in training_pages:
        page.follow_first_page()
    CalendarState.touch()
