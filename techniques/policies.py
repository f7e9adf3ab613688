"""Who may do what with sessions and in their rooms: asked by the action, the page’s buttons and the API’s ``allowed``.

Whoever facilitates acts as a member. In the room everybody else acts as the participant that they are there.
"""

from collections.abc import Iterable

from actionplan.models import Action
from kmportal.lib.things import ref_of
from organisations import policies
from organisations.models import Membership, Organisation
from organisations.permissions import Permission
from techniques.models import Comment, LearningSet, Note, OwnAction, Participant, Session, Technique

# Who writes in a room: a participant, or a member who types what is said aloud.
Writer = Membership | Participant

# What whoever facilitates can do with a session, by its state.
MOVES = {
    Session.State.PLANNED: ("edit", "cancel", "tick_preparation", "invite", "open_room", "remove_participant"),
    Session.State.LIVE: (
        "invite",
        "go_to_stage",
        "extend_stage",
        "shorten_stage",
        "set_minutes_left",
        "restart_stage",
        "reveal_notes",
        "turn_page",
        "put_note_alone",
        "put_column_alone",
        "take_off",
        "group_notes",
        "merge_notes",
        "take_notes_apart",
        "rename_group",
        "undo_grouping",
        "open_voting",
        "end_voting",
        "remove_participant",
        "close",
    ),
}

# What a meeting of a set has on the page of the set instead.
NOT_OF_A_SET = {"edit", "invite"}


def may_plan(membership: Membership | None, organisation: Organisation) -> bool:
    """Whoever facilitates plans sessions."""
    return policies.may(Permission.FACILITATE, membership, organisation)


def may_use(membership: Membership, technique: Technique) -> bool:
    """Whether a technique ships with the portal or is the organisation’s own."""
    return technique.organisation_id in (None, membership.organisation_id)


def may_plan_with(membership: Membership, technique: Technique) -> bool:
    """Whoever facilitates, with a technique whose script is complete."""
    return may_plan(membership, membership.organisation) and may_use(membership, technique) and technique.can_run


def may_facilitate(membership: Membership | None, session: Session) -> bool:
    """Everybody who facilitates here, not only the one who was asked to lead this session. A meeting of a set is led by
    whoever leads the set."""
    if session.learning_set is not None:
        return may_lead_set(membership, session.learning_set)
    return policies.may(Permission.FACILITATE, membership, session.organisation)


def may_pass_on(membership: Membership | None, session: Session) -> bool:
    """Whoever leads sessions here, and whoever looks after people. Who advises a set is said on its page."""
    may = policies.may_pass_on(Permission.FACILITATE, membership, session.organisation)
    return may and session.learning_set_id is None


def may_join(membership: Membership | None, session: Session) -> bool:
    """Every member of the organisation without a code, until it is over or while nobody else is let in."""
    if session.is_over or session.admission_stopped_at is not None:
        return False
    if session.learning_set is not None:
        return is_member_of_set(membership, session.learning_set)
    return policies.may(Permission.READ, membership, session.organisation)


def may_note_attendance(membership: Membership | None, session: Session) -> bool:
    """Whoever facilitates, once it is closed; and before the close where it is only written down here. Who came to a
    meeting of a set is said when it ends, and read by its members alone."""
    if session.learning_set_id:
        return False
    was_held = session.is_closed or (session.is_live and session.was_entered_afterwards)
    return was_held and may_facilitate(membership, session)


def may_tell_outcome(membership: Membership | None, session: Session) -> bool:
    """Once it is closed: whoever facilitates here or led it, and whoever took an action on in it."""
    if membership is None or not session.is_closed or session.learning_set_id:
        return False
    if may_facilitate(membership, session):
        return True
    if not policies.may(Permission.READ, membership, session.organisation):
        return False
    if session.facilitator_id == membership.person_id:
        return True
    return Action.objects.agreed_in(ref_of(session)).owned_by(membership.person).exists()


def may_tell_of_matches(membership: Membership | None, session: Session) -> bool:
    """Once it is closed: whoever found somebody there, and is asked for both."""
    if membership is None or not session.is_closed:
        return False
    is_member = policies.may(Permission.READ, membership, session.organisation)
    return is_member and session.matches.asked_of(membership.person).exists()


def allowed(membership: Membership | None, session: Session) -> frozenset[str]:
    """The names of all moves that this member may make with the session as it stands."""
    moves = {"join"} if may_join(membership, session) else set()
    if may_facilitate(membership, session):
        moves.update(MOVES.get(Session.State(session.state), ()))
        if session.learning_set_id:
            moves -= NOT_OF_A_SET
        if not session.is_over:
            moves.add("resume_admission" if session.admission_stopped_at else "stop_admission")
        if may_note_attendance(membership, session):
            moves.add("note_attendance")
        if session.is_live:
            moves.add("pause_clock" if session.paused_seconds is None else "resume_clock")
    return frozenset(moves)


# --- Action learning sets ----------------------------------------------------------------------------------------


def is_member_of_set(membership: Membership | None, learning_set: LearningSet) -> bool:
    """Whoever belongs to it, and to the organisation."""
    if membership is None or not policies.may(Permission.READ, membership, learning_set.organisation):
        return False
    return learning_set.members.filter(person=membership.person_id).exists()


def leads_itself(learning_set: LearningSet) -> bool:
    """Whether its members lead it: nobody advises it, or whoever did may do so no more."""
    return learning_set.pk in leading_themselves([learning_set])


def leading_themselves(learning_sets: Iterable[LearningSet]) -> set[int]:
    """The keys of those among these sets that lead themselves, in one query."""
    rows = list(learning_sets)
    here = Membership.objects.current().may(Permission.FACILITATE)
    advisers = {one.adviser_id for one in rows if one.adviser_id}
    able = set(here.filter(person__in=advisers).values_list("organisation_id", "person_id")) if advisers else set()
    return {one.pk for one in rows if (one.organisation_id, one.adviser_id) not in able}


def may_lead_set(membership: Membership | None, learning_set: LearningSet) -> bool:
    """Its adviser; and every member of a set that leads itself."""
    if leads_itself(learning_set):
        return is_member_of_set(membership, learning_set)
    is_adviser = membership is not None and membership.person_id == learning_set.adviser_id
    return is_adviser and policies.may(Permission.FACILITATE, membership, learning_set.organisation)


def may_run_room(by: Writer, session: Session) -> bool:
    """Whoever leads, at the desk; on a phone a member of a set that leads itself."""
    if isinstance(by, Membership):
        return may_facilitate(by, session)
    learning_set = session.learning_set
    is_here = may_write(by, session)
    return is_here and learning_set is not None and leads_itself(learning_set)


def may_change_own_action(membership: Membership | None, action: OwnAction) -> bool:
    """Whoever wrote it, while they belong there. Nobody else ever knows of it."""
    if membership is None or not policies.belongs(membership, action.learning_set.organisation):
        return False
    return action.person_id == membership.person_id


# --- In the room -------------------------------------------------------------------------------------------------


def may_write(by: Writer, session: Session) -> bool:
    """Whoever is in this room, and whoever facilitates: what they type stands there for the whole room."""
    if isinstance(by, Participant):
        return by.session_id == session.pk and by.joined_at is not None
    return may_facilitate(by, session)


def may_give_feedback(by: Participant, session: Session) -> bool:
    """Whoever was in this room."""
    return by.session_id == session.pk and by.joined_at is not None


def is_author(by: Writer, note: Note) -> bool:
    """Whether they wrote this note themselves. One person is one author, at the desk and on their phone."""
    if isinstance(by, Participant):
        return note.author_id == by.pk
    return note.author is not None and note.author.person_id == by.person_id


def is_own(by: Writer, note: Note) -> bool:
    """One’s own. What was typed for the room belongs to all who facilitate, once it may be read."""
    if is_author(by, note):
        return True
    return isinstance(by, Membership) and note.by_facilitator and note.stage.shows_notes


def may_change_note(by: Writer, note: Note) -> bool:
    """One’s own. Whoever facilitates may correct or move any note that everybody can read; its writer is told."""
    return is_own(by, note) or (isinstance(by, Membership) and note.stage.shows_notes)


def may_withdraw_note(by: Writer, note: Note) -> bool:
    """One’s own. Whoever facilitates may take away any note that everybody can read, for example because it names a
    patient; its writer is told."""
    return may_change_note(by, note)


def may_withdraw_comment(by: Writer, comment: Comment) -> bool:
    """One’s own. Whoever facilitates may take away any."""
    if isinstance(by, Participant):
        return comment.author_id == by.pk
    return may_facilitate(by, comment.note.session)
