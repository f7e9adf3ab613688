"""The picture of cost against size: lines of points as a plain SVG, with the figures in words for whoever hears it."""

from collections.abc import Mapping, Sequence
from html import escape
from math import log10
from pathlib import Path

WIDTH, HEIGHT, LEFT, TOP, BOTTOM, RIGHT = 760, 420, 60, 40, 50, 250
COLOURS = ("#1d70b8", "#d4351c", "#00703c", "#f47738", "#4c2c92", "#0b0c0c", "#28a197", "#912b88")
DASHES = ("", "6 3", "2 3", "8 3 2 3")
Points = Mapping[str, Sequence[tuple[int, float]]]


def draw(path: Path, points: Points, database: str) -> None:
    """One line for each page: its CPU-milliseconds by the number of lessons."""
    path.write_text(svg(points, f"CPU-milliseconds of a page, by the number of lessons ({database})"))


def svg(points: Points, title: str) -> str:
    """The same as text. Lines are told apart by colour and dashes, and named at their ends."""
    sizes = sorted({size for line in points.values() for size, _ in line})
    most = max((value for line in points.values() for _, value in line), default=1.0) * 1.1
    least, largest = log10(sizes[0]), log10(sizes[-1])

    def x(size: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * ((log10(size) - least) / ((largest - least) or 1))

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / most

    words = "; ".join(
        f"{name}: " + ", ".join(f"{value:.0f} ms with {size:,}" for size, value in line)
        for name, line in points.items()
    )
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="t d" '
        'font-family="sans-serif" font-size="12">',
        f'<title id="t">{escape(title)}</title>',
        f'<desc id="d">{escape(words)}</desc>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="22" font-size="15" font-weight="bold">{escape(title)}</text>',
    ]
    for part in range(5):
        value = most * part / 4
        out.append(f'<path d="M{LEFT} {y(value):.1f}H{WIDTH - RIGHT}" stroke="#b1b4b6"/>')
        out.append(f'<text x="{LEFT - 8}" y="{y(value) + 4:.1f}" text-anchor="end">{value:.0f}</text>')
    for size in sizes:
        out.append(f'<text x="{x(size):.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{size:,}</text>')
    # Names at the ends keep apart from each other, and a thin line leads to each.
    ends = sorted(points.items(), key=lambda item: -item[1][-1][1])
    for place, (name, line) in enumerate(ends):
        colour, dash = COLOURS[place % len(COLOURS)], DASHES[place // len(COLOURS) % len(DASHES)]
        track = " ".join(f"{x(size):.1f},{y(value):.1f}" for size, value in line)
        out.append(
            f'<polyline points="{track}" fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"/>'
        )
        height = TOP + 20 + place * (HEIGHT - TOP - BOTTOM - 20) / max(1, len(ends) - 1)
        end_x, end_y = x(line[-1][0]), y(line[-1][1])
        out.append(
            f'<path d="M{end_x:.1f} {end_y:.1f}L{WIDTH - RIGHT + 14} {height:.1f}" stroke="{colour}" opacity=".4"/>'
        )
        label = f"{name}: {line[-1][1]:.0f}"
        out.append(f'<text x="{WIDTH - RIGHT + 18}" y="{height + 4:.1f}" fill="{colour}">{escape(label)}</text>')
    return "\n".join([*out, "</svg>", ""])
