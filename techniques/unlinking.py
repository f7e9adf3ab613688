"""Taking away who came, and the traces of notes, from tables and files of the database: docs/decisions/0024 and 0083.

Nobody acts here: it is called at the close and by the timetable, and tells nothing.
"""

from datetime import datetime, timedelta

from django.apps import apps
from django.db import transaction
from django.db.models import Exists, Model, OuterRef, Q, Value
from django.db.models.functions import Coalesce

from actionplan.models import PromiseReminder
from jobs.actions import KEEP_MAIL, forget_mails
from jobs.models import Mail
from kmportal.lib import things
from kmportal.lib.unlinking import remove_old_versions
from notifications.actions import withdraw_notices, withdraw_undelivered, withdraw_undelivered_about
from notifications.models import Notice
from organisations.models import Organisation, Person
from techniques import helper_registry
from techniques.confidentiality import Confidentiality
from techniques.labels import SUBJECTS
from techniques.models import (
    Ballot,
    Comment,
    Correction,
    Feedback,
    Invitee,
    MeToo,
    Note,
    NoteGroup,
    Participant,
    RoomEvent,
    Seat,
    Session,
    Voting,
    Wish,
    Wording,
)
from techniques.trading import WITH_SHEET

# Whatever knew who wrote, said or chose something.
LINKED = (Note, NoteGroup, Participant, Comment, Correction, MeToo, Ballot, Wish, Wording, Seat, RoomEvent, Invitee)
# Whatever told somebody of a session. Many rows, which are read all the time: their files are not written anew.
TOLD = (Mail, Notice, PromiseReminder)
# So long a mail is kept, and may be tried once more: what is older goes once a day.
MAILS_STAY_WITHIN = KEEP_MAIL + timedelta(days=2)
# Checking the foreign keys of a ballot leaves its transaction as ``xmax`` on the rows of who voted and for what.
VOTED = (Ballot, Participant, Note, NoteGroup)


def forget_who_came(session: Session) -> None:
    """Part of the close of a session of which it is not kept who was there: nothing says any more who was asked to
    come, who came, and who was told of it. Whoever leads it stays named."""
    _forget_people(session)
    withdraw_undelivered(session.organisation, forget_mails(session.key_of_mails, unsent=True))


def forget_who_was_asked(session: Session) -> None:
    """The same part of calling a meeting of a set off. The mails that say so still leave; then they go, too."""
    _forget_people(session)
    withdraw_undelivered(session.organisation, forget_mails(session.key_of_mails))


def _forget_people(session: Session) -> None:
    Participant.objects.filter(session=session).update(name="", person=None)
    session.invitees.all().delete()
    withdraw_notices(things.ref_of(session), but=session.facilitator)


def forget_who_came_before() -> None:
    """The same for sessions that were closed by a version that left it standing, or came back with an old back-up.
    Idempotent. Their mails have no key of theirs yet, and summaries that wait must arrive: those go by themselves."""
    of_session = {"session": OuterRef("pk")}
    told = Notice.objects.filter(kind="session", ident=OuterRef("pk"))
    told = told.exclude(person=Coalesce(OuterRef("facilitator"), Value(0)))
    named = Participant.objects.filter(**of_session).filter(Q(person__isnull=False) | ~Q(name=""))
    still = Exists(told) | Exists(named) | Exists(Invitee.objects.filter(**of_session))
    for session in Session.objects.forgetting().filter(still).select_related("facilitator"):
        with transaction.atomic():
            _forget_people(session)
            Session.objects.filter(pk=session.pk).update(keeps_traces=True)


def forget_undelivered_before() -> int:
    """The same for notices of mails that did not arrive, written before mails had a key of their session: they say it
    in their words alone. Those go that name no session of which it is remembered who was there; answers how many.
    Idempotent."""
    gone = 0
    for organisation in Organisation.objects.filter(session__in=Session.objects.forgetting()).distinct():
        sessions = Session.objects.filter(organisation=organisation)
        forgetting = sessions.forgetting()
        forgotten = set(forgetting.values_list("title", flat=True))
        remembered = set(sessions.exclude(pk__in=forgetting).values_list("title", flat=True)) - forgotten

        def is_meant(subject: str, forgotten: set[str] = forgotten, remembered: set[str] = remembered) -> bool:
            said = max((one for one in forgotten | remembered if one in subject), key=len, default="")
            return said not in remembered

        with transaction.atomic():
            last = max(one for one in forgetting.values_list("closed_at", flat=True) if one)
            now = withdraw_undelivered_about(organisation, SUBJECTS, before=last, is_meant=is_meant)
            if now:
                forgetting.update(keeps_traces=True)
        gone += now
    return gone


def forget_summaries(*, at: datetime) -> None:
    """The same for the addresses of guests who had asked for the summary, once it has left or cannot be sent; and for
    the mails that say to the members of a set that a meeting does not take place."""
    since = at - MAILS_STAY_WITHIN
    told = Session.objects.forgetting().filter(summary_sent_at__gt=since)
    called_off = Session.objects.filter(state=Session.State.CANCELLED, starts_at__gt=since).exclude(learning_set=None)
    for session in (*told, *called_off):
        with transaction.atomic():
            if forget_mails(session.key_of_mails):
                Session.objects.filter(pk=session.pk).update(keeps_traces=True)


def forget_lists(*, at: datetime) -> None:
    """The same for everybody’s own list of whom they found, where notes or who came are not kept: it tells both."""
    keeping = [one for one in Confidentiality if one.keeps_notes and one.keeps_who_came]
    held = Session.objects.closed_between(at - MAILS_STAY_WITHIN, at).filter(stages__takes__in=WITH_SHEET).distinct()
    for session in held.exclude(confidentiality__in=keeping):
        with transaction.atomic():
            if forget_mails(session.key_of_lists):
                Session.objects.filter(pk=session.pk).update(keeps_traces=True)


def remove_traces() -> int:
    """Have the database drop what closed sessions have deleted or cut from who wrote it; answers for how many.

    The same for votes that are over, which are counted, too, and for counts of feedback. Called at each close, at the
    end of each vote, and each minute. Idempotent: while somebody still reads the old rows, the mark of a session, vote
    or count stays and the next call tries again.
    """
    closed = list(Session.objects.with_traces().values_list("pk", flat=True))
    chosen = [table for helper in helper_registry.registered().values() for table in helper.secrets]
    if closed and remove_old_versions(*LINKED, *chosen, *_tables_above(), whole_files=True) and _forget_who_was_told():
        Session.objects.filter(pk__in=closed).update(keeps_traces=False)
    voted = list(Voting.objects.with_traces().values_list("pk", flat=True))
    if voted and remove_old_versions(*VOTED, whole_files=True):
        Voting.objects.filter(pk__in=voted).update(keeps_traces=False)
    told = list(Feedback.objects.filter(keeps_traces=True).values_list("pk", flat=True))
    if told and remove_old_versions(Feedback, Participant, whole_files=True):
        Feedback.objects.filter(pk__in=told).update(keeps_traces=False)
    return len(closed) + len(voted) + len(told) + sum(map(_remove_traces_of, helper_registry.registered().values()))


def _tables_above() -> list[type[Model]]:
    """What apps above keep of who came, and delete where that is promised: they say so in ``tells_who_came``."""
    return [model for model in apps.get_models() if getattr(model, "tells_who_came", False)]


def _forget_who_was_told() -> bool:
    """The same for what was said to people, and for the row of each person, which keeps the transaction that last
    looked whether they are there: the one that wrote down that they came."""
    return remove_old_versions(*TOLD) and remove_old_versions(Person, locks=True)


def _remove_traces_of(helper: helper_registry.Helper) -> int:
    """The same for what people chose in a helper of a step, once it has ended. Answers for how many."""
    rows = helper.traces()
    ended = list(rows.values_list("pk", flat=True)) if rows is not None else []
    if rows is not None and ended and remove_old_versions(*helper.secrets, Participant, whole_files=True):
        rows.model._base_manager.filter(pk__in=ended).update(keeps_traces=False)
    return len(ended)
