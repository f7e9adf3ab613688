"""Everything that can be found, from every app, as the search knows it: for building the index anew."""

from collections.abc import Iterator

from actionplan.models import Action
from actionplan.search_documents import document as of_action
from lessons.models import Lesson
from lessons.search_documents import document as of_lesson
from roadmap.models import Intervention, Programme
from roadmap.search_documents import of_intervention, of_programme
from search.index import Doc
from selfassessment.models import Assessment
from selfassessment.search_documents import of_assessment
from techniques.models import Session, Technique
from techniques.search_documents import of_session, of_technique

CHUNK = 500


def everything() -> Iterator[Doc]:
    """One document for each thing that stands in the index; rows are read in chunks."""
    for programme in Programme.objects.select_related("organisation").iterator(CHUNK):
        yield of_programme(programme)
    for intervention in Intervention.objects.select_related("programme__organisation", "entry").iterator(CHUNK):
        yield of_intervention(intervention)
    for technique in Technique.objects.select_related("organisation").iterator(CHUNK):
        yield of_technique(technique)
    sessions = Session.objects.exclude(state=Session.State.CANCELLED).select_related("organisation", "technique")
    for session in sessions.iterator(CHUNK):
        yield of_session(session)
    rounds = Assessment.objects.exclude(state=Assessment.State.DRAFT).select_related("organisation", "framework")
    for assessment in rounds.iterator(CHUNK):
        yield of_assessment(assessment)
    for action in Action.objects.select_related("organisation", "owner").iterator(CHUNK):
        yield of_action(action)
    lessons = Lesson.objects.select_related("organisation", "revision", "approved").prefetch_related("tags")
    for lesson in lessons.iterator(CHUNK):
        yield of_lesson(lesson, [tag.name for tag in lesson.tags.all()])
