"""Forget who found whom, some weeks after it was asked, and who spoke in rooms that nobody has closed."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from techniques.actions.room.fishbowl import forget_left_open
from techniques.actions.room.market import forget_matches


class Command(BaseCommand):
    help = "Forget the names and numbers of people who found each other in a session, two months after it."
    requires_system_checks = ()  # it runs often, and starting the portal has checked all

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Matches whose people are forgotten: {forget_matches(timezone.now())}.")
        self.stdout.write(f"Talks whose people are forgotten: {forget_left_open(timezone.now())}.")
