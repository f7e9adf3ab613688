"""Keeping files, and forgetting them: called inside the transaction of the action that attaches them.

It asks nobody for permission: that is the part of the action, which knows what the files hang on.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db.models import Sum

from attachments.file_kinds import MB, MOST, MOST_A_DAY
from attachments.inspection import CheckedFile
from attachments.models import FileContent, StoredFile
from kmportal.lib.exceptions import Refusal
from organisations.models import Organisation, Person

# A file hangs on something in the transaction that keeps it; the day is for a clock that was put right.
ORPHAN_AFTER = timedelta(days=1)


def keep_files(
    files: Sequence[CheckedFile],
    *,
    organisation: Organisation,
    by: Person,
    at: datetime,
    there: Collection[StoredFile] = (),
) -> list[StoredFile]:
    """Keep these beside those that are ``there`` already; the same file again is kept once. Answers the new ones."""
    known = {file.digest for file in there}
    new = {file.digest: file for file in files if file.digest not in known}.values()
    if len(there) + len(new) > MOST:
        raise Refusal(f"At most {MOST} files can be attached here. Leave some out.")
    _brake(by, sum(file.size for file in new), at=at)
    return [_keep(file, organisation=organisation, by=by, at=at) for file in new]


def copy_files(
    files: Sequence[StoredFile],
    *,
    organisation: Organisation,
    by: Person,
    at: datetime,
) -> list[StoredFile]:
    """The same files once more, for another place with readers of its own."""
    told = ("name", "kind", "size", "digest", "small_width", "small_height")
    copies = []
    for file in files:
        copy = StoredFile.objects.create(
            organisation=organisation, uploaded_by=by, uploaded_at=at, **{name: getattr(file, name) for name in told}
        )
        FileContent.objects.bulk_create(
            FileContent(file=copy, version=one.version, content=one.content) for one in file.contents.all()
        )
        copies.append(copy)
    return copies


def forget_files(files: Collection[StoredFile]) -> None:
    """Delete them with their bytes, and with what points at them."""
    StoredFile.objects.filter(pk__in=[file.pk for file in files]).delete()


def forget_orphans(at: datetime) -> int:
    """Delete the files whose post or page is gone; answers how many. Safe to repeat."""
    found = StoredFile.objects.filter(uploaded_at__lt=at - ORPHAN_AFTER).orphans()
    return found.delete()[1].get(StoredFile._meta.label, 0)


def _brake(person: Person, size: int, *, at: datetime) -> None:
    """So much in a day is no conversation any more."""
    if not size:
        return
    day = StoredFile.objects.filter(uploaded_by=person, uploaded_at__gt=at - timedelta(days=1), uploaded_at__lte=at)
    sent = day.aggregate(sum=Sum("size"))["sum"] or 0
    if sent + size > MOST_A_DAY:
        raise Refusal(
            f"You have attached about {sent // MB} MB within a day, and {MOST_A_DAY // MB} MB is the most. Attach this "
            "tomorrow, or link to where it is kept."
        )


def _keep(file: CheckedFile, *, organisation: Organisation, by: Person, at: datetime) -> StoredFile:
    picture, Version = file.picture, FileContent.Version
    kept = StoredFile.objects.create(
        organisation=organisation,
        name=file.name,
        kind=file.kind.key,
        size=file.size,
        digest=file.digest,
        small_width=picture.small_width if picture else None,
        small_height=picture.small_height if picture else None,
        uploaded_by=by,
        uploaded_at=at,
    )
    FileContent.objects.create(file=kept, version=Version.WHOLE, content=file.content)
    if picture:
        FileContent.objects.create(file=kept, version=Version.SMALL, content=picture.small)
    return kept
