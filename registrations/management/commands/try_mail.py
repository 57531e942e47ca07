"""Send one mail with an invitation to yourself, to see that the server takes it."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.utils import timezone

from registrations.conf import conf
from registrations.emails import outbox
from registrations.emails.delivery import TIMEOUT, words_of
from registrations.emails.messages import organiser
from registrations.emails.mime import as_mail
from registrations.enums import MessageKind
from trainings.domain import calendar

WORDS = "This mail was sent to see that mails arrive. The calendar entry in it is a test as well."
HTML = (
    '<!DOCTYPE html><html lang="en"><head><title>Test</title></head><body><p>{}</p></body></html>'
)


class Command(BaseCommand):
    help = "Sends one test mail with an invitation at once and says what the mail server answers."

    def add_arguments(self, parser):
        parser.add_argument("recipient", help="An address whose mailbox you can look into.")

    def handle(self, *args, recipient, **options):
        try:
            validate_email(recipient)
        except ValidationError as error:
            raise CommandError(f"{recipient} is not an e-mail address.") from error
        self.tell_settings(recipient)
        try:
            mail = as_mail(trial(recipient, at=timezone.localtime()))
            mail.connection = mail.get_connection()
            if getattr(mail.connection, "timeout", TIMEOUT) is None:
                mail.connection.timeout = TIMEOUT
            mail.send()
        except Exception as error:  # whatever it is, who asked is told
            raise CommandError(f"It was not taken: {words_of(error)}") from error
        self.stdout.write(
            "The server took it. Now look whether it arrives, and not among the spam."
        )

    def tell_settings(self, recipient):
        self.stdout.write(f"From: {conf.organiser_email}")
        self.stdout.write(f"To: {conf.send_all_to or recipient}")
        if conf.send_all_to:
            self.stdout.write("REGISTRATIONS_SEND_ALL_TO is set: nobody else receives anything.")
        self.stdout.write(f"Backend: {settings.EMAIL_BACKEND}")
        if settings.EMAIL_BACKEND.endswith("smtp.EmailBackend"):
            secure = "TLS" if settings.EMAIL_USE_SSL else "no encryption"
            secure = "STARTTLS" if settings.EMAIL_USE_TLS else secure
            login = "with a login" if settings.EMAIL_HOST_USER else "without a login"
            self.stdout.write(
                f"Server: {settings.EMAIL_HOST}:{settings.EMAIL_PORT}, {secure}, {login}"
            )


def trial(recipient, *, at):
    """Not stored: a row would stand among the mails to people."""
    email = outbox.draft(
        MessageKind.INVITATION, None, recipient=recipient, language="en", key="", at=at
    )
    email.subject, email.text, email.html = "[Test] Invitation", WORDS, HTML.format(WORDS)
    starts_at = (at + timedelta(days=1)).replace(minute=0, second=0, microsecond=0)
    event = calendar.CalendarEvent(
        uid=str(uuid.uuid4()),
        sequence=0,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
        summary="[Test] Invitation",
        description=WORDS,
        changed_at=at,
    )
    attendee = calendar.CalendarPerson(name="", email=recipient)
    text = calendar.invitation(event, organiser=organiser(), attendee=attendee, language="en")
    email.calendars = [text.decode()]
    return email
