"""Bring communities in from a folder on this machine. The last line is JSON for scripts."""

import json
from argparse import ArgumentParser
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from communities import catalogue
from communities.actions import closing, life, meetings, shelf, talk
from communities.importing import BroughtCommunity, BroughtEvent, read_folder
from communities.models import LONGEST_POST, Closing, Community
from kmportal.lib.exceptions import Refusal
from notifications.models import Notice
from organisations.models import Membership
from organisations.permissions import Permission
from organisations.visibility import Reach

A_DAY = timedelta(days=1)


class Command(BaseCommand):
    help = (
        "Bring communities and their events in from a folder of Markdown files with YAML heads. What is there already "
        "stays as it is. The last line says in JSON what became of the files."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="has the folders communities/ and events/")
        parser.add_argument("--organisation", required=True, help="its short name, for example riverside")
        parser.add_argument("--as", dest="by", required=True, help="the address of a member who may begin communities")
        parser.add_argument("--dry-run", action="store_true", help="read everything, write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        member = self._find_member(options["organisation"], options["by"])
        if not (options["folder"] / "communities").is_dir():
            raise CommandError(f"There is no folder communities/ in {options['folder']}.")
        brought = read_folder(options["folder"])
        counts: Counter[str] = Counter(begun=0, there=0, ended=0, meetings=0, left_out=0)
        for name, why in brought.left_out:
            self._leave_out(counts, name, why)
        with member.organisation.at_home():
            for community in brought.communities:
                self._bring(community, member, counts, is_dry=options["dry_run"])
        self.stdout.write(json.dumps(counts))

    def _leave_out(self, counts: Counter[str], name: str, why: str) -> None:
        counts["left_out"] += 1
        self.stdout.write(f"Left out: {name}. {why}")

    def _bring(self, brought: BroughtCommunity, by: Membership, counts: Counter[str], *, is_dry: bool) -> None:
        """One community with all that belongs to it, or nothing of it."""
        once = uuid5(NAMESPACE_URL, f"{by.organisation_id} {brought.slug}")
        is_there = Community.objects.filter(organisation=by.organisation, once=once).exists()
        if not is_there and not is_dry:
            try:
                with transaction.atomic():
                    bring_community(brought, by=by, once=once)
            except Refusal as refusal:
                self._leave_out(counts, f"communities/{brought.slug}", str(refusal))
                return
        counts["there" if is_there else "begun"] += 1
        if not is_there:
            counts["meetings"] += len(brought.events)
            counts["ended"] += brought.ended_on is not None

    def _find_member(self, slug: str, address: str) -> Membership:
        rows = Membership.objects.current().select_related("organisation", "person")
        member = rows.filter(organisation__slug=slug, person__email=address.strip().lower()).first()
        if member is None:
            raise CommandError(f"{address} is no member of {slug}.")
        if not member.can(Permission.CONTRIBUTE):
            raise CommandError(f"{address} may not begin communities in {slug}.")
        return member


def bring_community(brought: BroughtCommunity, *, by: Membership, once: UUID) -> Community:
    """As it was then: begun on its day, what it says of itself, its charter so far, its meetings, its end."""
    at = brought.began_at
    community = life.found_community(
        by.organisation, by=by, at=at, name=brought.name, question=brought.question, once=once
    )
    _ask_no_more_of_forming(community)
    known = {
        "name": brought.name,
        "question": brought.question,
        "topic": brought.topic,
        "people": brought.terms,
        "rhythm": brought.rhythm,
        "place": brought.place,
    }
    answers = {key: text for key, text in known.items() if text}
    life.write_charter(community, by=by, at=at, seen=community.version, answers=answers)
    if brought.about:
        words, title = brought.about[:LONGEST_POST], f"What “{brought.name}” is"
        talk.start_thread(community, by=by, at=at, title=title, text=words, kind="talk", reach=Reach.ORGANISATION)
    if brought.link:
        shelf.pin_to_shelf(
            community, by=by, at=at, kind="link", url=brought.link, title=f"Where “{brought.name}” came from"
        )
    for event in brought.events:
        plan_brought_meeting(community, event, by=by)
    if brought.ended_on is not None:
        _end(community, brought, brought.ended_on, by=by)
    return community


def _ask_no_more_of_forming(community: Community) -> None:
    """What belonged to days that are long over would all be asked on the first one here."""
    age = (timezone.localdate() - timezone.localdate(community.created_at)).days
    over = [one.day for one in catalogue.forming() if one.day <= age]
    Community.objects.filter(pk=community.pk).update(asked_day=max(over, default=0))
    community.asked_day = max(over, default=0)


def plan_brought_meeting(community: Community, event: BroughtEvent, *, by: Membership) -> None:
    """In the zone of the organisation, as if it had been planned the day before."""
    starts_at = event.starts_at.astimezone(ZoneInfo(community.organisation.time_zone))
    meetings.plan_meeting(
        community,
        by=by,
        at=starts_at - A_DAY,
        title=event.title,
        first_on=starts_at.date(),
        clock=starts_at.time().replace(second=0, microsecond=0),
        minutes=event.minutes,
        words=event.words,
        place=event.place,
        once=uuid5(NAMESPACE_URL, f"{community.pk} {event.key}"),
        is_told=starts_at >= timezone.now(),
    )


def _end(community: Community, brought: BroughtCommunity, ended_on: date, *, by: Membership) -> None:
    """On the day that its file says, or on that of its last event if it met after that. That is no news to anybody."""
    last = max([ended_on, *(event.starts_at.date() for event in brought.events)])
    zone = ZoneInfo(community.organisation.time_zone)
    at = datetime.combine(last, datetime.min.time(), zone)
    words = "It had ended before it was brought in."
    closing.announce_closing(community, by=by, at=at, reason=Closing.Reason.GONE, words=words)
    closing.close_due_community(community, at=at + A_DAY)
    Notice.objects.filter(organisation=community.organisation, kind="community", ident=community.pk).delete()
