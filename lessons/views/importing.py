"""Bringing lessons in: upload a file, look at how it is read, try it out, bring it in, see what came of it."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from jobs.views import wait_or_show
from kmportal.lib.csv import csv_download
from kmportal.lib.days import long_day
from kmportal.lib.forms import sent, status_of
from kmportal.lib.importing import ENCODINGS, damaged_places
from kmportal.lib.view_kit import done, refusals_on, refusals_said
from lessons.actions import importing
from lessons.forms.importing import ReadingForm, UploadForm
from lessons.importing.rows import FIELDS, WORDS, Row
from lessons.importing.sheets import PROBLEM_COLUMNS, columns_left_out, count_rows, first_rows, problem_rows, sheet_of
from lessons.models import ImportRun
from lessons.reports import import_presses
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest

PREVIEW_ROWS, EARLIER_RUNS, SHOWN_PROBLEMS = 10, 20, 10


@requires(Permission.FACILITATE)
def import_list(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """Choose a file; below it what was brought in before."""
    form = UploadForm(sent(request), request.FILES or None)
    if form.is_valid():
        with refusals_on(form, "file"):
            return redirect(
                importing.upload_import(organisation, by=request.membership, at=request.now, **form.upload())
            )
    runs = ImportRun.objects.filter(organisation=organisation).select_related("by").defer("content")
    context = {"form": form, "runs": runs[:EARLIER_RUNS]}
    return render(request, "lessons/import_list.html", context, status=status_of(form))


@requires(Permission.FACILITATE)
def import_detail(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Before: how the file is read, changed here and looked at again. After: what came of it."""
    run = _run_or_404(request, pk)
    if run.state in (ImportRun.State.RUNNING, ImportRun.State.DONE):
        return _outcome_page(request, run)
    sheet, places = sheet_of(run), damaged_places(bytes(run.content))
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
        "total": count_rows(sheet),
        "sheet": sheet,
        "left_out": columns_left_out(sheet, run.mapping),
        "preview": [_preview_line(row) for row in first_rows(run, PREVIEW_ROWS)],
        "presses": import_presses(run, request.membership),
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
@require_safe
def import_problems(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponseBase:
    """What is to be said about single rows, as a file."""
    run = _run_or_404(request, pk)
    return csv_download(f"problems-{run.pk}", PROBLEM_COLUMNS, problem_rows(run))


def _run_or_404(request: MemberRequest, pk: int) -> ImportRun:
    runs = ImportRun.objects.select_related("organisation", "by", "job")
    return get_object_or_404(runs, pk=pk, organisation=request.membership.organisation)


def _outcome_page(request: MemberRequest, run: ImportRun) -> HttpResponse:
    failed = run.job is not None and run.job.is_over and not run.is_over
    return render(
        request,
        "lessons/import_outcome.html",
        {"run": run, "failed": failed, "left_out": _columns_left_out(run), **_problems_of(run)},
    )


def _columns_left_out(run: ImportRun) -> list[tuple[str, int]]:
    """Nothing once the file is forgotten."""
    return columns_left_out(sheet_of(run), run.mapping) if run.content else []


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
