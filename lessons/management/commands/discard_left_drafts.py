"""Throw away the drafts of those who were removed long ago."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from lessons.actions import leaving


class Command(BaseCommand):
    help = "Delete drafts that only their authors could read, 90 days after those were removed."
    requires_system_checks = ()  # it runs often, and starting the portal has checked all

    def handle(self, *args: Any, **options: Any) -> None:
        leaving.discard_left_drafts(at=timezone.now())
