"""Lessons that somebody has taken to check, lessons and knowledge assets that they look after, and knowledge at risk
that they see to, for whoever does it instead."""

from django.db.models import Q
from django.urls import reverse

from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.succession import Owned
from lessons.actions.assets import pass_on_asset
from lessons.actions.review import pass_on_claim
from lessons.actions.risks import pass_on_risk
from lessons.actions.upkeep import pass_on_upkeep
from lessons.models import Asset, Lesson, Risk, State, Upkeep
from lessons.transitions import who_cannot_check
from organisations.permissions import Permission
from organisations.visibility import Reach

CLAIMS = Owned(
    model="lessons.Lesson",
    field="claimed_by",
    title=_("Lessons to check"),
    call="Find somebody to check",
    needs=Permission.VALIDATE,
    chosen_by=Permission.VALIDATE,
    open_rows=lambda organisation, on: Lesson.objects.filter(
        organisation=organisation, state=State.IN_REVIEW
    ).select_related("organisation", "revision", "claimed_by", "author"),
    pass_on=pass_on_claim,
    kept_from=who_cannot_check,
)
# What is for a group alone is released and its people choose: nobody else reads it (``release_assets``).
ASSETS = Owned(
    model="lessons.Asset",
    field="owner",
    title=_("Knowledge assets"),
    call="Find somebody to look after",
    needs=Permission.CONTRIBUTE,
    chosen_by=Permission.FACILITATE,
    open_rows=lambda organisation, on: (
        Asset.objects.published()
        .filter(organisation=organisation, reach=Reach.ORGANISATION)
        .select_related("organisation", "owner", "author")
    ),
    pass_on=pass_on_asset,
)
RISKS = Owned(
    model="lessons.Risk",
    field="owner",
    title="Knowledge at risk",
    call="Find somebody to see to",
    needs=Permission.CONTRIBUTE,
    chosen_by=Permission.FACILITATE,
    open_rows=lambda organisation, on: (
        Risk.objects.open().filter(organisation=organisation).select_related("organisation", "owner")
    ),
    pass_on=pass_on_risk,
    chosen_at=lambda row: reverse("risk_edit", args=[row.organisation.slug, row.pk]),
)
# A deputy has it until somebody is chosen; only where nobody is left, somebody has to be found.
KEEPERS = Owned(
    model="lessons.Upkeep",
    field="owner",
    title=_("Lessons to look after"),
    call="Find somebody to look after",
    needs=Permission.CONTRIBUTE,
    chosen_by=Permission.FACILITATE,
    open_rows=lambda organisation, on: Upkeep.objects.in_use(organisation),
    pass_on=pass_on_upkeep,
    must_have=False,
    let_go=Q(owner=None, deputy=None),
    is_split=False,
)
