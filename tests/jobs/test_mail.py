"""The outbox: each mail exactly once, delivered with the same Message-ID however often it is tried."""

import smtplib

import pytest
from django.core.mail import BadHeaderError, EmailMessage, EmailMultiAlternatives, mail_admins, send_mail
from django.db import transaction
from django.utils import timezone

from jobs import mail, runner
from jobs.models import Job, Mail
from kmportal.lib.mail import post


@pytest.fixture(autouse=True)
def _outbox(settings):
    settings.EMAIL_BACKEND = "jobs.mail.Backend"
    settings.SMTP_URL = "smtp://mail.example:2525"


@pytest.fixture
def server(monkeypatch):
    """A mail server that takes everything, or answers with ``server.error``."""

    class Server:
        taken: list[EmailMessage] = []
        error: Exception | None = None

        def send_messages(self, messages):
            if self.error:
                raise self.error
            self.taken.extend(messages)
            return len(messages)

    server = Server()
    server.taken = []
    monkeypatch.setattr(mail, "server", lambda: server)
    return server


def test_mail_is_written_with_its_caller_or_not_at_all(db):
    @transaction.atomic
    def invite():
        send_mail("Your invitation", "Come in.", None, ["cara@riverside.example"])
        raise RuntimeError

    with pytest.raises(RuntimeError):
        invite()
    assert not Mail.objects.exists()
    assert not Job.objects.exists()


def test_a_mail_is_delivered_once_and_says_so(db, server):
    assert send_mail("Your invitation", "Come in.", "KM <km@riverside.example>", ["cara@riverside.example"]) == 1
    row = Mail.objects.waiting().get()
    assert row.message_id.endswith("@riverside.example>")
    runner.run_ready()
    (message,) = server.taken
    assert message.message()["Message-ID"] == row.message_id
    assert message.message()["To"] == "cara@riverside.example"
    row.refresh_from_db()
    assert row.sent_at is not None
    assert row.body == "", "links in mails open things, so that nothing of them stays behind"
    assert row.job.state == Job.State.DONE
    runner.run_ready()
    assert len(server.taken) == 1


def test_every_try_carries_the_same_message(db, server):
    send_mail("Your invitation", "Come in.", None, ["cara@riverside.example"])
    server.error = smtplib.SMTPServerDisconnected("gone")
    runner.run_ready()
    assert Mail.objects.waiting().count() == 1
    first = mail.message_of(Mail.objects.get()).message()
    server.error = None
    Job.objects.update(due_at=timezone.now())
    runner.run_ready()
    second = server.taken[0].message()
    assert (first["Message-ID"], first["Date"]) == (second["Message-ID"], second["Date"])


def test_a_mail_that_went_is_not_sent_again_by_a_second_job(db, server):
    send_mail("Your invitation", "Come in.", None, ["cara@riverside.example"])
    Mail.objects.update(sent_at=timezone.now())
    runner.run_ready()
    assert server.taken == []
    assert Job.objects.get().state == Job.State.DONE


def test_an_address_that_does_not_exist_is_not_tried_again(db, server):
    send_mail("Your invitation", "Come in.", None, ["nobody@riverside.example"])
    server.error = smtplib.SMTPRecipientsRefused({"nobody@riverside.example": (550, b"no such user")})
    runner.run_ready()
    assert Job.objects.get().error == "The mail server does not accept this address."


def test_a_full_mailbox_is_tried_again(db, server):
    send_mail("Your invitation", "Come in.", None, ["cara@riverside.example"])
    server.error = smtplib.SMTPRecipientsRefused({"cara@riverside.example": (452, b"mailbox full")})
    runner.run_ready()
    assert (Job.objects.get().state, Job.objects.get().max_attempts) == (Job.State.READY, 40)


def test_everything_that_a_message_says_arrives(db, server):
    message = EmailMultiAlternatives(
        "Notes – “what we learned”",
        "Plain words.",
        to=["Cara Doyle <cara@riverside.example>"],
        cc=["farah@riverside.example"],
        bcc=["ada@riverside.example"],
        reply_to=["lena@riverside.example"],
        headers={"List-Unsubscribe": "<https://portal.example/off>"},
    )
    message.attach_alternative("<p>Plain words.</p>", "text/html")
    message.send()
    runner.run_ready()
    (sent,) = server.taken
    assert sent.recipients() == [
        "Cara Doyle <cara@riverside.example>",
        "farah@riverside.example",
        "ada@riverside.example",
    ]
    text = sent.message()
    assert text["To"] == "Cara Doyle <cara@riverside.example>"
    assert (text["Cc"], text["Bcc"]) == ("farah@riverside.example", None)
    assert (text["Reply-To"], text["List-Unsubscribe"]) == ("lena@riverside.example", "<https://portal.example/off>")
    assert [part.get_content_type() for part in text.get_payload()] == ["text/plain", "text/html"]
    assert sent.subject == "Notes – “what we learned”"


def test_a_key_writes_a_mail_once_for_all_time(db):
    post("cara@riverside.example", "One action is due", "…", key="digest:3:2026-11-22")
    post("cara@riverside.example", "Two actions are due", "…", key="digest:3:2026-11-22")
    assert Mail.objects.get().subject == "One action is due"
    assert (Mail.objects.count(), Job.objects.count()) == (1, 1)


def test_without_a_mail_server_mail_stays_here_for_good(db, settings, server):
    settings.SMTP_URL = ""
    post("cara@riverside.example", "Your invitation", "Come in.")
    row = Mail.objects.get()
    assert (row.is_kept, row.job) == (True, None)
    settings.SMTP_URL = "smtp://mail.example"
    runner.run_ready()
    assert server.taken == []
    assert list(Mail.objects.kept()) == [row]
    assert not Mail.objects.waiting().exists()


def test_no_mail_ever_leaves_the_demo(db, settings, server):
    settings.DEMO = True
    post("cara@riverside.example", "Your invitation", "Come in.")
    assert Mail.objects.get().is_kept
    runner.run_ready()
    assert server.taken == []


def test_a_header_with_a_line_break_is_refused_at_once(db):
    with pytest.raises(BadHeaderError):
        post("cara@riverside.example", "Hello\nBcc: everybody@riverside.example", "…")
    assert not Mail.objects.exists()


def test_an_attachment_is_refused_not_lost(db):
    message = EmailMessage("Report", "See the file.", to=["sam@riverside.example"])
    message.attach("report.pdf", b"%PDF", "application/pdf")
    with pytest.raises(ValueError, match="no attachments"):
        message.send()


def test_mail_to_nobody_is_not_written(db):
    EmailMessage("To nobody", "…").send()
    mail_admins("To no administrator", "…")
    assert not Mail.objects.exists()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example", ("mail.example", 25, "", "", False, False)),
        ("smtp://mail.example:1025", ("mail.example", 1025, "", "", False, False)),
        ("smtp+tls://km:p%40ss@mail.example", ("mail.example", 587, "km", "p@ss", True, False)),
        ("smtps://km:secret@mail.example", ("mail.example", 465, "km", "secret", False, True)),
    ],
)
def test_the_mail_server_is_told_by_one_address(settings, url, expected):
    settings.SMTP_URL = url
    found = mail.server()
    assert (found.host, found.port, found.username, found.password, found.use_tls, found.use_ssl) == expected


def test_an_address_of_another_kind_is_refused(settings):
    settings.SMTP_URL = "mail.example:25"
    with pytest.raises(ValueError, match="SMTP_URL must look like"):
        mail.server()
