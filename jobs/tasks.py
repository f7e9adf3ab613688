"""What the worker does for this app."""

from jobs import mail
from jobs.models import Mail
from jobs.runner import Assignment


def deliver(work: Assignment, mail_id: int) -> None:
    """Deliver one mail of the outbox; one that was tidied away in the meantime is no work any more."""
    row = Mail.objects.filter(pk=mail_id).first()
    if row is not None:
        mail.deliver(row, work)
