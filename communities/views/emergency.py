"""Reading in an emergency: who is named for it, asking, agreeing, and what is read while it lasts."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from attachments.reports import Files
from attachments.serving import answer_with_file
from communities import policies
from communities.actions import emergency
from communities.forms.emergency import EmergencyReaderForm, EmergencyReadingForm
from communities.models import EmergencyReader, EmergencyReading, PostFile, Thread
from communities.reports.emergency import EmergencyPage, ReadingPage
from communities.reports.talk import files_of
from communities.views.finding import community_or_404, page, page_of_form
from communities.views.talk import POSTS_PER_PAGE
from kmportal.lib.domain_words import worded
from kmportal.lib.forms import sent, status_of
from kmportal.lib.view_kit import done, refusals_on, refusals_said
from organisations.access import requires
from organisations.accounts import require_fresh_sign_in
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest


@requires(Permission.READ)
def emergency_list(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """Who is named, and each reading that this member may know of. Whoever administers names people here."""
    built = EmergencyPage.build(organisation, request.membership, at=request.now)
    if request.method == "POST":
        if not built.may_name:
            raise PermissionDenied
        require_fresh_sign_in(request)
    form = EmergencyReaderForm(sent(request), organisation=organisation)
    if form.is_valid():
        person = form.cleaned_data["person"]
        with refusals_on(form, "person"):
            emergency.name_emergency_reader(organisation, by=request.membership, at=request.now, person=person)
            return done(request, f"{person} is named, and is told.", "emergency_list", organisation.slug)
    crumbs = [(worded("Communities"), page(request, "community_list"))]
    context = {**vars(built), "form": form, "trail": crumbs}
    return render(request, "communities/emergency_list.html", context, status=status_of(form))


@requires(Permission.READ)
@require_POST
def emergency_release(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Name somebody no longer: who administers, or whoever was named."""
    rows = EmergencyReader.objects.visible_to(request.membership)
    reader = get_object_or_404(rows.select_related("membership__person", "organisation"), pk=pk)
    if not policies.may_release_emergency_reader(request.membership, reader):
        raise PermissionDenied
    emergency.release_emergency_reader(reader, by=request.membership, at=request.now)
    return done(request, f"{reader.membership.person} is named no longer.", "emergency_list", organisation.slug)


@requires(Permission.READ)
def emergency_ask(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Ask a second person to read with one, and say why."""
    community = community_or_404(request, pk)
    if not policies.may_read_in_emergency(request.membership, community.organisation, request.now):
        raise PermissionDenied
    form = EmergencyReadingForm(sent(request))
    if form.is_valid():
        with refusals_on(form, "why"):
            why = form.cleaned_data["why"]
            reading = emergency.ask_emergency_reading(community, by=request.membership, at=request.now, why=why)
            said = "You have asked. Nothing can be read until a second person agrees."
            return done(request, said, "emergency_detail", organisation.slug, reading.pk)
    return page_of_form(
        request,
        form,
        community,
        title=worded(f"Read what {community.name} wrote"),
        verb="Ask a second person",
        intro="Only when somebody could come to harm, and those in it cannot be asked. You both read for one day.",
    )


def _reading_or_404(request: MemberRequest, pk: int) -> EmergencyReading:
    rows = EmergencyReading.objects.visible_to(request.membership)
    neighbours = ("community__organisation", "community__group", "organisation", "asked_by", "agreed_by")
    return get_object_or_404(rows.select_related(*neighbours), pk=pk)


@requires(Permission.READ)
@require_safe
def emergency_detail(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """One reading: who, why and until when; its two readers find the discussions here while it lasts."""
    built = ReadingPage.build(_reading_or_404(request, pk), request.membership, at=request.now)
    threads = Paginator(built.threads, POSTS_PER_PAGE).get_page(request.GET.get("page"))
    context = {**vars(built), "page": threads, "trail": _crumbs(request)}
    return render(request, "communities/emergency_detail.html", context)


@requires(Permission.READ)
@require_POST
def emergency_agree(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """The second person agrees."""
    reading = _reading_or_404(request, pk)
    if not policies.may_read_in_emergency(request.membership, reading.organisation, request.now):
        raise PermissionDenied
    require_fresh_sign_in(request)
    with refusals_said(request):
        emergency.agree_to_emergency_reading(reading, by=request.membership, at=request.now)
        return done(
            request, "You can both read now. Everybody in it was told.", "emergency_detail", organisation.slug, pk
        )
    return redirect("emergency_detail", organisation.slug, pk)


@requires(Permission.READ)
@require_POST
def emergency_end(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Take it back, or end it before its time."""
    reading = _reading_or_404(request, pk)
    if not policies.may_end_emergency_reading(request.membership, reading):
        raise PermissionDenied
    emergency.end_emergency_reading(reading, by=request.membership, at=request.now)
    return done(request, "It is over. Nobody reads on.", "emergency_detail", organisation.slug, pk)


@requires(Permission.READ)
@require_safe
def emergency_thread(request: MemberRequest, organisation: Organisation, pk: int, thread: int) -> HttpResponse:
    """One discussion as it stands, with what posts said before they were changed, to the two readers alone."""
    reading = _open_reading_or_403(request, pk)
    found = get_object_or_404(Thread, pk=thread, community=reading.community)
    posts = Paginator(found.posts.select_related("author").prefetch_related("revisions"), POSTS_PER_PAGE)
    shown = posts.get_page(request.GET.get("page"))
    files = files_of(list(shown), "emergency_file", organisation.slug, pk)
    back = page(request, "emergency_detail", pk)
    context = {
        "thread": found,
        "page": shown,
        "posts": [(post, files.get(post.pk, Files())) for post in shown],
        "trail": [*_crumbs(request), (reading.community.name, back)],
    }
    return render(request, "communities/emergency_thread.html", context)


@requires(Permission.READ)
@require_safe
def emergency_file(request: MemberRequest, organisation: Organisation, pk: int, file: int) -> HttpResponseBase:
    """A file or picture of a post, to the two readers alone."""
    return answer_with_file(request, _file_or_404(request, pk, file).file)


@requires(Permission.READ)
@require_safe
def emergency_file_small(request: MemberRequest, organisation: Organisation, pk: int, file: int) -> HttpResponseBase:
    """The small version of a picture, as it stands under a post."""
    return answer_with_file(request, _file_or_404(request, pk, file).file, small=True)


def _open_reading_or_403(request: MemberRequest, pk: int) -> EmergencyReading:
    """A reading that lasts, to its two readers."""
    reading = _reading_or_404(request, pk)
    if not policies.reads_in_emergency(request.membership, reading, request.now):
        raise PermissionDenied
    return reading


def _file_or_404(request: MemberRequest, pk: int, file: int) -> PostFile:
    reading = _open_reading_or_403(request, pk)
    rows = PostFile.objects.filter(post__thread__community=reading.community).select_related("file")
    return get_object_or_404(rows, pk=file)


def _crumbs(request: MemberRequest) -> list[tuple[str, str]]:
    return [
        (worded("Communities"), page(request, "community_list")),
        ("In an emergency", page(request, "emergency_list")),
    ]
