"""Drafts of somebody who is removed: counted before, told to them, closed for ninety days, then gone."""

from datetime import timedelta

import pytest
from django.urls import reverse

import organisations.actions
from jobs.models import Mail
from lessons.actions import assets, review, writing
from lessons.actions.leaving import KEPT_FOR, discard_left_drafts
from lessons.models import Asset, Lesson
from organisations.models import AuditEntry, Membership
from search.models import SearchDoc
from tests.cast import as_member
from tests.markup import tidy

from .conftest import NOON, WORDS

pytestmark = pytest.mark.django_db
ASSET = {"title": "Bags before noon", "purpose": "Ward clerks", "text": "Ask at ten."}
LATER = NOON + KEPT_FOR + timedelta(minutes=1)


@pytest.fixture
def begun(draft, riverside, cara, farah) -> dict[str, Lesson | Asset]:
    """Cara’s: a draft, one of a knowledge asset, one that she took back, one that came back, one that is checked."""
    made = {name: draft(title=name) for name in ("secret", "withdrawn", "returned", "sent")}
    for name in ("withdrawn", "returned", "sent"):
        made[name] = writing.submit_lesson(made[name], by=as_member(cara), at=NOON)
    writing.withdraw_lesson(made["withdrawn"], by=as_member(cara), at=NOON)
    claimed = review.claim_lesson(made["returned"], by=as_member(farah), at=NOON)
    review.return_lesson(claimed, by=as_member(farah), at=NOON, comment="Say when.")
    made["asset"] = assets.start_asset(riverside, by=as_member(cara), at=NOON, words=ASSET)
    return made


def remove(person, ada) -> Membership:
    membership = as_member(person)
    organisations.actions.remove_member(membership, by=as_member(ada), at=NOON)
    return membership


def test_whoever_removes_somebody_sees_how_many_and_what_becomes_of_them_but_never_which(begun, cara, ada, as_):
    page = tidy(as_(ada).get(reverse("person_remove", args=["riverside", as_member(cara).pk])).text)
    assert "Cara has begun one lesson and one knowledge asset and shown them to nobody" in page
    assert "they stay closed for 90 days" in page
    assert "One lesson that Cara sent once and took back stays closed" in page
    assert "One lesson came back to Cara to be changed" in page
    assert "secret" not in page
    assert ASSET["title"] not in page


def test_nothing_is_said_where_nothing_is_begun(reza, ada, as_):
    page = as_(ada).get(reverse("person_remove", args=["riverside", as_member(reza).pk])).text
    assert "Begun and not sent" not in page


def test_they_are_told_and_nobody_else_reads_what_they_left(begun, cara, ada, as_):
    remove(cara, ada)
    mail = Mail.objects.get(subject="Your drafts at Riverside")
    assert mail.recipients == [cara.email]
    assert "one lesson and one knowledge asset" in mail.body
    assert "secret" not in mail.body
    for person in (ada, cara):
        assert as_(person).get(begun["secret"].get_absolute_url()).status_code == 404


def test_after_ninety_days_what_nobody_has_read_is_gone_and_the_rest_stays(begun, draft, cara, farah, ada):
    kept = writing.start_lesson(
        as_member(farah).organisation, by=as_member(farah), at=NOON, words={**WORDS, "title": "Farah’s"}, facts={}
    )  # fmt: skip
    remove(cara, ada)
    assert discard_left_drafts(at=LATER - timedelta(hours=1)) == 0
    assert discard_left_drafts(at=LATER) == 2
    assert discard_left_drafts(at=LATER) == 0
    assert not Asset.objects.filter(pk=begun["asset"].pk).exists()
    left = set(Lesson.objects.values_list("pk", flat=True))
    assert left >= {kept.pk, *(begun[name].pk for name in ("withdrawn", "returned", "sent"))}
    assert begun["secret"].pk not in left
    assert not SearchDoc.objects.filter(kind="lesson", ident=begun["secret"].pk).exists()
    assert AuditEntry.objects.filter(event="lesson.deleted", ident=begun["secret"].pk, actor_id=None).exists()


def test_whoever_comes_back_keeps_theirs(begun, cara, ada, riverside):
    membership = remove(cara, ada)
    Membership.objects.filter(pk=membership.pk).update(left_at=None)
    assert discard_left_drafts(at=LATER + KEPT_FOR) == 0
    assert Lesson.objects.filter(pk=begun["secret"].pk).exists()
