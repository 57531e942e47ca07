"""A misconfigured host hears about it at start-up, with a hint."""

from django.conf import settings
from django.core.checks import Error, Warning, register
from django.db import connections

from trainings.conf import conf
from trainings.domain.days_off import is_known


@register()
def check_page_models(app_configs, **kwargs):
    errors = []
    for name, mixin_field in (("training", "training"), ("programme", "programme")):
        label = getattr(conf, f"{name}_page_model")
        try:
            model = getattr(conf, f"get_{name}_page_model")()
        except (LookupError, ValueError):
            errors.append(
                Error(
                    f"TRAININGS_{name.upper()}_PAGE_MODEL names {label!r}, which is no model.",
                    hint='Write it as "app_label.ModelName" of an installed app.',
                    id="trainings.E001",
                )
            )
            continue
        if not hasattr(model, mixin_field):
            errors.append(
                Error(
                    f"{label} is not made with {name.title()}PageMixin.",
                    hint=f"Let it inherit from trainings.models.{name.title()}PageMixin.",
                    id="trainings.E002",
                )
            )
    return errors


@register()
def check_sqlite_takes_locks(app_configs, **kwargs):
    """SQLite ignores SELECT … FOR UPDATE: only IMMEDIATE transactions keep places counted."""
    return [
        Error(
            f"Database {alias!r} is SQLite without immediate transactions: places could be "
            "given twice.",
            hint='Set OPTIONS["transaction_mode"] = "IMMEDIATE" and a timeout.',
            id="trainings.E003",
        )
        for alias in connections
        if connections[alias].vendor == "sqlite"
        and str(connections[alias].settings_dict.get("OPTIONS", {}).get("transaction_mode")).upper()
        != "IMMEDIATE"
    ]


@register()
def check_time_zones(app_configs, **kwargs):
    if settings.USE_TZ:
        return []
    return [
        Warning(
            "USE_TZ is off: sessions would be shown at the hour of the server.",
            hint="Set USE_TZ = True.",
            id="trainings.W001",
        )
    ]


@register()
def check_holidays(app_configs, **kwargs):
    return [
        Error(
            f"TRAININGS_HOLIDAYS has {code!r}, whose public holidays nobody here knows.",
            hint='Write a list of codes such as ["BE"], ["BE-French", "FR"] or ["FR-57"].',
            id="trainings.E004",
        )
        for code in conf.holidays
        if not is_known(code)
    ]


@register()
def check_documents_are_guarded(app_configs, **kwargs):
    """Documents for participants are kept back by the view that serves them."""
    if getattr(settings, "WAGTAILDOCS_SERVE_METHOD", None) != "direct":
        return []
    return [
        Warning(
            "Documents for participants open for everybody: WAGTAILDOCS_SERVE_METHOD is 'direct'.",
            hint="Remove it, or set it to 'serve_view'; let no web server serve that folder.",
            id="trainings.W002",
        )
    ]
