"""The page behind the bell."""

from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from kmportal.lib import things
from kmportal.lib.pagination import whole_number
from notifications import actions
from notifications.models import Notice
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest


@requires(Permission.READ)
def notice_list(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """Unread ones first, then the newest."""
    notices = Notice.objects.for_member(request.membership)
    page = Paginator(notices.unread_first(), 30).get_page(request.GET.get("page"))
    unread = notices.unread()
    newest = max((notice.pk for notice in page), default=0)
    context = {"organisation": organisation, "page": page, "unread": unread.count(), "newest": newest}
    return render(request, "notifications/notice_list.html", context)


@requires(Permission.READ)
def notice_open(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Go to what it tells of; opening it marks it read. What is gone or hidden by now leads back to the list."""
    notice = get_object_or_404(Notice.objects.for_member(request.membership), pk=pk)
    actions.mark_notice_read(notice, by=request.membership, at=request.now)
    page = things.pointers([notice.about], request.membership).get(notice.about)
    return HttpResponseRedirect(page.url) if page and page.url else redirect("notice_list", organisation.slug)


@requires(Permission.READ)
@require_POST
def notice_read_all(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """All that stood on the page that was pressed."""
    up_to = whole_number(request.POST.get("up_to", ""))
    actions.mark_all_notices_read(by=request.membership, up_to=up_to, at=request.now)
    return redirect("notice_list", organisation.slug)
