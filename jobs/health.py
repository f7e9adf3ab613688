"""Who is alive and how things stand: told by rows that the worker and the timetable write, and by the disk."""

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Min

from jobs import breaker
from jobs.models import Done, Heartbeat, Job, Mail, MailServer
from kmportal.lib.fallback_cache import is_cache_whole

WORKER = "worker"
TIMETABLE = "timetable"
BACKUP = "back-up"
LIMITS = {WORKER: timedelta(seconds=35), TIMETABLE: timedelta(seconds=150)}
LONGEST_WAIT = timedelta(seconds=180)
LITTLE_ROOM = 200 * 1024 * 1024


@dataclass(frozen=True)
class Health:
    """What is alive at one moment. Mail, disk and brakes are no reason to call the portal dead: it goes on without.

    ``brakes``: whether they count for all processes together, on Redis if it is set.
    """

    database: bool
    worker: bool
    timetable: bool
    brakes: bool = True
    mail: str = "off"
    disk: str = "ok"

    @property
    def is_whole(self) -> bool:
        """Whether work goes on. Brakes that each process counts for itself are no reason to be taken off duty."""
        return self.database and self.worker and self.timetable


def is_database_alive() -> bool:
    """Whether the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def check(at: datetime) -> Health:
    """Ask for everything. A worker that beats but lets due work lie for three minutes does not count as alive; mail
    that rests does not count as lying."""
    brakes = is_cache_whole()
    try:
        beats = {beat.name: beat for beat in Heartbeat.objects.all()}
        server = breaker.found()
        resting = [Job.Kind.MAIL] if server.failures else []
        is_stuck = Job.objects.waiting_since(at - LONGEST_WAIT).but_not(resting).exists()
    except DatabaseError:
        return Health(False, worker=False, timetable=False, brakes=brakes, mail="unknown", disk=_disk())
    alive = {name: name in beats and beats[name].is_within(limit, at) for name, limit in LIMITS.items()}
    return Health(
        database=True,
        worker=alive[WORKER] and not is_stuck,
        timetable=alive[TIMETABLE],
        brakes=brakes,
        mail=_mail(server),
        disk=_disk(),
    )


def details(at: datetime) -> dict[str, Any]:
    """What only those who run the portal may read: somebody who asks for a new password and sees the moment of the last
    mail would learn whether the address has an account."""
    try:
        server = breaker.found()
        oldest = Job.objects.due(at).values_list("kind").annotate(Min("due_at"))
        ages = {kind: max(0, round((at - first).total_seconds())) for kind, first in oldest}
        backup = Done.objects.filter(name=BACKUP).first()
        waiting = Mail.objects.waiting().count()
    except DatabaseError:
        return {"free_bytes": free_bytes()}
    return {
        "oldest_seconds": {kind: ages.get(kind, 0) for kind in Job.Kind.values},
        "mail_waiting": waiting,
        "mail_last_success": _moment(server.last_success_at),
        "mail_last_failure": _moment(server.last_failure_at),
        "mail_tried_again_at": _moment(server.tried_again_at),
        "free_bytes": free_bytes(),
        "last_backup": _moment(backup.at if backup else None),
    }


def free_bytes() -> int:
    """Room for the data folder."""
    return shutil.disk_usage(settings.DATA_DIR).free


def _mail(server: MailServer) -> str:
    if settings.DEMO or not settings.SMTP_URL:
        return "off"
    return "failing" if server.failures else "ok"


def has_room() -> bool:
    """Whether the data folder has room for a while; asks the disk and not the database."""
    return free_bytes() > LITTLE_ROOM


def _disk() -> str:
    return "ok" if has_room() else "low"


def _moment(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None
