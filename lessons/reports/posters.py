"""Posters of units: what their page says, the sheet of paper, and what somebody who left something is told of it."""

import base64
import io
from typing import Any

from django.core import signing
from django.urls import reverse
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

from kmportal.lib import pdf
from kmportal.lib.domain_words import worded
from kmportal.lib.links import absolute
from kmportal.lib.qr import QUIET
from lessons.models import LeftNote, Poster

_SALT = "lessons.left"


def address_of(poster: Poster) -> str:
    """What the QR code opens."""
    return absolute(reverse("left_new", args=[poster.code]))


def poster_as_pdf(poster: Poster) -> bytes:
    """One sheet for the wall, tagged for screen readers. For the worker: drawing takes a second or two."""
    return pdf.render("pdf/poster.html", poster_values(poster))


def poster_values(poster: Poster) -> dict[str, Any]:
    """What its template draws."""
    address = address_of(poster)
    return {
        "organisation": poster.organisation,
        "logo": poster.organisation.logo_as_data,
        "group": poster.group,
        "address": address,
        "picture": _qr_as_data(address),
    }


def receipt_of(note: LeftNote) -> str:
    """The last part of the address at which somebody reads what became of what they left, and nothing else."""
    return signing.Signer(salt=_SALT).sign(str(note.pk))


def note_of_receipt(token: str) -> int | None:
    """Whose receipt it is; None for one that was not made here."""
    try:
        return int(signing.Signer(salt=_SALT).unsign(token))
    except (signing.BadSignature, ValueError):
        return None


def standing_in_words(note: LeftNote) -> str:
    """What has happened to it until now, for whoever left it. No names, and nothing that has not happened."""
    if note.state == LeftNote.State.NEW:
        return "Nobody has decided about it yet."
    if note.state == LeftNote.State.ASIDE or note.lesson is None:
        return worded("Somebody who checks lessons has read it. No lesson is being made of it now.")
    if note.lesson.is_shared:
        return worded("A lesson was made of it, somebody else has checked it, and others can read it now.")
    return worded("Somebody who checks lessons has read it and has begun a lesson from it.")


def _qr_as_data(text: str) -> str:
    code = QRCode(border=QUIET, error_correction=ERROR_CORRECT_M, box_size=12)
    code.add_data(text)
    out = io.BytesIO()
    code.make_image().save(out, format="PNG")
    return f"data:image/png;base64,{base64.b64encode(out.getvalue()).decode()}"
