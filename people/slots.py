"""People to ask, beside what is found and read on pages of apps below (see ``kmportal/slots.py``)."""

from typing import Any

from django.urls import reverse

from kmportal.lib import things
from lessons.models import Lesson
from organisations.models import Membership
from people.finding import people_for_topics, people_for_words
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


def _to_ask(profiles: list[Profile], membership: Membership, about: Lesson | None = None) -> Piece | None:
    if not profiles:
        return None
    query = "&".join(f"to={profile.pk}" for profile in profiles)
    about_what = f"&about={things.ref_of(about).pk}" if about else ""
    url = f"{reverse('enquiry_new', args=[membership.organisation.slug])}?{query}{about_what}"
    return _TEMPLATE, {"profiles": profiles, "ask_url": url}
