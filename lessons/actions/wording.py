"""Wording the close together: each save is put together with what others have saved, and the room reads it."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import QueryDict

from kmportal.lib.cleaning import clean_text
from kmportal.lib.naming import KEEP
from lessons import prefill, wording
from lessons.forms.closing import CloseForms, with_free_rows
from lessons.wording import Conflict
from organisations.models import Membership, Person
from organisations.permissions import Permission
from organisations.policies import require
from techniques.actions.room import wording as in_room
from techniques.models import Session, Wish, Wording
from techniques.preconditions import lock_open_room


@dataclass(frozen=True)
class Draft:
    """How the close stands after a save. ``sent`` is what this page had, field by field, ``saved_by`` who saved last
    before."""

    forms: CloseForms
    wording: Wording
    conflicts: list[Conflict]
    gone: int
    is_new: bool
    sent: dict[str, list[str]]
    seen: dict[str, str]
    saved_by: Person | None
    unread: bool

    @property
    def has_words_of_others(self) -> bool:
        """Whether something stands there by now that this page did not send."""
        kept = self.forms.values()
        changed = [name for name, values in kept.items() if values != self.sent.get(name, [])]
        return any(name != "known" and not wording.is_of_free_row(name, kept) for name in changed)


@transaction.atomic
def keep_wording(session: Session, *, by: Membership, at: datetime, posted: QueryDict) -> Draft:
    """Save what was written into the close. Idempotent.

    What another who leads has saved meanwhile stays; where both have changed the same words, theirs stay and both are
    answered. Notes that came or went in the room meanwhile come or go here.
    """
    require(Permission.FACILITATE, by, session.organisation)
    session, posted = lock_open_room(session), _cleaned(posted)
    stored = Wording.objects.select_related("saved_by").filter(session=session).first()
    sent, seen = CloseForms.from_post(session, by, posted).values(), _seen_in(posted)
    there = with_free_rows(stored.fields if stored else {})
    drawn = frozenset(posted.get("drawn", posted.get("known", "")).split())
    merged = wording.merge(sent, seen, there, decided=posted.getlist("mine"), drawn=drawn)
    forms = CloseForms.from_post(session, by, _with_ticks(_as_posted(merged.fields), posted))
    gone, is_new = forms.remove_what_is_gone(), forms.add_what_is_new(session)
    kept = in_room.save_wording(session, by=by, at=at, fields=forms.values(), shown=forms.shown())
    saved_by = stored.saved_by if stored else None
    unread = is_new or prefill.has_new_lines(prefill.gather(session), drawn)
    return Draft(forms, kept, merged.conflicts, gone, is_new, sent, seen, saved_by, unread)


@transaction.atomic
def decide_wish(wish: Wish, *, by: Membership, at: datetime, takes: bool) -> Wish:
    """Take up what somebody in the room would word otherwise: it goes into the draft. Or leave it out.

    Idempotent: of two who press at once the first decides, and the words go in once.
    """
    require(Permission.FACILITATE, by, wish.session.organisation)
    session = lock_open_room(wish.session)
    was_open = Wish.objects.filter(pk=wish.pk, state=Wish.State.OPEN).exists()
    wish = in_room.decide_wish(wish, by=by, at=at, takes=takes)
    if was_open and takes:
        stored = Wording.objects.filter(session=session).first()
        forms = CloseForms.from_draft(session, by, stored.fields if stored else {})
        fields = forms.values()
        _put_in(fields, wish, forms)
        forms = CloseForms.from_post(session, by, _as_posted(fields))
        in_room.save_wording(session, by=by, at=at, fields=forms.values(), shown=forms.shown())
    return wish


def _as_posted(fields: wording.Fields) -> QueryDict:
    """Fields as a browser sends them."""
    posted = QueryDict(mutable=True)
    for name, values in fields.items():
        if values:
            posted.setlist(name, list(values))
    return posted


def _cleaned(posted: QueryDict) -> QueryDict:
    """What was sent without letters that nothing keeps: what is compared with the draft is what would be stored."""
    found = QueryDict(mutable=True)
    for name in posted:
        found.setlist(clean_text(name), [clean_text(str(value)) for value in posted.getlist(name)])
    return found


def _with_ticks(fields: QueryDict, posted: QueryDict) -> QueryDict:
    """With the boxes that say “keep it as it is” of words that look like a name: they are decided anew each time."""
    for name in posted:
        if name.endswith(KEEP) and name not in fields and name.removesuffix(KEEP) in fields:
            fields.setlist(name, posted.getlist(name))
    return fields


def _put_in(fields: dict[str, list[str]], wish: Wish, forms: CloseForms) -> None:
    """The words of a proposal where they belong: below the summary of the last step, or in a row of their own."""
    if wish.about == Wish.About.SUMMARY and forms.summary.stages:
        name = f"summary-{forms.summary.stages[-1].stage.key}"
        fields[name] = ["\n".join(filter(None, ("".join(fields.get(name, [])), wish.text)))]
        return
    kind, main = ("l", "then_do") if wish.about == Wish.About.LESSON else ("a", "title")
    rows = [name for name in fields if name.startswith(f"{kind}-") and name.endswith(f"-{main}")]
    free = next((name for name in rows if not fields[name]), f"{kind}-{len(rows)}-{main}")
    prefix = free.removesuffix(main)
    fields[free], fields[f"{prefix}keep"] = [wish.text[:200] if kind == "a" else wish.text], ["on"]
    if kind == "a" and len(wish.text) > 200:
        fields[f"{prefix}detail"] = [wish.text]
    fields[f"{kind}-TOTAL_FORMS"] = [str(max(len(rows), int(prefix.split("-")[1]) + 1))]


def _seen_in(posted: QueryDict) -> dict[str, str]:
    """What the page had seen; of a page that does not say so, nothing."""
    try:
        found: Any = json.loads(posted.get("seen", ""))
    except ValueError:
        return {}
    return {str(name): str(digest) for name, digest in found.items()} if isinstance(found, dict) else {}
