"""Succession: whatever somebody can be responsible for is handed on when they go, whichever app it is of."""

import re
from datetime import timedelta

import pytest
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

import organisations.actions
import roadmap.actions
from dashboards.gaps import LatestRound
from dashboards.todo import needs_of
from kmportal.lib.promises import promised
from kmportal.lib.succession import Owned, belongings_of, owned_kinds
from lessons.models import Lesson, Upkeep
from organisations.forms import HandOnForm
from organisations.models import Group, Membership, Person
from organisations.visibility import Reach
from selfassessment.models import Assessment
from techniques.models import Session
from tests.cast import as_member
from tests.markup import tidy
from tests.test_models import OURS

# A person in a row who is not responsible for what is still to be done: authors, history, who was asked or told.
NOT_RESPONSIBLE = {
    # Whom a set has as members and what is theirs; when its adviser goes, its members lead it
    "techniques.SetMember.person", "techniques.SetVisit.person", "techniques.Turn.person",
    "techniques.OwnAction.person", "techniques.LearningSet.adviser",
    "actionplan.Action.done_by", "actionplan.Action.author", "actionplan.ActionChange.by",
    "actionplan.Action.told_when_late",  # told by a mail that goes to members alone
    "help.PutAway.person", "jobs.Job.requested_by",
    "lessons.Lesson.author", "lessons.Lesson.validated_by", "lessons.LessonRevision.by", "lessons.LessonEvent.by",
    "lessons.SafeAuthor.person", "lessons.SafeAuthor.known_to", "lessons.LessonCheck.person",
    "lessons.ExpertQuestion.asked_by",
    "lessons.Upkeep.deputy",  # stands in for the owner, who is handed on
    "lessons.ReviewTurn.person",  # asked for a month; the next round asks whoever looks after it then
    "lessons.Asset.deputy", "lessons.AssetStep.by",
    "lessons.Asset.author", "lessons.Asset.checked_by", "lessons.AssetPart.person", "lessons.AssetRevision.by",
    "lessons.Reuse.person", "lessons.Saving.decided_by", "lessons.LessonMerge.by",
    "lessons.ThemeSet.by", "lessons.LessonTheme.by",
    "lessons.LessonComment.author", "lessons.LessonComment.hidden_by",
    "lessons.Risk.author", "lessons.RiskHolder.person",
    "lessons.Quote.person", "lessons.Quote.noted_by",
    "lessons.Poster.made_by", "lessons.LeftNote.decided_by",
    "lessons.PackAnswer.person", "lessons.PieceOfWork.author",
    "lessons.ImportRun.by", "notifications.Notice.person", "notifications.MailPreference.person",
    "organisations.GroupMembership.person", "organisations.Membership.person", "organisations.Invitation.invited_by",
    "organisations.Invitation.accepted_by", "organisations.AccessToken.person", "organisations.SignIn.person",
    "roadmap.Intervention.created_by", "roadmap.InterventionChange.by", "roadmap.PlanChange.by",
    "search.SearchDoc.author", "selfassessment.Assessment.created_by", "selfassessment.Asked.person",
    "selfassessment.Response.person", "selfassessment.Decision.by", "techniques.Session.created_by",
    "techniques.Outcome.person", "techniques.Match.taker", "techniques.Match.giver",  # they found each other
    "search.UnansweredSearch.answered_by", "lessons.Follow.author",
    "communities.Charter.by", "communities.Closing.by", "communities.Closing.woken_by",
    "communities.Community.founded_by",
    "communities.Objection.answered_by", "communities.Objection.person", "communities.Pin.person",
    "communities.Post.author", "attachments.StoredFile.uploaded_by",
    "communities.KickOff.by", "communities.Problem.person", "communities.Support.person",
    "communities.Thread.asked",  # told and free to answer or not
    "communities.StepAnswer.by", "communities.StepMove.by", "communities.Thread.author", "people.Enquiry.author",
    "people.Recipient.person",
    "communities.Rehoming.person", "communities.Rehoming.asked_by",
    "communities.Review.opened_by", "communities.Review.decided_by", "communities.ReviewAnswer.by",
    "communities.ReviewVoice.person", "communities.Transfer.asked_by", "communities.QuietLine.by",
    "communities.Story.author", "communities.EmergencyReading.asked_by", "communities.EmergencyReading.agreed_by",
    "communities.ClaimedBenefit.decided_by",
    "communities.Pin.owner",  # released, and the community chooses: nobody else reads its shelf
    "communities.Attendance.person", "communities.CalendarFeed.person", "communities.Muted.person",
    "communities.Follower.person",
    "communities.Pace.person", "techniques.Invitee.person", "techniques.Participant.person",
    "techniques.Wording.saved_by", "techniques.SummaryVersion.by",
}  # fmt: skip
KINDS = [pytest.param(owned, id=owned.key) for owned in owned_kinds()]


def fields_with_people():
    for model in OURS:
        for field in model._meta.local_fields:
            if isinstance(field, models.ForeignKey) and field.related_model is Person:
                yield f"{model._meta.label}.{field.name}"


def test_every_field_that_names_a_person_is_registered_or_said_not_to_be_responsible():
    registered = {f"{owned.model}.{owned.field}" for owned in owned_kinds()}
    unknown = set(fields_with_people()) - registered - NOT_RESPONSIBLE
    assert not {one for one in unknown if not one.startswith("notifications.")}
    assert not registered & NOT_RESPONSIBLE


@pytest.fixture(autouse=True)
def _just_signed_in(monkeypatch):
    monkeypatch.setattr("organisations.views.people.require_fresh_sign_in", lambda request: None)


@pytest.fixture
def heir(world, lena) -> Person:
    """Lena may be given everything there is."""
    return lena


@pytest.fixture
def goer(world, farah, ada) -> Person:
    """Farah, who is responsible for one of everything."""
    for owned in owned_kinds():
        row = owned.open_rows(world.riverside, timezone.localdate()).exclude(**{f"{owned.field}": farah}).first()
        if not owned.of_person(farah, world.riverside).exists():
            owned.model_class._default_manager.filter(pk=row.pk).update(**{owned.field: farah})
    return farah


def remove(world, person: Person, ada: Person, **words) -> None:
    membership = Membership.objects.get(organisation=world.riverside, person=person)
    organisations.actions.remove_member(membership, by=as_member(ada), at=timezone.now(), **words)


@pytest.mark.parametrize("owned", KINDS)
def test_each_kind_goes_to_the_heir(owned: Owned, world, goer, heir, ada):
    rows = list(owned.of_person(goer, world.riverside))
    assert rows
    remove(world, goer, ada, heirs={(owned.key, row.pk): heir for row in rows})
    assert not owned.of_person(goer, world.riverside).exists()
    assert {getattr(type(row).objects.get(pk=row.pk), owned.field) for row in rows} == {heir}


@pytest.mark.parametrize("owned", KINDS)
def test_each_kind_goes_to_nobody_where_nobody_is_named(owned: Owned, world, goer, ada):
    rows = list(owned.of_person(goer, world.riverside))
    remove(world, goer, ada)
    assert {getattr(type(row).objects.get(pk=row.pk), owned.field) for row in rows} == {None}


def test_the_administrator_sees_the_list_and_hands_it_on_at_once(world, goer, heir, ada, as_):
    membership = Membership.objects.get(organisation=world.riverside, person=goer)
    url = reverse("person_remove", args=["riverside", membership.pk])
    browser = as_(ada)
    page = browser.get(url).text
    found = belongings_of(goer, world.riverside)
    assert len(found) == len(owned_kinds())
    for one in found:
        assert str(one.owned.title) in page
    sent = browser.post(url, {one.owned.key: str(heir.pk) for one in found})
    assert sent.status_code == 302
    assert belongings_of(goer, world.riverside) == []
    kept = {one.owned.key: {row.pk for row in one.rows} for one in belongings_of(heir, world.riverside)}
    for one in found:
        assert {row.pk for row in one.rows} <= kept[one.owned.key]


def test_many_lessons_are_one_choice_and_no_more_queries(world, goer, heir, ada, as_, django_assert_num_queries):
    membership = Membership.objects.get(organisation=world.riverside, person=goer)
    str(HandOnForm(membership=membership))  # what is read once for the process is read
    with CaptureQueriesContext(connection) as before:
        str(HandOnForm(membership=membership))
    kept = Upkeep.objects.filter(owner=goer).first()
    for _number in range(3):
        lesson = Lesson.objects.get(pk=kept.lesson_id)
        lesson.pk, lesson.once = None, None
        lesson.save()
        Upkeep.objects.create(lesson=lesson, owner=goer)
    with django_assert_num_queries(len(before)):
        form = HandOnForm(membership=membership)
        str(form)
    assert [name for name in form.fields if name.startswith("lessons-upkeep")] == ["lessons-upkeep-owner"]
    form = HandOnForm({"lessons-upkeep-owner": str(heir.pk)}, membership=membership)
    assert form.is_valid()
    found = [person for (kind, _), person in form.heirs.items() if kind == "lessons-upkeep-owner"]
    assert found == [heir] * Upkeep.objects.in_use(world.riverside).filter(owner=goer).count()
    assert len(found) > 3
    assert not HandOnForm({"lessons-upkeep-owner": str(goer.pk)}, membership=membership).is_valid()


def test_one_row_may_go_to_somebody_else(world, goer, heir, ada, cara, as_):
    membership = Membership.objects.get(organisation=world.riverside, person=goer)
    plan = next(one for one in belongings_of(goer, world.riverside) if one.owned.model == "roadmap.Intervention")
    row = plan.rows[0]
    as_(ada).post(
        reverse("person_remove", args=["riverside", membership.pk]),
        {plan.owned.key: str(heir.pk), f"{plan.owned.key}-{row.pk}": str(cara.pk)},
    )
    row.refresh_from_db()
    assert row.owner == cara


def test_a_session_and_a_round_without_anybody_ask_for_somebody(world, goer, lena, ada):
    remove(world, goer, ada)
    titles = {need.title for need in needs_of(as_member(lena), LatestRound(), at=timezone.now())}
    assert any(title.startswith("Find somebody to lead") for title in titles)
    assert any(title.startswith("Find somebody to run") for title in titles)
    led = Session.objects.filter(facilitator=goer, state__in=["planned", "live"])
    assert not led.filter(learning_set=None).exists()  # an action learning set leads itself then
    assert not Assessment.objects.filter(facilitator=goer).exclude(state="closed").exists()


@pytest.mark.parametrize("owned", KINDS)
def test_what_somebody_cannot_do_any_more_is_asked_about_by_mail_too(owned: Owned, world, goer, lena):
    rows = set(owned.asked_about(owned.of_person(goer, world.riverside)))
    assert rows
    Membership.objects.filter(organisation=world.riverside, person=goer).update(suspended_at=timezone.now())
    told = [one for one in promised(timezone.localdate(), [lena.pk]) if one.is_call]
    here = Membership.objects.current().filter(organisation=world.riverside)
    assert rows <= set(owned.to_pass_on(as_member(lena), here, on=timezone.localdate()))
    assert {(owned.call_for(row), row.pk) for row in rows} <= {(one.title, one.ident) for one in told}
    assert all(len(one.kind) <= 30 for one in told)


TAKEN = {"lessons-lesson-claimed_by", "lessons-asset-owner"}


@pytest.mark.parametrize("owned", KINDS)
def test_the_place_where_somebody_is_chosen_has_a_box_for_it(owned: Owned, world, goer, lena, as_):
    row = owned.of_person(goer, world.riverside).first()
    page = as_(lena).get(owned.chosen_at(row), follow=True)
    assert page.status_code == 200
    if owned.key in TAKEN:  # whoever presses “Take it on”, “I look after it”, has chosen
        assert re.search(r'action="[^"]*/take(-over)?/"', tidy(page.text)) or owned.field == "claimed_by"
    else:
        assert re.search(rf'<select [^>]*name="{owned.field}"', tidy(page.text))


def test_what_a_reader_may_not_choose_for_is_not_in_their_mail(world, goer, reza):
    Membership.objects.filter(organisation=world.riverside, person=goer).update(suspended_at=timezone.now())
    assert not [one for one in promised(timezone.localdate(), [reza.pk]) if one.is_call]


def test_who_is_suspended_is_missed_too(world, goer, lena):
    Membership.objects.filter(organisation=world.riverside, person=goer).update(suspended_at=timezone.now())
    facts = {need.facts for need in needs_of(as_member(lena), LatestRound(), at=timezone.now())}
    assert f"{goer} cannot do it any more" in facts


# --- Yours -----------------------------------------------------------------------------------------------------------


def test_what_somebody_does_in_the_plan_is_on_their_home_and_under_yours(world, cara, lena, as_):
    today = timezone.localdate()
    plan = {"by": as_member(lena), "at": timezone.now(), "step": 1, "owner": cara}
    days = {
        "Late one": {"starts_on": today - timedelta(days=20), "ends_on": today - timedelta(days=11)},
        "Should have begun": {"starts_on": today - timedelta(days=5), "ends_on": today + timedelta(days=30)},
        "Begins soon": {"starts_on": today + timedelta(days=2), "ends_on": today + timedelta(days=30)},
        "Far away": {"starts_on": today + timedelta(days=40), "ends_on": today + timedelta(days=50)},
        "Without dates": {},
    }
    for title, said in days.items():
        roadmap.actions.plan_intervention(world.things.programme, title=title, **plan, **said)
    needs = [need.title for need in needs_of(as_member(cara), LatestRound(), at=timezone.now())]
    assert {"Late one", "Should have begun", "Begins soon"} <= set(needs)
    assert "Far away" not in needs
    assert "One intervention of yours has no dates" in needs
    page = as_(cara).get(reverse("yours", args=["riverside"])).text
    for title in [*days, "Ask pharmacy", "Ask at ten", "This round"]:
        assert title in page


def test_yours_takes_the_same_queries_for_three(world, cara, lena, as_, django_assert_num_queries):
    browser, counts = as_(cara), []
    for more in (1, 2):
        for number in range(more):
            roadmap.actions.plan_intervention(
                world.things.programme, by=as_member(lena), at=timezone.now(), title=f"P {more} {number}", step=1,
                owner=cara,
            )  # fmt: skip
        browser.get(reverse("yours", args=["riverside"]))
        with CaptureQueriesContext(connection) as queries:
            browser.get(reverse("yours", args=["riverside"]))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_who_cannot_check_a_lesson_is_not_offered_it_and_a_refusal_keeps_the_choices(world, goer, heir, cara, ada, as_):
    membership = Membership.objects.get(organisation=world.riverside, person=goer)
    claims = next(one for one in belongings_of(goer, world.riverside) if one.owned.key == "lessons-lesson-claimed_by")
    names = [claims.owned.key, *(f"{claims.owned.key}-{row.pk}" for row in claims.rows)]
    fields = HandOnForm(membership=membership).fields
    assert all(str(heir.pk) in dict(fields[name].choices) for name in names)
    Lesson.objects.filter(claimed_by=goer).update(author=heir)
    fields = HandOnForm(membership=membership).fields
    assert not any(str(heir.pk) in dict(fields[name].choices) for name in names)
    kept = Upkeep.objects.filter(owner=goer).first()
    secret = Group.objects.create(organisation=world.riverside, name="Behind closed doors")
    Lesson.objects.filter(pk=kept.lesson_id).update(reach=Reach.GROUP, group=secret)
    url = reverse("person_remove", args=["riverside", membership.pk])
    page = as_(ada).post(url, {"lessons-upkeep-owner": str(cara.pk)})
    assert page.status_code == 422
    assert f"{cara} cannot look after this lesson" in page.text
    assert f'<option value="{cara.pk}" selected>' in tidy(page.text)
    assert Membership.objects.get(pk=membership.pk).left_at is None
