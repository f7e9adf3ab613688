"""The same lesson twice: what is like it, one goes into another field by field, and back within seven days."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Stale
from kmportal.lib.forms import sent, status_of
from kmportal.lib.pagination import whole_number
from kmportal.lib.sentences import quoted
from kmportal.lib.view_kit import done, refusals_on, refusals_said
from lessons import policies
from lessons.actions import merging
from lessons.forms.merging import MergeForm
from lessons.labels import look_of
from lessons.models import LIVING, Lesson, LessonMerge
from lessons.reports.merging import files_that_stay, what_goes_along
from lessons.reports.similar import similar_lessons, similar_to
from lessons.search_documents import KIND
from lessons.views.finding import lesson_or_404
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest
from search import index

MOST_FOUND = 10


@requires(Permission.CONTRIBUTE)
@require_POST
def lesson_similar(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """What is like the words that somebody is writing, as a piece of the form. Nothing is kept."""
    typed = request.POST
    advice = f"{typed.get('when_you', '')} {typed.get('then_do', '')}"
    text = " ".join(typed.get(name, "") for name in ("why", "happened"))
    found = similar_lessons(
        request.membership, typed.get("title", "").strip() or advice, f"{text} {advice}", but=_own_draft(request)
    )
    return render(request, "lessons/_similar.html", {"similar": found})


def _own_draft(request: MemberRequest) -> int | None:
    return whole_number(request.POST.get("lesson", "")) or None


@requires(Permission.VALIDATE)
def lesson_merge(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Which lesson says the same? Those that are alike, or any by its number or its words."""
    lesson = _lesson_to_merge(request, pk)
    asked = request.GET.get("q", "").strip()
    hits = []
    if asked:
        states = [str(state) for state in sorted(LIVING)]
        found = index.find(request.membership, asked, kinds=[KIND], filters={"state": states}, per_page=MOST_FOUND)
        ours = set(
            Lesson.objects.filter(pk__in=[hit.ident for hit in found.hits], organisation=organisation).values_list(
                "pk", flat=True
            )
        )
        hits = [
            (hit.ident, hit.title, look_of(hit, organisation.pk))
            for hit in found.hits
            if hit.ident in ours and hit.ident != pk
        ]
        number = Lesson.objects.visible_to(request.membership).filter(
            pk=whole_number(asked), organisation=organisation, state__in=LIVING
        )
        hits = [(one.pk, one.words.title, look_of(one, organisation.pk)) for one in number.exclude(pk=pk)] + hits
    context = {
        "lesson": lesson,
        "q": asked,
        "hits": hits,
        "similar": [] if asked else similar_to(lesson, request.membership),
    }
    return render(request, "lessons/lesson_merge.html", context)


@requires(Permission.VALIDATE)
def lesson_merge_into(request: MemberRequest, organisation: Organisation, pk: int, into: int) -> HttpResponse:
    """Both side by side, and what goes along. Whoever presses has chosen."""
    lesson, target = _lesson_to_merge(request, pk), lesson_or_404(request, into)
    if lesson.merged_into_id is not None:
        return redirect("lesson_detail", organisation.slug, lesson.merged_into_id)
    form = MergeForm(sent(request), source=lesson, target=target)
    if form.is_valid():
        try:
            with refusals_on(form):
                merging.merge_lessons(
                    lesson, by=request.membership, at=request.now, into=target, seen=form.seen, chosen=form.chosen
                )
                said = f"{worded('Lesson')} {pk} is part of this one now. You can take that back within seven days."
                return done(request, said, target)
        except Stale as stale:
            messages.error(request, str(stale))
            return redirect("lesson_merge_into", organisation.slug, pk, into)
    context = {
        "lesson": lesson,
        "target": target,
        "can_turn": policies.may_merge(request.membership, target) and policies.may_take_in(request.membership, lesson),
        "form": form,
        "along": what_goes_along(lesson, target),
        "left": files_that_stay(lesson, target),
        "fields": [form[name] for name in form.fields if not name.endswith("_version")],
    }
    return render(request, "lessons/lesson_merge_into.html", context, status=status_of(form))


@requires(Permission.VALIDATE)
def lesson_part(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Take a merge back."""
    readable = Lesson.objects.visible_as_it_was(request.membership).filter(organisation=organisation).order_by()
    rows = LessonMerge.objects.filter(source__in=readable, target__in=readable)
    related = ("source__organisation", "source__revision", "target__organisation", "target__revision", "by")
    merge = get_object_or_404(rows.select_related(*related), pk=pk)
    if not policies.may_part(request.membership, merge):
        raise PermissionDenied
    if request.method == "POST":
        with refusals_said(request):
            merging.part_lessons(merge, by=request.membership, at=request.now)
            said = f"{quoted(merge.source.words.title)} is {worded('a lesson')} of its own again."
            return done(request, said, merge.source)
        return redirect(merge.target)
    crumbs = [
        (worded("Lessons"), reverse("lesson_list", args=[organisation.slug])),
        (merge.target.words.title, merge.target.get_absolute_url()),
    ]
    return render(request, "lessons/lesson_part.html", {"merge": merge, "crumbs": crumbs})


def _lesson_to_merge(request: MemberRequest, pk: int) -> Lesson:
    lesson = lesson_or_404(request, pk, as_it_was=True)
    if lesson.merged_into_id is None and not policies.may_merge(request.membership, lesson):
        raise PermissionDenied
    return lesson
