"""Make everything ready for web, worker and timetable. The supervisor runs this before it starts them."""

import fcntl
import hashlib
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from jobs import actions
from jobs.models import Done
from organisations.models import Organisation
from search import index


class Command(BaseCommand):
    help = "Bring database, static files and content up to date, load the demo once, clear the traces of the last run."

    def handle(self, *args: Any, **options: Any) -> None:
        self.migrate()
        self.collect_static()
        call_command("load_content", stdout=StringIO())
        self.bring_search_up_to_date()
        call_command("seal_second_steps", stdout=self.stdout, stderr=self.stderr)
        if not Organisation.objects.exists():
            self.first_time()
        actions.forget_last_run(timezone.now())
        clear_broker()

    def migrate(self) -> None:
        """Only when there is something to do: looking is quicker than migrating nothing."""
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.stdout.write("Setting up the database …")
            call_command("migrate", verbosity=0, interactive=False)

    def bring_search_up_to_date(self) -> None:
        """Build the index anew once after an upgrade that changed what is kept of things."""
        name = f"search index {index.VERSION}"
        if not Done.objects.filter(name=name).exists():
            if index.is_filled():
                self.stdout.write("Building the search index anew …")
            call_command("rebuild_search", stdout=StringIO())
            Done.objects.update_or_create(name=name, defaults={"last_on": timezone.localdate()})

    def collect_static(self) -> None:
        """Only when a file has changed: compressing them takes several seconds. Two portals that start from one folder
        pack one after the other, and the second finds it done."""
        if settings.DEBUG:
            return
        root = Path(settings.STATIC_ROOT)
        root.mkdir(parents=True, exist_ok=True)
        stamp = root / ".collected"
        with (root / ".collecting").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            wanted = static_digest()
            if stamp.is_file() and stamp.read_text() == wanted:
                return
            self.stdout.write("Packing style sheets, scripts and pictures …")
            call_command("collectstatic", verbosity=0, interactive=False)
            stamp.write_text(wanted)

    def first_time(self) -> None:
        """An empty portal: fill the demo, or say how to begin."""
        if settings.DEMO:
            self.stdout.write("Loading the demo …")
            call_command("load_demo", stdout=StringIO())
        else:
            self.stdout.write("There is no organisation yet. In another window, make the first one with: make first")


def static_digest() -> str:
    """One value over all static files, their names, sizes and times, and over how they are packed."""
    digest = hashlib.sha256(f"{settings.VERSION} {settings.STORAGES['staticfiles']['BACKEND']}".encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            digest.update(f"{name} {storage.size(name)} {storage.get_modified_time(name)}\n".encode())
    return digest.hexdigest()


def clear_broker() -> None:
    """Messages of the last run only wake; what they were about stands in the rows. Redis is left alone."""
    if settings.REDIS_URL:
        return
    folders = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    for name in ("data_folder_in", "processed_folder", "control_folder"):
        folder = Path(str(folders[name]))
        folder.mkdir(parents=True, exist_ok=True)
        for file in folder.iterdir():
            file.unlink(missing_ok=True)
