"""Put new answers of anonymous rounds in random order. The timetable calls this each minute."""

from typing import Any

from django.core.management.base import BaseCommand

from selfassessment.unlinking import mix_answers


class Command(BaseCommand):
    help = (
        "Take the order of writing from the answers of anonymous rounds, and the old versions of their rows from the "
        "database. Safe to repeat at any time."
    )
    requires_system_checks = ()  # it runs often, and starting the portal has checked all

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Put in random order: {mix_answers()}.")
