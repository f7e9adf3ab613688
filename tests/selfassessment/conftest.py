"""Rounds with few questions, made and answered with few words."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from organisations.models import Membership
from selfassessment.actions import answering, publishing, rounds
from selfassessment.models import Asked, Assessment, Criterion, Framework, Section, Suggestion
from selfassessment.respondents import Choice, Respondent
from tests.cast import as_member

LEVELS = ["Not yet", "Starting", "In place", "Joined up", "Second nature"]


def link_of(assessment: Assessment) -> str:
    """The code of a round’s one link; where there is none it is made without a word, so that the trail stays short."""
    if not assessment.link_nonce:
        assessment.link_nonce = f"link-{assessment.pk}"
        Assessment.objects.filter(pk=assessment.pk).update(link_nonce=assessment.link_nonce)
    return assessment.link_nonce


def close_and_publish(assessment: Assessment, *, by: Membership, at: datetime, **words) -> Assessment:
    """Close a round, read its comments and withhold none."""
    rounds.close_assessment(assessment, by=by, at=at, **words)
    return publishing.publish_report(assessment, by=by, at=at)


@pytest.fixture(autouse=True)
def _outbox(settings):
    """Mail goes into the outbox, as in the portal."""
    settings.EMAIL_BACKEND = "jobs.mail.Backend"


@pytest.fixture
def framework(db) -> Framework:
    """Two sections with four criteria each: A1 to A4, Z1 to Z4. Suggestions of A1 are quick, of A2 long."""
    framework = Framework.objects.create(
        key="test", name="Test questions", level_names=LEVELS, note="Not a real one.", short_note="Made for tests.",
        how_to_answer=["Read first."],
    )  # fmt: skip
    for position, (prefix, name) in enumerate([("A", "Alpha section"), ("Z", "Zulu section")], start=1):
        section = Section.objects.create(
            framework=framework, key=prefix.lower(), name=name, short_name=name.split()[0], position=position
        )
        for number in range(1, 5):
            code = f"{prefix}{number}"
            criterion = Criterion.objects.create(
                section=section, code=code, name=f"Criterion {code}", question=f"How is {code}?", position=number,
                statements=[f"{code} says {level}." for level in range(1, 6)],
            )  # fmt: skip
            effort = {"A1": "quick", "A2": "long"}.get(code, "medium")
            for band in ("first", "stretch"):
                Suggestion.objects.create(
                    criterion=criterion,
                    band=band,
                    title=f"Do the {band} of {code}",
                    text=f"Text {code}.",
                    effort=effort,
                )
    return framework


@pytest.fixture
def criteria(framework) -> dict[str, Criterion]:
    return {row.code: row for row in Criterion.objects.filter(section__framework=framework)}


@pytest.fixture
def a_round(riverside, farah, framework):
    """``a_round(state="open", anonymous=True, …)``: a round of Riverside that Farah facilitates."""

    def make(state: str = "open", **fields) -> Assessment:
        fields = {"title": "Autumn round", "closes_on": timezone.localdate() + timedelta(days=9), **fields}
        assessment = rounds.prepare_assessment(
            riverside, by=as_member(farah), at=timezone.now(), framework=framework, **fields
        )
        if state != "draft":
            rounds.open_assessment(assessment, by=as_member(farah), at=timezone.now())
        if state == "closed":
            close_and_publish(assessment, by=as_member(farah), at=timezone.now())
        return assessment

    return make


@pytest.fixture
def respond(criteria):
    """``respond(round, "Ann", A1=(2, 4), A2=dict(dont_know=True))``: somebody answers; a pair is now and wanted.

    By the one link, or as the member ``person``, asked or not.
    """

    def answer(assessment: Assessment, who: str, *, votes=(), person=None, **said) -> Respondent:
        respondent = Respondent(
            who,
            member=as_member(person),
            name=who,
            asked=Asked.objects.filter(assessment=assessment, person=person).first() if person else None,
            link=link_of(assessment),
        )
        for code, value in said.items():
            fields = value if isinstance(value, dict) else {"now": value[0], "wanted": value[1]}
            choice = Choice(**fields, matters=code in votes)
            answering.save_answer(assessment, criteria[code], by=respondent, choice=choice, seen=0)
        return respondent

    return answer


@pytest.fixture
def everybody(respond):
    """``everybody(round, 6, A1=(2, 4))``: so many people say the same."""

    def answer(assessment: Assessment, count: int, **said) -> None:
        for number in range(count):
            respond(assessment, f"Person {number}", **said)

    return answer
