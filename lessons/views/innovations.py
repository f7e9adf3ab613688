"""Innovations: all of them by stage, what one says of itself, and adapting one."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from kmportal.lib.conflicts import Difference
from kmportal.lib.domain_words import worded
from kmportal.lib.forms import sent, status_of
from kmportal.lib.view_kit import conflicts_on, done, refusals_on, refusals_said
from lessons import policies
from lessons.actions import innovations as deeds
from lessons.forms.innovations import InnovationForm
from lessons.models import Innovation
from lessons.reports import ListHead
from lessons.reports.innovations import STAGES, innovations, stage_filters
from lessons.views.finding import lesson_or_404
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest

PER_PAGE = 20


@requires(Permission.READ)
@require_safe
def innovation_list(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """What is new and how far it has come, the newest first; stopped ones, too."""
    stage = request.GET.get("stage", "")
    stage = stage if stage in Innovation.Stage.values else ""
    rows = innovations(request.membership).select_related(
        "revision", "organisation", "innovation", "innovation__adapted_from"
    )
    if stage:
        rows = rows.filter(innovation__stage=stage)
    page = Paginator(rows.order_by("-pk"), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "rows": [(lesson, STAGES[Innovation.Stage(lesson.innovation.stage)]) for lesson in page],
        "page": page,
        "stage": stage,
        "filters": stage_filters(request.membership, stage),
        "head": ListHead.build(request.membership, "innovations"),
    }
    return render(request, "lessons/innovation_list.html", context)


@requires(Permission.CONTRIBUTE)
def innovation_edit(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """How far it has come, and what came of it."""
    lesson = lesson_or_404(request, pk)
    if not policies.may_write_innovation(request.membership, lesson):
        raise PermissionDenied
    row = Innovation.objects.filter(lesson=lesson).first() or Innovation(lesson=lesson, version=0)
    form = InnovationForm(sent(request), instance=row, initial={"version": row.version})
    differences: list[Difference] = []
    if form.is_valid():
        fresh = lambda: Innovation.objects.filter(lesson=lesson).first() or Innovation(lesson=lesson)  # noqa: E731
        with refusals_on(form, "stopped_because"), conflicts_on(form, fresh) as differences:
            made = deeds.describe_innovation(lesson, by=request.membership, at=request.now, **form.told())
            thanks = "Thank you. What did not work spares others the way." if made.is_stopped else "It is kept."
            return done(request, thanks, lesson)
    context = {
        "form": form,
        "lesson": lesson,
        "differences": differences,
        "back": lesson.get_absolute_url(),
        "trail": [
            (worded("Lessons"), reverse("lesson_list", args=[organisation.slug])),
            (lesson.words.title or worded("A draft"), lesson.get_absolute_url()),
        ],
    }
    return render(request, "lessons/innovation_edit.html", context, status=status_of(form))


@requires(Permission.CONTRIBUTE)
@require_POST
def innovation_adapt(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Begin a draft that says where it comes from."""
    lesson = lesson_or_404(request, pk, here=False)
    if not policies.may_adapt(request.membership, lesson):
        raise PermissionDenied
    with refusals_said(request):
        draft = deeds.adapt_innovation(lesson, by=request.membership, at=request.now)
        said = "Your draft says where it comes from. Write what you do, and what you do otherwise."
        return done(request, said, "lesson_edit", organisation.slug, draft.pk)
    return redirect("lesson_detail", organisation.slug, pk)
