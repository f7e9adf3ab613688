"""Pages: how many queries they take, what they say with nothing and with much, and pressing at the same moment."""

from uuid import uuid4

import pytest
from django.utils import timezone

from communities.actions import life, people, talk
from communities.models import Community, Post, RoleKind, Seen, Thread
from organisations.models import GroupMembership, Membership, Person
from tests.cast import as_member
from tests.communities.conftest import NINE, NOON
from tests.markup import tidy
from tests.races import at_once

INSIDE = "/o/riverside/communities"


def fill(community, riverside, cara, count: int) -> None:
    """So many more people, roles, threads, posts, versions and answers."""
    for number in range(count):
        person = Person.objects.create(email=f"{uuid4().hex}@riverside.example", name=f"Person {number}")
        member = Membership.objects.create(organisation=riverside, person=person, role="contributor")
        people.join_community(community, by=member, at=NOON)
        people.set_roles(community, by=as_member(cara), at=NOON, person=person, roles=[RoleKind.CORE, RoleKind.EXPERT])
        thread = talk.start_thread(community, by=member, at=NOON, title=f"Question {uuid4().hex}", text="Who knows?")
        post = talk.write_post(thread, by=as_member(cara), at=NOON, text="I do")
        talk.change_post(post, by=as_member(cara), at=NOON, seen=1, text="I think I do")
        community.refresh_from_db()
        answers = {**NINE, "makes": f"Checklist {uuid4().hex}"}
        life.write_charter(community, by=as_member(cara), at=NOON, seen=community.version, answers=answers)
        life.answer_step(community, by=as_member(cara), at=NOON, step=1, answers={"need": uuid4().hex})
        life.take_step(community, by=as_member(cara), at=NOON, step=2 + number % 2)
        life.found_community(
            riverside, by=member, at=NOON, name=f"Circle {uuid4().hex}", question="Why do medicines keep people?"
        )


@pytest.mark.parametrize(
    "page", ["/", "/?which=mine", "/{pk}/", "/{pk}/people/", "/{pk}/charter/", "/{pk}/steps/", "/{pk}/talk/", "home"]
)
def test_a_page_takes_the_same_queries_for_one_and_for_many(page, community, riverside, cara, as_, queries):
    fill(community, riverside, cara, 1)
    browser, url = as_(cara), "/o/riverside/" if page == "home" else INSIDE + page.format(pk=community.pk)
    before = queries(browser, url)
    fill(community, riverside, cara, 3)
    assert queries(browser, url) == before


def test_a_discussion_takes_the_same_queries(thread, riverside, cara, farah, as_, queries):
    url, browser = f"{INSIDE}/talk/{thread.pk}/", as_(cara)
    talk.write_post(thread, by=as_member(farah), at=NOON, text="One")
    before = queries(browser, url)
    for number in range(5):
        talk.write_post(thread, by=as_member(cara if number % 2 else farah), at=NOON, text=f"Post {number}")
    assert queries(browser, url) == before


def test_with_nothing_the_pages_say_what_to_do(riverside, cara, reza, as_):
    assert "Begin the first one" in as_(cara).get(f"{INSIDE}/").text
    assert "Begin the first one" not in as_(reza).get(f"{INSIDE}/").text
    for which, words in (("ended", "No community has ended"), ("mine", "You belong to none yet")):
        assert words in as_(reza).get(f"{INSIDE}/?which={which}").text
    assert "No communities match" in as_(reza).get(f"{INSIDE}/?q=nonsense").text
    assert "Your communities" not in as_(reza).get("/o/riverside/").text


def test_the_directory_is_searched(community, found, cara, as_):
    found(name="Wheelchairs", question="Who repairs them on a Sunday?")
    page = as_(cara).get(f"{INSIDE}/?q=wheelchair").text
    assert "Wheelchairs" in page
    assert "Home on time" not in page


def test_home_says_what_others_wrote_since_one_was_there(community, thread, cara, farah, reza, as_):
    def says(person) -> str:
        page = tidy(as_(person).get("/o/riverside/").text)
        return page.split("Home on time")[1][:200]

    now = timezone.now()
    community.threads.update(last_at=now)
    Post.objects.update(at=now)
    assert "One discussion this week" in says(farah)  # who has never looked
    as_(farah).get(f"{INSIDE}/{community.pk}/")
    assert "Nothing new since you were there" in says(farah)
    as_(farah).get(f"{INSIDE}/{community.pk}/talk/")
    talk.write_post(thread, by=as_member(farah), at=timezone.now(), text="I ask the porters")
    assert "Nothing new since you were there" in says(farah)  # her own
    talk.write_post(thread, by=as_member(cara), at=timezone.now(), text="They bring them at ten")
    assert "One discussion since you were there" in says(farah)
    as_(farah).get(f"{INSIDE}/{community.pk}/talk/")
    assert "Nothing new since you were there" in says(farah)
    talk.see_talk(community, by=as_member(farah), at=NOON, up_to=NOON)
    assert "Nothing new since you were there" in says(farah)  # it never goes back
    people.leave_community(community, by=as_member(farah), at=NOON)
    assert not Seen.objects.filter(seat__person=farah).exists()


def test_home_shows_one_s_own(community, thread, reza, as_):
    Thread.objects.update(last_at=community.created_at)
    assert "Your communities" in as_(reza).get("/o/riverside/").text
    assert "Home on time" in as_(reza).get("/o/riverside/").text


def test_a_session_is_not_needed_for_joining_and_leaving_by_presses(found, farah, as_):
    community, browser = found(), as_(farah)
    browser.post(f"{INSIDE}/{community.pk}/join/")
    assert GroupMembership.objects.filter(group=community.group, person=farah).exists()
    assert "You read no further" in browser.get(f"{INSIDE}/{community.pk}/leave/").text
    browser.post(f"{INSIDE}/{community.pk}/leave/")
    assert not GroupMembership.objects.filter(group=community.group, person=farah).exists()


def test_lessons_of_the_community_stand_on_its_page(community, cara, farah, content, as_):
    from lessons.models import Lesson, LessonRevision, State

    lesson = Lesson.objects.create(
        organisation=community.organisation,
        group=community.group,
        author=cara,
        state=State.NOTED,
        reach="group",
        share_with="group",
    )
    lesson.revision = LessonRevision.objects.create(lesson=lesson, number=1, title="Ask at ten")
    lesson.save()
    assert "Ask at ten" in as_(farah).get(f"{INSIDE}/{community.pk}/").text


@pytest.mark.django_db(transaction=True)
def test_two_facilitators_who_leave_at_once_leave_one(riverside, cara, farah):
    community = life.found_community(riverside, by=as_member(cara), at=NOON, name="Home", question="Why so late?")
    people.join_community(community, by=as_member(farah), at=NOON)
    people.set_roles(community, by=as_member(cara), at=NOON, person=farah, roles=[RoleKind.FACILITATOR])

    def leave(person):
        return lambda: people.leave_community(
            Community.objects.get(pk=community.pk), by=as_member(person, riverside), at=NOON
        )

    at_once(leave(cara), leave(farah))
    assert GroupMembership.objects.filter(group=community.group, roles__kind=RoleKind.FACILITATOR).count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_form_at_once_makes_one(riverside, cara):
    key = uuid4()

    def begin():
        return life.found_community(
            riverside, by=as_member(cara), at=NOON, name="Home", question="Why so late?", once=key
        )

    at_once(begin, begin)
    assert Community.objects.count() == 1
