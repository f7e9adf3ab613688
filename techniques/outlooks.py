"""What a session that looks back can open with: the words in which the same team looked ahead, as lines."""

from collections.abc import Sequence
from datetime import datetime

from django.core.cache import cache

from techniques.content_schema import Column
from techniques.models import Outlook, Session, Stage

LONGEST = Outlook._meta.get_field("text").max_length or 0
Lines = list[tuple[str, str]]
SECONDS = 60


def find_before(session: Session) -> Session | None:
    """The last session before this one in which the same piece of work, or else the same group, said what it feared.

    Nothing of other teams: a session that belongs to neither has none.
    """
    held = Session.objects.held().filter(organisation=session.organisation_id, closed_at__isnull=False)
    held = held.filter(starts_at__lt=session.starts_at).exclude(pk=session.pk).order_by("-starts_at", "-pk")
    for name in ("intervention_id", "group_id"):
        if key := getattr(session, name):
            for one in held.filter(**{name: key})[:5]:
                if any(column.fears for stage in one.stages.all() for column in stage.columns):
                    return one
    return None


def offer_of(session: Session) -> tuple[str, datetime] | None:
    """Title and day of what could be shown, for the desk. Each event of a room asks, so it is looked up
    once a minute."""
    if not (session.intervention_id or session.group_id):
        return None
    key = f"techniques.before.{session.pk}"
    found = cache.get(key)
    if found is None:
        before = find_before(session)
        found = (before.title, before.starts_at) if before and lines_of(before) else ()
        cache.set(key, found, SECONDS)
    return found or None


def lines_of(session: Session) -> Lines:
    """Kind and words of each line that was agreed about what would be: hopes and signs, then fears."""
    found: Lines = []
    for stage in session.stages.all():
        found += _lines_of_stage(stage, session.summary.get(stage.key, ""))
    return sorted(dict.fromkeys(found), key=lambda line: line[0] == Outlook.Kind.FEARED)


def _lines_of_stage(stage: Stage, words: str) -> Lines:
    columns: Sequence[Column] = [column for column in stage.columns if column.makes == "summary"]
    if not any(column.tells == "expected" for column in columns):
        return []
    named = {column.name.casefold(): column for column in columns}
    column, found = columns[0], []
    for line in words.splitlines():
        text = line.strip()
        if text.rstrip(":").casefold() in named:
            column = named[text.rstrip(":").casefold()]
        elif text and column.tells == "expected":
            kind = Outlook.Kind.FEARED if column.fears else Outlook.Kind.EXPECTED
            found.append((str(kind), text.removeprefix("– ").strip()[:LONGEST]))
    return found
