"""Threads: as rows of a list, and one as its page."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.urls import reverse

from attachments.models import StoredFile
from attachments.reports import Files, shown_files
from communities import labels, policies
from communities.models import (
    Community,
    Follower,
    Muted,
    Post,
    PostFile,
    RoleKind,
    Thread,
)
from communities.transitions import people_with
from kmportal.lib.prepared import prepared
from kmportal.lib.things import Look
from organisations.models import Membership, Person


@dataclass(frozen=True)
class ThreadRow:
    """One thread in a list."""

    thread: Thread
    look: Look


def thread_rows(threads: Sequence[Thread]) -> list[ThreadRow]:
    """With how it stands; a question that was answered by some says by how many."""
    return [ThreadRow(one, _look_of_thread(one)) for one in threads]


def _look_of_thread(thread: Thread) -> Look:
    state = labels.thread_state(thread)
    look = labels.THREADS[state]
    if state == "discussed":
        return look._replace(word="1 answer" if thread.answers == 1 else f"{thread.answers:,} answers")
    return look


CORE = frozenset({RoleKind.FACILITATOR, RoleKind.DEPUTY, RoleKind.CORE})


@dataclass(frozen=True)
class PostBox:
    """One post on its page, and what this member may press at it."""

    post: Post
    is_first: bool
    is_answer: bool
    may_change: bool
    may_mark: bool
    files: Files | None


@dataclass(frozen=True)
class ThreadPage:
    """One thread for one member."""

    thread: Thread
    community: Community
    look: Look
    posts: Sequence[PostBox]
    may_write: bool
    may_settle: bool
    may_make_lesson: bool
    may_make_asset: bool
    can_be_kept_later: bool
    who_may_read: str
    may_ask_expert: bool
    experts: Sequence[Person]

    @classmethod
    def build(cls, thread: Thread, membership: Membership, posts: Sequence[Post]) -> "ThreadPage":
        """``posts`` are those of the page; the question itself is always known by its place."""
        community = thread.community
        standing = policies.standing_of(membership, community)
        may_write = "talk" in policies.allowed(membership, community, standing)
        is_asker = thread.author_id == membership.person_id
        may_settle = may_write and thread.is_question and (standing.runs or (standing.is_in and is_asker))
        first = _first_post.first(thread.pk)
        may_keep = standing.is_in and policies.may_found(membership, thread.organisation) and thread.is_question
        may_keep = may_keep and policies.may_be_kept(thread)
        is_answered = thread.answer_id is not None
        may_ask = standing.runs and _stayed_open(thread)
        files = files_of(posts, "post_file", membership.organisation.slug)
        return cls(
            thread=thread,
            community=community,
            look=_look_of_thread(thread),
            posts=[
                PostBox(
                    post,
                    is_first=post.pk == first,
                    is_answer=post.pk == thread.answer_id,
                    may_change=may_write and post.author_id == membership.person_id,
                    may_mark=may_settle and post.pk not in (first, thread.answer_id),
                    files=files.get(post.pk),
                )
                for post in posts
            ],
            may_write=may_write,
            may_settle=may_settle,
            may_make_lesson=may_keep and is_answered and thread.lesson_id is None,
            may_make_asset=may_keep and is_answered and thread.asset_id is None,
            can_be_kept_later=may_keep and may_write and not is_answered,
            who_may_read=labels.who_may_read(thread),
            may_ask_expert=may_ask,
            experts=_experts_for(thread) if may_ask else (),
        )


@prepared
def _first_post(thread: int) -> QuerySet[Post, int]:
    """The one that holds the words of the question."""
    return Post.objects.filter(thread=thread).order_by("pk").values_list("pk", flat=True)[:1]


@prepared
def _post_files(posts: tuple[int, ...]) -> QuerySet[PostFile]:
    return PostFile.objects.filter(post__in=posts).select_related("file")


@prepared
def follows(thread: int, person: int) -> QuerySet[Follower]:
    """That somebody hears of what is written there."""
    return Follower.objects.filter(thread=thread, person=person)


@prepared
def mutes(thread: int, person: int) -> QuerySet[Muted]:
    """That somebody hears no more of it."""
    return Muted.objects.filter(thread=thread, person=person)


def files_of(posts: Sequence[Post], name: str, *args: str | int) -> dict[int, Files]:
    """The files of each post that has any: one query, and none of their bytes.

    ``name`` and ``args`` are those of their addresses before their keys; that of a small picture is ``{name}_small``.
    """
    found: dict[int, list[tuple[int, StoredFile]]] = {}
    for one in _post_files(tuple(post.pk for post in posts)) if posts else ():
        found.setdefault(one.post_id, []).append((one.pk, one.file))

    def address(version: str, pk: int) -> str:
        return reverse(name if version == "whole" else f"{name}_small", args=[*args, pk])

    return {post: shown_files(files, address) for post, files in found.items()}


def _stayed_open(thread: Thread) -> bool:
    """Whether the facilitators were told that nobody answers, and nobody has answered or was asked since."""
    is_open = thread.is_question and not thread.answers and thread.asked_at is None
    return is_open and thread.told_unanswered_at is not None and thread.community.is_living


def _experts_for(thread: Thread) -> list[Person]:
    return [person for person in people_with(thread.community, RoleKind.EXPERT) if person.pk != thread.author_id]
