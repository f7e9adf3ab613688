"""Forget files that hang on nothing any more."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from attachments import storing


class Command(BaseCommand):
    help = "Delete uploaded files whose post is gone, with their bytes."
    requires_system_checks = ()  # it runs often, and starting the portal has checked all

    def handle(self, *args: Any, **options: Any) -> None:
        storing.forget_orphans(timezone.now())
