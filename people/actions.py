"""What is done with profiles and questions: written, listed, deleted; asked, answered, passed on, closed.

Each asks its permission first and is told once, as an event: trail, search, notices and mails follow from there.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Model
from django.utils import timezone

from kmportal.lib import things
from kmportal.lib.cleaning import line_of_text, reading_key
from kmportal.lib.days import long_day
from kmportal.lib.exceptions import Refusal
from kmportal.lib.locking import save_over
from kmportal.lib.model_fields import key_of_name
from kmportal.lib.model_rules import refuse_invalid
from kmportal.lib.sentences import in_words, listed
from notifications.actions import withdraw_notices
from organisations import events
from organisations.models import AuditEntry, Membership, Organisation
from organisations.permissions import Permission
from organisations.policies import require, require_that
from people import policies
from people.events import Event
from people.models import Enquiry, Profile, Recipient, Topic
from people.tokens import member_of_link

MOST_ASKED = 3
# How often a question may be passed on in all, so that it does not wander through the house.
MOST_PASSED = 3
MOST_TOPICS = 12
# The brakes: what one person may ask in a day, and how many unanswered questions one person may have.
ASKED_A_DAY, MOST_WAITING = 5, 5
SAME_AGAIN = timedelta(days=30)
Answer = Recipient.Answer
NEEDS_TOPIC = "Name one thing that people can ask you about. Without it nobody would find you."


@transaction.atomic
def write_profile(
    organisation: Organisation,
    *,
    by: Membership,
    at: datetime,
    seen: int,
    is_listed: bool,
    asked_about: Sequence[str] = (),
    wants_to_learn: Sequence[str] = (),
    **words: str,
) -> Profile:
    """Write one’s own profile in an organisation, and say whether others may find it.

    Nobody is listed at first, and what is not listed is read by nobody else. ``seen`` is the version that the person
    had before them, nought for none; raises ``Stale`` if it has moved on.
    """
    require(Permission.READ, by, organisation)
    topics = [*_clean_topics(Topic.Kind.ASK, asked_about), *_clean_topics(Topic.Kind.LEARN, wants_to_learn)]
    if is_listed and not any(topic.kind == Topic.Kind.ASK for topic in topics):
        raise Refusal(NEEDS_TOPIC)
    lines = {name: line_of_text(words.get(name, "")) for name in ("languages", "site", "how_to_ask")}
    texts = {name: words.get(name, "").strip() for name in ("working_on", "research")}
    values: dict[str, Any] = {**lines, **texts, "staff_group": words.get("staff_group", "")}
    refuse_invalid(Profile(membership=by, **values), *values)
    profile, _ = Profile.objects.get_or_create(membership=by, defaults={"created_at": at})
    profile.membership = by
    listed_at = (profile.listed_at or at) if is_listed else None
    save_over(profile, seen=seen, **values, site_key=key_of_name(values["site"]), listed_at=listed_at)
    profile.topics.all().delete()
    for topic in topics:
        topic.profile = profile
    Topic.objects.bulk_create(topics)
    events.record(Event.PROFILE_WRITTEN, profile, by=by, at=at, listed=is_listed)
    return profile


@transaction.atomic
def delete_profile(profile: Profile, *, by: Membership, at: datetime) -> None:
    """Delete one’s own profile with every word of it. Questions and answers stay."""
    require_that(policies.may_change(by, profile))
    _delete_profile(profile, by=by, at=at)


def _delete_profile(profile: Profile, *, by: Membership | None, at: datetime) -> None:
    events.record(Event.PROFILE_DELETED, profile, by=by, at=at)
    profile.delete()


def _clean_topics(kind: str, names: Sequence[str]) -> list[Topic]:
    """One of each name that people read as the same, in their order."""
    lines = {reading_key(name): line_of_text(name) for name in reversed(names)}
    topics = [Topic(kind=kind, name=line) for key, line in reversed(lines.items()) if key]
    if len(topics) > MOST_TOPICS:
        raise Refusal(f"Name at most {MOST_TOPICS} things.")
    for topic in topics:
        refuse_invalid(topic, "name")
    return topics


# --- Asking three people ----------------------------------------------------------------------------------------------


@transaction.atomic
def send_enquiry(
    organisation: Organisation,
    *,
    by: Membership,
    at: datetime,
    line: str,
    people: Sequence[Profile],
    about: Model | None = None,
    once: UUID | None = None,
) -> Enquiry:
    """Ask one line of one to three people who are listed here.

    Idempotent: the same ``once`` a second time answers what it made the first time. Braked: five in a day; and nobody
    gets one who has five unanswered ones. The same line goes to the same person once a month.
    """
    require(Permission.READ, by, organisation)
    Membership.objects.select_for_update().get(pk=by.pk)  # so that two windows count one after the other
    made = Enquiry.objects.filter(organisation=organisation, once=once).first() if once else None
    if made is not None:
        return made
    line = line_of_text(line)
    refuse_invalid(Enquiry(organisation=organisation, line=line), "line")
    asked = _read_again(people, by, at)
    if _asked_since_yesterday(by, at) >= ASKED_A_DAY:
        raise Refusal(
            f"You have asked {in_words(ASKED_A_DAY)} questions since yesterday. "
            "Wait for the answers, or speak to somebody yourself."
        )
    _refuse_the_same_again(asked, line, by=by, at=at)
    _refuse_too_many_waiting(asked)
    ref = things.ref_of(about) if about is not None else None
    enquiry = Enquiry.objects.create(
        organisation=organisation,
        author=by.person,
        line=line,
        about_kind=ref.kind if ref else "",
        about_ident=ref.pk if ref else None,
        once=once,
        created_at=at,
    )
    Recipient.objects.bulk_create([Recipient(enquiry=enquiry, person=profile.person, asked_at=at) for profile in asked])
    events.record(Event.ENQUIRY_SENT, enquiry, by=by, at=at, asked=len(asked))
    return enquiry


def _asked_since_yesterday(by: Membership, at: datetime) -> int:
    """Counted in the trail, too: a question that was deleted has been asked."""
    day = at - timedelta(days=1)
    trail = AuditEntry.objects.filter(organisation=by.organisation, actor_id=by.person_id, at__gt=day)
    rows = Enquiry.objects.filter(author=by.person, created_at__gt=day)
    return max(rows.count(), trail.filter(event=Event.ENQUIRY_SENT).count())


def _read_again(people: Sequence[Profile], by: Membership, at: datetime) -> list[Profile]:
    """The people as they can be asked now: somebody may have left, gone away or off the list meanwhile."""
    keys = {profile.pk for profile in people}
    if not keys:
        raise Refusal("Choose whom to ask.")
    if len(keys) > MOST_ASKED:
        raise Refusal(f"Choose at most {in_words(MOST_ASKED)} people.")
    rows = list(Profile.objects.to_ask(by).filter(pk__in=keys).select_related("membership__person").order_by("pk"))
    if len(rows) < len(keys):
        raise Refusal("Somebody you chose can no longer be asked here. Choose somebody else.")
    for profile in rows:
        until = profile.person.away_until_on
        if until is not None and profile.person.is_away(timezone.localdate(at)):
            raise Refusal(f"{profile} is away until {long_day(until)}. Choose somebody else.")
    return rows


def _refuse_the_same_again(asked: Sequence[Profile], line: str, *, by: Membership, at: datetime) -> None:
    before = Recipient.objects.filter(
        enquiry__author=by.person,
        enquiry__organisation=by.organisation,
        enquiry__line_key=key_of_name(line),
        enquiry__created_at__gt=at - SAME_AGAIN,
        person__in=[profile.person for profile in asked],
    ).select_related("person")
    if again := before.order_by("-asked_at").first():
        raise Refusal(f"You asked {again.person} just that on {long_day(again.asked_at)}.")


def _refuse_too_many_waiting(asked: Sequence[Profile]) -> None:
    waiting = Recipient.objects.waiting().filter(person__in=[profile.person for profile in asked])
    busy = waiting.values("person", "person__name").annotate(number=Count("pk")).filter(number__gte=MOST_WAITING)
    if names := [row["person__name"] for row in busy.order_by("person__name")]:
        has = "has" if len(names) == 1 else "have"
        raise Refusal(
            f"{listed(names)} {has} {in_words(MOST_WAITING)} questions waiting already. Choose somebody else."
        )


@transaction.atomic
def answer_enquiry(recipient: Recipient, *, by: Membership, at: datetime, answer: str, note: str = "") -> Recipient:
    """Say that one can help, or cannot this time. One may change one’s mind until the question is closed."""
    require_that(policies.may_answer(by, recipient))
    return _answer(recipient, by=by, at=at, answer=answer, note=note)


@transaction.atomic
def answer_by_link(recipient: Recipient, *, token: str, at: datetime, answer: str, note: str = "") -> Recipient:
    """The same for whoever holds the link of the mail. The link is the permission, while its person belongs here."""
    member = member_of_link(recipient, token)
    require_that(member)
    return _answer(recipient, by=member, at=at, answer=answer, note=note)


def _answer(recipient: Recipient, *, by: Membership | None, at: datetime, answer: str, note: str) -> Recipient:
    recipient = _lock_recipient(recipient)
    if answer not in (Answer.HELP, Answer.NO):
        raise Refusal("Choose whether you can help.")
    note = note.strip()
    if (recipient.answer, recipient.note) == (answer, note):
        return recipient
    before, recipient.answer, recipient.note, recipient.answered_at = recipient.answer, answer, note, at
    refuse_invalid(recipient, "note")
    recipient.save(update_fields=["answer", "note", "answered_at"])
    events.record(
        Event.ENQUIRY_ANSWERED, recipient.enquiry, by=by, at=at, answer=answer, before=before, recipient=recipient
    )
    return recipient


@transaction.atomic
def pass_on(recipient: Recipient, *, by: Membership, at: datetime, to: Profile) -> Recipient:
    """Hand a question to somebody who knows more. Answers who is asked now."""
    require_that(policies.may_answer(by, recipient))
    recipient = _lock_recipient(recipient)
    enquiry = recipient.enquiry
    [profile] = _read_again([to], by, at)
    if profile.person.pk == enquiry.author_id:
        raise Refusal(f"{profile.person} asks this question.")
    if enquiry.recipients.filter(person=profile.person).exists():
        raise Refusal(f"{profile.person} has been asked already.")
    if enquiry.recipients.exclude(passed_from=None).count() >= MOST_PASSED:
        raise Refusal("This question has been passed on often enough. Say that you cannot help this time.")
    _refuse_too_many_waiting([profile])
    recipient.answer, recipient.answered_at = Answer.PASSED, at
    recipient.save(update_fields=["answer", "answered_at"])
    asked = Recipient.objects.create(enquiry=enquiry, person=profile.person, asked_at=at, passed_from=recipient)
    events.record(Event.ENQUIRY_PASSED, enquiry, by=by, at=at, recipient=asked)
    return asked


def _lock_recipient(recipient: Recipient) -> Recipient:
    """The row as it stands now, while its question is open and not passed on.

    The question’s row is locked, so that it is not closed meanwhile and two people do not pass it on at once.
    """
    enquiry = Enquiry.objects.select_for_update(of=("self",)).select_related("organisation", "author")
    enquiry_now = enquiry.get(pk=recipient.enquiry_id)
    now = Recipient.objects.select_related("person").get(pk=recipient.pk)
    now.enquiry = enquiry_now
    if enquiry_now.closed_at:
        raise Refusal("This question is closed. Nothing is left to do.")
    if now.answer == Answer.PASSED:
        raise Refusal("You have passed this question on already.")
    return now


@transaction.atomic
def close_enquiry(enquiry: Enquiry, *, by: Membership, at: datetime) -> None:
    """Whoever asked knows enough; nobody needs to answer any more. Idempotent."""
    require_that(policies.may_close(by, enquiry))
    _close(enquiry, by=by, at=at)


def _close(enquiry: Enquiry, *, by: Membership | None, at: datetime) -> None:
    if Enquiry.objects.open().filter(pk=enquiry.pk).update(closed_at=at):
        enquiry.closed_at = at
        events.record(Event.ENQUIRY_CLOSED, enquiry, by=by, at=at)


@transaction.atomic
def delete_enquiry(enquiry: Enquiry, *, by: Membership, at: datetime) -> None:
    """Delete a question of one’s own with its answers, and what people were told of it inside the portal."""
    require_that(policies.may_close(by, enquiry))
    withdraw_notices(things.ref_of(enquiry))
    events.record(Event.ENQUIRY_DELETED, enquiry, by=by, at=at)
    enquiry.delete()


@transaction.atomic
def release_leaver(membership: Membership, *, at: datetime) -> None:
    """Somebody leaves an organisation: their profile goes, their questions are closed, and whoever waits for an answer
    of theirs is told. Part of the deed that ends the membership: that has asked the permission."""
    person = membership.person
    for profile in Profile.objects.filter(membership=membership).select_related("membership__organisation"):
        _delete_profile(profile, by=None, at=at)
    here = Enquiry.objects.open().filter(organisation=membership.organisation).select_related("organisation")
    for enquiry in here.filter(author=person):
        _close(enquiry, by=None, at=at)
    waiting = Recipient.objects.waiting().filter(person=person, enquiry__organisation=membership.organisation)
    for recipient in waiting.select_related("enquiry__organisation", "enquiry__author", "person"):
        before, recipient.answer, recipient.answered_at = recipient.answer, Answer.LEFT, at
        recipient.save(update_fields=["answer", "answered_at"])
        events.record(
            Event.ENQUIRY_ANSWERED,
            recipient.enquiry,
            by=None,
            at=at,
            answer=Answer.LEFT,
            before=before,
            recipient=recipient,
        )
