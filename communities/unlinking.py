"""Taking away from the files of the database who answered what in a look back, and who named what gets in the way:
docs/decisions/0024 and 0092.

Nobody acts here: it is called after each answer and by the timetable, and tells nothing.
"""

from communities.models import KickOff, NamedBarrier, Review, ReviewVoice
from kmportal.lib.unlinking import remove_old_versions

NAMELESS = (Review, ReviewVoice, NamedBarrier)


def remove_traces() -> None:
    """Have the database drop what stood there before. The timetable comes again."""
    remove_old_versions(*NAMELESS)


def remove_marked_traces() -> int:
    """The same with the files written anew, for looks back and kick-offs in which somebody has said something since;
    answers for how many. Idempotent: while somebody still reads the old rows, the marks stay and the next call tries
    again."""
    marked = [
        model.objects.filter(pk__in=list(model.objects.filter(keeps_traces=True).values_list("pk", flat=True)))
        for model in (Review, KickOff)
    ]
    # Taken off before: what is said meanwhile sets them again.
    if not (count := sum(rows.update(keeps_traces=False) for rows in marked)):
        return 0
    is_done = False
    try:
        is_done = remove_old_versions(*NAMELESS, whole_files=True)
    finally:
        if not is_done:
            for rows in marked:
                rows.update(keeps_traces=True)
    return count if is_done else 0
