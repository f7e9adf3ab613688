"""A kick-off on its page: problems, sharing, topics, barriers, the end, and what becomes of it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from communities import policies
from communities.actions import closing, founding, kickoff, people, problems
from communities.actions.timetable import move_communities_on
from communities.models import (
    Community,
    CommunityRole,
    KickOff,
    NamedBarrier,
    Problem,
    Support,
    Topic,
)
from kmportal.lib.exceptions import Refusal, Stale
from notifications.models import Notice
from organisations.models import AuditEntry, GroupMembership, Membership
from search import index
from tests.cast import as_member
from tests.communities.conftest import NOON
from tests.races import at_once

LATER = NOON + timedelta(days=14)


@pytest.fixture
def opened(riverside, farah) -> KickOff:
    return kickoff.open_kickoff(riverside, by=as_member(farah), at=NOON, title="What would you like to solve?")


@pytest.fixture
def problem(opened, cara) -> Problem:
    """Cara’s; she would be in it."""
    return problems.raise_problem(opened, by=as_member(cara), at=NOON, line="The keys go missing", is_in=True)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def told(person) -> list[str]:
    return list(Notice.objects.filter(person=person).order_by("pk").values_list("text", flat=True))


class TestOpening:
    def test_two_weeks_without_a_word_about_days(self, opened):
        assert opened.opens_on == timezone.localdate(NOON)
        assert opened.last_on - opened.opens_on == timedelta(days=13)

    def test_the_same_form_twice_opens_one(self, riverside, farah):
        once = uuid4()
        words = {"by": as_member(farah), "at": NOON, "title": "Again", "once": once}
        assert kickoff.open_kickoff(riverside, **words) == kickoff.open_kickoff(riverside, **words)

    @pytest.mark.parametrize(
        ("words", "sentence"),
        [
            ({"title": " \u200b "}, "Say what it is about."),
            ({"last_on": timezone.localdate(NOON) - timedelta(days=1)}, "comes before it begins"),
            ({"last_on": timezone.localdate(NOON) + timedelta(days=200)}, "Three months are the most"),
            ({"form": "live"}, "Say when you meet."),
            ({"form": "carnival"}, "live or on a page"),
        ],
    )
    def test_what_cannot_be(self, words, sentence, riverside, farah):
        with pytest.raises(Refusal, match=sentence):
            kickoff.open_kickoff(riverside, by=as_member(farah), at=NOON, **{"title": "Keys", **words})

    def test_without_its_script_it_is_not_live(self, riverside, farah):
        with pytest.raises(Refusal, match="has not been loaded"):
            kickoff.open_kickoff(riverside, by=as_member(farah), at=NOON, title="K", form="live", starts_at=LATER)

    def test_before_its_first_day_nobody_writes(self, riverside, farah, cara):
        soon = kickoff.open_kickoff(riverside, by=as_member(farah), at=NOON, title="Soon", opens_on=LATER.date())
        with pytest.raises(Refusal, match="begins on 7 December 2026"):
            problems.raise_problem(soon, by=as_member(cara), at=NOON, line="Keys")
        assert "raise" not in policies.allowed_in_kickoff(as_member(cara), soon, NOON)

    def test_changing_needs_the_newest_version_and_a_day_to_come(self, opened, farah):
        words = {"by": as_member(farah), "at": NOON, "title": "Other words", "why": "", "last_on": opened.last_on}
        changed = kickoff.change_kickoff(fresh(opened), seen=1, **words)
        assert kickoff.change_kickoff(fresh(opened), seen=1, **words).version == changed.version == 2
        with pytest.raises(Stale):
            kickoff.change_kickoff(fresh(opened), seen=1, **{**words, "title": "Third"})
        with pytest.raises(Refusal, match="This day has passed"):
            kickoff.change_kickoff(fresh(opened), seen=2, **{**words, "last_on": opened.opens_on - timedelta(days=1)})


class TestRaising:
    @pytest.mark.parametrize("again", ["the KEYS go missing", "The kéys go missing", "The keys\u00a0go  missing\u200b"])
    def test_the_same_in_other_accents_and_capitals_is_shared_instead(self, again, problem, reza):
        with pytest.raises(Refusal, match="there already"):
            problems.raise_problem(problem.kickoff, by=as_member(reza), at=NOON, line=again)

    def test_the_same_form_twice_raises_one(self, opened, reza):
        words = {"by": as_member(reza), "at": NOON, "line": "Trolleys", "once": uuid4()}
        assert problems.raise_problem(opened, **words) == problems.raise_problem(opened, **words)

    @pytest.mark.parametrize("line", ["", "\u202e \u200b", "x" * 201])
    def test_what_nobody_can_read_is_refused(self, line, opened, reza):
        with pytest.raises(Refusal):
            problems.raise_problem(opened, by=as_member(reza), at=NOON, line=line)

    def test_one_person_does_not_fill_the_page(self, opened, reza, monkeypatch):
        monkeypatch.setattr(problems, "PROBLEMS_OF_ONE", 2)
        for line in ("One", "Two"):
            problems.raise_problem(opened, by=as_member(reza), at=NOON, line=line)
        with pytest.raises(Refusal, match="You have raised 2 problems"):
            problems.raise_problem(opened, by=as_member(reza), at=NOON, line="Three")

    def test_closing_while_somebody_writes(self, opened, reza, farah):
        kickoff.end_kickoff(fresh(opened), by=as_member(farah), at=NOON)
        with pytest.raises(Refusal, match="has ended"):
            problems.raise_problem(opened, by=as_member(reza), at=NOON, line="Too late")
        assert not Problem.objects.exists()

    def test_its_last_day_has_passed_and_the_timetable_has_not_come_yet(self, opened, reza):
        assert problems.raise_problem(opened, by=as_member(reza), at=LATER, line="Just in time")

    def test_only_ones_own_is_changed(self, problem, cara, farah):
        words = {"at": NOON, "line": "The keys are gone", "more": "Each Monday"}
        with pytest.raises(PermissionDenied):
            problems.change_problem(fresh(problem), by=as_member(farah), **words)
        assert problems.change_problem(fresh(problem), by=as_member(cara), **words).more == "Each Monday"

    def test_what_others_share_stays_but_for_who_looks_after_it(self, problem, cara, reza, farah):
        problems.share_problem(problem, by=as_member(reza), at=NOON)
        with pytest.raises(Refusal, match="Others share"):
            problems.take_away_problem(fresh(problem), by=as_member(cara), at=NOON)
        problems.take_away_problem(fresh(problem), by=as_member(farah), at=NOON)
        problems.take_away_problem(problem, by=as_member(farah), at=NOON)  # again
        assert not index.find(as_member(reza), "keys", kinds=["problem"]).hits


class TestSharing:
    def test_once_for_each_person_and_problem(self, problem, reza):
        for _ in range(2):
            problems.share_problem(problem, by=as_member(reza), at=NOON)
        assert Support.objects.count() == 1
        assert AuditEntry.objects.filter(event="problem.shared").count() == 1
        problems.unshare_problem(problem, by=as_member(reza), at=NOON)
        problems.unshare_problem(problem, by=as_member(reza), at=NOON)
        assert not Support.objects.exists()

    def test_whoever_raised_it_is_counted_once(self, problem, cara):
        problems.share_problem(problem, by=as_member(cara), at=NOON, would_facilitate=True)
        assert not Support.objects.exists()
        assert fresh(problem).would_facilitate
        problems.unshare_problem(problem, by=as_member(cara), at=NOON)
        assert not fresh(problem).is_in

    def test_who_would_keep_it_together_is_in(self, problem, reza):
        problems.share_problem(problem, by=as_member(reza), at=NOON, would_facilitate=True)
        assert Support.objects.get().is_in

    def test_of_two_windows_one_share_is_left(self, transactional_db, problem, reza):
        def share():
            return problems.share_problem(fresh(problem), by=as_member(reza), at=NOON)

        at_once(share, share, share)
        assert Support.objects.count() == 1


class TestSorting:
    def test_into_a_new_topic_and_back(self, problem, reza):
        by = as_member(reza)
        [moved] = problems.move_problems(problem.kickoff, by=by, at=NOON, problems=[problem], name="Keys")
        assert moved.topic.name == "Keys"
        assert problems.move_problems(problem.kickoff, by=by, at=NOON, problems=[problem], topic=moved.topic) == []
        for _ in range(2):
            assert problems.put_problem_back(fresh(problem), by=by, at=NOON).topic is None

    @pytest.mark.parametrize("name", ["KEYS", "kéys", " Keys\u200b "])
    def test_a_name_in_other_accents_and_capitals_is_the_same_topic(self, name, problem, reza):
        by = as_member(reza)
        other = problems.raise_problem(problem.kickoff, by=by, at=NOON, line="Locks")
        problems.move_problems(problem.kickoff, by=by, at=NOON, problems=[problem], name="Keys")
        problems.move_problems(problem.kickoff, by=by, at=NOON, problems=[other], name=name)
        assert Topic.objects.count() == 1

    def test_put_back_where_the_topic_has_gone(self, problem, reza):
        by = as_member(reza)
        [moved] = problems.move_problems(problem.kickoff, by=by, at=NOON, problems=[problem], name="Keys")
        [moved] = problems.move_problems(problem.kickoff, by=by, at=NOON, problems=[moved], name="Doors")
        keys = Topic.objects.get(name="Keys")
        with pytest.raises(Refusal, match="Move them out first"):
            problems.remove_topic(moved.topic, by=by, at=NOON)
        problems.remove_topic(keys, by=by, at=NOON)
        problems.remove_topic(keys, by=by, at=NOON)  # again
        with pytest.raises(Refusal, match="Somebody has removed"):
            problems.move_problems(problem.kickoff, by=by, at=NOON, problems=[problem], topic=keys)
        assert problems.put_problem_back(fresh(problem), by=by, at=NOON).topic is None

    def test_not_into_a_topic_of_another_kickoff(self, problem, riverside, farah):
        other = kickoff.open_kickoff(riverside, by=as_member(farah), at=NOON, title="Another")
        topic = Topic.objects.create(kickoff=other, name="Elsewhere")
        with pytest.raises(Refusal, match="another kick-off"):
            problems.move_problems(problem.kickoff, by=as_member(farah), at=NOON, problems=[problem], topic=topic)


class TestBarriers:
    def test_each_once_and_nowhere_who_said_so(self, opened, reza):
        by = as_member(reza)
        before = set(AuditEntry.objects.values_list("pk", flat=True))
        for words in ({"key": "time"}, {"key": "time"}, {"words": "The rota"}, {"words": "the ROTA\u200b"}):
            kickoff.name_barrier(opened, by=by, at=NOON, **words)
        assert {(one.key, one.words) for one in NamedBarrier.objects.all()} == {("time", ""), ("", "The rota")}
        # No line at all, which would stand between those of what she does in the same minute.
        assert set(AuditEntry.objects.values_list("pk", flat=True)) == before

    @pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite keeps no transactions")
    def test_no_transaction_says_when_one_was_named(self, opened, reza):
        for words in ("The rota", "The lift", "My manager"):
            kickoff.name_barrier(opened, by=as_member(reza), at=NOON, words=words)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(DISTINCT xmin::text) FROM communities_namedbarrier")
            assert cursor.fetchone() == (1,)

    @pytest.mark.parametrize("words", [{}, {"key": "weather"}, {"words": " \u200b"}, {"words": "x" * 501}])
    def test_what_says_nothing_is_refused(self, words, opened, reza):
        with pytest.raises(Refusal):
            kickoff.name_barrier(opened, by=as_member(reza), at=NOON, **words)

    def test_taken_away_by_who_looks_after_it(self, opened, reza, farah):
        barrier = kickoff.name_barrier(opened, by=as_member(reza), at=NOON, words="Sister Smith")
        with pytest.raises(PermissionDenied):
            kickoff.remove_barrier(barrier, by=as_member(reza), at=NOON)
        kickoff.remove_barrier(barrier, by=as_member(farah), at=NOON)
        assert not NamedBarrier.objects.exists()


@pytest.fixture
def topic(problem, reza, sam) -> Topic:
    """Cara and Reza would be in it, Reza would keep it together, Sam only shares it."""
    [moved] = problems.move_problems(problem.kickoff, by=as_member(reza), at=NOON, problems=[problem], name="Keys")
    problems.share_problem(moved, by=as_member(reza), at=NOON, would_facilitate=True)
    problems.share_problem(moved, by=as_member(sam), at=NOON)
    return moved.topic


def members_of(community: Community) -> set[str]:
    rows = GroupMembership.objects.filter(group_id=community.group_id)
    return {name.split()[0] for name in rows.values_list("person__name", flat=True)}


class TestBeginning:
    WORDS = {"at": NOON, "name": "Keys", "question": "Where do they go?"}

    def test_its_first_members_are_those_who_said_so(self, topic, problem, farah, reza, cara, sam):
        community = founding.found_from_topic(topic, by=as_member(farah), facilitator=reza, **self.WORDS)
        assert members_of(community) == {"Cara", "Reza"}  # Farah did it for them, Sam did not say so
        assert CommunityRole.objects.get().seat.person == reza
        assert community.question == "Where do they go?"
        assert fresh(problem).community == community == fresh(topic).community
        assert told(cara) == ["“Keys” has begun. You said “count me in”, so you belong to it"]
        assert told(sam) == ["“Keys” takes up a problem that you share. You can join it"]

    def test_whoever_begins_it_may_keep_it_together(self, topic, lena):
        community = founding.found_from_topic(topic, by=as_member(lena), facilitator=lena, **self.WORDS)
        assert members_of(community) == {"Cara", "Reza", "Lena"}

    def test_nobody_is_made_a_facilitator_without_saying_so(self, topic, farah, cara):
        with pytest.raises(Refusal, match="would keep it together"):
            founding.found_from_topic(topic, by=as_member(farah), facilitator=cara, **self.WORDS)
        assert not Community.objects.exists()

    def test_somebody_who_has_left_is_not_in_it(self, topic, farah, cara, reza):
        Membership.objects.filter(person=cara).update(left_at=NOON)
        community = founding.found_from_topic(topic, by=as_member(farah), facilitator=reza, **self.WORDS)
        assert members_of(community) == {"Reza"}

    def test_a_second_time_is_answered_with_the_first(self, topic, farah, reza):
        first = founding.found_from_topic(topic, by=as_member(farah), facilitator=reza, **self.WORDS)
        again = founding.found_from_topic(
            topic, by=as_member(farah), facilitator=farah, at=NOON, name="Locks", question="Why?"
        )
        assert first == again
        assert again.name == "Keys"

    def test_two_people_at_the_same_time(self, transactional_db, topic, farah, lena):
        def begin(person, name):
            words = {**self.WORDS, "name": name}
            return lambda: founding.found_from_topic(fresh(topic), by=as_member(person), facilitator=person, **words)

        answers = at_once(begin(farah, "Keys"), begin(lena, "Locks"))
        assert answers[0] == answers[1] == Community.objects.get()

    def test_a_taken_name_is_refused_and_nothing_is_left_behind(self, topic, found, farah, reza):
        found(name="Keys")
        with pytest.raises(Refusal, match="already a community"):
            founding.found_from_topic(topic, by=as_member(farah), facilitator=reza, **self.WORDS)
        assert fresh(topic).community is None

    def test_an_empty_topic_is_none(self, opened, farah):
        empty = Topic.objects.create(kickoff=opened, name="Empty")
        with pytest.raises(Refusal, match="No problem stands"):
            founding.found_from_topic(empty, by=as_member(farah), facilitator=farah, **self.WORDS)

    def test_what_is_taken_up_stays_as_it_is(self, topic, problem, farah, reza, cara):
        founding.found_from_topic(topic, by=as_member(farah), facilitator=reza, **self.WORDS)
        for act in (
            lambda: problems.share_problem(fresh(problem), by=as_member(farah), at=NOON),
            lambda: problems.unshare_problem(fresh(problem), by=as_member(reza), at=NOON),
            lambda: problems.put_problem_back(fresh(problem), by=as_member(reza), at=NOON),
            lambda: problems.take_away_problem(fresh(problem), by=as_member(cara), at=NOON),
            lambda: problems.change_problem(fresh(problem), by=as_member(cara), at=NOON, line="Other", more=""),
        ):
            with pytest.raises(Refusal, match="taken this problem up"):
                act()
        assert policies.allowed_with_problem(as_member(cara), fresh(problem), NOON) == frozenset()

    def test_nothing_moves_into_what_is_a_community(self, topic, opened, farah, reza):
        founding.found_from_topic(topic, by=as_member(farah), facilitator=reza, **self.WORDS)
        other = problems.raise_problem(opened, by=as_member(reza), at=NOON, line="Locks")
        with pytest.raises(Refusal, match="a community already"):
            problems.move_problems(opened, by=as_member(reza), at=NOON, problems=[other], topic=fresh(topic))


class TestWhatIsLeftOver:
    def test_the_timetable_ends_it_the_day_after_its_last(self, opened, problem, farah):
        move_communities_on(at=LATER - timedelta(days=1))
        assert not fresh(opened).is_ended
        for _ in range(2):
            move_communities_on(at=LATER)
        assert fresh(opened).ended_at == LATER
        assert told(farah) == ["“What would you like to solve?” has ended: one problem is left for others to find"]

    def test_it_is_found_at_home_and_nowhere_else(self, problem, reza, oskar):
        move_communities_on(at=LATER)
        assert list(Problem.objects.visible_to(as_member(reza)).unclaimed()) == [problem]
        [hit] = index.find(as_member(reza), "keys", kinds=["problem"]).hits
        assert (hit.ident, hit.state) == (problem.pk, "unclaimed")
        assert not Problem.objects.visible_to(as_member(oskar)).exists()
        assert not index.find(as_member(oskar), "keys", kinds=["problem"]).hits

    def test_it_can_be_shared_and_begun_long_after(self, problem, reza):
        move_communities_on(at=LATER)
        much_later = LATER + timedelta(days=300)
        left = fresh(problem)
        problems.share_problem(left, by=as_member(reza), at=much_later, is_in=True)
        words = {"at": much_later, "name": "Keys", "question": "Where?"}
        lena = as_member(reza).organisation.membership_set.get(person__name="Cara Doyle")
        community = founding.found_from_problem(left, by=lena, facilitator=lena.person, **words)
        assert members_of(community) == {"Cara", "Reza"}
        assert founding.found_from_problem(fresh(problem), by=lena, facilitator=lena.person, **words) == community
        assert not Problem.objects.unclaimed().exists()

    def test_a_community_takes_it_up_and_gives_it_back(self, problem, community, farah, reza, cara):
        problems.share_problem(problem, by=as_member(reza), at=NOON)
        for _ in range(2):
            founding.take_up_problem(fresh(problem), by=as_member(farah), at=NOON, community=community)
        assert told(reza)[-1] == "“Home on time” has taken up a problem of yours: “The keys go missing”"
        with pytest.raises(PermissionDenied):
            founding.give_problem_back(fresh(problem), by=as_member(farah), at=NOON)  # she does not keep it together
        for _ in range(2):
            assert founding.give_problem_back(fresh(problem), by=as_member(cara), at=NOON).community is None

    def test_two_communities_at_the_same_time(self, transactional_db, problem, found, cara, farah):
        one, two = found(name="One", by=cara), found(name="Two", by=farah)

        def take_up(person, community):
            return lambda: founding.take_up_problem(
                fresh(problem), by=as_member(person), at=NOON, community=fresh(community)
            )

        answers = at_once(take_up(cara, one), take_up(farah, two))
        assert sum(isinstance(answer, Refusal) for answer in answers) == 1

    def test_not_by_a_stranger_to_it_nor_by_one_that_has_ended(self, problem, community, lena, cara, farah, reza):
        with pytest.raises(PermissionDenied):
            founding.take_up_problem(problem, by=as_member(lena), at=NOON, community=community)
        for person in (farah, reza):
            people.leave_community(community, by=as_member(person), at=NOON)
        closing.announce_closing(community, by=as_member(cara), at=NOON, reason="done", words="It is kept.")
        with pytest.raises(Refusal, match="closing"):
            founding.take_up_problem(problem, by=as_member(cara), at=NOON, community=fresh(community))
