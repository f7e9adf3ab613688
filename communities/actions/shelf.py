"""The shelf of a community: what it pins there, in which order, who looks after it and until when."""

from collections.abc import Collection
from datetime import date, datetime
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import Exists, Max, OuterRef
from django.utils import timezone

from communities import policies
from communities.events import Event
from communities.models import Community, Pin
from communities.transitions import lock_community, refuse_unless_living, seats_that_open
from kmportal.lib.cleaning import clean_text, line_of_text
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal
from kmportal.lib.model_rules import refuse_invalid
from lessons.models import Asset, Lesson
from organisations import events
from organisations.models import GroupMembership, Membership, Person
from organisations.policies import require_that


@transaction.atomic
def pin_to_shelf(
    community: Community,
    *,
    by: Membership,
    at: datetime,
    kind: str,
    lesson: Lesson | None = None,
    asset: Asset | None = None,
    person: Person | None = None,
    url: str = "",
    title: str = "",
    note: str = "",
    review_on: date | None = None,
) -> Pin:
    """Put a lesson, an asset, a link or somebody to ask on the shelf; whoever does it looks after it. What stands there
    already stays as it is."""
    require_that(policies.may_arrange(by, community))
    lock_community(community)
    refuse_unless_living(community)
    if lesson is not None and (found := Pin.objects.filter(community=community, lesson=lesson).first()):
        return found
    if asset is not None and (found := Pin.objects.filter(community=community, asset=asset).first()):
        return found
    pin = Pin(
        community=community,
        kind=kind,
        note=clean_text(note).strip(),
        position=(Pin.objects.filter(community=community).aggregate(last=Max("position"))["last"] or 0) + 1,
        owner=by.person,
        review_on=review_on,
        at=at,
    )
    match kind:
        case Pin.Kind.LESSON:
            pin.lesson = _readable_lesson(lesson, by)
        case Pin.Kind.ASSET:
            pin.asset = _readable_asset(asset, by)
        case Pin.Kind.PERSON:
            pin.person = _member_of(community, person)
        case Pin.Kind.LINK:
            pin.url, pin.title = url, title
            if urlsplit(url).scheme not in ("http", "https") or not line_of_text(title):
                raise Refusal("Give the web address, and say what it is.")
    refuse_invalid(pin, "kind", "url", "title", "note")
    pin.save()
    events.record(Event.COMMUNITY_SHELF_CHANGED, community, by=by, at=at, kind=kind)
    return pin


@transaction.atomic
def change_pin(
    pin: Pin, *, by: Membership, at: datetime, note: str, owner: Person | None = None, review_on: date | None = None
) -> Pin:
    """Say what it is good for, who looks after it and until when. A new day is asked for anew."""
    require_that(policies.may_arrange(by, pin.community))
    lock_community(pin.community)
    refuse_unless_living(pin.community)
    pin.note, pin.owner = clean_text(note).strip(), _member_of(pin.community, owner) if owner else None
    if pin.review_on != review_on:
        pin.review_on, pin.told_at = review_on, None
    refuse_invalid(pin, "note")
    pin.save(update_fields=["note", "owner", "review_on", "told_at"])
    events.record(Event.COMMUNITY_SHELF_CHANGED, pin.community, by=by, at=at, kind=pin.kind)
    return pin


@transaction.atomic
def move_pin(pin: Pin, *, by: Membership, at: datetime, up: bool) -> Pin:
    """One place up or down. At the end it stays where it is."""
    require_that(policies.may_arrange(by, pin.community))
    lock_community(pin.community)
    refuse_unless_living(pin.community)
    order = list(Pin.objects.filter(community=pin.community))
    place = next(number for number, one in enumerate(order) if one.pk == pin.pk)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(order):
        return pin
    order[place], order[other] = order[other], order[place]
    for number, one in enumerate(order):
        one.position = number + 1
    Pin.objects.bulk_update(order, ["position"])
    events.record(Event.COMMUNITY_SHELF_CHANGED, pin.community, by=by, at=at, kind=pin.kind)
    return pin


@transaction.atomic
def unpin(pin: Pin, *, by: Membership, at: datetime) -> None:
    """Take it off the shelf. What was pinned stays where it is."""
    require_that(policies.may_arrange(by, pin.community))
    lock_community(pin.community)
    refuse_unless_living(pin.community)
    pin.delete()
    events.record(Event.COMMUNITY_SHELF_CHANGED, pin.community, by=by, at=at, kind=pin.kind)


@transaction.atomic
def ask_about_pin(pin: Pin, *, at: datetime) -> bool:
    """Ask its owner, once, to look at it again; who keeps the community together, where its owner cannot come in. The
    portal’s own, on the day that was set."""
    pin.refresh_from_db(from_queryset=Pin.objects.select_for_update(of=("self",)).select_related("community", "lesson"))
    if pin.told_at is not None or pin.review_on is None or pin.review_on > timezone.localdate(at):
        return False
    if not pin.community.is_living:
        return False
    pin.told_at = at
    pin.save(update_fields=["told_at"])
    owner = pin.owner if seats_that_open(pin.community).filter(person=pin.owner_id).exists() else None
    events.record(Event.COMMUNITY_PIN_DUE, pin.community, by=None, at=at, owner=owner, pin=pin)
    return True


@transaction.atomic
def release_pins(groups: Collection[int], *, at: datetime) -> None:
    """In the communities of these groups: what somebody looked after who belongs to one no longer is looked after by
    nobody, and whoever arranges the shelf chooses anew. The portal’s own, when somebody goes."""
    inside = GroupMembership.objects.in_force_for_anybody()
    inside = inside.filter(group=OuterRef("community__group"), person=OuterRef("owner"))
    rows = Pin.objects.filter(community__group__in=groups, owner__isnull=False).exclude(Exists(inside))
    for pin in rows.select_related("community__organisation").select_for_update(of=("self",)):
        pin.owner = None
        pin.save(update_fields=["owner"])
        events.record(Event.COMMUNITY_SHELF_CHANGED, pin.community, by=None, at=at, kind=pin.kind)


def _readable_lesson(lesson: Lesson | None, by: Membership) -> Lesson:
    """One that is checked, and that whoever pins it may read; each reader of the shelf sees it by its own reach."""
    rows = Lesson.objects.visible_to(by).validated()
    found = rows.filter(pk=lesson.pk).first() if lesson is not None else None
    if found is None:
        raise Refusal(worded("Choose a checked lesson that you can read."))
    return found


def _readable_asset(asset: Asset | None, by: Membership) -> Asset:
    """One that is published, and that whoever pins it may read; each reader of the shelf sees it by its own reach."""
    rows = Asset.objects.visible_to(by).published()
    found = rows.filter(pk=asset.pk).first() if asset is not None else None
    if found is None:
        raise Refusal("Choose a published knowledge asset that you can read.")
    return found


def _member_of(community: Community, person: Person | None) -> Person:
    if person is None or not seats_that_open(community).filter(person=person).exists():
        raise Refusal(worded("Choose somebody who belongs to the community."))
    return person
