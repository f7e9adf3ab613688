"""Whole addresses that a phone beside the screen can open."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from kmportal.lib import qr
from kmportal.lib.links import portal_address
from techniques.models import Session


@dataclass(frozen=True)
class JoinPoster:
    """All that a page needs to let people in: the picture, the address to type, the code."""

    picture: qr.Qr
    short: str
    code: str


def base_address(request: HttpRequest) -> str:
    """Where others reach the portal: as it is set, else as this browser has reached it.

    Somebody who sits at the server itself calls it by its loopback name, which is of no use to a phone: then it is
    the server’s own address in its network.
    """
    if settings.PUBLIC_URL or urlsplit(f"//{request.get_host()}").hostname in qr.LOOPBACK:
        return portal_address()
    return f"{request.scheme}://{request.get_host()}"


def absolute_url(request: HttpRequest, name: str, *args: object) -> str:
    return base_address(request) + reverse(name, args=args)


def poster_of(request: HttpRequest, session: Session) -> JoinPoster | None:
    """How to join; None when nobody can any more."""
    if not session.code:
        return None
    address = absolute_url(request, "join")
    return JoinPoster(
        picture=qr.draw_qr_code(absolute_url(request, "join_session", session.code)),
        short=address.partition("://")[2].rstrip("/"),
        code=session.code_in_words,
    )
