"""Do the work that is due, here and now. The worker runs this each time it is woken."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from jobs import runner


class Command(BaseCommand):
    help = "Do the work that is due, one piece after the other. Safe to run beside the worker."
    requires_system_checks = ()  # it runs often, and starting the portal has checked all

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seconds", type=float, default=20.0, help="begin nothing new after this time")

    def handle(self, *args: Any, **options: Any) -> None:
        runner.run_ready(for_seconds=options["seconds"])
