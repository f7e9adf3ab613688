"""Things: one way to point at a row of any app, and one registry that knows every kind.

A ``Ref`` is a kind and a primary key: what other rows keep when they speak of a thing (where an action came from, what
a notice, a line of the trail or a search hit is about). It survives a renamed slug or address, and an export. The map
``kmportal/things.py`` has a line per kind and names its ``Thing``, which the app describes in its own ``things.py``.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple, cast

from django.apps import apps
from django.conf import settings
from django.db.models import Model, QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import import_string

from kmportal.lib.prepared import Prepared, prepared

CHUNK = 500  # rows that are read at a time where every thing of a kind is wanted


class Ref(NamedTuple):
    """A reference: which kind of thing, and which one."""

    kind: str
    pk: int


class Look(NamedTuple):
    """How a state is shown: look (``good``, ``warn``, ``bad``, ``info`` or none), icon, word. For ``{% state %}``."""

    look: str
    icon: str
    word: str


class Pointer(NamedTuple):
    """Where a reference leads for one reader: the thing’s title, and its page inside the reader’s organisation."""

    title: str
    url: str


@dataclass(frozen=True)
class Thing:
    """One kind of thing: how it is called, where it is seen, who sees it, and what of it can be found.

    Without a ``model`` it is a place, a page of its own such as a queue, and its references have the key 0. ``page``
    is the URL name of one thing’s page, ``page_args`` gives what follows the organisation’s slug in it; where the key
    alone does (None), nothing is read to make a link. ``related`` names what title, page and search document need of
    the neighbours. ``title`` is how other pages call it. ``look_of`` gives the badge of a row or hit where it depends
    on whose it is, for readers of an organisation; ``state_filters`` what a list of both is narrowed by.
    ``search_documents`` turns loaded rows into what the search keeps; a row that it leaves out cannot be found.
    ``indexed`` gives the rows for building the index anew. ``leads_on``: of hits, those of which another thing has
    taken the place, and which.
    """

    kind: str
    word: str
    words: str = ""
    model: str = ""
    icon: str = "link"
    page: str = ""
    page_args: Callable[[Any], Sequence[Any]] | None = None
    title: Callable[[Any], str] = str
    related: tuple[str, ...] = ()
    states: Mapping[str, Look] = field(default_factory=dict)
    state_filters: Mapping[str, str] = field(default_factory=dict)
    look_of: Callable[[Any, int], Look] | None = None
    subkinds: Mapping[str, str] = field(default_factory=dict)
    search_documents: Callable[[Sequence[Any]], Iterable[Any]] | None = None
    indexed: Callable[[], QuerySet[Any]] | None = None
    leads_on: Callable[[Sequence[Any]], Mapping[int, Ref]] | None = None

    @property
    def model_class(self) -> type[Model]:
        return apps.get_model(self.model)

    @property
    def is_place(self) -> bool:
        return not self.model

    def rows(self) -> QuerySet[Any]:
        """All rows, with the neighbours that title and page need."""
        return self.model_class._default_manager.select_related(*self.related)

    def rows_visible_to(self, membership: Any) -> QuerySet[Any]:
        """Those that this member may see. Every kind with a page has ``visible_to`` on its queryset."""
        rows: Any = self.rows()
        return cast("QuerySet[Any]", rows.visible_to(membership))

    def url(self, pk: int, slug: str, row: Any = None) -> str:
        """The page of one thing under an organisation’s slug; empty where there is none. ``row`` if ``page_args``."""
        if not self.page:
            return ""
        try:
            if self.is_place:
                return reverse(self.page, args=[slug])
            return reverse(self.page, args=[slug, *(self.page_args(row) if self.page_args else [pk])])
        except NoReverseMatch:
            return ""

    def look(self, state: str) -> Look:
        """How a state is shown; for one that nobody has described, its key."""
        return self.states.get(state) or Look("", "info", _key_in_words(state))

    def look_of_hit(self, hit: Any, organisation_id: int) -> Look:
        """How one that was found is shown to people of an organisation."""
        return self.look_of(hit, organisation_id) if self.look_of else self.look(hit.state)

    def state_filter(self, state: str) -> str:
        """What a state is called where a list is narrowed to it."""
        return self.state_filters.get(state) or self.look(state).word

    def subkind(self, key: str) -> str:
        return self.subkinds.get(key) or _key_in_words(key)

    def everything(self) -> Iterator[Sequence[Any]]:
        """All rows that can be found, in chunks."""
        if self.indexed is None:
            return
        chunk: list[Any] = []
        for row in self.indexed().iterator(CHUNK):
            chunk.append(row)
            if len(chunk) == CHUNK:
                yield chunk
                chunk = []
        if chunk:
            yield chunk


def _key_in_words(key: str) -> str:
    return key.replace("-", " ").replace("_", " ").capitalize()


def registry() -> dict[str, Thing]:
    """Every kind of thing by its key, in the order of the map."""
    return _read_things(_map_name())


def _map_name() -> str:
    return getattr(settings, "THINGS", "kmportal.things.THINGS")


@cache
def _read_things(name: str) -> dict[str, Thing]:
    found = {}
    for kind, dotted in import_string(name).items():
        thing: Thing = import_string(dotted)
        if thing.kind != kind:
            raise ValueError(f"{dotted} calls itself {thing.kind}, but the map calls it {kind}")
        found[kind] = thing
    return found


@cache
def _kinds_of_models(name: str) -> dict[type[Model], Thing]:
    return {thing.model_class: thing for thing in _read_things(name).values() if not thing.is_place}


def thing_of(row: Model) -> Thing:
    """The kind of a row. Raises ``LookupError`` for a model that the map does not name."""
    try:
        return _kinds_of_models(_map_name())[type(row)]
    except KeyError:
        raise LookupError(f"{type(row).__name__} has no line in the map of things") from None


def ref_of(row: Model) -> Ref:
    """The reference to a saved row."""
    return Ref(thing_of(row).kind, row.pk)


def kind(key: str) -> Thing:
    """The kind of that key; one that is gone from the map is called by its key and has no page."""
    return registry().get(key) or Thing(kind=key, word=_key_in_words(key), words=_key_in_words(key))


def load(ref: Ref) -> Model | None:
    """The row that a reference points at, whoever asks; None when it is gone."""
    thing = registry().get(ref.kind)
    return thing.rows().filter(pk=ref.pk).first() if thing and not thing.is_place else None


def titles(refs: Iterable[Ref]) -> dict[Ref, str]:
    """How the things are called, whoever asks; gone ones are left out. One query per kind."""
    found = {}
    for thing, keys in _group_by_kind(refs):
        if not thing.is_place:
            found.update({Ref(thing.kind, row.pk): thing.title(row) for row in thing.rows().filter(pk__in=keys)})
    return found


def pointers(refs: Iterable[Ref], membership: Any) -> dict[Ref, Pointer]:
    """Titles and pages for one reader; what is gone, hidden from them or has no page is left out. A query per kind."""
    found, slug = {}, membership.organisation.slug
    for thing, keys in _group_by_kind(refs):
        if thing.is_place:
            found[Ref(thing.kind, 0)] = Pointer(thing.word, thing.url(0, slug))
        if thing.is_place or not thing.page:
            continue
        for row in _seen_by(thing.kind, _map_name())(membership, tuple(keys)):
            found[Ref(thing.kind, row.pk)] = Pointer(thing.title(row), thing.url(row.pk, slug, row))
    return found


@cache
def _seen_by(kind: str, name: str) -> "Prepared[[Any, tuple[int, ...]], Any]":
    """Of one kind, those among some keys that a member may see."""
    thing = _read_things(name)[kind]

    def rows(membership: Any, keys: tuple[int, ...]) -> QuerySet[Any]:
        return thing.rows_visible_to(membership).filter(pk__in=keys)

    return prepared(rows)


def urls(refs: Iterable[Ref], slug: str) -> dict[Ref, str]:
    """Pages of things that the reader is known to see. Reads only the kinds whose address is not their key."""
    found = {}
    for thing, keys in _group_by_kind(refs):
        rows = thing.rows().in_bulk(keys) if thing.page_args else {}
        for pk in keys:
            if not thing.page_args or pk in rows:
                found[Ref(thing.kind, pk)] = thing.url(pk, slug, rows.get(pk))
    return found


def _group_by_kind(refs: Iterable[Ref]) -> Iterator[tuple[Thing, list[int]]]:
    keys: dict[str, list[int]] = {}
    for ref in dict.fromkeys(refs):
        keys.setdefault(ref.kind, []).append(ref.pk)
    return ((registry()[key], pks) for key, pks in keys.items() if key in registry())
