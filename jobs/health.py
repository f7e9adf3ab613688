"""Who is alive: told by rows that the worker and the timetable write, the same on every database and broker."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import DatabaseError, connection

from jobs.models import Heartbeat, Job
from kmportal.lib.fallback_cache import is_cache_whole

WORKER = "worker"
TIMETABLE = "timetable"
LIMITS = {WORKER: timedelta(seconds=35), TIMETABLE: timedelta(seconds=150)}
LONGEST_WAIT = timedelta(seconds=180)


@dataclass(frozen=True)
class Health:
    """What is alive at one moment. ``brakes``: whether they count for all processes together, on Redis if it is set."""

    database: bool
    worker: bool
    timetable: bool
    brakes: bool

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
    """Ask for everything. A worker that beats but lets due work lie for three minutes does not count as alive."""
    brakes = is_cache_whole()
    try:
        beats = {beat.name: beat for beat in Heartbeat.objects.all()}
        is_stuck = Job.objects.waiting_since(at - LONGEST_WAIT).exists()
    except DatabaseError:
        return Health(database=False, worker=False, timetable=False, brakes=brakes)
    alive = {name: name in beats and beats[name].is_within(limit, at) for name, limit in LIMITS.items()}
    is_working = alive[WORKER] and not is_stuck
    return Health(database=True, worker=is_working, timetable=alive[TIMETABLE], brakes=brakes)
