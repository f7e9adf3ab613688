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
    answers for how many. Idempotent: while somebody still reads the old rows, or if the worker is killed, the marks
    stay and the next call tries again."""
    marked = [(model, dict(model.objects.exclude(traces=0).values_list("pk", "traces"))) for model in (Review, KickOff)]
    if not (count := sum(len(marks) for _, marks in marked)):
        return 0
    if not remove_old_versions(*NAMELESS, whole_files=True):
        return 0
    for model, marks in marked:
        for pk, traces in marks.items():  # one in which somebody has spoken meanwhile keeps its mark
            model.objects.filter(pk=pk, traces=traces).update(traces=0)
    return count
