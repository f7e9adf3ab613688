"""Loading content into the database: repeatable, in place, and never under somebody’s answers."""

from datetime import UTC, date, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from msgspec.structs import replace

from kmportal.lib.content import ContentError, Problem
from roadmap import catalogue
from roadmap import loading as roadmap_loading
from roadmap.models import CatalogueEntry, StepGuide
from selfassessment import instrument
from selfassessment import loading as selfassessment_loading
from selfassessment.models import Answer, Assessment, Criterion, Framework, Response, Section, Suggestion
from techniques import content_schema
from techniques import loading as techniques_loading
from techniques.content_schema import Column
from techniques.models import Technique

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
TABLES = (CatalogueEntry, StepGuide, Technique, Framework, Section, Criterion, Suggestion)

pytestmark = pytest.mark.django_db


def everything() -> list[object]:
    return [list(table.objects.order_by("pk").values()) for table in TABLES]


def load_content(*args: str) -> str:
    out = StringIO()
    call_command("load_content", *args, stdout=out)
    return out.getvalue()


def test_loading_fills_every_table():
    load_content()
    assert [table.objects.count() for table in TABLES] == [43, 5, 22, 1, 4, 25, 50]
    entry = CatalogueEntry.objects.get(key="brown-bag-lunch")
    assert (entry.step, entry.position, entry.is_extra, entry.areas) == (1, 1, False, ["knowledge", "enablers"])
    assert entry.guidance.cost_words == "Staff time only."
    review = Technique.objects.get(key="after-action-review")
    assert review.minutes == content_schema.Minutes(short=15, standard=60, long=180)
    assert review.stages[1].columns == (
        Column(key="expected", name="What we expected", tells="expected", makes="summary", takes="note"),
    )
    assert review.can_run
    assert not review.is_meeting
    assert review.card.front.steps[0] == "Open: say the rules and what may leave the room."
    lunch = Technique.objects.get(key="brown-bag-lunch")
    assert (lunch.is_meeting, lunch.can_run, lunch.card.not_in_room) == (True, True, "")
    criterion = Criterion.objects.get(code="C4")
    assert len(criterion.statements) == 5
    assert criterion.tags == {"iso": ["10.1", "10.2"], "quality_outcome": [2], "legacy": ["5.4a"]}
    assert "lessons-workflow" in criterion.helps
    assert criterion.suggestions.get(band="first").entry_key == "lessons-workflow"
    assert Suggestion.objects.get(criterion__code="C1", band="stretch").technique_key == "peer-assist"
    framework = Framework.objects.get()
    assert (framework.minutes, framework.months_ahead, len(framework.how_to_answer)) == (20, 12, 5)
    assert framework.short_note.endswith("It is not the NHS tool.")
    assert all(section.purpose for section in framework.sections.all())


def test_criteria_stay_in_the_order_of_the_instrument():
    load_content()
    codes = [criterion.code for section in Section.objects.all() for criterion in section.criteria.all()]
    assert codes == [criterion.code for criterion in instrument.read().criteria]
    assert list(Criterion.objects.values_list("code", flat=True)) == codes


def test_loading_twice_changes_nothing():
    load_content()
    before = everything()
    assert "0 new, 0 changed" in load_content()
    assert everything() == before


def test_check_leaves_the_database_alone():
    assert load_content("--check").startswith("The content is sound: 43 catalogue entries, 12 techniques, 10 meetings")
    assert not CatalogueEntry.objects.exists()


def test_mistakes_are_listed_and_nothing_is_loaded(monkeypatch):
    def broken() -> None:
        raise ContentError([Problem("words.yaml", 3, "name", "It is wrong.")])

    monkeypatch.setattr(instrument, "read", broken)
    with pytest.raises(CommandError, match=r"1 mistake:\nwords.yaml, line 3: name: It is wrong."):
        load_content()
    assert not CatalogueEntry.objects.exists()


def test_new_words_reach_the_same_row():
    shipped = catalogue.read()
    roadmap_loading.load(shipped, at=NOON)
    pk = CatalogueEntry.objects.get(key="elevator-pitch").pk
    changed = replace(shipped, entries=tuple(replace(entry, what="New words.") for entry in shipped.entries))
    tally = roadmap_loading.load(changed, at=NOON)
    assert (tally.created, tally.changed) == (0, 43)
    assert CatalogueEntry.objects.get(pk=pk).what == "New words."


def test_what_no_longer_ships_is_retired_and_comes_back():
    shipped = catalogue.read()
    roadmap_loading.load(shipped, at=NOON)
    tally = roadmap_loading.load(replace(shipped, entries=shipped.entries[1:]), at=NOON)
    assert tally.retired == 1
    assert CatalogueEntry.objects.get(key="brown-bag-lunch").retired_at == NOON
    roadmap_loading.load(shipped, at=NOON)
    assert CatalogueEntry.objects.get(key="brown-bag-lunch").retired_at is None


def test_an_organisations_own_copy_is_never_touched(riverside):
    library = content_schema.read()
    techniques_loading.load(library)
    own = Technique.objects.create(
        key="fishbowl", organisation=riverside, name="Our fishbowl", moment="during", tier="next", purpose="Ours."
    )
    techniques_loading.load(library)
    techniques_loading.load(replace(library, techniques=library.techniques[:1]))
    own.refresh_from_db()
    assert (own.name, own.purpose, own.card) == ("Our fishbowl", "Ours.", Technique().card)


def test_a_technique_that_no_longer_ships_cannot_be_run():
    library = content_schema.read()
    techniques_loading.load(library)
    tally = techniques_loading.load(replace(library, techniques=library.techniques[1:]))
    assert tally.retired == 1
    assert not Technique.objects.get(key="after-action-review").can_run


@pytest.fixture
def framework() -> Framework:
    selfassessment_loading.load(instrument.read())
    return Framework.objects.get()


def reworded() -> instrument.Framework:
    shipped = instrument.read()
    first = shipped.sections[0]
    criteria = (replace(first.criteria[0], question="Is it otherwise?"), *first.criteria[1:])
    return replace(shipped, sections=(replace(first, criteria=criteria), *shipped.sections[1:]))


def test_without_answers_the_framework_changes_in_place(framework):
    tally = selfassessment_loading.load(reworded())
    assert (tally.created, tally.changed) == (0, 2)
    assert Framework.objects.get().pk == framework.pk
    assert Criterion.objects.get(code="L1").question == "Is it otherwise?"


def test_criteria_that_were_dropped_go_while_nobody_has_answered(framework):
    shipped = instrument.read()
    last = shipped.sections[-1]
    shorter = replace(last, criteria=last.criteria[:5])
    selfassessment_loading.load(replace(shipped, sections=(*shipped.sections[:-1], shorter)))
    assert not Criterion.objects.filter(code="K6").exists()
    selfassessment_loading.load(replace(shipped, sections=shipped.sections[:3]))
    assert Section.objects.count() == 3


def answer(framework: Framework, organisation) -> Answer:
    round_ = Assessment.objects.create(
        organisation=organisation, framework=framework, title="Autumn", closes_on=date(2026, 12, 1)
    )
    response = Response.objects.create(assessment=round_, anonymous=True, key="k")
    return Answer.objects.create(
        response=response, criterion=Criterion.objects.get(code="L1", section__framework=framework), now=2, wanted=4
    )


def test_words_never_change_under_answers(framework, riverside):
    given = answer(framework, riverside)
    words = given.criterion.question
    selfassessment_loading.load(reworded())
    given = Answer.objects.get(pk=given.pk)
    assert given.criterion.question == words
    old, new = Framework.objects.order_by("edition")
    assert (old.pk, old.edition, old.is_current) == (framework.pk, 1, False)
    assert (new.edition, new.is_current) == (2, True)
    assert Criterion.objects.get(section__framework=new, code="L1").question == "Is it otherwise?"
    assert Criterion.objects.count() == 50


def test_a_new_edition_is_made_once(framework, riverside):
    answer(framework, riverside)
    selfassessment_loading.load(reworded())
    before = everything()
    assert selfassessment_loading.load(reworded()).unchanged == 1
    assert everything() == before


def test_answered_framework_with_the_same_words_stays(framework, riverside):
    answer(framework, riverside)
    assert selfassessment_loading.load(instrument.read()).unchanged == 1
    assert Framework.objects.count() == 1


def test_the_same_words_under_another_checksum_stay_the_same_edition(framework, riverside):
    """As after an update that counts the checksum otherwise."""
    answer(framework, riverside)
    Framework.objects.update(checksum="counted otherwise")
    before = everything()
    assert selfassessment_loading.load(instrument.read()).unchanged == 1
    framework.refresh_from_db()
    assert framework.checksum not in {"", "counted otherwise"}
    Framework.objects.update(checksum="counted otherwise")
    assert everything() == before


@pytest.mark.parametrize(
    "change",
    [
        lambda shipped: replace(shipped, note="Other words."),
        lambda shipped: replace(shipped, sections=shipped.sections[:3]),
        lambda shipped: replace(
            shipped, sections=(replace(shipped.sections[0], criteria=shipped.sections[0].criteria[:2]),)
        ),
    ],
)
def test_whatever_else_is_said_makes_a_new_edition(framework, riverside, change):
    answer(framework, riverside)
    before = list(Criterion.objects.filter(section__framework=framework).values())
    selfassessment_loading.load(change(instrument.read()))
    assert Framework.objects.count() == 2
    assert list(Criterion.objects.filter(section__framework=framework).values()) == before


def test_an_organisations_own_instrument_is_never_touched(framework, riverside):
    own = Framework.objects.create(key="our-own", organisation=riverside, name="Our own")
    selfassessment_loading.load(reworded())
    own.refresh_from_db()
    assert (own.name, own.is_current, own.checksum) == ("Our own", True, "")
