"""Attacks: a safe lesson and its author, laid beside each other by every row of every table, those to come too.

What is looked at is not named: a row belongs to the author by a key or by its words, to the lesson by a key, through
what hangs on it, or as what it is about. No row may belong to both, and on PostgreSQL no transaction may have written,
or last looked at, a row of the one and a row of the other; long values lie in tables of their own and count, too.
"""

from collections import defaultdict
from hashlib import sha256
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import ForeignKey, Model
from django.utils import timezone

from attachments.inspection import check_file
from attachments.models import StoredFile
from lessons.actions import safe, writing
from lessons.models import Lesson, Receipt, SafeAuthor
from lessons.unlinking import remove_safe_traces
from organisations.models import Membership, Person
from tests.attachments.samples import picture
from tests.cast import as_member

from .conftest import NOON, validate

pytestmark = pytest.mark.database
CODE = "CDFG-HJKM-NPQR-TWXY"
LONG = " ".join(sha256(str(number).encode()).hexdigest() for number in range(55))


def keys_to(model: type[Model], *targets: type[Model]) -> list[str]:
    return [one.attname for one in model._meta.concrete_fields if one.is_relation and one.related_model in targets]


def hanging_on(lesson: Lesson) -> dict[type[Model], set[Any]]:
    """The lesson, its files, what search knows of it, and whatever hangs on any of these by a key."""
    pointing = defaultdict(list)
    for model in apps.get_models(include_auto_created=True):
        for one in model._meta.concrete_fields:
            if isinstance(one, ForeignKey):
                pointing[one.related_model].append((model, one.attname))
    found: dict[type[Model], set[Any]] = defaultdict(set)
    fresh: dict[type[Model], set[Any]] = {
        Lesson: {lesson.pk},
        StoredFile: set(lesson.attached.values_list("file", flat=True)),
    }
    for model in apps.get_models(include_auto_created=True):
        if {"kind", "ident"} <= {one.name for one in model._meta.concrete_fields}:
            about = model._base_manager.filter(kind="lesson", ident=lesson.pk)
            fresh.setdefault(model, set()).update(about.values_list("pk", flat=True))
    while fresh:
        for model, keys in fresh.items():
            found[model] |= keys
        last, fresh = fresh, {}
        for target, keys in last.items():
            for model, name in pointing[target] if keys else ():
                rows = model._base_manager.filter(**{f"{name}__in": keys})
                if new := set(rows.values_list("pk", flat=True)) - found[model]:
                    fresh.setdefault(model, set()).update(new)
    return found


def transactions(model: type[Model]) -> dict[Any, set[int]]:
    """Of each row the one that wrote it, and the one that last locked or looked at it. PostgreSQL only."""
    if connection.vendor != "postgresql":
        return defaultdict(set)
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        table, key = quote(model._meta.db_table), quote(model._meta.pk.column)
        cursor.execute(f"SELECT {key}, xmin::text::bigint, xmax::text::bigint FROM {table}")  # noqa: S608  our own names
        return {row: {one for one in written if one > 2} for row, *written in cursor.fetchall()}


def transactions_of_long_values(model: type[Model]) -> set[int]:
    if connection.vendor != "postgresql":
        return set()
    with connection.cursor() as cursor:
        beside = "SELECT reltoastrelid::regclass::text FROM pg_class WHERE oid = %s::regclass AND reltoastrelid <> 0"
        cursor.execute(beside, [model._meta.db_table])
        found: set[int] = set()
        for (toast,) in cursor.fetchall():
            cursor.execute(f"SELECT DISTINCT xmin::text::bigint FROM {toast}")  # noqa: S608  the database’s own names
            found |= {written for (written,) in cursor.fetchall()}
        return found


def what_joins(lesson: Lesson, author: Person) -> set[str]:
    """Which tables name both in one row, and which share a transaction of which both were written."""
    member = set(Membership.objects.filter(person=author).values_list("pk", flat=True))
    parts = hanging_on(lesson)
    told: set[str] = set()
    of_author, of_lesson = defaultdict(set), defaultdict(set)
    everybody, others = defaultdict(set), Person.objects.count() - 1
    for model in apps.get_models(include_auto_created=True):
        if model is SafeAuthor:
            continue
        label, written = model._meta.label, transactions(model)
        persons, members = keys_to(model, Person), keys_to(model, Membership)
        is_of_lesson = False
        for row in model._base_manager.values():
            key, text = row[model._meta.pk.attname], " ".join(map(str, row.values()))
            is_author = any(row[one] == author.pk for one in persons) or any(row[one] in member for one in members)
            is_author |= author.email in text or author.name in text or (model, key) == (Person, author.pk)
            is_author |= (row.get("kind"), row.get("ident")) == ("person", author.pk)
            is_lesson = key in parts.get(model, ())
            is_of_lesson |= is_lesson
            if is_author and is_lesson:
                told.add(f"{label} names both")
            for one in written.get(key, ()):
                if is_lesson:
                    of_lesson[one].add(label)
                elif is_author:
                    of_author[one].add(label)
                elif model is Person:
                    everybody[one].add(key)
        if is_of_lesson:
            for one in transactions_of_long_values(model):
                of_lesson[one].add(f"long values of {label}")
    for one in of_author.keys() & of_lesson.keys():
        if len(everybody[one]) < others:  # one that wrote everybody’s rows says nothing
            told.add(f"{sorted(of_author[one])} and {sorted(of_lesson[one])} by one transaction")
    return told


@pytest.fixture
def kept(draft, cara) -> Lesson:
    """A draft with long words, a tag, a file and a second version."""
    lesson = draft(tags=["night"], happened=LONG)
    files = [check_file("rota.png", picture())]
    values = {"seen": lesson.version, "words": {"why": "Because."}, "files": files, "telling": "A rota"}
    return writing.write_lesson(lesson, by=as_member(cara), at=NOON, **values)


def test_no_row_and_no_transaction_of_any_table_joins_author_and_lesson(
    transactional_db, kept, cara, farah, reza, lena, as_
):
    as_(cara).get(f"/o/riverside/lessons/{kept.pk}/")
    assert what_joins(kept, cara), "nothing was tried"
    sent = safe.send_safely(Lesson.objects.get(pk=kept.pk), by=as_member(cara), at=NOON, to=farah, code=CODE)
    assert bool(what_joins(sent, cara)) == (connection.vendor == "postgresql")
    remove_safe_traces()
    assert what_joins(sent, cara) == set()
    validate(Lesson.objects.get(pk=sent.pk), farah, contact="The ward’s office")
    safe.forget_author(Receipt.objects.select_related("lesson").get(), at=timezone.now())
    remove_safe_traces()
    assert what_joins(sent, cara) == set()
    with pytest.raises(SafeAuthor.DoesNotExist):
        SafeAuthor.objects.get()
