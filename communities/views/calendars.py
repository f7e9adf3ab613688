"""Secret addresses of calendars, how much mail somebody wants, and the link that stops it."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from communities.actions import calendars, wishes
from communities.forms.meetings import MailForm
from communities.models import ENDED, CalendarFeed, Pace
from communities.reports.calendars import file_of_feed
from communities.reports.mail import wish_of
from communities.tokens import seat_of_link
from communities.views.finding import community_or_404, crumbs, page, standing_or_403, thread_or_404
from kmportal.lib.calendar_files import CONTENT_TYPE
from kmportal.lib.domain_words import worded
from kmportal.lib.forms import sent
from kmportal.lib.links import absolute
from kmportal.lib.mail import can_leave
from kmportal.lib.sentences import quoted
from kmportal.lib.view_kit import done, form_page, refusals_on
from organisations.access import guest, requires
from organisations.access_tokens import hash_of
from organisations.models import GroupMembership, Organisation
from organisations.permissions import Permission
from organisations.requests import GuestRequest, MemberRequest

TOLD_HERE = "When somebody names you or asks you, you are told in the portal, whatever you choose here."
NO_MAIL_YET = "This portal sends no e-mail yet: what you choose counts from the day on which it does."


@requires(Permission.READ)
@never_cache
def calendar_own(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """The address of one’s own calendar. A new one is shown on this page alone, and once."""
    address = ""
    if request.method == "POST":
        address = _address_of(*calendars.renew_own_calendar(by=request.membership, at=request.now))
    feed = CalendarFeed.objects.filter(person=request.membership.person).first()
    trail = [(worded("Communities"), page(request, "community_list"))]
    context = {"address": address, "feed": feed, "community": None, "trail": trail}
    return render(request, "communities/calendar_address.html", context)


@requires(Permission.READ)
@never_cache
def calendar_of_community(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """The same for a community, by who keeps it together."""
    community = community_or_404(request, pk)
    standing_or_403(request, community, "runs")
    address = ""
    if request.method == "POST":
        address = _address_of(*calendars.renew_community_calendar(community, by=request.membership, at=request.now))
    feed = CalendarFeed.objects.filter(community=community).first()
    context = {"address": address, "feed": feed, "community": community, "trail": crumbs(request, community)}
    return render(request, "communities/calendar_address.html", context)


def _address_of(feed: CalendarFeed, secret: str) -> str:
    return absolute(reverse("calendar_feed", args=[feed.pk, secret]))


@guest
@require_safe
def calendar_feed(request: GuestRequest, pk: int, secret: str) -> HttpResponse:
    """What a calendar program fetches. An address that was renewed is not found, like one that never was."""
    feed = CalendarFeed.objects.select_related("person", "community").filter(pk=pk).first()
    if feed is None or not constant_time_compare(feed.hash, hash_of(secret)):
        raise Http404
    if feed.person is not None and not feed.person.is_active:
        raise Http404
    if feed.community is not None and feed.community.state in ENDED:
        raise Http404
    return HttpResponse(file_of_feed(feed, at=request.now), content_type=CONTENT_TYPE)


# --- Mail ------------------------------------------------------------------------------------------------------------


@requires(Permission.READ)
def community_mail(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """How much mail of this community, and on which day."""
    community = community_or_404(request, pk)
    standing = standing_or_403(request, community, "is_in")
    seat = GroupMembership.objects.get(pk=standing.seat or 0)
    pace = Pace.objects.filter(person=request.membership.person).first() or Pace()
    form = MailForm(sent(request), initial={"how": wish_of(seat), "weekday": pace.weekday})
    if form.is_valid():
        values = {**form.cleaned_data}
        with refusals_on(form):
            how = values.pop("how")
            wishes.choose_pace(by=request.membership, at=request.now, **values)
            wishes.choose_community_mail(community, by=request.membership, at=request.now, how=how)
            return done(request, "That is how you hear of it now.", "community_detail", organisation.slug, pk)
    return form_page(
        request,
        form,
        title=f"Mail from {quoted(community)}",
        verb="Save it",
        intro=TOLD_HERE if can_leave() else f"{TOLD_HERE} {NO_MAIL_YET}",
        back=page(request, "community_detail", pk),
        crumbs=crumbs(request, community),
    )


@requires(Permission.READ)
@require_POST
def thread_mute(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Hear no more of a discussion, or hear of it again."""
    thread = thread_or_404(request, pk)
    mute = request.POST.get("mute") == "yes"
    wishes.mute_thread(thread, by=request.membership, at=request.now, mute=mute)
    said = "You hear of it when somebody names you." if mute else "You hear of it again."
    return done(request, said, "thread_detail", organisation.slug, pk)


@requires(Permission.READ)
@require_POST
def thread_follow(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Hear of each new post in a discussion, or no longer."""
    thread = thread_or_404(request, pk)
    follow = request.POST.get("follow") == "yes"
    wishes.follow_thread(thread, by=request.membership, at=request.now, follow=follow)
    said = "You hear of what is written here." if follow else "You follow it no longer."
    return done(request, said, "thread_detail", organisation.slug, pk)


@csrf_exempt  # programs of mail press it for their reader (RFC 8058), and it can only stop
@guest
@never_cache
def community_mail_stop(request: GuestRequest, token: str) -> HttpResponse:
    """The link at the foot of a mail: one press, and no more mail of this community. Opening it stops nothing."""
    neighbours = ("person", "membership", "group__community__organisation")
    seat = get_object_or_404(GroupMembership.objects.select_related(*neighbours), pk=seat_of_link(token) or 0)
    if request.method == "POST":
        wishes.stop_community_mail(seat, by=seat.membership, at=timezone.now())
    context = {"community": seat.group.community, "is_done": request.method == "POST"}
    return render(request, "communities/mail_stop.html", context)
