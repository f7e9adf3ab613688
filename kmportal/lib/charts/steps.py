"""How the five steps look, and how far they are. A step is always a number on a shape, never a colour alone."""

from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString

from kmportal.lib.tallies import as_link


@dataclass(frozen=True)
class Look:
    """Shape and colours of a step, in a box of 32. A step without ``path`` is a circle."""

    path: str
    fill: str
    edge: str
    on: str
    number_x: str = "16"
    number_y: str = "20.6"


LOOKS = {
    1: Look("", "#f2b632", "#8f6200", "#241b28"),
    2: Look(
        "M6 3h20a3 3 0 0 1 3 3v16a3 3 0 0 1-3 3H15l-6 5v-5H6a3 3 0 0 1-3-3V6a3 3 0 0 1 3-3z",
        "#c4431f",
        "#c4431f",
        "#ffffff",
        number_y="18.6",
    ),
    3: Look("M16 1.5 30.5 16 16 30.5 1.5 16z", "#7a4fb0", "#7a4fb0", "#ffffff"),
    4: Look("M9 3h14l7.5 13L23 29H9L1.5 16z", "#1f3b73", "#1f3b73", "#ffffff"),
    5: Look("M3 4h17l11 12-11 12H3z", "#5fb49c", "#226b56", "#241b28", number_x="14.5"),
}


def look_of(step: int) -> Look:
    """The look of a step; a sixth one would begin again at the first."""
    return LOOKS[(step - 1) % len(LOOKS) + 1]


@dataclass(frozen=True)
class StepProgress:
    """One step of a programme for ``{% steps progress %}``. ``late`` and ``ownerless`` are said after “4 of 5 done”.

    ``lists`` has the lists behind the numbers: done, all, late, without an owner.
    """

    number: int
    name: str
    done: int
    total: int
    url: str = ""
    late: int = 0
    ownerless: int = 0
    lists: tuple[str, str, str, str] | None = None

    @property
    def kind(self) -> str:
        """“done” draws a solid line to the next step, “next” a dashed one."""
        return "done" if self.total and self.done >= self.total else "next"

    @property
    def pieces(self) -> list[tuple[str, str | SafeString]]:
        """“4 of 5 done”, “1 late”, “2 need an owner”, each with its class; with lists the numbers are links."""
        if not self.total:
            return [("", "Nothing planned yet")]
        done, every, late, ownerless = self.lists or ("", "", "", "")
        pieces: list[tuple[str, str | SafeString]] = [
            ("", format_html("{} of {} done", _number(self.done, "", done), _number(self.total, "", every)))
        ]
        if self.late:
            pieces.append(("km-late", _number(self.late, "late", late)))
        if self.ownerless:
            words = "needs an owner" if self.ownerless == 1 else "need an owner"
            pieces.append(("km-strong", _number(self.ownerless, words, ownerless)))
        return pieces


def _number(number: int, words: str, url: str) -> SafeString:
    return as_link(number, words, url) if url else format_html("{} {}" if words else "{}", number, words)
