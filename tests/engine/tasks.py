"""Work for a worker that is about to be killed."""

import time

from weasyprint import HTML

from jobs.models import JobFile
from jobs.running import Assignment

STEPS = 30


def slow_report(work: Assignment) -> None:
    """A PDF that takes three seconds."""
    for step in range(STEPS):
        work.progress(100 * step / STEPS, f"Page {step + 1} of {STEPS}")
        time.sleep(0.1)
    content = HTML(string="<h1>Gap report</h1>").write_pdf()
    work.finish({}, JobFile(name="report.pdf", content_type="application/pdf", content=content))
