"""From a mail to the answer box, and a question that somebody is asked by name."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from communities import policies
from communities.actions import asking
from communities.views.finding import page, thread_or_404
from kmportal.lib.pagination import whole_number
from kmportal.lib.things import Ref
from kmportal.lib.view_kit import done, refusals_said
from organisations.access import requires
from organisations.models import Organisation, Person
from organisations.permissions import Permission
from organisations.requests import MemberRequest
from organisations.tokens import LinkState, state_of_thing_token


@requires(Permission.READ)
@require_safe
@never_cache
def thread_reply(request: MemberRequest, organisation: Organisation, pk: int, token: str) -> HttpResponse:
    """The link of a mail: to the answer box, for whom it was written to. Who is not signed in does that first."""
    state = state_of_thing_token(token, request.membership.person, Ref("thread", pk))
    if state is not LinkState.GOOD:
        is_over = state is LinkState.EXPIRED
        return render(request, "communities/reply_link.html", {"is_over": is_over}, status=410 if is_over else 404)
    thread = thread_or_404(request, pk)
    return redirect(f"{page(request, 'thread_detail', thread.pk)}#write")


@requires(Permission.READ)
@require_POST
def thread_ask(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Ask one expert by name, by one press."""
    thread = thread_or_404(request, pk)
    if not policies.may_run(request.membership, thread.community):
        raise PermissionDenied
    with refusals_said(request):
        inside = Person.objects.filter(groupmembership__group_id=thread.group_id)
        person = get_object_or_404(inside, pk=whole_number(request.POST.get("person", "")))
        asking.ask_expert(thread, by=request.membership, at=request.now, person=person)
        return done(request, f"{person} is asked now.", page(request, "thread_detail", pk))
    return redirect(page(request, "thread_detail", pk))
