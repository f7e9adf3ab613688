"""One community goes into another, or another comes out of it: people, discussions, stories, shelf and what it owns.

Nobody loses a seat by it: people of the one are let into the other, and stay where they were. Each thing that goes is a
row of the transfer, so that it can be taken back within a day, exactly, with what was written in it meanwhile.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Max, Model, QuerySet
from django.utils import timezone

from actionplan.models import Action
from communities import policies
from communities.events import Event
from communities.models import (
    RUNNING_ROLES,
    Closing,
    Community,
    CommunityRole,
    Knock,
    Meeting,
    Pin,
    Problem,
    Review,
    RoleKind,
    State,
    StepKind,
    StepMove,
    Story,
    Thread,
    Topic,
    Transfer,
    TransferRow,
)
from communities.transitions import (
    forming_until,
    lock_community,
    look_again_in_a_year,
    make_facilitator,
    make_group,
    refuse_unless_living,
    rename_group,
    save_community,
    settle_review,
)
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal
from kmportal.lib.model_rules import refuse_invalid
from kmportal.lib.sentences import quoted
from lessons.models import Asset, Lesson
from organisations import events
from organisations.models import Group, GroupMembership, Membership, Person
from organisations.policies import require_that
from techniques.models import Session

# What hangs on the community and its group, and what hangs on the group alone. Whatever else a community comes to have
# gets its line here.
INSIDE: dict[str, type[Model]] = {
    "thread": Thread,
    "story": Story,
    "meeting": Meeting,
    "problem": Problem,
    "topic": Topic,
}
OWNED: dict[str, type[Model]] = {"lesson": Lesson, "asset": Asset, "session": Session, "action": Action}


@transaction.atomic
def decide_to_merge(review: Review, *, by: Membership, at: datetime, why: str, into: Community) -> Transfer:
    """Go into another community. Who keeps both together does it at once; otherwise the other is asked."""
    require_that(policies.may_run(by, review.community))
    source = review.community
    if into.pk == source.pk or into.organisation_id != source.organisation_id:
        raise Refusal(worded("Choose another community of your organisation."))
    _lock_both(source, into)
    settle_review(review, Review.Decision.MERGE, why, by=by, at=at)
    refuse_unless_living(into)
    transfer = Transfer.objects.create(
        kind=Transfer.Kind.MERGE, source=source, target=into, review=review, asked_at=at, asked_by=by.person
    )
    if policies.may_run(by, into):
        _merge(transfer, by=by, at=at)
    else:
        events.record(Event.COMMUNITY_MERGE_ASKED, into, by=by, at=at, source=source)
    return transfer


@transaction.atomic
def answer_merge(transfer: Transfer, *, by: Membership, at: datetime, accept: bool) -> Transfer:
    """Take the other community in, or not. The first answer counts. After a no its look back is open again."""
    require_that(policies.may_run(by, transfer.target))
    _lock_both(transfer.source, transfer.target)
    transfer.refresh_from_db(fields=["state"])
    if transfer.state != Transfer.State.ASKED:
        raise Refusal(f"This was answered already: {transfer.get_state_display()}.")
    if accept:
        _merge(transfer, by=by, at=at)
        return transfer
    transfer.state = Transfer.State.DECLINED
    transfer.save(update_fields=["state"])
    _open_again(transfer)
    events.record(Event.COMMUNITY_MERGE_DECLINED, transfer.source, by=by, at=at, target=transfer.target)
    return transfer


@transaction.atomic
def decide_to_split(
    review: Review,
    *,
    by: Membership,
    at: datetime,
    why: str,
    name: str,
    question: str,
    facilitator: Person,
    people: Collection[Person] = (),
    threads: Collection[Thread] = (),
    pins: Collection[Pin] = (),
    lessons: Collection[Lesson] = (),
) -> Transfer:
    """A second community comes out of this one, with the people and things that are named. It begins as *forming*."""
    require_that(policies.may_run(by, review.community))
    source = review.community
    settle_review(review, Review.Decision.SPLIT, why, by=by, at=at)
    look_again_in_a_year(source, at=at)
    target = Community(
        organisation=source.organisation,
        name=name,
        question=question,
        access=source.access,
        founded_by=by.person,
        created_at=at,
        forming_until_on=forming_until(timezone.localdate(at)),
        step=StepKind.CREATING,
    )
    refuse_invalid(target, "name", "question")
    target.group = make_group(source.organisation, name, at=at)
    target.save()
    StepMove.objects.create(community=target, step=StepKind.CREATING, at=at, by=by.person)
    transfer = Transfer.objects.create(
        kind=Transfer.Kind.SPLIT, source=source, target=target, review=review, asked_at=at, asked_by=by.person
    )
    wanted = {person.pk for person in people} | {facilitator.pk}
    seats = GroupMembership.objects.filter(group_id=source.group_id, person__in=wanted, membership__left_at=None)
    if not seats.filter(person=facilitator, is_guest=False).exists():
        raise Refusal(worded("Choose a facilitator who belongs to the community and is no guest."))
    _take_people_along(transfer, seats, at=at, with_roles=False)
    make_facilitator(target, facilitator, at=at)
    moved = _move_inside(transfer, {"thread": [one.pk for one in threads]})
    keys = [one.pk for one in lessons]
    moved += _move_owned(
        transfer, {"lesson": keys, "action": _keys(Action, source_kind="lesson", source_ident__in=keys)}
    )
    _move_pins(transfer, [one.pk for one in pins])
    _is_done(transfer, at=at)
    events.record(Event.COMMUNITY_SPLIT, source, by=by, at=at, also=[target, *moved], target=target)
    return transfer


@transaction.atomic
def undo_transfer(transfer: Transfer, *, by: Membership, at: datetime) -> Transfer:
    """Take a merger or a split back, within a day: each thing goes where it was, with what was written in it since."""
    require_that(policies.may_run(by, transfer.source) or policies.may_run(by, transfer.target))
    _lock_both(transfer.source, transfer.target)
    transfer.refresh_from_db(fields=["state", "done_at", "before"])
    if not transfer.can_be_undone(at):
        raise Refusal("This can be taken back within a day, and once.")
    source, target = transfer.source, transfer.target
    if target.is_ended or (transfer.kind == Transfer.Kind.MERGE and source.moved_to_id != target.pk):
        raise Refusal("It has gone on from there already, and cannot be taken back.")
    moved = _bring_back(transfer)
    if transfer.kind == Transfer.Kind.SPLIT:
        moved += _bring_rest(source, target)
        _dissolve(source, target, by=by, at=at)
    else:
        source.state, source.moved_to, source.closed_at, source.end_reason = transfer.before, None, None, ""
        save_community(source, "state", "moved_to", "closed_at", "end_reason")
    transfer.state = Transfer.State.UNDONE
    transfer.save(update_fields=["state"])
    _open_again(transfer)
    events.record(
        Event.COMMUNITY_TRANSFER_UNDONE, source, by=by, at=at, also=[target, *moved], target=target, kind=transfer.kind
    )
    return transfer


# --- There -----------------------------------------------------------------------------------------------------------


def _lock_both(one: Community, other: Community) -> None:
    """In the order of their keys, so that two mergers of the same two wait for each other and do not block."""
    for community in sorted((one, other), key=lambda row: row.pk):
        lock_community(community)


def _merge(transfer: Transfer, *, by: Membership, at: datetime) -> None:
    source, target = transfer.source, transfer.target
    refuse_unless_living(source)
    refuse_unless_living(target)
    seats = GroupMembership.objects.filter(group_id=source.group_id, membership__left_at=None)
    _take_people_along(transfer, seats, at=at, with_roles=True)
    moved = _move_inside(transfer, {kind: _keys(model, community=source) for kind, model in INSIDE.items()})
    moved += _move_owned(transfer, {kind: _keys(model, group=source.group) for kind, model in OWNED.items()})
    _move_pins(transfer, _keys(Pin, community=source))
    _move_knocks(transfer)
    transfer.before = source.state
    closing = Closing.objects.create(
        community=source,
        reason=Closing.Reason.MERGED,
        words=transfer.review.why if transfer.review else "",
        before=source.state,
        last_on=timezone.localdate(at),
        said_at=at,
        by=transfer.asked_by,
        outcome=Closing.Outcome.CLOSED,
        ended_at=at,
    )
    _note(transfer, "closing", [closing.pk])
    source.state, source.closed_at = State.CLOSED, at
    source.end_reason, source.moved_to = Closing.Reason.MERGED, target
    save_community(source, "state", "closed_at", "end_reason", "moved_to")
    _is_done(transfer, at=at)
    events.record(Event.COMMUNITY_MERGED, source, by=by, at=at, also=[target, *moved], target=target)


def _keys(model: type[Model], **where: Any) -> list[int]:
    return list(model._default_manager.filter(**where).order_by("pk").values_list("pk", flat=True))


def _note(transfer: Transfer, kind: str, keys: Iterable[int]) -> None:
    TransferRow.objects.bulk_create([TransferRow(transfer=transfer, kind=kind, ident=key) for key in keys])


def _take_people_along(transfer: Transfer, seats: Any, *, at: datetime, with_roles: bool) -> None:
    """A seat in the other community for each who has none there. Who kept the old one together is in its core."""
    target = transfer.target
    there = set(GroupMembership.objects.filter(group_id=target.group_id).values_list("person", flat=True))
    for seat in seats.exclude(person__in=there).prefetch_related("roles").order_by("pk"):
        made = GroupMembership.objects.create(
            group_id=target.group_id,
            person_id=seat.person_id,
            membership_id=seat.membership_id,
            is_guest=seat.is_guest,
            joined_at=at,
        )
        kinds = {RoleKind.CORE if role.kind in RUNNING_ROLES else role.kind for role in seat.roles.all()}
        if with_roles:
            CommunityRole.objects.bulk_create(CommunityRole(seat=made, kind=kind, at=at) for kind in sorted(kinds))
        _note(transfer, "seat", [made.pk])
    Group.objects.filter(pk=target.group_id).update(version=F("version") + 1)


def _move_inside(transfer: Transfer, keys: dict[str, list[int]]) -> list[Model]:
    """Discussions and stories of the source; what is not the source’s is left alone."""
    moved: list[Model] = []
    for kind, wanted in keys.items():
        model = INSIDE[kind]
        found = _keys(model, community=transfer.source, pk__in=wanted)
        _put_inside(model, found, transfer.target)
        _note(transfer, kind, found)
        moved += _fresh(model, found)
    return moved


def _move_owned(transfer: Transfer, keys: dict[str, list[int]]) -> list[Model]:
    moved: list[Model] = []
    for kind, wanted in keys.items():
        model = OWNED[kind]
        found = _keys(model, group=transfer.source.group, pk__in=wanted)
        model._default_manager.filter(pk__in=found).update(group=transfer.target.group)
        _note(transfer, kind, found)
        moved += _fresh(model, found)
    return moved


def _put_inside(model: type[Model], keys: Sequence[int], community: Community) -> None:
    place = {"community": community, "group": community.group} if _has(model, "group") else {"community": community}
    model._default_manager.filter(pk__in=keys).update(**place)


def _fresh(model: type[Model], keys: Sequence[int]) -> list[Model]:
    """Those that have a page of their own, as they stand now."""
    if not _has(model, "organisation"):
        return []
    return list(model._default_manager.filter(pk__in=keys).select_related("organisation"))


def _has(model: type[Model], name: str) -> bool:
    return any(field.name == name for field in model._meta.fields)


def _move_pins(transfer: Transfer, wanted: Sequence[int]) -> None:
    """To the end of the other shelf. A lesson or asset that stands there already stays where it is."""
    source, target = transfer.source, transfer.target
    last = Pin.objects.filter(community=target).aggregate(last=Max("position"))["last"] or 0
    pins = list(_pins_new_to(target, Pin.objects.filter(community=source, pk__in=wanted)))
    rows = [TransferRow(transfer=transfer, kind="pin", ident=pin.pk, position=pin.position) for pin in pins]
    TransferRow.objects.bulk_create(rows)
    for number, pin in enumerate(pins, start=last + 1):
        pin.community, pin.position = target, number
    Pin.objects.bulk_update(pins, ["community", "position"])


def _pins_new_to(community: Community, pins: QuerySet[Pin]) -> QuerySet[Pin]:
    """Those of them whose lesson or asset does not stand on its shelf."""
    there = Pin.objects.filter(community=community)
    lessons = there.filter(lesson__isnull=False).values("lesson")
    return pins.exclude(lesson__in=lessons).exclude(asset__in=there.filter(asset__isnull=False).values("asset"))


def _move_knocks(transfer: Transfer) -> None:
    """Who waits for an answer waits for it there, unless they are in or wait there already."""
    waiting = Knock.objects.filter(community=transfer.target, answered_at=None).values("membership")
    inside = GroupMembership.objects.filter(group_id=transfer.target.group_id).values("membership")
    open_ones = Knock.objects.filter(community=transfer.source, answered_at=None)
    keys = [one.pk for one in open_ones.exclude(membership__in=waiting).exclude(membership__in=inside)]
    Knock.objects.filter(pk__in=keys).update(community=transfer.target)
    _note(transfer, "knock", keys)


def _is_done(transfer: Transfer, *, at: datetime) -> None:
    transfer.state, transfer.done_at = Transfer.State.DONE, at
    transfer.save(update_fields=["state", "done_at", "before"])


# --- And back --------------------------------------------------------------------------------------------------------


def _bring_back(transfer: Transfer) -> list[Model]:
    """Each row of the transfer to where it was, if it is still where it went; seats that it made are given up."""
    source, target = transfer.source, transfer.target
    rows: dict[str, list[TransferRow]] = {}
    for row in transfer.rows.all():
        rows.setdefault(row.kind, []).append(row)
    keys = {kind: [row.ident for row in same] for kind, same in rows.items()}
    moved: list[Model] = []
    for kind, model in INSIDE.items():
        found = _keys(model, community=target, pk__in=keys.get(kind, ()))
        _put_inside(model, found, source)
        moved += _fresh(model, found)
    for kind, model in OWNED.items():
        found = _keys(model, group=target.group, pk__in=keys.get(kind, ()))
        model._default_manager.filter(pk__in=found).update(group=source.group)
        moved += _fresh(model, found)
    places = {row.ident: row.position for row in rows.get("pin", ())}
    pins = list(Pin.objects.filter(community=target, pk__in=places))
    for pin in pins:
        pin.community, pin.position = source, places[pin.pk] or 0
    Pin.objects.bulk_update(pins, ["community", "position"])
    Knock.objects.filter(pk__in=keys.get("knock", ()), community=target, answered_at=None).update(community=source)
    Closing.objects.filter(pk__in=keys.get("closing", ()), community=source).delete()
    GroupMembership.objects.filter(pk__in=keys.get("seat", ()), group_id=target.group_id).delete()
    return moved


def _bring_rest(source: Community, target: Community) -> list[Model]:
    """What came into being in a community that is taken back: nothing that somebody wrote there is lost."""
    moved: list[Model] = []
    for model in INSIDE.values():
        found = _keys(model, community=target)
        _put_inside(model, found, source)
        moved += _fresh(model, found)
    for model in OWNED.values():
        found = _keys(model, group=target.group)
        model._default_manager.filter(pk__in=found).update(group=source.group)
        moved += _fresh(model, found)
    keys = [pin.pk for pin in _pins_new_to(source, Pin.objects.filter(community=target))]
    Pin.objects.filter(pk__in=keys).update(community=source)
    return moved


def _dissolve(source: Community, target: Community, *, by: Membership, at: datetime) -> None:
    """The community that came out of the split: closed, empty, and its address leads back. Who joined it meanwhile
    belongs to the old one."""
    inside = set(GroupMembership.objects.filter(group_id=source.group_id).values_list("person", flat=True))
    newcomers = GroupMembership.objects.filter(group_id=target.group_id).exclude(person__in=inside)
    for seat in newcomers:
        GroupMembership.objects.create(
            group_id=source.group_id,
            person_id=seat.person_id,
            membership_id=seat.membership_id,
            is_guest=seat.is_guest,
            joined_at=at,
        )
    Closing.objects.create(
        community=target,
        reason=Closing.Reason.MERGED,
        words=f"The split was taken back. All of it is in {quoted(source)} again.",
        before=target.state,
        last_on=timezone.localdate(at),
        said_at=at,
        by=by.person,
        outcome=Closing.Outcome.CLOSED,
        ended_at=at,
    )
    target.name = f"{target.name[:90]} (taken back, {target.pk})"  # so that the name is free for another try
    rename_group(target.group, target.name)
    target.state, target.closed_at, target.moved_to = State.CLOSED, at, source
    target.end_reason, target.forming_until_on = Closing.Reason.MERGED, None
    save_community(target, "name", "state", "closed_at", "moved_to", "end_reason", "forming_until_on")


def _open_again(transfer: Transfer) -> None:
    """The look back that decided on it waits for another decision, unless a newer one is open."""
    review = transfer.review
    if review is None or review.community.reviews.filter(decision="").exists():
        return
    review.decision, review.decided_at, review.decided_by = "", None, None
    review.save(update_fields=["decision", "decided_at", "decided_by"])
