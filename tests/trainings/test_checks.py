from copy import deepcopy

import pytest
from django.db import connections

from trainings import checks


@pytest.mark.parametrize(
    ("label", "number"),
    [
        ("trainings.Nothing", "trainings.E001"),
        ("nonsense", "trainings.E001"),
        ("wagtailcore.Page", "trainings.E002"),
    ],
)
@pytest.mark.parametrize("kind", ["TRAINING", "PROGRAMME"])
def test_a_page_model_that_cannot_serve_is_told(settings, kind, label, number):
    setattr(settings, f"TRAININGS_{kind}_PAGE_MODEL", label)

    assert [error.id for error in checks.check_page_models(None)] == [number]


def test_our_own_page_models_serve():
    assert checks.check_page_models(None) == []


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        ({}, ["trainings.E003"]),
        ({"transaction_mode": "DEFERRED"}, ["trainings.E003"]),
        ({"transaction_mode": "immediate"}, []),
    ],
    ids=["not said", "deferred", "immediate"],
)
def test_sqlite_without_immediate_transactions_is_refused(monkeypatch, options, numbers):
    connection = connections["default"]
    changed = deepcopy(connection.settings_dict)
    changed["OPTIONS"] = options
    monkeypatch.setattr(connection, "settings_dict", changed)
    monkeypatch.setattr(connection, "vendor", "sqlite")

    assert [error.id for error in checks.check_sqlite_takes_locks(None)] == numbers


@pytest.mark.parametrize(("use_tz", "numbers"), [(True, []), (False, ["trainings.W001"])])
def test_hours_need_time_zones(settings, use_tz, numbers):
    settings.USE_TZ = use_tz

    assert [warning.id for warning in checks.check_time_zones(None)] == numbers


@pytest.mark.parametrize(
    ("codes", "numbers"),
    [
        (["BE", "FR-57"], []),
        ([], []),
        (["BE-French", "XX", "FR-99"], ["trainings.E004", "trainings.E004"]),
        ("BE", ["trainings.E004", "trainings.E004"]),
    ],
    ids=str,
)
def test_holidays_that_nobody_knows_are_told(settings, codes, numbers):
    settings.TRAININGS_HOLIDAYS = codes

    assert [error.id for error in checks.check_holidays(None)] == numbers


@pytest.mark.parametrize(
    ("method", "numbers"),
    [("direct", ["trainings.W002"]), ("serve_view", []), ("redirect", []), (None, [])],
)
def test_documents_for_participants_need_a_view_that_serves_them(settings, method, numbers):
    settings.WAGTAILDOCS_SERVE_METHOD = method

    assert [warning.id for warning in checks.check_documents_are_guarded(None)] == numbers
