"""What the list of lessons may be narrowed by: the same question to the index from page, CSV and API. And what the
ledger of reuse may be narrowed by, on its page and in its CSV."""

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from kmportal.lib.cleaning import line_of_text
from kmportal.lib.pagination import whole_number
from lessons import search_documents
from lessons.labels import STATE_FILTERS
from lessons.models import IN_LISTS, Lesson, Reuse, ReuseQuerySet, Saving, State, Sureness
from organisations.models import Membership
from search import facets
from search.abbreviations import Table
from search.analyser import Analysed
from search.facets import Facet
from search.finding import ORDERS
from search.index import Doc
from search.query import matches, parse

FACETS = [
    Facet("state", "State", dict(STATE_FILTERS), order=State.values),
    Facet("group", "Where", param="where"),
    Facet("subkind", "Kind", dict(Lesson.Kind.choices), param="kind"),
    Facet("source", "Brought in from"),
    Facet("year", "Year"),
]


def question_of(params: QueryDict) -> dict[str, Any]:
    """The question to the index, as an address puts it: words (``q``), filters, ``sort``, ``words=any``.

    Without a state those that were checked are meant, but not those that were taken out of use.
    """
    text = params.get("q", "").strip()
    filters = facets.chosen(params, FACETS)
    filters.setdefault("state", [str(state) for state in IN_LISTS])
    wanted = params.get("sort", "")
    order = wanted if wanted in ORDERS else "best" if text else "newest"
    any_word = params.get("words") == "any"
    return {"any_word": any_word, "text": text, "kinds": [search_documents.KIND], "filters": filters, "order": order}


# What the address of the list may say, besides its filters and its page. ``mine``: what one wrote; ``near``: what
# belongs to one’s groups comes first.
_OTHERS = ("q", "words", "sort", "from", "tag", "theme", "mine", "near")
# Two themes meet in a table; more of them are a mistake or a probe.
MOST_THEMES = 4


def list_query(params: QueryDict) -> str:
    """The list as a saved list keeps it: its words, filters and order, and no page of it."""
    kept = QueryDict(mutable=True)
    for name in _OTHERS:
        several = params.getlist(name)[:MOST_THEMES] if name == "theme" else [params.get(name, "")]
        if texts := [text for value in several if (text := line_of_text(value))]:
            kept.setlist(name, texts)
    for facet in FACETS:
        if values := sorted(facets.chosen(params, [facet]).get(facet.name, ())):
            kept.setlist(facet.asked_as, values)
    return kept.urlencode()


@dataclass(frozen=True)
class ReuseChoice:
    """What the ledger is narrowed to: a kind, how sure, one lesson, what one said oneself. Anything odd in the address
    narrows nothing."""

    kind: str = ""
    sure: str = ""
    lesson: int = 0
    mine: bool = False

    @classmethod
    def of(cls, params: QueryDict) -> "ReuseChoice":
        kind, sure = params.get("kind", ""), params.get("sure", "")
        return cls(
            kind=kind if kind in Reuse.Kind.values else "",
            sure=sure if sure in Sureness.values else "",
            lesson=whole_number(params.get("lesson", "")),
            mine=params.get("mine") == "1",
        )

    def rows(self, membership: Membership) -> ReuseQuerySet:
        """One’s own are all there, also those whose lesson is out of reach: one can still take them back."""
        rows = Reuse.objects.said_by(membership) if self.mine else Reuse.objects.visible_to(membership)
        if self.kind:
            rows = rows.filter(kind=self.kind)
        if self.sure:
            rows = rows.filter(pk__in=Saving.objects.filter(sureness=self.sure).order_by().values("reuse"))
        return rows.filter(lesson=self.lesson) if self.lesson else rows


# --- Saved searches --------------------------------------------------------------------------------------------------

# In which states a lesson is new: of others nobody is told, so a saved search does not keep them.
NEW_STATES = (State.IDENTIFIED, State.NOTED)


def saved_query(params: QueryDict) -> str:
    """A question as a saved search keeps it: the same for the same words and filters, without order and page."""
    kept = QueryDict(mutable=True)
    if text := line_of_text(params.get("q", "")):
        kept["q"] = text
        if params.get("words") == "any":
            kept["words"] = "any"
    for facet in FACETS:
        values = sorted(facets.chosen(params, [facet]).get(facet.name, ()))
        if facet.name == "state":
            values = [value for value in values if value in NEW_STATES]
        if values:
            kept.setlist(facet.asked_as, values)
    return kept.urlencode()


def can_be_saved(params: QueryDict) -> bool:
    """Whether following it would follow what the list shows: new lessons, wherever they come from (``from``) and
    whatever they are filed under (a tag or theme is followed as such)."""
    states = facets.chosen(params, FACETS).get("state", ())
    is_narrowed = any(params.get(name) for name in ("from", "tag", "theme", "mine"))
    return not is_narrowed and set(states) <= set(NEW_STATES)


class SavedSearch:
    """A saved search, read once with the words of its organisation (``table``), that answers for a lesson at a time."""

    def __init__(self, query: str, table: Table | None = None) -> None:
        question = question_of(QueryDict(query))
        parsed = parse(question["text"], table)
        self.query = (parsed.loosened or parsed) if question["any_word"] else parsed
        self.filters = question["filters"]

    def fits(self, doc: Doc, words: Analysed, group: str) -> bool:
        """Whether this lesson is one of those that the list would show for the search."""
        has = {
            "state": doc.state,
            "group": group,
            "subkind": doc.subkind,
            "source": doc.source,
            "year": str(doc.year or ""),
        }
        if any(has[name] not in values for name, values in self.filters.items()):
            return False
        return self.query.is_blank or matches(self.query, words)
