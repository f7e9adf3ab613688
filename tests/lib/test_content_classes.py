"""Content classes: what is wrong with a file, in words; and what was stored by an older version still opens."""

import json
from typing import Annotated, Literal

import pytest
from django.core import serializers
from django.db import connection
from msgspec import Meta, field

from kmportal.lib.content import check, parse_yaml
from kmportal.lib.content_classes import ONCE, Content, Slug, Text, Texts, find_mistakes, recast, revive
from roadmap.catalogue import Guidance
from roadmap.models import CatalogueEntry
from techniques.content_schema import Card, Column, Minutes
from techniques.models import Technique


class Part(Content):
    name: Text
    count: Annotated[int, Meta(ge=1, le=3)] = 1


class Thing(Content):
    key: Slug
    kind: Literal["small", "large"]
    is_new: bool = False
    words: Texts = ()
    parts: Annotated[tuple[Part, ...], Meta(min_length=1, max_length=2)]
    first: Part | None = None
    said: dict[Annotated[str, Meta(pattern="^[a-z]$")], Text] = {}
    start: int = field(default=0, name="from")
    marks: Annotated[tuple[Annotated[int, Meta(ge=0)], ...], Meta(extra=ONCE)] = ()
    title: Annotated[str, Meta(max_length=5)] = ""


SOUND = {"key": "a-b", "kind": "small", "parts": [{"name": "One"}]}


def test_a_sound_file_has_no_mistakes():
    assert list(find_mistakes(SOUND, Thing)) == []
    whole = {**SOUND, "is_new": True, "words": ["a"], "first": {"name": "x", "count": 3}, "said": {"a": "b"}, "from": 4}
    assert list(find_mistakes(whole, Thing)) == []
    assert revive(whole, Thing).start == 4


@pytest.mark.parametrize(
    ("change", "path", "sentence"),
    [
        ({"key": None}, ("key",), "This must be of the type string, but it is “None”."),
        ({"key": 3}, ("key",), "This must be of the type string, but it is “3”."),
        ({"key": "A b"}, ("key",), "“A b” does not have the form ^[a-z][a-z0-9]*(-[a-z0-9]+)*$."),
        ({"key": "x" * 41}, ("key",), "There must be at most 40 characters, but there are 41."),
        ({"kind": "huge"}, ("kind",), "“huge” is not one of small, large."),
        ({"is_new": "no"}, ("is_new",), "This must be of the type boolean, but it is “no”."),
        ({"words": []}, ("words",), "This must not be empty."),
        ({"words": ["a", ""]}, ("words", 1), "This must not be empty."),
        ({"words": ["a", "a"]}, ("words",), "The same value stands here twice."),
        ({"words": "a"}, ("words",), "This must be of the type array, but it is “a”."),
        ({"marks": [1, 1]}, ("marks",), "The same value stands here twice."),
        ({"marks": [-1]}, ("marks", 0), "-1 is less than the minimum of 0."),
        ({"parts": [{"name": "a"}] * 3}, ("parts",), "There must be at most 2, but there are 3."),
        ({"parts": ["a"]}, ("parts", 0), "This must be of the type object, but it is “a”."),
        ({"parts": [{}]}, ("parts", 0), "“name” is missing."),
        ({"parts": [{"name": "a", "count": 4}]}, ("parts", 0, "count"), "4 is greater than the maximum of 3."),
        ({"parts": [{"name": "a", "count": True}]}, ("parts", 0, "count"), "of the type integer, but it is “True”."),
        ({"first": {"nmae": "a"}}, ("first",), "“nmae” is not a field that exists here."),
        ({"first": {"nmae": "a"}}, ("first",), "“name” is missing."),
        ({"said": {"a": ""}}, ("said", "a"), "This must not be empty."),
        ({"said": {"long": "x"}}, ("said",), "“long” does not have the form ^[a-z]$."),
        ({"from": "x"}, ("from",), "This must be of the type integer, but it is “x”."),
        ({"start": 3}, (), "“start” is not a field that exists here."),
        ({"title": "sixsix"}, ("title",), "There must be at most 5 characters, but there are 6."),
    ],
)
def test_a_mistake_says_where_and_what(change, path, sentence):
    found = list(find_mistakes({**SOUND, **change}, Thing))
    assert any(where == path and sentence in words for where, words in found), found


def test_all_mistakes_of_a_file_are_found_at_once():
    found = list(find_mistakes({"kind": "huge", "parts": [{"name": ""}, {"count": 0}], "x": 1, "y": 2}, Thing))
    assert [sentence for _, sentence in found] == [
        "“key” is missing.",
        "“x”, “y” is not a field that exists here.",
        "“huge” is not one of small, large.",
        "This must not be empty.",
        "“name” is missing.",
        "0 is less than the minimum of 1.",
    ]


def test_what_is_missing_is_listed_in_one_sentence():
    assert (0, "“key”, “kind”, “parts” are missing.") in [
        (len(path), sentence) for path, sentence in find_mistakes({}, Thing)
    ]
    assert list(find_mistakes(["a"], Thing)) == [((), "This must be of the type object, but it is “['a']”.")]


def test_a_mistake_is_found_on_its_line():
    document = parse_yaml("key: a\nkind: small\nparts:\n  - name: One\n    count: 9\n  - {}\n", file="thing.yaml")
    typed, problems = check(document, Thing)
    assert typed is None
    assert [str(problem) for problem in problems] == [
        "thing.yaml, line 5: parts › One › count: 9 is greater than the maximum of 3.",
        "thing.yaml, line 6: parts › no. 2: “name” is missing.",
    ]


def test_content_cannot_be_changed():
    with pytest.raises(AttributeError):
        revive(SOUND, Thing).key = "other"  # type: ignore[misc]


def test_the_shared_fields_go_over():
    part = Part(name="a", count=2)
    assert recast(part, Thing, key="k", kind="small", parts=()) == Thing(key="k", kind="small", parts=())


# --- What is stored ----------------------------------------------------------------------------------------------


def test_old_json_opens_with_blanks_and_without_what_is_gone():
    old = {"key": "a", "kind": "gone", "parts": [{"nmae": 1}, "x"], "words": None, "said": 3, "weight": 9, "from": "x"}
    assert revive(old, Thing) == Thing(
        key="a", kind="", parts=(Part(name="", count=1), Part(name="", count=1)), words=(), said={}, start=0
    )
    assert revive({}, Thing).parts == ()
    assert revive([{"key": "a"}, 3], tuple[Column, ...])[0].makes == ""
    assert revive("nonsense", Minutes) == Minutes(short=0, standard=0, long=0)


def test_an_unknown_promise_is_the_strictest():
    assert revive({"confidentiality": "whatever"}, Card).confidentiality == "no-blame"
    assert revive({}, Card).confidentiality == "no-blame"
    assert revive({"confidentiality": "open"}, Card).confidentiality == "open"


@pytest.fixture
def old_row(db) -> Technique:
    """A row as an earlier version of the portal wrote it."""
    row = Technique.objects.create(key="old", name="Old", moment="any", tier="next", purpose="x")
    stages = [{"key": "a", "name": "A", "columns": [{"key": "c", "name": "C", "makes": "summary", "colour": "red"}]}]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE techniques_technique SET card = %s, stages = %s, minutes = %s WHERE id = %s",
            [json.dumps({"front": {"what": "W"}, "side": 3}), json.dumps(stages), json.dumps({"short": 9}), row.pk],
        )
    return Technique.objects.get(pk=row.pk)


def test_a_row_of_an_older_version_opens(old_row):
    assert (old_row.card.front.what, old_row.card.front.steps, old_row.card.prep) == ("W", (), ())
    assert old_row.minutes == Minutes(short=9, standard=0, long=0)
    assert old_row.stages[0].columns[0].name == "C"
    assert old_row.stages[0].minutes.of("long") == 0


def test_what_is_set_is_typed_at_once_and_after_reading(db):
    row = CatalogueEntry(key="a", name="A", step=1, what="x", guidance={"why": "Because."})
    assert row.guidance.why == "Because."
    row.save()
    row.refresh_from_db()
    assert row.guidance == revive({"why": "Because."}, Guidance)
    assert CatalogueEntry.objects.filter(guidance__why="Because.").values_list("guidance__why", flat=True).get()
    assert CatalogueEntry().guidance.how == ()
    minutes = [Minutes(short=1, standard=2, long=3)]
    assert Technique(minutes=minutes[0]).minutes is minutes[0]
    row.full_clean(exclude=["areas"])


def test_a_row_is_written_out_and_read_in_again(old_row):
    text = serializers.serialize("json", [old_row])
    (read,) = serializers.deserialize("json", text)
    assert (read.object.card, read.object.stages) == (old_row.card, old_row.stages)
