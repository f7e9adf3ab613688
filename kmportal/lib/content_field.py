"""Model field: a JSON column that holds content. Its value is an object of a content class, never a dictionary."""

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django.db import models
from django.db.models.fields.json import KeyTransform
from django.db.models.query_utils import DeferredAttribute

from kmportal.lib.content_classes import Content, plain, revive
from kmportal.lib.json_field import JSONField, storable

C = TypeVar("C")
Set = TypeVar("Set")

if TYPE_CHECKING:

    class _JSONField(models.JSONField[Set, C]):
        """Typed as django-stubs has it: what may be set, and what is read."""
else:

    class _JSONField(JSONField, Generic[Set, C]):
        """The same at run time, where Django’s field takes no types."""


class _TypedAttribute(DeferredAttribute):
    """Converts on assignment, so that an instance that was never saved has the same type as one that was read."""

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = self.field.to_python(value)


class ContentField(_JSONField[Set, C]):
    """Holds one object of ``holds``, or a tuple of them (``tuple[Column, ...]``).

    Rows that an older version of the class has written open with blanks (``revive``). For migrations it is a plain
    JSON column, so that a class may change without one.
    """

    descriptor_class = _TypedAttribute

    def __init__(self: "ContentField[Any, C]", holds: type[C], **options: Any) -> None:
        self.holds = holds
        super().__init__(**options)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, _, args, options = super().deconstruct()
        return name, "django.db.models.JSONField", args, options

    def clone(self) -> "ContentField[Any, C]":
        return ContentField(self.holds, **self.deconstruct()[3])

    def to_python(self, value: Any) -> Any:
        if value is None or hasattr(value, "resolve_expression") or _is_already_typed(value):
            return value
        return revive(plain(value), self.holds)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        found = super().from_db_value(value, expression, connection)
        return found if isinstance(expression, KeyTransform) else self.to_python(found)

    def get_prep_value(self, value: Any) -> Any:
        return storable(plain(super().get_prep_value(value)))

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        super().validate(plain(value), model_instance)

    def value_to_string(self, obj: models.Model) -> Any:
        return plain(self.value_from_object(obj))


def _is_already_typed(value: Any) -> bool:
    return isinstance(value, Content) or (isinstance(value, tuple) and all(isinstance(one, Content) for one in value))
