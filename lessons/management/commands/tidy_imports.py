"""Forget the files from which lessons were brought in."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from lessons.actions import importing


class Command(BaseCommand):
    help = "Delete the files from which lessons were brought in after 30 days. The lessons stay."
    requires_system_checks = ()  # it runs often, and starting the portal has checked all

    def handle(self, *args: Any, **options: Any) -> None:
        importing.tidy_imports(timezone.now())
