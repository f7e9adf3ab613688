"""The versions of a lesson: two of them compared, and an earlier one brought back."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from kmportal.lib.pagination import whole_number
from kmportal.lib.view_kit import done, refusals_said
from lessons.actions import versions
from lessons.forms.writing import LessonForm
from lessons.reports.versions import Versions
from lessons.transitions import WORDS
from lessons.views.finding import lesson_or_404
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest


@requires(Permission.READ)
@require_safe
def lesson_versions(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """All versions that this member may read, and what differs between two."""
    page = Versions.build(
        lesson_or_404(request, pk),
        request.membership,
        labels={name: str(LessonForm.base_fields[name].label) for name in WORDS},
        older=whole_number(request.GET.get("older", "")),
        newer=whole_number(request.GET.get("newer", "")),
    )
    return render(request, "lessons/lesson_versions.html", {"page": page, "lesson": page.lesson})


@requires(Permission.CONTRIBUTE)
@require_POST
def lesson_restore(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Bring an earlier version back."""
    lesson = lesson_or_404(request, pk)
    number, seen = (whole_number(request.POST.get(name, "")) for name in ("number", "seen"))
    with refusals_said(request):
        versions.restore_revision(lesson, by=request.membership, at=request.now, seen=seen, number=number)
        return done(request, f"It reads as version {number} did. All other versions are kept.", lesson)
    return redirect("lesson_versions", organisation.slug, pk)
