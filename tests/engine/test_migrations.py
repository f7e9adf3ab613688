"""Squashed migrations: a new database ends where one ends that took every step (docs/decisions/0077)."""

from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState


def models_after(*, squashed: bool) -> ProjectState:
    loader = MigrationLoader(None, replace_migrations=squashed)
    leaves = loader.graph.leaf_nodes()
    if not squashed:
        leaves = [(app, name) for app, name in leaves if "_squashed_" not in name]
    return loader.project_state(leaves)


def test_one_step_for_each_app_makes_what_all_steps_make():
    steps, squash = models_after(squashed=False), models_after(squashed=True)
    assert len(squash.models) > 100
    assert MigrationAutodetector(steps, squash)._detect_changes() == {}
    assert MigrationAutodetector(squash, steps)._detect_changes() == {}


def test_every_step_of_an_app_is_in_its_squash():
    """But for those that came after it."""
    loader = MigrationLoader(None, replace_migrations=False)
    for migration in loader.disk_migrations.values():
        if not migration.replaces:
            continue
        names = sorted(name for app, name in loader.disk_migrations if app == migration.app_label)
        steps = [name for name in names if "_squashed_" not in name]
        replaced = [name for _, name in migration.replaces]
        assert replaced == steps[: len(replaced)], migration
