"""Serving a file to somebody who may read it: the view that calls this has asked that already."""

import re

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header

from attachments.models import FileContent, StoredFile

# Whatever a browser makes of it, nothing in it runs, loads or stands in a frame.
POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"
_RANGE = re.compile(r"bytes=(\d{0,9})-(\d{0,9})")


def answer_with_file(request: HttpRequest, file: StoredFile, *, small: bool = False) -> HttpResponseBase:
    """The file: a picture, which we drew ourselves, to be shown; everything else only to be saved.

    Of sound also a part: some browsers play only what they can ask for in parts.

    A browser that has kept it asks again each time, so that whoever may no longer read it does not see it from there
    on another device, and is answered without reading the bytes.
    """
    if small and not file.is_picture:
        raise Http404
    version = FileContent.Version.SMALL if small else FileContent.Version.WHOLE
    etag = f'"{file.pk}-{version}-{file.digest[:32]}"'
    answer = get_conditional_response(request, etag=etag)
    if answer is None:
        row = FileContent.objects.filter(file=file, version=version).first()
        if row is None:
            raise Http404
        content = bytes(row.content)
        answer = _part_of(request, content) if file.is_sound else HttpResponse(content)
        answer["Content-Type"] = file.file_kind.media_type
        answer["Content-Disposition"] = content_disposition_header(not file.is_picture, file.name) or "inline"
    answer["ETag"] = etag
    answer["Cache-Control"] = "private, no-cache"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = POLICY
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer


def _part_of(request: HttpRequest, content: bytes) -> HttpResponse:
    """Byte serving: the one part that was asked for, or the whole."""
    asked = _RANGE.fullmatch(request.headers.get("Range", ""))
    first, last = asked.groups() if asked else ("", "")
    size = len(content)
    if not first and not last:
        answer = HttpResponse(content)
    else:
        start = int(first) if first else max(size - int(last), 0)
        end = min(int(last), size - 1) if first and last else size - 1
        if start > end:
            answer = HttpResponse(status=416)
            answer["Content-Range"] = f"bytes */{size}"
        else:
            answer = HttpResponse(content[start : end + 1], status=206)
            answer["Content-Range"] = f"bytes {start}-{end}/{size}"
    answer["Accept-Ranges"] = "bytes"
    return answer
