"""Put a back-up in the place of what is there. ``make restore FILE=…`` runs this."""

import fcntl
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from jobs import backups
from kmportal.lib.exceptions import Refusal


class Command(BaseCommand):
    help = "Restore a back-up. Refuses while the portal runs, and replaces nothing unless told to."
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--replace", action="store_true", help="replace what is there, after backing it up")

    def handle(self, *args: Any, **options: Any) -> None:
        with (settings.DATA_DIR / "running.lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise CommandError("The portal is running. Stop it first: Ctrl-C in its window.") from None
            try:
                self.restore(options["file"], replace=options["replace"])
            except Refusal as refusal:
                raise CommandError(str(refusal)) from None

    def restore(self, path: Path, *, replace: bool) -> None:
        """Look at everything that could refuse before anything is touched."""
        with backups.opened(path) as (folder, manifest):
            backups.refuse_while_used()
            there = backups.content_in_words()
            if there and not replace:
                raise Refusal(
                    f"There is a portal already, with {there}. To replace it, say so: make restore FILE={path} "
                    "REPLACE=yes. It is backed up first."
                )
            if there:
                kept = backups.back_up(timezone.now(), folder=Path(settings.BACKUP_DIR) / "replaced")
                self.stdout.write(f"Replacing {there}. What was there is kept in {kept}.")
            backups.restore(folder, manifest)
            wrong = backups.differences(manifest)
            if wrong:
                raise Refusal(f"These tables are not as they were backed up: {', '.join(wrong)}.")
            if manifest["vendor"] != backups.connection.vendor:
                call_command("rebuild_search", verbosity=0)
            self.report(manifest, is_compared=wrong is not None)

    def report(self, manifest: dict[str, Any], *, is_compared: bool) -> None:
        rows = sum(table["rows"] for table in manifest["tables"].values())
        self.stdout.write(f"Restored the portal as it was at {manifest['at']}: {rows} rows.")
        if is_compared:
            self.stdout.write("Every table was compared with the back-up and is the same.")
        else:
            self.stdout.write("It is of another version, so no table was compared. Starting brings it up to date.")
        if manifest["secrets"]:
            self.stdout.write(f"Set these again, if they are not set: {', '.join(manifest['secrets'])}.")
