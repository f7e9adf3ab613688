"""From the rows to a draw and back: who waits, who has met whom, which pairs there are now.

The caller holds the row of the trial.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone

from coffee.models import EarlierPair, Joiner, Pairing, Rule, Seat, Trial
from coffee.pairing import Draw, History, Way, draw, pair_of, reasons_of, third_for
from coffee.pairing import Joiner as Drawn

# Trials that are looked at for who was in a three, newest first.
TRIALS_BACK = 12


def lock_trial(trial: Trial) -> Trial:
    """The trial as it stands now, held until the transaction ends."""
    rows = Trial.objects.select_for_update(of=("self",)).select_related("organisation", "coordinator")
    return rows.get(pk=trial.pk)


def draw_waiting(trial: Trial, *, seed: int, at: datetime) -> list[Pairing]:
    """Draw everybody who has nobody to meet. Who is left alone joins a pair that has not met yet, as its third.

    Answers the pairs that are new, and those that have grown: all of them made at this moment.
    """
    today = timezone.localdate(at)
    rows = list(trial.joiners.to_draw(today).select_related("membership").prefetch_related("avoided").order_by("pk"))
    if not rows:
        return []
    standing = list(
        trial.pairings.standing().exclude(seats__has_met=True).prefetch_related(
            "seats__joiner__membership", "seats__joiner__avoided"
        )
    )  # fmt: skip
    sitting = [seat.joiner for pairing in standing for seat in pairing.seats.all()]
    history = _history(trial, [*rows, *sitting])
    let_go = _let_go(trial)
    people = {joiner.membership_id: _drawn(joiner, let_go) for joiner in (*rows, *sitting)}
    by_key = {joiner.membership_id: joiner for joiner in rows}
    is_explained = trial.rule == Rule.EXPLAINED
    drawn = draw([people[key] for key in by_key], history, is_explained=is_explained, seed=seed)
    made = []
    for group in drawn.groups:
        members = [people[key] for key in group]
        pairing = Pairing.objects.create(
            trial=trial,
            reasons=[str(reason) for reason in reasons_of(members, history, is_explained=is_explained)],
            joins_teams=_joins_teams(members),
            made_at=at,
        )
        Seat.objects.bulk_create([Seat(pairing=pairing, joiner=by_key[key]) for key in group])
        made.append(pairing)
    grown = _seat_alone(drawn, standing, people, by_key, history, is_explained, at)
    _remember(trial, [*made, *grown], today)
    return [*made, *grown]


def _seat_alone(
    drawn: Draw,
    standing: Sequence[Pairing],
    people: dict[int, Drawn],
    by_key: dict[int, Joiner],
    history: History,
    is_explained: bool,
    at: datetime,
) -> list[Pairing]:
    """Whoever the draw left alone, as the third of a pair that has not met yet: as if that group were made now."""
    twos = {pairing: [people[seat.joiner.membership_id] for seat in pairing.seats.all()] for pairing in standing}
    grown = []
    for key in drawn.alone:
        pairings = list(twos)
        place = third_for(people[key], list(twos.values()), history, is_explained=is_explained)
        if place is None:
            continue
        pairing = pairings[place]
        Seat.objects.create(pairing=pairing, joiner=by_key[key])
        twos[pairing].append(people[key])
        pairing.reasons = [str(one) for one in reasons_of(twos[pairing], history, is_explained=is_explained)]
        pairing.joins_teams = _joins_teams(twos[pairing])
        pairing.made_at = at
        pairing.save(update_fields=["reasons", "joins_teams", "made_at"])
        grown.append(pairing)
    return grown


def _let_go(trial: Trial) -> dict[int, set[int]]:
    """Who was drawn with whom in this trial and did not meet: never again in it, whoever asked for somebody else."""
    groups: dict[int, list[int]] = {}
    gone = Seat.objects.filter(pairing__trial=trial, pairing__dissolved_at__isnull=False)
    for pairing, member in gone.values_list("pairing", "joiner__membership"):
        groups.setdefault(pairing, []).append(member)
    found: dict[int, set[int]] = {}
    for members in groups.values():
        for member in members:
            found.setdefault(member, set()).update(set(members) - {member})
    return found


def _drawn(joiner: Joiner, let_go: dict[int, set[int]]) -> Drawn:
    never = frozenset(other.pk for other in joiner.avoided.all()) | let_go.get(joiner.membership_id, set())
    return Drawn(
        joiner.membership_id, joiner.team_key, joiner.site_key, joiner.staff_group, Way(joiner.way), never
    )  # fmt: skip


def _joins_teams(members: Iterable[Drawn]) -> bool:
    teams = [member.team for member in members]
    return all(teams) and len(set(teams)) > 1


def _history(trial: Trial, joiners: Sequence[Joiner]) -> History:
    """Who of them was drawn together before, and who was in a three, in the trials of this organisation."""
    keys = {joiner.membership_id for joiner in joiners}
    rows = EarlierPair.objects.filter(organisation=trial.organisation_id, one__in=keys, other__in=keys)
    days = sorted(set(rows.values_list("drawn_on", flat=True)), reverse=True)
    ago = {day: number for number, day in enumerate(days, 1)}
    met = {pair_of(row.one_id, row.other_id): ago[row.drawn_on] for row in rows}
    before = list(
        Trial.objects.filter(Q(organisation=trial.organisation_id), ~Q(paired_at=None), ~Q(pk=trial.pk))
        .order_by("-paired_at", "-pk")
        .values_list("pk", flat=True)[:TRIALS_BACK]
    )
    threes: dict[int, int] = {}
    for key in Joiner.objects.filter(trial__in=before, in_three=True).values_list("membership_id", flat=True):
        threes[key] = threes.get(key, 0) + 1
    last = Joiner.objects.filter(trial__in=before[:1], in_three=True).values_list("membership_id", flat=True)
    return History(met, threes, frozenset(last))


def _remember(trial: Trial, pairings: Sequence[Pairing], today: date) -> None:
    """That they were drawn together; and who was in a three."""
    seats: dict[int, list[Seat]] = {}
    for seat in Seat.objects.filter(pairing__in=pairings).select_related("joiner"):
        seats.setdefault(seat.pairing_id, []).append(seat)
    twos = {
        pair_of(one.joiner.membership_id, other.joiner.membership_id)
        for group in seats.values()
        for one in group
        for other in group
        if one.pk < other.pk
    }
    EarlierPair.objects.bulk_create(
        [
            EarlierPair(organisation_id=trial.organisation_id, one_id=one, other_id=other, drawn_on=today)
            for one, other in sorted(twos)
        ],
        update_conflicts=True,
        unique_fields=["one", "other"],
        update_fields=["drawn_on"],
    )
    threes = [seat.joiner_id for group in seats.values() if len(group) > 2 for seat in group]
    Joiner.objects.filter(pk__in=threes).update(in_three=True)


def count_pairs(trial: Trial) -> tuple[int, int, int]:
    """How many pairs stand, how many of them say that they met, and how many of those came from different teams."""
    standing = trial.pairings.standing()
    return standing.count(), standing.met().count(), standing.met().filter(joins_teams=True).count()
