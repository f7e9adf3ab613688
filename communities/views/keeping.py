"""What is kept of a discussion for others."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from communities.actions import keeping
from communities.views.finding import thread_or_404
from kmportal.lib.view_kit import done, refusals_said
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest


@requires(Permission.CONTRIBUTE)
@require_POST
def thread_asset(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """A draft of a knowledge asset from the question and its answer; one goes on writing it."""
    thread = thread_or_404(request, pk)
    with refusals_said(request):
        asset = keeping.make_asset(thread, by=request.membership, at=request.now)
        said = "Here is a draft from the question and its answer. Only you can see it until you let others read it."
        return done(request, said, "asset_detail", organisation.slug, asset.pk)
    return redirect("thread_detail", organisation.slug, pk)
