"""The ten steps of building a knowledge asset: saying yes to a check, and opening a step again; and the PDF of it."""

from datetime import datetime
from hashlib import sha256

from django.conf import settings
from django.db import transaction

from jobs.actions import enqueue
from jobs.models import Job
from kmportal.lib.cleaning import clean_text
from kmportal.lib.exceptions import Refusal
from kmportal.lib.model_rules import refuse_invalid
from kmportal.lib.sentences import quoted
from lessons import policies
from lessons.asset_steps import asset_guide
from lessons.events import Event
from lessons.models import Asset, AssetStep, Lesson
from lessons.reports.asset_steps import missing_for
from lessons.transitions import lock_asset
from organisations import events
from organisations.models import Membership
from organisations.policies import require_that


@transaction.atomic
def do_step(asset: Asset, *, by: Membership, at: datetime, number: int, note: str = "") -> AssetStep:
    """Say yes to the check of a step. Refused while what the portal sees says otherwise. The same again changes
    nothing; another note stands in the place of the first."""
    require_that(policies.may_write_asset(by, asset))
    lock_asset(asset)
    guide = asset_guide().step(number)
    if guide is None:
        raise Refusal("Choose one of the ten steps.")
    words = clean_text(note).strip()
    refuse_invalid(AssetStep(note=words), "note")
    step = asset.steps.filter(number=number).first()
    if step is not None and step.note == words:
        return step
    if missing := missing_for(guide, asset):
        raise Refusal(missing)
    if step is None:
        step = AssetStep(asset=asset, number=number)
    step.note, step.at, step.by = words, at, by.person
    step.save()
    events.record(Event.ASSET_STEP_DONE, asset, by=by, at=at, step=number)
    return step


@transaction.atomic
def open_step(asset: Asset, *, by: Membership, at: datetime, number: int) -> None:
    """Say that there is still something to do. Idempotent."""
    require_that(policies.may_write_asset(by, asset))
    lock_asset(asset)
    found, _ = asset.steps.filter(number=number).delete()
    if found:
        events.record(Event.ASSET_STEP_OPEN, asset, by=by, at=at, step=number)


@transaction.atomic
def request_asset_pdf(asset: Asset, *, by: Membership, at: datetime) -> Job:
    """Have the worker draw it on paper, with the rights that ``by`` has then. Idempotent: once for each person, hour
    and version."""
    require_that(policies.may_read_asset(by, asset))
    newest = Lesson.objects.order_by("-pk").values_list("pk", flat=True).first()
    parts = list(asset.parts.values_list("pk", flat=True))
    drawn = [settings.VERSION, by.organisation.version, asset.version, asset.checked_number, parts, newest]
    mark = sha256(repr([*drawn, f"{at:%Y-%m-%d %H}"]).encode()).hexdigest()[:16]
    return enqueue(
        "lessons.tasks.asset_pdf",
        {"asset_id": asset.pk},
        title=f"{quoted(asset.title)} as a PDF",
        key=f"asset {asset.pk} {mark} {by.person_id}",
        by=by,
        organisation=by.organisation,
        at=at,
        back_url=asset.get_absolute_url(),
    )
