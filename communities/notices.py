"""Who is told what of a community and of its threads. Whoever did it is never told."""

from collections.abc import Iterable

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.text import Truncator

from communities.events import Event
from communities.models import (
    Closing,
    Community,
    EmergencyReader,
    Follower,
    KickOff,
    Problem,
    Rehoming,
    Review,
    RoleKind,
    Story,
    Support,
    Thread,
)
from communities.transitions import people_of, people_with, running_people
from kmportal.lib.days import long_day
from kmportal.lib.domain_words import worded
from kmportal.lib.links import absolute
from kmportal.lib.mail import post
from kmportal.lib.markdown import plain
from kmportal.lib.mentions import mentioned, without_quotations
from kmportal.lib.sentences import capital, counted, one_line, quoted
from kmportal.lib.things import Ref
from notifications.actions import notify
from notifications.models import Notice
from organisations.events import Occurrence
from organisations.models import Membership, Person
from organisations.permissions import Permission
from organisations.tokens import thing_token
from organisations.visibility import Reach

EMERGENCIES = Ref("emergencies", 0)
MOST_IN_MAIL = 600  # letters of a post


def send_of_story(occurrence: Occurrence) -> None:
    """Say to the teller what a second person made of the benefit that the story claims."""
    story = occurrence.subject
    assert isinstance(story, Story)  # noqa: S101  what the event is about
    if occurrence.event == Event.STORY_BENEFIT_CONFIRMED:
        notify(story.author, occurrence, f"{occurrence.person} confirmed what came of {quoted(story)}")
    else:
        words = f"{occurrence.person} could not confirm what came of {quoted(story)}: {occurrence.note}"
        notify(story.author, occurrence, words)


def send_of_community(occurrence: Occurrence) -> None:
    """Leave the notices of what happened to a community."""
    community, facts = occurrence.subject, occurrence.facts
    assert isinstance(community, Community)  # noqa: S101  what the event is about
    name = quoted(community)
    match occurrence.event:
        case Event.COMMUNITY_ASKED:
            ask = occurrence.texts["ask"].removesuffix(".")
            _tell(running_people(community), occurrence, f"{name} is forming. {ask}")
        case Event.COMMUNITY_PIN_DUE:
            words = f"Look again at something that {name} looks after. Keep it, or take it off the shelf"
            _tell([facts["owner"]] if facts["owner"] else running_people(community), occurrence, words)
        case Event.COMMUNITY_FOUNDED if "kickoff" in facts:
            _tell_of_beginning(occurrence, community)
        case Event.COMMUNITY_ASKED_TO_JOIN:
            _tell(running_people(community), occurrence, f"{occurrence.person} asks to join {name}")
        case Event.COMMUNITY_INVITED:
            notify(
                facts["member"], occurrence, f"{occurrence.person} invites you into the {worded('community')} {name}"
            )
        case Event.COMMUNITY_REQUEST_ANSWERED:
            words = f"You belong to {name} now" if facts["accepted"] else f"{name} did not let you in this time"
            notify(facts["member"], occurrence, words)
        case Event.COMMUNITY_ROLES_CHANGED if facts["given"]:
            roles = " and ".join(str(RoleKind(kind).label) for kind in facts["given"].split(", "))
            notify(facts["member"], occurrence, f"{occurrence.person} gave you a role in {name}: {roles}")
        case Event.COMMUNITY_CLOSING:
            words = f"{name} is to close after {long_day(facts['last_on'])}. You can say that you would keep it open"
            _tell(people_of(community), occurrence, words)
        case Event.COMMUNITY_CLOSING_ASKED:
            _tell(running_people(community), occurrence, f"{name} is closing. {occurrence.texts['ask']}")
        case Event.COMMUNITY_HOME_ASKED:
            words = f"{occurrence.person} asks whether you look after something when {name} closes. Say yes or no there"
            notify(facts["member"], occurrence, words)
        case Event.COMMUNITY_HOME_FOUND:
            notify(facts["asked_by"], occurrence, f"{occurrence.person} looks after something of {name} from now on")
        case Event.COMMUNITY_HOME_DECLINED:
            notify(facts["asked_by"], occurrence, f"{occurrence.person} cannot look after what you asked, in {name}")
        case Event.COMMUNITY_SISTERS_OFFERED:
            words = f"{name} closes soon. These have a question like it: {occurrence.texts['names']}"
            _tell(people_of(community), occurrence, words)
        case Event.COMMUNITY_HEIRS_ASKED:
            words = f"You look after something of {name}, which closed half a year ago. Ask for help if you need it"
            _tell(_heirs(facts["closing"]), occurrence, words)
        case Event.COMMUNITY_OBJECTED:
            _tell(running_people(community), occurrence, f"{occurrence.person} would keep {name} open")
        case Event.COMMUNITY_OBJECTION_ANSWERED if facts["person"]:
            notify(facts["person"], occurrence, f"{occurrence.person} answers why you would keep {name} open")
        case Event.COMMUNITY_CLOSING_STOPPED:
            _tell(people_of(community), occurrence, f"{name} stays open")
        case Event.COMMUNITY_CLOSED:
            thanks = occurrence.texts.get("thanks") or "Thank you for what you gave"
            words = f"{name} is closed now. All that it wrote can still be read. {thanks}"
            _tell(people_of(community), occurrence, words)
        case Event.COMMUNITY_WOKEN:
            _tell_of_waking(occurrence, community)
        case Event.COMMUNITY_REVIEW_OPENED:
            _tell(
                people_of(community), occurrence, f"{name} looks back at its year. Say what you have used because of it"
            )
        case Event.COMMUNITY_REVIEW_DECIDED:
            decision = Review.Decision(facts["decision"]).label.lower()
            _tell(people_of(community), occurrence, f"{name} has looked back. {occurrence.person} decided: {decision}")
        case (
            Event.COMMUNITY_MERGE_ASKED
            | Event.COMMUNITY_MERGE_DECLINED
            | Event.COMMUNITY_MERGED
            | Event.COMMUNITY_SPLIT
            | Event.COMMUNITY_TRANSFER_UNDONE
        ):
            _tell_of_transfer(occurrence, community)
        case Event.COMMUNITY_EMERGENCY_ASKED:
            words = f"{occurrence.person} asks whether you both read what {name} wrote: an emergency. Why stands there"
            _tell(_named_for_emergencies(occurrence), occurrence, words, about=EMERGENCIES)
        case Event.COMMUNITY_EMERGENCY_OPENED:
            both = f"{facts['asker'] or 'Somebody'} and {occurrence.person}"
            words = f"In an emergency, {both} can read for one day what {name} wrote. Why stands on its page"
            _tell([*people_of(community), facts["asker"]], occurrence, words)
        case Event.COMMUNITY_ASKED_FOR_HELP:
            words = f"{occurrence.person} asks for your help with the {worded('community')} {name}"
            _tell(_planners(community), occurrence, words)
        case Event.COMMUNITY_WITHOUT_FACILITATOR:
            _tell_of_gap(occurrence, community)


def _named_for_emergencies(occurrence: Occurrence) -> list[Person]:
    rows = EmergencyReader.objects.counting(occurrence.at).filter(organisation=occurrence.organisation)
    return [row.membership.person for row in rows.select_related("membership__person")]


def send_of_emergency(occurrence: Occurrence) -> None:
    """Tell somebody that they were named, and that they are no longer."""
    member = occurrence.subject
    assert isinstance(member, Membership)  # noqa: S101  what the event is about
    words = f"{occurrence.person or 'The portal'} no longer names you for emergencies"
    if occurrence.event == Event.EMERGENCY_READER_NAMED:
        words = worded(
            f"{occurrence.person} named you for emergencies: with a second person you could read what a community wrote"
        )
    notify(member.person, occurrence, words, about=EMERGENCIES)


def _tell_of_beginning(occurrence: Occurrence, community: Community) -> None:
    """From problems of a kick-off: who said “count me in” belongs to it; who shares them can join."""
    inside = people_of(community)
    _tell(inside, occurrence, f"{quoted(community)} has begun. You said “count me in”, so you belong to it")
    others = {
        person.pk: person for problem in Problem.objects.filter(community=community) for person in _concerned(problem)
    }
    words = f"{quoted(community)} takes up a problem that you share. You can join it"
    _tell((person for key, person in others.items() if key not in {one.pk for one in inside}), occurrence, words)


def _concerned(problem: Problem) -> list[Person]:
    """Who raised it and who shares it."""
    rows = Support.objects.filter(problem=problem).select_related("person")
    return [*([problem.person] if problem.person else []), *(row.person for row in rows)]


def _tell_of_waking(occurrence: Occurrence, community: Community) -> None:
    """Whoever was named hears what they were named for, and who had a part in keeping it together that they still do;
    each is told once. Why it woke stands on its page."""
    woke = f"{occurrence.person} woke {quoted(community)} again"
    notify(
        occurrence.facts["facilitator"],
        occurrence,
        f"{woke}, and named you as {worded('facilitator')}. Look in, or hand over to somebody there",
    )
    _tell(
        running_people(community),
        occurrence,
        f"{woke}. You keep it together as before. Look in, or hand over to somebody there",
    )
    _tell(people_of(community), occurrence, f"{woke}. Why stands on its page. All of you can write there again")


def _tell_of_gap(occurrence: Occurrence, community: Community) -> None:
    follows = occurrence.facts["follows"]
    if follows is not None:
        words = (
            f"The {worded('facilitator')} of {quoted(community)} has left. You were the deputy and facilitate it now"
        )
        notify(follows, occurrence, words)
        return
    words = f"{quoted(community)} has no {worded('facilitator')} any more. Somebody in it, or you, can find one"
    _tell([*people_with(community, RoleKind.CORE), *_planners(community)], occurrence, words)


def _tell_of_transfer(occurrence: Occurrence, community: Community) -> None:
    """Everybody in both; of what is only asked, those who keep it together."""
    facts, name = occurrence.facts, quoted(community)
    if occurrence.event == Event.COMMUNITY_MERGE_ASKED:
        words = f"{quoted(facts['source'])} would like to go into {name}. Say yes or no on its page"
        _tell(running_people(community), occurrence, words)
        return
    target = quoted(facts["target"])
    if occurrence.event == Event.COMMUNITY_MERGE_DECLINED:
        _tell(running_people(community), occurrence, f"{target} does not take {name} in")
        return
    words = {
        str(Event.COMMUNITY_MERGED): f"{name} is part of {target} now, with its people and all that it wrote",
        str(Event.COMMUNITY_SPLIT): f"{target} has come out of {name}. What went along can be read there",
        str(Event.COMMUNITY_TRANSFER_UNDONE): f"What went from {name} to {target} was taken back",
    }[str(occurrence.event)]
    everybody = {person.pk: person for one in (community, facts["target"]) for person in people_of(one)}
    _tell(everybody.values(), occurrence, words)


def _heirs(closing: Closing) -> list[Person]:
    """Those who said that they look after something, each once."""
    rows = closing.rehomings.filter(state=Rehoming.State.ACCEPTED).exclude(person=None).select_related("person")
    return list({row.person_id: row.person for row in rows if row.person}.values())


def _planners(community: Community) -> list[Person]:
    """Those who plan the programme of its organisation."""
    planners = Membership.objects.current().filter(organisation=community.organisation).may(Permission.PLAN)
    return [member.person for member in planners.select_related("person")]


def send_of_kickoff(occurrence: Occurrence) -> None:
    """Tell whoever opened a kick-off that its time is over, and that a session has left something on its page."""
    kickoff = occurrence.subject
    assert isinstance(kickoff, KickOff)  # noqa: S101  what the event is about
    match occurrence.event:
        case Event.KICKOFF_ENDED:
            left = occurrence.facts["unclaimed"]
            said = counted(left, "problem is left for others to find", "problems are left for others to find")
            notify(kickoff.by, occurrence, f"{quoted(kickoff)} has ended: {said}")
        case Event.KICKOFF_TAKEN_OVER:
            said = counted(
                occurrence.facts["problems"],
                worded("problem from the session stands"),
                worded("problems from the session stand"),
            )
            notify(kickoff.by, occurrence, capital(f"{said} on the page of {quoted(kickoff)} now"))


def send_of_problem(occurrence: Occurrence) -> None:
    """Tell those who have a problem that a community has taken it up."""
    problem = occurrence.subject
    assert isinstance(problem, Problem)  # noqa: S101  what the event is about
    if occurrence.event == Event.PROBLEM_TAKEN_UP:
        words = f"{quoted(occurrence.facts['community'])} has taken up a problem of yours: {quoted(problem)}"
        _tell(_concerned(problem), occurrence, words)


def send_of_thread(occurrence: Occurrence) -> None:
    """Leave the notices of what was written: who asked, who was named, who keeps the community together."""
    thread = occurrence.subject
    assert isinstance(thread, Thread)  # noqa: S101  what the event is about
    title = quoted(thread.title)
    match occurrence.event:
        case Event.THREAD_STARTED:
            _tell_mentioned(occurrence, thread)
            verb = "asked" if thread.is_question else "began to talk"
            people = running_people(thread.community)
            _tell(people, occurrence, f"{occurrence.person} {verb} in {quoted(thread.community)}: {title}")
        case Event.THREAD_POSTED:
            _tell_mentioned(occurrence, thread)
            if Follower.objects.filter(thread=thread, person=thread.author).exists():
                notify(thread.author, occurrence, f"{occurrence.person} wrote to you in {title}")
            _tell(followers_to_tell(thread), occurrence, f"{occurrence.person} wrote in {title}, which you follow")
        case Event.THREAD_ANSWER_MARKED:
            helper = occurrence.facts["helper"]
            notify(helper, occurrence, f"What you wrote was marked as the answer to {title}")
        case Event.THREAD_BECAME_LESSON | Event.THREAD_BECAME_ASSET:
            _tell_whose_words(occurrence, thread)
        case Event.THREAD_EXPERT_ASKED:
            words = f"{occurrence.person} asks you by name: nobody has answered {title} yet"
            first = thread.posts.first()
            person, said = occurrence.facts["person"], first.text if first else ""
            _tell_with_mail(person, occurrence, thread, words, said=said)
        case Event.THREAD_LEFT_UNANSWERED:
            words = f"Nobody has answered {title} for three working days. Ask one person by name"
            _tell(running_people(thread.community), occurrence, words)


def _tell_whose_words(occurrence: Occurrence, thread: Thread) -> None:
    """Those whose question and answer went along. Who does it is not named: a lesson may be sent without a name later,
    and this notice would stay."""
    what = worded("A lesson") if occurrence.event == Event.THREAD_BECAME_LESSON else "A knowledge asset"
    words = (
        f"{what} is being made of {quoted(thread.title)}. Your words are in it: say there what should not stand in it"
    )
    _tell([thread.author, thread.answer.author if thread.answer else None], occurrence, words)


def followers_to_tell(thread: Thread) -> list[Person]:
    """Who follows it and may still read it, but for those who have not yet read that something was written: they are
    told once, however much is written meanwhile."""
    waiting = Notice.objects.filter(kind="thread", ident=thread.pk).unread().values("person")
    rows = Follower.objects.filter(thread=thread).exclude(person=thread.author_id).exclude(person__in=waiting)
    readers = {person.pk for person in people_of(thread.community)}
    if thread.reach == Reach.ORGANISATION:
        here = Membership.objects.current().filter(organisation=thread.organisation)
        readers |= set(here.filter(person__in=rows.values("person")).values_list("person_id", flat=True))
    return [row.person for row in rows.select_related("person").order_by("pk") if row.person_id in readers]


def _tell_mentioned(occurrence: Occurrence, thread: Thread) -> None:
    """Those whom a post names with “@”, if they belong to the community and so may read it."""
    text = without_quotations(occurrence.texts["text"])
    if "@" not in text:
        return
    people = {person.pk: person for person in people_of(thread.community)}
    for key in mentioned(text, {key: person.name for key, person in people.items()}):
        words = f"{occurrence.person} names you in {quoted(thread.title)}"
        _tell_with_mail(people[key], occurrence, thread, words, said=text)


def _tell_with_mail(person: Person, occurrence: Occurrence, thread: Thread, words: str, *, said: str) -> None:
    """A notice, and a mail whose link leads to the answer box. What is written once is not written again."""
    notice = notify(person, occurrence, words)
    if notice is None:
        return
    slug, token = notice.organisation.slug, thing_token(person, Ref("thread", thread.pk))
    values = {
        "person": person,
        "words": words,
        "said": Truncator(plain(said)).chars(MOST_IN_MAIL),
        "link": absolute(reverse("thread_reply", args=[slug, thread.pk, token])),
        "community": thread.community,
    }
    key = f"{occurrence.event} {occurrence.entry.pk} {person.pk}"
    body = render_to_string("emails/communities/reply.txt", values)
    post(person.email, one_line(words)[:200], body, key=key, at=occurrence.at, by=occurrence.by)


def _tell(people: Iterable[Person | None], occurrence: Occurrence, words: str, *, about: Ref | None = None) -> None:
    for person in people:
        notify(person, occurrence, words, about=about)
