"""Take the old notes of closed sessions, and who asked for their summaries, from the database. The timetable calls
this each minute."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from techniques.unlinking import forget_lists, forget_summaries, forget_who_came_before, remove_traces


class Command(BaseCommand):
    help = (
        "Have the database drop notes that closed sessions have deleted, and who wrote those that they keep. Safe to "
        "repeat at any time."
    )
    requires_system_checks = ()  # it runs often, and starting the portal has checked all

    def handle(self, *args: Any, **options: Any) -> None:
        forget_who_came_before()
        forget_summaries(at=timezone.now())
        forget_lists(at=timezone.now())
        self.stdout.write(f"Closed sessions whose traces were looked for: {remove_traces()}.")
