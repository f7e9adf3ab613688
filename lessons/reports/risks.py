"""The register of knowledge at risk: narrowed to what somebody looks for, as rows, as a spreadsheet, and one as a page.

When other people leave is read by those who keep the register and by whoever sees to the topic; who knows about it
reads their own day alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch
from django.http import QueryDict
from django.urls import reverse

from kmportal.lib.days import due_in_words, long_day
from kmportal.lib.links import absolute
from kmportal.lib.presses import Press, offered
from kmportal.lib.sentences import capital
from kmportal.lib.things import Look
from lessons import policies
from lessons.labels import leaving_in_words, look_of_risk
from lessons.models import WARNED_BEFORE, Asset, Risk, RiskHolder, RiskQuerySet
from lessons.reports.assets import look_of_asset
from organisations.models import Membership
from organisations.permissions import Permission

RATING_WORDS = {"high": "High", "middle": "Middle", "low": "Low"}
SHOWN = {"pressing": "What cannot wait", "kept": "What is kept", "all": "All of them"}
COLUMNS = (
    "Topic", "What would go wrong without it", "Who knows about it", "How much it matters", "How easily it is lost",
    "Rating", "In words", "First day on which somebody leaves", "Cannot wait", "Who sees to it",
    "What is done about it", "By when", "Knowledge asset", "How it is kept", "Address",
)  # fmt: skip


@dataclass(frozen=True)
class RiskChoice:
    """What the register is narrowed to. Anything odd in the address narrows nothing. Without ``show`` it is what is
    open."""

    show: str = ""
    rating: str = ""
    mine: bool = False

    @classmethod
    def of(cls, params: QueryDict) -> "RiskChoice":
        show, rating = params.get("show", ""), params.get("rating", "")
        return cls(
            show=show if show in SHOWN else "",
            rating=rating if rating in RATING_WORDS else "",
            mine=params.get("mine") == "1",
        )

    @property
    def narrows(self) -> bool:
        return self != RiskChoice()

    def rows(self, membership: Membership, today: date) -> RiskQuerySet:
        """The most urgent first, with all that a row shows. Whoever only knows about it does not learn from what is
        chosen, or from the order, that somebody else leaves."""
        rows = Risk.objects.visible_to(membership)
        sees_all = policies.may_see_register(membership, membership.organisation)
        match self.show:
            case "":
                rows = rows.open()
            case "pressing":
                rows = rows.pressing(today)
                if not sees_all:  # whoever may not contribute any more sees to nothing, and reads nobody’s day
                    is_able = membership.can(Permission.CONTRIBUTE)
                    rows = rows.filter(owner=membership.person_id) if is_able else rows.none()
            case "kept":
                rows = rows.filter(settled_at__isnull=False)
        if self.rating:
            rows = rows.rated(self.rating)
        if self.mine:
            rows = rows.filter(owner=membership.person_id)
        holders = Prefetch("holders", RiskHolder.objects.select_related("person"))
        ordered = rows.most_urgent_first(today) if sees_all else rows.order_by("settled_at", "pk")
        return ordered.select_related("organisation", "owner", "asset").prefetch_related(holders)


@dataclass(frozen=True)
class HolderLine:
    """Somebody who knows about it; ``when`` is empty where no day is known, or not for this reader."""

    holder: RiskHolder
    when: str
    day: date | None

    @property
    def words(self) -> str:
        return f"{self.holder} ({self.when})" if self.when else str(self.holder)


@dataclass(frozen=True)
class RiskRow:
    """One topic as its reader sees it."""

    risk: Risk
    look: Look
    holders: Sequence[HolderLine]
    presses: bool
    late: str

    @property
    def people(self) -> str:
        return "; ".join(line.words for line in self.holders)

    @classmethod
    def build(cls, risk: Risk, membership: Membership, today: date) -> "RiskRow":
        """No query where holders and asset are loaded."""
        sees_all = policies.may_read_leaving(membership, risk)
        is_late = not risk.is_settled and risk.due_on is not None and risk.due_on < today
        return cls(
            risk=risk,
            look=look_of_risk(risk),
            holders=[_line_of(one, membership, today, sees_all=sees_all) for one in risk.holders.all()],
            presses=sees_all and risk.presses(today),
            late=due_in_words(risk.due_on, on=today) if is_late else "",
        )


def _line_of(holder: RiskHolder, membership: Membership, today: date, *, sees_all: bool) -> HolderLine:
    is_own = holder.person_id is not None and holder.person_id == membership.person_id
    day = holder.leaves_on if sees_all or is_own else None
    return HolderLine(holder, leaving_in_words(day, on=today) if day else "", day)


def cells_of(rows: RiskQuerySet, membership: Membership, today: date) -> Iterator[Sequence[object]]:
    """The register for a spreadsheet, under ``COLUMNS``."""
    for risk in rows.iterator(chunk_size=200):
        row = RiskRow.build(risk, membership, today)
        days = [line.day for line in row.holders if line.day]
        yield (
            risk.title, risk.why, row.people, risk.get_matter_display(), risk.get_loss_display(),
            risk.rating, RATING_WORDS[risk.rating_word], long_day(min(days)) if days else "",
            "yes" if row.presses else "", str(risk.owner or ""), risk.plan,
            long_day(risk.due_on) if risk.due_on else "", _asset_in_words(risk.asset), risk.kept_how,
            absolute(risk.get_absolute_url()),
        )  # fmt: skip


def _asset_in_words(asset: Asset | None) -> str:
    """Whether there is one: its words are for those who may read it."""
    if asset is None:
        return ""
    return "Begun" if asset.is_draft else "Published"


@dataclass(frozen=True)
class RiskPage:
    """One topic for one member. ``asset`` is None where they may not read it; ``asset_words`` says that it is there."""

    risk: Risk
    row: RiskRow
    allowed: frozenset[str]
    presses: Sequence[Press]
    asset: Asset | None
    asset_look: Look | None
    asset_words: str
    warned: str
    sees_all: bool

    @classmethod
    def build(cls, risk: Risk, membership: Membership, today: date) -> "RiskPage":
        allowed = policies.allowed_with_risk(membership, risk)
        readable = Asset.objects.visible_to(membership).select_related("organisation")
        asset = readable.filter(pk=risk.asset_id or 0).first()
        sees_all = policies.may_read_leaving(membership, risk)
        return cls(
            risk=risk,
            row=RiskRow.build(risk, membership, today),
            allowed=allowed,
            presses=offered(_presses_of(risk), allowed),
            asset=asset,
            asset_look=look_of_asset(asset) if asset else None,
            asset_words=_asset_in_words(risk.asset),
            warned=_warned_in_words(risk, today) if sees_all else "",
            sees_all=sees_all,
        )


def _presses_of(risk: Risk) -> list[Press]:
    page = [risk.organisation.slug, risk.pk]
    return [
        Press("begin_asset", "Begin a knowledge asset", reverse("risk_asset", args=page), icon="plus"),
        Press(
            "settle", "It is kept now", reverse("risk_settle", args=page), is_form=True, look="secondary", icon="check"
        ),
        Press("write", "Change it", reverse("risk_edit", args=page), is_form=True, look="quiet", icon="pencil"),
        Press("reopen", "It is not kept after all", reverse("risk_reopen", args=page), look="secondary"),
    ]


def _warned_in_words(risk: Risk, today: date) -> str:
    """When the portal reminds whoever sees to it, and why then."""
    if risk.is_settled or risk.warn_on is None:
        return ""
    if risk.leaves_on is not None and risk.leaves_on < today:
        return "It cannot wait: somebody who knows about it has left."
    weeks = WARNED_BEFORE[risk.rating_word] // 7
    if risk.warn_on <= today:
        return f"It cannot wait: a good hand-over of it begins {weeks} weeks before somebody leaves."
    who = capital(str(risk.owner)) if risk.owner else "Whoever sees to it"
    return f"{who} is reminded from {long_day(risk.warn_on)} on, {weeks} weeks before somebody leaves."
