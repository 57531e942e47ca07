from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegistrationsConfig(AppConfig):
    name = "registrations"
    label = "registrations"
    verbose_name = _("Registrations")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from registrations import (  # noqa: PLC0415 -- models have to be there
            checks,  # noqa: F401 -- it registers itself
            logs,
            receivers,  # noqa: F401 -- the same
        )

        logs.hide_secrets()
