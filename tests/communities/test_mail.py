"""Nobody is flooded: at once, weekly or nothing; muted, away, and stopped without signing in."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

import actionplan.actions
import actionplan.emails
from actionplan.actions import send_due_digests
from actionplan.models import PromiseReminder
from communities.actions import meetings, people, talk, wishes
from communities.models import Community, Follower, MailWish, Muted, State
from communities.reports.mail import weekly_news
from communities.tokens import stop_link
from jobs import runner
from jobs.models import Job, Mail
from kmportal.lib.exceptions import Refusal
from notifications.models import DailyMail, Notice
from organisations.actions import say_away
from organisations.models import GroupMembership
from tests.cast import as_member
from tests.communities.conftest import NOON

INSIDE = "/o/riverside/communities"
MONDAY = datetime(2026, 11, 30, 8, tzinfo=UTC)


def to(person) -> list[Mail]:
    return list(Mail.objects.filter(recipients=[person.email]).order_by("pk"))


def ask(community, by, title="Who keeps the keys?", at=NOON, text="Nobody on Ward 6 knows."):
    return talk.start_thread(community, by=as_member(by), at=at, title=title, text=text)


def run_jobs() -> None:
    Job.objects.update(due_at=NOON)  # whatever day it is outside
    runner.run_ready()


def seat_of(person) -> GroupMembership:
    return GroupMembership.objects.get(person=person)


def choose(community, person, how) -> None:
    wishes.choose_community_mail(community, by=as_member(person), at=NOON, how=how)


# --- Once a week -----------------------------------------------------------------------------------------------------


def test_a_week_comes_on_its_day_with_something_to_do_on_top(community, thread, cara, reza):
    said = {"title": "Round of cases", "first_on": date(2026, 12, 1), "clock": NOON.time()}
    meetings.plan_meeting(community, by=as_member(cara), at=NOON, **said)
    Mail.objects.all().delete()
    send_due_digests(at=MONDAY)
    (mail,) = to(cara)
    assert mail.subject == "New in Home on time"
    lines = [line for line in mail.body.splitlines() if line.startswith("* ")]
    assert lines == [
        "* Can you answer? Who brings the bags?",
        "* Next meeting: Round of cases, Tuesday 1 December 2026 at 12:00",
    ]
    assert stop_link(seat_of(cara).pk) in mail.body
    assert "Can you answer" not in to(reza)[0].body  # he asked it himself


def test_it_never_comes_empty(community, cara):
    send_due_digests(at=MONDAY)
    assert to(cara) == []


def test_it_comes_once_however_often_it_is_run(community, thread, cara):
    for hours in (0, 1, 24, 48):
        send_due_digests(at=MONDAY + timedelta(hours=hours))
    assert len(to(cara)) == 1


@pytest.mark.parametrize("together", [1, 2, 100])
def test_killed_in_the_middle_it_comes_once(community, thread, cara, farah, ada, sam, monkeypatch, together):
    """The mails of some people, what they told of and the keys of the day are one transaction."""
    for person in (ada, sam):
        people.join_community(community, by=as_member(person), at=NOON)
    Mail.objects.all().delete()
    monkeypatch.setattr(actionplan.actions, "TOGETHER", together)
    real, drawn = actionplan.emails.reminder, []

    def die(digest, *, at):
        drawn.append(digest)
        if len(drawn) == 4:
            raise KeyboardInterrupt
        return real(digest, at=at)

    monkeypatch.setattr(actionplan.emails, "reminder", die)
    with pytest.raises(KeyboardInterrupt):
        send_due_digests(at=MONDAY)
    whole = {1: 3, 2: 2, 100: 0}[together]
    assert (Mail.objects.count(), DailyMail.objects.count(), PromiseReminder.objects.count()) == (whole, whole, whole)
    monkeypatch.setattr(actionplan.emails, "reminder", real)
    send_due_digests(at=MONDAY)
    send_due_digests(at=MONDAY)
    assert [len(to(person)) for person in (cara, farah, ada, sam)] == [1, 1, 1, 1]


def test_a_machine_that_was_off_tells_it_a_day_late_and_no_later(community, thread, cara, farah):
    send_due_digests(at=MONDAY + timedelta(days=2))
    assert len(to(cara)) == 1
    send_due_digests(at=MONDAY + timedelta(days=3))
    assert len(to(farah)) == 1


def test_ones_own_day(community, thread, cara):
    wishes.choose_pace(by=as_member(cara), at=NOON, weekday=4)
    send_due_digests(at=MONDAY)
    assert to(cara) == []
    send_due_digests(at=MONDAY - timedelta(days=3))
    assert len(to(cara)) == 1


def test_nothing_is_nothing(community, thread, cara, farah):
    choose(community, cara, "nothing")
    send_due_digests(at=MONDAY)
    assert (to(cara), len(to(farah))) == ([], 1)


def test_a_muted_discussion_is_not_in_it(community, thread, cara):
    wishes.mute_thread(thread, by=as_member(cara), at=NOON, mute=True)
    send_due_digests(at=MONDAY)
    assert to(cara) == []


def test_whoever_left_hears_no_more(community, thread, farah):
    people.leave_community(community, by=as_member(farah), at=NOON)
    send_due_digests(at=MONDAY)
    assert to(farah) == []


def test_many_members_are_no_more_questions_to_the_database(community, thread, cara, farah, django_assert_num_queries):

    with CaptureQueriesContext(connection) as one:
        assert len(list(weekly_news(MONDAY, [cara.pk]))) == 1
    with django_assert_num_queries(len(one)):
        assert len(list(weekly_news(MONDAY))) == 2  # Reza asked it


# --- At once ---------------------------------------------------------------------------------------------------------


def test_at_once_to_who_wants_it_and_once(community, cara, farah, reza):
    for person in (cara, farah):
        choose(community, person, "at-once")
    ask(community, cara)
    run_jobs()
    Job.objects.filter(function="communities.tasks.tell_of_thread").update(state="ready", claimed_by="")
    run_jobs()
    (mail,) = to(farah)
    assert mail.subject == "Home on time: Who keeps the keys?"
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert (to(cara), to(reza)) == ([], [])


def test_nothing_at_once_while_away_and_who_asks_is_told(community, cara, farah, as_):
    choose(community, farah, "at-once")
    today = datetime.now(UTC).date()
    say_away(farah, by=farah, at=NOON, from_on=today, until_on=today + timedelta(days=3))
    thread = ask(community, cara, at=datetime.now(UTC))
    run_jobs()
    assert to(farah) == []
    client, page = as_(cara), f"{INSIDE}/talk/{thread.pk}/"
    page = client.post(page, {"text": f"@{farah.name}, do you know?"}, follow=True)
    assert f"{farah} is away until" in page.text
    assert Notice.objects.filter(person=farah, text__contains="names you").exists()


def test_a_muted_discussion_tells_only_who_is_named(community, thread, cara, reza):
    wishes.mute_thread(thread, by=as_member(reza), at=NOON, mute=True)
    talk.write_post(thread, by=as_member(cara), at=NOON, text="The porters.")
    assert not Notice.objects.filter(person=reza, text__contains="wrote to you").exists()
    talk.write_post(thread, by=as_member(cara), at=NOON, text=f"@{reza.name}: the porters.")
    assert Notice.objects.filter(person=reza, text__contains="names you").exists()


# --- Followed --------------------------------------------------------------------------------------------------------


def _told(person) -> int:
    return Notice.objects.filter(person=person, text__contains="which you follow").count()


def test_whoever_wrote_hears_of_the_next_and_is_told_once_until_they_read_it(community, thread, cara, farah):
    for words in ("The porters.", "Or the clerks."):
        talk.write_post(thread, by=as_member(farah), at=NOON, text=words)
    for words in ("At ten.", "Or at eleven."):
        talk.write_post(thread, by=as_member(cara), at=NOON, text=words)
    assert (_told(farah), _told(cara)) == (1, 0)
    Notice.objects.update(read_at=NOON)
    talk.write_post(thread, by=as_member(cara), at=NOON, text="At noon, then.")
    assert _told(farah) == 2


def test_one_press_follows_and_another_stops_it(community, thread, cara, farah, reza, sam, as_):
    page = f"{INSIDE}/talk/{thread.pk}/follow/"
    as_(farah).post(page, {"follow": "yes"})
    as_(farah).post(page, {"follow": "yes"})
    talk.write_post(thread, by=as_member(cara), at=NOON, text="The porters.")
    assert _told(farah) == 1
    Notice.objects.update(read_at=NOON)
    as_(farah).post(page, {"follow": "no"})
    as_(reza).post(page, {"follow": "no"})
    talk.write_post(thread, by=as_member(cara), at=NOON, text="At ten.")
    assert _told(farah) == 1
    assert Notice.objects.filter(person=reza, text__contains="wrote to you").count() == 1
    assert as_(sam).post(page, {"follow": "yes"}).status_code == 404


def test_to_mute_ends_following_and_to_follow_ends_muting(thread, reza):
    wishes.mute_thread(thread, by=as_member(reza), at=NOON, mute=True)
    assert not Follower.objects.exists()
    wishes.follow_thread(thread, by=as_member(reza), at=NOON, follow=True)
    assert not Muted.objects.exists()
    assert Follower.objects.get().person == reza


def test_whoever_may_not_read_it_any_more_is_not_told(community, thread, cara, farah):
    wishes.follow_thread(thread, by=as_member(farah), at=NOON, follow=True)
    people.leave_community(community, by=as_member(farah), at=NOON)
    talk.write_post(thread, by=as_member(cara), at=NOON, text="The porters.")
    assert _told(farah) == 0


def test_what_is_open_to_all_tells_those_who_are_not_in_it(community, reza, cara, lena):
    asked = talk.start_thread(
        community, by=as_member(reza), at=NOON, title="Keys?", text="Where?", reach="organisation"
    )
    wishes.follow_thread(asked, by=as_member(lena), at=NOON, follow=True)
    talk.write_post(asked, by=as_member(cara), at=NOON, text="At the desk.")
    assert _told(lena) == 1


# --- Chosen, and stopped ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("smtp", "says"), [("", True), ("smtp://mail.example", False)])
def test_the_page_says_when_no_mail_can_leave(community, farah, as_, settings, smtp, says):
    settings.SMTP_URL = smtp
    page = as_(farah).get(f"{INSIDE}/{community.pk}/mail/").text
    assert ("This portal sends no e-mail yet" in page) is says


def test_chosen_on_the_page(community, farah, sam, as_):
    page = f"{INSIDE}/{community.pk}/mail/"
    as_(farah).post(page, {"how": "at-once", "weekday": "9"})
    assert not MailWish.objects.exists()
    as_(farah).post(page, {"how": "at-once", "weekday": "2"})
    assert (MailWish.objects.get().how, farah.pace.weekday) == ("at-once", 2)
    assert as_(sam).get(page).status_code == 403


def test_muted_and_heard_again_by_a_press(community, thread, farah, sam, as_):
    page = f"{INSIDE}/talk/{thread.pk}/mute/"
    as_(farah).post(page, {"mute": "yes"})
    assert Muted.objects.get().person == farah
    as_(farah).post(page, {"mute": "no"})
    assert not Muted.objects.exists()
    assert as_(sam).post(page, {"mute": "yes"}).status_code == 404


def test_one_press_stops_it_without_signing_in(community, farah, client):
    link = "/communities/" + stop_link(seat_of(farah).pk).split("/communities/")[1]
    assert "Stop the mail" in client.get(link).text
    assert not MailWish.objects.exists()  # opening it, as scanners of mail do, stops nothing
    for _twice in range(2):
        assert client.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert MailWish.objects.get().how == "nothing"
    assert client.post(link.replace(":", ":x")).status_code == 404


def test_what_cannot_be_chosen(community, cara, sam):
    with pytest.raises(PermissionDenied):
        choose(community, sam, "weekly")
    with pytest.raises(Refusal, match="how much mail"):
        choose(community, cara, "hourly")
    with pytest.raises(Refusal, match="day of the week"):
        wishes.choose_pace(by=as_member(cara), at=NOON, weekday=9)


@pytest.mark.parametrize("state", [State.CLOSED, State.ARCHIVED])
def test_where_nobody_writes_any_more_nobody_is_offered_to_follow(state, thread, farah, as_):
    wishes.follow_thread(thread, by=as_member(farah), at=NOON, follow=True)
    Community.objects.update(state=state)
    page = as_(farah).get(f"/o/riverside/communities/talk/{thread.pk}/").text
    assert "nobody writes here any more" in page
    assert "Follow it" not in page
    ended = type(thread).objects.select_related("community").get()
    with pytest.raises(Refusal, match="Wake it first"):
        wishes.follow_thread(ended, by=as_member(farah), at=NOON, follow=True)
    wishes.follow_thread(ended, by=as_member(farah), at=NOON, follow=False)
    assert not Follower.objects.filter(person=farah).exists()
