"""Knowledge assets: begun, written, published, checked by somebody else, looked after, thrown away as a draft.

A draft is its author’s. What is published is read as far as it says; its parts are shown as far as each may be read.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from attachments.storing import forget_files
from kmportal.lib.cleaning import clean_text, line_of_text
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal, Stale
from kmportal.lib.model_rules import refuse_invalid
from lessons import policies
from lessons.events import Event
from lessons.models import ASSET_WIDTHS, Asset, AssetPart, AssetRevision, Lesson
from lessons.transitions import lock_asset, refuse_foreign_group, refuse_full
from organisations import events
from organisations.models import Group, GroupMembership, Membership, Organisation, Person
from organisations.permissions import Permission
from organisations.policies import may_pass_on, require, require_that
from organisations.visibility import Reach

WORDS = ("title", "purpose", "text")
A_YEAR = timedelta(days=365)


@transaction.atomic
def start_asset(
    organisation: Organisation,
    *,
    by: Membership,
    at: datetime,
    words: Mapping[str, str],
    group: Group | None = None,
    share_with: str = Reach.ORGANISATION,
    review_on: date | None = None,
    deputy: Person | None = None,
    once: UUID | None = None,
) -> Asset:
    """Begin a draft that only its author sees. Idempotent: the same ``once`` a second time answers the first."""
    require(Permission.CONTRIBUTE, by, organisation)
    key = once or uuid4()
    if found := Asset.objects.filter(organisation=organisation, author=by.person, once=key).first():
        return found
    asset = Asset(
        organisation=organisation,
        group=group,
        author=by.person,
        owner=by.person,
        share_with=share_with,
        review_on=review_on,
        deputy=deputy,
        once=key,
        created_at=at,
        **_clean_words(words),
    )
    refuse_invalid(asset, *WORDS, "share_with")
    _refuse_width(asset, by)
    _refuse_deputy(asset)
    try:
        with transaction.atomic():
            asset.save()
    except IntegrityError:
        return Asset.objects.get(organisation=organisation, author=by.person, once=key)  # at the same moment
    _keep_version(asset, by=by, at=at)
    events.record(Event.ASSET_DRAFTED, asset, by=by, at=at)
    return asset


@transaction.atomic
def write_asset(
    asset: Asset,
    *,
    by: Membership,
    at: datetime,
    seen: int,
    words: Mapping[str, str],
    group: Group | None = None,
    share_with: str = Reach.ORGANISATION,
    review_on: date | None = None,
    deputy: Person | None = None,
) -> Asset:
    """Change it. ``Stale`` when it has moved on since ``seen``, unless the same stands there already.

    Other words are a new version, and what was checked is the one before. Who reads it is changed by its author, or by
    whoever looks after it, alone.
    """
    require_that(policies.may_write_asset(by, asset))
    lock_asset(asset)
    fresh = _clean_words(words)
    before = {name: getattr(asset, name) for name in (*WORDS, "group", "share_with", "review_on", "deputy")}
    wanted = {**fresh, "group": group, "share_with": share_with, "review_on": review_on, "deputy": deputy}
    if wanted == before:
        return asset
    if asset.version != seen:
        raise Stale
    readers_change = (group, share_with) != (before["group"], before["share_with"])
    if readers_change and not policies.may_share_asset(by, asset):
        raise Refusal("Only its author, and whoever looks after it, can say who may read it.")
    for name, value in wanted.items():
        setattr(asset, name, value)
    refuse_invalid(asset, *WORDS, "share_with")
    if readers_change:
        _refuse_width(asset, by)
    if readers_change or deputy != before["deputy"]:
        _refuse_deputy(asset)
    if not asset.is_draft:
        _refuse_empty(asset)
        asset.reach = share_with
    if any(before[name] != fresh[name] for name in WORDS):
        asset.number += 1
        _keep_version(asset, by=by, at=at)
    asset.version += 1
    asset.save(update_fields=[*wanted, "reach", "number", "version"])
    if readers_change and not asset.is_draft:
        _release_if_unreadable(asset)
    events.record(Event.ASSET_CHANGED, asset, by=by, at=at, number=asset.number)
    return asset


@transaction.atomic
def publish_asset(asset: Asset, *, by: Membership, at: datetime) -> Asset:
    """Let others read it, as far as it says. Idempotent."""
    require_that(policies.may_write_asset(by, asset))
    lock_asset(asset)
    if not asset.is_draft:
        return asset
    _refuse_empty(asset)
    _refuse_width(asset, by)
    asset.state, asset.reach, asset.published_at = Asset.State.PUBLISHED, asset.share_with, at
    asset.version += 1
    asset.save(update_fields=["state", "reach", "published_at", "version"])
    events.record(Event.ASSET_PUBLISHED, asset, by=by, at=at, reach=asset.reach)
    return asset


@transaction.atomic
def check_asset(asset: Asset, *, by: Membership, at: datetime, number: int) -> Asset:
    """Say that this version is right: somebody who wrote neither it nor its words of today. The same again changes
    nothing; a version that is not the newest any more is ``Stale``."""
    require(Permission.CONTRIBUTE, by, asset.organisation)
    require_that(policies.may_read_asset(by, asset))
    lock_asset(asset)
    if asset.is_draft:
        raise Refusal("It is a draft. It can be checked once it is published.")
    if asset.checked_number == number == asset.number:
        return asset
    if asset.number != number:
        raise Stale
    if not policies.may_check_asset(by, asset):
        raise Refusal("Somebody who did not write it must check it.")
    asset.checked_by, asset.checked_at, asset.checked_number = by.person, at, number
    asset.save(update_fields=["checked_by", "checked_at", "checked_number"])
    events.record(Event.ASSET_CHECKED, asset, by=by, at=at, number=number)
    return asset


@transaction.atomic
def keep_asset(asset: Asset, *, by: Membership, at: datetime, seen: date | None) -> Asset:
    """Say that it still holds, a year before somebody is to look at it again. ``seen`` is the day that stood there: a
    second press changes nothing. Refuses a draft."""
    require_that(policies.may_write_asset(by, asset))
    lock_asset(asset)
    if asset.is_draft:
        raise Refusal("It is a draft. It can be looked at again once it is published.")
    if asset.review_on != seen:
        return asset
    asset.review_on = timezone.localdate(at) + A_YEAR
    asset.version += 1
    asset.save(update_fields=["review_on", "version"])
    events.record(Event.ASSET_KEPT, asset, by=by, at=at)
    return asset


@transaction.atomic
def take_asset(asset: Asset, *, by: Membership, at: datetime) -> Asset:
    """Look after it from now on. Idempotent."""
    require_that(policies.may_write_asset(by, asset))
    lock_asset(asset)
    if asset.is_draft:
        raise Refusal("It is a draft, and its author looks after it.")
    return _give_to(asset, by.person, by=by, at=at)


@transaction.atomic
def pass_on_asset(asset: Asset, *, by: Membership, at: datetime, to: Person | None) -> Asset:
    """Give what somebody looked after who goes to another; with nobody named it waits for whoever comes. Idempotent."""
    require_that(may_pass_on(Permission.FACILITATE, by, asset.organisation))
    lock_asset(asset)
    if asset.is_draft or asset.reach != Reach.ORGANISATION:
        raise Refusal("Only those who can read it can say who looks after it.")
    members = Membership.objects.current().may(Permission.CONTRIBUTE).filter(organisation=asset.organisation)
    if to is not None and not members.filter(person=to).exists():
        raise Refusal(f"{to} cannot look after it. Choose somebody else.")
    return _give_to(asset, to, by=by, at=at)


@transaction.atomic
def add_part(
    asset: Asset,
    *,
    by: Membership,
    at: datetime,
    kind: str,
    lesson: Lesson | None = None,
    person: Person | None = None,
    url: str = "",
    title: str = "",
    note: str = "",
) -> AssetPart:
    """Put a checked lesson, a link or somebody to ask into it. What is in it already stays as it is; somebody who is
    named is told, and can take their name off."""
    require_that(policies.may_write_asset(by, asset))
    lock_asset(asset)
    there = asset.parts.filter(lesson=lesson) if lesson else asset.parts.filter(person=person) if person else None
    if there is not None and (found := there.first()):
        return found
    refuse_full(asset)
    part = AssetPart(asset=asset, kind=kind, note=clean_text(note).strip(), at=at)
    match kind:
        case AssetPart.Kind.LESSON:
            part.lesson = _readable_lesson(lesson, by)
        case AssetPart.Kind.PERSON:
            part.person = _member_to_ask(asset, person)
        case AssetPart.Kind.LINK:
            part.url, part.title = url, line_of_text(title)
            if urlsplit(url).scheme not in ("http", "https") or not part.title:
                raise Refusal("Give the web address, and say what it is.")
    refuse_invalid(part, "kind", "url", "title", "note")
    part.save()
    events.record(Event.ASSET_PARTS_CHANGED, asset, by=by, at=at, kind=kind, named=part.person)
    return part


@transaction.atomic
def remove_part(part: AssetPart, *, by: Membership, at: datetime) -> None:
    """Take it out; a lesson stays where it is at home, of a file nothing is kept. Whoever is named takes their own name
    off."""
    require_that(policies.may_remove_part(by, part))
    lock_asset(part.asset)
    asset, kind = part.asset, part.kind
    AssetPart.objects.filter(pk=part.pk).delete()
    if part.file is not None:
        forget_files([part.file])
    events.record(Event.ASSET_PARTS_CHANGED, asset, by=by, at=at, kind=kind, named=None)


@transaction.atomic
def discard_asset(asset: Asset, *, by: Membership, at: datetime) -> None:
    """Throw a draft away that nobody else has seen."""
    require_that(policies.may_write_asset(by, asset))
    lock_asset(asset)
    if not asset.is_draft:
        raise Refusal("It is published, and others may rely on it.")
    events.record(Event.ASSET_DELETED, asset, by=by, at=at)
    forget_files([part.file for part in asset.parts.exclude(file=None).select_related("file") if part.file])
    asset.delete()


@transaction.atomic
def release_assets(groups: Collection[int], *, at: datetime) -> None:
    """What somebody looked after for one of these groups, to which they no longer belong, is looked after by nobody,
    and its people choose. The portal’s own, when somebody goes."""
    inside = GroupMembership.objects.in_force_for_anybody().filter(group=OuterRef("group"), person=OuterRef("owner"))
    rows = Asset.objects.published().filter(group__in=groups, reach=Reach.GROUP, owner__isnull=False)
    rows = rows.exclude(Exists(inside)).select_related("organisation").select_for_update(of=("self",))
    for asset in rows:
        _give_to(asset, None, by=None, at=at)


# --- What they share -------------------------------------------------------------------------------------------------


def _clean_words(words: Mapping[str, str]) -> dict[str, Any]:
    """All three words; what is left out is empty."""
    clean = {name: clean_text(words.get(name, "")).strip() for name in WORDS}
    return {**clean, "title": line_of_text(clean["title"])}


def _keep_version(asset: Asset, *, by: Membership, at: datetime) -> None:
    words = {name: getattr(asset, name) for name in WORDS}
    AssetRevision.objects.create(asset=asset, number=asset.number, at=at, by=by.person, **words)


def _refuse_width(asset: Asset, by: Membership) -> None:
    """A group of one’s own, and one that is named where it is for a group alone."""
    if asset.share_with not in dict(ASSET_WIDTHS):
        raise Refusal("Choose who may read it.")
    refuse_foreign_group(asset.organisation, asset.group)
    if asset.share_with == Reach.GROUP and asset.group is None:
        raise Refusal(worded("Say which group it belongs to, or let everybody read it."))
    if asset.group is not None and not GroupMembership.objects.in_force(by).filter(group=asset.group).exists():
        raise Refusal(worded("Choose a group that you belong to."))


def _refuse_deputy(asset: Asset) -> None:
    """Somebody here who contributes and can read it, and another than whoever looks after it."""
    if asset.deputy is None:
        return
    members = Membership.objects.current().may(Permission.CONTRIBUTE).filter(organisation=asset.organisation)
    inside = GroupMembership.objects.in_force_for_anybody().filter(
        group=asset.group_id, person=asset.deputy, membership__organisation=asset.organisation
    )
    can_read = asset.share_with != Reach.GROUP or inside.exists()
    if asset.deputy == asset.owner or not can_read or not members.filter(person=asset.deputy).exists():
        raise Refusal("Choose somebody else to stand in, who can read it.")


def _refuse_empty(asset: Asset) -> None:
    if not asset.purpose or not asset.text:
        raise Refusal("Say who needs it, and what it says, before others read it.")


def _release_if_unreadable(asset: Asset) -> None:
    """Whoever looked after it and reads it no longer looks after it no longer."""
    if asset.reach != Reach.GROUP or asset.owner_id is None or asset.owner_id == asset.author_id:
        return
    inside = GroupMembership.objects.in_force_for_anybody()
    if not inside.filter(group=asset.group_id, person=asset.owner_id).exists():
        asset.owner = None
        asset.save(update_fields=["owner"])


def _give_to(asset: Asset, person: Person | None, *, by: Membership | None, at: datetime) -> Asset:
    if asset.owner == person:
        return asset
    asset.owner = person
    if asset.deputy == person:  # who stood in has it now
        asset.deputy = None
    asset.save(update_fields=["owner", "deputy"])
    events.record(Event.ASSET_PASSED_ON, asset, by=by, at=at, to=person)
    return asset


def _readable_lesson(lesson: Lesson | None, by: Membership) -> Lesson:
    """One that is checked, and that whoever adds it may read; each reader sees it by its own reach."""
    found = Lesson.objects.visible_to(by).validated().filter(pk=lesson.pk).first() if lesson is not None else None
    if found is None:
        raise Refusal(worded("Choose a checked lesson that you can read."))
    return found


def _member_to_ask(asset: Asset, person: Person | None) -> Person:
    members = Membership.objects.current().filter(organisation=asset.organisation)
    inside = GroupMembership.objects.in_force_for_anybody().filter(group=asset.group_id, person=person)
    if person is None or not (members.filter(person=person).exists() or inside.exists()):
        raise Refusal("Choose somebody who is here.")
    return person
