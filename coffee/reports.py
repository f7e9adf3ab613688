"""The page of a coffee trial, as a member and as whoever co-ordinates it see it. All figures of a trial stand here.

Who meets whom is shown to those two alone. Whoever co-ordinates sees who has joined, and numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from coffee import drawing, policies
from coffee.labels import REASONS, RULES, STATES
from coffee.models import Joiner, Pairing, Rule, Seat, Trial
from coffee.pairing import Reason
from kmportal.lib.presses import Press, offered
from kmportal.lib.things import Look
from organisations.models import Membership

# Under so many nobody reads how many of a site there are: they would be known.
FEWEST_OF_SITE = 5
State = Trial.State


class SiteCount(NamedTuple):
    """How many have joined at one site."""

    site: str
    number: int


class PlannedDay(NamedTuple):
    """A day of the plan, what belongs to it, and whether the portal does it by itself."""

    on: date
    what: str
    is_ours: bool
    is_past: bool


class TrialRow(NamedTuple):
    """One trial in the list."""

    trial: Trial
    look: Look
    joined: int
    is_in: bool


@dataclass(frozen=True)
class Partner:
    """Somebody to meet, as far as they have told."""

    joiner: Joiner
    name: str
    email: str
    facts: str


@dataclass(frozen=True)
class Figures:
    """What came of it, in numbers. ``new_ties`` are pairs that met and came from different teams."""

    joined: int
    pairs: int
    met: int
    new_ties: int
    answered: int
    again: int


@dataclass(frozen=True)
class TrialPage:
    """One trial for one reader."""

    trial: Trial
    look: Look
    rules: Sequence[str]
    joined: int
    sites: Sequence[SiteCount]
    mine: Joiner | None
    pairing: Pairing | None
    seat: Seat | None
    partners: Sequence[Partner]
    reasons: Sequence[str]
    may_join: bool
    may_coordinate: bool
    presses: Sequence[Press]
    days: Sequence[PlannedDay]
    figures: Figures | None
    remarks: Sequence[str]

    @property
    def is_waiting(self) -> bool:
        """Whether somebody is to be found for the reader: pairs are made, and they have none."""
        return self.mine is not None and self.trial.state == State.RUNNING and self.pairing is None

    @property
    def asks_met(self) -> bool:
        return self.seat is not None and self.trial.shared_at is None and self.trial.paired_at is not None

    @property
    def asks_again(self) -> bool:
        """Whether the questions at the end wait for the reader: they were drawn, and nothing is told yet."""
        return self.trial.state == State.ENDED and self.trial.shared_at is None and self.seat is not None

    @classmethod
    def build(cls, trial: Trial, membership: Membership) -> "TrialPage":
        rows = trial.joiners.filter(membership=membership, left_at=None)
        mine = rows.select_related("trial__organisation").first()
        seat = _seat_of(mine)
        pairing = seat.pairing if seat else None
        partners = _partners(seat) if seat else []
        may_coordinate = policies.may_coordinate(membership, trial)
        has_figures = trial.shared_at is not None or (may_coordinate and trial.paired_at is not None)
        return cls(
            trial=trial,
            look=STATES[trial.state],
            rules=RULES[Rule(trial.rule)],
            joined=trial.joiners.taking_part().count(),
            sites=_sites_of(trial),
            mine=mine,
            pairing=pairing,
            seat=seat,
            partners=partners,
            reasons=[REASONS[Reason(key)] for key in pairing.reasons] if pairing else (),
            may_join=policies.may_join(membership, trial),
            may_coordinate=may_coordinate,
            presses=_presses(trial, membership),
            days=_days_of(trial) if may_coordinate else (),
            figures=figures_of(trial) if has_figures else None,
            remarks=[remark.text for remark in trial.remarks.all()]
            if trial.shared_at or (may_coordinate and trial.state == State.ENDED)
            else (),
        )


def figures_of(trial: Trial) -> Figures:
    """What stands now; once the pairs are deleted, what was counted before."""
    if trial.forgotten_at is None:
        pairs, met, ties = drawing.count_pairs(trial)
    else:
        pairs, met, ties = trial.pairs_made, trial.pairs_met, trial.new_ties
    answers = dict(trial.joiners.exclude(would_again=None).order_by().values_list("would_again").annotate(Count("pk")))
    return Figures(trial.joiners.count(), pairs, met, ties, sum(answers.values()), answers.get(True, 0))


def trial_rows(membership: Membership) -> list[TrialRow]:
    """All trials here, the open ones first. The same queries for one and for many."""
    trials = list(Trial.objects.visible_to(membership).select_related("organisation"))
    counts = dict(
        Joiner.objects.taking_part()
        .filter(trial__in=trials)
        .order_by()
        .values_list("trial")
        .annotate(Count("pk"))
    )  # fmt: skip
    own = set(membership.coffee_trials.filter(left_at=None).values_list("trial", flat=True))
    rows = [TrialRow(trial, STATES[trial.state], counts.get(trial.pk, 0), trial.pk in own) for trial in trials]
    return sorted(rows, key=lambda row: not row.trial.is_open)


def joined_rows(trial: Trial) -> Sequence[Joiner]:
    """Who takes part, for whoever co-ordinates: never whom somebody would rather not meet."""
    rows = trial.joiners.taking_part().select_related("membership__person")
    return list(rows.order_by("membership__person__name", "pk"))


def _seat_of(joiner: Joiner | None) -> Seat | None:
    if joiner is None:
        return None
    rows = joiner.seats.filter(pairing__dissolved_at=None).select_related("pairing", "joiner")
    return rows.order_by("-pk").first()


def _partners(seat: Seat) -> list[Partner]:
    others = seat.pairing.seats.exclude(pk=seat.pk).select_related("joiner__membership__person")
    found = []
    for other in others:
        joiner = other.joiner
        facts = [joiner.get_staff_group_display(), joiner.team, joiner.site, joiner.get_way_display()]
        person = joiner.membership.person
        found.append(Partner(joiner, person.name, person.email, ". ".join(part for part in facts if part)))
    return found


def _sites_of(trial: Trial) -> list[SiteCount]:
    rows = trial.joiners.taking_part().exclude(site_key="").order_by().values("site_key")
    counted = rows.annotate(number=Count("pk")).filter(number__gte=FEWEST_OF_SITE).order_by("-number", "site_key")
    names = {row.site_key: row.site for row in trial.joiners.taking_part().exclude(site_key="").order_by("-pk")}
    return [SiteCount(names[row["site_key"]], row["number"]) for row in counted]


def _presses(trial: Trial, membership: Membership) -> list[Press]:
    slug = membership.organisation.slug

    def to(name: str) -> str:
        return reverse(name, args=[slug, trial.pk])

    presses = [
        Press("pair", "Make the pairs now", to("trial_pair"), look="secondary"),
        Press("share", "Tell people what came of it" if trial.shared_at is None else "Change what came of it",
              to("trial_share"), is_form=True),
        Press("edit", "Change the plan", to("trial_edit"), is_form=True, look="secondary", icon="pencil"),
        Press("end", "End it now", to("trial_end"), look="quiet"),
        Press("cancel", "Call it off", to("trial_cancel"), look="quiet"),
    ]  # fmt: skip
    return offered(presses, policies.allowed(membership, trial))


def _days_of(trial: Trial) -> list[PlannedDay]:
    """The plan by days: what whoever co-ordinates does, and what the portal does by itself."""
    begins, today = trial.begins_on, timezone.localdate()
    plan = [
        (begins - timedelta(days=28), "Two or three senior people join first", False),
        (begins - timedelta(days=21), "Write to managers: half an hour in the shift", False),
        (begins - timedelta(days=20), "Invite everybody, and put the poster up", False),
        (begins - timedelta(days=6), "Call once more, with the numbers by site", False),
        (begins, "Pairs are made, and everybody is told", True),
        (trial.half_on, "Who has not met is asked", True),
        (trial.ends_on, "It ends, with two questions to everybody", True),
        (trial.ends_on + timedelta(days=7), "Tell people what came of it, and ask whether to run it again", False),
    ]
    return [PlannedDay(on, what, is_ours, on < today) for on, what, is_ours in plan]
