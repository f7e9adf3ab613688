"""Bringing lessons in: upload a file, look at how it is read, try it out, bring it in, see what came of it."""

import re
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from jobs.views import wait_or_show
from kmportal.lib.csv import csv_download
from kmportal.lib.days import long_day
from kmportal.lib.forms import sent, status_of
from kmportal.lib.importing import ENCODINGS, damaged_places
from kmportal.lib.pagination import PageOf, page_number
from kmportal.lib.view_kit import done, refusals_on, refusals_said
from lessons import policies
from lessons.actions import importing, undoing
from lessons.forms.importing import ReadingForm, UploadForm
from lessons.importing.rows import FIELDS, WORDS, Row
from lessons.importing.sheets import PROBLEM_COLUMNS, first_rows, problem_rows, sheet_of, survey_of_run
from lessons.models import ImportRun, Lesson
from lessons.reports import import_presses
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest

PREVIEW_ROWS, EARLIER_RUNS, SHOWN_PROBLEMS, DIFFERENCES, KEPT = 10, 20, 10, 20, 50


@requires(Permission.FACILITATE)
def import_list(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """Choose a file; below it what was brought in before."""
    form = UploadForm(sent(request), request.FILES or None)
    if form.is_valid():
        with refusals_on(form, "file"):
            return redirect(
                importing.upload_import(organisation, by=request.membership, at=request.now, **form.upload())
            )
    runs = ImportRun.objects.filter(organisation=organisation).select_related("by")
    context = {"form": form, "runs": runs[:EARLIER_RUNS]}
    return render(request, "lessons/import_list.html", context, status=status_of(form))


@requires(Permission.FACILITATE)
def import_detail(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Before: how the file is read, changed here and looked at again. After: what came of it."""
    run = _run_or_404(request, pk)
    if run.state in policies.BEGUN:
        return _outcome_page(request, run)
    sheet, survey = sheet_of(run), survey_of_run(run)
    places = damaged_places(run.opener) if sheet.format != "xlsx" else []
    form = ReadingForm(sent(request), run=run, headings=sheet.headings, needs_letters=bool(places))
    if form.is_valid():
        with refusals_on(form):
            importing.settle_import(run, by=request.membership, at=request.now, **form.seen_and_wanted())
            return done(request, "This is how the file is read now.", run)
    context = {
        "run": run,
        "form": form,
        "places": [[(label, place[name]) for name, label in ENCODINGS] for place in places],
        "encodings": [label for _, label in ENCODINGS],
        "total": survey.rows,
        "sheet": sheet,
        "left_out": survey.left_out,
        "preview": [_preview_line(row) for row in first_rows(run, PREVIEW_ROWS)],
        "presses": import_presses(run, request.membership, at=request.now),
        "difference_count": run.differences.count(),
        **_problems_of(run),
    }
    return render(request, "lessons/import_detail.html", context, status=status_of(form))


@requires(Permission.FACILITATE)
@require_POST
def import_try(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Read all rows and say what would become of them."""
    run = _run_or_404(request, pk)
    with refusals_said(request):
        return wait_or_show(importing.request_trial(run, by=request.membership, at=request.now))
    return redirect(run)


@requires(Permission.FACILITATE)
@require_POST
def import_run(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Bring the lessons in; a second press finds the first one’s work."""
    run = _run_or_404(request, pk)
    with refusals_said(request):
        return wait_or_show(importing.request_import(run, by=request.membership, at=request.now))
    return redirect(run)


@requires(Permission.FACILITATE)
@require_POST
def import_undo(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Take a whole import out again; a second press finds the first one’s work."""
    run = _run_or_404(request, pk)
    with refusals_said(request):
        return wait_or_show(undoing.request_undo(run, by=request.membership, at=request.now))
    return redirect(run)


@requires(Permission.FACILITATE)
def import_differences(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Field by field, where a lesson that is here and a row say different things: which of the two shall stand."""
    run = _run_or_404(request, pk)
    if request.method == "POST":
        choices = {
            int(name[7:]): str(said) for name, said in request.POST.items() if re.fullmatch(r"choice-\d{1,18}", name)
        }
        for_all = request.POST.get("for_all", "")
        with refusals_said(request):
            importing.choose_differences(run, by=request.membership, at=request.now, choices=choices, for_all=for_all)
            return done(request, "Your choice counts when the file is brought in.", run)
        return redirect(run)
    number = page_number(request.GET)
    rows = run.differences.visible_to(request.membership).select_related("lesson__revision")
    total = rows.count()
    first = (number - 1) * DIFFERENCES
    context = {
        "run": run,
        "differences": [(row, FIELDS[row.field][0]) for row in rows[first : first + DIFFERENCES]],
        "total": total,
        "hidden": run.differences.count() - total,
        "page": PageOf(number, DIFFERENCES, total, total > first + DIFFERENCES),
    }
    return render(request, "lessons/import_differences.html", context)


@requires(Permission.FACILITATE)
@require_safe
def import_problems(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponseBase:
    """What is to be said about single rows, as a file."""
    run = _run_or_404(request, pk)
    return csv_download(f"problems-{run.pk}", PROBLEM_COLUMNS, problem_rows(run))


def _run_or_404(request: MemberRequest, pk: int) -> ImportRun:
    runs = ImportRun.objects.select_related("organisation", "by", "job")
    return get_object_or_404(runs, pk=pk, organisation=request.membership.organisation)


def _outcome_page(request: MemberRequest, run: ImportRun) -> HttpResponse:
    return render(
        request,
        "lessons/import_outcome.html",
        {
            "run": run,
            "failed": run.has_stopped,
            "left_out": survey_of_run(run).left_out if run.survey or run.has_file else (),
            "presses": import_presses(run, request.membership, at=request.now),
            "undo_until": run.finished_at + policies.UNDO_WITHIN if run.finished_at else None,
            **_kept_after_undo(run, request),
            **_problems_of(run),
        },
    )


def _kept_after_undo(run: ImportRun, request: MemberRequest) -> dict[str, Any]:
    """What stayed because somebody has touched it since, page by page; of what one may not read, how many."""
    if run.state != ImportRun.State.UNDONE:
        return {}
    rows = run.rows.that_changed()
    readable = rows.filter(lesson__in=Lesson.objects.visible_to(request.membership).order_by())
    total, number = readable.count(), page_number(request.GET)
    first = (number - 1) * KEPT
    shown = readable.order_by("pk").select_related("lesson__revision", "lesson__organisation")
    return {
        "kept": shown[first : first + KEPT],
        "kept_count": rows.count(),
        "kept_hidden": rows.count() - total,
        "kept_page": PageOf(number, KEPT, total, total > first + KEPT),
    }


def _problems_of(run: ImportRun) -> dict[str, Any]:
    return {
        "problems": run.problems.all()[:SHOWN_PROBLEMS],
        "problem_count": run.problems.count(),
        "problem_rows": run.problems.values("row").distinct().count(),
    }


def _preview_line(row: Row) -> dict[str, Any]:
    """One row of the preview: its title, its facts in words, and each of its texts, with our names for them."""
    texts = [(FIELDS[name][0], row.words[name]) for name in WORDS if row.words.get(name)]
    facts = [f"Row {row.number}", *([long_day(row.happened_on)] if row.happened_on else [])]
    facts += [value for name, value in row.facts.items() if name != "source_url"]
    facts += [f"About {', '.join(row.tags)}"] if row.tags else []
    return {"row": row, "texts": texts, "facts": facts}
