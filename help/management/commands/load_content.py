"""Load or check the content that ships: catalogue, techniques, self-assessment, examples, help. Repeatable."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import ngettext

import communities.catalogue
import lessons.examples
import roadmap.examples
import search.abbreviations
import selfassessment.examples
import techniques.examples
from help import guides, introductions
from kmportal.lib import glossary, readability
from kmportal.lib.content import ContentError
from lessons import asset_steps, theme_sets
from roadmap import catalogue, starters
from roadmap import loading as roadmap_loading
from selfassessment import instrument
from selfassessment import loading as selfassessment_loading
from techniques import content_schema
from techniques import loading as techniques_loading


class Command(BaseCommand):
    help = "Loads the content that ships, in place and without doubling anything. --check only reads the files."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="Check the files and leave the database alone.")
        parser.add_argument("--readability", action="store_true", help="With --check: print how hard the words are.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            content = read_all()
        except ContentError as error:
            count = len(error.problems)
            raise CommandError(f"The content has {count} {ngettext('mistake', 'mistakes', count)}:\n{error}") from error
        if options["check"]:
            self.stdout.write(f"The content is sound: {content}.")
            if options["readability"]:
                for name, reading in readings(content).items():
                    self.stdout.write(
                        f"{name}: reading age {reading.age:.0f}, {reading.words_per_sentence:.0f} words a sentence, "
                        f"{reading.longest} in the longest."
                    )
            return
        with transaction.atomic():
            for tally in (
                roadmap_loading.load(content.interventions, at=timezone.now()),
                techniques_loading.load(content.library),
                selfassessment_loading.load(content.framework),
            ):
                self.stdout.write(f"Loaded {tally}")


@dataclass(frozen=True)
class Content:
    """All that ships. Starters and examples are read where they are shown, so they are only checked here."""

    interventions: catalogue.Catalogue
    library: content_schema.Library
    framework: instrument.Framework
    starters: tuple[starters.Starter, ...]
    lessons: lessons.examples.Examples
    summaries: tuple[techniques.examples.Example, ...]
    pitches: tuple[roadmap.examples.Example, ...]
    round: selfassessment.examples.Example
    glossary: glossary.Glossary
    introductions: tuple[introductions.Introduction, ...]
    guides: tuple[guides.Guide, ...]
    communities: tuple[
        communities.catalogue.CharterPrompts, communities.catalogue.Steps, communities.catalogue.Barriers
    ]
    abbreviations: search.abbreviations.Abbreviations
    theme_sets: theme_sets.ShippedSets
    asset_steps: asset_steps.AssetGuide

    def __str__(self) -> str:
        kinds = Counter(one.family for one in self.library.techniques)
        examples = len(self.lessons.examples) + len(self.summaries) + len(self.pitches) + 1
        return (
            f"{len(self.interventions.entries)} catalogue entries, {kinds['technique']} techniques, "
            f"{kinds['meeting']} meetings, {len(self.framework.criteria)} criteria, {len(self.starters)} starters, "
            f"{len(self.communities[2].barriers)} barriers, {examples} examples, "
            f"{sum(len(group.words) for group in self.glossary.groups)} words, "
            f"{len(self.introductions)} introductions, {len(self.guides)} guides"
        )


def read_all() -> Content:
    """All content. Raises ``ContentError`` with the mistakes of every file, also between them."""
    interventions = catalogue.read()
    library = content_schema.read()
    if problems := catalogue.technique_problems({technique.key for technique in library.techniques}):
        raise ContentError(problems)
    framework = instrument.read()
    words = glossary.read()
    return Content(
        interventions,
        library,
        framework,
        starters.read(catalogue=interventions),
        lessons.examples.read(),
        techniques.examples.read(library=library),
        roadmap.examples.read(catalogue=interventions),
        selfassessment.examples.read(framework=framework),
        words,
        introductions.read(known=words),
        guides.read(known=words),
        communities.catalogue.read(),
        search.abbreviations.read(),
        theme_sets.read(),
        asset_steps.read(),
    )


def readings(content: Content) -> dict[str, readability.Reading]:
    """How hard the words are to read, for each kind of text."""
    groups = {
        **_of_framework(content.framework),
        **_of_techniques([one for one in content.library.techniques if one.family == "technique"], "Techniques"),
        **_of_techniques([one for one in content.library.techniques if one.family == "meeting"], "Meetings"),
        **_of_catalogue(content),
        **_of_examples(content),
        **_of_communities(content),
        **_of_help(content),
        **_of_theme_sets(content),
        "Steps of a knowledge asset": [text for one in content.asset_steps.steps for text in (one.how, one.check)],
    }
    return {name: readability.read(texts) for name, texts in groups.items()}


Texts = dict[str, list[str]]


def _of_framework(framework: instrument.Framework) -> Texts:
    suggestions = [suggestion for one in framework.criteria for suggestion in (one.first, one.stretch)]
    return {
        "Questions": [one.question for one in framework.criteria],
        "Statements": [statement for one in framework.criteria for statement in one.statements],
        "Suggestions": [suggestion.text for suggestion in suggestions],
    }


def _of_techniques(group: list[content_schema.Technique], name: str) -> Texts:
    stages = [stage for one in group for stage in one.stages]
    return {
        f"{name}, cards": [
            text
            for one in group
            for text in (
                one.purpose,
                *one.use_when,
                *one.not_when,
                *(role.does for role in one.roles),
                *(item.text for item in one.prep),
                *one.say_first,
                *one.goes_wrong_when,
                one.online,
                one.after_distress,
            )
        ],
        f"{name}, cards to print": [
            text for one in group for text in (one.front.what, one.front.when, *one.front.steps)
        ],
        f"{name}, prompts": [prompt for stage in stages for prompt in stage.prompts],
        f"{name}, spoken words": [stage.say for stage in stages],
    }


def _of_catalogue(content: Content) -> Texts:
    interventions = content.interventions
    lines = [line for one in content.starters for line in one.lines]
    return {
        "Catalogue": [
            text
            for entry in interventions.entries
            for text in (entry.what, entry.why, *entry.how, entry.who, entry.how_to_know)
        ],
        "Steps": [text for step in interventions.steps for text in (step.purpose, *step.exit_questions)],
        "Starters": [*(one.sentence for one in content.starters), *(line.why for line in lines)],
    }


def _of_communities(content: Content) -> Texts:
    *_, barriers = content.communities
    return {
        "Barriers": [text for one in barriers.barriers for text in (one.says, one.behind, *one.helps, one.sign)],
    }


def _of_theme_sets(content: Content) -> Texts:
    sets = content.theme_sets
    themes = [theme.text for one in sets.sets for theme in one.themes]
    return {"Themes": [*(one.about for one in sets.sets), *themes, *(one.text for one in sets.fields)]}


def _of_help(content: Content) -> Texts:
    shown = [words for one in content.introductions for words in (one, *one.variants)]
    guided = [
        text
        for one in content.guides
        for text in (one.lead, *one.get, *(f"{task.do}. {task.why}" for task in one.first))
    ]
    return {
        "Glossary": [word.meaning for group in content.glossary.groups for word in group.shown],
        "Introductions": [f"{one.title} {glossary.plain(one.words, content.glossary)}" for one in shown],
        "Guides": [glossary.plain(text, content.glossary) for text in guided],
    }


def _of_examples(content: Content) -> Texts:
    return {
        "Examples of lessons": [
            text
            for one in content.lessons.examples
            for text in (one.expected, one.happened, one.why, one.then_do, *one.notice)
        ],
        "Examples, others": [
            *(line for one in content.summaries for lines in one.summary.values() for line in lines),
            *(words for one in content.pitches for pitch in one.pitches for words in pitch.words),
            *(words for said in content.round.answers.values() for words in said.comments.values()),
        ],
    }
