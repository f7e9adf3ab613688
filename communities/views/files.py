"""Files and pictures of posts, for whoever may read the discussion."""

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from attachments.serving import answer_with_file
from communities.models import PostFile
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest


@requires(Permission.READ)
@require_safe
def post_file(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponseBase:
    """A file to be saved, a picture to be looked at."""
    return answer_with_file(request, _file_or_404(request, pk).file)


@requires(Permission.READ)
@require_safe
def post_file_small(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponseBase:
    """The small version of a picture, as it stands under a post."""
    return answer_with_file(request, _file_or_404(request, pk).file, small=True)


def _file_or_404(request: MemberRequest, pk: int) -> PostFile:
    return get_object_or_404(PostFile.objects.visible_to(request.membership).select_related("file"), pk=pk)
