"""Coffee trials from the plan to what came of them: who may, who is told, what is kept and for how long."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from coffee import actions, unlinking
from coffee.models import EarlierPair, Joiner, Pairing, Remark, Seat, Trial
from jobs.models import Mail
from kmportal.lib.exceptions import Refusal
from notifications.models import Notice
from organisations.actions import remove_member, suspend_member
from organisations.models import AuditEntry, Membership, Person
from organisations.permissions import Role
from tests.cast import as_member

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _outbox(settings):
    settings.EMAIL_BACKEND = "jobs.mail.Backend"


@pytest.fixture
def trial(riverside, farah) -> Trial:
    return actions.plan_trial(
        riverside, by=as_member(farah), at=NOON, title="Coffee in spring", rule="random", weeks=6,
        pairs_on=(NOON + 9 * DAY).date(), coordinator=farah,
    )  # fmt: skip


@pytest.fixture
def staff(riverside) -> list[Membership]:
    made = [Person.objects.create_user(f"s{n}@riverside.example", name=f"Staff {n}") for n in range(8)]
    return [Membership.objects.create(organisation=riverside, person=one, role=Role.READER) for one in made]


@pytest.fixture
def joined(trial, staff):
    """``joined(5)``: so many have joined."""

    def make(number: int, **words) -> Trial:
        for member in staff[:number]:
            actions.join_trial(trial, by=member, at=NOON, **words)
        return trial

    return make


def partners_of(member: Membership) -> list[int]:
    seat = Seat.objects.filter(joiner__membership=member, pairing__dissolved_at=None).first()
    return sorted(seat.pairing.seats.exclude(pk=seat.pk).values_list("joiner__membership", flat=True)) if seat else []


def page_of(trial: Trial, browser) -> str:
    return " ".join(browser.get(reverse("trial_detail", args=["riverside", trial.pk])).text.split())


def test_from_joining_to_what_came_of_it(trial, joined, staff, farah, as_):
    joined(5, site="West House", team="Ward 6")
    actions.move_trials_on(at=NOON + 8 * DAY)
    assert not Pairing.objects.exists()
    day = NOON + 9 * DAY
    actions.move_trials_on(at=day)
    actions.move_trials_on(at=day)
    assert sorted(pairing.seats.count() for pairing in Pairing.objects.all()) == [2, 3]
    assert Mail.objects.filter(subject__contains="you have not met yet").count() == 5
    assert Notice.objects.filter(text__contains="find half an hour with").count() == 5
    assert EarlierPair.objects.count() == 4  # a three is three meetings

    three = Pairing.objects.get(seats__in=Seat.objects.filter(joiner__in_three=True).values("pk")[:1])
    member = three.seats.first().joiner.membership
    shown = page_of(trial, as_(member.person))
    assert all(str(Membership.objects.get(pk=pk).person) in shown for pk in partners_of(member))
    actions.say_met(three, by=member, at=day, has_met=True)

    actions.move_trials_on(at=day + 21 * DAY)
    actions.move_trials_on(at=day + 22 * DAY)
    assert Mail.objects.filter(subject__contains="half of the time").count() == 4  # all but who has said so
    actions.move_trials_on(at=day + 42 * DAY)
    assert not Mail.objects.filter(subject__contains="two questions").exists()
    actions.move_trials_on(at=day + 43 * DAY)
    trial.refresh_from_db()
    assert trial.state == Trial.State.ENDED
    assert Mail.objects.filter(subject__contains="two questions").count() == 5

    for joiner in Joiner.objects.all():
        joiner.trial.organisation = trial.organisation
        actions.answer_trial(
            joiner, by=joiner.membership, at=day + 44 * DAY, would_again=True, line=f"Good {joiner.pk}"
        )
    actions.share_outcome(trial, by=as_member(farah), at=day + 49 * DAY, outcome="One pair met.")
    assert Mail.objects.filter(subject__startswith="What came of").count() == 5
    shown = page_of(trial, as_(staff[7].person))
    assert "One pair met." in shown
    assert "1 pair" in shown
    assert "5 of 5 who answered" in shown


def test_who_meets_whom_is_known_to_those_two_alone(trial, joined, staff, farah, ada, as_):
    joined(4)
    actions.make_pairs(trial, by=as_member(farah), at=NOON)
    for somebody in (farah, ada, staff[7].person):
        shown = page_of(trial, as_(somebody))
        assert not any(f"Staff {number}" in shown for number in range(4))
    people = as_(farah).get(reverse("trial_people", args=["riverside", trial.pk])).text
    assert "Staff 0" in people
    trail = "".join(str(entry.facts) for entry in AuditEntry.objects.filter(kind="trial"))
    assert not any(str(pairing.pk) in trail.split() for pairing in Pairing.objects.all())


def test_nobody_meets_whom_they_avoid_and_nobody_reads_whom_that_is(trial, staff, farah, as_):
    actions.join_trial(trial, by=staff[0], at=NOON, avoided=staff[1:3])
    for member in staff[1:4]:
        actions.join_trial(trial, by=member, at=NOON)
    actions.make_pairs(trial, by=as_member(farah), at=NOON)
    assert partners_of(staff[0]) == [staff[3].pk]
    joining = reverse("trial_join", args=["riverside", trial.pk])
    assert f'value="{staff[1].pk}" selected' in as_(staff[0].person).get(joining).text
    assert "selected" not in as_(staff[1].person).get(joining).text.split('name="avoided"')[1].split("</select>")[0]


def test_too_few_are_told_once_and_nothing_is_drawn(trial, joined, farah):
    joined(3)
    with pytest.raises(Refusal, match="once 4 people have joined"):
        actions.make_pairs(trial, by=as_member(farah), at=NOON)
    actions.move_trials_on(at=NOON + 9 * DAY)
    actions.move_trials_on(at=NOON + 10 * DAY)
    assert Notice.objects.filter(person=farah, text__startswith="Too few people").count() == 1
    assert not Pairing.objects.exists()


def test_who_loses_a_partner_gets_another_the_next_morning(trial, joined, staff, farah):
    joined(6)
    actions.make_pairs(trial, by=as_member(farah), at=NOON)
    [lost] = [Membership.objects.get(pk=pk) for pk in partners_of(staff[0])]
    actions.leave_trial(Joiner.objects.get(membership=staff[0]), by=staff[0], at=NOON)
    actions.leave_trial(Joiner.objects.get(membership=staff[0]), by=staff[0], at=NOON)
    assert partners_of(lost) == []
    actions.move_trials_on(at=NOON + DAY)
    assert len(partners_of(lost)) == 2  # the third of a pair, since nobody else waits
    assert staff[0].pk not in partners_of(lost)
    assert Notice.objects.filter(person=lost.person, text__contains="find half an hour").count() == 2


def test_who_asks_for_somebody_else_never_gets_the_same_again(trial, joined, staff, farah):
    joined(8)
    actions.make_pairs(trial, by=as_member(farah), at=NOON)
    first = partners_of(staff[0])
    pairing = Pairing.objects.get(seats__joiner__membership=staff[0])
    actions.ask_for_another(pairing, by=staff[0], at=NOON)
    actions.ask_for_another(pairing, by=staff[0], at=NOON)
    actions.move_trials_on(at=NOON + DAY)
    assert partners_of(staff[0])
    assert not set(first) & set(partners_of(staff[0]))


def test_of_a_three_the_others_stay_together(trial, joined, staff, farah):
    joined(5)
    actions.make_pairs(trial, by=as_member(farah), at=NOON)
    three = next(pairing for pairing in Pairing.objects.all() if pairing.seats.count() == 3)
    goes, *stay = [seat.joiner for seat in three.seats.select_related("joiner__membership", "joiner__trial")]
    actions.leave_trial(goes, by=goes.membership, at=NOON)
    assert partners_of(stay[0].membership) == [stay[1].membership_id]


def test_who_is_suspended_frees_their_partner(trial, joined, staff, farah, ada):
    joined(4)
    actions.make_pairs(trial, by=as_member(farah), at=NOON)
    [lost] = [Membership.objects.get(pk=pk) for pk in partners_of(staff[0])]
    suspend_member(staff[0], by=as_member(ada), at=NOON)
    actions.move_trials_on(at=NOON + DAY)
    assert staff[0].pk not in partners_of(lost)
    assert partners_of(lost)


def test_what_is_due_is_done_once_in_the_morning(trial, joined):
    joined(4)
    actions.move_trials_on(at=NOON + 9 * DAY - timedelta(hours=8))
    assert not Pairing.objects.exists()
    assert actions.move_trials_on(at=NOON + 9 * DAY) == 1
    assert actions.move_trials_on(at=NOON + 9 * DAY) == 0
    assert Pairing.objects.count() == 2


def test_what_somebody_needs_is_forgotten_when_they_leave(trial, staff):
    joiner = actions.join_trial(trial, by=staff[0], at=NOON, needs="No stairs", avoided=staff[1:2])
    actions.leave_trial(joiner, by=staff[0], at=NOON)
    joiner.refresh_from_db()
    assert (joiner.needs, joiner.avoided.count()) == ("", 0)


def test_who_has_met_is_not_drawn_again(trial, joined, staff, farah):
    joined(4)
    actions.make_pairs(trial, by=as_member(farah), at=NOON)
    pairing = Pairing.objects.get(seats__joiner__membership=staff[0])
    actions.say_met(pairing, by=staff[0], at=NOON, has_met=True)
    with pytest.raises(Refusal, match="One of you has said that you met"):
        actions.ask_for_another(pairing, by=staff[0], at=NOON)
    other = Membership.objects.get(pk=partners_of(staff[0])[0])
    actions.leave_trial(Joiner.objects.get(membership=other), by=other, at=NOON)
    assert partners_of(staff[0]) == [other.pk]


def test_a_late_comer_joins_and_a_pause_ends_with_its_day(trial, joined, staff, farah):
    joined(4)
    actions.make_pairs(trial, by=as_member(farah), at=NOON)
    actions.join_trial(trial, by=staff[5], at=NOON, paused_until_on=(NOON + 2 * DAY).date())
    actions.move_trials_on(at=NOON + DAY)
    assert partners_of(staff[5]) == []
    actions.move_trials_on(at=NOON + 3 * DAY)
    assert len(partners_of(staff[5])) == 2


def test_the_next_trial_draws_nobody_together_who_met_before(riverside, farah, staff, trial, joined):
    joined(6)
    actions.make_pairs(trial, by=as_member(farah), at=NOON)
    before = {member.pk: partners_of(member) for member in staff[:6]}
    actions.end_trial(trial, by=as_member(farah), at=NOON + DAY)
    later = NOON + 60 * DAY
    second = actions.plan_trial(
        riverside, by=as_member(farah), at=later, title="Again", rule="explained", weeks=8,
        pairs_on=(later + DAY).date(), coordinator=farah,
    )  # fmt: skip
    for member in staff[:6]:
        actions.join_trial(second, by=member, at=later)
    actions.make_pairs(second, by=as_member(farah), at=later)
    for member in staff[:6]:
        seat = Seat.objects.get(joiner__membership=member, pairing__trial=second)
        others = seat.pairing.seats.exclude(pk=seat.pk).values_list("joiner__membership", flat=True)
        assert not set(others) & set(before[member.pk])


def test_what_people_wrote_is_nobodys(trial, joined, staff, farah, as_):
    joined(4)
    actions.make_pairs(trial, by=as_member(farah), at=NOON)
    joiner = Joiner.objects.select_related("trial__organisation").get(membership=staff[0])
    with pytest.raises(Refusal, match="when the trial is over"):
        actions.answer_trial(joiner, by=staff[0], at=NOON, would_again=True)
    actions.end_trial(trial, by=as_member(farah), at=NOON)
    actions.answer_trial(joiner, by=staff[0], at=NOON, would_again=True, line="I know whom to ring")
    with pytest.raises(Refusal, match="written one line already"):
        actions.answer_trial(joiner, by=staff[0], at=NOON, would_again=False, line="Something else")
    assert {field.name for field in Remark._meta.local_fields} == {"id", "trial", "text"}
    assert "I know whom to ring" not in page_of(trial, as_(staff[1].person))
    assert "I know whom to ring" in page_of(trial, as_(farah))


@pytest.mark.database
def test_old_rows_go_once_a_line_is_written(transactional_db, trial, joined, staff, farah, as_, monkeypatch):
    """The page answers inside a transaction, where nothing would be removed."""
    joined(4)
    actions.make_pairs(trial, by=as_member(farah), at=NOON)
    actions.end_trial(trial, by=as_member(farah), at=NOON)
    cleaned: list[bool] = []

    def clean(*tables: object, **how: object) -> bool:
        cleaned.append(connection.in_atomic_block)
        return len(cleaned) > 2  # at first somebody still reads

    monkeypatch.setattr(unlinking, "remove_old_versions", clean)
    url, said = reverse("trial_answer", args=["riverside", trial.pk]), {"would_again": "yes", "line": "I know whom"}
    assert as_(staff[0].person).post(url, {**said, "form_key": str(uuid4())}).status_code == 302
    assert Remark.objects.get().text == said["line"]
    assert cleaned == [False]
    for _ in range(4):
        call_command("move_trials_on")
    assert cleaned == [False, False, False], "once it is done, the tables are left alone"


def test_after_a_year_the_pairs_go_and_the_figures_stay(trial, joined, staff, farah, as_):
    joined(4)
    actions.make_pairs(trial, by=as_member(farah), at=NOON)
    actions.say_met(Pairing.objects.get(seats__joiner__membership=staff[0]), by=staff[0], at=NOON, has_met=True)
    actions.end_trial(trial, by=as_member(farah), at=NOON)
    actions.share_outcome(trial, by=as_member(farah), at=NOON, outcome="Good")
    before = page_of(trial, as_(staff[7].person)).split("In numbers")[1]
    actions.move_trials_on(at=NOON + 364 * DAY)
    assert Pairing.objects.count() == 2
    actions.move_trials_on(at=NOON + 366 * DAY)
    assert not Pairing.objects.exists()
    assert EarlierPair.objects.count() == 2
    assert (
        page_of(trial, as_(staff[7].person)).split("In numbers")[1].split("How pairs")[0]
        == before.split("How pairs")[0]
    )


def test_who_is_removed_from_the_organisation_meets_nobody_any_more(trial, joined, staff, farah, ada):
    joined(4)
    actions.make_pairs(trial, by=as_member(farah), at=NOON)
    [lost] = [Membership.objects.get(pk=pk) for pk in partners_of(staff[0])]
    remove_member(staff[0], by=as_member(ada), at=NOON)
    actions.move_trials_on(at=NOON + DAY)
    assert staff[0].pk not in partners_of(lost)
    assert partners_of(lost)


class TestThePlan:
    def test_the_rule_stands_once_somebody_has_joined(self, trial, joined, farah):
        joined(1)
        with pytest.raises(Refusal, match="joined under the rule"):
            actions.change_trial(trial, by=as_member(farah), at=NOON, seen=trial.version, rule="explained")

    def test_no_day_that_is_over(self, trial, farah):
        with pytest.raises(Refusal, match="tomorrow or a later day"):
            actions.change_trial(trial, by=as_member(farah), at=NOON, seen=trial.version, pairs_on=(NOON - DAY).date())

    def test_it_is_called_off_before_the_pairs_and_ended_after(self, trial, joined, staff, farah):
        joined(4)
        with pytest.raises(Refusal, match="Call it off instead"):
            actions.end_trial(trial, by=as_member(farah), at=NOON)
        actions.make_pairs(trial, by=as_member(farah), at=NOON)
        with pytest.raises(Refusal, match="End it instead"):
            actions.cancel_trial(trial, by=as_member(farah), at=NOON)

    def test_called_off_it_tells_who_joined_and_takes_nobody(self, trial, joined, staff, farah, as_):
        joined(2)
        actions.cancel_trial(trial, by=as_member(farah), at=NOON)
        assert Notice.objects.filter(text__contains="was called off").count() == 2
        with pytest.raises(Refusal, match="It is over"):
            actions.join_trial(trial, by=staff[3], at=NOON)

    def test_sites_are_counted_from_five_up(self, trial, joined, staff, as_):
        joined(4, site="West House")
        assert "West House" not in page_of(trial, as_(staff[7].person))
        joined(5, site="West House")
        assert "West House: 5" in page_of(trial, as_(staff[7].person))

    def test_a_plan_that_two_changed_keeps_both(self, trial, farah, as_):
        address = reverse("trial_edit", args=["riverside", trial.pk])
        fields = {
            "title": "Mine",
            "rule": "random",
            "weeks": "6",
            "pairs_on": str(trial.pairs_on),
            "coordinator": str(farah.pk),
            "version": "0",
        }
        browser = as_(farah)
        assert browser.post(address, fields).status_code == 302
        answer = browser.post(address, {**fields, "title": "Theirs"})
        assert answer.status_code == 422
        assert "Mine" in answer.text
        assert "Theirs" in answer.text
