"""Who is told what of a lesson: those who check, whoever had claimed it, its author; and what came of it. Whoever did
it is never told."""

from actionplan.models import Action
from kmportal.lib.domain_words import worded
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.mentions import mentioned
from kmportal.lib.sentences import quoted
from kmportal.lib.things import Ref
from lessons import emails, policies
from lessons.events import Event
from lessons.models import Asset, Innovation, LeftNote, Lesson, LessonCheck, LessonComment, Quote, Reuse, Risk, State
from notifications.actions import notify, withdraw_notices
from organisations.events import Occurrence
from organisations.models import Membership, Person
from organisations.permissions import Permission

QUEUE = Ref("lesson-queue", 0)
_CHECKED = _("Your lesson was checked and can now be read by others")
# What its author reads of an answer; each of these goes by mail, too.
_ANSWERS = {
    Event.LESSON_RETURNED: _("Your lesson came back with a comment"),
    Event.LESSON_DECLINED: _("Your lesson was declined"),
    Event.LESSON_IDENTIFIED: _CHECKED,
    Event.LESSON_NOTED: _CHECKED,
}

# What its author, and whoever checked it, read of its later life.
_LATER = {
    Event.LESSON_LEARNED: _("What had to change because of a lesson has changed"),
    Event.LESSON_EMBEDDED: _("What changed because of a lesson is still so after six months"),
    Event.LESSON_FELL_BACK: _("What changed because of a lesson is not so any more"),
    Event.LESSON_SUPERSEDED: _("A lesson was replaced by a newer one"),
    Event.LESSON_RETIRED: _("A lesson was taken out of use"),
    Event.LESSON_BROUGHT_BACK: _("A lesson was brought back into use"),
}

# What its author reads when somebody has said what came of a lesson.
_THANKS = {
    Reuse.Kind.HELPED: _("says that your lesson helped"),
    Reuse.Kind.SAME: _("says that the same happened as in your lesson"),
    Reuse.Kind.OPPOSITE: _("says that the opposite happened of what your lesson tells"),
}
_NAMED = "names you as somebody to ask. You can take your name off its page"


def send(occurrence: Occurrence) -> None:
    """Leave the notices of an event, and write the mails that go with them."""
    lesson = occurrence.subject
    assert isinstance(lesson, Lesson)  # noqa: S101  what the event is about
    match occurrence.event:
        case Event.LESSON_SUBMITTED if occurrence.facts.get("kept_for") is None:
            _tell_validators(occurrence, lesson)
        case Event.LESSON_SENT_SAFELY:
            words = f"{worded('A lesson')} was sent to you alone, to be checked: {lesson.words.title}"
            notify(lesson.claimed_by, occurrence, words)
        case Event.LESSON_CHECKED_IN_PART:
            _tell_other_checkers(occurrence, lesson)
        case Event.LESSON_EXPERT_ANSWERED:
            who = f"{occurrence.texts['name']} has answered what you asked about {worded('a lesson')}"
            notify(occurrence.facts["asked_by"], occurrence, f"{who}: {lesson.words.title}")
        case Event.LESSON_WITHDRAWN:
            _tell_of_withdrawal(occurrence)
        case Event.LESSON_TAKEN_OVER:
            words = (
                f"{occurrence.person} has taken over {worded('a lesson')} that you had claimed: {lesson.words.title}"
            )
            notify(occurrence.facts["taken_from"], occurrence, words)
        case Event.LESSON_PASSED_ON:
            who = f"{occurrence.person} asks you" if occurrence.person else "You are asked once more"
            words = f"{who} to check {worded('a lesson')}: {lesson.words.title}"
            notify(lesson.claimed_by, occurrence, words)
        case Event.LESSON_CHANGE_CHECKED:
            notify(
                lesson.author, occurrence, f"The change to your {worded('lesson')} was checked: {lesson.words.title}"
            )
        case Event.LESSON_KEEPER_CHANGED:
            words = f"You look after {worded('a lesson')} now: {lesson.words.title}"
            notify(occurrence.facts["to"], occurrence, words)
        case Event.LESSON_DOUBTED:
            words = f"{occurrence.person} says that something is no longer right in {quoted(lesson.words.title)}"
            if lesson.validated_by != lesson.author:  # its author is told of the comment that says it
                notify(lesson.validated_by, occurrence, words)
        case Event.LESSON_MERGED:
            _tell_of_merging(occurrence, lesson)
        case Event.LESSON_PARTED:
            words = f"{worded('Your lesson is a lesson of its own again')}: {lesson.words.title}"
            notify(lesson.author, occurrence, words)
        case event if event in _LATER:
            words = f"{_LATER[Event(event)]}: {lesson.words.title}"
            for person in {lesson.author, lesson.validated_by}:
                notify(person, occurrence, words)
        case event if event in _ANSWERS:
            if event in {Event.LESSON_IDENTIFIED, Event.LESSON_NOTED}:
                _thank_for_what_was_adapted(occurrence, lesson)
            words = f"{_ANSWERS[Event(event)]}: {lesson.words.title}"
            if notify(lesson.author, occurrence, words) is not None:
                emails.answer_to_author(lesson, occurrence)


def _thank_for_what_was_adapted(occurrence: Occurrence, lesson: Lesson) -> None:
    """Whoever tried it first hears that somebody has adapted it, and can read what they made of it."""
    row = Innovation.objects.filter(lesson=lesson).select_related("adapted_from__author").first()
    source = row.adapted_from if row else None
    if source is not None and source.author is not None and _may_read(source.author, lesson):
        notify(source.author, occurrence, f"Somebody has adapted what you tried: {lesson.words.title}")


def _tell_of_merging(occurrence: Occurrence, lesson: Lesson) -> None:
    """The authors of both. Whose lesson went into one that they may not read learns that much, and no title."""
    other = occurrence.facts["source"]
    title = quoted(lesson.words.title)
    can_read = other.author is not None and _may_read(other.author, lesson)
    about, words = (lesson, f"{worded('Your lesson is part of')} {title}") if can_read else (other, "")
    notify(other.author, occurrence, words or worded("Your lesson is part of another lesson now"), about=about)
    notify(lesson.author, occurrence, f"{worded('Another lesson is part of yours now')}: {lesson.words.title}")


def _may_read(person: Person, lesson: Lesson) -> bool:
    member = Membership.objects.current().filter(person=person, organisation=lesson.organisation).first()
    return member is not None and Lesson.objects.visible_to(member).filter(pk=lesson.pk).exists()


def _tell_validators(occurrence: Occurrence, lesson: Lesson) -> None:
    members = Membership.objects.current().filter(organisation=occurrence.organisation).may(Permission.VALIDATE)
    for member in members.select_related("person"):
        notify(member.person, occurrence, f"{worded('A lesson')} is waiting to be checked: {lesson.words.title}")


def _tell_other_checkers(occurrence: Occurrence, lesson: Lesson) -> None:
    """Those who have not checked it yet: somebody else has, and one more has to."""
    members = Membership.objects.current().filter(organisation=occurrence.organisation).may(Permission.VALIDATE)
    done = LessonCheck.objects.in_force(lesson).values("person")
    for member in members.exclude(person=lesson.author_id).exclude(person__in=done).select_related("person"):
        words = worded("One person has checked a lesson, and somebody else has to check it, too")
        notify(member.person, occurrence, f"{words}: {lesson.words.title}")


def _tell_of_withdrawal(occurrence: Occurrence) -> None:
    """Nobody but its author may read of it any more; whoever had claimed it hears that it is gone."""
    withdraw_notices(occurrence.ref, but=occurrence.person)
    words = worded("The author has taken back a lesson that you had claimed")
    notify(occurrence.facts["taken_from"], occurrence, words, about=QUEUE)


def send_of_reuse(occurrence: Occurrence) -> None:
    """Thank the author of a lesson, who alone is told whose it is; say to whoever claimed a benefit what was decided.

    A lesson of another organisation has its author there, who is not told what is said here.
    """
    reuse = occurrence.subject
    assert isinstance(reuse, Reuse)  # noqa: S101  what the event is about
    title = reuse.lesson.words.title
    match occurrence.event:
        case Event.REUSE_SAID if reuse.lesson.organisation_id == reuse.organisation_id:
            words = f"{occurrence.person} {_THANKS[Reuse.Kind(reuse.kind)]}: {title}"
            notify(reuse.lesson.author, occurrence, words)
        case Event.REUSE_DELETED:
            # Pressed, taken back and pressed again: its author has one notice of it, and none that leads nowhere.
            withdraw_notices(occurrence.ref)
        case Event.REUSE_CONFIRMED:
            notify(reuse.person, occurrence, f"{occurrence.person} confirmed what you saved with {quoted(title)}")
        case Event.REUSE_DECLINED:
            words = f"{occurrence.person} could not confirm what you saved with {quoted(title)}: {occurrence.note}"
            notify(reuse.person, occurrence, words)


def send_of_comment(occurrence: Occurrence) -> None:
    """Tell whoever is named in a comment, whoever wrote the lesson, and those who have commented before them; tell the
    writer of a comment what became of it. Whoever may not read the lesson is told nothing."""
    comment = occurrence.subject
    assert isinstance(comment, LessonComment)  # noqa: S101  what the event is about
    title = quoted(comment.lesson.words.title)
    match occurrence.event:
        case Event.COMMENT_WRITTEN:
            _tell_of_comment(occurrence, comment, title)
        case Event.COMMENT_WITHDRAWN:
            withdraw_notices(occurrence.ref)
        case Event.COMMENT_HIDDEN:
            withdraw_notices(occurrence.ref)
            words = f"{occurrence.person} has hidden what you wrote beside {title}: {occurrence.note}"
            notify(comment.author, occurrence, words)
        case Event.COMMENT_SHOWN:
            notify(comment.author, occurrence, f"What you wrote beside {title} is shown again")


def _tell_of_comment(occurrence: Occurrence, comment: LessonComment, title: str) -> None:
    """Each is told once, by what concerns them most."""
    members = Membership.objects.current().filter(organisation=comment.organisation).select_related("person")
    names = {member.person_id: member.person.name for member in members}
    named = mentioned(comment.text, names)
    before = LessonComment.objects.filter(organisation=comment.organisation, lesson=comment.lesson).standing()
    commented = [key for key in before.values_list("author", flat=True) if key is not None]
    wants = dict.fromkeys(commented, f"says more beside {title}")
    if comment.lesson.author_id is not None:
        wants[comment.lesson.author_id] = f"has commented on your {worded('lesson')} {title}"
    wants |= dict.fromkeys(named, f"names you beside {title}")
    for member in members.filter(person__in=wants):
        if policies.may_read_comment(member, comment):
            notify(member.person, occurrence, f"{occurrence.person} {wants[member.person_id]}")


def send_of_quote(occurrence: Occurrence) -> None:
    """Ask whoever said it, tell whoever wrote it in what they say. No notice holds a word of it."""
    quote = occurrence.subject
    assert isinstance(quote, Quote)  # noqa: S101  what the event is about
    where = quoted(quote.lesson.words.title if quote.lesson else quote.place)
    match occurrence.event:
        case Event.QUOTE_ASKED:
            notify(quote.person, occurrence, f"{occurrence.person} asks whether you may be quoted: {where}")
        case Event.QUOTE_AGREED if quote.person is not None:
            notify(quote.noted_by, occurrence, f"{occurrence.person} may be quoted: {where}")
        case Event.QUOTE_REFUSED:
            notify(quote.noted_by, occurrence, f"{occurrence.person} does not want to be quoted: {where}")
        case Event.QUOTE_WITHDRAWN:
            withdraw_notices(occurrence.ref)
            for person in {quote.person, quote.noted_by}:
                notify(person, occurrence, f"A quote was taken back: {where}")


def send_of_left_note(occurrence: Occurrence) -> None:
    """Tell whoever checks lessons and belongs to the unit; where nobody does, all who check."""
    note = occurrence.subject
    assert isinstance(note, LeftNote)  # noqa: S101  what the event is about
    checkers = Membership.objects.current().filter(organisation=note.organisation).may(Permission.VALIDATE)
    of_unit = checkers.filter(circles__group=note.group_id).distinct()
    for member in (of_unit if of_unit.exists() else checkers).select_related("person"):
        notify(member.person, occurrence, f"Somebody left something at the poster of {note.place}")


def send_of_done_action(occurrence: Occurrence) -> None:
    """Closing the loop: whoever wrote a lesson hears that what had to change because of it has changed."""
    action = occurrence.subject
    assert isinstance(action, Action)  # noqa: S101  what the event is about
    if action.source_kind != "lesson":
        return
    lesson = (
        Lesson.objects.select_related("author", "revision", "organisation").filter(pk=action.source_ident or 0).first()
    )
    if lesson is not None:
        words = f"{worded('You wrote a lesson, and something has changed because of it')}: {lesson.words.title}"
        notify(lesson.author, occurrence, words, about=lesson)
        agreed = Action.objects.agreed_in(occurrence.subject.source)
        if lesson.state == State.ACTION_AGREED and not agreed.open().exists():
            words = worded("All that had to change because of a lesson is done. Look whether it has changed")
            notify(lesson.validated_by, occurrence, f"{words}: {lesson.words.title}", about=lesson)


def send_of_risk(occurrence: Occurrence) -> None:
    """Tell whoever is to see to a topic, whoever is said to know about it, and when somebody has left who knew: those
    who see to it and those who plan. No notice says when anybody leaves."""
    risk, facts = occurrence.subject, occurrence.facts
    assert isinstance(risk, Risk)  # noqa: S101  what the event is about
    title = quoted(risk.title)
    named = Person.objects.filter(pk=occurrence.texts.get("named", 0)).first()
    match occurrence.event:
        case Event.RISK_ADDED:
            notify(risk.owner, occurrence, f"You are asked to see to it that it is not lost: {title}")
        case Event.RISK_PASSED_ON:
            before = Person.objects.filter(pk=occurrence.texts.get("from", 0)).first()
            _take_back_of_risk(occurrence, before, Event.RISK_ADDED, Event.RISK_PASSED_ON)
            notify(facts["to"], occurrence, f"You are asked to see to it that it is not lost: {title}")
        case Event.RISK_HOLDER_NAMED:
            notify(named, occurrence, f"{occurrence.person} says that you know about {title}")
        case Event.RISK_HOLDER_TAKEN_OUT:
            _take_back_of_risk(occurrence, named, Event.RISK_HOLDER_NAMED)
        case Event.RISK_HOLDER_LEFT:
            members = Membership.objects.current().filter(organisation=occurrence.organisation).may(Permission.PLAN)
            people = [risk.owner, *(member.person for member in members.select_related("person"))]
            for person in dict.fromkeys(people):
                notify(person, occurrence, f"{named} has left, and knew about {title}")


def _take_back_of_risk(occurrence: Occurrence, person: Person | None, *told: Event) -> None:
    """What somebody was told by these events, which is not so any more; where they may not read the topic any more,
    all that they were told of it."""
    if person is None:
        return
    member = Membership.objects.current().filter(organisation=occurrence.organisation, person=person).first()
    if member is None or not Risk.objects.visible_to(member).filter(pk=occurrence.subject.pk).exists():
        withdraw_notices(occurrence.ref, of=[person.pk])
        return
    for event in told:
        withdraw_notices(occurrence.ref, of=[person.pk], event=event)


def send_of_asset(occurrence: Occurrence) -> None:
    """Tell whoever wrote it that it was checked, whoever looks after it now, and whom it names as somebody to ask."""
    asset, facts = occurrence.subject, occurrence.facts
    assert isinstance(asset, Asset)  # noqa: S101  what the event is about
    title = quoted(asset.title)
    match occurrence.event:
        case Event.ASSET_CHECKED:
            for person in {asset.author, asset.owner}:
                notify(person, occurrence, f"{occurrence.person} checked {title} and says that it is right")
        case Event.ASSET_PASSED_ON:
            notify(facts["to"], occurrence, f"You look after {title} now")
        case Event.ASSET_PUBLISHED:
            for part in asset.parts.exclude(person=None).select_related("person"):
                notify(part.person, occurrence, f"{title} {_NAMED}")
        case Event.ASSET_PARTS_CHANGED if facts["named"] and not asset.is_draft:
            notify(facts["named"], occurrence, f"{title} {_NAMED}")
