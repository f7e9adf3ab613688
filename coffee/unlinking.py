"""Taking away from the files of the database which line on a talk was new when somebody answered: docs/decisions/0024.

Nobody acts here: it is called after each answer and by the timetable, and tells nothing.
"""

from datetime import datetime, timedelta

from coffee.models import Joiner, Remark, Trial
from kmportal.lib.unlinking import remove_old_versions

# So long after it was told what came of a trial old rows are looked for: somebody may have read them until then.
AFTERWARDS = timedelta(days=2)


def remove_traces() -> None:
    """Have the database drop what stood there before a line was written. The timetable comes again."""
    remove_old_versions(Remark, Joiner)


def remove_traces_of_trials(*, at: datetime) -> None:
    """The same while people answer and for two days more, with the files written anew. Idempotent."""
    if Trial.objects.filter(state=Trial.State.ENDED).exclude(shared_at__lt=at - AFTERWARDS).exists():
        remove_old_versions(Remark, Joiner, whole_files=True)
