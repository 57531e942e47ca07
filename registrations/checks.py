"""A misconfigured host hears about it at start-up, with a hint."""

from django.conf import settings
from django.core.checks import Info, Warning, register

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


#: They take a mail, say that it was sent, and nobody receives it.
REACH_NOBODY = ("dummy", "console", "locmem", "filebased")


@register()
def check_mails_reach_somebody(app_configs, **kwargs):
    name = settings.EMAIL_BACKEND.removeprefix("django.core.mail.backends.").partition(".")[0]
    if name not in REACH_NOBODY:
        return []
    return [
        Warning(
            "Mails are noted as sent and reach nobody: EMAIL_BACKEND sends nothing.",
            hint=(
                "Configure a mail server; on a copy of the site, also set "
                "REGISTRATIONS_SEND_ALL_TO to an address of yours."
            ),
            id="registrations.W004",
        )
    ]


@register()
def check_staging(app_configs, **kwargs):
    if not conf.send_all_to:
        return []
    return [
        Info(
            "Every mail goes to the address in REGISTRATIONS_SEND_ALL_TO, and to nobody else.",
            hint="Right on a copy of the site; remove it on the real one.",
            id="registrations.I001",
        )
    ]
