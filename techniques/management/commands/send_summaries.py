"""Send what came out of sessions to those who were there. The timetable calls this every ten minutes."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from techniques.actions.summary import send_due_summaries


class Command(BaseCommand):
    help = "Send the summaries of sessions that were closed more than an hour ago. Safe to repeat at any time."
    requires_system_checks = ()  # it runs often, and starting the portal has checked all

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Summaries sent: {send_due_summaries(at=timezone.now())}.")
