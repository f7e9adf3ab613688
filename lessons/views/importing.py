"""Bringing lessons in: upload a file, look at how it is read, try it out, bring it in, see what came of it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from jobs.views import wait_or_show
from kmportal.lib.csv import csv_download
from kmportal.lib.exceptions import Refusal
from kmportal.lib.forms import sent, status_of
from kmportal.lib.importing import ENCODINGS, damaged_places
from lessons.actions import importing
from lessons.forms.importing import ReadingForm, UploadForm
from lessons.importing.rows import FIELDS, WORDS, Row
from lessons.models import ImportRun
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission

PREVIEW_ROWS, EARLIER_RUNS, SHOWN_PROBLEMS = 10, 20, 10


@requires(Permission.FACILITATE)
def import_list(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """Choose a file; below it what was brought in before."""
    form = UploadForm(sent(request), request.FILES or None)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            run = importing.look(
                organisation,
                by=request.user,
                at=timezone.now(),
                file_name=file.name,
                content=file.read(),
                source=form.cleaned_data["source"],
            )
        except Refusal as refusal:
            form.add_error("file", str(refusal))
        else:
            return redirect(run)
    runs = ImportRun.objects.filter(organisation=organisation).select_related("by").defer("content")
    context = {"form": form, "runs": runs[:EARLIER_RUNS]}
    return render(request, "lessons/import_list.html", context, status=status_of(form))


@requires(Permission.FACILITATE)
def import_detail(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Before: how the file is read, changed here and looked at again. After: what came of it."""
    run = _find(request, pk)
    if run.state in (ImportRun.State.RUNNING, ImportRun.State.DONE):
        return _outcome(request, run)
    sheet, content = importing.sheet_of(run), bytes(run.content)
    places = damaged_places(content)
    form = ReadingForm(sent(request), run=run, headings=sheet.headings, needs_letters=bool(places))
    if form.is_valid():
        try:
            values = form.cleaned_data
            importing.settle(
                run,
                seen=values["version"],
                source=values["source"],
                group_name=values["group_name"],
                encoding=values.get("encoding", ""),
                mapping=form.mapping,
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "This is how the file is read now.")
            return redirect(run)
    rows = importing.first_rows(run, PREVIEW_ROWS)
    context = {
        "run": run,
        "form": form,
        "places": [[(label, place[name]) for name, label in ENCODINGS] for place in places],
        "encodings": [label for _, label in ENCODINGS],
        "total": importing.total_rows(run),
        "preview": [_line(row) for row in rows],
        **_problems(run),
    }
    return render(request, "lessons/import_detail.html", context, status=status_of(form))


@requires(Permission.FACILITATE)
@require_POST
def import_try(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Read all rows and say what would become of them."""
    run = _find(request, pk)
    try:
        job = importing.ask_to_try(run, by=request.user)
    except Refusal as refusal:
        messages.warning(request, str(refusal))
        return redirect(run)
    return wait_or_show(job)


@requires(Permission.FACILITATE)
@require_POST
def import_run(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Bring the lessons in; a second press finds the first one’s work."""
    run = _find(request, pk)
    try:
        job = importing.ask_to_run(run, by=request.user)
    except Refusal as refusal:
        messages.warning(request, str(refusal))
        return redirect(run)
    return wait_or_show(job)


@requires(Permission.FACILITATE)
@require_safe
def import_problems(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """What is to be said about single rows, as a file."""
    run = _find(request, pk)
    return csv_download(f"problems-{run.pk}", importing.PROBLEM_COLUMNS, importing.problem_rows(run))


def _find(request: HttpRequest, pk: int) -> ImportRun:
    runs = ImportRun.objects.select_related("organisation", "by", "job")
    return get_object_or_404(runs, pk=pk, organisation=request.membership.organisation)


def _outcome(request: HttpRequest, run: ImportRun) -> HttpResponse:
    failed = run.job is not None and run.job.is_over and not run.is_over
    return render(request, "lessons/import_outcome.html", {"run": run, "failed": failed, **_problems(run)})


def _problems(run: ImportRun) -> dict[str, Any]:
    return {"problems": run.problems.all()[:SHOWN_PROBLEMS], "problem_count": run.problems.count()}


def _line(row: Row) -> dict[str, Any]:
    """One row of the preview: its title and each of its texts, with our names for them."""
    texts = [(FIELDS[name][0], row.words[name]) for name in WORDS if row.words.get(name)]
    return {"row": row, "texts": texts, "facts": [value for name, value in row.facts.items() if name != "source_url"]}
