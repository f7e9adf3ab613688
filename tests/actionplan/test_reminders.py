"""The mail of the morning: to whom, when, once, and never empty."""

import threading
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from actionplan import actions, digests
from actionplan.digests import due_digests
from actionplan.models import Action, Reminder
from actionplan.reminder_stages import stage_on
from actionplan.tokens import guest_token
from jobs.models import Mail
from notifications.models import DailyMail
from organisations.models import Group, Membership, Organisation, Person
from organisations.permissions import Role
from tests.cast import as_member
from tests.races import at_once

DUE = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def _outbox(settings):
    settings.EMAIL_BACKEND = "jobs.mail.Backend"
    settings.PUBLIC_URL = "https://portal.example"


def at(day: date, hour: int = 7, zone: str = "Europe/London", minute: int = 5) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(zone))


def promised(organisation, by, *, due: date = DUE, made: date = date(2026, 10, 1), **words) -> Action:
    words = {"title": "Write the role", **words}
    return actions.add_action(organisation, by=as_member(by, organisation), at=at(made, 12), due_on=due, **words)


@pytest.fixture
def action(riverside, lena, cara) -> Action:
    return promised(riverside, lena, owner=cara, told_when_late=lena)


def run(moment: datetime) -> list[str]:
    """Run once; the addresses that got a mail."""
    before = set(Mail.objects.values_list("pk", flat=True))
    actions.send_due_digests(at=moment)
    return sorted(mail.recipients[0] for mail in Mail.objects.exclude(pk__in=before))


class TestStages:
    @pytest.mark.parametrize(
        ("days", "stage"),
        [(-30, None), (-3, None), (-2, -2), (-1, -2), (0, 0), (1, 1), (6, 1), (7, 7), (13, 7), (14, 14), (400, 399)],
    )
    def test_by_days(self, days, stage):
        assert stage_on(DUE, DUE + timedelta(days=days)) == stage

    def test_over_the_end_of_february(self):
        assert stage_on(date(2028, 3, 1), date(2028, 2, 28)) == -2
        assert stage_on(date(2028, 3, 1), date(2028, 2, 27)) is None
        assert stage_on(date(2027, 3, 1), date(2027, 2, 27)) == -2


class TestWhen:
    def test_a_whole_life(self, action, cara, lena):
        told = {}
        for number in range(-5, 17):
            day = DUE + timedelta(days=number)
            if mails := run(at(day)):
                told[number] = mails
        both = [cara.email, lena.email]
        assert told == {-2: [cara.email], 0: [cara.email], 1: both, 7: both, 14: both}

    @pytest.mark.parametrize(("hour", "mails"), [(0, 0), (6, 0), (7, 1), (12, 1), (19, 1), (20, 0), (23, 0)])
    def test_in_the_morning_or_later_that_day(self, action, hour, mails):
        assert len(run(at(DUE, hour))) == mails

    def test_a_day_that_was_missed_is_made_up_for(self, action, cara):
        assert run(at(DUE + timedelta(days=3))) != []
        assert run(at(DUE + timedelta(days=4))) == []

    def test_what_was_written_down_later_than_the_stage_waits_for_the_next(self, riverside, lena, cara):
        promised(riverside, lena, owner=cara, made=DUE - timedelta(days=1))
        assert run(at(DUE - timedelta(days=1), 15)) == []
        assert run(at(DUE)) == [cara.email]

    def test_moved_it_starts_anew(self, action, cara):
        run(at(DUE))
        actions.reschedule_action(
            action, to=DUE + timedelta(days=5), reason="Later", by=as_member(cara), at=timezone.now()
        )
        assert run(at(DUE + timedelta(days=1))) == []
        assert run(at(DUE + timedelta(days=3))) == [cara.email]

    def test_handed_over_the_new_one_hears(self, action, cara, farah, lena):
        run(at(DUE + timedelta(days=1)))
        actions.hand_over_action(action, by=as_member(cara), owner=farah, at=timezone.now())
        assert run(at(DUE + timedelta(days=2))) == [farah.email]

    @pytest.mark.parametrize("end", ["done", "drop"])
    def test_what_is_over_is_not_mentioned(self, action, cara, end):
        if end == "done":
            actions.complete_action(action, by=as_member(cara), at=timezone.now())
        else:
            actions.drop_action(action, by=as_member(cara), reason="No need", at=timezone.now())
        assert run(at(DUE)) == []

    def test_without_a_day_nobody_is_reminded(self, riverside, lena, cara):
        promised(riverside, lena, owner=cara, due=None)
        assert run(at(DUE)) == []


class TestZones:
    @pytest.fixture
    def auckland(self, db, cara) -> Organisation:
        there = Organisation.objects.create(name="Kauri", slug="kauri", time_zone="Pacific/Auckland")
        aroha = Person.objects.create(email="aroha@kauri.example", name="Aroha")
        Membership.objects.create(organisation=there, person=aroha, role=Role.LEAD)
        return there

    def test_each_in_its_own_morning(self, auckland, action, cara):
        aroha = Person.objects.get(name="Aroha")
        promised(auckland, aroha, owner=aroha, title="Far away")
        for zone in ("Pacific/Auckland", "Europe/London"):
            run(at(DUE - timedelta(days=2), 7, zone))
        assert run(at(DUE, 7, "Pacific/Auckland")) == [aroha.email]
        assert run(at(DUE, 7)) == [cara.email]

    def test_one_mail_for_somebody_in_both(self, auckland, riverside, action, cara):
        Membership.objects.create(organisation=auckland, person=cara, role=Role.READER)
        promised(auckland, Person.objects.get(name="Aroha"), owner=cara, title="Far away")
        early = DUE - timedelta(days=2)
        # London is home, since Cara joined there first: in Auckland it is the evening of the same day.
        assert run(at(early)) == [cara.email]
        mail = Mail.objects.latest("pk")
        assert mail.subject == "2 actions due"
        assert mail.body.index("Kauri") < mail.body.index("Far away") < mail.body.index("Riverside")
        assert mail.body.index("Riverside") < mail.body.index("Write the role")
        assert run(at(early, 12)) == []

    def test_days_are_counted_where_the_promise_was_made(self, auckland, cara):
        aroha = Person.objects.get(name="Aroha")
        promised(auckland, aroha, owner=aroha, due=date(2027, 1, 1))
        # Still 2026 in London.
        assert run(datetime(2026, 12, 31, 18, 5, tzinfo=UTC)) == [aroha.email]
        assert "due today" in Mail.objects.get().body.lower()

    @pytest.mark.parametrize("day", [date(2026, 10, 25), date(2027, 3, 28)])
    def test_when_the_clocks_change(self, riverside, lena, cara, day):
        promised(riverside, lena, owner=cara, due=day, made=date(2026, 9, 1))
        zone = ZoneInfo("Europe/London")
        start = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
        Reminder.objects.all().delete()
        # Each ten minutes around the time, each hour else.
        looks = [n for n in range(24 * 6) if n % 6 == 0 or 5 * 6 < n < 9 * 6]
        got = [moment for n in looks if run(moment := start + timedelta(minutes=10 * n))]
        assert [moment.astimezone(zone).strftime("%H:%M") for moment in got] == ["07:00"]


class TestTo:
    def test_a_guest(self, riverside, lena, client):
        meeting = Group.objects.create(organisation=riverside, name="Ward meeting")
        action = promised(riverside, lena, guest_name="Gus Hall", guest_email="gus@example.org", source=meeting)
        assert run(at(DUE)) == ["gus@example.org"]
        mail = Mail.objects.get()
        assert mail.subject == "Due today: Write the role"
        assert mail.headers["Reply-To"] == lena.email
        assert "Hello Gus Hall" in mail.body
        assert f"https://portal.example/o/riverside/actions/{action.pk}/guest/" in mail.body
        assert "All your actions" not in mail.body
        page = client.get(reverse("action_guest", args=["riverside", action.pk, guest_token(action)])).text
        assert f'<a href="mailto:{lena.email}">' in page

    def test_a_guest_without_an_address(self, riverside, lena):
        promised(riverside, lena, guest_name="Gus Hall")
        assert run(at(DUE)) == [lena.email], "who gave it hears that the portal cannot write to them"
        assert "Gus Hall" in Mail.objects.get().body

    @pytest.mark.parametrize("field", ["suspended_at", "left_at"])
    def test_not_to_the_suspended_and_gone(self, action, cara, lena, field):
        Membership.objects.filter(person=cara).update(**{field: at(DUE)})
        assert run(at(DUE)) == [lena.email]  # who has to find somebody else
        assert run(at(DUE + timedelta(days=1))) == [lena.email]

    def test_not_to_a_closed_account(self, action, cara, lena):
        Person.objects.filter(pk=cara.pk).update(is_active=False)
        assert run(at(DUE)) == [lena.email]

    def test_not_to_somebody_sent_away_who_stands_as_guest(self, riverside, lena, cara):
        promised(riverside, lena, guest_name="Cara", guest_email="x@example.org")
        Action.objects.update(guest_email=cara.email)
        Membership.objects.filter(person=cara).update(left_at=at(DUE))
        assert run(at(DUE)) == []

    def test_member_there_and_guest_here(self, riverside, hillside, lena, oskar):
        promised(riverside, lena, guest_name="Oskar", guest_email=oskar.email, title="As guest")
        promised(hillside, oskar, owner=oskar, title="As member")
        assert run(at(DUE)) == [oskar.email]
        body = Mail.objects.get().body
        assert "/o/hillside/actions/" in body
        assert "/guest/" in body
        assert "https://portal.example/o/riverside/actions/\n" not in body

    def test_the_one_who_is_told_is_not_told_what_they_do_themselves(self, riverside, lena):
        promised(riverside, lena, owner=lena, told_when_late=lena)
        assert run(at(DUE + timedelta(days=1))) == [lena.email]
        assert "that you are told about" not in Mail.objects.get().body

    def test_nobody_s_late_action_reaches_the_one_who_is_told(self, riverside, lena):
        promised(riverside, lena, told_when_late=lena)
        assert run(at(DUE + timedelta(days=1))) == [lena.email]
        assert "Nobody yet, 1 day late" in Mail.objects.get().body

    def test_words_with_a_line_break_do_no_harm(self, action, cara):
        Action.objects.update(title="Write\nBcc: everybody@example.org")
        assert run(at(DUE)) == [cara.email]
        assert "\n" not in Mail.objects.get().subject


class TestOnce:
    def test_again_the_same_minute_and_later(self, action, cara):
        assert run(at(DUE)) == [cara.email]
        for hour in range(7, 20):
            assert run(at(DUE, hour, minute=30)) == []

    def test_what_comes_later_that_day_waits(self, action, riverside, lena, cara):
        run(at(DUE))
        promised(riverside, lena, owner=cara, title="Another")
        assert run(at(DUE, 12)) == []
        Action.objects.filter(title="Write the role").delete()
        assert run(at(DUE + timedelta(days=1))) == [cara.email]
        assert "Another" in Mail.objects.latest("pk").body

    def test_never_empty(self, action, cara):
        [digest] = due_digests(at(DUE))
        actions.complete_action(action, by=as_member(cara), at=timezone.now())
        assert actions.send_digests([digest], at=at(DUE)) == 0
        assert (Mail.objects.count(), DailyMail.objects.count(), Reminder.objects.count()) == (0, 0, 0)

    def test_a_mail_that_cannot_be_written_leaves_nothing_and_holds_nobody_up(
        self, action, riverside, lena, farah, cara, monkeypatch
    ):
        promised(riverside, lena, owner=farah)
        write = actions.emails.reminder

        def broken(digest, *, at):
            if digest.address == cara.email:
                raise RuntimeError("no")
            return write(digest, at=at)

        monkeypatch.setattr(actions.emails, "reminder", broken)
        assert actions.send_due_digests(at=at(DUE)) == (1, 1)
        assert [row.address for row in DailyMail.objects.all()] == [farah.email]
        monkeypatch.undo()
        assert actions.send_due_digests(at=at(DUE)) == (1, 0)

    def test_in_batches_as_at_once(self, riverside, hillside, lena, cara, farah, oskar, monkeypatch):
        """However few at a time, everybody once; who is a guest elsewhere gets one mail with both."""
        monkeypatch.setattr(digests, "BATCH", 2)
        for person in (lena, cara, farah):
            promised(riverside, lena, owner=person, told_when_late=lena)
        promised(hillside, oskar, guest_email=cara.email, title="Elsewhere")
        promised(hillside, oskar, guest_email="gus@guest.example")
        promised(riverside, lena, guest_email="gus@guest.example", title="Here")
        wanted = sorted([lena.email, cara.email, farah.email, "gus@guest.example"])
        batches = list(digests.batches_of_readers(at(DUE)))
        assert max(len(batch.addresses) for batch in batches) == 2
        addresses = [address for batch in batches for address in batch.addresses]
        assert len(addresses) == len(set(addresses))
        assert set(wanted) <= set(addresses)
        assert sorted(run(at(DUE))) == wanted
        assert "Elsewhere" in Mail.objects.get(recipients=[cara.email]).body
        assert "Here" in Mail.objects.get(recipients=["gus@guest.example"]).body

    def test_who_has_had_the_mail_of_the_day_is_not_looked_at_again(self, action, cara, farah):
        run(at(DUE))
        later = [address for batch in digests.batches_of_readers(at(DUE, 12)) for address in batch.addresses]
        assert cara.email not in later
        assert farah.email in later
        morning = at(DUE + timedelta(days=1), 7)
        assert any(cara.email in batch.addresses for batch in digests.batches_of_readers(morning))

    def test_the_same_number_of_queries_to_look(
        self, action, riverside, lena, cara, farah, django_assert_max_num_queries
    ):
        counted = []
        for _ in range(2):
            with django_assert_max_num_queries(40) as captured:
                digests.due_digests(at(DUE))
            counted.append(len(captured))
            for owner in (lena, farah, cara):
                promised(riverside, lena, owner=owner)
        assert counted[0] == counted[1]

    def test_the_same_number_of_queries_to_write(
        self, action, riverside, lena, cara, farah, reza, sam, settings, django_assert_num_queries
    ):
        settings.SMTP_URL = "smtp://mail.example:2525"
        promised(riverside, lena, owner=farah)
        now, later = at(DUE + timedelta(days=1)), at(DUE + timedelta(days=30))
        some = due_digests(now)
        with CaptureQueriesContext(connection) as captured:
            assert actions.send_digests(some, at=now) == len(some) == 3  # with Lena, who is told what is late
        for owner in (cara, farah, reza, sam):
            promised(riverside, lena, owner=owner, due=DUE + timedelta(days=30))
        many = due_digests(later)
        with django_assert_num_queries(len(captured)):
            assert actions.send_digests(many, at=later) == len(many) == 5

    @pytest.mark.django_db(transaction=True)
    def test_two_runs_at_the_same_second(self, action, riverside, lena, farah, cara, monkeypatch):
        """Both have found the same work before either writes."""
        promised(riverside, lena, owner=farah)
        together = threading.Barrier(2, timeout=20)
        find = digests.due_digests

        def wait_for_the_other(moment, **narrow):
            found = find(moment, **narrow)
            if "only" not in narrow:
                together.wait()
            return found

        monkeypatch.setattr(actions, "due_digests", wait_for_the_other)

        results = at_once(*[lambda: actions.send_due_digests(at=at(DUE))] * 2)
        assert sorted(results) == [(0, 0), (2, 0)]
        assert sorted(mail.recipients[0] for mail in Mail.objects.all()) == sorted([cara.email, farah.email])
        assert Reminder.objects.count() == 2

    def test_another_run_that_wrote_to_some_of_them_leaves_the_others(self, action, riverside, lena, farah, cara):
        """The day of one of them is taken between reading and writing."""
        promised(riverside, lena, owner=farah)
        found = due_digests(at(DUE))
        DailyMail.objects.create(address=cara.email, day=DUE, written_at=at(DUE))
        assert actions.send_digests(found, at=at(DUE)) == 1
        assert [mail.recipients for mail in Mail.objects.all()] == [[farah.email]]
        assert Reminder.objects.count() == 1


class TestCommand:
    def test_at_a_moment(self, action, capsys):
        call_command("send_reminders", at="2026-11-20T07:05")
        assert "1 written" in capsys.readouterr().out
        call_command("send_reminders", at="2026-11-20T07:05")
        assert "0 written" in capsys.readouterr().out

    def test_nonsense_is_a_sentence(self, db):
        with pytest.raises(CommandError, match="Write the moment"):
            call_command("send_reminders", at="tomorrow")


class TestGuestPage:
    @pytest.fixture
    def link(self, riverside, lena, settings) -> str:
        promised(riverside, lena, guest_name="Gus Hall", guest_email="gus@example.org")
        run(at(DUE))
        body = Mail.objects.get().body
        return next(line.strip() for line in body.splitlines() if "/guest/" in line).removeprefix(
            "https://portal.example"
        )

    def test_reading_and_marking_as_done(self, link, client, lena):
        assert "Write the role" in client.get(link).content.decode()
        assert client.post(link, {"note": "By phone"}).status_code == 302
        action = Action.objects.get()
        assert (action.state, action.done_by, action.done_note) == ("done", None, "By phone")
        assert "Thank you" in client.get(link).content.decode()
        client.post(link)
        assert action.changes.filter(kind="done").count() == 1
        assert lena.notice_set.get().text == "Gus Hall has marked an action as done: Write the role"

    def test_another_token_opens_nothing(self, link, client):
        assert client.get(link[:-3] + "xx/").status_code == 404

    def test_handed_over_the_link_is_dead(self, link, client, lena, cara):
        actions.hand_over_action(Action.objects.get(), by=as_member(lena), owner=cara, at=timezone.now())
        assert client.get(link).status_code == 404

    def test_not_under_another_organisation(self, link, client, hillside):
        assert client.get(link.replace("riverside", "hillside")).status_code == 404


def test_the_timetable_asks_around_the_clock():
    """Somewhere it is always morning."""
    from kmportal import celery

    entry = celery.app.conf.beat_schedule["send_reminders"]
    assert entry["args"] == ["send_reminders"]
    assert entry["schedule"].hour == set(range(24))
