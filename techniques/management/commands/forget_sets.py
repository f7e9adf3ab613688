"""Forget what presenters of action learning sets were given, a week after their meeting."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from techniques.actions.room.learning import forget_sets


class Command(BaseCommand):
    help = "Delete the questions and gifts of meetings of action learning sets, a week after each."
    requires_system_checks = ()  # it runs often, and starting the portal has checked all

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Meetings of sets whose questions and gifts are deleted: {forget_sets(timezone.now())}.")
