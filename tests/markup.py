"""Pages as a browser reads them: white space that shows nothing is left out, however a template is laid out."""

import re
from functools import cache

from django.http import HttpResponse
from django.test import Client

BLOCKS = (
    "address|article|aside|blockquote|body|br|caption|dd|details|dialog|div|dl|dt|fieldset|figcaption|figure|footer|form|"
    "h[1-6]|head|header|hr|html|input|legend|li|link|main|meta|nav|ol|optgroup|option|p|script|search|section|select|summary|"
    "svg|table|tbody|td|template|textarea|tfoot|th|thead|title|tr|ul"
)
# What shows no white space at its own edges: blocks, and boxes that stand in a line.
BOXES = rf"{BLOCKS}|a|button|label"
REST_OF_TAG = r"(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>"
TAG = re.compile(rf"(</?[a-zA-Z]{REST_OF_TAG})")
BLOCK_TAG = re.compile(rf" ?(</?(?:{BLOCKS})\b{REST_OF_TAG}) ?")
BOX_BEGINS = re.compile(rf"(<(?:{BOXES})\b{REST_OF_TAG}) ")
BOX_ENDS = re.compile(rf" (</(?:{BOXES})>)")
KEPT = re.compile(r"((?<=>)[^<]*(?=</(?:pre|textarea)>)|<script\b.*?</script>)", re.DOTALL)
VALUE = re.compile(r"(\"[^\"]*\"|'[^']*')")
CLASSES = re.compile(r'(?<=\bclass=")[^"]*(?=")')


def tidy(html: str) -> str:
    """The same page without white space round blocks, at the edges of boxes, and inside tags; one blank elsewhere."""
    return "".join(part if place % 2 else _tidy_flow(part) for place, part in enumerate(KEPT.split(html)))


def _tidy_flow(html: str) -> str:
    parts = [_tidy_tag(part) if place % 2 else re.sub(r"\s+", " ", part) for place, part in enumerate(TAG.split(html))]
    return BOX_ENDS.sub(r"\1", BOX_BEGINS.sub(r"\1", BLOCK_TAG.sub(r"\1", "".join(parts))))


def _tidy_tag(tag: str) -> str:
    """One blank between two attributes, and between two classes; other values stay as they are."""
    tag = CLASSES.sub(lambda found: " ".join(found[0].split()), tag)
    parts = [part if place % 2 else re.sub(r"\s+", " ", part) for place, part in enumerate(VALUE.split(tag))]
    return re.sub(r" (/?>)$", r"\1", "".join(parts))


@cache
def _read_tidily(kind: type[HttpResponse]) -> type[HttpResponse]:
    """The same kind of answer, whose page is tidied when it is read: most tests look only at where they were sent."""

    class Read(kind):  # type: ignore[valid-type,misc]
        @property
        def content(self) -> bytes:
            if not vars(self).get("is_tidy"):
                self.content = tidy(kind.content.fget(self).decode())
            return kind.content.fget(self)

        @content.setter
        def content(self, value: object) -> None:
            kind.content.fset(self, value)
            self.is_tidy = True

    return Read


class TidyClient(Client):
    """A client whose answers are read as a browser reads them."""

    def request(self, **request: object) -> HttpResponse:
        answer = super().request(**request)
        if not answer.streaming and answer.get("Content-Type", "").startswith("text/html"):
            answer.__class__ = _read_tidily(type(answer))
        return answer
