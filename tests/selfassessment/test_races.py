"""The same moment: two windows, two deciders, an answer and the close."""

import pytest
from django.utils import timezone

from kmportal.lib.exceptions import Refusal
from organisations.models import AuditEntry
from selfassessment import reports
from selfassessment.actions import answering, deciding, rounds
from selfassessment.models import Answer, Asked, Decision, Response
from selfassessment.respondents import Choice, Respondent
from tests.cast import as_member
from tests.races import at_once
from tests.selfassessment.conftest import link_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_first_answer_twice_makes_one_response(a_round, criteria):
    assessment = a_round()
    ann = Respondent("k" * 64, link=link_of(assessment))

    def answer(choice):
        return lambda: answering.save_answer(assessment, criteria["A1"], by=ann, choice=choice, seen=0)

    same = at_once(*[answer(Choice(now=2))] * 4)
    assert all(isinstance(saved, answering.Saved) for saved in same), same
    assert (Response.objects.count(), Answer.objects.count()) == (1, 1)
    assert len({saved.answer.version for saved in same}) == 1


def test_one_person_in_two_browsers_counts_once_in_an_anonymous_round(a_round, criteria):
    assessment = a_round(anonymous=True)
    asked = Asked.objects.create(assessment=assessment, email="ann@x.example", nonce="n")
    browsers = [Respondent(key * 64, asked=Asked.objects.get(pk=asked.pk), link="n") for key in "ab"]
    said = at_once(
        *[
            lambda by=by: answering.save_answer(assessment, criteria["A1"], by=by, choice=Choice(now=2), seen=0)
            for by in browsers
        ]
    )
    assert sorted(type(one).__name__ for one in said) == ["Refusal", "Saved"], said
    assert Response.objects.count() == 1


def test_two_windows_that_differ_one_is_told(a_round, criteria):
    assessment = a_round()
    ann = Respondent("k" * 64, link=link_of(assessment))
    said = at_once(
        *[
            lambda level=level: answering.save_answer(
                assessment, criteria["A1"], by=ann, choice=Choice(now=level), seen=0
            )
            for level in (1, 5)
        ]
    )
    assert sorted(type(one).__name__ for one in said) == ["Changed", "Saved"], said
    assert Answer.objects.count() == 1


def test_six_at_once_cannot_all_matter_most(a_round, criteria):
    assessment = a_round()
    ann = Respondent("k" * 64, link=link_of(assessment))
    codes = ["A1", "A2", "A3", "A4", "Z1", "Z2"]
    said = at_once(
        *[
            lambda code=code: answering.save_answer(
                assessment, criteria[code], by=ann, choice=Choice(now=1, matters=True), seen=0
            )
            for code in codes
        ]
    )
    assert [one.is_full for one in said].count(True) == 1, said
    assert Answer.objects.exclude(slot=None).count() == 5
    assert Answer.objects.count() == 6


def test_an_answer_and_the_close(a_round, criteria, farah):
    assessment = a_round()
    ann = Respondent("k", link=link_of(assessment))
    saved, closed = at_once(
        lambda: answering.save_answer(assessment, criteria["A1"], by=ann, choice=Choice(now=1), seen=0),
        lambda: rounds.close_assessment(assessment, by=as_member(farah), at=timezone.now()),
    )
    assert not isinstance(closed, Exception), closed
    counted = AuditEntry.objects.get(event="assessment.closed").facts["answered"]
    assert Response.objects.counted().count() == counted  # counted, or refused with a sentence
    assert isinstance(saved, Refusal if counted == 0 else answering.Saved), saved


def test_two_people_decide_one_suggestion(a_round, everybody, farah, lena):
    assessment = a_round()
    everybody(assessment, 5, A1=(2, 4))
    rounds.close_assessment(assessment, by=as_member(farah), at=timezone.now())
    offer = reports.build(assessment).offer("A1")
    said = at_once(
        lambda: deciding.reject_suggestion(
            assessment, offer=offer, by=as_member(farah), reason="No", at=timezone.now()
        ),
        lambda: deciding.accept_as_action(assessment, offer=offer, by=as_member(lena), at=timezone.now()),
    )
    assert sorted(isinstance(one, Refusal) for one in said) == [False, True], said
    assert Decision.objects.count() == 1
