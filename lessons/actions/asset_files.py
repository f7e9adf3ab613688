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
from lessons.events import Event
from lessons.models import Asset, AssetPart
from lessons.transitions import lock_asset, refuse_full
from organisations import events
from organisations.models import Membership
from organisations.policies import require_that


@transaction.atomic
def add_files(
    asset: Asset, *, by: Membership, at: datetime, files: Sequence[CheckedFile], note: str = ""
) -> list[AssetPart]:
    """Put files into it, with what they show or what they are good for. What is in it already stays as it is;
    where all of them are, a note is written to them."""
    require_that(policies.may_write_asset(by, asset))
    lock_asset(asset)
    if not files:
        raise Refusal("Choose a file.")
    there = list(StoredFile.objects.filter(pk__in=asset.parts.exclude(file=None).values("file")))
    kept = keep_files(files, organisation=asset.organisation, by=by.person, at=at, there=there)
    words = clean_text(note).strip()
    refuse_invalid(AssetPart(note=words), "note")
    if not kept and not words:
        raise Refusal("It is in it already.")
    if not kept:
        return _write_note(asset, files, words, by=by, at=at)
    refuse_full(asset, more=len(kept))
    parts = [
        AssetPart.objects.create(asset=asset, kind=AssetPart.Kind.FILE, file=file, title=file.name, note=words, at=at)
        for file in kept
    ]
    events.record(Event.ASSET_PARTS_CHANGED, asset, by=by, at=at, kind=AssetPart.Kind.FILE, named=None)
    return parts


def _write_note(
    asset: Asset, files: Sequence[CheckedFile], words: str, *, by: Membership, at: datetime
) -> list[AssetPart]:
    """Say what files show that are in it already."""
    parts = list(asset.parts.filter(file__digest__in=[file.digest for file in files]))
    if any(part.note != words for part in parts):
        for part in parts:
            part.note = words
            part.save(update_fields=["note"])
        events.record(Event.ASSET_PARTS_CHANGED, asset, by=by, at=at, kind=AssetPart.Kind.FILE, named=None)
    return parts
