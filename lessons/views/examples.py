"""Lessons that are good enough to be copied."""

from django.http import HttpResponse
from django.shortcuts import render

from lessons import examples
from lessons.models import Lesson
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest


@requires(Permission.READ)
def lesson_examples(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """One of each kind, with what makes it a good one."""
    known = examples.examples()
    rows = [(one, Lesson.Kind(one.kind).label) for one in known.examples]
    values = {"note": known.note, "rows": rows, "may_write": request.membership.can(Permission.CONTRIBUTE)}
    return render(request, "lessons/lesson_examples.html", values)
