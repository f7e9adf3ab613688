"""How the five steps look, and how far they are. A step is always a number on a shape, never a colour alone."""

from dataclasses import dataclass


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
    """One step of a programme for ``{% steps progress %}``. ``late`` and ``note`` are said after “4 of 5 done”."""

    number: int
    name: str
    done: int
    total: int
    url: str = ""
    late: int = 0
    note: str = ""

    @property
    def kind(self) -> str:
        """“done” draws a solid line to the next step, “next” a dashed one."""
        return "done" if self.total and self.done >= self.total else "next"

    @property
    def words(self) -> str:
        return f"{self.done} of {self.total} done" if self.total else "nothing planned yet"
