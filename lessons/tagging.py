"""Filing lessons under tags: part of writing a lesson and of checking it, which ask the permission."""

from collections.abc import Iterable

from kmportal.lib.model_rules import refuse_invalid
from lessons.models import Lesson, Tag


def file_under_tags(lesson: Lesson, names: Iterable[str]) -> None:
    """Give a lesson exactly these tags; a tag that is not there yet is made. Capital letters make no new tag."""
    wanted = {name.lower(): name for name in _clean_names(names)}
    there = {tag.name.lower(): tag for tag in Tag.objects.filter(organisation=lesson.organisation)} if wanted else {}
    for key, name in wanted.items():
        if key not in there:
            refuse_invalid(Tag(name=name), "name")
            there[key], _ = Tag.objects.get_or_create(
                organisation=lesson.organisation, name__iexact=name, defaults={"name": name}
            )
    lesson.tags.set([there[key] for key in wanted])


def has_the_tags(lesson: Lesson, names: Iterable[str]) -> bool:
    """Whether it is filed under exactly these already."""
    return {tag.name.lower() for tag in lesson.tags.all()} == {name.lower() for name in _clean_names(names)}


def _clean_names(names: Iterable[str]) -> list[str]:
    return [clean for name in names if (clean := " ".join(name.split()))]
