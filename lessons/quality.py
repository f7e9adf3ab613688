"""What makes a lesson good: gently asked before it is sent, and a list to tick when it is checked."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kmportal.lib.cleaning import first_words
from kmportal.lib.domain_words import worded
from kmportal.lib.markdown import plain
from kmportal.lib.personal_data import Hint, personal
from kmportal.lib.sentences import capital
from lessons.models import LessonRevision, State

# A longer advice is probably more than one.
ADVICE_LENGTH = 600
TITLE_LENGTH = 120


@dataclass(frozen=True)
class Quality:
    """One line of the list. ``missing`` is what to say when the portal can see that it is not so."""

    key: str
    words: str
    missing: str = ""


QUALITY = (
    Quality("do", "It says what to do, not only what happened", "There is nothing after “then…”."),
    Quality("cause", "It gives the reason", "There is nothing under “Why?”."),
    Quality("who", "It says who should use it, and when", "There is nothing after “When you are about to…”."),
    Quality("stranger", "A stranger can follow it"),
    Quality("nobody", "Nobody can be recognised: no patient, client or colleague"),
    Quality("one", "It is about one thing"),
    Quality("contact", "It says who to ask", "It does not say who to ask."),
    Quality(
        "process",
        "It names what should change: a document, a checklist, a course",
        "Say what should change.",
    ),
)
# These two are answered by filling in, not by ticking.
BY_FIELD = frozenset({"contact", "process"})
# A good practice or a story that changes nothing names nothing to change.
NOT_FOR_NOTED = frozenset({"process"})


def quality_for(outcome: str) -> tuple[Quality, ...]:
    """The list for *identified* or *noted*."""
    return tuple(item for item in QUALITY if outcome != State.NOTED or item.key not in NOT_FOR_NOTED)


def missing_for(outcome: str, revision: LessonRevision, *, contact: str, process: str) -> dict[str, str]:
    """What the portal can see is missing: key of the list → sentence."""
    has = {
        "do": revision.then_do,
        "cause": revision.why,
        "who": revision.when_you,
        "contact": contact,
        "process": process,
    }
    return {item.key: item.missing for item in quality_for(outcome) if item.missing and not has[item.key].strip()}


def missing_in(revision: LessonRevision) -> dict[str, str]:
    """The same for the words alone: what only their author can mend."""
    return missing_for(State.NOTED, revision, contact="filled in", process="filled in")


def advice_before_sending(revision: LessonRevision) -> list[str]:
    """What would make a lesson easier to use. Nobody has to follow it."""
    advice = []
    if not revision.why.strip():
        advice.append("Say why it happened. Then others can tell whether it fits them.")
    if not revision.when_you.strip():
        advice.append("Say when to use it, after “When you are about to…”.")
    if not revision.expected.strip():
        advice.append("Say what you expected. The difference is what others learn from.")
    if len(revision.then_do) > ADVICE_LENGTH:
        advice.append(worded("The advice is long. If it is about more than one thing, write a second lesson."))
    return advice


def personal_hints(revision: LessonRevision, *, names: list[str], author: str = "") -> list[Hint]:
    """What in the words may show who somebody is. The author’s own name does not count."""
    text = "\n".join(
        (
            revision.title,
            revision.expected,
            revision.happened,
            revision.why,
            revision.when_you,
            revision.then_do,
            revision.files_told,
        )
    )
    return [hint for hint in personal(plain(text, addresses=True), names=names) if hint.words != author]


def hints_about_people(text: str, *, names: Sequence[str]) -> list[Hint]:
    """What in other words may show who somebody is."""
    return personal(plain(text, addresses=True), names=names)


def title_from(then_do: str, happened: str) -> str:
    """A title for a lesson that was given none: its advice, else the beginning of what happened."""
    words = re.sub(r"(?m)^ *- ", "", plain(then_do or happened))
    return capital(first_words(words, TITLE_LENGTH).rstrip("."))
