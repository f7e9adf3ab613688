"""What somebody who was removed had begun and shown to nobody: it stays closed for a while, and is thrown away then."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from attachments.storing import forget_files
from lessons.events import Event
from lessons.models import Asset, Lesson
from lessons.storing import files_there
from organisations import events
from organisations.models import Membership

# Whoever comes back within this time finds their drafts as they were.
KEPT_FOR = timedelta(days=90)


def discard_left_drafts(*, at: datetime) -> int:
    """Throw away the drafts, never shown to anybody, of those who were removed so long ago. Answers how many.

    Called by the timetable. Whoever is a member again keeps theirs.
    """
    gone = Membership.objects.filter(
        organisation=OuterRef("organisation"), person=OuterRef("author"), left_at__lt=at - KEPT_FOR
    )
    found = 0
    for model in (Lesson, Asset):
        for pk in model.objects.unsent().filter(Exists(gone)).values_list("pk", flat=True):
            found += _discard(model, pk, at)
    return found


@transaction.atomic
def _discard(model: type[Lesson] | type[Asset], pk: int, at: datetime) -> int:
    """One of them, unless somebody else was here first."""
    rows = model.objects.unsent().select_for_update(of=("self",)).select_related("organisation")
    draft = rows.filter(pk=pk).first()
    if draft is None:
        return 0
    event = Event.LESSON_DELETED if isinstance(draft, Lesson) else Event.ASSET_DELETED
    events.record(event, draft, by=None, at=at)
    if isinstance(draft, Lesson):
        forget_files([one.file for one in files_there(draft)])
    draft.delete()
    return 1
