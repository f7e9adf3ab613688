"""What jobs of sessions call. Each takes ids and is safe to repeat."""

from django.utils.text import slugify

from jobs.models import JobFile
from jobs.runner import Assignment
from kmportal.lib import pdf
from kmportal.lib.exceptions import Refusal
from organisations.models import Membership
from techniques import policies
from techniques.models import CLAIMS_OF_ONE, MOST_OF_ONE, Session


def sheet_pdf(work: Assignment, *, session_id: int) -> None:
    """Draw the sheet of wants and offers as a PDF and keep it with the job, with the rights of who asked for it."""
    members = Membership.objects.current().select_related("organisation", "person")
    reader = members.filter(organisation=work.job.organisation_id, person=work.job.requested_by_id).first()
    session = Session.objects.visible_to(reader).for_room().filter(pk=session_id).first() if reader else None
    if reader is None or session is None or not policies.may_facilitate(reader, session):
        raise Refusal("You may not read this any more.")
    work.progress(30, "Drawing the page")
    with reader.organisation.at_home():
        content = pdf.render("pdf/sheet.html", sheet_values(session))
    name = f"sheet-{slugify(session.title)[:60] or session.pk}.pdf"
    work.finish(file=JobFile(name=name, content_type="application/pdf", content=content))


def sheet_values(session: Session) -> dict[str, object]:
    """One page: five wants, five offers, three claims to cut out."""
    return {
        "session": session,
        "organisation": session.organisation,
        "numbers": range(1, MOST_OF_ONE + 1),
        "claims": range(1, CLAIMS_OF_ONE + 1),
    }
