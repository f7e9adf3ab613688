"""Pages about work: how far a job is, its file, the demo’s mailbox; and who is alive, for machines."""

import time
from contextlib import suppress
from dataclasses import asdict
from io import BytesIO

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from jobs import actions, health
from jobs.models import Job, Mail
from kmportal.lib.exceptions import Refusal
from organisations.access import login_not_required, requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest

LOOK_SECONDS = 0.1
MAILBOX_LENGTH = 200


@requires(Permission.READ)
@require_safe
@never_cache
def job_detail(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """How far it is. The page asks again each second until it is over, and is answered only when something is new."""
    job = get_object_or_404(Job.objects.visible_to(request.membership), pk=pk)
    if not request.htmx:
        return redirect(job.target) if job.target else _draw_progress(request, "jobs/job_detail.html", job)
    if job.target:
        return HttpResponseClientRedirect(job.target)
    if request.GET.get("seen") == job.stage:
        return HttpResponse(status=204)
    return _draw_progress(request, "jobs/_job.html", job)


def _draw_progress(request: MemberRequest, template: str, job: Job) -> HttpResponse:
    is_theirs = job.requested_by_id == request.user.pk
    return render(request, template, {"job": job, "file": job.files.defer("content").last() if is_theirs else None})


@requires(Permission.READ)
@require_safe
@never_cache
def job_file(request: MemberRequest, organisation: Organisation, pk: int) -> FileResponse:
    """The file that the job made, for whoever asked for it: to be saved, never to be shown by the browser as if it were
    a page of ours."""
    job = get_object_or_404(Job.objects.asked_for_by(request.membership), pk=pk)
    file = job.files.last()
    if file is None:
        raise Http404
    return FileResponse(
        BytesIO(file.content),
        as_attachment=True,
        filename=file.name,
        content_type=file.content_type,
        headers={"X-Content-Type-Options": "nosniff"},
    )


@requires(Permission.READ)
@require_POST
def job_retry(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Try failed work again. Pressed twice, the second one finds it waiting already; the page says how it stands."""
    job = get_object_or_404(Job.objects.visible_to(request.membership), pk=pk)
    with suppress(Refusal):
        actions.retry_job(job, by=request.membership, at=request.now)
    return redirect(job)


def wait_or_show(job: Job) -> HttpResponse:
    """The answer of a view that has just given work to the worker: straight to the result when it is there within a
    moment, else to the job’s page, which shows the progress. Not to be called inside a transaction."""
    deadline = time.monotonic() + settings.JOB_WAIT_SECONDS
    while not job.is_over and time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS)
        job.refresh_from_db()
    if job.organisation and job.is_done and not job.target and job.files.exists():
        return redirect("job_file", job.organisation.slug, job.pk)
    return redirect(job.target or job)


@login_not_required
@require_safe
@never_cache
def mailbox(request: HttpRequest) -> HttpResponse:
    """The demo’s mailbox: every mail that the portal wrote. Outside the demo there is no such page."""
    _only_in_the_demo()
    mails = Mail.objects.newest_first().only("pk", "subject", "recipients", "created_at")[:MAILBOX_LENGTH]
    return render(request, "jobs/mailbox_list.html", {"mails": mails})


@login_not_required
@require_safe
@never_cache
def mailbox_mail(request: HttpRequest, pk: int) -> HttpResponse:
    """One mail of the demo, as text."""
    _only_in_the_demo()
    return render(request, "jobs/mailbox_detail.html", {"mail": get_object_or_404(Mail, pk=pk)})


def _only_in_the_demo() -> None:
    if not settings.DEMO:
        raise Http404


@login_not_required
@require_safe
@never_cache
def livez(request: HttpRequest) -> HttpResponse:
    """Whether this process answers and reaches the database."""
    alive = health.is_database_alive()
    return JsonResponse({"database": alive}, status=200 if alive else 503)


@login_not_required
@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Whether database, worker and timetable are alive; 503 when one is not. ``degraded`` names what does its work with
    less than was set up, and needs somebody to look, but nobody to be sent elsewhere. Moments and counts for whoever
    has the operator’s key. Asks for no session, so that it answers whatever is away."""
    now = timezone.now()
    found = health.check(now)
    facts: dict[str, object] = {**asdict(found), "version": settings.VERSION}
    facts["degraded"] = [] if facts.pop("brakes") else ["redis"]
    if _has_operators_key(request):
        facts["details"] = health.details(now)
    return JsonResponse(facts, status=200 if found.is_whole else 503)


def _has_operators_key(request: HttpRequest) -> bool:
    key = settings.HEALTH_KEY
    return bool(key) and constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {key}")
