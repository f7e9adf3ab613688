"""QR codes: what they hold, and that each page with one says when no phone can open it."""

from pathlib import Path

import pytest

from kmportal.lib.qr import draw_qr_code

TEMPLATES = Path(__file__).parents[2] / "templates"
# Drawn by pages that say it beside it.
PIECES = {"techniques/_join_box.html"}
# On the big screen while people are in the room: the page of waiting before it has said so.
SAID_BEFORE = {"techniques/room_screen.html"}


@pytest.mark.parametrize(
    ("address", "works"),
    [
        ("http://127.0.0.1:8000/join/", False),
        ("http://localhost/join/", False),
        ("http://[::1]:8000/", False),
        ("http://192.168.0.7:8000/join/", True),
        ("https://km.westmoor.example/join/", True),
    ],
)
def test_a_code_knows_whether_another_device_can_open_it(address, works):
    assert draw_qr_code(address).works_elsewhere is works


def test_every_page_with_a_code_says_when_no_phone_can_open_it():
    silent = []
    for path in TEMPLATES.rglob("*.html"):
        words, name = path.read_text(), path.relative_to(TEMPLATES).as_posix()
        has_code = "components/qr.html" in words or any(piece in words for piece in PIECES)
        if has_code and name not in PIECES | SAID_BEFORE and "components/qr_elsewhere.html" not in words:
            silent.append(name)
    assert silent == []
