"""The guides, one for each group of people, read from ``content/guides.yaml``."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from kmportal.lib.content import (
    Document,
    Key,
    Problem,
    is_sentence,
    read_checked,
    repeated,
)
from kmportal.lib.glossary import Glossary, glossary, plain, terms_of

FOLDER = Path(__file__).parent / "content"
SCHEMA = FOLDER / "guides.schema.json"
# What is seen on a picture, in CSS pixels: a window in which the portal stands in one column.
WIDTH, HEIGHT = 720, 360


@dataclass(frozen=True)
class Picture:
    """A picture of the portal, and how it is taken: who looks at which page.

    ``press`` is the link that is followed on that page first, and ``top`` what stands at the top of the picture: CSS
    selectors, or empty.
    """

    file: str
    alt: str
    who: str
    page: str
    args: tuple[str, ...]
    press: str
    top: str

    @property
    def path(self) -> str:
        """Where it lies among the static files."""
        return f"img/guide/{self.file}"


@dataclass(frozen=True)
class Task:
    """One of the first three things to do, the page where one does it, and a picture of that."""

    do: str
    why: str
    page: str
    picture: Picture


@dataclass(frozen=True)
class Place:
    """Where something is found: what somebody wants, and what the page is called."""

    want: str
    called: str
    page: str


@dataclass(frozen=True)
class Guide:
    """One guide, for the people of some roles. Terms are marked in its texts."""

    key: str
    roles: tuple[str, ...]
    name: str
    title: str
    lead: str
    get: tuple[str, ...]
    first: tuple[Task, ...]
    where: tuple[Place, ...]


def read(folder: Path = FOLDER, *, known: Glossary | None = None) -> tuple[Guide, ...]:
    """All guides. Raises ``ContentError`` with everything that is wrong."""
    words = known or glossary()
    files = [folder / "guides.yaml"]
    [document] = read_checked(files, SCHEMA, lambda read: _problems(read, words), base=folder.parent)
    return tuple(
        Guide(
            key=one["key"],
            roles=tuple(one["roles"]),
            name=one["name"],
            title=one["title"],
            lead=one["lead"],
            get=tuple(one["get"]),
            first=tuple(_task(task) for task in one["first"]),
            where=tuple(Place(**place) for place in one["where"]),
        )
        for one in document.data["guides"]
    )


def _task(row: dict[str, Any]) -> Task:
    shown = row["picture"]
    picture = Picture(
        file=shown["file"],
        alt=shown["alt"],
        who=shown["who"],
        page=shown.get("page", row["page"]),
        args=tuple(shown.get("args", ())),
        press=shown.get("press", ""),
        top=shown.get("top", ""),
    )
    return Task(row["do"], row["why"], row["page"], picture)


@cache
def guides() -> tuple[Guide, ...]:
    """All guides, read once for each process."""
    return read()


def guide_for(role: str) -> Guide | None:
    """The guide that somebody of this role reads first."""
    return next((one for one in guides() if role in one.roles), None)


def _problems(document: Document, known: Glossary) -> Iterator[Problem]:
    rows = list(enumerate(document.data["guides"]))
    for index, one in rows:
        texts: list[tuple[tuple[Key, ...], str]] = [
            (("lead",), one["lead"]),
            *((("get", number), text) for number, text in enumerate(one["get"])),
            *((("first", number, "why"), task["why"]) for number, task in enumerate(one["first"])),
            *(
                (("first", number, "picture", "alt"), task["picture"]["alt"])
                for number, task in enumerate(one["first"])
            ),
        ]
        for path, text in texts:
            if not is_sentence(plain(text, known)):
                yield document.problem(("guides", index, *path), "This must be a full sentence with a full stop.")
            for key in terms_of(text):
                if not known.knows(key):
                    yield document.problem(("guides", index, *path), f"The glossary has no word with the key “{key}”.")
    for name in ("key", "title"):
        for word, path in repeated((one[name], ("guides", index, name)) for index, one in rows):
            yield document.problem(path, f"“{word}” stands here twice.")
    roles = [(role, ("guides", index, "roles")) for index, one in rows for role in one["roles"]]
    for role, path in repeated(roles):
        yield document.problem(path, f"Two guides are for the role “{role}”.")
