"""Before somebody starts: what they can get ready for, the pack of one piece of work, the answers to its lessons."""

from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from jobs.views import wait_or_show
from kmportal.lib.conflicts import Difference
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal
from kmportal.lib.forms import sent
from kmportal.lib.pagination import whole_number
from kmportal.lib.sentences import capital, counted, quoted
from kmportal.lib.things import Ref
from kmportal.lib.view_kit import conflicts_on, done, form_page, refusals_on, refusals_said
from kmportal.lib.work import Work, find_work
from lessons import policies
from lessons.actions import pack as deeds
from lessons.finding import pack_url
from lessons.forms.pack import AsideForm, UseForm, WorkForm
from lessons.models import Lesson, PackAnswer, PieceOfWork
from lessons.reports import ListHead
from lessons.reports.pack import begins_in_words, build_pack
from lessons.reports.pack_waiting import waiting_packs
from lessons.views.finding import lesson_or_404
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest
from roadmap.models import Intervention
from techniques.models import Session

SHOWN = 20
AHEAD = timedelta(days=60)


@requires(Permission.READ)
@require_safe
def pack_list(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """What begins soon here, and what people have described."""
    today = timezone.localdate(request.now)
    until = today + AHEAD
    pieces = PieceOfWork.objects.visible_to(request.membership).exclude(starts_on__lt=today)
    planned = Intervention.objects.visible_to(request.membership).filter(
        state=Intervention.State.PLANNED, starts_on__range=(today, until)
    )
    sessions = Session.objects.visible_to(request.membership).filter(
        state=Session.State.PLANNED, starts_at__gte=request.now, starts_at__lt=request.now + AHEAD, learning_set=None
    )
    context = {
        "head": ListHead.build(request.membership, "before"),
        "waiting": waiting_packs(request.membership, today),
        "pieces": pieces.select_related("author")[:SHOWN],
        "interventions": planned.select_related("owner").order_by("starts_on", "pk")[:SHOWN],
        "sessions": sessions.select_related("facilitator", "technique").order_by("starts_at", "pk")[:SHOWN],
    }
    return render(request, "lessons/pack_list.html", context)


@requires(Permission.CONTRIBUTE)
def work_new(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """Describe a piece of work; its pack comes next."""
    form = WorkForm(sent(request))
    if form.is_valid():
        with refusals_on(form, "title"):
            key = form.cleaned_data["once"]
            row = deeds.describe_work(organisation, by=request.membership, at=request.now, once=key, **_said(form))
            return done(request, "Here is what fits it.", row)
    crumbs = [("Before you start", reverse("pack_list", args=[organisation.slug]))]
    title, verb = "What are you about to do?", "Show what fits it"
    return form_page(request, form, title=title, verb=verb, back=crumbs[0][1], crumbs=crumbs, intro=OPEN_TO_ALL)


@requires(Permission.CONTRIBUTE)
def work_edit(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Other words find other things."""
    row = _piece_or_404(request, pk)
    if not policies.may_change_work(request.membership, row):
        raise PermissionDenied
    form = WorkForm(sent(request), instance=row, initial={"version": row.version})
    differences: list[Difference] = []
    if form.is_valid():
        fresh, seen = _piece_or_404(request, pk), form.cleaned_data["version"] or 0
        with refusals_on(form, "title"), conflicts_on(form, lambda: _piece_or_404(request, pk)) as differences:
            deeds.change_work(fresh, by=request.membership, at=request.now, seen=seen, **_said(form))
            return done(request, "The change is saved. Here is what fits it now.", fresh)
    return form_page(
        request,
        form,
        title="Change what you described",
        verb="Save",
        back=reverse("pack_detail", args=[organisation.slug, "work", pk]),
        crumbs=[("Before you start", reverse("pack_list", args=[organisation.slug]))],
        template="components/versioned_form.html",
        differences=differences,
    )


OPEN_TO_ALL = "Everybody in your organisation can read it, so name no patients and no customers."


def _said(form: WorkForm) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in ("title", "text", "starts_on")}


@requires(Permission.READ)
@require_safe
def pack_detail(request: MemberRequest, organisation: Organisation, kind: str, pk: int) -> HttpResponse:
    """What fits one piece of work, and what was answered."""
    work = _work_or_404(request, kind, pk)
    pack = build_pack(work, request.membership)
    context = {
        "work": work,
        "pack": pack,
        "begins": begins_in_words(work, timezone.localdate(request.now)),
        "may_change": isinstance(work.row, PieceOfWork) and policies.may_change_work(request.membership, work.row),
        "is_piece": isinstance(work.row, PieceOfWork),
        "back": [("Before you start", reverse("pack_list", args=[organisation.slug]))],
    }
    return render(request, "lessons/pack_detail.html", context)


@requires(Permission.READ)
def pack_pdf(request: MemberRequest, organisation: Organisation, kind: str, pk: int) -> HttpResponse:
    """The same on paper."""
    work = _work_or_404(request, kind, pk)
    with refusals_said(request):
        return wait_or_show(deeds.request_pack_pdf(work.row, by=request.membership, at=request.now))
    return redirect("pack_detail", organisation.slug, kind, pk)


@requires(Permission.READ)
def pack_use(request: MemberRequest, organisation: Organisation, kind: str, pk: int, lesson: int) -> HttpResponse:
    """Use a lesson: what will be done, by whom, by when."""
    work, row = _work_or_404(request, kind, pk), lesson_or_404(request, lesson, here=False)
    _require_answer(request, work, row)
    start = {
        "title": f"{worded('Use the lesson')}: {row.words.title}"[: deeds.LONGEST_TITLE],
        "owner": work.leads.pk if work.leads else request.user.pk,
        "due_on": work.starts_on if work.starts_on and work.starts_on >= timezone.localdate(request.now) else None,
        "seen": _version_of(work, row, organisation),
    }
    form = UseForm(sent(request), membership=request.membership, initial=start)
    if form.is_valid():
        with refusals_on(form):
            deeds.use_lesson(work.row, row, by=request.membership, at=request.now, **form.cleaned_data)
            said = worded("It is an action now. Once it is done, say here whether the lesson helped.")
            return done(request, said, "pack_detail", organisation.slug, kind, pk)
    return _answer_page(request, work, row, form, title=worded("Use this lesson"), verb="Use it")


@requires(Permission.READ)
def pack_aside(request: MemberRequest, organisation: Organisation, kind: str, pk: int, lesson: int) -> HttpResponse:
    """Say why a lesson is not for this work."""
    work, row = _work_or_404(request, kind, pk), lesson_or_404(request, lesson, here=False)
    _require_answer(request, work, row)
    form = AsideForm(sent(request), initial={"seen": _version_of(work, row, organisation)})
    if form.is_valid():
        with refusals_on(form, "because"):
            deeds.set_lesson_aside(work.row, row, by=request.membership, at=request.now, **form.cleaned_data)
            return done(request, "Your reason is kept.", "pack_detail", organisation.slug, kind, pk)
    return _answer_page(request, work, row, form, title=worded("This lesson is not for us"), verb="Set it aside")


@requires(Permission.READ)
@require_POST
def pack_later(request: MemberRequest, organisation: Organisation, kind: str, pk: int, lesson: int) -> HttpResponse:
    """Put a lesson off."""
    work, row = _work_or_404(request, kind, pk), lesson_or_404(request, lesson, here=False)
    seen = whole_number(request.POST.get("seen", "")) or 0
    with refusals_said(request):
        deeds.put_lesson_off(work.row, row, by=request.membership, at=request.now, seen=seen)
        return done(request, "It stays on the list.", "pack_detail", organisation.slug, kind, pk)
    return redirect("pack_detail", organisation.slug, kind, pk)


@requires(Permission.READ)
@require_POST
def pack_tick(request: MemberRequest, organisation: Organisation, kind: str, pk: int) -> HttpResponse:
    """In a before action review: the lessons that are ticked are used. Leads back to the session that asked."""
    work = _work_or_404(request, kind, pk)
    keys = [key for text in request.POST.getlist("lesson")[:SHOWN] if (key := whole_number(text))]
    rows = Lesson.objects.visible_to(request.membership).select_related("revision", "organisation", "group")
    session = Session.objects.visible_to(request.membership).filter(
        pk=whole_number(request.POST.get("session", "")) or 0
    )
    asked_from = session.select_related("organisation").first()
    back = asked_from.get_absolute_url() if asked_from else pack_url(work, request.membership)
    with refusals_said(request):
        if not keys:
            raise Refusal(worded("Tick the lessons that you will use."))
        ticked = deeds.tick_lessons(work.row, list(rows.filter(pk__in=keys)), by=request.membership, at=request.now)
        number = capital(counted(len(ticked), worded("lesson is used"), worded("lessons are used")))
        return done(request, f"{number}. {worded('Each is an action now.')}", back)
    return redirect(back)


# --- What they share -------------------------------------------------------------------------------------------------


def _work_or_404(request: MemberRequest, kind: str, pk: int) -> Work:
    work = find_work(Ref(kind, pk), request.membership)
    if work is None or work.organisation.pk != request.membership.organisation_id:
        raise Http404
    if isinstance(work.row, Session) and work.row.learning_set_id:
        raise Http404  # an action that came of it would point at the set
    return work


def _piece_or_404(request: MemberRequest, pk: int) -> PieceOfWork:
    rows = PieceOfWork.objects.visible_to(request.membership).select_related("organisation", "author")
    return get_object_or_404(rows, pk=pk)


def _require_answer(request: MemberRequest, work: Work, lesson: Lesson) -> None:
    if not policies.may_answer_lesson(request.membership, work, lesson):
        raise PermissionDenied


def _version_of(work: Work, lesson: Lesson, organisation: Organisation) -> int:
    rows = PackAnswer.objects.filter(organisation=organisation, lesson=lesson).for_work(work.ref)
    return rows.values_list("version", flat=True).first() or 0


def _answer_page(
    request: MemberRequest, work: Work, lesson: Lesson, form: Any, *, title: str, verb: str
) -> HttpResponse:
    back = pack_url(work, request.membership)
    return form_page(
        request,
        form,
        title=title,
        verb=verb,
        back=back,
        back_words="Back to the pack",
        intro=f"{quoted(lesson.words.title)}, before you start {quoted(work.title)}.",
        crumbs=[("Before you start", reverse("pack_list", args=[work.organisation.slug])), (work.title, back)],
    )
