"""A round from its preparation to its close."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from jobs.models import Job, Mail
from jobs.runner import run_ready
from kmportal.lib.exceptions import Refusal, Stale
from kmportal.lib.things import Ref
from notifications.models import Notice
from organisations.models import AuditEntry, Membership
from search.models import SearchDoc
from selfassessment.actions import answering, asking, rounds
from selfassessment.models import Asked, Assessment
from tests.cast import as_member


def today():
    return timezone.localdate()


# --- Preparing and changing -----------------------------------------------------------------------------------------


def test_prepare_asks_nobody(a_round, farah):
    assessment = a_round("draft")
    assert (assessment.state, assessment.facilitator, assessment.anonymous) == ("draft", farah, True)
    assert not Mail.objects.exists()
    assert not SearchDoc.objects.filter(kind="assessment").exists()
    assert AuditEntry.objects.get().event == "assessment.prepared"


def test_prepare_without_questions_refuses(riverside, farah):
    with pytest.raises(Refusal, match="no set of questions"):
        rounds.prepare_assessment(riverside, by=as_member(farah), title="Early", closes_on=today(), at=timezone.now())


def test_only_somebody_who_may_run_rounds_facilitates(a_round, cara):
    with pytest.raises(Refusal, match="Cara Doyle does not run assessments"):
        a_round("draft", facilitator=cara)


def test_edit_while_open_keeps_what_people_were_told(a_round, farah):
    assessment = a_round()
    rounds.edit_assessment(assessment, by=as_member(farah), seen=1, title="New name", at=timezone.now())
    with pytest.raises(Refusal, match="People have been told"):
        rounds.edit_assessment(assessment, by=as_member(farah), seen=2, anonymous=False, at=timezone.now())
    with pytest.raises(Stale):
        rounds.edit_assessment(assessment, by=as_member(farah), seen=1, title="Too late", at=timezone.now())
    assert SearchDoc.objects.get(kind="assessment").title == "New name"


def test_edit_after_the_close_refuses(a_round, farah):
    assessment = a_round("closed")
    with pytest.raises(Refusal, match="closed"):
        rounds.edit_assessment(assessment, by=as_member(farah), seen=1, title="New name", at=timezone.now())


def test_discard_only_what_was_never_opened(a_round, farah):
    rounds.discard_assessment(a_round("draft"), by=as_member(farah), at=timezone.now())
    with pytest.raises(Refusal, match="already been asked"):
        rounds.discard_assessment(a_round(), by=as_member(farah), at=timezone.now())
    assert Assessment.objects.count() == 1


# --- Opening --------------------------------------------------------------------------------------------------------


def test_open_is_safe_to_repeat(a_round, farah):
    assessment = a_round()
    rounds.open_assessment(assessment, by=as_member(farah), at=timezone.now())
    assert AuditEntry.objects.filter(event="assessment.opened").count() == 1
    assert SearchDoc.objects.get(kind="assessment").state == "open"


def test_open_after_the_closing_date_refuses(a_round, farah):
    assessment = a_round("draft", closes_on=today() - timedelta(days=1))
    with pytest.raises(Refusal, match="closing date has passed"):
        rounds.open_assessment(assessment, by=as_member(farah), at=timezone.now())


def test_the_facilitator_hears_on_the_closing_date_of_an_open_round(a_round, farah, respond, lena):
    assessment = a_round()
    job = Job.objects.get(function="selfassessment.tasks.tell_closing")
    local = timezone.localtime(job.due_at)
    assert (local.date(), local.hour) == (assessment.closes_on, 8)
    respond(assessment, "Ann", A1=(2, 4))
    rounds.tell_closing_date(assessment, at=timezone.now(), day=assessment.closes_on - timedelta(days=1))
    assert not Notice.objects.exists()
    rounds.tell_closing_date(assessment, at=timezone.now(), day=assessment.closes_on)
    rounds.tell_closing_date(assessment, at=timezone.now(), day=assessment.closes_on)
    notice = Notice.objects.get()
    assert AuditEntry.objects.filter(event="assessment.closing_date_reached").count() == 1
    told = AuditEntry.objects.get(event="assessment.closing_date_reached")
    assert (told.actor_id, told.facts) == (None, {"closes_on": str(assessment.closes_on)})
    assert notice.person == farah
    assert notice.text.startswith("“Autumn round” has reached its closing date. 1 answer came through the link.")
    rounds.edit_assessment(
        assessment, by=as_member(farah), seen=1, closes_on=assessment.closes_on + timedelta(days=5), at=timezone.now()
    )
    assert Job.objects.filter(function="selfassessment.tasks.tell_closing").count() == 2
    assessment.refresh_from_db()
    rounds.tell_closing_date(assessment, at=timezone.now(), day=assessment.closes_on)  # another date is told anew
    assert Notice.objects.count() == 2


def test_the_worker_tells_and_finds_nothing_to_tell_where_the_round_is_gone(a_round, farah):
    assessment = a_round(closes_on=today())
    gone = a_round(closes_on=today())
    gone.delete()
    Job.objects.update(due_at=timezone.now())
    run_ready()
    assert set(Job.objects.values_list("state", flat=True)) == {"done"}
    assert Notice.objects.get().about == Ref("assessment", assessment.pk)


# --- Asking ---------------------------------------------------------------------------------------------------------


def test_ask_members_and_addresses_once(a_round, farah, cara, reza, oskar, nia):
    assessment = a_round()
    invited = asking.ask_people(
        assessment,
        by=as_member(farah),
        members=[cara, oskar],
        addresses=["Rhea@Example.org", reza.email.upper(), "rhea@example.org"],
        at=timezone.now(),
    )
    assert (invited.new, invited.before) == (3, 0)  # Oskar is a stranger here
    assert set(assessment.asked.values_list("person__name", "email")) == {
        ("Cara Doyle", ""), ("Reza Amini", ""), (None, "rhea@example.org"),
    }  # fmt: skip
    again = asking.ask_people(
        assessment,
        by=as_member(farah),
        members=[cara],
        addresses=["rhea@example.org", "gus@example.org"],
        at=timezone.now(),
    )
    assert (again.new, again.before) == (1, 2)
    assert Mail.objects.count() == 4
    assert set(Notice.objects.values_list("person__name", flat=True)) == {"Cara Doyle", "Reza Amini"}


def test_mails_say_whether_names_are_kept_and_hold_the_right_link(a_round, farah, cara):
    for anonymous, words in [(True, "Your answers are anonymous"), (False, "kept with your name")]:
        assessment = a_round(anonymous=anonymous)
        asking.ask_people(
            assessment, by=as_member(farah), members=[cara], addresses=["rhea@example.org"], at=timezone.now()
        )
        for mail in Mail.objects.order_by("-pk")[:2]:
            assert words in mail.body
        nonce = assessment.asked.get(person=None).nonce
        bodies = {tuple(mail.recipients): mail.body for mail in Mail.objects.order_by("-pk")[:2]}
        assert f"/answer/{nonce}/" in bodies[("rhea@example.org",)]
        assert f"/o/riverside/assessments/{assessment.pk}/answer/" in bodies[(cara.email,)]
        assert nonce not in bodies[(cara.email,)]


def test_nobody_is_asked_before_it_is_open_or_after_it_is_closed(a_round, farah):
    with pytest.raises(Refusal, match="Open the round first"):
        asking.ask_people(a_round("draft"), by=as_member(farah), addresses=["rhea@example.org"], at=timezone.now())
    with pytest.raises(Refusal, match="closed"):
        asking.ask_people(a_round("closed"), by=as_member(farah), addresses=["rhea@example.org"], at=timezone.now())
    assert not Asked.objects.exists()


def test_a_new_link_ends_the_old_one(a_round, farah):
    assessment = a_round()
    first = asking.enable_link(assessment, by=as_member(farah), at=timezone.now()).link_nonce
    second = asking.enable_link(assessment, by=as_member(farah), at=timezone.now()).link_nonce
    assert first != second
    asking.disable_link(assessment, by=as_member(farah), at=timezone.now())
    asking.disable_link(assessment, by=as_member(farah), at=timezone.now())
    assert assessment.link_nonce == ""
    assert AuditEntry.objects.filter(event__contains="link").count() == 3


def test_remind_everybody_of_an_anonymous_round(a_round, farah, cara, reza):
    assessment = a_round()
    asking.ask_people(
        assessment, by=as_member(farah), members=[cara, reza], addresses=["rhea@example.org"], at=timezone.now()
    )
    Asked.objects.filter(person=cara).update(answered=True)
    assert asking.remind_people(assessment, by=as_member(farah), at=timezone.now()) == 3
    with pytest.raises(Refusal, match="nobody to remind today"):
        asking.remind_people(assessment, by=as_member(farah), at=timezone.now())
    tomorrow = timezone.now() + timedelta(days=1)
    assert asking.remind_people(assessment, by=as_member(farah), at=tomorrow) == 3


def test_remind_only_the_missing_of_a_named_round_and_nobody_who_left(a_round, farah, cara, reza, sam):
    assessment = a_round(anonymous=False)
    asking.ask_people(assessment, by=as_member(farah), members=[cara, reza, sam], at=timezone.now())
    Asked.objects.filter(person=cara).update(answered=True)
    Membership.objects.filter(person=sam).update(left_at=timezone.now())
    Mail.objects.all().delete()
    assert asking.remind_people(assessment, by=as_member(farah), at=timezone.now()) == 1
    assert Mail.objects.get().recipients == [reza.email]


def test_the_day_is_the_organisations(a_round, farah, riverside, cara):
    riverside.time_zone = "Pacific/Auckland"
    riverside.save()
    assessment = a_round()
    asking.ask_people(assessment, by=as_member(farah), members=[cara], at=timezone.now())
    late_evening = datetime(2027, 1, 10, 22, tzinfo=UTC)
    asking.remind_people(assessment, by=as_member(farah), at=late_evening)
    assert str(Asked.objects.get().reminded_on) == "2027-01-11"


# --- Closing --------------------------------------------------------------------------------------------------------


def test_close_tells_members_when_there_is_something_to_read(a_round, farah, cara, everybody):
    few, enough = a_round(title="Few"), a_round(title="Enough")
    for assessment in (few, enough):
        asking.ask_people(assessment, by=as_member(farah), members=[cara, farah], at=timezone.now())
    everybody(few, 4, A1=(2, 4))
    everybody(enough, 5, A1=(2, 4))
    Notice.objects.all().delete()
    for assessment in (few, enough):
        rounds.close_assessment(assessment, by=as_member(farah), not_heard=" night staff ", at=timezone.now())
    assert [notice.text for notice in Notice.objects.all()] == ["“Enough” has closed. Read the results."]
    assert (enough.not_heard, enough.state) == ("night staff", "closed")
    assert AuditEntry.objects.filter(event="assessment.closed").latest("pk").facts == {"answered": 5}


def test_close_twice_is_once_and_a_draft_cannot_be_closed(a_round, farah):
    assessment = a_round("closed")
    moment = assessment.closed_at
    rounds.close_assessment(assessment, by=as_member(farah), at=timezone.now())
    assert assessment.closed_at == moment
    with pytest.raises(Refusal, match="never opened"):
        rounds.close_assessment(a_round("draft"), by=as_member(farah), at=timezone.now())


def test_waiting_for(a_round, farah, cara, reza, member, respond):
    anonymous, named = a_round(title="Anonymous"), a_round(title="Named", anonymous=False)
    for assessment in (anonymous, named):
        asking.ask_people(assessment, by=as_member(farah), members=[cara], at=timezone.now())
    waiting = Assessment.objects.waiting_for(member(cara))
    assert set(waiting) == {anonymous, named}
    assert not Assessment.objects.waiting_for(member(reza)).exists()
    Asked.objects.update(answered=True)
    respondent = respond(named, "Cara", person=cara, A1=(2, 4))
    assert list(waiting.all()) == [named]  # begun, not finished
    answering.finish_answering(named, by=respondent)
    assert not waiting.all().exists()
