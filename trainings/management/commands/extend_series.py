"""Carry open-ended series to their horizon. For cron, once a day or a week."""

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand
from django.utils import timezone

from trainings.domain import recurrence, series
from trainings.exceptions import TrainingError
from trainings.models import SessionSeries


class Command(BaseCommand):
    help = "Makes the sessions of open-ended series, up to TRAININGS_SERIES_HORIZON from today."

    def handle(self, *args, **options):
        at = timezone.now()
        rows = SessionSeries.objects.select_related("training")
        endless = [one for one in rows if recurrence.is_open_ended(one.rule)]
        made = 0
        for one in endless:
            try:
                made += len(series.extend(one, at=at))
            except (TrainingError, ValidationError) as error:
                # One series must not keep the others from going on.
                self.stderr.write(f"Series {one.pk}: {error}")
        self.stdout.write(f"{made} sessions made, {len(endless)} series looked at.")
