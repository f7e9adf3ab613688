"""What the worker does for communities. Each is called with the assignment and ids, and is safe to repeat."""

from django.utils.text import slugify

from communities.models import Charter, Community
from communities.reports import charter as charters
from jobs.models import JobFile
from jobs.runner import Assignment
from kmportal.lib.exceptions import Refusal
from organisations.models import Membership


def charter_pdf(work: Assignment, *, community_id: int) -> None:
    """Draw the newest charter as a PDF and keep it with the job, with the rights of who asked for it."""
    community, charter = _find_readable(work, community_id)
    work.progress(30, "Drawing the page")
    content = charters.charter_as_pdf(community, charter)
    name = f"charter-{slugify(community.name) or community.pk}.pdf"
    work.finish(file=JobFile(name=name, content_type="application/pdf", content=content))


def _find_readable(work: Assignment, community_id: int) -> tuple[Community, Charter]:
    members = Membership.objects.current().select_related("organisation", "person")
    member = members.filter(organisation=work.job.organisation_id, person=work.job.requested_by_id).first()
    if member is not None:
        rows = Community.objects.visible_to(member).select_related("organisation", "group")
        community = rows.filter(pk=community_id).first()
        charter = community.charters.first() if community else None
        if community is not None and charter is not None:
            return community, charter
    raise Refusal("You may not read this charter any more.")
