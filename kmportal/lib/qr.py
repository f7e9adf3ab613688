"""QR codes as the outline of an SVG path: attributes only, so that the strict content policy lets them through."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

# The names by which a machine calls itself.
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
# Cameras need four empty modules around the code.
QUIET = 4


@dataclass(frozen=True)
class Qr:
    """A square picture: ``size`` modules wide, dark where ``path`` goes."""

    text: str
    size: int
    path: str

    @property
    def works_elsewhere(self) -> bool:
        """Whether another device can open it: not where the portal is known by its loopback name alone."""
        return urlsplit(self.text).hostname not in LOOPBACK


def draw_qr_code(text: str) -> Qr:
    """The QR code of a text, for example an address."""
    code = QRCode(border=QUIET, error_correction=ERROR_CORRECT_M)
    code.add_data(text)
    code.make(fit=True)
    rows = code.get_matrix()
    return Qr(text, len(rows), "".join(_outline_row(y, row) for y, row in enumerate(rows)))


def _outline_row(y: int, row: list[bool]) -> str:
    """The dark runs of one row."""
    parts, x = [], 0
    while x < len(row):
        end = x
        while end < len(row) and row[end]:
            end += 1
        if end > x:
            parts.append(f"M{x} {y}h{end - x}v1h-{end - x}z")
        x = end + 1
    return "".join(parts)
