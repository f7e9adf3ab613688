"""Communities and their threads in the search index, with the visibility of their rows.

A community’s name and question are for everybody at home; its threads for those who may read them. A document has no
author here: whoever has left a community reads no further because they once wrote in it.
"""

from collections.abc import Iterator, Sequence

from communities.labels import UNCLAIMED, problem_state, thread_state
from communities.models import Charter, Community, KickOff, Post, PostFile, Problem, State, Story, Thread
from kmportal.lib.markdown import plain
from organisations.visibility import Reach
from search import index

COMMUNITY, THREAD, STORY = "community", "thread", "story"
KICKOFF, PROBLEM = "kickoff", "problem"
RANK = {
    State.ESTABLISHED: 700,
    State.FORMING: 500,
    State.INFORMAL: 500,
    State.CLOSING: 400,
    State.CLOSED: 100,
    State.ARCHIVED: 50,
}
RANK_ANSWERED, RANK_THREAD, RANK_STORY = 400, 250, 450
RANK_KICKOFF, RANK_UNCLAIMED, RANK_PROBLEM = 300, 300, 150


def community_documents(communities: Sequence[Community]) -> Iterator[index.Doc]:
    """What can be found of communities: name, question, and what their newest charter says they are about."""
    charters: dict[int, Charter] = {}
    for charter in Charter.objects.filter(community__in=communities).order_by("number"):
        charters[charter.community_id] = charter
    for community in communities:
        answers = charters[community.pk].answers if community.pk in charters else {}
        yield index.Doc(
            kind=COMMUNITY,
            ident=community.pk,
            organisation=community.organisation,
            reach=Reach.ORGANISATION,
            group_id=community.group_id,
            author_id=None,
            title=community.name,
            abstract=community.question,
            body="\n".join(answers.get(key, "") for key in ("topic", "people", "makes", "difference")),
            state=community.state,
            year=community.created_at.year,
            rank=RANK[State(community.state)],
            at=community.created_at,
        )


def thread_documents(threads: Sequence[Thread]) -> Iterator[index.Doc]:
    """What can be found of threads: the line on top, all posts, and the names of their files. A closed community’s
    stay; an archived one’s too."""
    posts: dict[int, list[str]] = {}
    for thread_id, text in Post.objects.filter(thread__in=threads).order_by("pk").values_list("thread_id", "text"):
        posts.setdefault(thread_id, []).append(plain(text))
    names = PostFile.objects.filter(post__thread__in=threads).values_list("post__thread_id", "file__name")
    for thread_id, name in names.order_by("pk"):
        posts.setdefault(thread_id, []).append(name)
    for thread in threads:
        yield index.Doc(
            kind=THREAD,
            ident=thread.pk,
            organisation=thread.organisation,
            reach=thread.reach,
            group_id=thread.group_id,
            author_id=None,
            title=thread.title,
            body="\n".join(posts.get(thread.pk, ())),
            state=thread_state(thread),
            subkind=thread.kind,
            year=thread.at.year,
            rank=RANK_ANSWERED if thread.answer_id else RANK_THREAD,
            at=thread.at,
        )


def story_documents(stories: Sequence[Story]) -> Iterator[index.Doc]:
    """What can be found of stories of value, by those whom the teller lets read them. One’s own alone is not found."""
    for story in stories:
        if story.reach == Reach.AUTHOR:
            continue
        yield index.Doc(
            kind=STORY,
            ident=story.pk,
            organisation=story.organisation,
            reach=story.reach,
            group_id=story.group_id,
            author_id=None,
            title=story.title,
            body="\n".join(words for _, words in story.filled),
            state="told",
            year=story.at.year,
            rank=RANK_STORY,
            at=story.at,
        )


def kickoff_documents(kickoffs: Sequence[KickOff]) -> Iterator[index.Doc]:
    """What can be found of kick-offs: for everybody at home."""
    for kickoff in kickoffs:
        yield index.Doc(
            kind=KICKOFF,
            ident=kickoff.pk,
            organisation=kickoff.organisation,
            reach=Reach.ORGANISATION,
            group_id=None,
            author_id=None,
            title=kickoff.title,
            body=kickoff.why,
            state="ended" if kickoff.is_ended else "running",
            year=kickoff.created_at.year,
            rank=RANK_KICKOFF,
            at=kickoff.created_at,
        )


def problem_documents(problems: Sequence[Problem]) -> Iterator[index.Doc]:
    """What can be found of problems: for everybody at home, without who raised them."""
    for problem in problems:
        state = problem_state(problem)
        yield index.Doc(
            kind=PROBLEM,
            ident=problem.pk,
            organisation=problem.organisation,
            reach=Reach.ORGANISATION,
            group_id=None,
            author_id=None,
            title=problem.line,
            body=problem.more,
            state=state,
            year=problem.at.year,
            rank=RANK_UNCLAIMED if state == UNCLAIMED else RANK_PROBLEM,
            at=problem.at,
        )
