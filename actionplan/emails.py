"""The mail of the morning."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from actionplan.digests import Digest, Item, Part
from actionplan.reports import Source, sources_of
from actionplan.tokens import guest_path
from kmportal.lib.days import due_in_words
from kmportal.lib.domain_words import worded
from kmportal.lib.links import absolute
from kmportal.lib.mail import compose
from kmportal.lib.sentences import capital, one_line


def reminder(digest: Digest, *, at: datetime) -> EmailMultiAlternatives:
    """What is due and late, for one address. It is written by whoever posts it."""
    parts = digest.parts
    values = {
        "name": digest.name,
        "is_guest": digest.person is None,
        "several": len(parts) > 1,
        "has_actions": bool(digest.items),
    }
    drawn = [_draw_part(part, values) for part in parts]
    body = render_to_string("emails/actionplan/reminder.txt", {**values, "parts": drawn})
    with parts[0].organisation.at_home():
        subject = _subject_of_digest(digest)
    return compose(digest.address, subject, body, reply_to=_answers_to(digest), at=at)


def _draw_part(part: Part, values: Mapping[str, Any]) -> str:
    """What one organisation has in the mail, in its own words."""
    sources = sources_of([item.action for item in (*part.own, *part.told)], part.membership)
    others = _draw_nudges(part, is_call=False)
    shown = {
        "organisation": part.organisation,
        "own": [_draw_line(item, sources) for item in part.own],
        "told": [_draw_line(item, sources) for item in part.told],
        "others": others,
        "calls": _draw_nudges(part, is_call=True),
        "news": part.news,
        "list_url": _list_url(part),
        "all_url": absolute(reverse("yours", args=[part.organisation.slug])) if others else "",
    }
    with part.organisation.at_home():
        return render_to_string("emails/actionplan/_part.txt", {**values, "part": shown})


def _draw_nudges(part: Part, *, is_call: bool) -> list[dict[str, str]]:
    """What is the reader’s besides actions; or what nobody does and they can choose somebody for."""
    return [
        {"title": nudge.promised.title, "words": nudge.words, "url": absolute(nudge.promised.url)}
        for nudge in part.nudges
        if nudge.promised.is_call == is_call
    ]


def _list_url(part: Part) -> str:
    """The reader’s own list; a guest has none."""
    if all(item.as_guest for item in part.own) and not part.told:  # or no action at all
        return ""
    return absolute(reverse("action_list", args=[part.organisation.slug]))


def _draw_line(item: Item, sources: Mapping[int, Source]) -> dict[str, str]:
    action = item.action
    source = sources.get(action.pk)
    return {
        "title": action.title,
        "who": action.owner_name,
        "when": due_in_words(action.due_on, on=item.on),
        "source": source.title if source else "",
        "url": absolute(guest_path(action) if item.as_guest else action.get_absolute_url()),
    }


def _subject_of_digest(digest: Digest) -> str:
    if digest.news and not digest.items and not digest.nudges:
        return _subject_of_news(digest)
    if digest.nudges:
        return _subject_of_several(digest)
    if len(digest.items) == 1:
        item = digest.items[0]
        words = due_in_words(item.due_on, on=item.on)
        return _shorten_title(f"{capital(words)}: {item.action.title}")
    late = sum(item.days_late > 0 for item in digest.items)
    number = len(digest.items)
    return f"{number} {worded('actions')}, {late} of them late" if late else f"{number} {worded('actions')} due"


def _subject_of_several(digest: Digest) -> str:
    """Of a mail that is not about actions alone."""
    number = len(digest.items) + len(digest.nudges)
    if number > 1:
        calls = any(nudge.promised.is_call for nudge in digest.nudges)
        return f"{number} things that {'wait for you' if calls else 'are yours'}"
    nudge = digest.nudges[0]
    title = nudge.promised.title
    return _shorten_title(title if nudge.promised.is_call else f"{nudge.words}: {title}")


def _subject_of_news(digest: Digest) -> str:
    """Of a mail in which nothing is due."""
    titles = [one.title for one in digest.news]
    more = f" and {len(titles) - 1} more" if len(titles) > 1 else ""
    return _shorten_title(f"New in {titles[0]}{more}")


def _shorten_title(text: str) -> str:
    """As much as a list of mails shows."""
    line = one_line(text)
    return line if len(line) <= 120 else line[:119].rstrip() + "…"


def _answers_to(digest: Digest) -> list[str]:
    """A guest who answers reaches whoever asked them."""
    if digest.person is not None:
        return []
    authors = {item.action.author.email for item in digest.items if item.action.author}
    return sorted(authors)
