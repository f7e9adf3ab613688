"""Addresses: whole ones for mails and QR codes, made where no request is at hand, and ways back inside the portal."""

import socket

from django.conf import settings
from django.http import QueryDict
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme


def portal_address() -> str:
    """Where people reach the portal, without a slash at the end.

    ``PUBLIC_URL`` if it is set; else the address the server listens on, and on 0.0.0.0 the machine’s own address in
    the local network, so that a phone beside it can follow the link.
    """
    if settings.PUBLIC_URL:
        return settings.PUBLIC_URL
    host = settings.HOST
    if host == "0.0.0.0":  # noqa: S104  compared, not bound
        host = _own_address()
    return f"http://[{host}]:{settings.PORT}" if ":" in host else f"http://{host}:{settings.PORT}"


def absolute(path: str) -> str:
    """The whole address of a path such as ``reverse()`` gives."""
    return f"{portal_address()}{path}"


def path_here(wanted: str, otherwise: str) -> str:
    """A way back that a form brought along, if it is a path of this portal; else ``otherwise``."""
    is_here = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if is_here else otherwise


def url_or_nothing(name: str, *args: object) -> str:
    """The address of a page by its URL name, or ``""`` where the portal has no such page."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def changed_query(query: QueryDict, **changes: object) -> str:
    """A link to this page with some values of its query string changed, put at the end; ``None`` takes one away, a
    list puts several.

    ``"."`` when nothing is left. A template that changes the page’s own query uses ``{% querystring %}``.
    """
    changed = query.copy()
    for name, value in changes.items():
        changed.pop(name, None)
        if isinstance(value, list):
            changed.setlist(name, [str(one) for one in value])
        elif value is not None:
            changed[name] = str(value)
    return f"?{changed.urlencode()}" if changed else "."


def _own_address() -> str:
    """The address of this machine in its network. Nothing is sent: connecting a UDP socket only picks a route."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"
