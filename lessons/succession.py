"""Lessons that somebody has taken to check, for whoever checks them instead."""

from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.succession import Owned
from lessons.actions.review import pass_on_claim
from lessons.models import Lesson, State
from organisations.permissions import Permission

CLAIMS = Owned(
    model="lessons.Lesson",
    field="claimed_by",
    title=_("Lessons to check"),
    call="Find somebody to check",
    needs=Permission.VALIDATE,
    chosen_by=Permission.VALIDATE,
    open_rows=lambda organisation: Lesson.objects.filter(
        organisation=organisation, state=State.IN_REVIEW
    ).select_related("organisation", "revision", "claimed_by", "author"),
    pass_on=pass_on_claim,
)
