"""What needs somebody today: the one list that asks, worked out from every app below, most pressing first."""

from datetime import datetime

from django.utils import timezone

from dashboards.gaps import LatestRound
from dashboards.todo import communities, house, lessons, own, rounds
from dashboards.todo.need import MOST, Need
from lessons.policies import may_confirm_benefits, may_see_register
from lessons.reports.pack_waiting import WaitingPacks, waiting_packs
from organisations.models import Membership
from organisations.permissions import Permission

__all__ = ["MOST", "Need", "needs_of"]


def needs_of(
    membership: Membership, latest: LatestRound, *, at: datetime, packs: WaitingPacks | None = None
) -> list[Need]:
    """Everything that waits for this member, most pressing first; of each kind no more than ``need.FETCHED``.
    ``packs``: where the page knows them already."""
    today = timezone.localdate(at)
    found = [
        *own.own_actions(membership, today),
        *own.sessions_to_prepare(membership, at),
        *rounds.answers_owed(membership, today),
        *own.questions_asked(membership),
        *own.matches_to_tell_of(membership, at),
        *own.advice_to_report_on(membership, at),
        *own.outcomes_to_tell(membership, at),
        *lessons.returned_lessons(membership),
        *lessons.lesson_drafts(membership),
        *lessons.quotes_to_answer(membership),
        *lessons.assets_to_look_at(membership, today),
        *lessons.own_risks(membership, today),
        *lessons.lessons_to_look_at(membership),
        *own.own_interventions(membership, today),
        *lessons.packs_to_answer(packs or waiting_packs(membership, today), today),
        *own.guests_to_remind(membership, today),
        *communities.requests_to_join(membership),
        *own.sessions_to_close(membership, at),
    ]
    if membership.can(Permission.VALIDATE):
        found += [*lessons.lessons_waiting(membership, today), *lessons.changes_to_look_at(membership, today)]
    if may_confirm_benefits(membership, membership.organisation):
        found += lessons.benefits_to_confirm(membership)
    if may_see_register(membership, membership.organisation):
        found += lessons.risks_that_press(membership, today)
    if membership.can(Permission.FACILITATE):
        found += [*rounds.rounds_to_close(membership, today), *rounds.comments_to_read(membership, today)]
    if membership.can(Permission.PLAN):
        found += [
            *house.programme_to_begin(membership),
            *rounds.undecided_gaps(latest),
            *house.without_owner(membership),
        ]
    found += house.to_pass_on(membership, today)
    if membership.can(Permission.ADMINISTER):
        found += [
            *house.room_to_make(membership),
            *house.lead_to_find(membership),
            *house.facilitator_to_find(membership),
            *house.mail_to_set_up(membership),
            *house.incidents_to_name(membership),
        ]
    return sorted(found, key=lambda need: -need.weight)
