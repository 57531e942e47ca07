import pytest

from registrations import checks

SMTP = "django.core.mail.backends.smtp.EmailBackend"


@pytest.mark.parametrize(
    ("check", "wrong", "right", "number"),
    [
        (
            checks.check_organiser,
            {"DEFAULT_FROM_EMAIL": "webmaster@localhost"},
            {"DEFAULT_FROM_EMAIL": "Formations <formations@slsp.example>"},
            "registrations.W001",
        ),
        (
            checks.check_base_url,
            {"WAGTAILADMIN_BASE_URL": None},
            {"WAGTAILADMIN_BASE_URL": "https://slsp.example"},
            "registrations.W002",
        ),
        (
            checks.check_mail_timeout,
            {"EMAIL_BACKEND": SMTP, "EMAIL_TIMEOUT": None},
            {"EMAIL_BACKEND": SMTP, "EMAIL_TIMEOUT": 15},
            "registrations.W003",
        ),
        (
            checks.check_mails_reach_somebody,
            {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"},
            {"EMAIL_BACKEND": SMTP},
            "registrations.W004",
        ),
        (
            checks.check_staging,
            {"REGISTRATIONS_SEND_ALL_TO": "essais@slsp.example"},
            {"REGISTRATIONS_SEND_ALL_TO": ""},
            "registrations.I001",
        ),
    ],
    ids=["sender", "base address", "mail timeout", "mail server", "staging"],
)
def test_a_host_hears_about_what_is_not_set(settings, check, wrong, right, number):
    for name, value in wrong.items():
        setattr(settings, name, value)
    assert [(one.id, bool(one.hint)) for one in check(None)] == [(number, True)]

    for name, value in right.items():
        setattr(settings, name, value)
    assert check(None) == []
