"""Load or check the content that ships: catalogue, techniques, self-assessment. Repeatable."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from kmportal.lib.content import ContentError
from roadmap import catalogue
from roadmap import loading as roadmap_loading
from selfassessment import instrument
from selfassessment import loading as selfassessment_loading
from techniques import loading as techniques_loading
from techniques import scripts


class Command(BaseCommand):
    help = "Loads the content that ships, in place and without doubling anything. --check only reads the files."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="Check the files and leave the database alone.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            interventions, library, framework = read_all()
        except ContentError as error:
            count = len(error.problems)
            raise CommandError(f"The content has {count} mistake{'' if count == 1 else 's'}:\n{error}") from error
        if options["check"]:
            self.stdout.write(
                f"The content is sound: {len(interventions.entries)} catalogue entries, "
                f"{len(library.techniques)} techniques, {len(framework.criteria)} criteria."
            )
            return
        with transaction.atomic():
            for tally in (
                roadmap_loading.load(interventions, at=timezone.now()),
                techniques_loading.load(library),
                selfassessment_loading.load(framework),
            ):
                self.stdout.write(f"Loaded {tally}")


def read_all() -> tuple[catalogue.Catalogue, scripts.Library, instrument.Framework]:
    """All content. Raises ``ContentError`` with the mistakes of every file, also between them."""
    interventions = catalogue.read()
    library = scripts.read()
    if problems := catalogue.technique_problems({technique.key for technique in library.techniques}):
        raise ContentError(problems)
    return interventions, library, instrument.read()
