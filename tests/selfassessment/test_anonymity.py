"""Anonymity: what people were told about names is kept by the database itself, against any statement."""

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from organisations.models import AuditEntry
from selfassessment.actions import answering, asking
from selfassessment.models import Answer, Asked, Assessment, Response
from tests.cast import as_member
from tests.selfassessment.conftest import link_of


def run(sql: str, *values) -> None:
    """One raw statement, in its own savepoint."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


ROUND, RESPONSE = "UPDATE selfassessment_assessment SET", "UPDATE selfassessment_response SET"


@pytest.mark.parametrize("anonymous", [True, False])
@pytest.mark.parametrize("state", ["open", "closed"])
def test_names_cannot_change_once_open(a_round, anonymous, state):
    assessment = a_round(state, anonymous=anonymous)
    with pytest.raises(IntegrityError):
        run(f"{ROUND} anonymous = %s WHERE id = %s", not anonymous, assessment.pk)
    with pytest.raises(IntegrityError):
        run(f"{ROUND} state = 'draft' WHERE id = %s", assessment.pk)
    with pytest.raises(IntegrityError):
        run(f"{ROUND} state = 'draft', anonymous = %s WHERE id = %s", not anonymous, assessment.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Assessment.objects.filter(pk=assessment.pk).update(anonymous=not anonymous)
    assessment.refresh_from_db()
    assert (assessment.anonymous, assessment.state) == (anonymous, state)


def test_names_may_change_while_it_is_prepared(a_round):
    assessment = a_round("draft", anonymous=True)
    run(f"{ROUND} anonymous = %s WHERE id = %s", False, assessment.pk)
    assessment.refresh_from_db()
    assert not assessment.anonymous


def test_other_changes_pass(a_round):
    assessment = a_round()
    run(f"{ROUND} title = 'Other', anonymous = %s WHERE id = %s", True, assessment.pk)
    run(f"{ROUND} state = 'closed' WHERE id = %s", assessment.pk)
    assessment.refresh_from_db()
    assert (assessment.title, assessment.state) == ("Other", "closed")


def test_an_anonymous_response_has_no_person_and_never_gets_one(a_round, respond, cara):
    anonymous, named = a_round(), a_round(anonymous=False)
    respond(anonymous, "Cara", A1=(2, 4))
    for change in ("person_id = %s", "person_id = %s, anonymous = %s"):
        values = [cara.pk, False][: change.count("%s")]
        with pytest.raises(IntegrityError):
            run(f"{RESPONSE} {change}", *values)
    for change, values in [("name = 'Cara'", []), ("anonymous = %s", [False]), ("assessment_id = %s", [named.pk])]:
        with pytest.raises(IntegrityError):
            run(f"{RESPONSE} {change}", *values)
    with pytest.raises(IntegrityError):  # by way of a round with names
        run(f"{RESPONSE} assessment_id = %s, anonymous = %s, person_id = %s", named.pk, False, cara.pk)


def test_a_response_must_say_the_same_as_its_round(a_round, cara):
    assessment = a_round()
    with pytest.raises(IntegrityError), transaction.atomic():
        Response.objects.create(assessment=assessment, anonymous=False, person=cara, key="k")


def test_six_cannot_matter_most(a_round, respond):
    assessment = a_round()
    codes = ["A1", "A2", "A3", "A4", "Z1"]
    respond(assessment, "Ann", votes=codes, **dict.fromkeys([*codes, "Z2"], (2, 4)))
    answers = Answer.objects.filter(response__assessment=assessment)
    assert sorted(answers.exclude(slot=None).values_list("slot", flat=True)) == [1, 2, 3, 4, 5]
    sixth = answers.get(criterion__code="Z2")
    for slot in (3, 6, 0):  # taken, beyond, below
        with pytest.raises(IntegrityError), transaction.atomic():
            Answer.objects.filter(pk=sixth.pk).update(slot=slot)


def test_levels_and_not_knowing(a_round, respond):
    assessment = a_round()
    respond(assessment, "Ann", A1=(2, 4))
    for change in ({"now": 6}, {"wanted": 0}, {"dont_know": True}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Answer.objects.update(**change)


def test_nothing_about_an_answer_says_when_or_in_which_order(a_round, respond):
    """Random keys and no moments, so rows cannot be laid beside a list of people."""
    for model in (Response, Answer):
        kinds = {field.get_internal_type() for field in model._meta.fields}
        assert not kinds & {"DateTimeField", "DateField", "TimeField"}
        assert model._meta.pk.get_internal_type() == "UUIDField"
    assessment = a_round()
    for number in range(8):
        respond(assessment, f"Person {number}", A1=(2, 4))
    keys = [str(row.pk) for row in Response.objects.all()]
    assert len({key[:8] for key in keys}) == 8


def test_answering_leaves_nothing_but_answers(a_round, respond, criteria, farah, cara):
    """No event, no notice, no mail, no job: of the asked one only that they have answered, and of the round that it is
    to be put in random order."""
    assessment = a_round()
    asking.ask_people(assessment, by=as_member(farah), at=timezone.now(), members=[cara])
    link_of(assessment)
    before = {model: list(model.objects.order_by("pk").values()) for model in apps.get_models()}
    respondent = respond(assessment, "Cara", person=cara, A1=(2, 4), A2={"dont_know": True})
    answering.finish_answering(assessment, by=respondent)
    after = {model: list(model.objects.order_by("pk").values()) for model in apps.get_models()}
    assert {model for model in after if after[model] != before[model]} == {Response, Answer, Asked, Assessment}

    def changes(model):
        pairs = zip(before[model], after[model], strict=True)
        return [set(was.items()) ^ set(now.items()) for was, now in pairs]

    assert changes(Assessment) == [{("is_unmixed", False), ("is_unmixed", True)}]
    assert changes(Asked) == [{("answered", False), ("answered", True), ("card", ""), ("card", respondent.card)}]
    assert respondent.card != Response.objects.get().key


def test_the_page_says_no_more_to_the_trail_than_the_action(a_round, as_, farah, cara):
    assessment = a_round()
    asking.ask_people(assessment, by=as_member(farah), at=timezone.now(), members=[cara])
    trail = AuditEntry.objects.count()
    browser, start = as_(cara), reverse("assessment_answer", args=["riverside", assessment.pk])
    browser.post(start)
    browser.post(f"{start}1/", {"now": "2", "wanted": "4", "version": "0"})
    browser.post(f"{start}done/")
    assert Response.objects.get().is_finished
    assert AuditEntry.objects.count() == trail
