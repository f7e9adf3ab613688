"""Keeping the index: what can be found is put here in the transaction that changes it (``search.subscribers``).

Nothing here knows what a lesson or a session is. ``find`` is the way to ask.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import islice

from django.db import transaction
from django.utils import timezone

from kmportal.lib.bulk import insert_many, next_keys
from organisations.models import Organisation
from search import analyser, counting, engines, vocabulary
from search.finding import Hit, Results, find, find_all, find_idents
from search.models import SearchDoc, SearchText

__all__ = ["Doc", "Drift", "Hit", "Results", "drift", "drop", "find", "find_all", "find_idents", "put_many", "rebuild"]

BATCH = 200
# After so many things that an import adds, their counts are added up.
ADDED_UP = 4_000
# So many words a long import keeps in mind.
MOST_LEARNED = 100_000
# Of what a ``Doc`` holds and how its words come out. Counted up when that changes: an upgrade builds the index anew.
VERSION = 7
_COLUMNS = [
    "organisation", "reach", "group", "author", "title", "state", "subkind", "source", "year", "rank", "at", "digest",
]  # fmt: skip


@dataclass(frozen=True)
class Doc:
    """One thing that can be found. Texts are plain, without HTML.

    ``kind`` and ``ident`` are its ``Ref``. ``rank`` 0 to 1000: what is validated and used comes first. ``at`` is the
    moment it is sorted by; without one, the moment it was put first.
    """

    kind: str
    ident: int
    organisation: Organisation | None
    reach: str
    group_id: int | None
    author_id: int | None
    title: str
    abstract: str = ""
    body: str = ""
    tags: Sequence[str] = ()
    state: str = ""
    subkind: str = ""
    source: str = ""
    year: int | None = None
    rank: int = 0
    at: datetime | None = None

    @property
    def key(self) -> tuple[str, int]:
        return self.kind, self.ident

    @property
    def texts(self) -> tuple[str, str, str, str]:
        """Title, tags, abstract, body, as the database can keep them."""
        return (
            _clean_text_of(self.title),
            _clean_text_of("\n".join(self.tags)),
            _clean_text_of(self.abstract),
            _clean_text_of(self.body),
        )

    @property
    def marks(self) -> tuple[str, ...]:
        """Whose it is, as the text index knows it."""
        return engines.marks_of(
            self.kind, self.organisation.pk if self.organisation else None, str(self.reach), self.group_id
        )

    @property
    def digest(self) -> str:
        """Changes when anything that was put, or the way words are made of it, changes.

        A choice counts as its value, so that it is the same before and after it was read from the database.
        """
        facts = (
            VERSION, analyser.VERSION, self.organisation.pk if self.organisation else None, str(self.reach),
            self.group_id, self.author_id, str(self.state), str(self.subkind), self.source, self.year, self.rank,
            self.at.timestamp() if self.at else None, *self.texts,
        )  # fmt: skip
        return hashlib.blake2b(repr(facts).encode("utf-8", "replace"), digest_size=16).hexdigest()


def _clean_text_of(text: str) -> str:
    """Without the characters that a database refuses."""
    return text.replace("\0", " ").encode("utf-8", "replace").decode()


def put_many(docs: Iterable[Doc]) -> int:
    """Make things findable as they are now; returns how many were new or different. Unchanged ones cost one look.

    Stands in the caller’s transaction, if there is one. New words become known to the corrections after the commit.
    """
    return sum(map(_put_one_batch, _batches_of(docs)))


def add_many(docs: Iterable[Doc], *, learned: set[str]) -> int:
    """Make things findable that were made in this very transaction, so that nobody else can have put them: what
    ``put_many`` does, in fewer statements. ``learned`` is the caller’s list of words that need not be learned again."""
    return sum(_add_one_batch(batch, learned) for batch in _batches_of(docs))


def _batches_of(docs: Iterable[Doc]) -> Iterator[list[Doc]]:
    left = iter(docs)
    while batch := list(islice(left, BATCH)):
        yield batch


def _put_one_batch(batch: list[Doc]) -> int:
    docs = {doc.key: doc for doc in batch}  # the last word about a thing counts
    with transaction.atomic():
        known = _rows_that_exist(docs)
        changed = {key: doc for key, doc in docs.items() if key not in known or known[key].digest != doc.digest}
        if not changed:
            return 0
        SearchDoc.objects.bulk_create(
            [_row_of_document(doc, known.get(key)) for key, doc in changed.items()],
            update_conflicts=True,
            unique_fields=["kind", "ident"],
            update_fields=_COLUMNS,
        )
        keys = {key: row.pk for key, row in _rows_that_exist(changed).items()}
        texts = {keys[key]: doc.texts for key, doc in changed.items()}
        SearchText.objects.bulk_create(
            [
                SearchText(doc_id=pk, tags=tags, abstract=abstract, body=body)
                for pk, (_, tags, abstract, body) in texts.items()
            ],
            update_conflicts=True,
            unique_fields=["doc"],
            update_fields=["tags", "abstract", "body"],
        )
        owned = {keys[key]: doc.marks for key, doc in changed.items()}
        engines.current().write(engines.Words(pk, analyser.analyse(*each), owned[pk]) for pk, each in texts.items())
        words = analyser.vocabulary(text for each in texts.values() for text in each)
        transaction.on_commit(partial(vocabulary.learn, words), robust=True)
    return len(changed)


def _add_one_batch(docs: list[Doc], learned: set[str]) -> int:
    texts = [doc.texts for doc in docs]
    with transaction.atomic():
        rows = [_row_of_document(doc, None) for doc in docs]
        for row, key in zip(rows, next_keys(SearchDoc, len(rows)), strict=True):
            row.pk = key
        insert_many(rows)
        words = (
            engines.Words(row.pk, analyser.analyse(*each), doc.marks)
            for row, each, doc in zip(rows, texts, docs, strict=True)
        )
        engines.current().add((row, each[1:]) for row, each in zip(words, texts, strict=True))
        new = analyser.vocabulary(text for each in texts for text in each) - learned
        transaction.on_commit(partial(_learn_once, new, learned), robust=True)
        if any(row.pk % ADDED_UP == 0 for row in rows):
            counting.fold()
    return len(docs)


def _learn_once(words: set[str], learned: set[str]) -> None:
    vocabulary.learn(words)
    if len(learned) < MOST_LEARNED:
        learned |= words


def _rows_that_exist(docs: dict[tuple[str, int], Doc]) -> dict[tuple[str, int], SearchDoc]:
    """The rows that exist already for these things."""
    kinds = {kind for kind, _ in docs}
    rows = SearchDoc.objects.filter(kind__in=kinds, ident__in={ident for _, ident in docs})
    return {(row.kind, row.ident): row for row in rows.only("kind", "ident", "digest", "at")}


def _row_of_document(doc: Doc, before: SearchDoc | None) -> SearchDoc:
    title = doc.texts[0]
    return SearchDoc(
        kind=doc.kind,
        ident=doc.ident,
        organisation=doc.organisation,
        reach=doc.reach,
        group_id=doc.group_id,
        author_id=doc.author_id,
        title=title if len(title) <= 300 else f"{title[:299]}…",
        state=doc.state,
        subkind=doc.subkind,
        source=_clean_text_of(doc.source),
        year=doc.year,
        rank=max(0, min(1000, doc.rank)),
        at=doc.at or (before.at if before else timezone.now()),
        digest=doc.digest,
    )


def is_filled() -> bool:
    """Whether anything stands in the index."""
    return SearchDoc.objects.exists()


def drop(kind: str, ident: int) -> None:
    """Forget one thing; nothing happens if it is not known."""
    SearchDoc.objects.filter(kind=kind, ident=ident).delete()


@dataclass(frozen=True)
class Drift:
    """How the index differs from the things: keys of what it lacks, keeps too long, or knows in an older form."""

    missing: list[tuple[str, int]] = field(default_factory=list)
    stale: list[tuple[str, int]] = field(default_factory=list)
    extra: list[tuple[str, int]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.missing or self.stale or self.extra or self.faults)


def drift(docs: Iterable[Doc]) -> Drift:
    """Compare the index with all things there are, and the text index with its rows. Changes nothing."""
    left = {(kind, ident): digest for kind, ident, digest in SearchDoc.objects.values_list("kind", "ident", "digest")}
    found = Drift(faults=[*engines.current().faults(), *counting.faults()])
    for doc in docs:
        digest = left.pop(doc.key, None)
        if digest is None:
            found.missing.append(doc.key)
        elif digest != doc.digest:
            found.stale.append(doc.key)
    found.extra.extend(sorted(left))
    return found


def rebuild(docs: Iterable[Doc], *, progress: Callable[[int], None] = lambda done: None) -> int:
    """Make the index anew from all things there are, while people go on searching; returns how many there are.

    Every batch is its own transaction, so that nobody waits. ``docs`` should read its things as late as it can.
    """
    seen: set[tuple[str, int]] = set()
    before = set(SearchDoc.objects.values_list("kind", "ident"))
    for batch in _batches_of(docs):
        SearchDoc.objects.filter(
            pk__in=[row.pk for row in _rows_that_exist({doc.key: doc for doc in batch}).values()]
        ).update(digest="")
        _put_one_batch(batch)
        seen.update(doc.key for doc in batch)
        progress(len(seen))
    for kind, ident in before - seen:
        drop(kind, ident)
    vocabulary.refresh()
    counting.recount()
    engines.current().tidy()
    return len(seen)
