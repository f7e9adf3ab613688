"""The results meeting of a round: booking it plans the session, moving it moves the session.

Part of preparing, changing and asking; those actions have asked the permission of whoever runs the round.
"""

from collections.abc import Iterable
from datetime import datetime

from organisations.models import Membership
from selfassessment.models import Asked, Assessment
from techniques.actions import planning
from techniques.models import Length, Session, Technique

TECHNIQUE = "self-assessment-meeting"
TITLE_LIMIT = 120


def follow_booking(assessment: Assessment, *, by: Membership, at: datetime) -> None:
    """Have a planned session for the meeting that the round names, at its time and place, and none where it names none.

    A meeting in the past, and a portal without the script, plan nothing. A session that has begun is left alone.
    """
    session = assessment.results_session
    if session is not None and session.state == Session.State.CANCELLED:  # on its own page: the meeting is booked anew
        session = None
    if session is not None and not session.is_planned:
        return
    if assessment.results_at is None:
        if session is not None:
            planning.cancel_session(session, by=by, at=at)
            _keep(assessment, None)
    elif session is not None:
        wanted = {"starts_at": assessment.results_at, "place": assessment.results_place}
        if any(getattr(session, name) != value for name, value in wanted.items()):
            planning.edit_session(session, by=by, at=at, seen=session.version, **wanted)
    elif assessment.results_at > at:
        _plan(assessment, assessment.results_at, by=by, at=at)


def invite_to_meeting(assessment: Assessment, asked: Iterable[Asked], *, by: Membership, at: datetime) -> None:
    """Ask those who are asked to answer to the meeting, too: members, and addresses by the link of the session.

    Members who have left since are passed over.
    """
    session = assessment.results_session
    if session is None or not session.is_planned:
        return
    here = Membership.objects.current().filter(organisation=assessment.organisation_id).select_related("person")
    members = {membership.person_id: membership.person for membership in here}
    rows = list(asked)
    people = [members[row.person_id] for row in rows if row.person_id in members]
    guests = {row.email: "" for row in rows if row.email}
    if people or guests:
        planning.invite_to_session(session, by=by, at=at, people=people, guests=guests)


def _plan(assessment: Assessment, starts_at: datetime, *, by: Membership, at: datetime) -> None:
    technique = Technique.objects.filter(organisation=None, key=TECHNIQUE, can_run=True).first()
    if technique is None:
        return
    session = planning.plan_session(
        assessment.organisation,
        by=by,
        at=at,
        technique=technique,
        length=Length.STANDARD,
        title=f"Results: {assessment.title}"[:TITLE_LIMIT],
        starts_at=starts_at,
        facilitator=assessment.facilitator,
        place=assessment.results_place,
    )
    _keep(assessment, session)
    # Those who were asked before it was booked.
    invite_to_meeting(assessment, assessment.asked.order_by("pk"), by=by, at=at)


def _keep(assessment: Assessment, session: Session | None) -> None:
    assessment.results_session = session
    Assessment.objects.filter(pk=assessment.pk).update(results_session=session)
