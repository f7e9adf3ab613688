"""Sending mail: the one way for every app. Through Django’s backend, which is the outbox (``jobs.mail.Backend``)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypedDict, Unpack

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection


def can_leave() -> bool:
    """Whether what the portal writes reaches anybody: a mail server is set, or it is the demo with its open mailbox.

    The one place that knows. Whatever says that mail was sent, or offers to send some, asks here.
    """
    return settings.DEMO or bool(settings.SMTP_URL)


class More(TypedDict, total=False):
    """What a mail may have besides its words: see ``compose``."""

    html: str
    calendar: str
    key: str | None
    reply_to: Sequence[str]
    headers: Mapping[str, str] | None
    at: datetime | None
    by: object


def compose(
    recipient: str,
    subject: str,
    body: str,
    *,
    html: str = "",
    calendar: str = "",
    key: str | None = None,
    reply_to: Sequence[str] = (),
    headers: Mapping[str, str] | None = None,
    at: datetime | None = None,
    by: object = None,
) -> EmailMultiAlternatives:
    """One mail to one address, from the portal, for ``post_all``; ``at`` is the moment it is dated.

    ``calendar`` is the text of a calendar file that goes along as an invitation.

    ``by`` is whoever caused it: a member of ours is told, once, when it cannot be delivered for good.

    With a ``key`` it is written once for all time: a second call with the same key writes nothing.
    """
    message = EmailMultiAlternatives(
        subject, body.strip() + "\n", to=[recipient], reply_to=list(reply_to), headers=dict(headers or {})
    )
    if html:
        message.attach_alternative(html, "text/html")
    message.outbox_key, message.outbox_at, message.outbox_by = key, at, by  # type: ignore[attr-defined]
    message.outbox_calendar = calendar  # type: ignore[attr-defined]
    return message


def post(recipient: str, subject: str, body: str, **more: Unpack[More]) -> None:
    """Write one mail in the caller’s transaction."""
    compose(recipient, subject, body, **more).send()


def post_all(messages: Iterable[EmailMultiAlternatives]) -> None:
    """Write many mails in the caller’s transaction, with few statements for all of them."""
    get_connection().send_messages(list(messages))
