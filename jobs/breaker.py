"""Circuit breaker: after the mail server did not answer, mail rests for a while instead of holding its seat.

Its state is a row, so that all workers on all machines know it and a restart does not forget it.
"""

from datetime import datetime, timedelta

from django.db import transaction

from jobs.models import MailServer

RESTS = [timedelta(seconds=seconds) for seconds in (15, 60, 120, 300)]


def found() -> MailServer:
    """How the mail server was found last; before the first mail, a row that was not kept yet."""
    return MailServer.objects.first() or MailServer()


def is_resting(at: datetime) -> bool:
    return found().is_resting(at)


def note_success(at: datetime) -> None:
    """It took a mail, or said no to one: it answers."""
    MailServer.objects.update_or_create(
        name="default", defaults={"tried_again_at": None, "failures": 0, "last_success_at": at}
    )


@transaction.atomic
def note_failure(at: datetime) -> None:
    """It did not answer: let mail rest, longer each time in a row."""
    MailServer.objects.get_or_create(name="default")
    server = MailServer.objects.select_for_update().get(name="default")
    server.tried_again_at = at + RESTS[min(server.failures, len(RESTS) - 1)]
    server.failures, server.last_failure_at = server.failures + 1, at
    server.save()
