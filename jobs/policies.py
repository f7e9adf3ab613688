"""Who may do what with work."""

from jobs.models import Job
from organisations import policies
from organisations.models import Membership


def may_retry(by: Membership | None, job: Job) -> bool:
    """Whoever may see how it goes: who asked for it, and whoever plans or administers."""
    if by is None or job.organisation is None or not policies.belongs(by, job.organisation):
        return False
    return Job.objects.visible_to(by).filter(pk=job.pk).exists()
