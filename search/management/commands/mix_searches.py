"""Put searches that found nothing in random order. The timetable calls this each minute."""

from typing import Any

from django.core.management.base import BaseCommand

from search.unlinking import mix_searches


class Command(BaseCommand):
    help = "Write the searches that found nothing again in an order that says nothing. Safe to repeat at any time."
    requires_system_checks = ()  # it runs often, and starting the portal has checked all

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Searches that were mixed: {mix_searches()}.")
