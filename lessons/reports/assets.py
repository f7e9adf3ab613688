"""Knowledge assets: as rows of a list, and one as its page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from attachments.models import StoredFile
from attachments.reports import ShownFile, shown_files
from kmportal.lib import pdf
from kmportal.lib.days import long_day
from kmportal.lib.presses import Press, offered
from kmportal.lib.things import Look
from lessons import labels, policies
from lessons.models import Asset, AssetPart, Lesson
from lessons.reports.asset_steps import AssetSteps
from organisations.models import Membership

# From so long before its day on, its page asks whether it still holds.
ASKED_BEFORE = timedelta(days=30)


@dataclass(frozen=True)
class PartRow:
    """One thing that belongs to it, as its reader sees it."""

    part: AssetPart
    name: str
    word: str
    look: Look | None
    may_remove: bool
    file: ShownFile | None = None


@dataclass(frozen=True)
class AssetPage:
    """One knowledge asset for one member."""

    asset: Asset
    look: Look
    parts: Sequence[PartRow]
    presses: Sequence[Press]
    allowed: frozenset[str]
    who_may_read: str
    steps: AssetSteps

    @classmethod
    def build(cls, asset: Asset, membership: Membership) -> "AssetPage":
        allowed = policies.allowed_with_asset(membership, asset)
        return cls(
            asset=asset,
            look=look_of_asset(asset),
            parts=part_rows(asset, membership, may_write="write" in allowed),
            presses=offered(_presses_of(asset, membership), allowed),
            allowed=allowed,
            who_may_read=labels.who_may_read_asset(asset),
            steps=AssetSteps.build(asset),
        )


def asset_as_pdf(asset: Asset, membership: Membership) -> bytes:
    """The same on A4, tagged for screen readers. For the worker: drawing takes a second or two."""
    return pdf.render("pdf/asset.html", asset_values(asset, membership))


def asset_values(asset: Asset, membership: Membership) -> dict[str, Any]:
    """What its template draws."""
    page = AssetPage.build(asset, membership)
    organisation = membership.organisation
    drawn = long_day(timezone.localdate())
    return {**vars(page), "organisation": organisation, "logo": organisation.logo_as_data, "drawn": drawn}


def look_of_asset(asset: Asset) -> Look:
    return labels.ASSET_STATES[labels.asset_state(asset)]


def asset_rows(assets: Sequence[Asset]) -> list[tuple[Asset, Look]]:
    return [(asset, look_of_asset(asset)) for asset in assets]


def part_rows(asset: Asset, membership: Membership, *, may_write: bool = False) -> list[PartRow]:
    """What belongs to it, in its order; a lesson only for those who may read it. Two queries."""
    parts = list(asset.parts.select_related("lesson__revision", "lesson__organisation", "person", "file"))
    keys = [part.lesson_id for part in parts if part.lesson_id]
    readable = set(Lesson.objects.visible_to(membership).filter(pk__in=keys).values_list("pk", flat=True))
    rows = []
    for part in parts:
        may_remove = may_write or (part.person_id is not None and part.person_id == membership.person_id)
        if part.file is not None:
            shown = _shown(part, part.file, membership)
            rows.append(PartRow(part, shown.name, shown.words, None, may_remove, shown))
        elif part.lesson is None:
            name = part.title or str(part.person or "Somebody who has left")
            rows.append(PartRow(part, name, part.get_kind_display(), None, may_remove))
        elif part.lesson_id in readable:
            look = labels.look_of(part.lesson, membership.organisation_id)
            word = part.lesson.get_kind_display()
            rows.append(PartRow(part, part.lesson.words.title, word, look, may_remove))
    return rows


def _shown(part: AssetPart, file: StoredFile, membership: Membership) -> ShownFile:
    """Its addresses are those of the reader’s own organisation."""

    def address(version: str, pk: int) -> str:
        name = "asset_file" if version == "whole" else "asset_file_small"
        return reverse(name, args=[membership.organisation.slug, pk])

    files = shown_files([(part.pk, file)], address, {part.pk: part.note})
    [shown] = [*files.pictures, *files.sounds, *files.others]
    return shown


def _presses_of(asset: Asset, membership: Membership) -> list[Press]:
    page = [membership.organisation.slug, asset.pk]
    number = (("number", str(asset.number)),)
    presses = [
        Press("publish", "Let others read it", reverse("asset_publish", args=page), icon="send"),
        Press("check", "It is right", reverse("asset_check", args=page), icon="check", fields=number),
        Press("take", "I look after it", reverse("asset_take", args=page), look="secondary"),
        Press("write", "Change it", reverse("asset_edit", args=page), is_form=True, look="quiet", icon="pencil"),
        Press("discard", "Throw the draft away", reverse("asset_discard", args=page), look="quiet"),
    ]
    if asset.review_on is not None and asset.review_on <= timezone.localdate() + ASKED_BEFORE:
        seen = (("seen", asset.review_on.isoformat()),)
        presses.insert(0, Press("keep", "It still holds", reverse("asset_keep", args=page), icon="check", fields=seen))
    return presses
