"""Sets of themes: loaded, loaded anew, put out of use; and lessons that are tied to themes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from kmportal.lib.cleaning import line_of_text
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal
from kmportal.lib.model_fields import key_of_name
from kmportal.lib.model_rules import refuse_invalid
from lessons import policies
from lessons.events import Event
from lessons.importing.themes import ThemeLine, ThemesRead, read_themes
from lessons.models import Lesson, LessonTheme, Theme, ThemeSet
from lessons.theme_sets import shipped_sets
from lessons.transitions import lock_lesson
from organisations import events
from organisations.models import Membership, Organisation
from organisations.policies import require_that


@dataclass(frozen=True)
class Loaded:
    """What loading did."""

    theme_set: ThemeSet
    new: int
    changed: int
    gone: int


@transaction.atomic
def load_themes(
    organisation: Organisation, *, by: Membership, at: datetime, pasted: str, name: str = "", url: str = ""
) -> Loaded:
    """Load a set, or load one of this name anew: themes are known again by their code, or else by their name. What is
    no longer in it is put out of use and keeps its lessons. Idempotent."""
    require_that(policies.may_curate(by, organisation))
    return _load(organisation, read_themes(pasted), by=by, at=at, name=name, url=url)


@transaction.atomic
def load_shipped_themes(organisation: Organisation, *, by: Membership, at: datetime, key: str) -> Loaded:
    """Take a set that ships with the portal, as it is. One that is here under its name is loaded anew. Idempotent."""
    require_that(policies.may_curate(by, organisation))
    shipped = shipped_sets().called(key)
    if shipped is None:
        raise Refusal("Choose one of the sets that are offered.")
    lines = [ThemeLine(theme.name, theme.code, theme.text) for theme in shipped.themes]
    return _load(organisation, ThemesRead(lines), by=by, at=at, name=shipped.name)


@transaction.atomic
def retire_theme_set(theme_set: ThemeSet, *, by: Membership, at: datetime) -> ThemeSet:
    """Put a set out of use: its themes are offered no more, its lessons stay with them. Idempotent."""
    require_that(policies.may_curate(by, theme_set.organisation))
    theme_set = ThemeSet.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=theme_set.pk)
    if theme_set.retired_at is None:
        theme_set.retired_at = at
        theme_set.save(update_fields=["retired_at"])
        events.record(Event.THEMES_RETIRED, theme_set, by=by, at=at)
    return theme_set


@transaction.atomic
def restore_theme_set(theme_set: ThemeSet, *, by: Membership, at: datetime) -> ThemeSet:
    """Use a set again. Idempotent."""
    require_that(policies.may_curate(by, theme_set.organisation))
    theme_set = ThemeSet.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=theme_set.pk)
    if theme_set.retired_at is not None:
        theme_set.retired_at = None
        theme_set.save(update_fields=["retired_at"])
        events.record(Event.THEMES_RESTORED, theme_set, by=by, at=at)
    return theme_set


@transaction.atomic
def file_under_themes(lesson: Lesson, *, by: Membership, at: datetime, themes: Collection[Theme]) -> Lesson:
    """Say to which themes in use a lesson belongs, and to no others of them. Idempotent."""
    require_that(policies.may_file_under_themes(by, lesson))
    lock_lesson(lesson)
    offered = set(Theme.objects.visible_to(by).in_use().values_list("pk", flat=True))
    wanted = {theme.pk for theme in themes}
    if not wanted <= offered:
        raise Refusal("Choose themes that are in use.")
    there = set(lesson.theme_ties.filter(theme__in=offered).values_list("theme", flat=True))
    if wanted == there:
        return lesson
    new = sorted(wanted - there)
    lesson.theme_ties.filter(theme__in=there - wanted).delete()
    LessonTheme.objects.bulk_create(
        [LessonTheme(theme_id=key, lesson=lesson, at=at, by=by.person) for key in new],
        ignore_conflicts=True,
    )
    events.record(Event.LESSON_FILED, lesson, by=by, at=at, number=len(wanted), texts={"new": " ".join(map(str, new))})
    return lesson


@transaction.atomic
def file_under_theme(theme: Theme, *, by: Membership, at: datetime, lessons: Collection[Lesson]) -> int:
    """Say of several lessons that they belong to a theme, besides the others that they have; answers of how many it is
    new."""
    require_that(policies.may_curate(by, theme.theme_set.organisation))
    if theme.retired_at is not None or theme.theme_set.retired_at is not None:
        raise Refusal("Choose a theme that is in use.")
    number = 0
    for lesson in sorted(lessons, key=lambda row: row.pk):
        if not policies.may_file_under_themes(by, lesson):
            raise Refusal(worded("One of these lessons is not yours to sort."))
        lock_lesson(lesson)
        _, made = LessonTheme.objects.get_or_create(theme=theme, lesson=lesson, defaults={"at": at, "by": by.person})
        if made:
            number += 1
            new = {"new": str(theme.pk)}
            events.record(Event.LESSON_FILED, lesson, by=by, at=at, number=lesson.theme_ties.count(), texts=new)
    return number


# --- What they share -------------------------------------------------------------------------------------------------


def _load(
    organisation: Organisation, read: ThemesRead, *, by: Membership, at: datetime, name: str = "", url: str = ""
) -> Loaded:
    row = ThemeSet(
        organisation=organisation,
        name=line_of_text(name) or read.name,
        source_url=line_of_text(url) or read.url,
        loaded_at=at,
        by=by.person,
    )
    refuse_invalid(row, "name", "source_url")
    theme_set, made = ThemeSet.objects.select_for_update(of=("self",)).get_or_create(
        organisation=organisation,
        name_key=key_of_name(row.name),
        defaults={"name": row.name, "source_url": row.source_url, "loaded_at": at, "by": by.person},
    )
    new, changed, gone = _write_themes(theme_set, read.lines, at=at)
    is_new_url = bool(row.source_url) and row.source_url != theme_set.source_url
    if made or new or changed or gone or is_new_url or theme_set.retired_at is not None:
        theme_set.source_url = row.source_url or theme_set.source_url
        theme_set.loaded_at, theme_set.by, theme_set.retired_at = at, by.person, None
        theme_set.save()
        events.record(Event.THEMES_LOADED, theme_set, by=by, at=at, new=new, changed=changed, gone=gone)
    return Loaded(theme_set, new, changed, gone)


def _write_themes(theme_set: ThemeSet, lines: Collection[ThemeLine], *, at: datetime) -> tuple[int, int, int]:
    """New, changed and gone. Names and codes may have changed places: each theme is found before any is written."""
    rows = list(Theme.objects.filter(theme_set=theme_set))
    by_code = {row.code: row for row in rows if row.code}
    by_name = {row.name_key: row for row in rows}
    matched: list[tuple[ThemeLine, Theme | None]] = []
    used: set[int] = set()
    for line in lines:
        row = by_code.get(line.code) if line.code else None
        row = row or by_name.get(key_of_name(line.name))
        row = None if row is not None and row.pk in used else row
        used |= {row.pk} if row else set()
        matched.append((line, row))
    gone = [row for row in rows if row.pk not in used]
    for row in gone:
        # What it was called may be the name of another one now.
        clash = any(line.code == row.code != "" or key_of_name(line.name) == row.name_key for line in lines)
        if row.retired_at is None or clash:
            row.retired_at = row.retired_at or at
            row.code = "" if clash else row.code
            row.name = f"{row.name[:180]} (before, {row.pk})" if clash else row.name
            row.save()
    new = changed = 0
    renamed = [row for line, row in matched if row and (row.name, row.code) != (line.name, line.code)]
    for row in renamed:  # out of the way of each other
        Theme.objects.filter(pk=row.pk).update(code="", name_key=f"moving {row.pk}")
    for position, (line, row) in enumerate(matched):
        if row is None:
            Theme.objects.create(theme_set=theme_set, name=line.name, code=line.code, text=line.text, position=position)
            new += 1
            continue
        before = (row.name, row.code, row.text, row.position, row.retired_at)
        row.name, row.code, row.text, row.position, row.retired_at = line.name, line.code, line.text, position, None
        if before != (row.name, row.code, row.text, row.position, None):
            row.save()
            changed += 1
    return new, changed, len([row for row in gone if row.retired_at == at])
