"""Forget what was kept of deleted interventions."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from roadmap import actions


class Command(BaseCommand):
    help = "Delete what is kept of deleted interventions once a week is over and nobody can put them back."
    requires_system_checks = ()  # it runs often, and starting the portal has checked all

    def handle(self, *args: Any, **options: Any) -> None:
        actions.tidy_plan(timezone.now())
