"""Fields of models that hold what people can read: names and titles, addresses, and the key that makes a name unique.

They are Django’s own in migrations: they change what is written, not the column.
"""

import hashlib
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.forms import Field as FormField

from kmportal.lib import forms
from kmportal.lib.addresses import address_or_text, normal_address
from kmportal.lib.cleaning import line_of_text, reading_key
from kmportal.lib.exceptions import Refusal

LONGEST_KEY = 200


class LineField(models.CharField):
    """A name or a title: one line without anything invisible, whoever writes it. What nobody can read is refused.

    ``save`` cleans it, too; where the field must not be blank, a name without a letter raises ``Refusal``.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.says_blank = str((kwargs.get("error_messages") or {}).get("blank", ""))

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return text if text is None else line_of_text(text)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = self.to_python(getattr(model_instance, self.attname))
        if value == "" and not self.blank:
            raise Refusal(self.says_blank or _fill_in(self.verbose_name))
        setattr(model_instance, self.attname, value)
        return value

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        """Django looks for what is blank before it cleans; here only what can be read counts."""
        return super().clean(self.to_python(value), model_instance)

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": forms.LineField, **kwargs})


def _fill_in(label: Any) -> str:
    return f"Fill in “{str(label)[:1].upper()}{str(label)[1:]}”."


class AddressField(models.EmailField):
    """An e-mail address in its canonical form, when it is kept and when it is looked for: see ``normal_address``."""

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.EmailField", args, kwargs

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        return super().clean(normal_address(value) if value else value, model_instance)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = getattr(model_instance, self.attname)
        try:
            value = normal_address(value) if value else value
        except ValidationError as error:
            raise Refusal(f"{error.messages[0]}.") from None
        setattr(model_instance, self.attname, value)
        return value

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return address_or_text(value) if isinstance(value, str) else value

    def formfield(self, **kwargs: Any) -> FormField | None:
        return super().formfield(**{"form_class": forms.EmailField, **kwargs})


class ReadingKeyField(models.CharField):
    """What makes a name the same as another to whoever reads it; kept beside it, so that the database can refuse."""

    def __init__(self, of: str = "name", **kwargs: Any) -> None:
        self.of = of
        super().__init__(**{"max_length": LONGEST_KEY, "editable": False, "default": "", **kwargs})

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        key = key_of_name(getattr(model_instance, self.of))
        setattr(model_instance, self.attname, key)
        return key


def key_of_name(name: str) -> str:
    """The key of a name; a very long one’s is a fingerprint."""
    key = reading_key(name)
    return key if len(key) <= LONGEST_KEY else hashlib.sha256(key.encode()).hexdigest()
