"""What the list of lessons is narrowed to besides its filters: a tag, a theme or several that the address names."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import QueryDict
from django.urls import reverse

from kmportal.lib.links import changed_query
from kmportal.lib.model_fields import key_of_name
from kmportal.lib.pagination import whole_number
from lessons.filters import MOST_THEMES
from lessons.models import Lesson, LessonTheme, Tag, Theme
from lessons.tagging import tag_of_today
from organisations.models import Membership

TAG, THEME = "tag", "theme"


@dataclass(frozen=True)
class Filing:
    """``narrowed`` is the condition for the index, ``words`` say it above the list. ``moved_to``: where a tag leads
    that was replaced. Anything odd in the address narrows nothing."""

    narrowed: Q | None = None
    words: str = ""
    follow_url: str = ""
    moved_to: str = ""
    # For the form of the list, so that a search stays inside.
    hidden: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, params: QueryDict, membership: Membership) -> "Filing":
        """One query for the tag and one for the themes that the address names, and one for an old tag in quotation
        marks."""
        tag = _tag_of(params, membership)
        found = [*([tag] if tag is not None else []), *_themes_of(params, membership)]
        if moved := next((one for one in found if one.moved_to), None):
            return moved
        if not found:
            return _old_name(params, membership)
        narrowed = Q()
        for one in found:
            narrowed &= one.narrowed or Q()
        return cls(
            narrowed,
            _words_of(found),
            found[0].follow_url if len(found) == 1 else "",
            hidden=tuple(pair for one in found for pair in one.hidden),
        )


def _tag_of(params: QueryDict, membership: Membership) -> Filing | None:
    key = whole_number(params.get(TAG, ""))
    rows = Tag.ever_used.filter(pk=key, organisation=membership.organisation_id) if key else Tag.ever_used.none()
    tag = rows.select_related("replaced_by").first()
    if tag is None:
        return None
    if tag.retired_at is not None:
        today = tag_of_today(tag)
        return Filing(moved_to=changed_query(params, tag=str(today.pk) if today else None, page=None) or "?")
    filed = Lesson.tags.through.objects.filter(tag=tag).values("lesson_id")
    return _filing(f"with the tag “{tag}”", filed, TAG, tag.pk, membership)


def _themes_of(params: QueryDict, membership: Membership) -> list[Filing]:
    """One for each theme, in the order of the address: a lesson has to belong to all of them."""
    keys = list(dict.fromkeys(filter(None, map(whole_number, params.getlist(THEME)[:MOST_THEMES]))))
    rows = Theme.objects.visible_to(membership).in_bulk(keys) if keys else {}
    filed = LessonTheme.objects.values("lesson_id")
    return [
        _filing(f"on the theme “{rows[key]}”", filed.filter(theme=key), THEME, key, membership)
        for key in keys
        if key in rows
    ]


def _words_of(found: list[Filing]) -> str:
    """Of two themes “on the theme A and on the theme B”; a tag before them stands without “and”."""
    tags = [one.words for one in found if one.hidden[0][0] == TAG]
    themes = [one.words for one in found if one.hidden[0][0] == THEME]
    return " ".join([*tags, " and ".join(themes)]).strip()


def _filing(words: str, filed: Any, kind: str, key: int, membership: Membership) -> Filing:
    follow = reverse(f"follow_{kind}", args=[membership.organisation.slug, key])
    return Filing(Q(ident__in=filed), words, follow, hidden=((kind, str(key)),))


def _old_name(params: QueryDict, membership: Membership) -> Filing:
    """Pages used to link a tag as its name in quotation marks, and people saved that."""
    text = params.get("q", "").strip()
    if len(text) < 3 or not (text.startswith('"') and text.endswith('"')):
        return Filing()
    rows = Tag.ever_used.filter(organisation=membership.organisation_id, name_key=key_of_name(text[1:-1]))
    tag = rows.exclude(replaced_by=None).select_related("replaced_by").first()
    today = tag_of_today(tag) if tag else None
    return Filing(moved_to=changed_query(params, q=None, tag=str(today.pk), page=None)) if today else Filing()
