"""The Atom feed by a secret address: what it has, for whom, how long, and that it can be taken away."""

import xml.etree.ElementTree as ET
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from lessons.actions.feeds import close_feed, renew_feed, renew_feed_of_search
from lessons.actions.follows import save_search, stop_following
from lessons.models import Lesson, LessonFeed, LessonRevision
from lessons.reports.feeds import MOST_ENTRIES
from lessons.views import follows as views
from organisations.models import Group, Membership
from organisations.visibility import Reach
from search import subscribers
from tests.cast import as_member, join_group
from tests.lessons.conftest import NOON

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


def address_of(person, query=None, organisation=None) -> str:
    member = as_member(person, organisation)
    if query is None:
        made = renew_feed(member.organisation, by=member, at=NOON)
    else:
        follow = save_search(member.organisation, by=member, at=NOON, query=query)
        made = renew_feed_of_search(follow, by=member, at=NOON)
    return reverse("lesson_feed", args=[made[0].pk, made[1]])


def titles_at(address: str) -> list[str]:
    answer = Client().get(address)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    return [entry.findtext(f"{ATOM}title") or "" for entry in ET.fromstring(answer.content).iter(f"{ATOM}entry")]  # noqa: S314  our own


def test_it_has_what_the_person_may_read_the_newest_first(identified, waiting, reza, lena, oskar, riverside):
    ward = Group.objects.create(organisation=riverside, name="Ward 6", kind=Group.Kind.UNIT)
    join_group(ward, lena)
    identified(title="Old")
    newer = identified(title="New")
    Lesson.objects.filter(pk=newer.pk).update(validated_at=NOON + timedelta(days=1))
    identified(title="Of the ward", group=ward, share_with=Reach.GROUP)
    identified(title="For all", share_with=Reach.NETWORK)
    waiting(title="Not checked")
    assert titles_at(address_of(reza)) == ["New", "For all", "Old"]
    assert titles_at(address_of(lena)) == ["New", "For all", "Of the ward", "Old"]
    assert titles_at(address_of(oskar)) == ["For all"]


def test_of_a_saved_search(identified, reza):
    identified(title="Beds")
    identified(title="Chairs")
    assert titles_at(address_of(reza, "q=beds")) == ["Beds"]
    assert titles_at(address_of(reza, "q=zebra")) == []
    assert titles_at(address_of(reza, "")) == ["Chairs", "Beds"]


@pytest.mark.parametrize("query", ["q=beds", "kind=lesson"])
def test_of_fifty_one_that_a_saved_search_finds_the_last_checked_stands_first(identified, reza, riverside, query):
    """Though it tells of the year before, and the list shows those last that happened long ago."""
    row = Lesson.objects.get(pk=identified(title="Beds of last year").pk)
    Lesson.objects.filter(pk=row.pk).update(happened_on=NOON.date() - timedelta(days=365))
    for _ in range(MOST_ENTRIES):
        words = LessonRevision.objects.get(pk=row.revision_id)
        other = Lesson.objects.get(pk=row.pk)
        other.pk, other.revision, other.once = None, None, None
        other.validated_at, other.happened_on = NOON - timedelta(hours=1), NOON.date()
        other.save()
        words.pk, words.lesson, words.title = None, other, "Beds"
        words.save()
        Lesson.objects.filter(pk=other.pk).update(revision=words)
    subscribers.put(Lesson.objects.select_related("organisation", "revision", "group").prefetch_related("tags"))
    titles = titles_at(address_of(reza, query))
    assert len(titles) == MOST_ENTRIES
    assert titles[0] == "Beds of last year"


def test_it_needs_no_session_and_makes_none(identified, reza):
    answer = Client().get(address_of(reza))
    assert not answer.cookies
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_rights_are_those_of_the_moment(identified, reza):
    lesson = identified(title="Gone soon")
    address = address_of(reza)
    assert titles_at(address) == ["Gone soon"]
    Lesson.objects.filter(pk=lesson.pk).update(reach=Reach.AUTHOR)
    assert titles_at(address) == []


@pytest.mark.parametrize("case", ["suspended_at", "left_at", "closed account"])
def test_whoever_may_not_come_in_has_no_feed(identified, reza, case):
    address = address_of(reza)
    if case == "closed account":
        type(reza).objects.filter(pk=reza.pk).update(is_active=False)
    else:
        Membership.objects.filter(person=reza).update(**{case: NOON})
    assert Client().get(address).status_code == 404


def test_renewed_taken_away_and_stopped_it_opens_nothing(as_, reza):
    old = address_of(reza)
    new = address_of(reza)
    assert Client().get(old).status_code == 404
    assert Client().get(new).status_code == 200
    as_(reza).post(reverse("follow_feed_away", args=["riverside", LessonFeed.objects.get().pk]))
    assert Client().get(new).status_code == 404
    of_search = address_of(reza, "q=beds")
    follow = LessonFeed.objects.get().follow
    stop_following(follow, by=as_member(reza), at=NOON)
    assert Client().get(of_search).status_code == 404


@pytest.mark.parametrize("secret", ["x", "é", "%00", "a" * 500, "-"])
def test_a_guessed_address_opens_nothing(reza, secret):
    address_of(reza)
    pk = LessonFeed.objects.get().pk
    assert Client().get(f"/lessons/feeds/{pk}/{secret}.atom").status_code in (400, 404)
    assert Client().get(f"/lessons/feeds/{10**20}/{secret}.atom").status_code in (400, 404)


def test_the_database_has_no_secret(reza):
    secret = address_of(reza).rpartition("/")[2].removesuffix(".atom")
    assert secret not in str(LessonFeed.objects.values_list())


def test_what_has_not_changed_is_not_sent_again(identified, reza):
    identified(title="Beds")
    address, browser = address_of(reza), Client()
    first = browser.get(address)
    etag, modified = first.headers["ETag"], first.headers["Last-Modified"]
    assert browser.get(address, headers={"if-none-match": etag}).status_code == 304
    assert browser.get(address, headers={"if-modified-since": modified}).status_code == 304
    assert browser.head(address).status_code == 200
    assert browser.post(address).status_code == 405
    hidden = Lesson.objects.get()
    Lesson.objects.filter(pk=hidden.pk).update(reach=Reach.AUTHOR)
    assert browser.get(address, headers={"if-none-match": etag}).status_code == 200


def test_hostile_words_stay_words(identified, reza):
    evil = "</title><script>alert(1)</script> & ]]> \u202e café"
    identified(title=evil, then_do="<img src=x onerror=alert(1)>")
    address = address_of(reza)
    assert "<script" not in Client().get(address).text
    assert "<img" not in Client().get(address).text
    [title] = titles_at(address)
    assert " ".join(title.split()) == " ".join(evil.replace("\u202e", "").split())


def test_it_is_braked(reza, monkeypatch):
    monkeypatch.setattr(views, "MOST_FETCHES", 2)
    address = address_of(reza)
    assert [Client().get(address).status_code for _ in range(4)] == [200, 200, 429, 429]


def test_the_address_is_shown_once(as_, reza):
    browser, page = as_(reza), reverse("follow_feed", args=["riverside"])
    assert "/lessons/feeds/" not in browser.get(page).text
    shown = browser.post(page).text
    assert "/lessons/feeds/" in shown
    assert "/lessons/feeds/" not in browser.get(page).text
    assert "There has been an address since" in browser.get(page).text


def test_nobody_makes_or_closes_anothers(reza, lena, riverside):
    follow = save_search(riverside, by=as_member(lena), at=NOON, query="q=x")
    feed, _ = renew_feed_of_search(follow, by=as_member(lena), at=NOON)
    with pytest.raises(PermissionDenied):
        renew_feed_of_search(follow, by=as_member(reza), at=NOON)
    with pytest.raises(PermissionDenied):
        close_feed(feed, by=as_member(reza), at=NOON)


def test_it_takes_the_same_queries_for_one_and_many(identified, reza, queries):
    identified()
    address = address_of(reza)
    one = queries(Client(), address)
    identified()
    identified()
    assert queries(Client(), address) == one
