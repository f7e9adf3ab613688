"""What the list of lessons may be narrowed by: the same question to the index from page, CSV and API."""

from typing import Any

from django.http import QueryDict

from lessons import search_documents
from lessons.labels import STATES
from lessons.models import SHARED, Lesson, State
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
