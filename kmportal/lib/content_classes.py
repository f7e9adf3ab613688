"""Content classes: the class is the schema. Parsed YAML and stored JSON become objects of the same class.

Pure: msgspec and no Django. ``find_mistakes`` lists everything that is wrong with a file at once, in words for those
who edit content; ``revive`` opens what an older version of the class has stored.
"""

import re
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, dataclass_transform, get_args, get_origin

import msgspec
from msgspec import Meta, Struct, StructMeta
from msgspec.structs import FieldInfo, fields

Key = str | int
Path = tuple[Key, ...]
C = TypeVar("C")
S = TypeVar("S", bound="Content")


class _ContentMeta(StructMeta):
    """Metaclass: every content class takes keywords only, which msgspec would have each of them say."""

    def __new__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **options: Any) -> Any:
        return super().__new__(cls, name, bases, namespace, **{"kw_only": True, **options})


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class Content(Struct, metaclass=_ContentMeta, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base class of content: immutable, compared by value. A field without a default is required in the file."""


# A list in which no value may stand twice.
ONCE = {"once": True}
Text = Annotated[str, Meta(min_length=1)]
Texts = Annotated[tuple[Text, ...], Meta(min_length=1, extra=ONCE)]
Aliases = Annotated[tuple[Text, ...], Meta(extra=ONCE)]
# Names of fields that had no source.
Draft = Annotated[tuple[str, ...], Meta(extra=ONCE)]
Slug = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=40)]


class Sourced(Content):
    """Content that names where it comes from: by marks in the file, by titles once it is read."""

    sources: Texts


def recast(thing: Content, cls: type[S], **more: Any) -> S:
    """An object of ``cls`` with the fields that ``thing`` has too, and ``more``."""
    shared = {name: getattr(thing, name) for name in cls.__struct_fields__ if name in type(thing).__struct_fields__}
    return cls(**{**shared, **more})


def plain(value: Any) -> Any:
    """Content as sequences and dictionaries, which JSON can write."""
    return msgspec.to_builtins(value)


# --- What a hint says ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Shape:
    """A type hint taken apart: what it is, what it is made of, and the rules that ``Meta`` adds."""

    kind: Any  # a content class, str, int, bool, tuple, dict, Literal
    parts: tuple[Any, ...]
    rules: tuple[Meta, ...]
    is_optional: bool

    def rule(self, name: str) -> Any:
        """The value of a rule such as ``min_length``; None where there is no such rule."""
        return next((value for meta in self.rules if (value := getattr(meta, name)) is not None), None)

    def own_rule(self, name: str) -> Any:
        """The value of a rule of ours, which msgspec does not know."""
        return next((meta.extra[name] for meta in self.rules if meta.extra and name in meta.extra), None)


@cache
def _shape_of_type(hint: Hashable) -> _Shape:
    rules: tuple[Meta, ...] = ()
    is_optional = False
    if get_origin(hint) in (Union, UnionType):
        [hint] = [one for one in get_args(hint) if one is not NoneType]
        is_optional = True
    if get_origin(hint) is Annotated:
        hint, *metas = get_args(hint)
        rules = tuple(metas)
    return _Shape(get_origin(hint) or hint, get_args(hint), rules, is_optional)


@cache
def _fields_of_class(cls: type[Content]) -> dict[str, FieldInfo]:
    """The fields by the names that files and JSON give them."""
    return {one.encode_name: one for one in fields(cls)}


# --- Opening what is stored ------------------------------------------------------------------------------------------


def revive(stored: Any, cls: type[C]) -> C:
    """Open parsed JSON as ``cls``, however old it is: unknown fields are dropped, missing or unfit ones are blank.

    A blank text is empty, a blank list has nothing in it, and a blank choice is an empty text, or what the type names
    as ``extra={"blank": …}``.
    """
    try:
        return msgspec.convert(stored, cls)
    except msgspec.ValidationError:
        mended: C = _mend_value(stored, cls)  # type: ignore[arg-type]
        return mended


def _mend_value(value: Any, hint: Hashable) -> Any:
    shape = _shape_of_type(hint)
    if value is None and shape.is_optional:
        return None
    if shape.kind is Literal:
        return value if value in shape.parts else shape.own_rule("blank") or ""
    if shape.kind is tuple:
        return tuple(_mend_value(item, shape.parts[0]) for item in value) if isinstance(value, list | tuple) else ()
    if shape.kind is dict:
        return (
            {key: _mend_value(item, shape.parts[1]) for key, item in value.items()} if isinstance(value, dict) else {}
        )
    if issubclass(shape.kind, Content):
        found = value if isinstance(value, dict) else {}
        return shape.kind(**{one.name: _mend_field(found, one) for one in _fields_of_class(shape.kind).values()})
    return value if type(value) is shape.kind else shape.kind()


def _mend_field(found: Mapping[str, Any], one: FieldInfo) -> Any:
    if one.encode_name in found or one.required:
        return _mend_value(found.get(one.encode_name), one.type)
    return one.default_factory() if one.default is msgspec.NODEFAULT else one.default


# --- What is wrong with a file ---------------------------------------------------------------------------------------


def find_mistakes(value: Any, cls: type[Content]) -> Iterator[tuple[Path, str]]:
    """Everything that keeps parsed YAML from being a ``cls``: where, and a sentence. Nothing when it is sound."""
    is_sound = True
    for mistake in _mistakes_inside(value, cls, ()):
        is_sound = False
        yield mistake
    if is_sound:
        try:
            msgspec.convert(value, cls)
        except msgspec.ValidationError as error:  # a rule that msgspec knows and this module does not
            yield (), f"{error}."


# The word for each kind of value, and how YAML reads it.
_WORDS: dict[Any, tuple[str, Any]] = {
    str: ("string", str),
    int: ("integer", int),
    bool: ("boolean", bool),
    tuple: ("array", list),
    dict: ("object", dict),
}


def _mistakes_inside(value: Any, hint: Hashable, path: Path) -> Iterator[tuple[Path, str]]:
    shape = _shape_of_type(hint)
    if shape.kind is Literal:
        if value not in shape.parts:
            yield path, f"“{value}” is not one of {', '.join(str(item) for item in shape.parts)}."
        return
    word, expected = _WORDS.get(shape.kind, _WORDS[dict])
    if type(value) is not expected:
        yield path, f"This must be of the type {word}, but it is “{value}”."
        return
    yield from ((path, sentence) for sentence in _broken_rules(value, shape))
    if shape.kind is tuple:
        for index, item in enumerate(value):
            yield from _mistakes_inside(item, shape.parts[0], (*path, index))
    elif shape.kind is dict:
        for key, item in value.items():
            yield from _mistakes_inside(key, shape.parts[0], path)
            yield from _mistakes_inside(item, shape.parts[1], (*path, key))
    elif expected is dict:
        yield from _field_mistakes(value, shape.kind, path)


def _field_mistakes(value: Mapping[str, Any], cls: type[Content], path: Path) -> Iterator[tuple[Path, str]]:
    known = _fields_of_class(cls)
    missing = [name for name, one in known.items() if one.required and name not in value]
    unknown = [name for name in value if name not in known]
    if missing:
        yield path, f"{_quote_names(missing)} {'is' if len(missing) == 1 else 'are'} missing."
    if unknown:
        yield path, f"{_quote_names(unknown)} is not a field that exists here."
    for name, item in value.items():
        if name in known:
            yield from _mistakes_inside(item, known[name].type, (*path, name))


def _broken_rules(value: Any, shape: _Shape) -> Iterator[str]:
    least, most, pattern = shape.rule("min_length"), shape.rule("max_length"), shape.rule("pattern")
    lowest, highest = shape.rule("ge"), shape.rule("le")
    if least is not None and len(value) < least:
        yield f"There must be at least {least}, but there are {len(value)}." if value else "This must not be empty."
    if most is not None and len(value) > most:
        unit = " characters" if shape.kind is str else ""
        yield f"There must be at most {most}{unit}, but there are {len(value)}."
    if pattern is not None and not re.search(pattern, value):
        yield f"“{value}” does not have the form {pattern}."
    if lowest is not None and value < lowest:
        yield f"{value} is less than the minimum of {lowest}."
    if highest is not None and value > highest:
        yield f"{value} is greater than the maximum of {highest}."
    if shape.own_rule("once") and any(item in value[:index] for index, item in enumerate(value)):
        yield "The same value stands here twice."


def _quote_names(names: list[str]) -> str:
    return ", ".join(f"“{name}”" for name in names)
