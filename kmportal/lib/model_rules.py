"""Rules of length and blankness: they stand on the model’s fields, and form, API and action all ask them there."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db.models import Model, TextField

from kmportal.lib.exceptions import Refusal


def refuse_invalid(row: Model, *names: str) -> None:
    """Refuse with the first thing that is wrong with these fields: too long, empty, not one of the choices.

    Raises ``Refusal`` with the sentence of the field (its ``error_messages`` and validators), or one of ours.
    """
    others = {field.name for field in row._meta.fields} - set(names)
    try:
        row.clean_fields(exclude=others)
        _check_lengths(row, names)
    except ValidationError as error:
        name, problems = next(iter(error.error_dict.items()))
        raise Refusal(_sentence_for_error(row, name, problems[0])) from None


def sentence_about(model: type[Model], name: str, value: str) -> str:
    """What ``refuse_invalid`` says of this value in this field; empty where it says nothing."""
    try:
        refuse_invalid(model(**{name: value}), name)
    except Refusal as refusal:
        return str(refusal)
    return ""


def _check_lengths(row: Model, names: Iterable[str]) -> None:
    """What a form checks and a model does not: the ``max_length`` of a text of several lines."""
    for name in names:
        field = row._meta.get_field(name)
        if isinstance(field, TextField) and field.max_length is not None:
            try:
                MaxLengthValidator(field.max_length)(getattr(row, name) or "")
            except ValidationError as error:
                raise ValidationError({name: error}) from None


def _sentence_for_error(row: Model, name: str, problem: ValidationError) -> str:
    label = str(row._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    limit = (problem.params or {}).get("limit_value")
    if problem.message is MaxLengthValidator.message:
        return f"Shorten “{label}” to {limit:,} characters."
    return " ".join(problem.messages)
