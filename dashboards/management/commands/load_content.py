"""Load or check the content that ships: catalogue, techniques, self-assessment. Repeatable."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from kmportal.lib import readability
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
        parser.add_argument("--readability", action="store_true", help="With --check: print how hard the words are.")

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
            if options["readability"]:
                for name, reading in readings(interventions, library, framework).items():
                    self.stdout.write(
                        f"{name}: reading age {reading.age:.0f}, {reading.words_per_sentence:.0f} words a sentence, "
                        f"{reading.longest} in the longest."
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


def readings(
    interventions: catalogue.Catalogue, library: scripts.Library, framework: instrument.Framework
) -> dict[str, readability.Reading]:
    """How hard the words are to read, for each kind of text."""
    techniques = library.techniques
    suggestions = [suggestion for one in framework.criteria for suggestion in (one.first, one.stretch)]
    texts = {
        "Questions": [one.question for one in framework.criteria],
        "Statements": [statement for one in framework.criteria for statement in one.statements],
        "Suggestions": [suggestion.text for suggestion in suggestions],
        "Techniques, cards": [
            text
            for one in techniques
            for text in (
                one.purpose,
                *one.use_when,
                *one.not_when,
                *one.goes_wrong_when,
                one.online,
                one.after_distress,
            )
        ],
        "Techniques, spoken words": [stage.say for one in techniques for stage in one.stages],
        "Catalogue": [
            text
            for entry in interventions.entries
            for text in (entry.what, entry.why, *entry.how, entry.who, entry.how_to_know)
        ],
    }
    return {name: readability.read(group) for name, group in texts.items()}
