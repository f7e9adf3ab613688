"""Mergers and splits: what goes, who is told, old addresses, and taking it back exactly within a day."""

from datetime import time, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from attachments.inspection import check_file
from communities.actions import (
    closing,
    founding,
    kickoff,
    meetings,
    moving,
    people,
    problems,
    review,
    shelf,
    stories,
    talk,
)
from communities.models import Community, CommunityRole, Meeting, Pin, Problem, RoleKind, State, Story, Thread, Transfer
from communities.reports.home import own_communities
from kmportal.lib.exceptions import Refusal
from lessons.actions.writing import start_lesson
from lessons.models import Lesson
from notifications.models import Notice
from organisations.models import AuditEntry, Group, GroupMembership
from tests.attachments.samples import PDF
from tests.cast import as_member
from tests.markup import tidy

WORDS = {"title": "Ask at ten", "happened": "It came late.", "then_do": "ask at ten.", "why": "Nobody asked."}


@pytest.fixture
def other(found, lena, sam) -> Community:
    """Lena’s, with Sam in it and one discussion."""
    made = found(name="Bags", question="Who brings the bags up?", by=lena)
    people.join_community(made, by=as_member(sam), at=timezone.now())
    talk.start_thread(made, by=as_member(lena), at=timezone.now(), title="Ours", text="From the start.")
    link(made, lena, "Their rota")
    return made


def link(community, by, title) -> Pin:
    return shelf.pin_to_shelf(
        community, by=as_member(by), at=timezone.now(), kind="link", url="https://x.example/", title=title
    )


@pytest.fixture
def full(community, thread, cara, farah, reza) -> Community:
    """The community with a discussion, a story, a shelf of two and a lesson."""
    people.set_roles(community, by=as_member(cara), at=timezone.now(), person=farah, roles=["deputy", "expert"])
    link(community, cara, "The form")
    link(community, cara, "The list")
    stories.tell_story(
        community, by=as_member(reza), at=timezone.now(), words={"title": "No waiting", "used": "Tea"}, reach="group"
    )
    lesson = start_lesson(community.organisation, by=as_member(cara), at=timezone.now(), words=WORDS, facts={})
    Lesson.objects.filter(pk=lesson.pk).update(group=community.group, reach="group", state="embedded")
    now = timezone.now()
    next_week = timezone.localdate() + timedelta(days=7)
    meetings.plan_meeting(community, by=as_member(cara), at=now, title="Cases", first_on=next_week, clock=time(14))
    begun = kickoff.open_kickoff(community.organisation, by=as_member(farah), at=now, title="What is stuck?")
    problem = problems.raise_problem(begun, by=as_member(cara), at=now, line="The keys go missing")
    founding.take_up_problem(problem, by=as_member(cara), at=now, community=community)
    return community


def look_back(community, cara):
    return review.open_review(community, by=as_member(cara), at=timezone.now())


def merge(full, other, cara, lena) -> Transfer:
    asked = moving.decide_to_merge(
        look_back(full, cara), by=as_member(cara), at=timezone.now(), why="The same question.", into=other
    )
    return moving.answer_merge(asked, by=as_member(lena), at=timezone.now(), accept=True)


def picture() -> dict:
    """All that a transfer may touch, row by row."""
    return {
        "communities": list(
            Community.objects.order_by("pk").values_list("pk", "name", "state", "moved_to", "closed_at", "end_reason")
        ),
        "seats": sorted(GroupMembership.objects.values_list("group", "person", "is_guest")),
        "roles": sorted(CommunityRole.objects.values_list("seat__group", "seat__person", "kind")),
        "threads": list(Thread.objects.order_by("pk").values_list("pk", "community", "group")),
        "stories": list(Story.objects.order_by("pk").values_list("pk", "community", "group")),
        "meetings": list(Meeting.objects.order_by("pk").values_list("pk", "community")),
        "problems": list(Problem.objects.order_by("pk").values_list("pk", "community")),
        "pins": list(Pin.objects.order_by("pk").values_list("pk", "community", "position")),
        "lessons": list(Lesson.objects.order_by("pk").values_list("pk", "group")),
    }


def test_whatever_hangs_on_a_community_goes_or_is_known_to_stay():
    """What it agreed and decided is its own; pins and knocks go by rules of theirs."""
    own = {"Agreed", "Charter", "Closing", "EmergencyReading", "QuietLine", "Review"}
    own |= {"StepAnswer", "StepMove", "Transfer"}
    hanging = {relation.related_model.__name__ for relation in Community._meta.related_objects}
    assert hanging == own | {"Pin", "Knock"} | {model.__name__ for model in moving.INSIDE.values()}


class TestMerging:
    def test_it_says_where_it_went_wherever_it_is_found(self, full, other, cara, lena, as_):
        merge(full, other, cara, lena)
        there = f'It is part of <a href="{other.get_absolute_url()}">'
        browser = as_(lena)
        assert there in tidy(browser.get("/o/riverside/communities/?which=ended").text)
        found = tidy(browser.get("/o/riverside/search/?q=medicines&kind=community").text)
        assert there in found
        assert f'href="{other.get_absolute_url()}">Bags</a>.' in tidy(
            browser.get(f"{full.get_absolute_url()}?as-it-was").text
        )

    def test_its_group_ends_with_it_and_wakes_when_that_is_taken_back(self, full, other, cara, lena):
        transfer = merge(full, other, cara, lena)
        groups = Group.objects.choosable(full.organisation)
        assert set(groups.filter(pk__in=[full.group_id, other.group_id])) == {other.group}
        moving.undo_transfer(transfer, by=as_member(cara), at=timezone.now())
        assert groups.filter(pk=full.group_id).exists()

    def test_all_of_it_goes_and_everybody_is_told(self, full, other, thread, cara, farah, reza, lena, sam, as_):
        merge(full, other, cara, lena)
        full.refresh_from_db()
        assert (full.state, full.moved_to) == (State.CLOSED, other)
        assert set(other.group.people.all()) >= {cara, farah, reza, lena, sam}
        kinds = CommunityRole.objects.filter(seat__group=other.group)
        assert set(kinds.filter(seat__person=farah).values_list("kind", flat=True)) == {"core", "expert"}
        assert [one.person for one in kinds_of(kinds, RoleKind.FACILITATOR)] == [lena]
        assert Thread.objects.filter(community=other).count() == 2
        assert list(Pin.objects.filter(community=other).values_list("title", flat=True)) == [
            "Their rota", "The form", "The list",
        ]  # fmt: skip
        assert Lesson.objects.get().group == other.group
        for person in (reza, sam):
            assert Notice.objects.filter(person=person, text__contains="is part of").count() == 1
        assert AuditEntry.objects.filter(event="community.merged").count() == 1
        assert f"/stories/{Story.objects.get().pk}/" in as_(sam).get("/o/riverside/search/?q=waiting").text
        assert as_(sam).get(f"/o/riverside/communities/talk/{thread.pk}/").status_code == 200

    def test_old_addresses_lead_on(self, full, other, cara, lena, reza, as_):
        merge(full, other, cara, lena)
        old, new = f"/o/riverside/communities/{full.pk}/", f"/o/riverside/communities/{other.pk}/"
        for tail in ("", "talk/", "shelf/"):
            answer = as_(reza).get(old + tail)
            assert (answer.status_code, answer.url) == (302, new + tail)
        page = as_(reza).get(f"{old}?as-it-was").text
        assert "The same question." in page
        assert "as it was" in as_(reza).get(new).text
        assert [row.community for row in own_communities(as_member(reza), at=timezone.now())] == [other]

    def test_who_keeps_both_together_is_not_asked(self, full, found, cara):
        second = found(name="Bags", question="Who brings them?")
        transfer = moving.decide_to_merge(
            look_back(full, cara), by=as_member(cara), at=timezone.now(), why="Alike.", into=second
        )
        assert transfer.state == Transfer.State.DONE

    def test_the_other_may_say_no_and_the_look_back_is_open_again(self, full, other, cara, lena, sam, as_):
        asked = moving.decide_to_merge(
            look_back(full, cara), by=as_member(cara), at=timezone.now(), why="Alike.", into=other
        )
        url = f"/o/riverside/communities/transfers/{asked.pk}/answer/"
        assert "would like to go into" in as_(lena).get(f"/o/riverside/communities/{other.pk}/").text
        assert "would like to go into" not in as_(sam).get(f"/o/riverside/communities/{other.pk}/").text
        assert as_(sam).post(url, {"answer": "yes"}).status_code == 403
        as_(lena).post(url, {"answer": "no"})
        full.refresh_from_db()
        assert full.state == State.FORMING
        assert full.reviews.get().decision == ""
        assert "does not take" in Notice.objects.filter(person=cara).latest("pk").text
        with pytest.raises(Refusal, match="Declined"):
            moving.answer_merge(asked, by=as_member(lena), at=timezone.now(), accept=True)

    def test_not_into_itself_elsewhere_or_what_has_ended(self, full, other, hillside, found, oskar, cara):
        found_back = look_back(full, cara)
        elsewhere = Community.objects.create(
            organisation=hillside, group=make_group_in(hillside), name="There", question="Who?"
        )
        for wrong in (full, elsewhere):
            with pytest.raises(Refusal, match="another community"):
                moving.decide_to_merge(found_back, by=as_member(cara), at=timezone.now(), why="x", into=wrong)
        Community.objects.filter(pk=other.pk).update(state=State.CLOSED)
        with pytest.raises(Refusal, match="closed"):
            moving.decide_to_merge(found_back, by=as_member(cara), at=timezone.now(), why="x", into=other)
        found_back.refresh_from_db()
        assert found_back.decision == ""

    def test_a_lesson_on_both_shelves_stays_on_each(self, full, other, cara, lena):
        lesson = Lesson.objects.get()
        for community in (full, other):
            Pin.objects.create(community=community, kind="lesson", lesson=lesson, position=9)
        merge(full, other, cara, lena)
        assert sorted(Pin.objects.filter(lesson=lesson).values_list("community", flat=True)) == [full.pk, other.pk]

    def test_who_asks_to_join_waits_there(self, full, other, cara, lena, nia, as_):
        Community.objects.update(access="request")
        knock = people.ask_to_join(full, by=as_member(nia, full.organisation), at=timezone.now())
        merge(full, other, cara, lena)
        knock.refresh_from_db()
        assert knock.community == other


class TestTakingBack:
    def test_a_merger_exactly_with_what_was_written_since(self, full, other, thread, cara, lena, sam, reza, as_):
        before = picture()
        transfer = merge(full, other, cara, lena)
        talk.write_post(thread_now(thread), by=as_member(sam), at=timezone.now(), text="I bring them.")
        newer = talk.start_thread(other, by=as_member(reza), at=timezone.now(), title="New", text="Since then.")
        page = as_(cara).get(f"/o/riverside/communities/transfers/{transfer.pk}/undo/").text
        assert "goes back, with what was written in it since" in page
        as_(cara).post(f"/o/riverside/communities/transfers/{transfer.pk}/undo/")
        after = picture()
        assert after.pop("threads") == [*before.pop("threads"), (newer.pk, other.pk, other.group_id)]
        assert after == before
        assert thread_now(thread).posts.count() == 2
        assert as_(sam).get(f"/o/riverside/communities/talk/{thread.pk}/").status_code == 404
        assert as_(reza).get(f"/o/riverside/communities/{full.pk}/").status_code == 200
        assert f"/talk/{thread.pk}/" not in as_(sam).get("/o/riverside/search/?q=bags").text
        assert full.reviews.get().decision == ""
        assert not full.closings.exists()
        assert "taken back" in Notice.objects.filter(person=sam).latest("pk").text

    def test_only_within_a_day_once_and_by_who_keeps_one_of_them_together(self, full, other, cara, lena, reza):
        transfer = merge(full, other, cara, lena)
        late = timezone.now() + timedelta(days=1)
        with pytest.raises(PermissionDenied):
            moving.undo_transfer(transfer, by=as_member(reza), at=timezone.now())
        with pytest.raises(Refusal, match="within a day"):
            moving.undo_transfer(transfer, by=as_member(cara), at=late)
        moving.undo_transfer(transfer, by=as_member(lena), at=timezone.now())
        with pytest.raises(Refusal, match="once"):
            moving.undo_transfer(transfer, by=as_member(cara), at=timezone.now())

    def test_not_when_it_was_woken_or_has_gone_on_since(self, full, other, cara, lena, reza):
        transfer = merge(full, other, cara, lena)
        closing.wake_community(full, by=as_member(reza), at=timezone.now(), reason="We miss it", facilitator=reza)
        assert full.moved_to is None
        with pytest.raises(Refusal, match="gone on"):
            moving.undo_transfer(transfer, by=as_member(lena), at=timezone.now())

    def test_a_split_with_all_that_began_there(self, full, thread, cara, farah, reza, sam, as_):
        before = picture()
        transfer = split(full, cara, farah, [reza], [thread])
        target = transfer.target
        people.join_community(target, by=as_member(sam), at=timezone.now())
        newer = talk.start_thread(target, by=as_member(sam), at=timezone.now(), title="New", text="Since then.")
        moving.undo_transfer(transfer, by=as_member(farah), at=timezone.now())
        after = picture()
        assert set(after["threads"]) == {*before["threads"], (newer.pk, full.pk, full.group_id)}
        assert after["pins"] == before["pins"]
        assert after["lessons"] == before["lessons"]
        assert set(after["seats"]) >= {*before["seats"], (full.group_id, sam.pk, False)}
        target.refresh_from_db()
        assert (target.state, target.moved_to) == (State.CLOSED, full)
        assert as_(reza).get(f"/o/riverside/communities/{target.pk}/").url.endswith(f"/communities/{full.pk}/")
        assert split(full, cara, farah, [], []).target.name == "Home at night"


class TestSplitting:
    def test_what_is_named_goes_and_nobody_loses_a_seat(self, full, thread, cara, farah, reza, as_):
        stays = talk.start_thread(full, by=as_member(reza), at=timezone.now(), title="Stays", text="Here.")
        pin, lesson = Pin.objects.get(title="The form"), Lesson.objects.get()
        url = f"/o/riverside/communities/{full.pk}/review/split/"
        look_back(full, cara)
        answer = as_(cara).post(
            url,
            {
                "why": "Nights are another question.", "name": "Home at night", "question": "Who is awake?",
                "facilitator": farah.pk, "people": [reza.pk], "threads": [thread.pk], "pins": [pin.pk],
                "lessons": [lesson.pk],
            },
        )  # fmt: skip
        target = Community.objects.get(name="Home at night")
        assert answer.url == f"/o/riverside/communities/{target.pk}/"
        assert set(target.group.people.all()) == {farah, reza}
        assert set(full.group.people.all()) == {cara, farah, reza}
        assert target.state == State.FORMING
        assert thread_now(thread).community == target
        assert thread_now(stays).community == full
        assert Pin.objects.get(pk=pin.pk).community == target
        assert Lesson.objects.get().group == target.group
        assert as_(cara).get(f"/o/riverside/communities/talk/{thread.pk}/").status_code == 404
        assert "has come out of" in Notice.objects.filter(person=reza).latest("pk").text

    @pytest.mark.parametrize("wrong", ["taken name", "stranger", "guest", "no name"])
    def test_what_is_refused_leaves_all_as_it_was(self, full, other, cara, reza, sam, wrong):
        found_back, before = look_back(full, cara), picture()
        words = {"name": "Home at night", "question": "Who?", "facilitator": reza}
        GroupMembership.objects.filter(person=reza).update(is_guest=wrong == "guest")
        words.update(
            {"taken name": {"name": "BAGS"}, "stranger": {"facilitator": sam}, "no name": {"name": " "}}.get(wrong, {})
        )
        with pytest.raises(Refusal):
            moving.decide_to_split(found_back, by=as_member(cara), at=timezone.now(), why="x", **words)
        GroupMembership.objects.update(is_guest=False)
        assert picture() == before

    def test_what_is_not_its_own_does_not_go(self, full, other, cara, farah, lena):
        theirs = Thread.objects.get(community=other)
        target = split(full, cara, farah, [lena], [theirs]).target
        assert thread_now(theirs).community == other
        assert set(target.group.people.all()) == {farah}


def split(full, cara, farah, who, threads) -> Transfer:
    return moving.decide_to_split(
        look_back(full, cara), by=as_member(cara), at=timezone.now(), why="Too much.", name="Home at night",
        question="Who is awake?", facilitator=farah, people=who, threads=threads, pins=list(Pin.objects.all()),
        lessons=list(Lesson.objects.all()),
    )  # fmt: skip


def thread_now(thread) -> Thread:
    return Thread.objects.select_related("community__organisation", "organisation").get(pk=thread.pk)


def kinds_of(roles, kind):
    return [role.seat for role in roles.filter(kind=kind).select_related("seat__person")]


def make_group_in(organisation):
    return type(organisation).group_set.rel.related_model.objects.create(organisation=organisation, name="There")


def test_files_go_with_the_post_that_they_hang_on(full, other, thread, cara, lena, farah, sam, as_):
    """Whoever reads the discussion afterwards reads them; nobody else does, and back again."""
    files = [check_file("plan.pdf", PDF)]
    post = talk.write_post(thread, by=as_member(farah), at=timezone.now(), text="Look", files=files)
    address = f"/o/riverside/communities/files/{post.attached.get().pk}/"
    assert as_(sam).get(address).status_code == 404
    transfer = merge(full, other, cara, lena)
    assert as_(sam).get(address).content == PDF
    moving.undo_transfer(transfer, by=as_member(cara), at=timezone.now())
    assert as_(sam).get(address).status_code == 404
    assert as_(cara).get(address).content == PDF
