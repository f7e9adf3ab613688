"""Fill the demo: Riverside and Hillside, a year of a programme that ends today."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from demo import simulate
from selfassessment.models import Framework


class Command(BaseCommand):
    help = "Loads the demo’s two invented organisations once. Their password is known to everybody."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--force", action="store_true", help="Load it although this is not the demo.")

    def handle(self, *args: Any, **options: Any) -> None:
        if not (settings.DEMO or options["force"]):
            raise CommandError(
                "This is not the demo. Everybody knows the demo’s password, so its people must not be in a real "
                "portal. Start the demo with: make run"
            )
        if simulate.is_loaded():
            self.stdout.write("The demo is loaded already. Nothing was changed.")
            return
        if not Framework.objects.exists():
            raise CommandError("Load the content first: manage.py load_content")
        world = simulate.load()
        self.stdout.write(
            f"Loaded {len(world.organisations)} organisations, {len(world.people)} people, "
            f"{len(world.interventions)} interventions, {len(world.rounds)} rounds of self-assessment, "
            f"{len(world.sessions)} sessions, {len(world.lessons)} lessons and {len(world.actions)} actions."
        )
