"""A live kick-off: its session from the plan to the close, and what its page takes over."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from communities.actions import founding, kickoff, problems
from communities.models import Community, KickOff, NamedBarrier, Problem, Support, Topic
from kmportal.lib.exceptions import Refusal
from notifications.models import Notice
from organisations.models import Membership, Person
from techniques import guest_cookies
from techniques.actions.planning import cancel_session
from techniques.actions.room.closing import close_session
from techniques.actions.room.grouping import group_notes
from techniques.actions.room.joining import join_room, open_room
from techniques.actions.room.notes import write_note
from techniques.actions.room.reactions import set_me_too
from techniques.actions.room.stages import reveal_notes
from techniques.models import Session
from tests.cast import as_member
from tests.communities.conftest import NOON


@pytest.fixture
def live(content, riverside, farah) -> KickOff:
    return kickoff.open_kickoff(
        riverside,
        by=as_member(farah),
        at=NOON,
        title="What gets stuck?",
        form="live",
        starts_at=NOON + timedelta(days=7),
        length="short",
        place="Seminar room 2",
    )


@pytest.fixture
def room(live, farah) -> Session:
    return open_room(live.session, by=as_member(farah), at=NOON)


@pytest.fixture
def write(room, farah):
    """``write("problems", "Keys")``: a guest writes under that column; a scribe where only the scribe does."""
    gus = join_room(room, by=None, at=NOON, name="Gus", key=guest_cookies.new_key())

    def write(column: str, text: str):
        stage = next(stage for stage in room.stages.all() if column in stage.column_keys)
        by = gus if stage.writes == "everyone" else as_member(farah)
        return write_note(room, by=by, at=NOON, stage_key=stage.key, column=column, text=text, client_id=uuid4())

    return write


def close(room, farah) -> None:
    for stage in room.stages.all():
        reveal_notes(room, by=as_member(farah), at=NOON, stage=stage)
    close_session(room, by=as_member(farah), at=NOON, summary={})


class TestOpening:
    def test_it_has_a_session_of_an_hour_and_two_weeks_from_its_day(self, live):
        assert live.session.minutes == 60
        assert live.session.starts_at == NOON + timedelta(days=7)
        assert live.last_on == NOON.date() + timedelta(days=20)

    @pytest.mark.parametrize(("length", "minutes"), [("short", 60), ("standard", 120), ("long", 210)])
    def test_three_lengths(self, length, minutes, content, riverside, farah):
        words = {"by": as_member(farah), "at": NOON, "form": "live", "starts_at": NOON, "length": length}
        assert kickoff.open_kickoff(riverside, title="Keys", **words).session.minutes == minutes

    def test_the_last_day_does_not_come_before_the_meeting(self, content, riverside, farah):
        words = {"by": as_member(farah), "at": NOON, "form": "live", "starts_at": NOON + timedelta(days=7)}
        with pytest.raises(Refusal, match="comes before it begins"):
            kickoff.open_kickoff(riverside, title="Keys", last_on=NOON.date(), **words)

    def test_when_the_meeting_is_called_off_the_page_stays(self, live, farah, cara):
        cancel_session(live.session, by=as_member(farah), at=NOON)
        assert problems.raise_problem(live, by=as_member(cara), at=NOON, line="Keys")


class TestWhatThePageTakesOver:
    def test_problems_how_many_share_them_topics_and_barriers(self, live, room, write, farah):
        write("problems", "The keys go missing\nEach Monday, on two wards")
        write("problems", "Letters come late")
        for text in ("the keys go MISSING", "The keys go missing", "Nobody wrote this"):
            write("shared", text)
        write("topics", "Keys and doors\n- The keys go missing\n- Something else")
        write("barriers", "My manager")
        write("joining", "Keys and doors: Gus")
        close(room, farah)
        keys, letters = Problem.objects.order_by("pk")
        assert (keys.line, keys.more, keys.voices) == (
            "The keys go missing",
            "The keys go missing\nEach Monday, on two wards",
            2,
        )
        assert (letters.more, letters.voices, letters.topic) == ("", 0, None)
        assert keys.topic == Topic.objects.get(name="Keys and doors")
        assert NamedBarrier.objects.get().words == "My manager"
        # Whoever raised it stays unknown, and nobody was made a member of anything.
        assert {problem.person for problem in Problem.objects.all()} == {None}
        assert not Support.objects.exists()
        assert not Community.objects.exists()

    def test_however_many_barriers_the_files_are_cleaned_once(
        self, live, room, write, farah, django_capture_on_commit_callbacks
    ):
        for text in ("My manager", "No time", "Too few keys"):
            write("barriers", text)
        with django_capture_on_commit_callbacks() as later:
            close(room, farah)
        assert NamedBarrier.objects.count() == 3
        assert later.count(kickoff.remove_traces) == 1
        assert KickOff.objects.get(pk=live.pk).traces

    def test_me_too_counts_and_groups_of_the_desk_are_topics(self, live, room, write, farah):
        notes = [
            write("problems", text) for text in ("The keys go missing\nEach Monday", "Doors jam", "Letters are late")
        ]
        for name in ("Kit", "Rhea"):
            other = join_room(room, by=None, at=NOON, name=name, key=guest_cookies.new_key())
            set_me_too(notes[0], by=other, at=NOON, is_on=True)
        said = {"by": as_member(farah), "at": NOON, "stage": notes[0].stage}
        group_notes(room, notes=[one.client_id for one in notes[:2]], name="Keys and doors", **said)
        close(room, farah)
        assert list(Problem.objects.order_by("pk").values_list("line", "voices", "topic__name")) == [
            ("The keys go missing", 2, "Keys and doors"), ("Doors jam", 0, "Keys and doors"),
            ("Letters are late", 0, None),
        ]  # fmt: skip

    def test_once_however_often_it_is_asked(self, live, room, write, farah):
        write("problems", "The keys go missing")
        close(room, farah)
        kickoff.take_over_session(room, at=NOON)
        assert Problem.objects.count() == 1

    def test_what_was_raised_on_the_page_before_is_shared(self, live, room, write, farah, cara):
        problem = problems.raise_problem(live, by=as_member(cara), at=NOON, line="The keys go missing")
        write("problems", "THE KEYS GO MISSING")
        write("shared", "The keys go missing")
        close(room, farah)
        assert Problem.objects.get() == problem
        assert Problem.objects.get().voices == 1

    def test_what_was_never_shown_is_not_taken_over(self, live, room, write, farah):
        write("barriers", "My manager")
        close_session(room, by=as_member(farah), at=NOON, summary={})
        assert not NamedBarrier.objects.exists()

    def test_a_long_note_is_cut_in_its_line_and_whole_below(self, live, room, write, farah):
        write("problems", "k" * 900)
        write("barriers", "b" * 900)
        close(room, farah)
        problem = Problem.objects.get()
        assert (len(problem.line), problem.line[-1], len(problem.more)) == (200, "…", 900)
        assert len(NamedBarrier.objects.get().words) == 500

    def test_whoever_opened_it_is_told(self, live, room, write, farah, lena):
        write("problems", "The keys go missing")
        for stage in room.stages.all():
            reveal_notes(room, by=as_member(lena), at=NOON, stage=stage)
        close_session(room, by=as_member(lena), at=NOON, summary={})
        said = Notice.objects.filter(person=farah).values_list("text", flat=True)
        assert "One problem from the session stands on the page of “What gets stuck?” now" in said

    def test_another_session_leaves_nothing(self, live, room, farah):
        KickOff.objects.update(session=None)
        close(room, farah)
        assert kickoff.take_over_session(room, at=NOON) is None


class TestInTheRoom:
    def test_each_kind_has_its_own_box_and_a_refused_note_comes_back_into_it(self, room):
        phone = Client()
        phone.post(reverse("join_session", args=[room.code]), {"name": "Gus", "key": guest_cookies.new_key()})
        values = {"client_id": uuid4(), "stage": "first-steps", "column": "joining", "text": "Keys, me too"}
        answer = phone.post(reverse("join_note", args=[room.code]), values)
        assert answer.status_code == 422
        page = answer.content.decode()
        for name in ("note-first-steps-joining", "note-first-steps"):
            assert page.count(f'id="{name}"') == 1
        assert page.count("Keys, me too</textarea>") == 1
        assert page.index("Keys, me too</textarea>") > page.index('id="note-first-steps-joining"')
        assert "Which topic do you join?" in page

    def test_those_who_share_the_same_stand_together(self, room, write, farah, as_):
        for text in ("Keys", "Doors", "keys"):
            write("shared", text)
        [stage] = room.stages.filter(key="problems")
        [column] = [one for one in stage.columns if one.key == "shared"]
        seen = column.kind.arrange(list(stage.notes.filter(column="shared").order_by("pk")), None)
        assert [note.text for note in seen] == ["Keys", "keys", "Doors"]


class TestWhoJoinedInTheRoom:
    @pytest.fixture
    def topic(self, live, room, write, farah) -> Topic:
        write("problems", "The keys go missing")
        write("topics", "Keys and doors\n- The keys go missing")
        write("topics", "Doors at night")
        for text in ("Keys and doors: Gus", "keys: Reza Amini", "KEYS AND DOORS: gus", "Keys: Cara", "Doors: Helen"):
            write("joining", text)
        close(room, farah)
        return Topic.objects.get(name="Keys and doors")

    def test_names_stand_beside_their_topic(self, topic, as_, sam):
        """What names two topics, or none, is left out."""
        assert topic.names_joined == ["Gus", "Reza Amini", "Cara"]
        assert "Joined in the room: Gus, Reza Amini, Cara" in as_(sam).get(topic.kickoff.get_absolute_url()).text

    def test_whoever_is_known_by_that_name_is_invited_and_nobody_is_made_a_member(self, topic, cara, lena, reza, as_):
        url = f"/o/riverside/communities/kickoffs/topics/{topic.pk}/begin/"
        page = as_(lena).get(url)
        assert "They joined in the room: Gus, Reza Amini and Cara." in page.text
        form = page.context["form"]
        typed = {"name": "Keys", "question": "Where are they?", "access": "open", "facilitator": lena.pk}
        said = as_(lena).post(url, {**typed, "once": form["once"].value() or "", "sister": ""}, follow=True).text
        community = Community.objects.get()
        assert "Two people who joined in the room are invited" in said
        asked = community.knocks.order_by("membership__person__name")
        assert [knock.membership.person for knock in asked] == [cara, reza]
        assert [one.name for one in community.group.people.all()] == [lena.name]
        assert "You are invited" in as_(reza).get(community.get_absolute_url()).text
        assert Topic.objects.get(pk=topic.pk).joined == ""

    def test_a_name_that_two_have_invites_nobody(self, topic, riverside, cara, lena, reza):
        other = Person.objects.create(email="cara2@riverside.example", name="Cara Other")
        Membership.objects.create(organisation=riverside, person=other)
        founding.found_from_topic(topic, by=as_member(lena), at=NOON, name="Keys", question="Where?", facilitator=lena)
        assert [knock.membership.person for knock in Community.objects.get().knocks.all()] == [reza]

    def test_none_comes_once_the_kick_off_has_ended(self, live, room, write, farah):
        write("topics", "Keys and doors")
        write("joining", "Keys and doors: Gus")
        kickoff.end_kickoff(live, by=as_member(farah), at=NOON)
        close(room, farah)
        assert Topic.objects.get().joined == ""

    def test_no_name_is_cut_in_two(self, live, room, write, farah):
        names = [f"{number} {'k' * 150}" for number in range(15)]
        write("topics", "Keys and doors")
        for name in names:
            write("joining", f"Keys and doors: {name}")
        close(room, farah)
        kept = Topic.objects.get().names_joined
        assert kept == names[: len(kept)]
        assert len(kept) == 13

    def test_they_leave_the_page_with_the_kick_off(self, topic, farah):
        kickoff.end_kickoff(topic.kickoff, by=as_member(farah), at=NOON)
        assert Topic.objects.get(pk=topic.pk).joined == ""
