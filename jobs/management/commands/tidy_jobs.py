"""Forget ended work and old mail."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from jobs import actions


class Command(BaseCommand):
    help = "Delete ended work and its files after 30 days, mail after 90."
    requires_system_checks = ()  # it runs often, and starting the portal has checked all

    def handle(self, *args: Any, **options: Any) -> None:
        actions.tidy_jobs(timezone.now())
