"""JSON: many rows as one list in a file, sent while they are read."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextvars import copy_context
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import StreamingHttpResponse


def json_download(name: str, rows: Iterable[Mapping[str, Any]]) -> StreamingHttpResponse:
    """The rows as a file with one list, an object a line; days and moments as ISO 8601. ``name`` has no ending."""
    here = copy_context()  # the rows are read when the page has been answered, in the words of whoever asked
    waiting = iter(rows)

    def lines() -> Iterator[str]:
        yield "["
        before = "\n"
        while (row := here.run(next, waiting, None)) is not None:
            yield before + json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False)
            before = ",\n"
        yield "\n]\n"

    response = StreamingHttpResponse(lines(), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{name}.json"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
