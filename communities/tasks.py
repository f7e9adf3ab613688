"""What the worker does for communities. Each is called with the assignment and ids, and is safe to repeat."""

from collections.abc import Sequence

from django.utils import timezone
from django.utils.text import slugify

from communities import emails
from communities.models import Charter, Community, Meeting, Thread
from communities.reports import charter as charters
from communities.reports.mail import seats_at_once, seats_for_mail
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


def tell_of_meeting(
    work: Assignment, *, meeting_id: int, version: int, day_id: int | None, gone: Sequence[int] = ()
) -> None:
    """Write the mails about a meeting that was planned, changed or called off, and about times that it no longer
    has."""
    meeting = Meeting.objects.select_related("community", "organisation").filter(pk=meeting_id).first()
    if meeting is not None:
        days = list(meeting.days.all())
        day = next((one for one in days if one.pk == day_id), None)
        for seat in seats_for_mail(meeting.community):
            emails.tell_of_meeting(meeting, day, seat, days=days, version=version, at=work.job.created_at)
            for slot in sorted(set(gone) - set(meeting.slots)):  # a late job calls nothing off that is planned again
                emails.tell_of_time_gone(meeting, slot, seat, version=version, at=work.job.created_at)
    work.finish()


def tell_of_thread(work: Assignment, *, thread_id: int) -> None:
    """Write the mails about a new discussion, to those who want them at once and are not away."""
    thread = Thread.objects.select_related("community", "author").filter(pk=thread_id).first()
    if thread is not None:
        for seat in seats_at_once(thread, on=timezone.localdate(thread.at)):
            emails.tell_of_thread(thread, seat, at=thread.at)
    work.finish()
