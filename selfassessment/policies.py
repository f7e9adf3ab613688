"""Who may do what with rounds, answers and suggestions: asked by the action, by the page’s buttons and by the API."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.crypto import constant_time_compare

from actionplan.models import Action, ActionChange
from kmportal.lib.prepared import prepared
from kmportal.lib.things import Ref
from lessons.models import Lesson
from organisations import policies
from organisations.models import Membership, Organisation
from organisations.permissions import Permission
from roadmap.models import Intervention, InterventionChange
from roadmap.things import INTERVENTION
from selfassessment.models import Assessment, Decision, Response
from selfassessment.respondents import Respondent
from techniques.models import Session

# What whoever runs rounds can do with one, by its state.
MOVES = {
    Assessment.State.DRAFT: ("edit", "open", "discard"),
    Assessment.State.OPEN: ("edit", "ask", "remind", "enable_link", "close"),
    Assessment.State.CLOSED: ("read_comments", "withhold"),
}


def may_prepare(membership: Membership | None, organisation: Organisation) -> bool:
    """Whoever facilitates prepares rounds."""
    return policies.may(Permission.FACILITATE, membership, organisation)


def may_run(membership: Membership | None, assessment: Assessment) -> bool:
    """Everybody who facilitates here, not only the one who was named for this round."""
    return policies.may(Permission.FACILITATE, membership, assessment.organisation)


def may_pass_on(membership: Membership | None, assessment: Assessment) -> bool:
    """Whoever runs rounds, and whoever looks after people."""
    return policies.may_pass_on(Permission.FACILITATE, membership, assessment.organisation)


def may_read_report(membership: Membership | None, assessment: Assessment) -> bool:
    """Every member, once it is published."""
    return assessment.is_published and policies.may(Permission.READ, membership, assessment.organisation)


def may_decide(membership: Membership | None, assessment: Assessment) -> bool:
    """Whoever runs rounds decides about the suggestions of one."""
    return may_run(membership, assessment)


def may_plan(membership: Membership | None, assessment: Assessment) -> bool:
    """Whether a suggestion may become an intervention: for that one must also plan the programme."""
    return may_decide(membership, assessment) and policies.may(Permission.PLAN, membership, assessment.organisation)


def allowed(membership: Membership | None, assessment: Assessment) -> frozenset[str]:
    """The names of all moves that this member may make with the round as it stands. Whether they may answer it is for
    ``may_answer`` to say: that hangs on who was asked."""
    moves = set(MOVES[Assessment.State(assessment.state)]) if may_run(membership, assessment) else set()
    if "enable_link" in moves and assessment.link_nonce:
        moves.add("disable_link")
    if moves and assessment.is_published:
        moves.add("decide")
    if moves and assessment.is_closed and assessment.comments_read_at is None:
        moves |= {"publish", "show_again"}
    if "decide" in moves and may_plan(membership, assessment):
        moves.add("plan")
    if may_read_report(membership, assessment):
        moves |= {"read_report", "request_report_pdf"}
    return frozenset(moves)


# --- Answering -------------------------------------------------------------------------------------------------------


def may_answer(by: Respondent, assessment: Assessment) -> bool:
    """Whoever was asked, as a member or by address; with the one link on, every member and whoever holds it.

    A member who began while the link was on may go on without it.
    """
    if by.member is not None and not policies.may(Permission.READ, by.member, assessment.organisation):
        return False
    if by.asked is not None:
        return by.asked.assessment_id == assessment.pk and _is_their_answer(by)
    if by.member is None:
        return _knows_the_code(by.link, assessment.link_nonce)
    return bool(assessment.link_nonce) or _has_responded(by, assessment)


def _is_their_answer(by: Respondent) -> bool:
    """Whether it was this member who was asked, or the address of their account, or the address whose own link they
    hold. An account has no address that was not shown to be its owner’s."""
    assert by.asked is not None  # noqa: S101  asked before
    if by.member is not None:
        is_own_address = by.asked.person_id is None and by.asked.email == by.member.person.email.lower()
        return by.asked.person_id == by.member.person_id or is_own_address
    return by.asked.person_id is None and _knows_the_code(by.link, by.asked.nonce)


def _knows_the_code(link: str, code: str) -> bool:
    """Whether they came by this code; an empty one is of no link at all."""
    return bool(code) and constant_time_compare(link, code)


def _has_responded(by: Respondent, assessment: Assessment) -> bool:
    return Response.objects.of(assessment, key=by.key, person=by.person).exists()


# --- Undoing a decision ----------------------------------------------------------------------------------------------


def may_take_back(membership: Membership | None, decision: Decision) -> bool:
    """Whoever runs rounds; what is on the roadmap only whoever plans the programme, too."""
    if decision.intervention_id is not None:
        return may_plan(membership, decision.assessment)
    return may_decide(membership, decision.assessment)


def may_undo(membership: Membership | None, decision: Decision) -> bool:
    """Whether this member may take a decision back: their right, and nothing has happened to what it became."""
    return decision.pk in undoable(membership, [decision])


def undoable(membership: Membership | None, decisions: Iterable[Decision]) -> frozenset[int]:
    """The keys of those decisions for which ``may_undo`` says yes. The same few queries for one and for many."""
    theirs = [decision for decision in decisions if may_take_back(membership, decision)]
    if not theirs:
        return frozenset()
    moved = _moved_interventions(pk for one in theirs if (pk := one.intervention_id))
    touched = _touched_actions(pk for one in theirs if (pk := one.action_id))
    return frozenset(one.pk for one in theirs if one.intervention_id not in moved and one.action_id not in touched)


@prepared
def _moved(keys: tuple[int, ...]) -> QuerySet[Intervention, int]:
    agreed = Action.objects.agreed_in(*(Ref(INTERVENTION.kind, pk) for pk in keys)).values("source_ident")
    here = OuterRef("pk")
    rows = Intervention.objects.filter(pk__in=keys).filter(
        Q(version__gt=1)
        | ~Q(state=Intervention.State.PLANNED)
        | Q(pk__in=agreed)
        | Exists(InterventionChange.objects.filter(intervention=here))
        | Exists(Session.objects.filter(intervention=here))
        | Exists(Lesson.objects.filter(intervention=here))
    )
    return rows.values_list("pk", flat=True)


def _moved_interventions(keys: Iterable[int]) -> set[int]:
    """Those that were changed, or on which something hangs: actions, sessions, lessons. One query."""
    found = tuple(keys)
    return set(_moved(found)) if found else set()


@prepared
def _touched(keys: tuple[int, ...]) -> QuerySet[Action, int]:
    happened = ActionChange.objects.filter(action=OuterRef("pk")).exclude(kind=ActionChange.Kind.MADE)
    rows = Action.objects.filter(pk__in=keys).filter(Q(version__gt=1) | Exists(happened))
    return rows.values_list("pk", flat=True)


def _touched_actions(keys: Iterable[int]) -> set[int]:
    """Those to which something has happened since they were added. One query."""
    found = tuple(keys)
    return set(_touched(found)) if found else set()
