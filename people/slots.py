"""People to ask, beside what is found and read on pages of apps below (see ``kmportal/slots.py``)."""

from typing import Any

from django.urls import reverse
from django.utils import timezone

from kmportal.lib import things
from kmportal.lib.sentences import listed
from lessons.finding import why_related
from lessons.models import Lesson
from lessons.reports.pack import Pack, PackRow, PackSection
from organisations.models import Membership
from people.finding import FEW, people_for_topics, people_for_words
from people.models import Profile
from search.index import Results

Piece = tuple[str, dict[str, Any]]
_TEMPLATE = "people/_to_ask.html"


def people_for_search(results: Results, membership: Membership) -> Piece | None:
    """On the first page of what was found for some words: a few people who can be asked about them."""
    text = results.did_you_mean if results.corrected else results.text
    if not text or results.query.asks_nothing or results.page > 1:
        return None
    return _to_ask(people_for_words(membership, text), membership)


def way_to_people(results: Results, membership: Membership) -> Piece:
    """Where a search found nothing: a line to three people, or, where nobody fits, everybody who can be asked."""
    fit = people_for_words(membership, results.text[:300])
    return "people/_way.html", {"text": results.text[:300], "is_anybody": bool(fit)}


def people_for_lesson(lesson: Lesson, membership: Membership) -> Piece | None:
    """On a lesson: a few people who can be asked about what it is filed under."""
    keys = [tag.name_key for tag in lesson.tags.all()]
    if not keys:
        return None
    return _to_ask(people_for_topics(membership, keys), membership, about=lesson)


def people_for_pack(pack: Pack, membership: Membership) -> Piece | None:
    """Before a piece of work: a few who can be asked about what it says and are there today, each with why."""
    related = {one.ident: one for one in pack.found.get("profile", ())}
    there = Profile.objects.to_ask(membership).there(timezone.localdate()).with_words()
    profiles = {profile.pk: profile for profile in there.filter(pk__in=related)}
    chosen = [profiles[key] for key in related if key in profiles][:FEW]
    if not chosen:
        return None
    rows = [
        PackRow(
            str(profile),
            reverse("finder_profile", args=[membership.organisation.slug, profile.pk]),
            listed([str(topic) for topic in profile.asked_about[:FEW]]),
            why_related(related[profile.pk]),
        )
        for profile in chosen
    ]
    heading = "Somebody to ask" if len(chosen) == 1 else "People to ask"
    section = PackSection("people", heading, rows, "Ask them one line", _way_to_ask(chosen, membership))
    return "lessons/_pack_section.html", {"section": section}


def _to_ask(profiles: list[Profile], membership: Membership, about: Lesson | None = None) -> Piece | None:
    if not profiles:
        return None
    about_what = f"&about={things.ref_of(about).pk}" if about else ""
    return _TEMPLATE, {"profiles": profiles, "ask_url": f"{_way_to_ask(profiles, membership)}{about_what}"}


def _way_to_ask(profiles: list[Profile], membership: Membership) -> str:
    query = "&".join(f"to={profile.pk}" for profile in profiles)
    return f"{reverse('enquiry_new', args=[membership.organisation.slug])}?{query}"
