"""Themes: the sets that the library takes as they ship, and the lessons that belong to them."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from demo.story import Happening, Row, read
from demo.world import World
from lessons.actions import themes
from lessons.models import Theme


def happenings(world: World) -> Iterator[Happening]:
    """All of it in one go."""
    story = read("themes", world.calendar)
    yield Happening(story["day"], story["at"], partial(_sort, world, story))


def _sort(world: World, story: Row, at: datetime) -> None:
    organisation, by = world.organisations[story["organisation"]], world.member(story["by"], story["organisation"])
    sets = {key: themes.load_shipped_themes(organisation, by=by, at=at, key=key).theme_set for key in story["shipped"]}
    for row in story["filed"]:
        found = [
            theme
            for key, names in row["under"].items()
            for theme in Theme.objects.filter(theme_set=sets[key], name__in=names)
        ]
        themes.file_under_themes(world.fresh(world.lessons[row["lesson"]]), by=by, at=at, themes=found)
