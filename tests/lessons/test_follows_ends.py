"""What follows reach when there are several, in several organisations, or none any more."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from actionplan.actions import send_due_digests
from lessons import policies
from lessons.actions.follows import choose_how, stop_following
from lessons.models import Follow, FollowHit, Lesson
from organisations.actions import remove_member
from organisations.models import Membership
from organisations.visibility import Reach
from tests.cast import as_member
from tests.lessons.conftest import NOON
from tests.lessons.test_feed import address_of
from tests.lessons.test_follows import NEXT_MORNING, mails_to, notices_of, search_of, tell

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("here", ["at-once", "digest"])
@pytest.mark.parametrize("there", ["at-once", "digest"])
def test_who_belongs_to_two_organisations_is_told_once(identified, reza, hillside, here, there):
    Membership.objects.create(organisation=hillside, person=reza, role=Membership.objects.get(person=reza).role)
    for organisation, how in ((as_member(reza).organisation, here), (hillside, there)):
        search_of(reza, how=how, organisation=organisation)
    identified(title="Told once", share_with=Reach.NETWORK)
    tell()
    send_due_digests(at=NEXT_MORNING)
    said = notices_of(reza) + [mail.body for mail in mails_to(reza)]
    assert sum(text.count("Told once") for text in said) == 1


@pytest.mark.parametrize("end", ["stop", "off"])
def test_what_waits_is_told_though_one_of_two_that_fit_is_stopped(identified, reza, end):
    first, _ = search_of(reza, "q=pharmacy", how="digest"), search_of(reza, "q=zebra", how="digest")
    second = search_of(reza, "q=ask", how="digest")
    identified(title="Ask pharmacy at once")
    tell()
    assert FollowHit.objects.get().follow == first
    if end == "stop":
        stop_following(first, by=as_member(reza), at=NOON)
    else:
        choose_how(first, by=as_member(reza), at=NOON, how="off")
    assert FollowHit.objects.get().follow == second
    send_due_digests(at=NEXT_MORNING)
    [mail] = mails_to(reza)
    assert "Ask pharmacy at once" in mail.body


def test_the_link_stands_only_where_something_can_be_followed(as_, identified, cara, reza):
    own, browser = identified(), as_(cara)
    address = reverse("lesson_follow", args=["riverside", own.pk])
    assert browser.get(address).status_code == 404
    assert address not in browser.get(own.get_absolute_url()).text
    assert address in as_(reza).get(own.get_absolute_url()).text
    tagged = identified(tags=["night"])
    assert reverse("lesson_follow", args=["riverside", tagged.pk]) in browser.get(tagged.get_absolute_url()).text


def test_whoever_can_follow_nothing_of_it_waits_for_no_question(identified, cara):
    lesson = Lesson.objects.select_related("author").prefetch_related("tags").get(pk=identified().pk)
    member = as_member(cara)
    with CaptureQueriesContext(connection) as taken:
        assert policies.followable(member, lesson) == {}
    assert len(taken) == 0


def test_who_was_removed_and_joins_again_begins_anew(identified, reza, lena, ada):
    addresses = [address_of(reza), address_of(reza, "q=pharmacy"), address_of(lena)]
    remove_member(as_member(reza), by=as_member(ada), at=NOON)
    Membership.objects.filter(person=reza).update(left_at=None)
    assert [Client().get(address).status_code for address in addresses] == [404, 404, 200]
    identified()
    tell()
    assert not FollowHit.objects.exists()
    assert not Follow.objects.filter(membership__person=reza).exists()


@pytest.mark.parametrize(
    "search", ["q=beds&from=others", "q=beds&state=learned", "state=noted&state=retired", "from=us"]
)
def test_a_search_that_cannot_be_followed_as_it_is_is_not_offered(as_, identified, reza, search):
    identified(title="Beds")
    browser, new = as_(reza), reverse("follow_new", args=["riverside"])
    assert "Follow this search" not in browser.get(f"/o/riverside/lessons/?{search}").text
    for answer in (
        browser.get(f"{new}?{search}", follow=True),
        browser.post(f"{new}?{search}", {"name": "x", "how": "digest"}, follow=True),
    ):
        assert answer.redirect_chain == [(f"/o/riverside/lessons/?{search}", 302)]
        assert "Take the states and the origin away first" in answer.text
    assert not Follow.objects.exists()


@pytest.mark.parametrize(
    "search", ["q=beds", "q=beds&state=noted", "state=identified&sort=title", "q=beds&kind=lesson"]
)
def test_one_that_can_be_followed_is_offered(as_, reza, search):
    assert "Follow this search" in as_(reza).get(f"/o/riverside/lessons/?{search}").text
