"""Keeping lessons fresh: who looks after each, the monthly round of a few for each person, and what they answer."""

from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import date, datetime
from functools import cache

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from kmportal.lib.cleaning import clean_text, line_of_text
from kmportal.lib.days import add_months
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal
from kmportal.lib.model_rules import refuse_invalid
from lessons import keepers, policies
from lessons.actions.comments import write_comment
from lessons.actions.ending import retire_lesson
from lessons.events import Event
from lessons.models import MOST_TURNS, Lesson, ReviewRule, ReviewTurn, ReviewTurnQuerySet, Upkeep
from lessons.tokens import turn_token
from lessons.transitions import lock_lesson, save_columns
from organisations import events
from organisations.models import Group, GroupMembership, Membership, Organisation, Person
from organisations.permissions import Permission
from organisations.policies import may_pass_on, require, require_that

Answer = ReviewTurn.Answer
# What is to be changed is asked about again after this time, so that it is not forgotten.
MONTHS_TO_CHANGE = 1


@transaction.atomic
def set_review_months(organisation: Organisation, *, by: Membership, at: datetime, kind: str, months: int) -> None:
    """Say after how many months each lesson of a kind is looked at again. It holds for days that are set from now on.
    Idempotent."""
    require(Permission.FACILITATE, by, organisation)
    refuse_invalid(ReviewRule(kind=kind, months=months), "kind", "months")
    if ReviewRule.objects.months_in(organisation)[kind] == months:
        return
    rule, _ = ReviewRule.objects.update_or_create(organisation=organisation, kind=kind, defaults={"months": months})
    events.record(Event.REVIEW_RULE_SET, rule, by=by, at=at, kind=kind, months=months)


@transaction.atomic
def set_keeper(
    lesson: Lesson,
    *,
    by: Membership,
    at: datetime,
    owner: Person | None,
    deputy: Person | None = None,
    group: Group | None = None,
    review_on: date | None = None,
) -> Upkeep:
    """Say who looks after a lesson, who stands in, which community or team it belongs to, and when it is looked at
    again. Idempotent."""
    require_that(keepers.may_choose_keeper(by, lesson))
    lock_lesson(lesson)
    upkeep = _upkeep_of(lesson)
    for person in (owner, deputy):
        if person is not None and person not in {upkeep.owner, upkeep.deputy}:
            _refuse_who_cannot(lesson, person)
    choosable = Group.objects.choosable(lesson.organisation, kept=upkeep.group_id)
    if group is not None and not choosable.filter(pk=group.pk).exists():
        raise Refusal(worded("Choose a group of your own organisation."))
    refuse_invalid(Upkeep(owner=owner, deputy=deputy), "owner", "deputy")
    if owner is not None and owner == deputy:
        raise Refusal("Choose two different people.")
    had = upkeep.owner
    upkeep.owner, upkeep.deputy, upkeep.group = owner, deputy, group
    upkeep.save(update_fields=["owner", "deputy", "group"])
    # Who has no more to do with it is not asked any more: whoever has it now is, by the next round.
    _asked_about(lesson).exclude(person__in=[one for one in (owner, deputy) if one is not None]).delete()
    if lesson.review_on != review_on:
        lesson.review_on = review_on
        save_columns(lesson, "review_on")
    if owner != had:
        events.record(Event.LESSON_KEEPER_CHANGED, lesson, by=by, at=at, to=owner)
    return upkeep


@transaction.atomic
def pass_on_upkeep(upkeep: Upkeep, *, by: Membership, at: datetime, to: Person | None) -> Upkeep:
    """Give what somebody looked after who goes to another; with nobody named its deputy has it, or it waits.
    Idempotent."""
    require_that(may_pass_on(Permission.FACILITATE, by, upkeep.lesson.organisation))
    lesson = upkeep.lesson
    lock_lesson(lesson)
    upkeep.refresh_from_db()
    upkeep.lesson = lesson
    if to is not None:
        _refuse_who_cannot(lesson, to)
    return _give_to(upkeep, to, by=by, at=at)


def _refuse_who_cannot(lesson: Lesson, person: Person) -> None:
    members = Membership.objects.current().may(Permission.CONTRIBUTE).filter(organisation=lesson.organisation)
    member = members.select_related("organisation", "person").filter(person=person).first()
    if member is None or not Lesson.objects.visible_to(member).filter(pk=lesson.pk).exists():
        raise Refusal(f"{person} cannot look after this {worded('lesson')}. Choose somebody else.")


def _give_to(upkeep: Upkeep, person: Person | None, *, by: Membership, at: datetime) -> Upkeep:
    if upkeep.owner == person:
        return upkeep
    upkeep.owner = person
    if person is not None and upkeep.deputy_id == person.pk:
        upkeep.deputy = None
    upkeep.save(update_fields=["owner", "deputy"])
    _asked_about(upkeep.lesson).exclude(person=person).delete()
    events.record(Event.LESSON_KEEPER_CHANGED, upkeep.lesson, by=by, at=at, to=person)
    return upkeep


def _asked_about(lesson: Lesson) -> ReviewTurnQuerySet:
    """Whoever has not answered about it yet."""
    return ReviewTurn.objects.filter(lesson=lesson, answered_at=None)


def begin_upkeep(lesson: Lesson) -> None:
    """Once it is checked, its author looks after a lesson; one without a named author, whoever checked it. The portal’s
    own, part of the check; idempotent."""
    owner = lesson.validated_by if lesson.is_safe or lesson.author_id is None else lesson.author
    Upkeep.objects.get_or_create(lesson=lesson, defaults={"owner": owner, "group": lesson.group})


# --- The monthly round -----------------------------------------------------------------------------------------------


def choose_turns(*, at: datetime) -> int:
    """Ask each person about a few of the lessons that they look after, those first that are used most, were not looked
    at for longest and are doubted most; answers how many. The portal’s own, each day; safe to repeat.
    """
    asked = 0
    for organisation in Organisation.objects.all().order_by("pk"):
        with organisation.at_home():
            asked += _choose_in(organisation, on=timezone.localdate(at), at=at)
    return asked


@transaction.atomic
def _choose_in(organisation: Organisation, *, on: date, at: datetime) -> int:
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    members = Membership.objects.current().may(Permission.CONTRIBUTE).filter(organisation=organisation)
    here = {one.person_id: one for one in members.select_related("organisation", "person")}
    # Somebody who can no longer do it, or no longer read it, is not asked, and does not keep others from being asked.
    turns = ReviewTurn.objects.filter(lesson__organisation=organisation)
    turns.open().exclude(person__in=here).delete()
    for asked in set(turns.open().values_list("person", flat=True)) & set(here):
        theirs = Lesson.objects.visible_to(here[asked]).order_by()
        turns.open().filter(person=asked).exclude(lesson__in=theirs).delete()
    first, able = on.replace(day=1), frozenset(here)
    due = Upkeep.objects.in_use(organisation).due(add_months(first, 1))
    by_person: dict[int, list[Upkeep]] = defaultdict(list)
    of_communities = []
    for upkeep in due:
        if (person := keepers.keeper_today(upkeep, able, on=on)) is not None:
            by_person[person].append(upkeep)
        elif upkeep.group is not None and upkeep.group.kind == Group.Kind.COMMUNITY:
            of_communities.append(upkeep)
    room_of = _room_of_each(able, turns, first)
    _share_out(of_communities, here, by_person, room_of, on=on)
    made: list[ReviewTurn] = []
    for person, rows in by_person.items():
        room = room_of[person]
        if room <= 0:
            continue
        readable = set(
            Lesson.objects.visible_to(here[person])
            .filter(pk__in=[row.lesson_id for row in rows])
            .values_list("pk", flat=True)
        )
        ranked = sorted(rows, key=lambda row: (-_rank_of(row, on=on), row.pk))
        chosen = [row for row in ranked if row.lesson_id in readable][:room]
        made += [
            ReviewTurn(lesson_id=row.lesson_id, person_id=person, round_on=first, asked_on=on, created_at=at)
            for row in chosen
        ]
    ReviewTurn.objects.bulk_create(made)
    return len(made)


def _room_of_each(people: Collection[int], turns: ReviewTurnQuerySet, first: date) -> dict[int, int]:
    """How many more each can be asked about in the month that begins on this day."""
    taken = turns.filter(Q(round_on=first) | Q(answered_at=None), person__in=people)
    counts = Counter(taken.values_list("person", flat=True))
    return {person: MOST_TURNS - counts[person] for person in people}


def _share_out(
    kept: list[Upkeep],
    here: dict[int, Membership],
    by_person: dict[int, list[Upkeep]],
    room: dict[int, int],
    *,
    on: date,
) -> None:
    """What belongs to a community and nobody looks after: its members, guests not, are asked, each time whoever has the
    fewest of them; of these whoever was asked longest ago. Only who can read it, and has room this month."""
    groups = {one.group_id for one in kept}
    seats = GroupMembership.objects.in_force_for_anybody().filter(group__in=groups, is_guest=False)
    inside: dict[int | None, list[int]] = defaultdict(list)
    for group, person in seats.filter(membership__in=[one.pk for one in here.values()]).values_list("group", "person"):
        if not here[person].person.is_away(on):
            inside[group].append(person)
    members = {person for people in inside.values() for person in people}
    asked = ReviewTurn.objects.filter(person__in=members).values_list("person").annotate(last=Max("asked_on"))
    last = dict(asked.order_by())

    @cache
    def read_by(person: int) -> set[int]:
        rows = Lesson.objects.visible_to(here[person]).filter(pk__in=[row.lesson_id for row in kept])
        return set(rows.values_list("pk", flat=True))

    def given(person: int) -> int:
        return len(by_person.get(person, ()))

    for upkeep in sorted(kept, key=lambda row: (-_rank_of(row, on=on), row.pk)):
        people = sorted(inside[upkeep.group_id], key=lambda person: (given(person), last.get(person, date.min), person))
        able = (one for one in people if given(one) < room[one] and upkeep.lesson_id in read_by(one))
        if (chosen := next(able, None)) is not None:
            by_person[chosen].append(upkeep)


def _rank_of(upkeep: Upkeep, *, on: date) -> float:
    """Review priority of a row of ``due``: use × age × doubt, each at least one, so that none wipes out the others."""
    years = max(0, (on - timezone.localdate(upkeep.since)).days) / 365  # type: ignore[attr-defined]
    written = upkeep.lesson.words.at  # what was doubted before is another text
    is_doubted = upkeep.doubted_at is not None and upkeep.doubted_at > written
    doubts = upkeep.doubts + is_doubted  # type: ignore[attr-defined]
    return (1 + upkeep.uses) * (1 + years) * (1 + 2 * doubts)  # type: ignore[attr-defined]


# --- What they answer ------------------------------------------------------------------------------------------------


@transaction.atomic
def answer_turn(
    turn: ReviewTurn,
    *,
    by: Membership,
    at: datetime,
    answer: str,
    words: str = "",
    to: str = "",
    token: str | None = None,
) -> ReviewTurn:
    """Say whether a lesson is still right: keep it, say what must change, hand it over, or have it taken out of use.

    ``token`` is the signature of the link in the mail, where that is how somebody came. ``to`` is the e-mail address of
    who looks after it from now on; empty: the deputy. Answered once: the second press changes nothing.
    """
    require_that(keepers.may_answer_turn(by, turn))
    if token is not None:
        require_that(constant_time_compare(token, turn_token(turn)))
    lesson = turn.lesson
    lock_lesson(lesson)
    turn = ReviewTurn.objects.select_for_update().get(pk=turn.pk)
    if turn.answered_at is not None:
        return turn
    turn.lesson = lesson
    if not keepers.may_be_kept(lesson):
        raise Refusal(worded("This lesson is no longer in use. There is nothing more to do."))
    if answer not in Answer.values:
        raise Refusal("Choose one of the answers.")
    text = clean_text(words).strip() if line_of_text(words) else ""
    if answer in {Answer.CHANGE, Answer.RETIRE} and not text:
        raise Refusal("Say what is not right any more, so that others understand.")
    upkeep = _upkeep_of(lesson)
    turn.answer, turn.answered_at = answer, at
    turn.save(update_fields=["answer", "answered_at"])
    match answer:
        case Answer.KEEP:
            _look_again_later(lesson, at=at)
            _note(upkeep, looked_at=at, doubted_at=None)
            events.record(Event.LESSON_KEPT, lesson, by=by, at=at)
        case Answer.PASS:
            _give_to(upkeep, _successor(upkeep, to, by=by), by=by, at=at)
        case Answer.RETIRE if policies.may_move(by, lesson, "retire", on=timezone.localdate(at)):
            retire_lesson(lesson, by=by, at=at, reason=text)
        case _:
            write_comment(lesson, by=by, at=at, text=text)
            _look_again_later(lesson, at=at, months=MONTHS_TO_CHANGE)
            _note(upkeep, looked_at=at, doubted_at=at)
            events.record(Event.LESSON_DOUBTED, lesson, by=by, at=at, answer=answer)
    return turn


def _look_again_later(lesson: Lesson, *, at: datetime, months: int | None = None) -> None:
    months = months or ReviewRule.objects.months_in(lesson.organisation_id)[lesson.kind]
    lesson.review_on = add_months(timezone.localdate(at), months)
    save_columns(lesson, "review_on")


def _note(upkeep: Upkeep, *, looked_at: datetime, doubted_at: datetime | None) -> None:
    upkeep.looked_at, upkeep.doubted_at = looked_at, doubted_at
    upkeep.save(update_fields=["looked_at", "doubted_at"])


def _successor(upkeep: Upkeep, address: str, *, by: Membership) -> Person:
    """Who is meant by an e-mail address; without one, the deputy."""
    members = Membership.objects.current().may(Permission.CONTRIBUTE).filter(organisation=upkeep.lesson.organisation)
    if not address.strip():
        if upkeep.deputy is None or upkeep.deputy == by.person:
            raise Refusal("Say who should look after it.")
        person = upkeep.deputy
    else:
        found = members.filter(person__email__iexact=address.strip()).select_related("person").first()
        if found is None:
            raise Refusal("Nobody here who can look after it has this address. Look whether it is written right.")
        person = found.person
    if person in {upkeep.owner, by.person}:
        raise Refusal("Choose somebody else.")
    _refuse_who_cannot(upkeep.lesson, person)
    return person


def _upkeep_of(lesson: Lesson) -> Upkeep:
    """Its row, locked by its lesson; made where there is none."""
    upkeep, _ = Upkeep.objects.select_related("owner", "deputy", "group").get_or_create(lesson=lesson)
    upkeep.lesson = lesson
    return upkeep
