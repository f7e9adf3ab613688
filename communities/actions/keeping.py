"""What is kept of a discussion: a knowledge asset from a question and its marked answer."""

from datetime import datetime

from django.db import transaction

import lessons.actions.assets
from communities import policies
from communities.events import Event
from communities.models import Post, Thread
from communities.transitions import lock_thread, refuse_unkept
from kmportal.lib.cleaning import first_words
from kmportal.lib.exceptions import Refusal
from lessons.models import Asset, AssetPart
from organisations import events
from organisations.models import GroupMembership, Membership, Person
from organisations.permissions import Permission
from organisations.policies import require, require_that

MOST_NAMED = 5


@transaction.atomic
def make_asset(thread: Thread, *, by: Membership, at: datetime) -> Asset:
    """Turn a question and its marked answer into a draft of a knowledge asset, for one’s own eyes until it is
    published. Whoever answered and is still here is named as somebody to ask, the writer of the answer first.

    Idempotent while the draft is there and one’s own. It is for as many people as the thread is.

    Of a community that has ended: where others could read along it belongs to no group, else it is refused.
    """
    require(Permission.CONTRIBUTE, by, thread.organisation)
    require_that(policies.may_take_part(by, thread.community))
    lock_thread(thread)
    if thread.asset is not None and thread.asset.author_id == by.person_id:
        return thread.asset
    if thread.asset is not None:
        raise Refusal("Somebody has made a knowledge asset of this already.")
    refuse_unkept(thread)
    answer = thread.answer
    if not thread.is_question or answer is None:
        raise Refusal("Mark the answer first.")
    first = thread.posts.first()
    words = {
        "title": first_words(thread.title, 200),
        "purpose": first_words(f"Whoever asks: {thread.title}", 1_000),
        "text": answer.text,
    }
    asset = lessons.actions.assets.start_asset(
        thread.organisation, by=by, at=at, words=words, group=thread.living_group, share_with=thread.reach
    )
    for person in _people_who_answered(thread, answer, but=first.author if first else None):
        kind, note = AssetPart.Kind.PERSON, "Answered the question"
        lessons.actions.assets.add_part(asset, by=by, at=at, kind=kind, person=person, note=note)
    thread.asset = asset
    thread.save(update_fields=["asset"])
    events.record(Event.THREAD_BECAME_ASSET, thread, by=by, at=at, asset=asset)
    return asset


def _people_who_answered(thread: Thread, answer: Post, *, but: Person | None) -> list[Person]:
    """Those who still belong to the community: the writer of the answer, then the others in their order."""
    inside = GroupMembership.objects.filter(group_id=thread.group_id, membership__left_at=None).values("person")
    posts = Post.objects.filter(thread=thread, author__in=inside).exclude(author=but).select_related("author")
    people = [post.author for post in sorted(posts, key=lambda post: (post.pk != answer.pk, post.pk)) if post.author]
    return list(dict.fromkeys(people))[:MOST_NAMED]
