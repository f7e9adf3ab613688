"""Trying a file out: what would stand after each row, and what is to be said about rows and differences."""

from collections.abc import Iterable, Mapping, Sequence

from lessons.importing.batches import load_standings
from lessons.importing.merging import Decision, Standing
from lessons.importing.rows import Row
from lessons.models import ImportDifference, ImportProblem, ImportRun, Lesson

# Of a field that differs so much is shown.
SHOWN_OF_A_FIELD = 2_000


class PretendedStandings:
    """What would stand after the rows so far, for a trial that writes nothing. Of what went before only the numbers and
    flags are kept: a second row of a number has the same words, or would not be known by its number."""

    def __init__(self, run: ImportRun) -> None:
        self.run = run
        self.seen: dict[int, frozenset[str]] = {}

    def known_to(self, rows: Sequence[Row]) -> tuple[dict[str, Lesson], dict[str, Standing]]:
        numbers = {row.external_id for row in rows if not row.refusal}
        there = load_standings(self.run, {one for one in numbers if hash(one) not in self.seen})
        known = {key: standing for key, (_, standing) in there.items()}
        for row in rows:
            if not row.refusal and (flags := self.seen.get(hash(row.external_id))) is not None:
                known[row.external_id] = Standing(flags=flags, taken=(row.digest,))
        return {key: lesson for key, (lesson, _) in there.items()}, known

    def remember(self, decisions: Iterable[Decision]) -> None:
        for decision in decisions:
            if decision.standing is not None:
                self.seen.setdefault(hash(decision.row.external_id), decision.standing.flags)


def problems_of(run: ImportRun, decisions: Iterable[Decision]) -> list[ImportProblem]:
    found = []
    for decision in decisions:
        row = decision.row
        notes = (*row.notes, *decision.notes)
        sentences = [(row.refusal, True)] if row.refusal else [(note, False) for note in notes]
        for sentence, is_refusal in sentences:
            ident = Lesson(external_id=row.external_id).shown_number
            found.append(
                ImportProblem(
                    run=run, row=row.number, external_id=ident, sentence=sentence[:500], is_refusal=is_refusal
                )
            )
    return found


def differences_of(
    run: ImportRun, decisions: Iterable[Decision], lessons: Mapping[str, Lesson]
) -> list[ImportDifference]:
    return [
        ImportDifference(
            run=run,
            lesson=lessons[decision.row.external_id],
            row=decision.row.number,
            external_id=decision.row.external_id,
            field=difference.name,
            ours=difference.ours[:SHOWN_OF_A_FIELD],
            theirs=difference.theirs[:SHOWN_OF_A_FIELD],
            by_rule=difference.stands,
        )
        for decision in decisions
        if decision.row.external_id in lessons
        for difference in decision.differences
    ]
