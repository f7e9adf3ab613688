"""Take from the database who wrote a safe lesson, where no table says it. The timetable calls this each minute."""

from typing import Any

from django.core.management.base import BaseCommand

from lessons.unlinking import remove_safe_traces


class Command(BaseCommand):
    help = (
        "Have nothing beside the tables of the database join a safe lesson to its author. Safe to repeat at any time."
    )
    requires_system_checks = ()  # it runs often, and starting the portal has checked all

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Safe lessons whose traces were looked for: {remove_safe_traces()}.")
