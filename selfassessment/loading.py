"""Puts the shipped instrument into the database. Repeatable; one that has answers gets a new edition instead."""

from dataclasses import asdict

from django.db import transaction

from kmportal.lib.content import checksum
from kmportal.lib.loading import Loaded, put
from selfassessment import instrument
from selfassessment.models import Answer, Criterion, Decision, Framework, Section, Suggestion


@transaction.atomic
def load(framework: instrument.Framework) -> Loaded:
    """Make this the current edition. Nobody’s answers ever come to stand under other words.

    The current edition is changed in place while nobody has answered it; otherwise it is kept as it is and a new
    edition is made, which rounds that are planned from now on use.
    """
    tally = Loaded("framework, sections, criteria and suggestions")
    mark = checksum(asdict(framework))
    editions = Framework.objects.select_for_update().filter(key=framework.key)
    shipped = editions.filter(organisation=None)
    current = shipped.filter(is_current=True).first()
    if current is not None and current.checksum == mark:
        tally.unchanged += 1
        return tally
    if current is None or _is_used(current):
        last = editions.order_by("-edition").first()
        edition = last.edition + 1 if last else 1
    else:
        edition = current.edition
    shipped.exclude(edition=edition).filter(is_current=True).update(is_current=False)
    row = put(
        tally,
        Framework,
        {"key": framework.key, "edition": edition},
        {
            "name": framework.title,
            "summary": framework.summary,
            "note": framework.note,
            "short_note": framework.short_note,
            "how_to_answer": list(framework.how_to_answer),
            "minutes": framework.minutes_to_answer,
            "months_ahead": framework.months_ahead,
            "level_names": [level.name for level in framework.levels],
            "level_rules": [level.rule for level in framework.levels],
            "checksum": mark,
            "is_current": True,
        },
    )
    for position, section in enumerate(framework.sections, start=1):
        _put_section(tally, row, section, position)
    row.sections.exclude(key__in=[section.key for section in framework.sections]).delete()
    return tally


def _is_used(framework: Framework) -> bool:
    answers = Answer.objects.filter(criterion__section__framework=framework)
    return answers.exists() or Decision.objects.filter(criterion__section__framework=framework).exists()


def _put_section(tally: Loaded, framework: Framework, section: instrument.Section, position: int) -> None:
    row = put(
        tally,
        Section,
        {"framework": framework, "key": section.key},
        {
            "name": section.name,
            "short_name": section.short_name,
            "purpose": section.purpose,
            "position": position,
        },
    )
    for number, criterion in enumerate(section.criteria, start=1):
        _put_criterion(tally, row, criterion, position * 100 + number)
    row.criteria.exclude(code__in=[criterion.code for criterion in section.criteria]).delete()


def _put_criterion(tally: Loaded, section: Section, criterion: instrument.Criterion, position: int) -> None:
    row = put(
        tally,
        Criterion,
        {"section": section, "code": criterion.code},
        {
            "name": criterion.name,
            "question": criterion.question,
            "statements": list(criterion.statements),
            "evidence": "\n".join(criterion.evidence),
            "helps": [thing.key for thing in criterion.helps],
            "tags": {
                "iso": list(criterion.iso),
                "quality_outcome": list(criterion.outcomes),
                "legacy": list(criterion.legacy),
            },
            "position": position,
            "is_draft": bool(criterion.draft),
        },
    )
    for band, suggestion in (("first", criterion.first), ("stretch", criterion.stretch)):
        put(
            tally,
            Suggestion,
            {"criterion": row, "band": band},
            {
                "title": suggestion.title,
                "text": suggestion.text,
                "effort": suggestion.effort,
                "becomes": suggestion.becomes,
                "entry_key": suggestion.intervention,
                "technique_key": suggestion.technique,
            },
        )
