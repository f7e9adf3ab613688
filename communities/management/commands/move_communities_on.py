"""Do what time does to communities. The timetable calls this each day."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from communities.actions.timetable import move_communities_on


class Command(BaseCommand):
    help = (
        "Ask communities that are forming what belongs to their day, tell facilitators of questions without an answer, "
        "and close or archive what has reached its day. Safe to repeat."
    )
    requires_system_checks = ()  # it runs often, and starting the portal has checked all

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Moved on: {move_communities_on(at=timezone.now())}.")
