"""Work for a worker that is about to be killed."""

import time

from django.conf import settings

from jobs.models import JobFile
from jobs.runner import Assignment

GO = "go"


def slow_report(work: Assignment) -> None:
    """A PDF that is being made until the test says go (a file in the data folder)."""
    while not (settings.DATA_DIR / GO).exists():
        work.progress(50, "Drawing the pages")
        time.sleep(0.05)
    from weasyprint import HTML  # needs Pango, which not every machine has that collects these tests

    content = HTML(string="<h1>Gap report</h1>").write_pdf()
    work.finish({}, JobFile(name="report.pdf", content_type="application/pdf", content=content))
