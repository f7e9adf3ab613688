"""Ask people whether lessons that they look after are still right. The timetable calls this once a day."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from lessons.actions.upkeep import choose_turns


class Command(BaseCommand):
    help = "Chooses, for each person and month, a few of the lessons that are to be looked at again. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Asked about {choose_turns(at=timezone.now())} lessons.")
