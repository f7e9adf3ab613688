"""What is wrong with a form, in sentences that say what to do.

Django’s stock messages are replaced by ours; a message that a form or a rule chose itself stays as it is.
"""

from dataclasses import dataclass

from django import forms
from django.core import validators
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.forms.boundfield import BoundField

# Codes of password rules and of allauth: always ours
_OF_ACCOUNTS = {
    "password_mismatch": "Enter the same password twice",
    "password_too_short": "Choose a longer password: at least %(min_length)d characters",
    "password_too_common": "Too many people use this password. Choose another one",
    "password_too_similar": "This password is too like your name or address. Choose another one",
    "password_entirely_numeric": "Choose a password that is not only numbers",
    "password_one_character": "Choose a password that is not the same character over and over",
    "email_password_mismatch": "This address and password do not match. Check both and try again",
    "too_many_login_attempts": "Too many attempts. Wait a few minutes and try again",
    "rate_limited": "Too many attempts. Wait a few minutes and try again",
    "incorrect_password": "This is not your current password",
    "incorrect_code": "This code is not right, or no longer. Wait for the next one and try again",
    "enter_current_password": "This is not your current password",
    "unknown_email": "No account has this address",
    "email_taken": "Somebody already has an account with this address",
    "duplicate_email": "This address already belongs to your account",
    "same_as_current": "Choose an address that differs from your current one",
}
# Codes of Django’s own fields: ours only where the message is the stock one
_OF_FIELDS = {
    "invalid_choice": "Choose one of the answers in the list",
    "invalid_pk_value": "Choose one of the answers in the list",
    "invalid_list": "Choose one of the answers in the list",
    "null_characters_not_allowed": "Remove the invisible characters",
    "empty": "This file is empty. Choose another one",
    "missing": "The file did not arrive. Choose it again",
    "invalid_image": "This file is not a picture that we can read",
}
_INVALID = [
    (forms.EmailField, "Enter a complete e-mail address, for example name@example.org"),
    (forms.URLField, "Enter a complete web address, for example https://example.org"),
    (forms.IntegerField, "Enter a whole number"),
    (forms.DecimalField, "Enter a number"),
    (forms.FloatField, "Enter a number"),
]
_STOCK_VALIDATORS = [
    validators.MaxLengthValidator.message,
    validators.MinLengthValidator.message,
    validators.MaxValueValidator.message,
    validators.MinValueValidator.message,
    validators.EmailValidator.message,
    validators.URLValidator.message,
    validators.ProhibitNullCharactersValidator.message,
]


@dataclass(frozen=True)
class Problem:
    """One line of the error summary. ``anchor`` is the id of the control to put right, or empty."""

    words: str
    anchor: str = ""


def problems_of(form: forms.BaseForm | forms.BaseFormSet) -> list[Problem]:
    """Everything to put right in a form or formset: first what concerns the whole, then in the order of the fields."""
    if isinstance(form, forms.BaseFormSet):
        whole = [Problem(in_our_words(error)) for error in form.non_form_errors().as_data()]
        return whole + [problem for part in form.forms for problem in problems_of(part)]
    errors = form.errors.as_data()
    found = [Problem(in_our_words(error)) for error in errors.get(NON_FIELD_ERRORS, ())]
    for name in form.fields:
        if name in errors:
            bound = form[name]
            anchor = "" if bound.is_hidden else anchor_of(bound)
            found += [Problem(in_our_words(error, bound.field, str(bound.label)), anchor) for error in errors[name]]
    return found


def anchor_of(bound: BoundField) -> str:
    """The id of the control that a link in the error summary must reach; of a group, its first control."""
    if bound.use_fieldset and bound.auto_id:
        if isinstance(bound.field.widget, forms.widgets.ChoiceWidget):
            first = bound.subwidgets[0].data["attrs"].get("id") if bound.subwidgets else ""
            return first or bound.auto_id
        return f"{bound.auto_id}_0"
    return bound.id_for_label or bound.auto_id


def in_our_words(error: ValidationError, field: forms.Field | None = None, label: str = "") -> str:
    """The sentence for one validation error of a field with this label, or of the form as a whole."""
    code, params = str(error.code), error.params or {}
    if code in _OF_ACCOUNTS:
        return _OF_ACCOUNTS[code] % params
    if _is_stock_sentence(error, field):
        return _sentence_for_error(code, params, field, label) or _sentence_as_said(error)
    return _sentence_as_said(error)


def _sentence_as_said(error: ValidationError) -> str:
    return " ".join(ValidationError(error.message, error.code, error.params).messages)


def _is_stock_sentence(error: ValidationError, field: forms.Field | None) -> bool:
    """Whether the message is Django’s own."""
    if any(error.message is message for message in _STOCK_VALIDATORS):
        return True
    classes = type(field).__mro__ if field else ()
    tables = [vars(c).get("default_error_messages", {}) for c in classes if c.__module__.startswith("django.")]
    return any(str(error.message) == str(table[error.code]) for table in tables if error.code in table)


def _sentence_for_error(code: str, params: dict, field: forms.Field | None, label: str) -> str:
    limit = params.get("limit_value", params.get("max"))
    if code == "required" and field is not None:
        return _missing_sentence(field, label)
    if code == "invalid":
        return next((words for kind, words in _INVALID if isinstance(field, kind)), "")
    if code == "max_length" and isinstance(field, forms.FileField):
        return "The file’s name is too long. Rename the file and choose it again"
    if code == "max_length":
        return f"Shorten “{label}” to {limit:,} characters. It has {params.get('show_value', 0):,}"
    if code == "min_length":
        return f"Write at least {limit:,} characters under “{label}”"
    if code in ("max_value", "min_value"):
        return f"Enter {limit} or {'less' if code == 'max_value' else 'more'}"
    return _OF_FIELDS.get(code, "")


def _missing_sentence(field: forms.Field, label: str) -> str:
    """What to say when a required answer is missing."""
    widget, question = field.widget, label.endswith("?")
    if isinstance(widget, forms.CheckboxInput):
        return f"Tick “{label}”"
    if isinstance(widget, forms.FileInput):
        return f"Choose a file for “{label}”"
    if isinstance(widget, forms.CheckboxSelectMultiple | forms.SelectMultiple):
        return f"Choose at least one answer to “{label}”" if question else f"Choose at least one under “{label}”"
    if isinstance(widget, forms.widgets.ChoiceWidget):
        return f"Choose an answer to “{label}”" if question else f"Choose one under “{label}”"
    return f"Answer “{label}”" if question else f"Fill in “{label}”"
