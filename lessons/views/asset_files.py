"""Files of knowledge assets, for whoever may read the asset."""

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from attachments.models import StoredFile
from attachments.serving import answer_with_file
from lessons.models import Asset, AssetPart
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest


@requires(Permission.READ)
@require_safe
def asset_file(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponseBase:
    """A file to be saved, sound to be heard, a picture to be looked at."""
    return answer_with_file(request, _file_or_404(request, pk))


@requires(Permission.READ)
@require_safe
def asset_file_small(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponseBase:
    """The small version of a picture, as it stands on the page."""
    return answer_with_file(request, _file_or_404(request, pk), small=True)


def _file_or_404(request: MemberRequest, pk: int) -> StoredFile:
    readable = Asset.objects.visible_to(request.membership)
    parts = AssetPart.objects.filter(asset__in=readable).exclude(file=None)
    return get_object_or_404(StoredFile, pk__in=parts.filter(pk=pk).values("file"))
