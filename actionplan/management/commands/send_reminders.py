"""Write the mails of the morning into the outbox. The timetable calls this every few minutes, around the clock."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from actionplan.actions import send_due_digests


class Command(BaseCommand):
    help = (
        "Remind people of actions that are due or late: one mail a day at most for each, in the morning of their own "
        "time zone. Safe to repeat at any time."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--at", help="act as if it were this moment, for example 2026-11-23T07:05")

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        if options["at"]:
            try:
                at = datetime.fromisoformat(options["at"])
            except ValueError:
                raise CommandError("Write the moment like this: 2026-11-23T07:05") from None
            at = timezone.make_aware(at) if timezone.is_naive(at) else at
        written, failed = send_due_digests(at=at)
        self.stdout.write(f"Reminders: {written} written.")
        if failed:
            raise CommandError(f"{failed} could not be written. The log says why.")
