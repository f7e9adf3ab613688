"""Pieces of communities on pages of apps below and above (see ``kmportal/slots.py``)."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from communities import policies
from communities.models import LIVING, Community, Knock
from communities.reports.directory import directory_rows, similar_communities
from communities.reports.home import own_communities
from communities.reports.kickoff import running_kickoffs
from communities.reports.leaving import communities_left_by
from kmportal.lib.domain_words import worded
from kmportal.lib.prepared import prepared
from lessons.finding import why_related
from lessons.reports.pack import Pack, PackRow, PackSection
from organisations.models import Membership

# The entry of the catalogue, and the suggestions that lead to it.
COMMUNITY_PROGRAMME = "community-programme"
MOST_LISTED = 20
MOST_TO_ASK = 5
MOST_IN_PACK = 3


@prepared
def _invitations(membership: Membership) -> QuerySet[Knock]:
    rows = Knock.objects.filter(membership=membership, kind=Knock.Kind.INVITATION, answered_at=None)
    return rows.filter(community__state__in=LIVING).select_related("community")


def communities_of_member(home: Any, membership: Membership) -> tuple[str, dict[str, Any]] | None:
    """On home: one’s own communities, and invitations that wait for an answer. Nothing for who has neither."""
    rows = own_communities(membership, at=timezone.now())
    invitations = _invitations(membership)
    if not rows and not invitations:
        return None
    return "communities/_home.html", {"rows": rows, "invitations": invitations}


def communities_for_gap(offer: Any, membership: Membership | None) -> tuple[str, dict[str, Any]] | None:
    """On a gap report, beside a suggestion that a community would carry: those with a question alike, or a new one."""
    if membership is None or offer.suggestion.entry_key != COMMUNITY_PROGRAMME:
        return None
    words = f"{offer.suggestion.title} {offer.suggestion.text}"
    return "communities/_for_gap.html", {
        "rows": similar_communities(membership, offer.result.name, words),
        "may_found": policies.may_found(membership, membership.organisation),
        "title": offer.suggestion.title,
    }


def communities_of_intervention(intervention: Any, membership: Membership | None) -> tuple[str, dict[str, Any]] | None:
    """On the community programme of the roadmap: the communities here, each with the step in which it is."""
    if membership is None or intervention.entry is None or intervention.entry.key != COMMUNITY_PROGRAMME:
        return None
    living = Community.objects.filter(organisation_id=intervention.programme.organisation_id).living()
    rows = directory_rows(
        list(living.select_related("organisation").order_by("-step", "name")[:MOST_LISTED]), membership
    )
    return "communities/_of_programme.html", {
        "rows": rows,
        "total": living.count(),
        "may_found": policies.may_found(membership, membership.organisation),
    }


def kickoffs_of_member(home: Any, membership: Membership) -> tuple[str, dict[str, Any]] | None:
    """On home: kick-offs in which everybody here can write. Nothing where there is none."""
    lines = running_kickoffs(membership, timezone.now())
    return ("communities/_home_kickoffs.html", {"lines": lines}) if lines else None


def communities_for_pack(pack: Pack, membership: Membership) -> tuple[str, dict[str, Any]] | None:
    """Before a piece of work: the living communities whose question fits it, each with why."""
    related = {one.ident: one for one in pack.found.get("community", ())}
    living = Community.objects.visible_to(membership).living().in_bulk(list(related))
    rows = [
        PackRow(
            living[key].name,
            reverse("community_detail", args=[membership.organisation.slug, key]),
            living[key].question,
            why_related(one),
        )
        for key, one in related.items()
        if key in living
    ]
    if not rows:
        return None
    section = PackSection("communities", worded("Communities"), rows[:MOST_IN_PACK])
    return "lessons/_pack_section.html", {"section": section}


def communities_of_leaver(leaver: Membership, membership: Membership) -> tuple[str, dict[str, Any]] | None:
    """Before somebody is removed: the communities that they keep together, and who does it then."""
    rows = communities_left_by(leaver, membership)
    return ("communities/_of_leaver.html", {"leaver": leaver, "rows": rows}) if rows else None


def communities_to_ask(results: Any, membership: Membership) -> tuple[str, dict[str, Any]] | None:
    """Where a search found nothing: a way to ask each of one’s own communities, with the words in the form."""
    rows = Community.objects.of(membership).living().select_related("organisation").order_by("name", "pk")
    found = list(rows[:MOST_TO_ASK])
    return ("communities/_to_ask.html", {"communities": found, "text": results.text[:200]}) if found else None
