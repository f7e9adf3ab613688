"""Sign-in log: who signed in with which browser on which day, who failed to, and which browsers are signed in now."""

import re
from datetime import timedelta
from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.contrib.sessions.models import Session
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from kmportal.lib.disk import left_undone_without_room
from kmportal.lib.sessions import SessionStore, key_changed, written_late
from kmportal.lib.unlinking import rewrite_in_random_order
from organisations.models import Person, SignIn

KEPT_DAYS = 90
USER = "_auth_user_id"  # where Django writes whose session it is
UNNOTED = "unnoted"  # with which browser somebody signed in while there was no room to note it
# The first that is found in what a browser says of itself. Chrome names Safari too, and Edge both.
BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS X": "Mac",
    "CrOS": "Chromebook",
    "Linux": "Linux",
}


def browser_in_words(agent: str) -> str:
    """What a browser says of itself, as a person would: “Firefox on Windows”."""
    browser = next((word for mark, word in BROWSERS.items() if re.search(rf"\b{mark}", agent)), "")
    system = next((word for mark, word in SYSTEMS.items() if mark in agent), "")
    return " on ".join(word for word in (browser or "A browser", system) if word)


def note_failure(person: Person, request: HttpRequest, network: str) -> None:
    """A wrong password or code. How many there can be is the brake’s to say."""
    now = timezone.now()
    with left_undone_without_room("a failed sign-in could not be noted"):
        _note(person, request, failed_at=now, failed_from=network[:45])


@receiver(user_logged_in)
def _note_sign_in(sender: type[Person], request: HttpRequest, user: Person, **options: Any) -> None:
    if request.session.is_waiting:  # type: ignore[attr-defined]  # our engine
        request.session[UNNOTED] = _browser_of(request)
        return
    _note(user, request, session_key=request.session.session_key or "")


@receiver(written_late)
def _note_late(sender: type[SessionStore], store: SessionStore, **options: Any) -> None:
    """There was no room when they signed in, and there is now."""
    browser, person = store.get(UNNOTED), store.get(USER)
    if browser and person:
        today = timezone.now().date()
        SignIn.objects.create(person_id=person, day=today, browser=browser, session_key=store.session_key or "")


@receiver(user_logged_out)
def _note_sign_out(sender: type[Person], request: HttpRequest, user: Person | None, **options: Any) -> None:
    if request.session.session_key and not request.session.is_waiting:  # type: ignore[attr-defined]  # our engine
        SignIn.objects.filter(session_key=request.session.session_key).update(session_key="")


@receiver(key_changed)
def _follow_session(sender: type[SessionStore], before: str | None, after: str, **options: Any) -> None:
    if before:
        SignIn.objects.filter(session_key=before).update(session_key=after)


def _note(person: Person, request: HttpRequest, **values: Any) -> None:
    today = timezone.now().date()
    SignIn.objects.filter(person=person, day__lt=today - timedelta(days=KEPT_DAYS)).delete()
    SignIn.objects.create(person=person, day=today, browser=_browser_of(request), **values)


def _browser_of(request: HttpRequest) -> str:
    return browser_in_words(request.META.get("HTTP_USER_AGENT", ""))


@transaction.atomic
def shuffle_sign_ins() -> None:
    """Write the sign-ins of these two days again in random order, so that neither their place nor the transaction that
    wrote them says who came when (docs/decisions/0024). Failed ones keep their time and their place."""
    yesterday = timezone.now().date() - timedelta(days=1)
    fresh = SignIn.objects.select_for_update().filter(day__gte=yesterday, failed_at=None)
    rewrite_in_random_order(SignIn.objects.filter(pk__in=[row.pk for row in fresh]))


def open_sessions(person: Person) -> list[SignIn]:
    """The browsers that are signed in. Those whose session has run out meanwhile are left out, and remembered so."""
    rows = list(SignIn.objects.filter(person=person).open().newest_first())
    held = Session.objects.filter(session_key__in=[row.session_key for row in rows], expire_date__gt=timezone.now())
    alive = {one.session_key for one in held if SessionStore().decode(one.session_data).get(USER)}
    gone = [row.pk for row in rows if row.session_key not in alive]
    SignIn.objects.filter(pk__in=gone).update(session_key="")
    return [row for row in rows if row.pk not in gone]


def end_session(row: SignIn) -> None:
    """Sign one browser out: its next click leads to the sign-in page."""
    if row.session_key:
        SessionStore(row.session_key).delete()
        SignIn.objects.filter(pk=row.pk).update(session_key="")


def end_sessions(person: Person, *, but: str = "") -> int:
    """Sign all browsers of a person out, except the one whose session is ``but``; answers how many."""
    rows = [row for row in open_sessions(person) if row.session_key != but]
    for row in rows:
        end_session(row)
    return len(rows)
