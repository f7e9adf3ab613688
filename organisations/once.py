"""Sending once: a form that was sent, reached by Back and sent again as it was makes one thing and gives one answer.

``{% form_key %}`` puts a key into the form. Its hash is kept with a fingerprint of what was sent and with the page that
the answer led to, in the transaction of the deed: either both stand or neither. Whoever sends the same words with the
same key again is led to the same page, and nothing is done; other words are another form, and the action decides. What
was refused was not done: it may be tried again.
"""

import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from django.db import IntegrityError, transaction
from django.http import HttpResponseBase
from django.shortcuts import redirect

from kmportal.lib.forms import files_in_short
from kmportal.lib.unlinking import one_way
from organisations.models import SentForm
from organisations.requests import MemberRequest

KEY = "form_key"
TOKEN = "csrfmiddlewaretoken"  # noqa: S105  the name of a field
KEPT = timedelta(days=2)


def answer_once(request: MemberRequest, answer: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """The view’s answer; of a form that was answered before, the same page again. Other requests pass through."""
    secret = _key_of(request) if request.method == "POST" else None
    if secret is None:
        return answer()
    key, fingerprint = _name_of(secret), _fingerprint(request, secret)
    with transaction.atomic():
        try:
            with transaction.atomic():
                row = SentForm.objects.create(
                    membership=request.membership, key=key, fingerprint=fingerprint, at=request.now
                )
        except IntegrityError:
            before = SentForm.objects.get(membership=request.membership, key=key, fingerprint=fingerprint)
            return redirect(before.url)
        response = answer()
        url = response.headers.get("Location", "")
        is_done = response.status_code == 302 and not getattr(request, "is_refused", False)
        if is_done and url.startswith("/") and len(url) <= SentForm.MOST:
            SentForm.objects.filter(pk=row.pk).update(url=url)
        else:
            row.delete()
    return response


def _key_of(request: MemberRequest) -> UUID | None:
    try:
        return UUID(request.POST.get(KEY, ""))
    except ValueError:
        return None


def _name_of(secret: UUID) -> UUID:
    """What is kept of the key."""
    return UUID(one_way(str(secret), purpose="form")[:32])


def _fingerprint(request: MemberRequest, secret: UUID) -> str:
    """Of the page and of all that was typed and chosen, but not of what is new in each copy of the page.

    Keyed with what stands in that copy alone: beside a line that is kept without a name, a plain hash would say whose
    form it came with (docs/decisions/0024).
    """
    typed = [(name, request.POST.getlist(name)) for name in sorted(request.POST) if name not in (KEY, TOKEN)]
    said = repr((request.get_full_path(), typed, files_in_short(request.FILES)))
    return hmac.new(secret.bytes, said.encode(), sha256).hexdigest()


def forget_sent_forms(*, at: datetime) -> None:
    """Nobody goes back to what was sent so long ago. Idempotent."""
    SentForm.objects.filter(at__lt=at - KEPT).delete()
