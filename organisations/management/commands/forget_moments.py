"""Leave the day of when people signed in. The timetable calls this each minute."""

from typing import Any

from django.core.management.base import BaseCommand

from kmportal.lib.sessions import forget_moments


class Command(BaseCommand):
    help = "Make the moments in sessions coarse that open nothing any more. Safe to repeat at any time."
    requires_system_checks = ()  # it runs often, and starting the portal has checked all

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Made coarse: {forget_moments()}.")
