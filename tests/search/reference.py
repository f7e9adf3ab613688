"""The same search in plain Python, slowly and surely: what both databases are measured against."""

from collections import Counter

from organisations.models import Membership
from organisations.permissions import Permission
from search.analyser import MAX_SAME_WORD, MAX_WORDS, stems
from search.index import Doc
from search.query import Term, parse
from tests.search.library import Library


def visible(doc: Doc, reader: Membership, circles: set[int]) -> bool:
    """Who sees what, told once more and differently."""
    if doc.reach == "network":
        return True
    if doc.organisation is None or doc.organisation.pk != reader.organisation_id:
        return False
    if doc.author_id == reader.person_id or doc.reach == "organisation":
        return True
    if doc.reach == "group":
        return doc.group_id in circles
    return doc.reach == "reviewers" and reader.can(Permission.VALIDATE)


def fields(doc: Doc) -> list[list[str]]:
    """The words of each field, within the limits."""
    seen: Counter[str] = Counter()
    kept: list[list[str]] = []
    for text in (doc.title, "\n".join(doc.tags), doc.abstract, doc.body):
        words = []
        for word in stems(text):
            seen[word] += 1
            if seen[word] <= MAX_SAME_WORD and sum(map(len, kept)) + len(words) < MAX_WORDS:
                words.append(word)
        kept.append(words)
    return kept


def stands(term: Term, texts: list[list[str]]) -> bool:
    if term.prefix:
        return any(word.startswith(term.stems[0]) for words in texts for word in words)
    return any(
        tuple(words[at : at + len(stems)]) == stems
        for words in texts
        for stems in (term.stems, *term.others)
        for at in range(len(words))
    )


class Reference:
    """Answers with the idents of what matches, and the counts of the facets."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.words = {doc.key: fields(doc) for doc in library.docs}
        self.values = {doc.key: self._values(doc) for doc in library.docs}

    def _values(self, doc: Doc) -> dict[str, str]:
        group = self.library.groups.get(doc.group_id or 0)
        return {
            "kind": doc.kind,
            "state": doc.state,
            "subkind": doc.subkind,
            "source": doc.source,
            "year": str(doc.year or ""),
            "group": group.name if group else "",
        }

    def matching(self, reader: Membership, text: str, kinds: tuple[str, ...] = ()) -> list[Doc]:
        query = parse(text)
        if query.asks_nothing:
            return []
        circles = self.library.circles[reader.pk]
        return [
            doc
            for doc in self.library.docs
            if visible(doc, reader, circles)
            and (not kinds or doc.kind in kinds)
            and all(stands(term, self.words[doc.key]) for term in query.all)
            and not any(stands(term, self.words[doc.key]) for term in query.none)
        ]

    def narrowed(self, docs: list[Doc], filters: dict[str, list[str]], but: str = "") -> list[Doc]:
        others = {name: chosen for name, chosen in filters.items() if name != but}
        return [doc for doc in docs if all(self.values[doc.key][name] in chosen for name, chosen in others.items())]

    def facet(self, docs: list[Doc], filters: dict[str, list[str]], name: str) -> dict[str, int]:
        found = Counter(self.values[doc.key][name] for doc in self.narrowed(docs, filters, but=name))
        del found[""]
        return dict(found)
