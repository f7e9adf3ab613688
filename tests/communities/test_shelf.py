"""What a community looks after: pinned, ordered, owned, asked about on its day, and read by who may read it."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from communities.actions import people, shelf
from communities.actions.timetable import move_communities_on
from communities.forms.shelf import people_inside
from communities.models import Pin, RoleKind, State
from kmportal.lib.exceptions import Refusal
from lessons.models import Lesson, LessonRevision
from lessons.models import State as LessonState
from notifications.models import Notice
from organisations.models import Membership, Organisation, Person
from tests.cast import as_member
from tests.communities.conftest import NOON
from tests.markup import tidy

INSIDE = "/o/riverside/communities"


@pytest.fixture
def lesson(community, cara) -> Lesson:
    """A checked lesson that is for the community alone."""
    made = Lesson.objects.create(
        organisation=community.organisation,
        group=community.group,
        author=cara,
        state=LessonState.NOTED,
        reach="group",
        share_with="group",
    )
    made.revision = LessonRevision.objects.create(lesson=made, number=1, title="Ask at ten")
    made.save()
    return made


def pin(community, by, **words) -> Pin:
    said = {"kind": "link", "url": "https://forms.example/", "title": "The form", **words}
    return shelf.pin_to_shelf(community, by=as_member(by), at=NOON, **said)


@pytest.mark.parametrize("why", ["suspended", "not lent"])
def test_whoever_cannot_come_in_is_neither_chosen_nor_asked(why, community, cara, riverside, settings):
    riverside.admits_outsiders = True
    riverside.save()
    moorland = Organisation.objects.create(name="Moorland", slug="moorland", lends_members=True)
    mo = Person.objects.create(email="mo@moorland.example", name="Mo")
    member = Membership.objects.create(organisation=moorland, person=mo, role="contributor")
    community.refresh_from_db()
    people.let_in_from_elsewhere(community, by=as_member(cara), at=NOON, email=mo.email)
    row, day = pin(community, cara), NOON.date()
    shelf.change_pin(row, by=as_member(cara), at=NOON, note="", owner=mo, review_on=day)
    assert mo in people_inside(community)
    if why == "suspended":
        Membership.objects.filter(pk=member.pk).update(suspended_at=NOON)
    else:
        Organisation.objects.filter(pk=moorland.pk).update(lends_members=False)
    assert mo not in people_inside(community)
    with pytest.raises(Refusal, match="belongs to the community"):
        pin(community, cara, kind="person", url="", title="", person=mo)
    assert shelf.ask_about_pin(row, at=NOON)
    assert Notice.objects.filter(person=cara, text__contains="Look again").exists()
    assert not Notice.objects.filter(person=mo, text__contains="Look again").exists()
    shelf.release_pins([community.group_id], at=NOON)
    row.refresh_from_db()
    assert (row.owner == mo) == (why == "suspended")  # who comes back finds it


def test_the_librarian_and_the_core_arrange_it(community, cara, farah, reza):
    for person, roles in ((farah, [RoleKind.LIBRARIAN]), (reza, [RoleKind.EXPERT])):
        people.set_roles(community, by=as_member(cara), at=NOON, person=person, roles=roles)
    assert pin(community, farah).owner == farah
    with pytest.raises(PermissionDenied):
        pin(community, reza)


def test_a_lesson_is_seen_by_who_may_read_it(community, lesson, cara, farah, sam, as_):
    pin(community, cara, kind="lesson", lesson=lesson)
    assert pin(community, cara, kind="lesson", lesson=lesson) == Pin.objects.get()
    for page in (f"{INSIDE}/{community.pk}/shelf/", f"{INSIDE}/{community.pk}/"):
        assert "Ask at ten" in as_(farah).get(page).text
        assert "Ask at ten" not in as_(sam).get(page).text


def test_no_draft_and_nothing_that_one_cannot_read(community, lesson, cara, farah):
    Lesson.objects.update(state="draft", reach="author")
    for person in (cara, farah):
        people.set_roles(community, by=as_member(cara), at=NOON, person=farah, roles=[RoleKind.CORE])
        with pytest.raises(Refusal, match="checked lesson"):
            pin(community, person, kind="lesson", lesson=lesson)


@pytest.mark.parametrize(
    "words",
    [
        {"url": "javascript:alert(1)"},
        {"url": "ftp://forms.example/"},
        {"url": ""},
        {"title": "\u200b"},
        {"title": ""},
        {"kind": "nonsense"},
        {"kind": "person"},
        {"note": "x" * 501},
    ],
)
def test_what_leads_nowhere_is_refused(community, cara, words):
    with pytest.raises(Refusal):
        pin(community, cara, **words)
    assert not Pin.objects.exists()


def test_the_order_is_the_librarian_s(community, cara, as_):
    made = [pin(community, cara, title=f"Form {number}") for number in range(3)]
    browser = as_(cara)
    browser.post(f"{INSIDE}/shelf/{made[2].pk}/move/", {"to": "up"})
    browser.post(f"{INSIDE}/shelf/{made[0].pk}/move/", {"to": "up"})
    assert [str(one) for one in Pin.objects.all()] == ["Form 0", "Form 2", "Form 1"]
    browser.post(f"{INSIDE}/shelf/{made[0].pk}/move/", {"to": "away"})
    assert [str(one) for one in Pin.objects.all()] == ["Form 2", "Form 1"]


def test_its_owner_is_asked_once_on_its_day_and_again_for_a_new_day(community, cara, farah, as_):
    made = pin(community, cara, review_on=(NOON + timedelta(days=5)).date())
    as_(cara).post(f"{INSIDE}/shelf/{made.pk}/edit/", {"owner": farah.pk, "review_on": "28 November 2026", "note": ""})

    def asked() -> int:
        return Notice.objects.filter(person=farah, text__contains="Look again").count()

    for day, times in ((4, 0), (5, 1), (6, 1)):
        move_communities_on(at=NOON + timedelta(days=day))
        assert asked() == times
    made.refresh_from_db()
    again = (NOON + timedelta(days=9)).date()
    shelf.change_pin(made, by=as_member(cara), at=NOON, note="", owner=farah, review_on=again)
    move_communities_on(at=NOON + timedelta(days=9))
    assert asked() == 2


def test_one_that_has_ended_keeps_its_shelf_as_it_is(community, cara, as_):
    made = pin(community, cara, review_on=NOON.date())
    type(community).objects.update(state=State.CLOSED)
    with pytest.raises(Refusal):
        shelf.unpin(made, by=as_member(cara), at=NOON)
    assert shelf.ask_about_pin(made, at=NOON + timedelta(days=1)) is False
    page = as_(cara).get(f"{INSIDE}/{community.pk}/shelf/").text
    assert "The form" in page
    assert "Take off" not in page


def test_it_is_filled_by_the_page(community, cara, farah, as_):
    url = f"{INSIDE}/{community.pk}/shelf/new/"
    assert as_(farah).get(url).status_code == 403
    as_(cara).post(url, {"kind": "person", "person": farah.pk, "note": "Knows the rota"})
    page = as_(cara).get(f"{INSIDE}/{community.pk}/").text
    assert "Knows the rota" in page
    assert as_(cara).post(url, {"kind": "link"}).status_code == 422


def test_it_takes_the_same_queries_for_one_and_for_many(community, lesson, cara, as_, queries):
    url, browser = f"{INSIDE}/{community.pk}/shelf/", as_(cara)
    pin(community, cara, kind="lesson", lesson=lesson)
    before = queries(browser, url)
    for number in range(3):
        pin(community, cara, title=f"Form {number}")
        pin(community, cara, kind="person", person=cara)
    assert queries(browser, url) == before


def test_a_long_shelf_says_so_and_leads_back_to_its_page(community, cara, as_):
    first = pin(community, cara)
    Pin.objects.bulk_create(
        Pin(community=community, kind="link", url=first.url, title=f"Form {number}", position=number, owner=cara)
        for number in range(2, 102)
    )
    browser, whole = as_(cara), f"{INSIDE}/{community.pk}/shelf/"
    page = browser.get(f"{whole}?page=2").text
    last = Pin.objects.last()
    assert f'action="{INSIDE}/shelf/{last.pk}/move/?page=2"' in page
    assert "This page has 101 to 101 of 101." in tidy(page)
    note = {"note": "For the night", "owner": "", "review_on": ""}
    assert browser.post(f"{INSIDE}/shelf/{last.pk}/edit/?page=2", note).url == f"{whole}?page=2"
    assert browser.post(f"{INSIDE}/shelf/{last.pk}/move/?page=2", {"to": "up"}).url == f"{whole}?page=2"
    assert browser.post(f"{INSIDE}/shelf/{last.pk}/move/", {"to": "up"}).url == whole
    assert browser.get(f"{whole}?whole=1").text.count('value="away"') == 101
