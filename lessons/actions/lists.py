"""Saved filters: keeping a list of lessons under a name, and taking it away again. They are one’s own, so that no event
tells of them."""

from datetime import datetime

from django.db import transaction
from django.http import QueryDict

from kmportal.lib.cleaning import line_of_text
from kmportal.lib.exceptions import Refusal
from kmportal.lib.model_fields import key_of_name
from kmportal.lib.model_rules import refuse_invalid
from lessons import policies
from lessons.filters import list_query
from lessons.models import LONGEST_QUERY, SavedList
from organisations.models import Membership, Organisation
from organisations.permissions import Permission
from organisations.policies import require, require_that

MOST_LISTS = 30


@transaction.atomic
def save_list(organisation: Organisation, *, by: Membership, at: datetime, query: str, name: str) -> SavedList:
    """Keep the words, filters and order of the list of lessons under a name. One of this name is replaced."""
    require(Permission.READ, by, organisation)
    kept = list_query(QueryDict(query[: 4 * LONGEST_QUERY]))
    if len(kept) > LONGEST_QUERY:
        raise Refusal("That is too much to keep. Use fewer words or filters.")
    if not kept:
        raise Refusal("Search, or choose a filter, before you keep a list.")
    name = line_of_text(name)
    refuse_invalid(SavedList(name=name), "name")
    Membership.objects.select_for_update(of=("self",)).get(pk=by.pk)
    mine, key = SavedList.objects.of(by), key_of_name(name)
    found = mine.filter(name_key=key).first()
    if found is None and mine.count() >= MOST_LISTS:
        raise Refusal(f"You keep {MOST_LISTS} lists already. Take one of them away first.")
    row = found or SavedList(membership=by)
    row.name, row.query = name, kept
    row.save()
    return row


@transaction.atomic
def delete_list(row: SavedList, *, by: Membership, at: datetime) -> None:
    """Take a list of one’s own away; no lesson changes. Idempotent."""
    require_that(policies.is_own_follow(by, row))
    SavedList.objects.filter(pk=row.pk).delete()
