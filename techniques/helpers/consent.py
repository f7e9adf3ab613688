"""One question of consent at the end. Until everybody has agreed, nothing that would be shared can be written down."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kmportal.lib.exceptions import Refusal
from techniques import room_log
from techniques.actions.room import consent
from techniques.helper_registry import Act, Helper, Viewer
from techniques.models import Consent, ConsentAsked, Participant, RoomEvent, Session, Stage


@dataclass(frozen=True)
class _State:
    """Who answered what, until it is counted. Never for a template."""

    agreed: dict[int, bool] = field(default_factory=dict)
    asked: ConsentAsked | None = None


@dataclass(frozen=True)
class SeenConsent:
    """What may be known of the answers. ``mine`` is the viewer’s own; ``answered`` is how many there are, for whoever
    leads and for the big screen. Which way they go is told to nobody."""

    asked: ConsentAsked | None
    answered: int
    mine: bool | None
    fewest: int = consent.FEWEST

    @property
    def is_enough(self) -> bool:
        return self.answered >= self.fewest


def read(stages: Sequence[Stage]) -> dict[int, _State]:
    asked = {one.stage_id: one for one in ConsentAsked.objects.filter(stage__in=stages)}
    agreed: dict[int, dict[int, bool]] = {}
    for one in Consent.objects.filter(stage__in=stages):
        agreed.setdefault(one.stage_id, {})[one.participant_id] = one.agrees
    return {stage.pk: _State(agreed.get(stage.pk, {}), asked.get(stage.pk)) for stage in stages}


def see(state: _State, viewer: Viewer) -> SeenConsent:
    answered = len(state.agreed) if viewer.audience != "participant" else 0
    return SeenConsent(state.asked, answered, state.agreed.get(viewer.participant) if viewer.participant else None)


def tell(seen: SeenConsent) -> str:
    return seen.asked.in_words if seen.asked else ""


def take_answer(typed: str) -> dict[str, Any]:
    if typed not in {"yes", "no"}:
        raise Refusal("Choose yes or no.")
    return {"agrees": typed == "yes"}


def refuse_note(stage: Stage, column: str, author: Participant | None) -> str:
    """What a person will do is theirs to write; what others would read waits for everybody."""
    if stage.column(column).makes == "actions":
        return ""
    asked = ConsentAsked.objects.filter(stage=stage).first()
    if asked is None:
        return "This is written down only when everybody has agreed. Answer the question first."
    return "" if asked.everybody else "Not everybody agreed, so nothing of this is written down."


def forget(session: Session, *, by: Participant, at: datetime) -> None:
    """Who has gone is asked no more; who comes back is asked anew."""
    given = Consent.objects.filter(participant=by, stage__session=session)
    stages = list(given.values_list("stage", flat=True))
    given.delete()
    for stage in stages:
        room_log.append_event(session, RoomEvent.Kind.HELPER_DESK, stage, at=at)


def close(stage: Stage, at: datetime) -> None:
    """What nobody counted says nothing."""
    Consent.objects.filter(stage=stage).delete()


CONSENT = Helper(
    key=consent.HELPER,
    read=read,
    see=see,
    drawing="techniques/helpers/consent.html",
    own="techniques/helpers/consent_own.html",
    outcome="techniques/helpers/consent_outcome.html",
    tell=tell,
    acts={
        "answer": Act(consent.answer_consent, take_answer),
        "count": Act(consent.count_consent, leads=True),
    },
    leave=forget,
    close=close,
    refuse_note=refuse_note,
    secrets=(Consent,),
    traces=lambda: ConsentAsked.objects.with_traces(),
)
