"""The life of a community: begun, renamed, its charter, its steps, and what becomes of it after forming."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from communities import catalogue, policies
from communities.events import Event
from communities.models import (
    Access,
    Charter,
    Community,
    CommunityRole,
    State,
    StepAnswer,
    StepKind,
    StepMove,
)
from communities.models.community import LONGEST_ANSWER
from communities.transitions import (
    begin_community,
    clean_answers,
    lock_community,
    make_facilitator,
    missing_prompts,
    newest_step_answers,
    refuse_unless_living,
    rename_group,
    save_community,
    take_seat,
)
from jobs.actions import enqueue
from jobs.models import Job
from kmportal.lib.cleaning import clean_text
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal, Stale
from kmportal.lib.model_rules import refuse_invalid
from kmportal.lib.sentences import quoted
from organisations import events
from organisations.models import Membership, Organisation
from organisations.policies import require_that

A_YEAR = timedelta(days=365)


@transaction.atomic
def found_community(
    organisation: Organisation,
    *,
    by: Membership,
    at: datetime,
    name: str,
    question: str,
    access: str = Access.OPEN,
    once: UUID | None = None,
) -> Community:
    """Begin a community. Whoever begins it facilitates it; for sixty days it is *forming*.

    Idempotent: the same ``once`` a second time answers the community that it made. Refuses a name that a group has.
    """
    require_that(policies.may_found(by, organisation))
    key = once or uuid4()
    made_before = Community.objects.filter(organisation=organisation, founded_by=by.person, once=key)
    if found := made_before.first():
        return found
    try:
        community = begin_community(organisation, by=by, at=at, name=name, question=question, access=access, once=key)
    except Refusal:
        if found := made_before.first():  # the same form, sent twice at the same moment
            return found
        raise
    take_seat(community, by, at=at)
    make_facilitator(community, by.person, at=at)
    events.record(Event.COMMUNITY_FOUNDED, community, by=by, at=at)
    return community


@transaction.atomic
def change_community(
    community: Community, *, by: Membership, at: datetime, seen: int, name: str, question: str, access: str
) -> Community:
    """Another name, question or way in. ``Stale`` when it was changed since ``seen``, unless the same stands there."""
    require_that(policies.may_run(by, community))
    lock_community(community)
    if community.is_ended:
        refuse_unless_living(community)
    wanted = {"name": name, "question": question, "access": access}
    if all(getattr(community, column) == value for column, value in wanted.items()):
        return community
    if community.version != seen:
        raise Stale
    _rename(community, **wanted)
    events.record(Event.COMMUNITY_CHANGED, community, by=by, at=at)
    return community


@transaction.atomic
def write_charter(
    community: Community, *, by: Membership, at: datetime, seen: int, answers: Mapping[str, str]
) -> Community:
    """Write the charter, as a new version. With the nine answers that are needed the community is *established*.

    Name and question are the community’s own. ``Stale`` when it was changed since ``seen``, unless the same stands
    there already.
    """
    require_that(policies.may_shape(by, community))
    lock_community(community)
    refuse_unless_living(community)
    kept = clean_answers(answers)
    newest = community.charters.first()
    if newest is not None and newest.answers == kept:
        return community
    if community.version != seen:
        raise Stale
    for prompt in catalogue.prompts():
        if len(kept.get(prompt.key, "")) > LONGEST_ANSWER:
            raise Refusal(f"Shorten “{prompt.ask}” to {LONGEST_ANSWER:,} characters.")
    if not kept.get("name") or not kept.get("question"):
        raise Refusal(worded("A community keeps a name and a question. Fill in both."))
    _rename(community, name=kept["name"], question=kept["question"], access=community.access)
    Charter.objects.create(
        community=community, number=(newest.number if newest else 0) + 1, answers=kept, at=at, by=by.person
    )
    becomes_established = not missing_prompts(kept) and community.state != State.ESTABLISHED
    if becomes_established:
        community.state, community.forming_until_on = State.ESTABLISHED, None
        community.review_on = timezone.localdate(at) + A_YEAR
        save_community(community, "state", "forming_until_on", "review_on")
    events.record(Event.COMMUNITY_CHARTER_WRITTEN, community, by=by, at=at, established=becomes_established)
    return community


def _rename(community: Community, *, name: str, question: str, access: str) -> None:
    row = Community(name=name, question=question, access=access)
    refuse_invalid(row, "name", "question", "access")
    if community.name != name:
        rename_group(community.group, name)
    community.name, community.question, community.access = name, question, access
    save_community(community, "name", "question", "access")


@transaction.atomic
def leave_informal(community: Community, *, by: Membership, at: datetime) -> Community:
    """After forming: carry on as an informal list, without a charter. Idempotent."""
    require_that(policies.may_run(by, community))
    lock_community(community)
    if community.state == State.INFORMAL:
        return community
    if community.state != State.FORMING:
        raise Refusal(worded("Only a community that is forming can choose to stay informal."))
    community.state, community.forming_until_on = State.INFORMAL, None
    save_community(community, "state", "forming_until_on")
    events.record(Event.COMMUNITY_LEFT_INFORMAL, community, by=by, at=at)
    return community


@transaction.atomic
def take_step(community: Community, *, by: Membership, at: datetime, step: int) -> Community:
    """Say in which of the four steps the community is now. Any of them, at any time. Idempotent."""
    require_that(policies.may_shape(by, community))
    lock_community(community)
    refuse_unless_living(community)
    if step not in StepKind.values:
        raise Refusal("Choose one of the four steps.")
    if community.step == step:
        return community
    community.step = step
    save_community(community, "step")
    StepMove.objects.create(community=community, step=step, at=at, by=by.person)
    events.record(Event.COMMUNITY_STEP_TAKEN, community, by=by, at=at, step=step)
    return community


@transaction.atomic
def answer_step(
    community: Community, *, by: Membership, at: datetime, step: int, answers: Mapping[str, str]
) -> Community:
    """Answer questions of a step, by their keys. What was answered before is kept; the same again changes nothing."""
    require_that(policies.may_shape(by, community))
    lock_community(community)
    refuse_unless_living(community)
    known = {question.key for one in catalogue.steps() if one.number == step for question in one.questions}
    if not known:
        raise Refusal("Choose one of the four steps.")
    before = newest_step_answers(community)
    fresh = []
    for key in known & set(answers):
        text, name = clean_text(answers[key]).strip(), catalogue.question_key(step, key)
        if text == (before[name].text if name in before else ""):
            continue
        row = StepAnswer(community=community, question=name, text=text, at=at, by=by.person)
        refuse_invalid(row, "text")
        fresh.append(row)
    if fresh:
        StepAnswer.objects.bulk_create(fresh)
        events.record(Event.COMMUNITY_STEP_ANSWERED, community, by=by, at=at, step=step)
    return community


@transaction.atomic
def request_charter_pdf(community: Community, *, by: Membership, at: datetime) -> Job:
    """Have the worker draw the newest charter as one page. Idempotent: once for each person and what the page
    shows.

    The worker reads it with the rights that ``by`` has then.
    """
    require_that(policies.may_take_part(by, community) or policies.belongs_here(by, community))
    newest = community.charters.first()
    if newest is None:
        raise Refusal("There is no charter yet.")
    roles = CommunityRole.objects.filter(seat__group_id=community.group_id).order_by("pk")
    drawn = [settings.VERSION, community.organisation.version, *roles.values_list("kind", "seat__person__name")]
    mark = sha256(repr(drawn).encode()).hexdigest()[:16]
    return enqueue(
        "communities.tasks.charter_pdf",
        {"community_id": community.pk},
        title=f"Charter of {quoted(community)} as a PDF",
        key=f"charter {community.pk} {newest.number} {community.version} {mark} {by.person_id}",
        by=by,
        organisation=by.organisation,
        at=at,
        back_url=community.get_absolute_url(),
    )
