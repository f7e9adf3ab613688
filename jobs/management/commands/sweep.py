"""Find work whose wake-up message or worker was lost. The timetable runs this each minute."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from jobs import actions


class Command(BaseCommand):
    help = "Show that the timetable is alive, and wake the worker if work lies about."
    requires_system_checks = ()  # it runs often, and starting the portal has checked all

    def handle(self, *args: Any, **options: Any) -> None:
        actions.sweep_jobs(timezone.now())
