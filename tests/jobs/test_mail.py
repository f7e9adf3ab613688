"""The outbox: each mail exactly once, delivered with the same Message-ID however often it is tried."""

import smtplib

import pytest
from django.core.mail import BadHeaderError, EmailMessage, EmailMultiAlternatives, mail_admins, send_mail
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jobs import breaker, mail, runner
from jobs.models import Job, Mail, MailServer
from kmportal.lib.mail import compose, post, post_all
from notifications.models import Notice
from organisations.actions import invite_member
from organisations.models import AuditEntry
from tests.cast import as_member


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
    MailServer.objects.update(tried_again_at=None)
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


def test_an_invitation_goes_along_as_a_calendar(db, server):
    post(
        "cara@riverside.example",
        "Come",
        "Plain words.",
        calendar="BEGIN:VCALENDAR\r\nMETHOD:CANCEL\r\nEND:VCALENDAR\r\n",
    )
    runner.run_ready()
    (sent,) = server.taken
    plain, calendar = sent.message().get_payload()
    assert (plain.get_content_type(), calendar.get_content_type()) == ("text/plain", "text/calendar")
    assert calendar.get_param("method") == "CANCEL"
    assert Mail.objects.get().calendar == ""  # what it said goes with it


def test_many_are_written_with_as_few_statements_as_two(db, server, django_assert_num_queries):
    def many(number):
        return [compose(f"person{n}@riverside.example", f"Mail {n}", "Words.") for n in range(number)]

    with CaptureQueriesContext(connection) as captured:
        post_all(many(2))
    with django_assert_num_queries(len(captured)):
        post_all(many(40))
    assert runner.run_ready() == 42
    assert len({message.extra_headers["Message-ID"] for message in server.taken}) == 42
    assert set(Mail.objects.values_list("job__state", flat=True)) == {Job.State.DONE}


def test_of_many_each_with_a_key_is_written_once_and_one_that_is_refused_takes_all_with_it(db, server):
    def some(subject):
        return [compose(f"{key}@riverside.example", subject, "Words.", key=key) for key in ("cara", "farah", None)]

    post_all(some("First"))
    post_all(some("Second"))
    written = [(mail.subject, mail.key) for mail in Mail.objects.order_by("pk")]
    assert sorted(written, key=str) == [("First", "cara"), ("First", "farah"), ("First", None), ("Second", None)]
    with pytest.raises(BadHeaderError), transaction.atomic():
        post_all([*some("Third"), compose("cara@riverside.example", "Hello\nBcc: everybody", "…")])
    assert (Mail.objects.count(), Job.objects.count()) == (4, 4)


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


@pytest.mark.parametrize("error", [TimeoutError(), ConnectionRefusedError(), smtplib.SMTPServerDisconnected("gone")])
def test_a_server_that_does_not_answer_is_left_in_peace_and_then_tried_with_one_mail(db, server, error):
    for number in range(5):
        post(f"person{number}@riverside.example", "Your invitation", "Come in.")
    server.error = error
    assert runner.run_ready() == 1
    assert MailServer.objects.get().is_resting(timezone.now())
    assert runner.run_ready() == 0
    MailServer.objects.update(tried_again_at=timezone.now())
    before = timezone.now()
    assert runner.run_ready() == 1
    assert MailServer.objects.get().tried_again_at - before > breaker.RESTS[0], "longer each time"
    MailServer.objects.update(tried_again_at=timezone.now())
    Job.objects.update(due_at=timezone.now())
    server.error = None
    assert runner.run_ready() == 5
    assert (len(server.taken), Mail.objects.waiting().count(), MailServer.objects.get().failures) == (5, 0, 0)


def test_a_server_that_says_no_to_one_address_is_no_broken_server(db, server):
    send_mail("Your invitation", "Come in.", None, ["nobody@riverside.example"])
    server.error = smtplib.SMTPRecipientsRefused({"nobody@riverside.example": (550, b"no such user")})
    runner.run_ready()
    assert not MailServer.objects.get().is_resting(timezone.now())


@pytest.mark.parametrize(("code", "is_resting"), [(554, False), (451, False), (421, True)])
def test_a_server_that_says_no_to_the_words_of_one_mail_is_no_broken_server(db, server, code, is_resting):
    send_mail("Your invitation", "Come in.", None, ["nobody@riverside.example"])
    server.error = smtplib.SMTPDataError(code, b"no")
    runner.run_ready()
    assert MailServer.objects.get().is_resting(timezone.now()) is is_resting


@pytest.mark.parametrize("how", ["refused", "given up"])
def test_whoever_caused_a_mail_that_cannot_be_delivered_is_told_once(ada, server, how):
    by = as_member(ada)
    post("nobody@riverside.example", "Your invitation", "Come in.", by=by)
    post("nobody@riverside.example", "Your week", "Nothing.", key="told to nobody")
    server.error = smtplib.SMTPRecipientsRefused({"nobody@riverside.example": (550, b"no such user")})
    if how == "given up":
        server.error = TimeoutError()
        Job.objects.update(failures=mail.MAX_ATTEMPTS - 1)
    for _again in range(3):
        runner.run_ready()
        MailServer.objects.update(tried_again_at=None)
    notice = Notice.objects.get()
    assert (notice.person, notice.organisation) == (ada, by.organisation)
    assert notice.text.startswith("Your mail to nobody@riverside.example could not be delivered.")
    assert AuditEntry.objects.filter(event="mail.undelivered", actor_id=None).count() == 1


def test_an_invitation_knows_who_sent_it(ada, server):
    by = as_member(ada)
    invite_member(by.organisation, by=by, at=timezone.now(), email="new@riverside.example", role="contributor")
    assert Mail.objects.get().caused_by == by
