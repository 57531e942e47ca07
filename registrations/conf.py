"""Our settings, read lazily so that a test or a host may change them."""

from __future__ import annotations

from datetime import timedelta
from email.utils import parseaddr

from django.conf import settings
from django.utils.encoding import punycode


class RegistrationsSettings:
    """One property a setting; `REGISTRATIONS_<NAME>` in the host's settings overrides it."""

    @property
    def organiser_name(self) -> str:
        """Who writes: the name beside the sender's address, and the organiser of invitations."""
        name = getattr(settings, "REGISTRATIONS_ORGANISER_NAME", "")
        return name or getattr(settings, "WAGTAIL_SITE_NAME", "")

    @property
    def organiser_email(self) -> str:
        """Sender of every mail and ORGANIZER of every invitation: calendars want them equal.

        The bare address as it travels: without the name of "Name <name@example.org>", and its
        domain in ASCII.
        """
        email = getattr(settings, "REGISTRATIONS_ORGANISER_EMAIL", settings.DEFAULT_FROM_EMAIL)
        name, at, domain = parseaddr(email)[1].rpartition("@")
        return f"{name}{at}{punycode(domain)}"

    @property
    def data_contact(self) -> str:
        """Where people ask to see, correct or erase their data; shown in the privacy notice."""
        return getattr(settings, "REGISTRATIONS_DATA_CONTACT", self.organiser_email)

    @property
    def needs_kept(self) -> timedelta:
        """How long meal and access needs are kept after the session, as the notice says."""
        return getattr(settings, "REGISTRATIONS_NEEDS_KEPT", timedelta(days=7))

    @property
    def sends_at_once(self) -> bool:
        """Whether the process that did an act sends its mails right after, in a thread.

        Without it they wait for the next round of `send_emails`, which is needed in any case:
        it tries again what failed.
        """
        return getattr(settings, "REGISTRATIONS_SENDS_AT_ONCE", True)

    @property
    def send_all_to(self) -> str:
        """One address that receives every mail instead of its readers, under a banner; for a
        copy of the site on which people try things. Empty on the real one.
        """
        return getattr(settings, "REGISTRATIONS_SEND_ALL_TO", "")

    @property
    def digest_weekdays(self) -> list[int]:
        """On which days the organiser receives a digest, Monday 0; empty for none."""
        return getattr(settings, "REGISTRATIONS_DIGEST_WEEKDAYS", [0])

    @property
    def minimum_fill_time(self) -> timedelta:
        """A form sent back sooner was filled in by a machine. People with autofill take longer."""
        return getattr(settings, "REGISTRATIONS_MINIMUM_FILL_TIME", timedelta(seconds=2))

    @property
    def attempts_per_hour(self) -> int:
        """Forms one network address may send in an hour; a whole office may share one."""
        return getattr(settings, "REGISTRATIONS_ATTEMPTS_PER_HOUR", 60)

    @property
    def receipts_per_hour(self) -> int:
        """Registrations one booker's address may receive mail about in an hour."""
        return getattr(settings, "REGISTRATIONS_RECEIPTS_PER_HOUR", 5)

    @property
    def client_address_header(self) -> str:
        """Key of `request.META` that holds the visitor's network address; a proxy may set it."""
        return getattr(settings, "REGISTRATIONS_CLIENT_ADDRESS_HEADER", "REMOTE_ADDR")

    @property
    def link_lifetime(self) -> timedelta:
        """How long a registration's secret link opens."""
        return getattr(settings, "REGISTRATIONS_LINK_LIFETIME", timedelta(days=730))

    @property
    def attestations_kept(self) -> timedelta:
        """How long the link to one's attestations opens: an employer may ask for them late."""
        return getattr(settings, "REGISTRATIONS_ATTESTATIONS_KEPT", timedelta(days=3653))


conf = RegistrationsSettings()
