"""The outbox. ``Backend`` is EMAIL_BACKEND: whoever sends mail, allauth too, writes a row in its own transaction.

So a mail exists exactly once, together with what causes it. A job delivers it: at least once into SMTP, each try
with the same Message-ID, sending as the last step before the commit.
"""

import smtplib
from collections.abc import Iterable, Sequence
from email.utils import format_datetime, make_msgid, parseaddr
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend as SMTPBackend
from django.db import transaction
from django.utils import timezone

from jobs import breaker
from jobs.actions import enqueue_all
from jobs.models import Job, Mail
from jobs.runner import Assignment
from kmportal.lib.exceptions import Refusal
from organisations.models import Membership

PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
TIMEOUT_SECONDS = 20
# With the pauses between tries this spans about a day and a half of a mail server that is away.
MAX_ATTEMPTS = 40
GOES_AWAY = 421
NO_SUCH_ADDRESS = "The mail server does not accept this address."


class Backend(BaseEmailBackend):
    """Puts mail into the outbox instead of sending it."""

    def send_messages(self, email_messages: Iterable[EmailMessage]) -> int:
        """Write each message; answers how many."""
        return write([message for message in email_messages if message.recipients()])


@transaction.atomic
def write(messages: Sequence[EmailMessage]) -> int:
    """Put mails into the outbox, in the caller’s transaction; answers how many. One with an ``outbox_key`` (see
    ``kmportal.lib.mail``) is written once for all time. All others are so many statements, however many they are.

    Refuses what it cannot keep (attachments) and what no mail may contain (line breaks in a header), here and not in
    the worker, where nobody would see it.
    """
    keyed, rows = [], []
    for message in messages:
        if message.attachments:
            raise ValueError("The outbox keeps no attachments")
        message.message()  # checks headers and addresses as the real backend would
        values = _values_of_mail(message)
        if key := getattr(message, "outbox_key", None):
            keyed.append(Mail.objects.get_or_create(key=key, defaults=values))
        else:
            rows.append(Mail(**values))
    fresh = [*Mail.objects.bulk_create(rows), *(mail for mail, is_new in keyed if is_new)]
    _give_to_worker([mail for mail in fresh if not mail.is_kept])
    return len(messages)


def _give_to_worker(mails: Sequence[Mail]) -> None:
    if not mails:
        return
    jobs = enqueue_all(
        "jobs.tasks.deliver",
        [{"mail_id": mail.pk} for mail in mails],
        title="Send a mail",
        at=max(mail.created_at for mail in mails),
        max_attempts=MAX_ATTEMPTS,
        kind=Job.Kind.MAIL,
    )
    for mail, job in zip(mails, jobs, strict=True):
        mail.job = job
    Mail.objects.bulk_update(mails, ["job"])


def _values_of_mail(message: EmailMessage) -> dict[str, Any]:
    cause = getattr(message, "outbox_by", None)
    headers = {name: str(value) for name, value in message.extra_headers.items()}
    headers.setdefault("To", ", ".join(map(str, message.to)))
    if message.cc:
        headers.setdefault("Cc", ", ".join(map(str, message.cc)))
    if message.reply_to:
        headers.setdefault("Reply-To", ", ".join(map(str, message.reply_to)))
    domain = parseaddr(message.from_email)[1].rpartition("@")[2] or "localhost"
    html = [str(part[0]) for part in getattr(message, "alternatives", []) if part[1] == "text/html"]
    return {
        "sender": message.from_email,
        "recipients": [str(address) for address in message.recipients()],
        "subject": str(message.subject)[:500],
        "body": str(message.body),
        "html": html[0] if html else "",
        "calendar": getattr(message, "outbox_calendar", ""),
        "message_id": headers.pop("Message-ID", None) or make_msgid(domain=domain),
        "headers": headers,
        "caused_by": cause if isinstance(cause, Membership) else None,
        "created_at": getattr(message, "outbox_at", None) or timezone.now(),
        # Everybody knows the demo’s password: nobody shall send mail to the world with it.
        "is_kept": settings.DEMO or not settings.SMTP_URL,
    }


def message_of(mail: Mail) -> EmailMultiAlternatives:
    """The very same message at every try, Message-ID and date included."""
    headers = {**mail.headers, "Message-ID": mail.message_id, "Date": format_datetime(mail.created_at)}
    message = EmailMultiAlternatives(mail.subject, mail.body, mail.sender, mail.recipients, headers=headers)
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    if mail.calendar:
        # The programs of mail want the method in the header, too, and show “Accept” for no attachment.
        method = mail.calendar.partition("METHOD:")[2].partition("\r\n")[0]
        message.attach_alternative(mail.calendar, f"text/calendar; method={method}")
    return message


def server() -> SMTPBackend:
    """The mail server of SMTP_URL: ``smtp://``, ``smtp+tls://`` (STARTTLS) or ``smtps://``, with user and password."""
    url = urlsplit(settings.SMTP_URL)
    if url.scheme not in PORTS or not url.hostname:
        raise ValueError("SMTP_URL must look like smtp://user:password@host:25, smtp+tls://… or smtps://…")
    return SMTPBackend(
        host=url.hostname,
        port=url.port or PORTS[url.scheme],
        username=unquote(url.username or ""),
        password=unquote(url.password or ""),
        use_tls=url.scheme == "smtp+tls",
        use_ssl=url.scheme == "smtps",
        timeout=TIMEOUT_SECONDS,
    )


def deliver(mail: Mail, work: Assignment) -> None:
    """Hand one mail to the mail server and commit at once that it was.

    No transaction is open while the server is spoken to. If we are killed between its answer and our commit, the mail
    goes a second time, with the same Message-ID. What it said goes with it: links in mails open things for whoever
    reads them.
    """
    if mail.sent_at is None and not mail.is_kept:
        try:
            server().send_messages([message_of(mail)])
        except smtplib.SMTPRecipientsRefused as error:
            breaker.note_success(timezone.now())
            answers = [code for code, _text in error.recipients.values()]
            if all(code >= 500 for code in answers):
                raise Refusal(NO_SUCH_ADDRESS) from error
            raise
        except OSError as error:  # every error of smtplib is one, too
            # No to the words of this mail is an answer; with 421 the server goes away.
            is_answer = isinstance(error, smtplib.SMTPDataError) and error.smtp_code != GOES_AWAY
            (breaker.note_success if is_answer else breaker.note_failure)(timezone.now())
            raise
        breaker.note_success(timezone.now())
    with transaction.atomic():
        unsent = Mail.objects.filter(pk=mail.pk, sent_at=None, is_kept=False)
        unsent.update(sent_at=timezone.now(), body="", html="", calendar="")
        work.finish()
