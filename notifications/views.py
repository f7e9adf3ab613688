"""The page behind the bell."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from kmportal.lib.pagination import whole_number
from notifications.actions import mark_all_read, mark_read
from notifications.models import Notice
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission


@requires(Permission.READ)
def notice_list(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """Unread ones first, then the newest."""
    notices = Notice.objects.for_member(request.membership)
    page = Paginator(notices.unread_first(), 30).get_page(request.GET.get("page"))
    unread = notices.unread()
    newest = max((notice.pk for notice in page), default=0)
    context = {"organisation": organisation, "page": page, "unread": unread.count(), "newest": newest}
    return render(request, "notifications/notice_list.html", context)


@requires(Permission.READ)
def notice_open(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Go to what it tells of; opening it marks it read."""
    notice = get_object_or_404(Notice.objects.for_member(request.membership).select_related("organisation"), pk=pk)
    mark_read(notice, at=timezone.now())
    return redirect(notice.get_absolute_url())


@require_POST
@requires(Permission.READ)
def notice_read_all(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """All that stood on the page that was pressed."""
    up_to = whole_number(request.POST.get("up_to", ""))
    mark_all_read(request.membership, up_to=up_to, at=timezone.now())
    return redirect("notice_list", organisation.slug)
