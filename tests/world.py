"""One of everything in Riverside, so that every address of the portal can be opened."""

import re
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from django.urls import reverse
from django.utils import timezone

import actionplan.actions
import jobs.actions
import notifications.actions
import organisations.actions
import roadmap.actions
import search.actions
from attachments.inspection import check_file
from coffee import actions as coffee_actions
from coffee.models import Joiner, Pairing
from communities.actions import (
    closing,
    emergency,
    founding,
    kickoff,
    life,
    meetings,
    problems,
    rehoming,
    shelf,
    stories,
    talk,
)
from communities.actions import people as belonging
from communities.actions import review as looking_back
from communities.models import Community, Objection, Pin, QuietLine, Topic, Transfer
from jobs.models import Job, Mail
from lessons.actions import (
    asset_files,
    assets,
    comments,
    ending,
    experts,
    feeds,
    files,
    follows,
    importing,
    innovations,
    lists,
    merging,
    pack,
    posters,
    quotes,
    reuse,
    review,
    risk_holders,
    risks,
    themes,
    upkeep,
    writing,
)
from lessons.actions import life as life_of_lessons
from lessons.models import CheckRule, Lesson, ReviewTurn, State, Tag
from lessons.quality import quality_for
from organisations.models import AccessToken, Group, Membership, Organisation, Person
from organisations.tokens import invitation_token
from people import actions as people_actions
from people.models import Recipient
from roadmap.models import PlanChange
from selfassessment import reports
from selfassessment.actions import answering, asking, rounds
from selfassessment.models import Criterion
from selfassessment.respondents import Choice, Respondent
from techniques.actions import planning
from techniques.actions.room import joining
from techniques.actions.room.closing import close_session
from techniques.models import LearningSet, OwnAction, Session, Technique
from tests.attachments.samples import picture
from tests.cast import as_member, happened


@dataclass
class World:
    """The things, by name; ``args(url_name)`` gives what an address needs."""

    riverside: Organisation
    people: dict[str, Person]
    things: SimpleNamespace = field(default_factory=SimpleNamespace)

    @classmethod
    def build(cls, riverside: Organisation, people: dict[str, Person]) -> "World":
        """Made through the apps’ own actions: Farah facilitates, Lena plans, Cara writes and owns."""
        world = cls(riverside, people)
        t, now = world.things, timezone.now()
        ada, cara, farah, lena = (people[name] for name in ("ada", "cara", "farah", "lena"))
        t.group = Group.objects.create(organisation=riverside, name="Ward 6", kind=Group.Kind.UNIT)
        t.invitation = organisations.actions.invite_member(
            riverside, by=as_member(ada), email="noor@x.example", role="reader", at=timezone.now()
        )
        t.member = Membership.objects.get(organisation=riverside, person=people["reza"])
        t.programme = roadmap.actions.begin_programme(
            riverside,
            by=as_member(lena),
            name="Learning",
            starts_on=date(2026, 1, 1),
            ends_on=date(2028, 1, 1),
            lead=lena,
            at=timezone.now(),
        )
        t.intervention = roadmap.actions.plan_intervention(
            t.programme, by=as_member(lena), title="Brown bag lunches", step=1, owner=farah, at=timezone.now()
        )
        t.plan_change = PlanChange.objects.create(programme=t.programme, once=uuid4(), words="Nothing is changed.")
        t.action = actionplan.actions.add_action(
            riverside,
            by=as_member(farah),
            title="Ask pharmacy",
            owner=cara,
            due_on=timezone.localdate() - timedelta(days=2),
            at=timezone.now(),
        )
        t.guest_action = actionplan.actions.add_action(
            riverside,
            by=as_member(farah),
            title="Tell the porters",
            guest_name="Gus",
            guest_email="gus@x.example",
            at=timezone.now(),
        )
        technique = Technique.objects.get(key="after-action-review", organisation=None)
        plan = {"technique": technique, "length": "short", "starts_at": now + timedelta(hours=1)}
        t.session = planning.plan_session(riverside, by=as_member(farah), title="Planned", at=timezone.now(), **plan)
        t.room = planning.plan_session(
            riverside,
            by=as_member(farah),
            title="Live",
            intervention=t.intervention,
            at=timezone.now(),
            **{**plan, "starts_at": now},
        )
        t.room = joining.open_room(t.room, by=as_member(farah), at=now)
        t.held = planning.plan_session(riverside, by=as_member(farah), title="Held", at=timezone.now(), **plan)
        t.held = joining.open_room(t.held, by=as_member(farah), at=now)
        t.held = close_session(t.held, by=as_member(farah), at=now, summary={})
        world._learning_set()
        words = {
            "title": "Ask at ten",
            "happened": "It came late.",
            "why": "Nobody asked.",
            "then_do": "ask at ten.",
            "when_you": "move",
        }
        start = writing.start_lesson
        t.draft = start(riverside, by=as_member(cara), at=now, words=words, facts={}, tags=())
        t.waiting = start(riverside, by=as_member(cara), at=now, words=words, facts={}, tags=())
        t.waiting = writing.submit_lesson(t.waiting, by=as_member(cara), at=now)
        t.claimed = start(riverside, by=as_member(cara), at=now, words=words, facts={}, tags=())
        t.claimed = writing.submit_lesson(t.claimed, by=as_member(cara), at=now)
        t.claimed = review.claim_lesson(t.claimed, by=as_member(farah), at=now)
        t.checked = start(riverside, by=as_member(cara), at=now, words=words, facts={}, tags=())
        t.checked = writing.submit_lesson(t.checked, by=as_member(cara), at=now)
        t.checked = review.claim_lesson(t.checked, by=as_member(farah), at=now)
        t.checked = review.validate_lesson(
            t.checked,
            by=as_member(farah),
            at=now,
            outcome=State.NOTED,
            read=t.checked.revision_id,
            ticked=[line.key for line in quality_for(State.NOTED)],
            contact="Cara Doyle",
        )
        t.reuse = reuse.say_reuse(t.checked, by=as_member(people["reza"]), at=now, kind="helped")
        t.reuse = reuse.describe_reuse(
            t.reuse,
            by=as_member(people["reza"]),
            at=now,
            seen=1,
            place="Night shift",
            saved={"money": reuse.Saved(amount=Decimal(2_000))},
        )
        t.saving = t.reuse.savings.get()
        t.comment = comments.write_comment(t.checked, by=as_member(people["reza"]), at=now, text="We ask, too.")
        new = {"kind": Lesson.Kind.INNOVATION}
        t.innovation = start(riverside, by=as_member(cara), at=now, words=words, facts=new, tags=())
        t.innovation = writing.submit_lesson(t.innovation, by=as_member(cara), at=now)
        t.innovation = review.claim_lesson(t.innovation, by=as_member(farah), at=now)
        t.innovation = review.validate_lesson(
            t.innovation,
            by=as_member(farah),
            at=now,
            outcome=State.NOTED,
            read=t.innovation.revision_id,
            ticked=[line.key for line in quality_for(State.NOTED)],
            contact="Cara Doyle",
        )
        innovations.describe_innovation(t.innovation, by=as_member(cara), at=now, seen=0, stage="test", told={})
        t.quote = quotes.add_quote(
            t.checked,
            by=as_member(cara),
            at=now,
            text="I would do it again.",
            signed="A reader",
            said_by=people["reza"],
        )
        files.change_files(
            t.draft, by=as_member(cara), at=now, seen=1, tells={}, files=[check_file("bags.png", picture())]
        )
        t.lesson_file = t.draft.attached.get()
        t.poster = posters.open_poster(riverside, by=as_member(farah), at=now, group=t.group)
        t.left_note = posters.leave_note(t.poster, at=now, happened="The label fell off.")
        world._later_lives(words)
        t.run = importing.upload_import(
            riverside,
            by=as_member(farah),
            at=now,
            file_name="l.csv",
            content=b"title,lesson\nAsk early,Ask pharmacy early\n",
        )
        said = {"title": "Bags before noon", "purpose": "Ward clerks", "text": "Ask at ten."}
        t.list = lists.save_list(riverside, by=as_member(cara), at=now, query="q=wards", name="Wards")
        t.meaning = search.actions.define_word(
            riverside, by=as_member(farah), at=now, short="HAN", long="hospital at night"
        )
        t.unanswered = search.actions.keep_search(riverside, "hoists at night", by=as_member(cara), at=now, told=True)
        t.follow = follows.save_search(riverside, by=as_member(cara), at=now, query="q=beds")
        t.feed, _ = feeds.renew_feed_of_search(t.follow, by=as_member(cara), at=now)
        t.work = pack.describe_work(
            riverside, by=as_member(cara), at=now, title="Move the day clinic", text="Ask pharmacy for the medicines."
        )
        t.pack_answer = pack.set_lesson_aside(
            t.work, t.checked, by=as_member(cara), at=now, because="We have a chemist of our own."
        )
        t.asset_draft = assets.start_asset(riverside, by=as_member(cara), at=now, words=said)
        t.asset = assets.start_asset(riverside, by=as_member(cara), at=now, words=said)
        t.asset = assets.publish_asset(t.asset, by=as_member(cara), at=now)
        t.part = assets.add_part(
            t.asset, by=as_member(cara), at=now, kind="link", url="https://forms.example/", title="The form"
        )
        [t.asset_file] = asset_files.add_files(
            t.asset, by=as_member(cara), at=now, files=[check_file("form.png", picture())]
        )
        t.risk = risks.add_risk(
            riverside,
            by=as_member(farah),
            at=now,
            wanted={"title": "Start the old boiler", "matter": 3, "loss": 2, "owner": cara},
        )
        t.holder = risk_holders.name_holder(t.risk, by=as_member(cara), at=now, person=people["reza"])
        t.profile = people_actions.write_profile(
            riverside,
            by=as_member(cara),
            at=now,
            seen=0,
            is_listed=True,
            asked_about=["discharge medicines"],
            site="Riverside House",
        )
        t.enquiry = people_actions.send_enquiry(
            riverside, by=as_member(farah), at=now, line="Who has moved a ward?", people=[t.profile]
        )
        t.recipient = Recipient.objects.get()
        world._coffee_trials()
        prepare = {
            "by": as_member(farah),
            "at": now,
            "closes_on": timezone.localdate() + timedelta(days=9),
            "programme": t.programme,
        }
        t.round_draft = rounds.prepare_assessment(riverside, title="Next round", **prepare)
        t.round_open = rounds.prepare_assessment(riverside, title="This round", **prepare)
        rounds.open_assessment(t.round_open, by=as_member(farah), at=timezone.now())
        asking.ask_people(
            t.round_open, by=as_member(farah), members=people.values(), addresses=["x@y.example"], at=timezone.now()
        )
        t.round_open = asking.enable_link(t.round_open, by=as_member(farah), at=timezone.now())
        t.round_closed = world._closed_round(prepare, "Last round")
        t.round_unread = world._closed_round(prepare, "Spring look", comment="Sister Mary Smith hides the forms")
        world._communities()
        world._kickoff()
        t.notice = notifications.actions.notify(cara, happened(riverside), "Look", about=riverside)
        t.job = jobs.actions.enqueue(
            "selfassessment.tasks.gap_report_pdf", {}, title="Report", at=now, by=prepare["by"], organisation=riverside
        )
        Job.objects.filter(pk=t.job.pk).update(state=Job.State.FAILED)
        t.mail = Mail.objects.order_by("pk").first()
        organisations.actions.create_access_token(cara, by=cara, at=now, name="Report", scope="read", days=7)
        t.token = AccessToken.objects.get()
        return world

    def _later_lives(self, words: dict[str, str]) -> None:
        """A lesson because of which something was changed and is to be looked at, and one seven months later. A third
        is part of the first."""
        t, cara, farah = self.things, as_member(self.people["cara"]), as_member(self.people["farah"])
        now, day = timedelta(0), timedelta(days=1)
        ages = {"changing": now, "changed": 210 * day, "twin": now, "retired": day}
        for name, ago in ages.items():
            at = timezone.now() - ago
            lesson = writing.start_lesson(self.riverside, by=cara, at=at, words=words, facts={}, tags=())
            lesson = review.claim_lesson(writing.submit_lesson(lesson, by=cara, at=at), by=farah, at=at)
            lesson = review.validate_lesson(
                lesson,
                by=farah,
                at=at,
                outcome=State.IDENTIFIED,
                read=lesson.revision_id,
                ticked=[line.key for line in quality_for(State.IDENTIFIED)],
                contact="Cara Doyle",
                process="Discharge checklist",
            )
            setattr(t, name, lesson)
            if name == "twin":
                t.merge = merging.merge_lessons(lesson, by=farah, at=at, into=t.changing)
                continue
            action = writing.add_lesson_action(
                lesson, by=farah, at=at, title="Change the list", owner=self.people["farah"]
            )
            actionplan.actions.complete_action(action, by=farah, at=at)
        t.tag = Tag.objects.create(organisation=self.riverside, name="discharge")
        loaded = themes.load_themes(
            self.riverside, by=farah, at=timezone.now(), name="Strategy", pasted="G1,Home early"
        )
        t.themes = loaded.theme_set
        t.theme = t.themes.themes.get()
        t.changed = life_of_lessons.learn_lesson(
            t.changed, by=farah, at=timezone.now() - timedelta(days=210), evidence="Checklist, version 8"
        )
        upkeep.set_review_months(self.riverside, by=farah, at=timezone.now(), kind="lesson", months=6)
        t.upkeep = upkeep.set_keeper(
            t.changed, by=farah, at=timezone.now(), owner=self.people["cara"], deputy=self.people["farah"]
        )
        t.turn = ReviewTurn.objects.create(
            lesson=t.changed,
            person=self.people["cara"],
            round_on=timezone.localdate().replace(day=1),
            asked_on=timezone.localdate(),
        )
        t.check_rule = CheckRule.objects.create(organisation=self.riverside, minimum=1)
        t.expert_question = experts.ask_expert(t.claimed, by=farah, at=timezone.now(), whom="Dr Ito")
        t.retired = ending.retire_lesson(t.retired, by=farah, at=timezone.now(), reason="The ward is closed.")

    def _learning_set(self) -> None:
        """Farah advises a set of three, which means to meet; Cara has written down what she will do. The rows alone, so
        that nobody else in the world has a mail or a notice."""
        t, farah, now = self.things, self.people["farah"], timezone.now()
        rows = {"organisation": self.riverside, "length": "short"}
        t.set = LearningSet.objects.create(**rows, name="Ward sisters", adviser=farah)
        for name in ("cara", "reza", "sam"):
            t.set.members.create(person=self.people[name])
        t.set_meeting = Session.objects.create(
            **rows, learning_set=t.set, technique=Technique.objects.get(key="action-learning-set", organisation=None),
            title="Ward sisters, meeting 1", starts_at=now + timedelta(days=30), code="SETS22", facilitator=farah,
            confidentiality="set-only",
        )  # fmt: skip
        for place, takes in enumerate(("report-in", "bids", "turns", "rest", "look-back")):
            values = {"name": takes.capitalize(), "minutes": 30, "planned_minutes": 30, "writes": "nobody"}
            t.set_meeting.stages.create(key=takes, position=place, takes=takes, **values)
        t.own_action = OwnAction.objects.create(person=self.people["cara"], learning_set=t.set, text="Ring the mentor")

    def _coffee_trials(self) -> None:
        """One that people join, one whose pairs are meeting, one that is over: in both Cara and Farah take part."""
        t, now = self.things, timezone.now()
        by = as_member(self.people["farah"])
        soon = timezone.localdate() + timedelta(days=9)
        plan = {"pairs_on": soon, "coordinator": by.person, "rule": "random", "weeks": 6}
        t.trial = coffee_actions.plan_trial(self.riverside, by=by, at=now, title="Coffee in spring", **plan)
        t.trial_running = coffee_actions.plan_trial(self.riverside, by=by, at=now, title="Coffee in autumn", **plan)
        t.trial_over = coffee_actions.plan_trial(self.riverside, by=by, at=now, title="Coffee last year", **plan)
        # So that Cara is drawn with Farah, whatever the lot.
        avoided = {"cara": [as_member(self.people[name]) for name in ("lena", "sam")]}
        for trial in (t.trial, t.trial_running, t.trial_over):
            for name in ("cara", "farah", "lena", "sam"):
                coffee_actions.join_trial(
                    trial, by=as_member(self.people[name]), at=now, site="West House", avoided=avoided.get(name, ())
                )
        for trial in (t.trial_running, t.trial_over):
            coffee_actions.make_pairs(trial, by=by, at=now)
        coffee_actions.end_trial(t.trial_over, by=by, at=now)
        t.joiner = Joiner.objects.get(trial=t.trial_running, membership__person=self.people["cara"])
        t.joiner_over = Joiner.objects.get(trial=t.trial_over, membership__person=self.people["cara"])
        t.pairing = Pairing.objects.get(trial=t.trial_running, seats__joiner=t.joiner)

    def _communities(self) -> None:
        """One that lives, one that people ask to join, one that is closing, one that is closed: Cara facilitates each,
        Farah is her deputy. Reza is invited into the first."""
        t, now = self.things, timezone.now()
        cara, farah = self.people["cara"], self.people["farah"]
        made = {}
        for name in ("Home on time", "Night staff circle", "Wheelchairs", "Old forms"):
            made[name] = life.found_community(
                self.riverside, by=as_member(cara), at=now, name=name, question=f"What about {name.lower()}?"
            )
            belonging.join_community(made[name], by=as_member(farah), at=now)
            belonging.set_roles(made[name], by=as_member(cara), at=now, person=farah, roles=["deputy"])
        t.community, t.guarded, t.closing, t.closed = made.values()
        life.write_charter(
            t.community,
            by=as_member(cara),
            at=now,
            seen=t.community.version,
            answers={"name": "Home on time", "question": "Why?"},
        )
        Community.objects.filter(pk=t.guarded.pk).update(access="request")
        t.knock = belonging.invite_into_community(t.community, by=as_member(cara), at=now, person=self.people["reza"])
        t.thread = talk.start_thread(
            t.community, by=as_member(farah), at=now, title="Who brings the bags?", text="Nobody knows."
        )
        t.post = talk.write_post(
            t.thread, by=as_member(cara), at=now, text="The porters do.", files=[check_file("bags.png", picture())]
        )
        t.post_file = t.post.attached.get()
        t.open_question = talk.start_thread(
            t.community, by=as_member(cara), at=now, title="Who counts them?", text="Nobody does."
        )
        asked = {"title": "Who has the key?", "text": "The porch is locked."}
        t.answered = talk.start_thread(t.community, by=as_member(farah), at=now, **asked)
        answer = talk.write_post(t.answered, by=as_member(cara), at=now, text="The desk has it.")
        talk.mark_answer(t.answered, by=as_member(farah), at=now, post=answer)
        t.pin = shelf.pin_to_shelf(
            t.community, by=as_member(cara), at=now, kind="link", url="https://forms.example/", title="The form"
        )
        t.story = stories.tell_story(
            t.community,
            by=as_member(cara),
            at=now,
            words={"title": "No more waiting", "used": "At ten", "changed": "Nobody waits"},
            reach="group",
        )
        t.benefit = t.story.benefit
        t.review = looking_back.open_review(t.community, by=as_member(cara), at=now)
        t.transfer = Transfer.objects.create(kind="merge", source=t.guarded, target=t.community, asked_at=now)
        t.split = Transfer.objects.create(
            kind="split", source=t.guarded, target=t.community, asked_at=now, state="done", done_at=now
        )
        self._emergency()
        t.quiet = QuietLine.objects.create(community=t.community, at=now)
        t.meeting = meetings.plan_meeting(
            t.community,
            by=as_member(cara),
            at=now,
            title="Talk about cases",
            first_on=timezone.localdate() + timedelta(days=7),
            clock=time(14),
            repeats="weekly",
        )
        t.day = t.meeting.days.first()
        for community in (t.closing, t.closed):
            closing.announce_closing(community, by=as_member(cara), at=now, reason="done", words="It stays here.")
        t.objection = Objection.objects.create(
            closing=t.closing.closings.get(), person=self.people["farah"], words="We need it."
        )
        t.last_pin = Pin.objects.create(community=t.closing, kind="link", url="https://last.example/", title="The list")
        t.home = rehoming.ask_for_home(
            t.closing, by=as_member(cara), at=now, kind="pin", ident=t.last_pin.pk, person=self.people["reza"]
        )
        closing.close_due_community(t.closed, at=now + timedelta(days=40))

    def _emergency(self) -> None:
        """Reza and Sam were named long ago: they read the first community, and Sam asks about the second."""
        t, long_ago = self.things, timezone.now() - timedelta(days=30)
        sam, reza = self.people["sam"], self.people["reza"]
        for person in (sam, reza):
            t.emergency_reader = emergency.name_emergency_reader(
                self.riverside, by=as_member(self.people["ada"]), at=long_ago, person=person
            )
        now, why = timezone.now(), "Somebody could come to harm."
        t.emergency_waiting = emergency.ask_emergency_reading(t.guarded, by=as_member(sam), at=now, why=why)
        asked = emergency.ask_emergency_reading(t.community, by=as_member(sam), at=now, why=why)
        t.emergency_open = emergency.agree_to_emergency_reading(asked, by=as_member(reza), at=now)

    def _kickoff(self) -> None:
        """Farah has opened it. Cara raised a problem that stands in a topic; another is taken up by her community."""
        t, now = self.things, timezone.now()
        cara, farah = as_member(self.people["cara"]), as_member(self.people["farah"])
        t.kickoff = kickoff.open_kickoff(self.riverside, by=farah, at=now, title="What would you like to solve?")
        t.problem = problems.raise_problem(
            t.kickoff, by=cara, at=now, line="The keys go missing", would_facilitate=True
        )
        [t.problem] = problems.move_problems(t.kickoff, by=cara, at=now, problems=[t.problem], name="Keys")
        t.topic = t.problem.topic
        t.empty_topic = Topic.objects.create(kickoff=t.kickoff, name="Trolleys")
        t.taken_up = problems.raise_problem(t.kickoff, by=farah, at=now, line="Letters come late")
        founding.take_up_problem(t.taken_up, by=cara, at=now, community=t.community)
        t.barrier = kickoff.name_barrier(t.kickoff, by=cara, at=now, words="The rota")

    def _closed_round(self, prepare: dict[str, Any], title: str, comment: str = "") -> Any:
        closed = rounds.prepare_assessment(self.riverside, title=title, **prepare)
        rounds.open_assessment(closed, by=prepare["by"], at=timezone.now())
        closed = asking.enable_link(closed, by=prepare["by"], at=timezone.now())
        criteria = list(Criterion.objects.filter(section__framework=closed.framework))
        for number in range(6):
            respondent = Respondent(uuid4().hex, link=closed.link_nonce)
            for criterion in criteria[:4]:
                choice = Choice(now=1 + number % 3, wanted=4, comment=comment)
                answering.save_answer(closed, criterion, by=respondent, choice=choice, seen=0)
        rounds.close_assessment(closed, by=prepare["by"], at=timezone.now())
        return closed

    def address(self, name: str, route: str) -> str:
        """Where a door of this world is."""
        slug = ["riverside"] if route.startswith("o/") else []
        return reverse(name, args=[*slug, *self.args(name, route)])

    def args(self, name: str, route: str) -> list[Any]:
        """The arguments of an address after the organisation’s slug, in the order of its route."""
        things, found = self.things, []
        for kind, key in _converters(route):
            if key == "slug" and not found:
                continue
            found.append(self._value(name, kind, key, things))
        return found

    def _value(self, name: str, kind: str, key: str, t: SimpleNamespace) -> Any:
        if kind == "uuid":
            return uuid4()
        if key == "secret":
            return "forged"
        if key == "token":
            return invitation_token(t.invitation) if name == "invitation_accept" else "forged"
        if key == "code" and name.startswith("join"):
            return t.room.code
        if key == "code" and name.startswith("answer"):
            return t.round_open.link_nonce
        if key == "code" and name == "left_new":
            return t.poster.code
        if key == "code":
            return "L1"
        if key == "mark":
            page = reports.ReadingPage.build(t.round_unread, as_member(self.people["farah"]))
            return page.questions[0].remarks[0].mark
        if name == "ending_home" and key != "pk":
            return {"kind": "pin", "ident": t.last_pin.pk}[key]
        if name.startswith("pack_") and key in {"kind", "lesson"}:
            return {"kind": "work", "lesson": t.checked.pk}[key]
        if key == "change":
            return t.plan_change.pk
        if key == "into":
            return t.changing.pk
        if key == "number":
            return 1
        if key == "thread":
            return t.thread.pk
        if key == "file":
            return t.post_file.pk
        if key == "member":
            return self.people["cara"].pk
        if name.startswith("mfa"):
            return 1
        if name == "guide":
            return "team-member"
        if key == "key":
            return "after-action-review" if name.startswith("technique") else "elevator-pitch"
        return self._pk(name, t)

    def _pk(self, name: str, t: SimpleNamespace) -> int:
        special = {
            "follow_feed_away": t.feed,
            "lesson_feed": t.feed,
            "mailbox_mail": t.mail,
            "notice_open": t.notice,
            "programme_detail": t.programme,
            "action_guest": t.guest_action,
            "enquiry_link": t.recipient,
            "trial_end": t.trial_running,
            **{f"trial_{verb}": t.trial_running for verb in ("met", "another", "leave")},
            **{f"trial_{verb}": t.trial_over for verb in ("share", "answer")},
            # Action learning sets
            **{f"learning_set_{verb}": t.set for verb in ("detail", "next", "people", "leave")},
            "own_action_new": t.set,
            **{f"own_action_{verb}": t.own_action for verb in ("edit", "delete", "share")},
            **{f"set_meeting_{verb}": t.set_meeting for verb in ("open", "end")},
            "session_close": t.room,
            "session_wish": t.room,
            "session_open": t.session,
            "session_edit": t.session,
            "session_cancel": t.session,
            "session_invite": t.session,
            "session_attendance": t.held,
            "session_outcome": t.held,
            "session_tick": t.session,
            "session_detail": t.session,
            "lesson_claim": t.waiting,
            "lesson_take_over": t.claimed,
            "lesson_release": t.claimed,
            "lesson_check": t.claimed,
            "lesson_learned": t.changing,
            "lesson_embed": t.changed,
            "lesson_fall_back": t.changed,
            "lesson_check_back": t.claimed,
            "expert_list": t.claimed,
            "expert_revoke": t.expert_question,
            "expert_answer": t.expert_question,
            "check_rule_delete": t.check_rule,
            "lesson_keeper": t.changed,
            "review_turn": t.turn,
            "saved_list_delete": t.list,
            "dictionary_delete": t.meaning,
            "lesson_supersede": t.changing,
            "lesson_retire": t.changing,
            "lesson_bring_back": t.retired,
            "lesson_return": t.claimed,
            "lesson_decline": t.claimed,
            "lesson_confirm": t.claimed,
            "lesson_withdraw": t.waiting,
            "lesson_changes": t.waiting,
            "theme_sort": t.theme,
            "follow_tag": t.tag,
            "follow_theme": t.theme,
            "lesson_merge": t.checked,
            "lesson_merge_into": t.checked,
            "lesson_part": t.merge,
            "assessment_edit": t.round_draft,
            "assessment_delete": t.round_draft,
            "assessment_open": t.round_draft,
            "assessment_comments": t.round_unread,
            "assessment_publish": t.round_unread,
            "remark_withhold": t.round_unread,
            "remark_show": t.round_unread,
            "gap_report": t.round_closed,
            "gap_report_csv": t.round_closed,
            "gap_report_pdf": t.round_closed,
            "decision_new": t.round_closed,
            "decision_reject": t.round_closed,
            "decision_undo": t.round_closed,
            **{f"community_{verb}": t.closing for verb in ("object", "stop", "story", "ending")},
            "objection_answer": t.objection,
            "community_wake": t.closed,
            "community_knock": t.guarded,
            "emergency_release": t.emergency_reader,
            "emergency_ask": t.closing,
            "emergency_agree": t.emergency_waiting,
            "post_file": t.post_file,
            "post_file_small": t.post_file,
            "thread_list": t.community,
            "thread_new": t.community,
            "pin_new": t.community,
            "story_list": t.community,
            "story_new": t.community,
            "problem_new": t.kickoff,
            "problem_give_back": t.taken_up,
            "topic_remove": t.empty_topic,
            "meeting_list": t.community,
            "meeting_new": t.community,
            **{f"meeting_day{verb}": t.day for verb in ("", "_move", "_cancel", "_write_up", "_session")},
            "lesson_reuse": t.checked,
            "lesson_comment": t.checked,
            "lesson_quote_new": t.checked,
            "innovation_edit": t.innovation,
            "innovation_adapt": t.innovation,
            "session_quote_new": t.held,
            "lesson_file": t.lesson_file,
            "lesson_file_small": t.lesson_file,
            "asset_discard": t.asset_draft,
            "risk_holder_edit": t.holder,
            "risk_holder_away": t.holder,
            "asset_part_away": t.part,
            "asset_file": t.asset_file,
            "asset_file_small": t.asset_file,
        }
        if name in special:
            return special[name].pk
        family = {
            "invitation": t.invitation,
            "person": t.member,
            "group": t.group,
            "job": t.job,
            "action": t.action,
            "programme": t.programme,
            "step": t.programme,
            "intervention": t.programme if name == "intervention_new" else t.intervention,
            "session": t.room,
            "room": t.room,
            "screen": t.room,
            "lesson": t.draft,
            "tag": t.tag,
            "theme": t.themes,
            "import": t.run,
            "assessment": t.round_open,
            "token": t.token,
            "finder": t.profile,
            "enquiry": t.enquiry,
            "trial": t.trial,
            "community": t.community,
            "charter": t.community,
            "thread": t.thread,
            "post": t.post,
            "knock": t.knock,
            "shelf": t.community,
            "pin": t.pin,
            "health": t.community,
            "ending": t.closing,
            "home": t.home,
            "review": t.community,
            "merge": t.transfer,
            "transfer": t.transfer,
            "story": t.story,
            "quiet": t.quiet,
            "kickoff": t.kickoff,
            "barrier": t.barrier,
            "topic": t.topic,
            "problem": t.problem,
            "meeting": t.meeting,
            "calendar": t.community,
            "asset": t.asset,
            "risk": t.risk,
            "pack": t.work,
            "work": t.work,
            "emergency": t.emergency_open,
            "reuse": t.reuse,
            "comment": t.comment,
            "quote": t.quote,
            "poster": t.group,
            "left": t.left_note,
            "saving": t.saving,
            "benefit": t.benefit,
            "unanswered": t.unanswered,
            "follow": t.follow,
            "summary": t.held,
        }
        return family[name.split("_")[0]].pk


def _converters(route: str) -> list[tuple[str, str]]:
    return re.findall(r"<(\w+):(\w+)>", route)
