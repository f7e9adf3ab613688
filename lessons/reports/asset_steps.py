"""The ten steps of one knowledge asset: what each asks, what the portal sees, and who has said yes."""

from collections.abc import Sequence
from dataclasses import dataclass

from kmportal.lib.domain_words import worded
from lessons.asset_steps import AssetGuideStep, asset_guide
from lessons.models import Asset, AssetPart, AssetStep


@dataclass(frozen=True)
class StepRow:
    """One step. ``missing``: what the portal sees that still has to be done, also where somebody has said yes to it
    before."""

    guide: AssetGuideStep
    answer: AssetStep | None
    missing: str

    @property
    def is_done(self) -> bool:
        return self.answer is not None and not self.missing


@dataclass(frozen=True)
class AssetSteps:
    """All ten in their order, and the first that is to do."""

    rows: Sequence[StepRow]

    @classmethod
    def build(cls, asset: Asset) -> "AssetSteps":
        """Two queries."""
        answers = {step.number: step for step in asset.steps.select_related("by")}
        kinds = set(asset.parts.values_list("kind", flat=True))
        return cls([StepRow(one, answers.get(one.number), _missing(one, asset, kinds)) for one in asset_guide().steps])

    @property
    def done(self) -> int:
        return sum(row.is_done for row in self.rows)

    @property
    def next(self) -> StepRow | None:
        return next((row for row in self.rows if not row.is_done), None)


def missing_for(guide: AssetGuideStep, asset: Asset) -> str:
    """What has to be done before anybody can say yes to a step; empty where nothing has."""
    return _missing(guide, asset, set(asset.parts.values_list("kind", flat=True)))


def _missing(guide: AssetGuideStep, asset: Asset, kinds: set[str]) -> str:
    wanted = {
        "purpose": (bool(asset.purpose), "It does not say yet who needs it, and when."),
        "text": (bool(asset.text), "It says nothing yet."),
        "keepers": (
            asset.owner_id is not None and asset.deputy_id is not None,
            "Nobody looks after it yet." if asset.owner_id is None else "Nobody stands in yet.",
        ),
        "parts": (bool(kinds - {AssetPart.Kind.PERSON}), worded("No lesson, no file and no link belongs to it yet.")),
        "people": (AssetPart.Kind.PERSON in kinds, "Nobody is named yet who can be asked."),
        "checked": (asset.is_checked, "Nobody else has said yet that the words of today are right."),
        "published": (not asset.is_draft, "It is a draft, and only its author can read it."),
        "review": (asset.review_on is not None, "There is no day yet for the next look."),
    }
    holds, sentence = wanted.get(guide.shows, (True, ""))
    return "" if holds else sentence
