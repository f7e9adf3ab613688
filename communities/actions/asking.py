"""A question that stays open: one expert is asked by name."""

from datetime import datetime

from django.db import transaction

from communities import policies
from communities.events import Event
from communities.models import RoleKind, Thread
from communities.transitions import lock_thread, people_with, refuse_unless_living
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal
from organisations import events
from organisations.models import Membership, Person
from organisations.policies import require_that


@transaction.atomic
def ask_expert(thread: Thread, *, by: Membership, at: datetime, person: Person) -> Thread:
    """Ask one expert of the community by name, once for each question that stayed without an answer. They are told at
    once, and the discussion says that they were asked. The same person again changes nothing."""
    require_that(policies.may_run(by, thread.community))
    require_that(policies.may_read_thread(by, thread))
    lock_thread(thread)
    refuse_unless_living(thread.community)
    if thread.asked_at is not None and thread.asked_id == person.pk:
        return thread
    if thread.asked_at is not None:
        raise Refusal(f"{thread.asked or 'Somebody'} was asked already.")
    if thread.answers or not thread.is_question:
        raise Refusal("Somebody has answered already.")
    if thread.told_unanswered_at is None:
        raise Refusal("Give everybody three working days first.")
    experts = people_with(thread.community, RoleKind.EXPERT)
    if person.pk == thread.author_id or person not in experts:
        raise Refusal(worded("Choose somebody who is an expert of the community."))
    thread.asked, thread.asked_at = person, at
    thread.save(update_fields=["asked", "asked_at"])
    events.record(Event.THREAD_EXPERT_ASKED, thread, by=by, at=at, person=person)
    return thread
