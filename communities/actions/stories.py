"""Stories of value: told, changed and taken back by the teller, who says who may read them."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from communities import policies
from communities.events import Event
from communities.models import ClaimedBenefit, Community, Story
from communities.transitions import lock_community, refuse_unless_open
from kmportal.lib.cleaning import clean_text, line_of_text
from kmportal.lib.exceptions import Refusal, Stale
from kmportal.lib.model_rules import refuse_invalid
from organisations import events
from organisations.models import Membership
from organisations.policies import require_that


@transaction.atomic
def tell_story(
    community: Community,
    *,
    by: Membership,
    at: datetime,
    words: Mapping[str, str],
    reach: str,
    amount: Decimal | None = None,
    unit: str = "",
    who_says: str = "",
    sureness: str = ClaimedBenefit.Sureness.TOLD,
    once: UUID | None = None,
) -> Story:
    """Tell what the community was good for. One box is enough; the fourth becomes a claimed benefit.

    Idempotent: the same ``once`` a second time answers the story that it made.
    """
    require_that(policies.may_take_part(by, community))
    lock_community(community)
    key = once or uuid4()
    if found := Story.objects.filter(community=community, author=by.person, once=key).first():
        return found
    refuse_unless_open(community)
    story = Story(
        community=community,
        organisation=community.organisation,
        group=community.group,
        author=by.person,
        at=at,
        once=key,
    )
    _fill(story, words, reach)
    story.save()
    _claim(story, at=at, amount=amount, unit=unit, who_says=who_says, sureness=sureness)
    events.record(Event.STORY_TOLD, story, by=by, at=at)
    return story


@transaction.atomic
def change_story(
    story: Story,
    *,
    by: Membership,
    at: datetime,
    seen: int,
    words: Mapping[str, str],
    reach: str,
    amount: Decimal | None = None,
    unit: str = "",
    who_says: str = "",
    sureness: str = ClaimedBenefit.Sureness.TOLD,
) -> Story:
    """Other words or other readers. ``Stale`` when it was changed since ``seen``: the teller has two windows."""
    require_that(policies.may_change_story(by, story))
    story.refresh_from_db(from_queryset=Story.objects.select_for_update(of=("self",)).select_related("organisation"))
    if story.version != seen:
        raise Stale
    _fill(story, words, reach)
    story.version += 1
    story.save()
    _claim(story, at=at, amount=amount, unit=unit, who_says=who_says, sureness=sureness)
    events.record(Event.STORY_CHANGED, story, by=by, at=at)
    return story


@transaction.atomic
def take_story_back(story: Story, *, by: Membership, at: datetime) -> None:
    """It is gone, with the benefit that it claimed."""
    require_that(policies.may_change_story(by, story))
    events.record(Event.STORY_DELETED, story, by=by, at=at)
    story.delete()


def _fill(story: Story, words: Mapping[str, str], reach: str) -> None:
    story.title, story.reach = words.get("title", ""), reach
    for name in Story.BOXES:
        setattr(story, name, clean_text(words.get(name, "")).strip())
    refuse_invalid(story, "title", "reach", *Story.BOXES)
    if not any(line_of_text(getattr(story, name)) for name in Story.BOXES):
        raise Refusal("Fill one of the five boxes at least.")


def _claim(story: Story, *, at: datetime, **claim: Any) -> None:
    """The fourth box as a benefit that somebody claims; without words in it there is none."""
    if not story.changed:
        if claim["amount"] is not None:
            raise Refusal("Say in words what has changed, and then how much.")
        ClaimedBenefit.objects.filter(story=story).delete()
        return
    if (claim["amount"] is None) != (not claim["unit"]):
        raise Refusal("Give both, how much and of what, or neither.")
    row = ClaimedBenefit.objects.filter(story=story).first() or ClaimedBenefit(story=story, at=at, version=0)
    fresh = {"what": story.changed, **claim}
    if row.pk is not None and all(getattr(row, name) == value for name, value in fresh.items()):
        return
    row.organisation = story.organisation
    for name, value in fresh.items():
        setattr(row, name, value)
    refuse_invalid(row, "amount", "unit", "who_says", "sureness")
    # What a second person said was said of other words.
    row.state, row.decided_by, row.decided_at, row.reason = ClaimedBenefit.State.CLAIMED, None, None, ""
    row.version += 1
    row.save()
