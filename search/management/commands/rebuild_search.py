"""``manage.py rebuild_search``: build the search index anew, or say how far it has drifted."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from search import index
from search.everything import everything


class Command(BaseCommand):
    """Safe while people work: what they change meanwhile is written by their own transactions."""

    help = "Build the search index anew from everything that can be found."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="only compare; exit status 1 if something is amiss")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            if drift := index.drift(everything()):
                raise CommandError(f"The index has drifted: {drift}. Run rebuild_search without --check.")
            self.stdout.write("The index has everything as it is.")
            return
        count = index.rebuild(everything())
        self.stdout.write(f"{count} things can be found.")
