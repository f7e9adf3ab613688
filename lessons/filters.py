"""What the list of lessons may be narrowed by: the same question to the index from page, CSV and API. And what the
ledger of reuse may be narrowed by, on its page and in its CSV."""

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from kmportal.lib.pagination import whole_number
from lessons import search_documents
from lessons.labels import STATES
from lessons.models import SHARED, Lesson, Reuse, ReuseQuerySet, Saving, State, Sureness
from search import facets
from search.facets import Facet
from search.finding import ORDERS

FACETS = [
    Facet("state", "State", {state: look.word for state, look in STATES.items()}, order=State.values),
    Facet("group", "Where", param="where"),
    Facet("subkind", "Kind", dict(Lesson.Kind.choices), param="kind"),
    Facet("source", "Brought in from"),
    Facet("year", "Year"),
]


def question_of(params: QueryDict) -> dict[str, Any]:
    """The question to the index, as an address puts it: words (``q``), filters, ``sort``, ``words=any``.

    Without a state those that were checked are meant.
    """
    text = params.get("q", "").strip()
    filters = facets.chosen(params, FACETS)
    filters.setdefault("state", [str(state) for state in SHARED])
    wanted = params.get("sort", "")
    order = wanted if wanted in ORDERS else "best" if text else "newest"
    any_word = params.get("words") == "any"
    return {"any_word": any_word, "text": text, "kinds": [search_documents.KIND], "filters": filters, "order": order}


@dataclass(frozen=True)
class ReuseChoice:
    """What the ledger is narrowed to: a kind, how sure, one lesson. Anything odd in the address narrows nothing."""

    kind: str = ""
    sure: str = ""
    lesson: int = 0

    @classmethod
    def of(cls, params: QueryDict) -> "ReuseChoice":
        kind, sure = params.get("kind", ""), params.get("sure", "")
        return cls(
            kind=kind if kind in Reuse.Kind.values else "",
            sure=sure if sure in Sureness.values else "",
            lesson=whole_number(params.get("lesson", "")),
        )

    def narrow(self, rows: ReuseQuerySet) -> ReuseQuerySet:
        if self.kind:
            rows = rows.filter(kind=self.kind)
        if self.sure:
            rows = rows.filter(pk__in=Saving.objects.filter(sureness=self.sure).order_by().values("reuse"))
        return rows.filter(lesson=self.lesson) if self.lesson else rows
