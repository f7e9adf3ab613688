"""Filing lessons under tags: part of writing a lesson and of checking it, which ask the permission."""

from collections.abc import Iterable

from kmportal.lib.cleaning import line_of_text
from kmportal.lib.model_fields import key_of_name
from kmportal.lib.model_rules import refuse_invalid
from lessons.models import Lesson, Tag


def file_under_tags(lesson: Lesson, names: Iterable[str]) -> None:
    """Give a lesson exactly these tags; a tag that is not there yet is made. What people read as the same word is one
    tag, whatever its capital letters and the spelling of its accents.
    """
    wanted = {key_of_name(name): name for name in _clean_names(names)}
    there = {tag.name_key: tag for tag in Tag.objects.filter(organisation=lesson.organisation, name_key__in=wanted)}
    for key, name in wanted.items():
        if key not in there:
            refuse_invalid(Tag(name=name), "name")
            there[key], _ = Tag.objects.get_or_create(
                organisation=lesson.organisation, name_key=key, defaults={"name": name}
            )
    lesson.tags.set([there[key] for key in wanted])


def has_the_tags(lesson: Lesson, names: Iterable[str]) -> bool:
    """Whether it is filed under exactly these already."""
    return {tag.name_key for tag in lesson.tags.all()} == {key_of_name(name) for name in _clean_names(names)}


def _clean_names(names: Iterable[str]) -> list[str]:
    return [clean for name in names if (clean := line_of_text(name))]
