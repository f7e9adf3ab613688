"""Posters of units: their pages for whoever checks lessons, and what somebody without an account sees and leaves."""

from django.core.cache import cache
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from jobs.views import wait_or_show
from kmportal.lib.domain_words import worded
from kmportal.lib.forms import sent, status_of
from kmportal.lib.pages import too_many
from kmportal.lib.pagination import whole_number
from kmportal.lib.qr import draw_qr_code
from kmportal.lib.view_kit import done, refusals_on, refusals_said
from lessons import quality
from lessons.actions import posters
from lessons.forms.posters import LeaveForm
from lessons.models import LeftNote, Poster
from lessons.reports.posters import address_of, note_of_receipt, receipt_of, standing_in_words
from organisations.access import guest, requires
from organisations.accounts import network_of
from organisations.models import Group, Membership, Organisation
from organisations.permissions import Permission
from organisations.requests import GuestRequest, MemberRequest
from techniques import join_codes

PER_PAGE = 50
# From one network, which may be that of a whole hospital.
MOST_FROM_ONE, IN_SECONDS = 40, 600


@requires(Permission.VALIDATE)
@require_safe
def poster_list(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """Units and teams with their posters, and what was left and decided."""
    posters_of = {one.group_id: one for one in Poster.objects.visible_to(request.membership)}
    groups = Group.objects.of_people(organisation).filter(kind__in=[Group.Kind.UNIT, Group.Kind.TEAM])
    notes = LeftNote.objects.visible_to(request.membership).select_related("group", "decided_by", "organisation")
    context = {
        "rows": [(group, posters_of.get(group.pk)) for group in groups],
        "waiting": notes.waiting()[:PER_PAGE],
        "decided": notes.decided()[:PER_PAGE],
        "trail": _trail(organisation)[:1],
    }
    return render(request, "lessons/poster_list.html", context)


@requires(Permission.VALIDATE)
@require_safe
def poster_detail(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """The poster of one unit or team: its code and address, and what may be done with it."""
    group = _group_or_404(organisation, pk)
    poster = Poster.objects.visible_to(request.membership).filter(group=group).first()
    address = address_of(poster) if poster else ""
    context = {
        "group": group,
        "poster": poster,
        "address": address,
        "picture": draw_qr_code(address) if poster and poster.is_open else None,
        "trail": _trail(organisation),
    }
    return render(request, "lessons/poster_detail.html", context)


@requires(Permission.VALIDATE)
@require_POST
def poster_open(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Make it, or open it again."""
    group = _group_or_404(organisation, pk)
    with refusals_said(request):
        posters.open_poster(organisation, by=request.membership, at=request.now, group=group)
        return done(request, "The poster is open. Print it and put it up.", "poster_detail", organisation.slug, pk)
    return redirect("poster_detail", organisation.slug, pk)


@requires(Permission.VALIDATE)
@require_POST
def poster_renew(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """A new address."""
    poster, seen = _poster_or_404(request, pk), whole_number(request.POST.get("seen", ""))
    with refusals_said(request):
        posters.renew_poster(poster, by=request.membership, at=request.now, seen=seen)
        words = "It has a new address. The posters on the wall open nothing any more: print it again."
        return done(request, words, "poster_detail", organisation.slug, pk)
    return redirect("poster_detail", organisation.slug, pk)


@requires(Permission.VALIDATE)
@require_POST
def poster_close(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Nobody can leave anything there."""
    posters.close_poster(_poster_or_404(request, pk), by=request.membership, at=request.now)
    return done(request, "The poster is closed.", "poster_detail", organisation.slug, pk)


@requires(Permission.VALIDATE)
@require_POST
def poster_pdf(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """The sheet for the wall."""
    poster = _poster_or_404(request, pk)
    with refusals_said(request):
        return wait_or_show(posters.request_poster_pdf(poster, by=request.membership, at=request.now))
    return redirect("poster_detail", organisation.slug, pk)


@requires(Permission.VALIDATE)
@require_safe
def left_detail(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """What somebody left: read it, write it up, or put it aside."""
    note = _note_or_404(request, pk)
    names = Membership.objects.names_in(organisation.pk)
    context = {
        "note": note,
        "hints": quality.hints_about_people(f"{note.happened}\n{note.advice}", names=names),
        "trail": _trail(organisation),
    }
    return render(request, "lessons/left_detail.html", context)


@requires(Permission.VALIDATE)
@require_POST
def left_take(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Write it up."""
    note = _note_or_404(request, pk)
    with refusals_said(request):
        lesson = posters.take_note(note, by=request.membership, at=request.now)
        words = worded(
            "Here is a draft from what was left. Put it into good words and send it: somebody else checks it."
        )
        return done(request, words, "lesson_edit", organisation.slug, lesson.pk)
    return redirect(note)


@requires(Permission.VALIDATE)
@require_POST
def left_aside(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Nothing comes of it."""
    note = _note_or_404(request, pk)
    with refusals_said(request):
        posters.put_note_aside(note, by=request.membership, at=request.now)
        return done(request, "It is put aside.", "poster_list", organisation.slug)
    return redirect(note)


# --- Without an account ----------------------------------------------------------------------------------------------


@guest
@never_cache
def left_new(request: GuestRequest, code: str) -> HttpResponse:
    """What the QR code opens: two boxes. A wrong or closed address is answered 404; too many of them are braked."""
    network = network_of(request)
    poster = Poster.objects.select_related("organisation", "group").filter(code=code, is_open=True).first()
    if poster is None:
        if join_codes.is_braked(network):
            return too_many(request)
        join_codes.count_failure(network)
        raise Http404
    if request.method == "POST" and _comes_too_often(poster, network):
        return too_many(request)
    with poster.organisation.at_home():
        form = LeaveForm(sent(request))
        if form.is_valid():
            with refusals_on(form):
                note = posters.leave_note(poster, at=request.now, **form.values())
                return redirect("left_receipt", receipt_of(note))
        return render(request, "lessons/left_new.html", {"form": form, "poster": poster}, status=status_of(form))


@guest
@never_cache
@require_safe
def left_receipt(request: GuestRequest, token: str) -> HttpResponse:
    """Thanks, and what has become of it until now."""
    note = (
        LeftNote.objects.select_related("organisation", "group", "lesson")
        .filter(pk=note_of_receipt(token) or 0)
        .first()
    )
    if note is None:
        raise Http404
    with note.organisation.at_home():
        context = {"note": note, "standing": standing_in_words(note)}
        return render(request, "lessons/left_receipt.html", context)


def _comes_too_often(poster: Poster, network: str) -> bool:
    key = f"lessons.left.{poster.pk}.{network}"
    cache.add(key, 0, timeout=IN_SECONDS)
    try:
        return cache.incr(key) > MOST_FROM_ONE
    except ValueError:  # it has just run out
        return False


def _group_or_404(organisation: Organisation, pk: int) -> Group:
    groups = Group.objects.of_people(organisation).filter(kind__in=[Group.Kind.UNIT, Group.Kind.TEAM])
    return get_object_or_404(groups, pk=pk)


def _poster_or_404(request: MemberRequest, pk: int) -> Poster:
    rows = Poster.objects.visible_to(request.membership)
    return get_object_or_404(rows.select_related("organisation", "group"), group__pk=pk, group__isnull=False)


def _note_or_404(request: MemberRequest, pk: int) -> LeftNote:
    rows = LeftNote.objects.visible_to(request.membership)
    return get_object_or_404(rows.select_related("organisation", "group", "decided_by", "lesson__organisation"), pk=pk)


def _trail(organisation: Organisation) -> list[tuple[str, str]]:
    return [
        (worded("Lessons to check"), reverse("lesson_queue", args=[organisation.slug])),
        ("Posters", reverse("poster_list", args=[organisation.slug])),
    ]
