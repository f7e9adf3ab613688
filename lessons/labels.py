"""How lessons, and what came of them, are spoken of: the look of a state, who may read it, its history in sentences."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from django.utils import timezone

from kmportal.lib.amounts import hours_in_words, pounds_in_words
from kmportal.lib.days import day_in_words, due_in_words, long_day
from kmportal.lib.domain_words import worded
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.things import Look
from lessons.models import (
    ENDED,
    SHARED,
    Asset,
    Flag,
    Lesson,
    LessonEvent,
    LessonFile,
    LessonRevision,
    Measure,
    Reuse,
    Risk,
    Saving,
    State,
)
from organisations.models import Person
from organisations.visibility import Reach

LONG_ADVICE = 300
STATES: dict[str, Look] = {
    State.DRAFT: Look("", "pencil", "Draft"),
    State.SUBMITTED: Look("info", "clock", "Waiting to be checked"),
    State.IN_REVIEW: Look("info", "eye", "Being checked"),
    State.RETURNED: Look("warn", "rotate-ccw", "Returned"),
    State.DECLINED: Look("", "circle-x", "Declined"),
    State.IDENTIFIED: Look("info", "circle-check", "Checked: something must change"),
    State.NOTED: Look("", "lightbulb", "Checked: good to know"),
    State.ACTION_AGREED: Look("warn", "flag", "Being changed"),
    State.LEARNED: Look("good", "circle-check", "Changed"),
    State.EMBEDDED: Look("good", "sprout", "Still true after six months"),
    State.SUPERSEDED: Look("", "archive", "Replaced by a newer one"),
    State.RETIRED: Look("", "archive", "No longer in use"),
}

# What came from elsewhere was not checked here, and no badge says so: also when somebody here has looked at a change to
# it, which the lines beside it tell. Counts go by the same, ``source``.
BROUGHT_IN = Look("", "download", "Brought in, not checked here")
SHARED_BY_OTHERS = Look("", "users", "Shared by others, not checked here")
SAYS_CHECKED = frozenset({State.IDENTIFIED, State.NOTED})
# What a list is narrowed by: our own and those from elsewhere stand in it together.
STATE_FILTERS = {
    **{state: str(look.word) for state, look in STATES.items()},
    State.IDENTIFIED: "Something must change",
    State.NOTED: "Good to know",
}

ASSET_DRAFT, ASSET_CHECKED, ASSET_CHANGED, ASSET_UNCHECKED = "draft", "checked", "changed", "unchecked"
ASSET_STATES: dict[str, Look] = {
    ASSET_DRAFT: Look("", "pencil", "Draft"),
    ASSET_CHECKED: Look("good", "circle-check", "Checked"),
    ASSET_CHANGED: Look("warn", "pencil", "Changed since it was checked"),
    ASSET_UNCHECKED: Look("info", "eye", "Not checked yet"),
}

REUSE_KINDS: dict[str, Look] = {
    Reuse.Kind.HELPED: Look("good", "thumbs-up", Reuse.Kind.HELPED.label),
    Reuse.Kind.SAME: Look("info", "copy", Reuse.Kind.SAME.label),
    Reuse.Kind.OPPOSITE: Look("warn", "triangle-alert", Reuse.Kind.OPPOSITE.label),
}
SAVING_STATES: dict[str, Look] = {
    Saving.State.TAKEN: Look("", "check", Saving.State.TAKEN.label),
    Saving.State.CLAIMED: Look("warn", "clock", Saving.State.CLAIMED.label),
    Saving.State.CONFIRMED: Look("good", "circle-check", Saving.State.CONFIRMED.label),
    Saving.State.DECLINED: Look("", "circle-x", Saving.State.DECLINED.label),
}

_MOVES = {
    (State.SUBMITTED, State.DRAFT): "Taken back by {by}",
    (State.IN_REVIEW, State.DRAFT): "Taken back by {by}",
    (State.IN_REVIEW, State.SUBMITTED): "Put back into the queue by {by}",
    (State.IN_REVIEW, State.IN_REVIEW): "Taken over by {by}",
    (State.DRAFT, State.IN_REVIEW): "Sent by {by} to one person alone, without a name",
    (State.RETURNED, State.SUBMITTED): "Sent again by {by}",
    (State.ACTION_AGREED, State.IDENTIFIED): _("Nobody has promised anything any more: the last action was dropped"),
    (State.LEARNED, State.IDENTIFIED): "Something must change again, says {by}",
    (State.EMBEDDED, State.IDENTIFIED): "Something must change again, says {by}",
}
_ARRIVALS = {
    State.DRAFT: "Written down by {by}",
    State.SUBMITTED: "Sent for review by {by}",
    State.IN_REVIEW: "Claimed by {by}",
    State.RETURNED: "Returned with a comment by {by}",
    State.DECLINED: "Declined by {by}",
    State.IDENTIFIED: "Checked by {by}, version {revision}: something must change",
    State.NOTED: "Checked by {by}, version {revision}: good to know",
    State.ACTION_AGREED: _("An action was agreed by {by}"),
    State.LEARNED: "It has changed, says {by}",
    State.EMBEDDED: "It is still so after six months, says {by}",
    State.SUPERSEDED: "Replaced by a newer one, says {by}",
    State.RETIRED: "Taken out of use by {by}",
}
_DEEDS = {
    LessonEvent.Deed.TOOK_IN: _("Lesson {other} became part of this one, by {by}"),
    LessonEvent.Deed.WENT_INTO: _("Became part of lesson {other}, by {by}"),
    LessonEvent.Deed.GAVE_BACK: _("Lesson {other} is a lesson of its own again, by {by}"),
    LessonEvent.Deed.CAME_BACK: _("Is a lesson of its own again, by {by}"),
}


# Of a safe lesson these have nobody’s name.
_BY_AUTHOR = {State.DRAFT, State.SUBMITTED, State.IN_REVIEW}


@dataclass(frozen=True)
class Line:
    """One entry of the history."""

    sentence: str
    at: datetime
    comment: str = ""


class Stands(Protocol):
    """A lesson, or a hit of the search that is one."""

    @property
    def state(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def organisation_id(self) -> int | None: ...


def look_of(row: Stands, here: int) -> Look:
    """The badge of a lesson, for people of the organisation with the key ``here``."""
    if row.state in SAYS_CHECKED and row.organisation_id != here:
        return SHARED_BY_OTHERS
    return BROUGHT_IN if row.state in SAYS_CHECKED and row.source else STATES[State(row.state)]


def history_lines(events: Iterable[LessonEvent], lesson: Lesson, *, with_comments: bool) -> list[Line]:
    """The story of a lesson, in the order of ``events``. What a reviewer wrote is for the two sides alone."""
    return [
        Line(_history_sentence(event, lesson), event.at, event.comment if with_comments else "") for event in events
    ]


def _history_sentence(event: LessonEvent, lesson: Lesson) -> str:
    before, after = event.before, State(event.after)
    if event.deed:
        pattern = str(_DEEDS[LessonEvent.Deed(event.deed)])
    elif not before and lesson.source and after != State.DRAFT:
        pattern = "Brought in from {source} by {by}"
    elif before == after and after in SHARED:
        looked = "looked at" if lesson.source else "checked"
        pattern = f"The change was {looked} by {{by}}" if event.comment else "Changed by {by}, version {revision}"
    elif (before, after) == (State.IN_REVIEW, State.SUBMITTED) and event.comment:
        pattern = "Checked by {by}, version {revision}; somebody else has to check it, too"
    elif before in ENDED and after not in ENDED:
        pattern = "Brought back by {by}"
    else:
        pattern = _MOVES.get((State(before), after), "") if before else ""
        pattern = pattern or _ARRIVALS.get(after, after.label + " by {by}")
    revision = event.revision.number if event.revision else 1
    nobody = "its author" if lesson.is_safe and event.after in _BY_AUTHOR else "somebody who has left"
    return pattern.format(by=event.by or nobody, source=lesson.source, revision=revision, other=event.other_id)


def changed_since(lesson: Lesson) -> str:
    """That its words are not those that were checked or brought in, and since when; empty where they are."""
    if not lesson.changed_since_validation:
        return ""
    checked = f" on {long_day(timezone.localtime(lesson.validated_at))}" if lesson.validated_at else ""
    since = "checked"
    if lesson.source:
        since = "brought in" if lesson.counts_as_brought_in else "last looked at here"
    words = lesson.words
    changed = f", by {words.by} on {long_day(timezone.localtime(words.at))}" if words.by else ""
    return f"Changed since it was {since}{checked}{changed}."


def who_may_read(lesson: Lesson) -> str:
    """Who may see a lesson now, in words for its page."""
    here = lesson.organisation.name
    if lesson.state == State.DRAFT:
        return "Only you can see this draft."
    if lesson.state not in SHARED:
        return worded("Until it is checked, only its author and those who check lessons can read it.")
    if lesson.reach == Reach.GROUP:
        return f"The {worded('group')} {lesson.group} and the author can read it."
    if lesson.reach == Reach.NETWORK:
        return f"Everybody at {here} and in the network can read it."
    return f"Everybody at {here} can read it."


def shared_by(lesson: Lesson) -> str:
    """Who lets a reader of another organisation see a lesson, and why, in words for its page."""
    whom = f"the {worded('group')} {lesson.group}" if lesson.reach == Reach.GROUP else "the network"
    return f"{lesson.organisation} shares this {worded('lesson')} with {whom}."


def asset_state(asset: Asset) -> str:
    """What a reader wants to know of a knowledge asset first; a key of ``ASSET_STATES``."""
    if asset.is_draft:
        return ASSET_DRAFT
    if asset.is_checked:
        return ASSET_CHECKED
    return ASSET_CHANGED if asset.checked_number else ASSET_UNCHECKED


def asset_keeper_in_words(asset: Asset, person: Person | None) -> str:
    """Why somebody is asked about a knowledge asset."""
    if person is not None and person.pk == asset.owner_id:
        return "You look after it"
    return f"You stand in for {asset.owner}" if asset.owner else "Nobody looks after it, and you stand in"


def who_may_read_asset(asset: Asset) -> str:
    """Who may read a knowledge asset now, in words for its page."""
    if asset.is_draft:
        return "Only you can see this draft."
    if asset.reach == Reach.GROUP:
        return f"The {worded('group')} {asset.group} and whoever wrote it can read this."
    return f"Everybody at {asset.organisation} can read this."


# How a rating is called, and how it looks.
RATINGS = {
    "high": Look("bad", "triangle-alert", "High"),
    "middle": Look("warn", "triangle-alert", "Middle"),
    "low": Look("", "info", "Low"),
}
RISK_KEPT = Look("good", "circle-check", "Kept")


def look_of_risk(risk: Risk) -> Look:
    """Its rating in a word and a number; what is kept has none any more."""
    if risk.is_settled:
        return RISK_KEPT
    look = RATINGS[risk.rating_word]
    return look._replace(word=f"{look.word}, {risk.rating}")


def leaving_in_words(day: date, *, on: date) -> str:
    """“leaves on 4 January 2027”, “leaves tomorrow”, “left on 4 November 2026”."""
    words = day_in_words(day, on=on)
    return f"{'left' if day < on else 'leaves'} {'on ' if words == long_day(day) else ''}{words}"


def risk_in_words(risk: Risk, on: date) -> str:
    """Why a topic at risk cannot wait, for whoever sees to it."""
    parts = []
    if risk.leaves_on is not None and risk.warn_on is not None:
        parts.append(f"Somebody who knows about it {leaving_in_words(risk.leaves_on, on=on)}")
    if risk.due_on is not None:
        parts.append(f"What you do about it is {due_in_words(risk.due_on, on=on)}")
    return ". ".join(parts)


def saved_in_words(saving: Saving) -> str:
    """“£1,200”, “40 hours”, or what became better."""
    if saving.amount is None:
        return saving.words
    return pounds_in_words(saving.amount) if saving.measure == Measure.MONEY else hours_in_words(saving.amount)


def is_long_advice(words: LessonRevision) -> bool:
    """Whether the advice is a text of its own and not the second half of “when you…, then…”."""
    return not words.when_you and len(words.then_do) > LONG_ADVICE


def flags_in_words(lesson: Lesson) -> list[str]:
    """What the import could not mend, in sentences."""
    return [Flag(flag).label for flag in lesson.flags if flag in Flag.values]


def advice_on_files(files: Iterable[LessonFile]) -> list[str]:
    """What whoever cannot see or hear a file would miss, before it is sent. Nobody has to follow it."""
    return [
        f"Say in a few words what {one.file.name} {'says' if one.file.is_sound else 'shows'}, "
        f"for those who cannot {'hear' if one.file.is_sound else 'see'} it."
        for one in files
        if one.wants_words
    ]
