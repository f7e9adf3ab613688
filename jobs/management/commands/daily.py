"""Run another command once a day. The timetable calls this every few minutes; all but the first call do nothing."""

from argparse import ArgumentParser
from io import StringIO
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from jobs import actions


class Command(BaseCommand):
    help = "Run another command unless it was done today. That command must be safe to repeat."
    requires_system_checks = ()  # it runs often, and starting the portal has checked all

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the command to run")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["name"]
        actions.run_daily(name, timezone.localdate(), lambda: call_command(name, stdout=StringIO()))
