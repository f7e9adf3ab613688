"""What can happen to a promise, and who may do it."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from actionplan import actions
from actionplan.models import Action, ActionChange
from kmportal.lib.exceptions import Refusal, Stale
from notifications.models import Notice
from organisations.models import AuditEntry, Membership
from tests.cast import as_member

DAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def action(riverside, lena, cara) -> Action:
    return actions.add_action(
        riverside, by=as_member(lena), title="Write the role of champion", owner=cara, due_on=DAY, at=timezone.now()
    )


def story(action: Action) -> list[str]:
    return [change.kind for change in action.changes.order_by("pk")]


def notices(person) -> list[str]:
    return [notice.text for notice in Notice.objects.filter(person=person).order_by("pk")]


class TestPromise:
    def test_keeps_the_words_and_tells_the_owner(self, riverside, lena, cara):
        action = actions.add_action(
            riverside,
            by=as_member(lena),
            title="  Ask pharmacy ",
            owner=cara,
            due_on=DAY,
            source=riverside,
            told_when_late=lena,
            at=timezone.now(),
        )
        action.refresh_from_db()
        assert (action.title, action.owner, action.author, action.told_when_late) == ("Ask pharmacy", cara, lena, lena)
        assert story(action) == ["made"]
        assert notices(cara) == ["Lena Marsh gave you an action: Ask pharmacy"]
        assert AuditEntry.objects.filter(
            kind="action", event="action.added", ident=action.pk, actor_id=lena.pk
        ).exists()

    def test_oneself_is_not_told(self, riverside, cara):
        actions.add_action(riverside, by=as_member(cara), title="Ask pharmacy", owner=cara, at=timezone.now())
        assert notices(cara) == []

    def test_the_same_form_twice_makes_one(self, riverside, lena, cara):
        once = uuid4()
        first = actions.add_action(riverside, by=as_member(lena), title="Ask", owner=cara, once=once, at=timezone.now())
        second = actions.add_action(
            riverside, by=as_member(lena), title="Ask", owner=cara, once=once, at=timezone.now()
        )
        assert first == second
        assert Action.objects.count() == ActionChange.objects.count() == len(notices(cara)) == 1

    @pytest.mark.parametrize("title", ["", "   ", "x" * 201])
    def test_refuses_without_usable_words(self, riverside, lena, title):
        with pytest.raises(Refusal):
            actions.add_action(riverside, by=as_member(lena), title=title, at=timezone.now())

    def test_a_guest_may_own_one(self, riverside, lena):
        action = actions.add_action(
            riverside,
            by=as_member(lena),
            title="Ask",
            guest_name="Gus Hall",
            guest_email="Gus@Example.org",
            at=timezone.now(),
        )
        assert (action.owner, action.owner_name, action.guest_email) == (None, "Gus Hall", "gus@example.org")

    def test_a_guest_known_by_address_alone_is_called_by_it(self, riverside, lena):
        assert actions.add_action(
            riverside, by=as_member(lena), title="Ask", guest_email="gus@example.org", at=timezone.now()
        ).owner_name

    def test_a_long_address_without_a_name_is_called_by_as_much_as_there_is_room_for(self, riverside, lena):
        address = f"{'g' * 150}@example.org"
        action = actions.add_action(riverside, by=as_member(lena), title="Ask", guest_email=address, at=timezone.now())
        assert (action.guest_name, action.guest_email) == ("g" * 120, address)

    def test_a_guest_who_is_a_member_becomes_the_member(self, riverside, lena, cara):
        action = actions.add_action(
            riverside,
            by=as_member(lena),
            title="Ask",
            guest_name="C",
            guest_email="CARA@riverside.example",
            at=timezone.now(),
        )
        assert (action.owner, action.guest_name, action.guest_email) == (cara, "", "")

    def test_refuses_two_owners(self, riverside, lena, cara):
        with pytest.raises(Refusal, match="not both"):
            actions.add_action(
                riverside, by=as_member(lena), title="Ask", owner=cara, guest_name="Gus", at=timezone.now()
            )

    def test_the_database_refuses_two_owners(self, action):
        with pytest.raises(IntegrityError), transaction.atomic():
            Action.objects.filter(pk=action.pk).update(guest_email="gus@example.org")

    def test_refuses_a_broken_address(self, riverside, lena):
        with pytest.raises(Refusal, match="gus@"):
            actions.add_action(
                riverside, by=as_member(lena), title="Ask", guest_name="Gus", guest_email="gus@", at=timezone.now()
            )

    def test_refuses_an_owner_from_elsewhere(self, riverside, lena, oskar):
        with pytest.raises(Refusal, match="Oskar Lind is not a member"):
            actions.add_action(riverside, by=as_member(lena), title="Ask", owner=oskar, at=timezone.now())

    def test_refuses_a_suspended_owner(self, riverside, lena, cara):
        Membership.objects.filter(person=cara).update(suspended_at=NOON)
        with pytest.raises(Refusal):
            actions.add_action(riverside, by=as_member(lena), title="Ask", owner=cara, at=timezone.now())


class TestWhoMay:
    @pytest.mark.parametrize("who", ["cara", "lena", "farah", "sam"])
    def test_owner_author_the_told_one_and_facilitators(self, request, riverside, lena, cara, farah, sam, who):
        action = actions.add_action(
            riverside, by=as_member(cara), title="Ask", owner=cara, told_when_late=sam, at=timezone.now()
        )
        assert actions.complete_action(action, by=as_member(request.getfixturevalue(who)), at=NOON).state == "done"

    @pytest.mark.parametrize("who", ["reza", "ada", "nia", "oskar", "sam"])
    def test_others_are_refused(self, request, action, who):
        with pytest.raises(PermissionDenied):
            actions.complete_action(action, by=as_member(request.getfixturevalue(who)), at=NOON)

    def test_an_owner_who_is_suspended_is_refused(self, action, cara):
        Membership.objects.filter(person=cara).update(suspended_at=NOON)
        with pytest.raises(PermissionDenied):
            actions.complete_action(action, by=as_member(cara), at=NOON)


class TestDone:
    def test_twice_is_once(self, action, cara, lena):
        actions.complete_action(action, by=as_member(cara), at=NOON, note="By phone")
        actions.complete_action(action, by=as_member(lena), at=datetime(2026, 11, 25, tzinfo=UTC))
        action.refresh_from_db()
        assert (action.done_by, action.done_at, action.done_note) == (cara, NOON, "By phone")
        assert story(action) == ["made", "done"]
        assert notices(lena) == ["Cara Doyle has marked an action as done: Write the role of champion"]

    def test_an_old_copy_does_not_win(self, action, cara, lena):
        old = Action.objects.get(pk=action.pk)
        actions.complete_action(action, by=as_member(cara), at=NOON)
        actions.complete_action(old, by=as_member(lena), at=NOON)
        assert old.done_by == cara

    def test_the_trail_counts_days_as_the_organisation_does(self, action, riverside, cara):
        riverside.time_zone = "Pacific/Auckland"
        riverside.save()
        action.refresh_from_db()
        actions.complete_action(
            action, by=as_member(cara), at=datetime(2026, 11, 20, 11, 30, tzinfo=UTC)
        )  # 00:30 of the day after, there
        assert AuditEntry.objects.get(kind="action", event="action.done").facts == {"late_by": 1}

    def test_undo_and_again(self, action, cara):
        actions.complete_action(action, by=as_member(cara), at=NOON)
        actions.reopen_action(action, by=as_member(cara), at=timezone.now())
        actions.reopen_action(action, by=as_member(cara), at=timezone.now())
        action.refresh_from_db()
        assert (action.state, action.done_at, action.done_by, action.done_note) == ("open", None, None, "")
        actions.complete_action(action, by=as_member(cara), at=NOON)
        assert story(action) == ["made", "done", "reopened", "done"]

    def test_a_dropped_one_is_refused(self, action, cara):
        actions.drop_action(action, by=as_member(cara), reason="No need", at=timezone.now())
        with pytest.raises(Refusal, match="dropped"):
            actions.complete_action(action, by=as_member(cara), at=NOON)

    def test_the_trail_keeps_no_words_of_people(self, action, cara):
        actions.complete_action(action, by=as_member(cara), at=NOON, note="Mrs X said so")
        assert all("Mrs X" not in str(entry.facts) for entry in AuditEntry.objects.all())


class TestMove:
    def test_keeps_where_from_where_to_and_why(self, action, lena, cara):
        actions.reschedule_action(
            action, to=date(2026, 12, 4), reason=" Winter ward ", by=as_member(lena), at=timezone.now()
        )
        change = action.changes.get(kind="moved")
        assert (change.before, change.after, change.reason) == ("20 November 2026", "4 December 2026", "Winter ward")
        assert notices(cara)[-1] == "Lena Marsh moved an action of yours to 4 December 2026: Write the role of champion"

    def test_asks_why(self, action, cara):
        with pytest.raises(Refusal, match="why"):
            actions.reschedule_action(action, to=date(2026, 12, 4), reason=" ", by=as_member(cara), at=timezone.now())
        assert Action.objects.get().due_on == DAY

    def test_the_same_day_again_changes_nothing(self, action, cara):
        actions.reschedule_action(action, to=DAY, reason="", by=as_member(cara), at=timezone.now())
        assert story(action) == ["made"]

    def test_a_day_may_be_taken_off(self, action, lena, cara):
        actions.reschedule_action(action, to=None, reason="No idea yet", by=as_member(lena), at=timezone.now())
        assert Action.objects.get().due_on is None
        assert "removed the date of" in notices(cara)[-1]

    def test_a_done_one_is_refused(self, action, cara):
        actions.complete_action(action, by=as_member(cara), at=NOON)
        with pytest.raises(Refusal, match="done"):
            actions.reschedule_action(
                action, to=date(2026, 12, 4), reason="Later", by=as_member(cara), at=timezone.now()
            )


class TestHandOver:
    def test_to_a_member_tells_both(self, action, lena, cara, farah):
        actions.hand_over_action(action, by=as_member(lena), owner=farah, reason="On leave", at=timezone.now())
        assert Action.objects.get().owner == farah
        assert notices(farah) == ["Lena Marsh gave you an action: Write the role of champion"]
        assert notices(cara)[-1] == "Farah Siddiqui has taken over an action of yours: Write the role of champion"
        change = action.changes.get(kind="handed")
        assert (change.before, change.after, change.reason) == ("Cara Doyle", "Farah Siddiqui", "On leave")

    def test_to_a_guest(self, action, cara):
        actions.hand_over_action(
            action, by=as_member(cara), guest_name="Gus Hall", guest_email="gus@example.org", at=timezone.now()
        )
        action.refresh_from_db()
        assert (action.owner, action.owner_name) == (None, "Gus Hall")

    def test_there_and_back_tells_each_time(self, action, lena, cara, farah):
        actions.hand_over_action(action, by=as_member(lena), owner=farah, at=timezone.now())
        actions.hand_over_action(action, by=as_member(lena), owner=cara, at=timezone.now())
        assert len([text for text in notices(cara) if "gave you" in text]) == 2

    def test_to_the_same_changes_nothing(self, action, lena, cara):
        actions.hand_over_action(action, by=as_member(lena), owner=cara, at=timezone.now())
        assert story(action) == ["made"]

    def test_to_nobody_is_refused(self, action, cara):
        with pytest.raises(Refusal, match="Choose"):
            actions.hand_over_action(action, by=as_member(cara), at=timezone.now())


class TestDrop:
    def test_asks_why(self, action, cara):
        with pytest.raises(Refusal, match="why"):
            actions.drop_action(action, by=as_member(cara), reason="", at=timezone.now())

    def test_twice_is_once(self, action, cara):
        actions.drop_action(action, by=as_member(cara), reason="Not needed", at=timezone.now())
        actions.drop_action(action, by=as_member(cara), reason="Not needed", at=timezone.now())
        assert story(action) == ["made", "dropped"]


class TestReword:
    def test_a_stale_form_is_refused(self, action, cara, lena):
        seen = action.version
        actions.reword_action(
            action, by=as_member(cara), seen=seen, title="Write the role", detail="One page", at=timezone.now()
        )
        with pytest.raises(Stale):
            actions.reword_action(
                Action.objects.get(),
                by=as_member(lena),
                seen=seen,
                title="Write something",
                detail="",
                at=timezone.now(),
            )
        assert Action.objects.get().title == "Write the role"
