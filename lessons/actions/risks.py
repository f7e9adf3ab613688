"""The register of knowledge at risk: topics put in, changed, given into other hands, kept in a knowledge asset, and
said to be kept.

Who knows about them: ``lessons.actions.risk_holders``.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from kmportal.lib.cleaning import clean_text, line_of_text
from kmportal.lib.exceptions import Refusal, Stale
from kmportal.lib.model_rules import refuse_invalid
from kmportal.lib.sentences import capital
from lessons import policies
from lessons.actions.assets import add_part, start_asset
from lessons.events import Event
from lessons.models import Asset, AssetPart, Risk
from lessons.transitions import keep_warning, lock_risk, lock_risks_of
from organisations import events
from organisations.models import Membership, Organisation, Person
from organisations.permissions import Permission
from organisations.policies import may_pass_on, require_that

TEXTS = ("why", "plan")
FACTS = ("matter", "loss", "owner", "due_on")
# What the person who begins it has written already, as headings of the draft.
_WITHOUT = "## What goes wrong without it"
_WHO_KNOWS = "## Who else knows about it"


@transaction.atomic
def add_risk(
    organisation: Organisation, *, by: Membership, at: datetime, wanted: Mapping[str, Any], once: UUID | None = None
) -> Risk:
    """Put a topic into the register. Idempotent: the same ``once`` a second time answers the first."""
    require_that(policies.may_add_risk(by, organisation))
    key = once or uuid4()
    if found := Risk.objects.filter(organisation=organisation, once=key).first():
        return found
    risk = Risk(organisation=organisation, author=by.person, once=key, created_at=at, **_tidy(wanted))
    _refuse_wrong(risk)
    try:
        with transaction.atomic():
            risk.save()
    except IntegrityError:
        return Risk.objects.get(organisation=organisation, once=key)  # at the same moment
    events.record(Event.RISK_ADDED, risk, by=by, at=at)
    return risk


@transaction.atomic
def write_risk(risk: Risk, *, by: Membership, at: datetime, seen: int, wanted: Mapping[str, Any]) -> Risk:
    """Change it. ``Stale`` when it has moved on since ``seen``, unless the same stands there already."""
    require_that(policies.may_write_risk(by, risk))
    lock_risk(risk)
    fresh = _tidy(wanted)
    before = {name: getattr(risk, name) for name in fresh}
    if fresh == before:
        return risk
    _refuse_settled(risk)
    if risk.version != seen:
        raise Stale
    for name, value in fresh.items():
        setattr(risk, name, value)
    _refuse_wrong(risk, is_owner_new=risk.owner != before["owner"])
    risk.version += 1
    risk.save(update_fields=[*fresh, "version"])
    keep_warning(risk)
    events.record(Event.RISK_CHANGED, risk, by=by, at=at)
    if risk.owner != before["owner"]:
        events.record(Event.RISK_PASSED_ON, risk, by=by, at=at, texts=_from(before["owner"]), to=risk.owner)
    return risk


@transaction.atomic
def pass_on_risk(risk: Risk, *, by: Membership, at: datetime, to: Person | None) -> Risk:
    """Give what somebody saw to who goes to another; with nobody named it waits for whoever is chosen. Idempotent."""
    require_that(may_pass_on(Permission.FACILITATE, by, risk.organisation))
    lock_risks_of(risk.owner, risk)
    if risk.owner == to:
        return risk
    _refuse_owner(risk, to)
    before, risk.owner = risk.owner, to
    risk.version += 1
    risk.save(update_fields=["owner", "version"])
    events.record(Event.RISK_PASSED_ON, risk, by=by, at=at, texts=_from(before), to=to)
    return risk


@transaction.atomic
def begin_asset_of_risk(risk: Risk, *, by: Membership, at: datetime) -> Asset:
    """Begin the draft of a knowledge asset with what the register knows: the topic, what goes wrong without it, and
    whom to ask. It is theirs alone until they publish it. Idempotent: what was begun is answered, but
    for a draft of somebody else, which stays with them."""
    require_that(policies.may_begin_asset_of(by, risk))
    lock_risk(risk)
    if risk.asset is not None and not policies.waits_for_asset(by, risk):
        return risk.asset
    _refuse_settled(risk)
    holders = list(risk.holders.select_related("person"))
    in_words = [f"* {capital(one.name)}" for one in holders if one.name]
    pieces = [f"{_WITHOUT}\n\n{risk.why}"] if risk.why else []
    pieces += ["\n".join([_WHO_KNOWS, "", *in_words])] if in_words else []
    words = {"title": risk.title, "text": "\n\n".join(pieces)}
    asset = start_asset(risk.organisation, by=by, at=at, words=words)
    here = Membership.objects.current().filter(organisation=risk.organisation).values_list("person", flat=True)
    able = set(here.filter(person__in=[one.person_id for one in holders if one.person_id]))
    for one in holders:
        if one.person_id in able:
            add_part(asset, by=by, at=at, kind=AssetPart.Kind.PERSON, person=one.person, note="Knows about it")
    risk.asset = asset
    risk.version += 1
    risk.save(update_fields=["asset", "version"])
    events.record(Event.RISK_ASSET_BEGUN, risk, by=by, at=at)
    return asset


@transaction.atomic
def settle_risk(risk: Risk, *, by: Membership, at: datetime, how: str) -> Risk:
    """Say that it is kept, and how. Idempotent: the first answer stands."""
    require_that(policies.may_write_risk(by, risk))
    lock_risk(risk)
    if risk.is_settled:
        return risk
    risk.kept_how = _text(how)
    if not risk.kept_how:
        raise Refusal("Say how it is kept now.")
    refuse_invalid(risk, "kept_how")
    risk.settled_at = at
    risk.version += 1
    risk.save(update_fields=["kept_how", "settled_at", "version"])
    events.record(Event.RISK_SETTLED, risk, by=by, at=at)
    return risk


@transaction.atomic
def reopen_risk(risk: Risk, *, by: Membership, at: datetime) -> Risk:
    """Say that it is not kept after all: it is asked about again. What was said stays. Idempotent."""
    require_that(policies.may_write_risk(by, risk))
    lock_risk(risk)
    if not risk.is_settled:
        return risk
    risk.settled_at = None
    risk.version += 1
    risk.save(update_fields=["settled_at", "version"])
    events.record(Event.RISK_REOPENED, risk, by=by, at=at)
    return risk


# --- What they share -------------------------------------------------------------------------------------------------


def _tidy(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """All that a topic says; what is left out is empty."""
    words = {"title": line_of_text(wanted.get("title", "")), **{name: _text(wanted.get(name, "")) for name in TEXTS}}
    return {**words, **{name: wanted.get(name) for name in FACTS}}


def _text(text: str) -> str:
    """Without what cannot be seen; empty where nothing else is in it."""
    return clean_text(text).strip() if line_of_text(text) else ""


def _from(person: Person | None) -> dict[str, str]:
    """Who saw to it before, for the subscribers."""
    return {"from": str(person.pk)} if person else {}


def _refuse_wrong(risk: Risk, *, is_owner_new: bool = True) -> None:
    refuse_invalid(risk, "title", *TEXTS, "matter", "loss")
    if is_owner_new:
        _refuse_owner(risk, risk.owner)


def _refuse_owner(risk: Risk, person: Person | None) -> None:
    """Somebody who contributes here today."""
    members = Membership.objects.current().may(Permission.CONTRIBUTE).filter(organisation=risk.organisation)
    if person is not None and not members.filter(person=person).exists():
        raise Refusal(f"{person} cannot see to it. Choose somebody else.")


def _refuse_settled(risk: Risk) -> None:
    if risk.is_settled:
        raise Refusal("Somebody has said that it is kept. Say first that it is not.")
