"""Files of a knowledge asset: each is one of its parts, which whoever may write it puts in, and takes out again."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from attachments.inspection import CheckedFile
from attachments.models import StoredFile
from attachments.storing import keep_files
from kmportal.lib.cleaning import clean_text
from kmportal.lib.exceptions import Refusal
from kmportal.lib.model_rules import refuse_invalid
from lessons import policies
from lessons.actions.assets import lock_asset, refuse_full
from lessons.events import Event
from lessons.models import Asset, AssetPart
from organisations import events
from organisations.models import Membership
from organisations.policies import require_that


@transaction.atomic
def add_files(
    asset: Asset, *, by: Membership, at: datetime, files: Sequence[CheckedFile], note: str = ""
) -> list[AssetPart]:
    """Put files into it, with what they show or what they are good for. What is in it already stays as it is: the same
    file again changes nothing."""
    require_that(policies.may_write_asset(by, asset))
    lock_asset(asset)
    if not files:
        raise Refusal("Choose a file.")
    there = list(StoredFile.objects.filter(pk__in=asset.parts.exclude(file=None).values("file")))
    kept = keep_files(files, organisation=asset.organisation, by=by.person, at=at, there=there)
    if not kept:
        return []
    refuse_full(asset, more=len(kept))
    words = clean_text(note).strip()
    refuse_invalid(AssetPart(note=words), "note")
    parts = [
        AssetPart.objects.create(asset=asset, kind=AssetPart.Kind.FILE, file=file, title=file.name, note=words, at=at)
        for file in kept
    ]
    events.record(Event.ASSET_PARTS_CHANGED, asset, by=by, at=at, kind=AssetPart.Kind.FILE, named=None)
    return parts
