"""A community looks at itself: what it agreed on, and what is answered to the one private line about its rhythm.

None of it stands in the trail, which others read: the rows themselves say who answered when. Only a call for help is
told, because somebody wanted it told.
"""

from datetime import datetime, timedelta

from django.db import transaction

from communities import policies
from communities.events import Event
from communities.health import OLD_ENOUGH, has_become_quiet
from communities.models import LIVING, Agreed, Community, InPicture, QuietLine
from communities.transitions import lock_community, refuse_unless_living
from kmportal.lib.exceptions import Refusal
from kmportal.lib.model_rules import refuse_invalid
from organisations import events
from organisations.models import Membership
from organisations.policies import require_that

# After an answer nothing is asked again for so long.
SILENT_AFTER = {
    QuietLine.Answer.WANTED: timedelta(days=90),
    QuietLine.Answer.BUSY: timedelta(days=60),
    QuietLine.Answer.HELP: timedelta(days=90),
    QuietLine.Answer.REVIEW: timedelta(days=90),
    QuietLine.Answer.PASSED: timedelta(days=60),
}
CHOSEN = (QuietLine.Answer.WANTED, QuietLine.Answer.BUSY, QuietLine.Answer.HELP, QuietLine.Answer.REVIEW)


@transaction.atomic
def agree_on_figures(
    community: Community,
    *,
    by: Membership,
    at: datetime,
    meetings: int,
    answer_days: int,
    builds: int,
    stories: int,
) -> Agreed:
    """Put the community’s own charter into figures, so that what happens can stand beside them. Idempotent."""
    require_that(policies.may_shape(by, community))
    lock_community(community)
    refuse_unless_living(community)
    figures = {"meetings": meetings, "answer_days": answer_days, "builds": builds, "stories": stories}
    row = Agreed.objects.filter(community=community).first() or Agreed(community=community)
    for name, value in figures.items():
        setattr(row, name, value)
    refuse_invalid(row, *figures)
    row.save()
    return row


@transaction.atomic
def answer_quiet_line(line: QuietLine, *, by: Membership, at: datetime, answer: str) -> QuietLine:
    """Say whether the quiet is wanted. The first answer counts: another one is told what was said already."""
    require_that(policies.may_run(by, line.community))
    if answer not in CHOSEN:
        raise Refusal("Choose one of the four answers.")
    lock_community(line.community)
    line.refresh_from_db(fields=["answer", "answered_at", "by"])
    if line.answer == answer:
        return line
    if line.answer:
        raise Refusal(f"This was answered already: {line.get_answer_display()}.")
    _settle(line, answer, at=at)
    line.by = by.person
    line.save(update_fields=["by"])
    if answer == QuietLine.Answer.HELP:
        events.record(Event.COMMUNITY_ASKED_FOR_HELP, line.community, by=by, at=at)
    return line


@transaction.atomic
def show_in_picture(community: Community, *, by: Membership, at: datetime, show: bool) -> None:
    """Consent to stand in the picture of who helps whom, or take it back at once. Idempotent; no trail of it."""
    require_that(policies.may_belong(by, community))
    seat = policies.standing_of(by, community).seat
    if show:
        InPicture.objects.get_or_create(seat_id=seat, defaults={"at": at})
    else:
        InPicture.objects.filter(seat_id=seat).delete()


def ask_quiet_communities(*, at: datetime) -> int:
    """Ask those that have become quiet, and let a question pass where the quiet has passed; answers how much was done.
    The portal’s own, each in a transaction of its own."""
    rows = Community.objects.filter(state__in=LIVING, created_at__lte=at - OLD_ENOUGH)
    return sum(ask_quiet_community(community, at=at) for community in rows)


@transaction.atomic
def ask_quiet_community(community: Community, *, at: datetime) -> bool:
    """One line to facilitator and deputy, once. The portal’s own; idempotent."""
    lock_community(community)
    newest = community.quiet_lines.first()
    if not community.is_living or (newest and newest.answered_at and at < _silent_until(newest)):
        return False
    is_quiet = has_become_quiet(community, at=at)
    if newest and not newest.answer:
        if not is_quiet:
            _settle(newest, QuietLine.Answer.PASSED, at=at)
        return not is_quiet
    if is_quiet:
        QuietLine.objects.create(community=community, at=at)
    return is_quiet


def _silent_until(line: QuietLine) -> datetime:
    """When a line that was answered lets the next one be asked."""
    assert line.answered_at is not None  # noqa: S101  asked of answered lines alone
    return line.answered_at + SILENT_AFTER[QuietLine.Answer(line.answer)]


def _settle(line: QuietLine, answer: str, *, at: datetime) -> None:
    line.answer, line.answered_at = answer, at
    line.save(update_fields=["answer", "answered_at"])
