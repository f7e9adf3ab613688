"""What came of lessons: one press on the page of a lesson, more about it, the ledger, a second person’s answer."""

from contextlib import suppress
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from kmportal.lib.conflicts import Difference
from kmportal.lib.csv import csv_download
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal, Stale
from kmportal.lib.forms import posted, sent, status_of
from kmportal.lib.pagination import whole_number
from kmportal.lib.view_kit import conflicts_on, done, form_page, refusals_on, refusals_said
from lessons import policies
from lessons.actions import reuse as deeds
from lessons.filters import ReuseChoice
from lessons.forms.reuse import DECLINED, DECLINING, DeclineSavingForm, ReuseForm, values_of
from lessons.labels import REUSE_KINDS
from lessons.models import Lesson, Reuse, Saving, Sureness
from lessons.reports import ListHead
from lessons.reports.reuse import (
    COLUMNS,
    ReusePage,
    cells_of_reuse,
    out_of_reach,
    reuse_rows,
    savings_of,
    what_stands,
    with_neighbours,
)
from lessons.views.finding import lesson_or_404
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest

PER_PAGE = 20


@requires(Permission.READ)
@require_POST
def lesson_reuse(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """One press: it helped, the same happened, the opposite happened. What else they want to say comes after it."""
    lesson = lesson_or_404(request, pk, here=False)
    if not policies.may_say_reuse(request.membership, lesson):
        raise PermissionDenied
    with refusals_said(request):
        reuse = deeds.say_reuse(lesson, by=request.membership, at=request.now, kind=posted(request, "kind"))
        return done(request, "Thank you. It is kept.", "reuse_edit", organisation.slug, reuse.pk)
    return redirect("lesson_detail", organisation.slug, pk)


@requires(Permission.READ)
@require_safe
def reuse_list(request: MemberRequest, organisation: Organisation) -> HttpResponseBase:
    """The ledger: all that this member may read, the newest first."""
    choice = ReuseChoice.of(request.GET)
    rows = choice.rows(request.membership)
    hidden = out_of_reach(request.membership) if choice.mine else frozenset()
    if request.GET.get("format") == "csv":
        return csv_download("reuse", COLUMNS, cells_of_reuse(rows, ZoneInfo(organisation.time_zone), hidden))
    page = Paginator(with_neighbours(rows), PER_PAGE).get_page(request.GET.get("page"))
    lessons = Lesson.objects.visible_to(request.membership).select_related("revision", "organisation")
    context = {
        "rows": reuse_rows(page, hidden),
        "page": page,
        "choice": choice,
        "kinds": Reuse.Kind.choices,
        "surenesses": Sureness.choices,
        "about": lessons.filter(pk=choice.lesson).first() if choice.lesson else None,
        "head": ListHead.build(request.membership, "reuse"),
    }
    return render(request, "lessons/reuse_list.html", context)


@requires(Permission.READ)
@require_safe
def reuse_detail(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """One entry, with what it saved and what a second person said of it."""
    page = ReusePage.build(_reuse_or_404(request, pk), request.membership)
    return render(request, "lessons/reuse_detail.html", vars(page))


@requires(Permission.READ)
def reuse_edit(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """More about it, if they like."""
    reuse = _reuse_or_404(request, pk)
    if not policies.may_change_reuse(request.membership, reuse):
        raise PermissionDenied
    form = ReuseForm(sent(request), reuse=reuse, membership=request.membership)
    differences: list[Difference] = []
    if form.is_valid():
        seen = form.cleaned_data["version"] or 0
        fresh = _reuse_or_404(request, pk)
        with refusals_on(form), conflicts_on(form, lambda: _reuse_or_404(request, pk), values_of) as differences:
            deeds.describe_reuse(fresh, by=request.membership, at=request.now, seen=seen, **form.told())
            return done(request, "Thank you. All of it is kept.", "reuse_detail", organisation.slug, pk)
    context = {
        "form": form,
        "reuse": reuse,
        "look": REUSE_KINDS[reuse.kind],
        "differences": differences,
        "back": reuse.get_absolute_url(),
    }
    return render(request, "lessons/reuse_edit.html", context, status=status_of(form))


@requires(Permission.READ)
def reuse_delete(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Take it back: asked once more where words or savings would go, and also where the lesson is out of reach."""
    rows = Reuse.objects.visible_to(request.membership) | Reuse.objects.said_by(request.membership)
    reuse = get_object_or_404(with_neighbours(rows), pk=pk)
    if not policies.may_change_reuse(request.membership, reuse):
        raise PermissionDenied
    is_in_reach = Reuse.objects.visible_to(request.membership).filter(pk=pk).exists()
    lesson = reuse.lesson_id
    if request.method == "POST":
        seen = whole_number(request.POST.get("seen", ""))
        with suppress(Refusal):
            deeds.take_reuse_back(reuse, by=request.membership, at=request.now, seen=seen)
            if is_in_reach:
                return done(request, "It is taken back.", "lesson_detail", organisation.slug, lesson)
            return done(request, "It is taken back.", f"{reverse('reuse_list', args=[organisation.slug])}?mine=1")
        reuse = get_object_or_404(with_neighbours(rows), pk=pk)
    context = {"reuse": reuse, "is_in_reach": is_in_reach, "savings": savings_of(reuse)}
    return render(request, "lessons/reuse_delete.html", context)


@requires(Permission.READ)
@require_POST
def saving_confirm(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """It is so."""
    saving = _saving_or_404(request, pk)
    if not policies.may_decide_saving(request.membership, saving):
        raise PermissionDenied
    with refusals_said(request):
        seen = whole_number(request.POST.get("seen", ""))
        deeds.confirm_saving(saving, by=request.membership, at=request.now, seen=seen)
        return done(request, "Thank you. It counts as confirmed now.", saving.reuse)
    return redirect(saving.reuse)


@requires(Permission.READ)
def saving_decline(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """It cannot be confirmed, and why."""
    saving = _saving_or_404(request, pk)
    if not policies.may_decide_saving(request.membership, saving):
        raise PermissionDenied
    form = DeclineSavingForm(sent(request), initial={"seen": saving.version})
    if form.is_valid():
        with refusals_on(form, "reason"):
            seen, reason = form.cleaned_data["seen"] or 0, form.cleaned_data["reason"]
            try:
                deeds.decline_saving(saving, by=request.membership, at=request.now, seen=seen, reason=reason)
                return done(request, DECLINED, saving.reuse)
            except Stale as stale:
                saving = _saving_or_404(request, pk)
                form.ask_again(str(stale), version=saving.version)
    return form_page(
        request,
        form,
        title="It cannot be confirmed",
        verb="Do not confirm it",
        back=saving.reuse.get_absolute_url(),
        intro=DECLINING,
        crumbs=[(worded("Reuse of lessons"), reverse("reuse_list", args=[organisation.slug]))],
        template="components/decline_page.html",
        stands=what_stands(saving),
    )


def _reuse_or_404(request: MemberRequest, pk: int) -> Reuse:
    rows = Reuse.objects.visible_to(request.membership)
    return get_object_or_404(with_neighbours(rows), pk=pk)


def _saving_or_404(request: MemberRequest, pk: int) -> Saving:
    rows = Saving.objects.visible_to(request.membership)
    return get_object_or_404(rows.select_related("reuse__organisation", "reuse__lesson", "decided_by"), pk=pk)
