"""The mail of the day tells of what somebody does in the plan, and of drafts, too: once for each stage."""

from datetime import date, timedelta

import pytest

import roadmap.actions
from actionplan.models import PromiseReminder
from jobs.models import Mail
from lessons.models import Lesson
from organisations.models import Membership
from roadmap.models import Programme
from tests.actionplan.test_reminders import at, promised, run
from tests.cast import as_member
from tests.markup import tidy

DUE = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def _outbox(settings):
    settings.EMAIL_BACKEND = "jobs.mail.Backend"
    settings.PUBLIC_URL = "https://portal.example"


@pytest.fixture
def programme(riverside, lena) -> Programme:
    return roadmap.actions.begin_programme(
        riverside, by=as_member(lena), at=at(date(2026, 1, 2)), name="Plan", starts_on=date(2026, 1, 1),
        ends_on=date(2028, 1, 1), lead=lena,
    )  # fmt: skip


def planned(programme, by, owner, title: str = "Walks", **days):
    return roadmap.actions.plan_intervention(
        programme, by=as_member(by), at=at(date(2026, 10, 1)), title=title, step=2, owner=owner, **days
    )


def test_one_mail_tells_of_actions_and_of_the_plan(programme, riverside, lena, cara):
    promised(riverside, lena, owner=cara)
    row = planned(programme, lena, cara, starts_on=DUE - timedelta(days=30), ends_on=DUE)
    begins = planned(programme, lena, cara, title="Talks", starts_on=DUE, ends_on=DUE + timedelta(days=90))
    assert run(at(DUE)) == [cara.email]
    mail = Mail.objects.latest("pk")
    assert mail.subject == "3 things that are yours"
    for words in ("Write the role", "Walks", "Talks", "In the plan, begins today", row.get_absolute_url(), "/yours/"):
        assert words in mail.body
    assert run(at(DUE, 9)) == []  # one a day
    assert run(at(DUE + timedelta(days=1))) == [cara.email]
    roadmap.actions.set_intervention_state(row, by=as_member(cara), at=at(DUE), state="done")
    roadmap.actions.set_intervention_state(begins, by=as_member(cara), at=at(DUE), state="doing")
    assert run(at(DUE + timedelta(days=8))) == [cara.email]
    assert "Walks" not in Mail.objects.latest("pk").body


def test_the_plan_alone_makes_a_mail_by_stages(programme, lena, cara):
    planned(programme, lena, cara, starts_on=DUE - timedelta(days=30), ends_on=DUE)
    told = [day for day in range(-35, 20) if run(at(DUE + timedelta(days=day)))]
    # its beginning (−2, 0 and 1 day, then each week), then its end in the same way
    assert told == [-32, -30, -29, -23, -16, -9, -2, 0, 1, 7, 14]
    assert PromiseReminder.objects.count() == len(told)


def test_who_has_gone_is_written_nothing(programme, lena, cara):
    planned(programme, lena, cara, starts_on=DUE, ends_on=DUE)
    Membership.objects.filter(person=cara).update(suspended_at=at(DUE))
    assert run(at(DUE)) == [lena.email]  # who has to find somebody


def test_a_draft_from_a_session_is_told_once(world, cara):
    moment = at(DUE)
    Lesson.objects.filter(pk=world.things.draft.pk).update(
        session=world.things.session, created_at=moment - timedelta(days=1)
    )
    assert cara.email in run(moment)
    assert any("that only you can see" in mail.body for mail in Mail.objects.all() if cara.email in mail.recipients)
    bodies = []
    for day in (1, 7, 14):
        before = set(Mail.objects.values_list("pk", flat=True))
        run(moment + timedelta(days=day))
        bodies += list(Mail.objects.exclude(pk__in=before).values_list("body", flat=True))
    assert not any("that only you can see" in body for body in bodies)


def test_who_can_choose_somebody_reads_each_week_what_nobody_does(programme, riverside, lena, ada, cara):
    """The leader of the programme has gone: whoever plans and leads is asked, with the page where one chooses."""
    Membership.objects.filter(person=lena, organisation=riverside).update(suspended_at=at(DUE))
    Membership.objects.filter(person=cara, organisation=riverside).update(role="lead")
    told = [day for day in range(16) if cara.email in run(at(DUE + timedelta(days=day)))]
    assert told == [0, 7, 14]  # at once, then in step with the day on which the programme was begun
    mail = Mail.objects.latest("pk")
    assert mail.subject == "Find somebody to lead “Plan”"
    assert "Somebody has to be found:" in mail.body
    assert f"{lena} cannot do it any more" in mail.body
    assert f"programmes/{programme.pk}/edit/" in mail.body
    assert "/yours/" not in mail.body
    Programme.objects.filter(pk=programme.pk).update(lead=cara)
    assert run(at(DUE + timedelta(days=30))) == []


def test_who_gave_a_guest_without_an_address_something_to_do_is_told_to_remind_them(riverside, cara, as_):
    promised(riverside, cara, owner=None, guest_name="Gus Guest")
    promised(riverside, cara, owner=None, guest_name="Gil Guest", guest_email="gil@example.org")
    assert set(run(at(DUE))) == {cara.email, "gil@example.org"}
    body = next(mail.body for mail in Mail.objects.all() if cara.email in mail.recipients)
    assert "Remind Gus Guest: the portal cannot write to them" in body
    assert "Gil" not in body
    yours = tidy(as_(cara).get("/o/riverside/yours/").text)
    assert "Guests to remind, whom the portal cannot write to (" in yours
    assert "Gus Guest" in yours
