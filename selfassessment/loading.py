"""Puts the shipped instrument into the database. Idempotent; one that has answers gets a new edition instead."""

from collections.abc import Callable
from typing import Any

from django.db import transaction

from kmportal.lib.content import checksum
from kmportal.lib.loading import Loaded, columns_of, left_out, load_rows, put
from selfassessment import instrument
from selfassessment.models import Answer, Criterion, Decision, Framework, Section, Suggestion


@transaction.atomic
def load(framework: instrument.Framework) -> Loaded:
    """Make this the current edition. Nobody’s answers ever come to stand under other words.

    The current edition is changed in place while nobody has answered it; otherwise it is kept as it is and a new
    edition is made, which rounds that are planned from now on use.
    """
    tally = Loaded("framework, sections, criteria and suggestions")
    mark = checksum(framework)
    editions = Framework.objects.select_for_update().filter(key=framework.key)
    shipped = editions.filter(organisation=None)
    current = shipped.filter(is_current=True).first()
    if current is not None and current.checksum == mark:
        tally.unchanged += 1
        return tally
    if current is not None and not _is_instrument_used(current):
        edition = current.edition
    elif current is not None and _has_these_words(current, framework):
        Framework.objects.filter(pk=current.pk).update(checksum=mark)
        tally.unchanged += 1
        return tally
    else:
        last = editions.order_by("-edition").first()
        edition = last.edition + 1 if last else 1
    shipped.exclude(edition=edition).filter(is_current=True).update(is_current=False)
    _load_edition(tally, framework, edition, mark)
    return tally


def _has_these_words(row: Framework, framework: instrument.Framework) -> bool:
    """Whether an edition says the same, whatever its checksum. Dry run: what is put is taken back."""
    tally = Loaded("")
    with transaction.atomic():
        dropped = _load_edition(tally, framework, row.edition, row.checksum)
        transaction.set_rollback(True)
    return not (tally.created or tally.changed or dropped)


def _load_edition(tally: Loaded, framework: instrument.Framework, edition: int, mark: str) -> int:
    """Put the rows of one edition, and answer how many were in it that no longer ship and are deleted."""
    row = put(
        tally,
        Framework,
        {"key": framework.key, "edition": edition},
        {
            **columns_of(framework, Framework),
            "name": framework.title,
            "minutes": framework.minutes_to_answer,
            "level_names": [level.name for level in framework.levels],
            "level_rules": [level.rule for level in framework.levels],
            "checksum": mark,
            "is_current": True,
        },
    )
    sections = load_rows(tally, Section, framework.sections, among={"framework": row}, more=_place_of_part)
    dropped, _ = left_out(row.sections.all(), framework.sections).delete()
    for section, words in sections:
        criteria = load_rows(
            tally, Criterion, words.criteria, key="code", among={"section": section}, more=_more_of_file(section)
        )
        for criterion, said in criteria:
            for band, suggestion in (("first", said.first), ("stretch", said.stretch)):
                _put_suggestion(tally, criterion, band, suggestion)
        dropped += left_out(section.criteria.all(), words.criteria, key="code").delete()[0]
    return dropped


def _place_of_part(section: instrument.Section, place: int) -> dict[str, Any]:
    return {"position": place}


def _more_of_file(section: Section) -> Callable[[instrument.Criterion, int], dict[str, Any]]:
    return lambda criterion, place: {
        "evidence": "\n".join(criterion.evidence),
        "tags": {
            "iso": list(criterion.iso),
            "quality_outcome": list(criterion.outcomes),
            "legacy": list(criterion.legacy),
        },
        "position": section.position * 100 + place,
        "is_draft": bool(criterion.draft),
    }


def _put_suggestion(tally: Loaded, criterion: Criterion, band: str, suggestion: instrument.Suggestion) -> None:
    more = {"entry_key": suggestion.intervention, "technique_key": suggestion.technique}
    put(tally, Suggestion, {"criterion": criterion, "band": band}, {**columns_of(suggestion, Suggestion), **more})


def _is_instrument_used(framework: Framework) -> bool:
    answers = Answer.objects.filter(criterion__section__framework=framework)
    return answers.exists() or Decision.objects.filter(criterion__section__framework=framework).exists()
