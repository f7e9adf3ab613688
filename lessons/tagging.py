"""Filing lessons under tags: part of writing a lesson and of checking it, which ask the permission."""

from collections.abc import Iterable

from kmportal.lib.cleaning import line_of_text
from kmportal.lib.exceptions import Refusal
from kmportal.lib.model_fields import key_of_name
from kmportal.lib.model_rules import refuse_invalid
from lessons.models import Lesson, Tag


def file_under_tags(lesson: Lesson, names: Iterable[str]) -> None:
    """Give a lesson exactly these tags; a tag that is not there yet is made. What people read as the same word is one
    tag, whatever its capital letters and the spelling of its accents.
    """
    wanted = {key_of_name(name): name for name in _clean_names(names)}
    there = tags_called(lesson.organisation_id, wanted)
    for key, name in wanted.items():
        if key not in there:
            refuse_invalid(Tag(name=name), "name")
            there[key], _ = Tag.ever_used.get_or_create(
                organisation=lesson.organisation, name_key=key, defaults={"name": name}
            )
        elif there[key] is None:
            raise Refusal(f"The tag “{name}” is not used any more. Leave it out, or choose another word.")
    lesson.tags.set([tag for key in wanted if (tag := there[key]) is not None])


def tags_called(organisation_id: int, keys: Iterable[str]) -> dict[str, Tag | None]:
    """Key of a name → the tag that it means today: for one that was replaced the one in its place, for one that is not
    used any more None. Names that nobody has used are left out."""
    rows = Tag.ever_used.filter(organisation=organisation_id, name_key__in=list(keys)).select_related("replaced_by")
    return {tag.name_key: tag_of_today(tag) for tag in rows}


def tag_of_today(tag: Tag) -> Tag | None:
    """The tag itself while it is in use, otherwise the last of those that took its place."""
    seen = {tag.pk}
    while tag.retired_at is not None:
        if tag.replaced_by is None or tag.replaced_by.pk in seen:
            return None
        tag = tag.replaced_by
        seen.add(tag.pk)
    return tag


def has_the_tags(lesson: Lesson, names: Iterable[str]) -> bool:
    """Whether it is filed under exactly these already."""
    wanted = {key_of_name(name) for name in _clean_names(names)}
    there = tags_called(lesson.organisation_id, wanted)
    meant = {tag.name_key for tag in there.values() if tag is not None} | (wanted - there.keys())
    return {tag.name_key for tag in lesson.tags.all()} == meant and None not in there.values()


def _clean_names(names: Iterable[str]) -> list[str]:
    return [clean for name in names if (clean := line_of_text(name))]
