"""Templates that take fewer steps show the same as Django's own."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import NamedTuple

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import OperationalError
from django.template import Context, RequestContext, Template, TemplateDoesNotExist, TemplateSyntaxError, engines
from django.test import override_settings
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from kmportal.lib.domain_words import worded_later
from kmportal.lib.quick_templates import QuickTemplate


@dataclass
class Thing:
    title: str = "Fish & chips <b>"
    rows: list[str] = field(default_factory=lambda: ["one", "two"])
    parts: dict[str, object] = field(default_factory=lambda: {"a": "x < y", "items": "mine", "deep": {"b": 7}})
    removed: bool = False

    def shout(self):
        return f"{self.title}!"

    def with_more(self, more):
        return more

    def delete(self):
        self.removed = True
        return "gone"

    delete.alters_data = True

    @property
    def lost(self):
        raise ObjectDoesNotExist

    @property
    def broken(self):
        return self.nowhere

    def failing(self):
        raise TypeError("inside")


class Pair(NamedTuple):
    word: str
    thing: Thing


class Choice:
    do_not_call_in_templates = True
    title = "a choice"


SHOWN = [
    "thing.title", "thing.rows", "thing.rows.1", "thing.rows.7", "thing.parts.a", "thing.parts.items", "thing.shout",
    "thing.parts.deep.b", "thing.parts.deep.c", "thing.parts.keys", "thing.with_more", "thing.delete", "thing.lost",
    "thing.lost.name", "thing.nothing", "thing.title.0", "missing", "missing.title", "none", "yes", "number", "half",
    "big", "money", "day", "now", "safe", "lazy", "said", "choice.title", "kind.title", "call", "call.title", "empty",
    "7", '"a<b"', '_("Yes")', "thing.title|upper", "missing|default:thing.title", "number|add:big", "template_name",
    "flatten", "pair.word", "pair.0", "pair.1.title", "pair.7", "pair.word.title", "pair.missing", "pair.count",
    "pair.thing.parts.a",
]  # fmt: skip
BLOCKS = [
    "{% autoescape off %}{{ thing.title }}{{ thing.shout }}{{ number }}{{ half }}{% endautoescape %}",
    "{% if missing.x %}a{% else %}b{% endif %}{% if thing.removed or missing %}a{% else %}b{% endif %}",
    "{% for row in thing.rows %}{{ forloop.counter }}{{ row }}{{ forloop.parentloop }}{% endfor %}",
    "{% with a=thing.rows.0 %}{{ a }}{% endwith %}{% firstof missing thing.title %}",
    '{% if thing.title == "x" %}{% elif number > 3 %}big{% endif %}',
    "{% localize off %}{{ big }}{{ half }}{% endlocalize %}",
]


def values():
    return {
        "thing": Thing(),
        "pair": Pair("a < b", Thing()),
        "none": None,
        "yes": True,
        "number": 5,
        "big": 1234567,
        "half": 1234.5,
        "money": Decimal("12.30"),
        "day": date(2026, 11, 30),
        "now": datetime(2026, 11, 30, 23, 30, tzinfo=UTC),
        "safe": mark_safe("<i>x</i>"),
        "lazy": gettext_lazy("Yes"),
        "said": worded_later("a lesson & more"),
        "choice": Choice,
        "kind": Thing,
        "call": lambda: Thing(),
        "empty": "",
    }


def both(source, make=Context):
    engine = engines["django"].engine
    return [kind(source, engine=engine).render(make(values())) for kind in (Template, QuickTemplate)]


@pytest.mark.parametrize("grouped", [False, True])
def test_the_same_is_shown(grouped):
    for source in [*(f"{{{{ {one} }}}}" for one in SHOWN), *(f"{{% load l10n %}}{one}" for one in BLOCKS)]:
        with override_settings(USE_THOUSAND_SEPARATOR=grouped):
            usual, quick = both(source)
        assert (source, quick) == (source, usual)


def test_a_request_has_the_same_values(rf):
    usual, quick = both(
        "{{ request.path }}{{ user }}{{ thing.title }}", lambda known: RequestContext(rf.get("/x"), known)
    )
    assert quick == usual
    assert "/x" in quick


@pytest.mark.parametrize(
    ("source", "error"), [("{{ thing.broken }}", AttributeError), ("{{ thing.failing }}", TypeError)]
)
def test_errors_are_djangos_own(source, error):
    for kind in (Template, QuickTemplate):
        with pytest.raises(error):
            kind(source, engine=engines["django"].engine).render(Context(values()))


def test_nothing_is_asked_twice():
    asked = []
    known = {"thing": lambda: asked.append("thing") or Thing()}
    QuickTemplate("{{ thing.rows.1 }}{{ thing.parts.deep.b }}", engine=engines["django"].engine).render(Context(known))
    assert asked == ["thing", "thing"]


def test_a_broken_transaction_is_not_asked_again():
    asked = []

    def broken():
        asked.append(1)
        raise OperationalError("the disk is full")

    with pytest.raises(OperationalError):
        QuickTemplate("{{ thing.x }}", engine=engines["django"].engine).render(Context({"thing": broken}))
    assert asked == [1]


def test_what_cannot_be_read_is_said_with_its_place():
    with pytest.raises(TemplateSyntaxError) as caught:
        QuickTemplate("{% nonsense %}", engine=engines["django"].engine)
    assert caught.value.template_debug["during"] == "{% nonsense %}"
    with pytest.raises(TemplateDoesNotExist) as missing:
        engines["django"].engine.get_template("nowhere.html")
    assert missing.value.tried


def test_pages_are_made_of_them():
    engine = engines["django"].engine
    assert type(engine.get_template("base.html")) is QuickTemplate
    assert engine.get_template("base.html") is engine.get_template("base.html")
