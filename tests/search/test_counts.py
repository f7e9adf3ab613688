"""Both databases find what a plain Python search finds: the same things, the same counts, for every reader."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search.index import find
from tests.search import library as shelf
from tests.search.reference import Reference

# In one process, which fills the library once: tests/together.py.
pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.search.pages")]


@pytest.fixture(scope="module")
def library(django_db_setup, django_db_blocker):
    """One library for the whole file; what a module sees, it takes away again."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield shelf.build()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def reference(library):
    return Reference(library)


@pytest.mark.parametrize("text", shelf.QUERIES)
def test_finds_what_plain_python_finds(library, reference, text):
    for reader in library.readers:
        results = find(reader, text, facets=shelf.FACETS, per_page=500)
        expected = reference.matching(reader, text)
        assert {(hit.kind, hit.ident) for hit in results.hits} == {doc.key for doc in expected}
        assert results.total == len(expected)
        for name in shelf.FACETS:
            assert dict(results.facets[name]) == reference.facet(expected, {}, name)


@pytest.mark.parametrize("filters", shelf.FILTERS, ids=str)
@pytest.mark.parametrize("text", ["", "valve", "-lithium", '"launch vehicle"', "the", "hand*"])
def test_filters_and_their_counts(library, reference, text, filters):
    for reader in library.readers:
        for kinds in ((), ("lesson", "action")):
            results = find(reader, text, kinds=kinds, filters=filters, facets=shelf.FACETS, per_page=500)
            expected = reference.matching(reader, text, kinds)
            narrowed = reference.narrowed(expected, filters)
            assert {(hit.kind, hit.ident) for hit in results.hits} == {doc.key for doc in narrowed}
            for name in shelf.FACETS:
                assert dict(results.facets[name]) == reference.facet(expected, filters, name)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.one_of(
        st.text(max_size=60),
        st.lists(
            st.sampled_from(
                [*shelf.PLAIN[:8], '"', "-", "*", "(", "AND", "'", "the", "O-ring", "\0", "&", "<->", ":*"]
            ),
            max_size=9,
        ).map(" ".join),
    )
)
def test_nothing_typed_breaks_it(library, reference, text):
    for reader in library.readers[:2]:
        results = find(reader, text, facets=["kind"], per_page=500, correct=False)
        assert results.total == len(reference.matching(reader, text))
