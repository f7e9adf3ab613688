"""Templates that look up and escape what they show in fewer steps than Django's own, with the same outcome.

A long page shows some thousand values. For each of them Django tries the key of a mapping first and an attribute after
the error, asks three settings how a number is written, and looks for promises in a text that is a plain one. Here the
ordinary cases are answered at once: a name of the context, a mapping's key, an object's attribute or method without
arguments, a plain text, a whole number. All others, and every error, are handed to Django as they were.
"""

from functools import lru_cache
from html import escape
from inspect import isclass
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.template import Template, TemplateDoesNotExist
from django.template.base import (
    DebugLexer,
    FilterExpression,
    Lexer,
    Node,
    NodeList,
    Parser,
    Token,
    Variable,
    VariableDoesNotExist,
    VariableNode,
    render_value_in_context,
)
from django.template.context import Context
from django.template.loaders import cached
from django.utils.safestring import SafeString

_HERE = "here"


class QuickVariable(Variable):
    """A name with the attributes behind it: ``lesson.revision.title``."""

    __slots__ = ()

    def resolve(self, context: Any) -> Any:
        if self.lookups is None or self.translate or not isinstance(context, Context):
            return super().resolve(context)
        first, *names = self.lookups
        for layer in reversed(context.dicts):
            if first in layer:
                current = layer[first]
                break
        else:
            raise VariableDoesNotExist("Failed lookup for key [%s] in %r", (first, context))
        try:
            if callable(current):
                current = _called(current)
            for place, name in enumerate(names):
                kind = type(current)
                items = getattr(kind, "__getitem__", None)
                if kind is dict:
                    current = current[name]
                elif items is not None and (items is not tuple.__getitem__ or name.isdigit()):
                    return _rest(current, names[place:])
                else:
                    current = getattr(current, name)
                if callable(current):
                    current = _called(current)
        except DatabaseError:
            # Asked a second time, a broken transaction would hide what had broken it.
            raise
        except Exception:
            # Django knows which errors are silent, and tells the others with their place.
            return super().resolve(context)
        return current


def _rest(found: Any, names: list[str]) -> Any:
    """What stands behind these names of it, by Django’s own steps, and without asking for the first ones again."""
    return _variable(".".join([_HERE, *names])).resolve(Context({_HERE: found}))


@lru_cache(maxsize=1024)
def _variable(words: str) -> Variable:
    return Variable(words)


class _LeaveIt(Exception):
    """What only Django knows how to show."""


def _called(found: Any) -> Any:
    if isclass(found) or hasattr(found, "do_not_call_in_templates") or hasattr(found, "alters_data"):
        raise _LeaveIt
    return found()


class QuickExpression(FilterExpression):
    """A value with its filters."""

    __slots__ = ()

    def __init__(self, token: str, parser: Parser) -> None:
        super().__init__(token, parser)
        if self.is_var:
            self.var = QuickVariable(self.var.var)

    def resolve(self, context: Context, ignore_failures: bool = False) -> Any:
        if self.filters or not self.is_var:
            return super().resolve(context, ignore_failures)
        try:
            return self.var.resolve(context)
        except VariableDoesNotExist:
            return None if ignore_failures else super().resolve(context)


class QuickValue(VariableNode):
    """``{{ … }}``."""

    def render(self, context: Context) -> str:
        try:
            value = self.filter_expression.resolve(context)
        except UnicodeDecodeError:
            return ""
        kind = type(value)
        if kind is SafeString:
            return value
        if kind is str:
            return escape(value) if context.autoescape else value
        if kind is int and not settings.USE_THOUSAND_SEPARATOR:
            return str(value)
        return render_value_in_context(value, context)


class QuickParser(Parser):
    """Makes them."""

    def compile_filter(self, token: str) -> FilterExpression:
        return QuickExpression(token, self)

    def extend_nodelist(self, nodelist: NodeList, node: Node, token: Token) -> None:
        if type(node) is VariableNode:
            node = QuickValue(node.filter_expression)
        super().extend_nodelist(nodelist, node, token)


class QuickTemplate(Template):
    """A template that is read by ``QuickParser``."""

    def compile_nodelist(self) -> NodeList:
        engine = self.engine
        lexer = (DebugLexer if engine.debug else Lexer)(self.source)
        parser = QuickParser(lexer.tokenize(), engine.template_libraries, engine.template_builtins, self.origin)
        try:
            nodelist = parser.parse()
        except Exception as error:
            if engine.debug:
                error.template_debug = self.get_exception_info(error, error.token)  # type: ignore[attr-defined]
            raise
        self.extra_data = parser.extra_data
        return nodelist


class Loader(cached.Loader):
    """Django's loader that keeps what it has read, with these templates."""

    def get_template(self, template_name: str, skip: Any = None) -> Template:
        key = self.cache_key(template_name, skip)
        kept = self.get_template_cache.get(key)
        if kept is not None:  # a template, or what Django keeps of one that is not there
            return super().get_template(template_name, skip)
        for origin in self.get_template_sources(template_name):
            if skip is not None and origin in skip:
                continue
            try:
                contents = self.get_contents(origin)
            except TemplateDoesNotExist:
                continue
            found = QuickTemplate(contents, origin, template_name, self.engine)
            self.get_template_cache[key] = found
            return found
        # It is not there: Django says where it looked.
        return super().get_template(template_name, skip)
