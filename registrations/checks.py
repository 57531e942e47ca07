"""A misconfigured host hears about it at start-up, with a hint."""

from django.conf import settings
from django.core.checks import Warning, register

from registrations.conf import conf


@register()
def check_organiser(app_configs, **kwargs):
    if conf.organiser_email != "webmaster@localhost":
        return []
    return [
        Warning(
            "Mails and invitations would leave from webmaster@localhost.",
            hint="Set REGISTRATIONS_ORGANISER_EMAIL, or DEFAULT_FROM_EMAIL.",
            id="registrations.W001",
        )
    ]


@register()
def check_base_url(app_configs, **kwargs):
    if getattr(settings, "WAGTAILADMIN_BASE_URL", None):
        return []
    return [
        Warning(
            "WAGTAILADMIN_BASE_URL is not set: Wagtail's own mails to editors have no links.",
            hint='Set it to the address of the site, such as "https://trainings.example.org".',
            id="registrations.W002",
        )
    ]


@register()
def check_mail_timeout(app_configs, **kwargs):
    if settings.EMAIL_TIMEOUT or not settings.EMAIL_BACKEND.endswith("smtp.EmailBackend"):
        return []
    return [
        Warning(
            "A mail server that hangs would hold up every mail behind it.",
            hint="Set EMAIL_TIMEOUT, such as 15 (seconds).",
            id="registrations.W003",
        )
    ]
