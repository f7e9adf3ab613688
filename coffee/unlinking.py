"""Taking away from the files of the database which line on a talk was new when somebody answered: docs/decisions/0024.

Nobody acts here: it is called after each answer and by the timetable, and tells nothing.
"""

from django.db import DatabaseError

from coffee.models import Joiner, Remark, Trial
from kmportal.lib.unlinking import remove_old_versions


def remove_traces() -> None:
    """Have the database drop what stood there before a line was written. The timetable comes again."""
    remove_old_versions(Remark, Joiner)


def remove_traces_of_trials() -> int:
    """The same with the files written anew, for trials in which somebody has written since; answers for how many.
    Idempotent: while somebody still reads the old rows, the mark of a trial stays and the next call tries again."""
    written = Trial.objects.filter(pk__in=list(Trial.objects.filter(keeps_traces=True).values_list("pk", flat=True)))
    # Taken off before: a line that is written meanwhile sets it again.
    if not (count := written.update(keeps_traces=False)):
        return 0
    try:
        is_done = remove_old_versions(Remark, Joiner, whole_files=True)
    except DatabaseError:
        written.update(keeps_traces=True)
        raise
    if not is_done:
        written.update(keeps_traces=True)
    return count if is_done else 0
