"""What a community talks about: starting a thread, posting, changing a post, marking the answer, a lesson of it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

import lessons.actions.files
import lessons.actions.writing
from attachments.inspection import CheckedFile
from attachments.models import StoredFile
from attachments.storing import forget_files, keep_files
from communities import policies
from communities.events import Event
from communities.models import Community, Post, PostFile, PostRevision, Seen, State, Thread
from communities.models.talk import WIDTHS
from communities.transitions import lock_community, lock_thread, refuse_unkept, refuse_unless_living
from kmportal.lib.cleaning import clean_text, first_words
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal, Stale
from kmportal.lib.model_rules import refuse_invalid
from lessons.models import Lesson
from organisations import events
from organisations.models import Membership, Person
from organisations.permissions import Permission
from organisations.policies import require, require_that
from organisations.visibility import Reach

# More than anybody types: what goes beyond it is a loop or a mistake.
MOST_POSTS = 20
IN_MINUTES = 1


@transaction.atomic
def start_thread(
    community: Community,
    *,
    by: Membership,
    at: datetime,
    title: str,
    text: str,
    kind: str = Thread.Kind.QUESTION,
    reach: str = Reach.GROUP,
    files: Sequence[CheckedFile] = (),
    once: UUID | None = None,
) -> Thread:
    """Ask something, or begin a talk; words and files are its first post. Members read it, or everybody here.

    Idempotent: the same ``once`` a second time answers the thread that it made.
    """
    require_that(policies.may_take_part(by, community))
    lock_community(community)
    _refuse_unless_talking(community)
    key = once or uuid4()
    if found := Thread.objects.filter(community=community, author=by.person, once=key).first():
        return found
    _brake(by.person, at=at)
    if reach not in dict(WIDTHS):
        raise Refusal("Choose who may read it.")
    thread = Thread(
        community=community,
        organisation=community.organisation,
        group=community.group,
        reach=reach,
        kind=kind,
        title=title,
        author=by.person,
        at=at,
        last_at=at,
        once=key,
    )
    refuse_invalid(thread, "title", "kind")
    thread.save()
    post = _write_post(thread, by.person, text, files, at=at)
    events.record(Event.THREAD_STARTED, thread, by=by, at=at, post=post, texts={"text": post.text})
    return thread


@transaction.atomic
def write_post(
    thread: Thread,
    *,
    by: Membership,
    at: datetime,
    text: str,
    files: Sequence[CheckedFile] = (),
    once: UUID | None = None,
) -> Post:
    """Answer, or say something. Idempotent: the same ``once`` a second time answers the post that it made."""
    require_that(policies.may_take_part(by, thread.community))
    lock_thread(thread)
    _refuse_unless_talking(thread.community)
    key = once or uuid4()
    if found := Post.objects.filter(thread=thread, author=by.person, once=key).first():
        return found
    _brake(by.person, at=at)
    post = _write_post(thread, by.person, text, files, at=at, once=key)
    thread.last_at = at
    if thread.author_id != by.person_id:
        thread.answers += 1
    thread.save(update_fields=["last_at", "answers"])
    events.record(Event.THREAD_POSTED, thread, by=by, at=at, post=post, texts={"text": post.text})
    return post


@transaction.atomic
def change_post(
    post: Post,
    *,
    by: Membership,
    at: datetime,
    seen: int,
    text: str,
    files: Sequence[CheckedFile] = (),
    without: Collection[int] = (),
) -> Post:
    """Other words for one’s own post, more files, or ``without`` some of them.

    How it read before is kept for who reads it; of a file that goes, nothing. The same again changes nothing.
    """
    require_that(policies.may_change_post(by, post))
    lock_thread(post.thread)
    _refuse_unless_talking(post.thread.community)
    post.refresh_from_db(fields=["text", "version"])
    clean = clean_text(text).strip()
    attached = list(post.attached.select_related("file"))
    gone = [one for one in attached if one.pk in without]
    known = {one.file.digest for one in attached}
    if post.text == clean and not gone and all(file.digest in known for file in files):
        return post
    if post.version != seen:
        raise Stale
    refuse_invalid(Post(text=clean), "text")
    if post.text != clean:
        PostRevision.objects.create(post=post, text=post.text, at=at)
    forget_files([one.file for one in gone])
    _attach(post, files, by.person, at=at)
    post.text, post.edited_at, post.version = clean, at, post.version + 1
    post.save(update_fields=["text", "edited_at", "version"])
    events.record(Event.THREAD_POST_CHANGED, post.thread, by=by, at=at, post=post)
    return post


@transaction.atomic
def mark_answer(thread: Thread, *, by: Membership, at: datetime, post: Post) -> Thread:
    """Say which post is the answer: who asked, or who keeps the community together. The last word counts; the same
    again changes nothing."""
    require_that(policies.may_settle(by, thread))
    lock_thread(thread)
    _refuse_unless_talking(thread.community)
    if not thread.is_question:
        raise Refusal("Only a question has an answer.")
    first = thread.posts.first()
    if post.thread_id != thread.pk or (first is not None and first.pk == post.pk):
        raise Refusal("Choose one of the answers to this question.")
    if thread.answer_id == post.pk:
        return thread
    thread.answer = post
    thread.save(update_fields=["answer"])
    events.record(Event.THREAD_ANSWER_MARKED, thread, by=by, at=at, post=post, helper=post.author)
    return thread


@transaction.atomic
def unmark_answer(thread: Thread, *, by: Membership, at: datetime) -> Thread:
    """The question is open again. Idempotent."""
    require_that(policies.may_settle(by, thread))
    lock_thread(thread)
    _refuse_unless_talking(thread.community)
    if thread.answer_id is None:
        return thread
    thread.answer = None
    thread.save(update_fields=["answer"])
    events.record(Event.THREAD_ANSWER_UNMARKED, thread, by=by, at=at)
    return thread


@transaction.atomic
def make_lesson(thread: Thread, *, by: Membership, at: datetime) -> Lesson:
    """Turn a question and its marked answer, with their files, into a draft of a lesson, for one’s own eyes; it is
    shared with the community once somebody has checked it. Idempotent while the draft is there and one’s own.

    Of a community that has ended: where others could read along it is a lesson without a group, else it is refused.
    """
    require(Permission.CONTRIBUTE, by, thread.organisation)
    require_that(policies.may_take_part(by, thread.community))
    lock_thread(thread)
    if thread.lesson is not None and thread.lesson.author_id == by.person_id:
        return thread.lesson
    if thread.lesson is not None:
        raise Refusal(worded("Somebody has begun a lesson of this already."))
    refuse_unkept(thread)
    if not thread.is_question or thread.answer is None:
        raise Refusal("Mark the answer first.")
    words, facts = _words_of_lesson(thread)
    lesson = lessons.actions.writing.start_lesson(thread.organisation, by=by, at=at, words=words, facts=facts)
    lessons.actions.files.carry_files(lesson, _files_for_lesson(thread), by=by, at=at)
    thread.lesson = lesson
    thread.save(update_fields=["lesson"])
    events.record(Event.THREAD_BECAME_LESSON, thread, by=by, at=at, lesson=lesson)
    return lesson


# --- What they share -------------------------------------------------------------------------------------------------


def _refuse_unless_talking(community: Community) -> None:
    """Until the last day people may talk."""
    if community.state != State.CLOSING:
        refuse_unless_living(community)


def _brake(person: Person, *, at: datetime) -> None:
    """So many posts in a minute are no conversation."""
    last = Post.objects.filter(author=person, at__gt=at - timedelta(minutes=IN_MINUTES), at__lte=at)
    if last.count() >= MOST_POSTS:
        raise Refusal(f"You have written {MOST_POSTS} posts within a minute. Take a breath, and send it in a minute.")


def _write_post(
    thread: Thread,
    author: Person,
    text: str,
    files: Sequence[CheckedFile],
    *,
    at: datetime,
    once: UUID | None = None,
) -> Post:
    post = Post(thread=thread, author=author, text=clean_text(text).strip(), at=at, once=once)
    refuse_invalid(post, "text")
    post.save()
    _attach(post, files, author, at=at)
    return post


def _attach(post: Post, files: Sequence[CheckedFile], author: Person, *, at: datetime) -> None:
    """Files after those that are there already."""
    if not files:
        return
    there = list(post.attached.select_related("file"))
    begin = there[-1].position + 1 if there else 0
    kept = keep_files(files, organisation=post.thread.organisation, by=author, at=at, there=[one.file for one in there])
    PostFile.objects.bulk_create(
        PostFile(post=post, file=file, position=number) for number, file in enumerate(kept, begin)
    )


def _words_of_lesson(thread: Thread) -> tuple[Mapping[str, str], Mapping[str, Any]]:
    """The question as what happened, the answer as the advice; its writer stays to be asked."""
    first = thread.posts.select_related("author").first()
    answer = thread.answer
    words = {
        "title": first_words(thread.title, 200),
        "happened": first.text if first else "",
        "then_do": answer.text if answer is not None else "",
    }
    facts: dict[str, Any] = {"group": thread.living_group, "share_with": Reach(thread.reach)}
    if answer is not None and answer.author is not None:
        facts["contact"] = str(answer.author)
    return words, facts


def _files_for_lesson(thread: Thread) -> list[StoredFile]:
    """Those of the question, then those of the answer."""
    first = thread.posts.values_list("pk", flat=True).first()
    rows = PostFile.objects.filter(post__in=[key for key in (first, thread.answer_id) if key is not None])
    return [one.file for one in rows.select_related("file").order_by("post_id", "position", "pk")]


@transaction.atomic
def see_talk(community: Community, *, by: Membership, at: datetime, up_to: datetime) -> None:
    """Note up to which talk somebody has seen a community, for home to say what is new since. It never goes back, and
    no trail tells it. Idempotent."""
    require_that(policies.may_take_part(by, community))
    seat = policies.standing_of(by, community).seat
    row, is_new = Seen.objects.get_or_create(seat_id=seat, defaults={"talk_at": up_to})
    if not is_new and row.talk_at < up_to:
        Seen.objects.filter(pk=row.pk, talk_at__lt=up_to).update(talk_at=up_to)
