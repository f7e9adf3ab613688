"""Back up the portal. The timetable runs this each night, and ``make backup`` by hand."""

from io import StringIO
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from jobs import backups
from kmportal.lib.exceptions import Refusal

# What the timetable does each minute, so that no order of the last minute is kept for as long as the back-up is.
FIRST = [
    "mix_answers",
    "remove_traces",
    "remove_safe_traces",
    "remove_voice_traces",
    "mix_searches",
    "forget_moments",
]


class Command(BaseCommand):
    help = "Write one file with database, files and the names of the secrets, and delete those kept long enough."

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        for name in FIRST:
            call_command(name, stdout=StringIO())
        try:
            path = backups.back_up(now)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from None
        forgotten = backups.forget_old_backups(now)
        size = path.stat().st_size / 1_000_000
        self.stdout.write(f"Backed up to {path} ({size:.1f} MB).")
        if not settings.BACKUP_KEY:
            self.stdout.write("It is not sealed and holds what people wrote: keep it safe. KM_BACKUP_KEY seals it.")
            self.stdout.write("secret.key is not in it: keep a copy of it elsewhere.")
        if forgotten:
            self.stdout.write(f"Deleted {forgotten} older than {settings.BACKUP_KEEP_DAYS} days.")
