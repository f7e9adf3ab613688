"""Pages as tagged PDF (PDF/UA-1), drawn by WeasyPrint. Only the worker draws: it takes a second or two.

A template gets the same autoescaped context as any page, and may load nothing but files under ``static/`` by their
path there (``<link href="css/pdf.css">``) and pictures that are given as ``data:`` addresses. Decoration belongs into
the style sheet as a background: an image without words would be an untold figure in the PDF.

All sizes of the style sheet follow the letters of ``html``, so that a report can be set a little smaller or larger
where its last page would else stand half empty.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.template.loader import render_to_string

from kmportal.lib.exceptions import Refusal
from kmportal.lib.letters import name_missing

NO_PANGO = (
    "PDFs cannot be made on this machine: the Pango library is missing. Everything else works. "
    "Ask your administrator to install it (on Debian or Ubuntu: apt install libpango-1.0-0 libpangoft2-1.0-0)."
)
SIZES = (10, 9.7, 10.3, 9.4, 10.6)  # of letters, in points; the first is the one we want
HALF = 0.5  # of the last page at least should be filled
PICTURES = ("data:image/png;base64,", "data:image/jpeg;base64,")


def render(template: str, values: Mapping[str, Any]) -> bytes:
    """The PDF of a template. Refuses with a sentence on a machine where WeasyPrint cannot run."""
    return from_html(render_to_string(template, dict(values)))


def from_html(html: str) -> bytes:
    """The PDF of a whole HTML page, with language, title, tags and table heads that say what they head."""
    return written(laid_out(html))


def laid_out(html: str) -> Any:
    """WeasyPrint’s document, in the first of our sizes in which the last page is not half empty.

    Where none is, in the one that fills it most. A page that marks its end with ``id="end"`` is measured.
    """
    weasyprint, static = _weasyprint(), _static_folder()
    address, fetcher = static.as_uri() + "/", _static_fetcher(static)
    page = weasyprint.HTML(string=name_missing(html), base_url=address, url_fetcher=fetcher)
    best, most = None, -1.0
    for size in SIZES:
        sheet = weasyprint.CSS(string=f"html {{ font-size: {size}pt !important }}")
        document = page.render(stylesheets=[sheet], pdf_variant="pdf/ua-1")
        filled = last_page_filled(document)
        if filled > most:
            best, most = document, filled
        if filled >= HALF:
            break
    return best


def written(document: Any) -> bytes:
    """The file of a document that is laid out."""
    drawn: bytes = document.write_pdf(pdf_variant="pdf/ua-1", finisher=_say_what_heads_head)
    return drawn


def last_page_filled(document: Any) -> float:
    """How much of the last page is filled, from 0 to 1. A single page is as long as it is."""
    last = document.pages[-1]
    if len(document.pages) == 1 or "end" not in last.anchors:
        return 1.0
    _, end, *_ = last.anchors["end"]
    return float(end / last.height)


def may_open(url: str, static: Path) -> bool:
    """Whether a page that is being drawn may load this address."""
    if url.startswith(PICTURES):
        return True
    parts = urlsplit(url)
    if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
        return False
    return Path(unquote(parts.path)).resolve().is_relative_to(static)


def _weasyprint() -> Any:
    """Imported late: it costs most of a second and 20 MB, and needs a library that a machine may lack."""
    try:
        import weasyprint  # noqa: PLC0415  see above
    except OSError as problem:
        raise Refusal(NO_PANGO) from problem
    return weasyprint


def _static_folder() -> Path:
    return Path(settings.STATICFILES_DIRS[0]).resolve()


def _static_fetcher(static: Path) -> Any:
    from weasyprint.urls import URLFetcher  # noqa: PLC0415  as late as WeasyPrint itself

    class OnlyStatic(URLFetcher):
        """Opens files under ``static/`` and nothing else: no network, no other file of this machine."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            if not may_open(url, static):
                raise ValueError(f"A PDF may not load {url[:100]}")
            return super().fetch(url, headers)

    return OnlyStatic(allow_redirects=False)


def _say_what_heads_head(document: Any, pdf: Any) -> None:
    """WeasyPrint tags table heads without /Scope, so a reader could not tell a column’s head from a row’s."""
    tagged: list[Any] = [item for item in pdf.objects if isinstance(item, dict) and item.get("S")]
    elements = {item.reference: item for item in tagged}
    for item in elements.values():
        if item["S"] == "/TH":
            row = elements.get(item["P"], {})
            part = elements.get(row.get("P"), {})
            item["A"]["Scope"] = "/Column" if part.get("S") == "/THead" else "/Row"
