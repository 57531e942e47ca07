"""The history of the tables: complete, and one line."""

import pytest
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

pytestmark = pytest.mark.sqlite

APPS = ("trainings", "registrations")


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    # Ends the test by itself when one is.
    call_command("makemigrations", *APPS, check=True, dry_run=True, verbosity=1)


@pytest.mark.parametrize("app", APPS)
def test_history_is_one_line(app: str) -> None:
    """Two branches would stop the next `migrate` of every host."""
    graph = MigrationLoader(None).graph
    names = sorted(name for label, name in graph.nodes if label == app)
    parents = [
        [parent for label, parent in graph.nodes[app, name].dependencies if label == app]
        for name in names
    ]
    assert names[0].startswith("0001_")
    assert parents == [[], *([name] for name in names[:-1])]


def test_trainings_stands_without_registrations() -> None:
    """A host that only wants an agenda installs one app: no table of the other may be needed."""
    graph = MigrationLoader(None).graph
    plan = graph.forwards_plan(graph.leaf_nodes("trainings")[0])
    assert "registrations" not in {app for app, _ in plan}
