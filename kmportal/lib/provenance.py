"""The thread: where a thing came from and where it leads. Upper apps fill it, ``components/thread.html`` draws it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class Link:
    """Words that open something; without an address they are only words (the reader may not see it)."""

    text: str
    url: str = ""


@dataclass(frozen=True)
class Stop:
    """One stop of the thread. *done*: it happened. *here*: this page. *next*: to come, drawn dashed."""

    kind: Literal["done", "here", "next"]
    label: str
    links: Sequence[Link] = field(default_factory=tuple)
    note: str = ""
