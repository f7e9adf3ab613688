"""What is due of coffee trials today. The timetable calls this every few minutes, around the clock."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from coffee.actions import move_trials_on
from coffee.unlinking import remove_traces_of_trials


class Command(BaseCommand):
    help = "Makes pairs on their day, finds new partners, reminds at half time, ends what is over. Safe to repeat."
    requires_system_checks = ()  # it runs often, and starting the portal has checked all

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Looked at {move_trials_on(at=timezone.now())} coffee trials.")
        remove_traces_of_trials()
