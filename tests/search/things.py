"""Kinds of made-up things: search knows no app above it, so its tests need none."""

from kmportal.lib.things import Look, Thing

PAGE = {"model": "search.SearchDoc", "page": "thing_detail"}
LESSON = Thing(
    kind="lesson",
    word="Lesson",
    words="Lessons",
    states={"identified": Look("info", "circle-check", "Identified"), "x1": Look("good", "sprout", "Well rooted")},
    subkinds={"s1": "Success story"},
    **PAGE,
)
SESSION = Thing(kind="session", word="Session", words="Sessions", **PAGE)
ACTION = Thing(kind="action", word="Action", words="Actions", **PAGE)
TECHNIQUE = Thing(kind="technique", word="Technique", words="Techniques", **PAGE)
HOMELESS = Thing(kind="homeless", word="Homeless", model="search.SearchDoc")

SLOTS: dict[str, list[str]] = {}
THINGS = {
    "meaning": "search.things.MEANING",
    "unanswered": "search.things.UNANSWERED",
    "lesson": "tests.search.things.LESSON",
    "session": "tests.search.things.SESSION",
    "action": "tests.search.things.ACTION",
    "technique": "tests.search.things.TECHNIQUE",
    "homeless": "tests.search.things.HOMELESS",
}
