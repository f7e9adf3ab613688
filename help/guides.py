"""The guides, one for each group of people, read from ``content/guides.yaml``."""

from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

from kmportal.lib.content import Problem, TypedDocument, is_sentence, open_file, read_checked, repeated
from kmportal.lib.content_classes import ONCE, Content, Key
from kmportal.lib.domain_words import article_of, worded
from kmportal.lib.glossary import Glossary, glossary, plain, terms_of

FOLDER = Path(__file__).parent / "content"
# What is seen on a picture, in CSS pixels: a window in which the portal stands in one column.
WIDTH, HEIGHT = 720, 360


Short = Annotated[str, Meta(min_length=1, max_length=60)]
Line = Annotated[str, Meta(min_length=1, max_length=200)]
Page = Annotated[str, Meta(pattern="^[a-z]+(_[a-z]+)*$")]


class Picture(Content):
    """A picture of the portal, and how it is taken: who looks at which page; without one at the page of the task.

    ``press`` is the link that is followed on that page first, and ``top`` what stands at the top of the picture: CSS
    selectors, or empty.
    """

    file: Annotated[str, Meta(pattern=r"^[a-z]+(-[a-z]+)*\.webp$")]
    alt: Line
    who: Literal["lena", "farah", "cara", "reza", "sam", "ada"]
    page: Page = ""
    args: tuple[Annotated[str, Meta(max_length=60)], ...] = ()
    press: Annotated[str, Meta(max_length=100)] = ""
    top: Annotated[str, Meta(max_length=100)] = ""

    @property
    def path(self) -> str:
        """Where it lies among the static files."""
        return f"img/guide/{self.file}"


class Task(Content):
    """One of the first three things to do, the page where one does it, and a picture of that."""

    do: Short
    why: Line
    page: Page
    picture: Picture


class Place(Content):
    """Where something is found: what somebody wants, and what the page is called."""

    want: Short
    called: Short
    page: Page


class Guide(Content):
    """One guide, for the people of some roles. Terms are marked in its texts."""

    key: Annotated[str, Meta(pattern="^[a-z]+(-[a-z]+)*$")]
    roles: Annotated[
        tuple[Literal["reader", "contributor", "facilitator", "lead", "sponsor", "administrator"], ...],
        Meta(min_length=1, extra=ONCE),
    ]
    name: Short
    title: Short
    lead: Line
    get: Annotated[tuple[Line, ...], Meta(min_length=2, max_length=4)]
    first: Annotated[tuple[Task, ...], Meta(min_length=3, max_length=3)]
    where: Annotated[tuple[Place, ...], Meta(min_length=3, max_length=6)]

    @property
    def reader(self) -> str:
        """For whom it is, with the article: “a KM lead”."""
        return worded(f"{article_of(self.name)} {self.name}")


class Guides(Content):
    """The file."""

    guides: Annotated[tuple[Guide, ...], Meta(min_length=1)]


def read(folder: Path = FOLDER, *, known: Glossary | None = None) -> tuple[Guide, ...]:
    """All guides. Raises ``ContentError`` with everything that is wrong."""
    rule = partial(_find_problems, known or glossary())
    [document] = read_checked([folder / "guides.yaml"], Guides, rule, base=folder.parent)
    return document.content.guides


@cache
def guides() -> tuple[Guide, ...]:
    """All guides, read once for each process."""
    return open_file(FOLDER / "guides.yaml", Guides).guides


def guide_for(role: str) -> Guide | None:
    """The guide that somebody of this role reads first."""
    return next((one for one in guides() if role in one.roles), None)


def _find_problems(known: Glossary, document: TypedDocument[Guides]) -> Iterator[Problem]:
    rows = list(enumerate(document.content.guides))
    for index, one in rows:
        texts: list[tuple[tuple[Key, ...], str]] = [
            (("lead",), one.lead),
            *((("get", number), text) for number, text in enumerate(one.get)),
            *((("first", number, "why"), task.why) for number, task in enumerate(one.first)),
            *((("first", number, "picture", "alt"), task.picture.alt) for number, task in enumerate(one.first)),
        ]
        for path, text in texts:
            if not is_sentence(plain(text, known)):
                yield document.problem(("guides", index, *path), "This must be a full sentence with a full stop.")
            for key in terms_of(text):
                if not known.knows(key):
                    yield document.problem(("guides", index, *path), f"The glossary has no word with the key “{key}”.")
    for name in ("key", "title"):
        for word, path in repeated((getattr(one, name), ("guides", index, name)) for index, one in rows):
            yield document.problem(path, f"“{word}” stands here twice.")
    for role, path in repeated((role, ("guides", index, "roles")) for index, one in rows for role in one.roles):
        yield document.problem(path, f"Two guides are for the role “{role}”.")
