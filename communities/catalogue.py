"""What ships for communities: prompts of the charter, the four steps, barriers and what helps.

Read from ``content/`` and checked. Pure: no Django.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from kmportal.lib.content import Problem, TypedDocument, open_file, read_checked, repeated, sentence_problems
from kmportal.lib.content_classes import Content, Slug, Text, Texts

FULL_SENTENCE = "This must be a full sentence with a full stop."
FOLDER = Path(__file__).parent / "content"
CHARTER, STEPS, BARRIERS = FOLDER / "charter.yaml", FOLDER / "steps.yaml", FOLDER / "barriers.yaml"
HEALTH, REVIEW, CLOSING = FOLDER / "health.yaml", FOLDER / "review.yaml", FOLDER / "closing.yaml"


class Prompt(Content):
    """One prompt of the charter. ``needed``: without an answer to it a community is not established."""

    key: Slug
    ask: Text
    help: Text
    example: Text
    needed: bool = False


class CharterPrompts(Content):
    """All prompts, in their order on the page."""

    prompts: Annotated[tuple[Prompt, ...], Meta(min_length=1)]


class Question(Content):
    """One question of a step."""

    key: Slug
    ask: Text


class Step(Content):
    """One of the four steps: its questions, and when it is usual."""

    number: Annotated[int, Meta(ge=1, le=4)]
    name: Text
    usual: Text
    questions: Annotated[tuple[Question, ...], Meta(min_length=1)]


class Reminder(Content):
    """What the facilitators are asked on one day of forming."""

    day: Annotated[int, Meta(ge=1)]
    ask: Text


class Steps(Content):
    """The four steps, and what is asked while a community forms."""

    steps: Annotated[tuple[Step, ...], Meta(min_length=4, max_length=4)]
    forming: Annotated[tuple[Reminder, ...], Meta(min_length=1)]


class HealthLine(Content):
    """One question with which a community looks at itself: what the portal sees, what was agreed, what helps.

    ``portal`` is empty where the portal sees nothing.
    """

    key: Slug
    ask: Text
    portal: str
    agreed: Text
    wonder: Text
    helps: Text


class HealthLines(Content):
    """The questions, in their order on the page."""

    lines: Annotated[tuple[HealthLine, ...], Meta(min_length=1)]


class Barrier(Content):
    """What keeps people from sharing what they know, as they say it: what lies behind it, what helps against it, who
    can do that, and how one sees that it eases."""

    key: Slug
    says: Text
    behind: Text
    helps: Texts
    who: Text
    sign: Text


class Barriers(Content):
    """All barriers, in the order in which they are offered."""

    barriers: Annotated[tuple[Barrier, ...], Meta(min_length=1)]


def read(
    charter: Path = CHARTER, steps: Path = STEPS, barriers: Path = BARRIERS
) -> tuple[CharterPrompts, Steps, Barriers]:
    """All files. Raises ``ContentError`` with everything that is wrong."""
    [prompts] = read_checked([charter], CharterPrompts, _prompt_problems, base=charter.parent.parent)
    [life] = read_checked([steps], Steps, _step_problems, base=steps.parent.parent)
    [obstacles] = read_checked([barriers], Barriers, _barrier_problems, base=barriers.parent.parent)
    return prompts.content, life.content, obstacles.content


class ReviewStage(Content):
    """One stage of the yearly look back."""

    key: Slug
    name: Text
    minutes: Annotated[int, Meta(ge=1)]
    ask: Text


class ReviewScript(Content):
    """The stages, in their order."""

    stages: Annotated[tuple[ReviewStage, ...], Meta(min_length=1)]


@cache
def review_stages() -> tuple[ReviewStage, ...]:
    """The stages of the yearly look back, read once for each process."""
    return open_file(REVIEW, ReviewScript).stages


class ClosingStep(Content):
    """One step of closing well: its day from the announcement on, who does it, and what is asked on that day."""

    key: Slug
    day: Annotated[int, Meta(ge=0)]
    name: Text
    who: Text
    words: Text
    ask: str = ""


class ClosingSteps(Content):
    """The steps, in their order."""

    steps: Annotated[tuple[ClosingStep, ...], Meta(min_length=1)]


@cache
def closing_steps() -> tuple[ClosingStep, ...]:
    """The steps of closing, read once for each process."""
    return open_file(CLOSING, ClosingSteps).steps


@cache
def health_lines() -> tuple[HealthLine, ...]:
    """The questions of health, read once for each process."""
    return open_file(HEALTH, HealthLines).lines


@cache
def prompts() -> tuple[Prompt, ...]:
    """The prompts of the charter, read once for each process."""
    return open_file(CHARTER, CharterPrompts).prompts


@cache
def steps() -> tuple[Step, ...]:
    """The four steps, read once for each process."""
    return open_file(STEPS, Steps).steps


@cache
def forming() -> tuple[Reminder, ...]:
    """What is asked while a community forms, in the order of the days."""
    return tuple(sorted(open_file(STEPS, Steps).forming, key=lambda one: one.day))


@cache
def barriers() -> tuple[Barrier, ...]:
    """What gets in the way and what helps, read once for each process."""
    return open_file(BARRIERS, Barriers).barriers


def question_key(step: int, key: str) -> str:
    """How an answer names its question: two steps may ask by the same key."""
    return f"{step}-{key}"


def _prompt_problems(document: TypedDocument[CharterPrompts]) -> Iterator[Problem]:
    keys = [(one.key, ("prompts", index, "key")) for index, one in enumerate(document.content.prompts)]
    for key, path in repeated(keys):
        yield document.problem(path, f"The key “{key}” stands here twice.")


def _step_problems(document: TypedDocument[Steps]) -> Iterator[Problem]:
    for place, step in enumerate(document.content.steps):
        if step.number != place + 1:
            yield document.problem(["steps", place, "number"], "The steps stand in their order, 1 to 4.")
        keys = [(one.key, ("steps", place, "questions", index)) for index, one in enumerate(step.questions)]
        for key, path in repeated(keys):
            yield document.problem(path, f"The key “{key}” stands here twice.")


def _barrier_problems(document: TypedDocument[Barriers]) -> Iterator[Problem]:
    keys = [(one.key, ("barriers", index, "key")) for index, one in enumerate(document.content.barriers)]
    for key, path in repeated(keys):
        yield document.problem(path, f"The key “{key}” stands here twice.")
    for index, one in enumerate(document.content.barriers):
        for name in ("says", "behind", "sign"):
            yield from sentence_problems(document, ["barriers", index], (getattr(one, name),), FULL_SENTENCE)
        yield from sentence_problems(document, ["barriers", index, "helps"], one.helps, FULL_SENTENCE)
