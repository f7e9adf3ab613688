"""Forms as the portal wants them: how fields are drawn, fields for days and times, a whole page for a plain form.

``Renderer`` is the project’s FORM_RENDERER, so every form (allauth’s too) gets the same markup, ids and sentences,
whether it is drawn with ``{{ form|crispy }}``, ``{% crispy form %}`` or field by field with ``|as_crispy_field``.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4, uuid5

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import EmailValidator
from django.forms import boundfield
from django.forms.renderers import TemplatesSetting
from django.forms.utils import ErrorList, from_current_timezone
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.functional import lazy

from kmportal.lib import days
from kmportal.lib.addresses import normal_address
from kmportal.lib.cleaning import line_of_text
from kmportal.lib.form_errors import in_our_words, problems_of
from kmportal.lib.pagination import whole_number

# What each copy of a page has of its own.
NOT_TYPED = {"csrfmiddlewaretoken", "form_key"}

# --- How fields are drawn --------------------------------------------------------------------------------------------


class BoundField(boundfield.BoundField):
    """A field in its form, with what the templates in ``templates/django/forms`` ask for."""

    @property
    def errors(self) -> ErrorList:
        """The field’s errors in our words."""
        errors, label = super().errors, str(self.label)
        words = [in_our_words(error, self.field, label) for error in errors.as_data()]
        return type(errors)(words, renderer=self.form.renderer, field_id=self.auto_id)

    @property
    def is_optional(self) -> bool:
        """Whether to write “(optional)”. A single box to tick never is; a form may set ``mark_optional = False``.

        A form may also name in ``always_said`` what it asks for only at times: its hint says when.
        """
        if self.field.required or self.is_tick or self.name in getattr(self.form, "always_said", ()):
            return False
        return getattr(self.form, "mark_optional", True)

    @property
    def is_tick(self) -> bool:
        """Whether it is one box to tick, whose label stands after it."""
        return isinstance(self.field.widget, forms.CheckboxInput)

    @property
    def keep(self) -> Any:
        """The box to keep words that may show who somebody is (``kmportal.lib.naming``), where some were found."""
        return getattr(self.form, "keeps", {}).get(self.name)

    @property
    def limit(self) -> int | None:
        """The most characters of a long text, to be counted while typing."""
        return getattr(self.field, "max_length", None) if isinstance(self.field.widget, forms.Textarea) else None

    @property
    def aria_describedby(self) -> str | None:
        described = super().aria_describedby
        if described is not None and self.limit and self.auto_id and not self.is_hidden:
            return f"{described} {self.auto_id}-info".strip()
        return described

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        built = super().build_widget_attrs(attrs, widget)
        if isinstance(self.field.widget, forms.Textarea) and self.field.widget.attrs.get("rows") == "10":
            built.setdefault("rows", "5")  # Django’s ten are too many where a sentence or two is asked for
        return built


class Renderer(TemplatesSetting):
    """FORM_RENDERER: templates from ``templates/``, with our bound field."""

    bound_field_class = BoundField


class Hinted(str):
    """The label of an option, with a hint that is drawn under it."""

    hint: str

    def __new__(cls, label: object, hint: str = "") -> "Hinted":
        made = super().__new__(cls, str(label))
        made.hint = hint
        return made


def hinted(choices: Iterable[tuple[Any, Any]], hints: Mapping[Any, str]) -> list[tuple[Any, Hinted]]:
    """Choices that explain themselves: ``hinted(Kind.choices, {Kind.QUICK_WIN: "Little work, soon noticed"})``."""
    return [(value, Hinted(label, hints.get(value, ""))) for value, label in choices]


# --- Names and addresses ---------------------------------------------------------------------------------------------


class LineField(forms.CharField):
    """A name or a title: one line without anything invisible. What nobody can read is as good as empty."""

    def to_python(self, value: Any) -> Any:
        return line_of_text(super().to_python(value) or "")


class EmailField(forms.EmailField):
    """One e-mail address, in the form in which it is kept: see ``normal_address``."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 254, **kwargs})
        self.validators = [one for one in self.validators if not isinstance(one, EmailValidator)]

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return normal_address(text) if text else text


# --- Days, times, moments --------------------------------------------------------------------------------------------


def _example_of_day(lean: int = 1) -> str:
    near = "last Friday" if lean < 0 else "next Friday"
    return f"For example, {days.example_day(lean, on=timezone.localdate())} or {near}"


class DateField(forms.DateField):
    """A day as people write it: “19 March 2027”, “19/3/2027”, “5 Dec”, “last Friday”. It is shown in full.

    ``lean`` below nought: a day in the past is asked for, so “Friday” is the last one and the example is a past day.
    The browser’s calendar opens from a button beside the box, where it has one (``static/js/kit.js``).
    In a ModelForm: ``field_classes = {"due_on": DateField}``.
    """

    widget = forms.TextInput

    def __init__(self, *, lean: int = 1, **kwargs: Any) -> None:
        self.lean = lean
        kwargs.pop("input_formats", None)
        kwargs["help_text"] = kwargs.get("help_text") or lazy(_example_of_day, str)(lean)
        super().__init__(**kwargs)
        self.widget.attrs.setdefault("data-calendar", "")
        self.widget.attrs.setdefault("class", "govuk-input--width-20")
        self.widget.attrs.setdefault("autocomplete", "off")

    def to_python(self, value: Any) -> date | None:
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        text = str(value or "").strip()
        try:
            return days.read_day(text, lean=self.lean) if text else None
        except days.NotADay as problem:
            raise ValidationError(str(problem), code="not_a_day") from None

    def prepare_value(self, value: Any) -> Any:
        return days.long_day(value) if isinstance(value, date) else value


class TimeField(forms.TimeField):
    """A time of day as people write it: “14:30”, “14.30”, “2.30pm”, “noon”."""

    widget = forms.TextInput

    def __init__(self, **kwargs: Any) -> None:
        kwargs.pop("input_formats", None)
        kwargs["help_text"] = kwargs.get("help_text") or "For example, 14:30"
        super().__init__(**kwargs)
        self.widget.attrs.setdefault("class", "govuk-input--width-5")
        self.widget.attrs.setdefault("autocomplete", "off")

    def to_python(self, value: Any) -> time | None:
        if isinstance(value, time):
            return value
        text = str(value or "").strip()
        try:
            return days.read_clock(text) if text else None
        except days.NotADay as problem:
            raise ValidationError(str(problem), code="not_a_time") from None

    def prepare_value(self, value: Any) -> Any:
        return days.clock(value) if isinstance(value, time) else value


class MomentWidget(forms.MultiWidget):
    """Two boxes side by side, a day and a time, in one group."""

    template_name = "django/forms/widgets/moment.html"
    use_fieldset = True

    def __init__(self) -> None:
        quiet = {"autocomplete": "off"}
        super().__init__(
            {
                "day": forms.TextInput({"class": "govuk-input--width-20", "data-calendar": "", **quiet}),
                "time": forms.TextInput({"class": "govuk-input--width-5", **quiet}),
            }
        )

    def decompress(self, value: datetime | None) -> list[str | None]:
        if value is None:
            return [None, None]
        local = timezone.localtime(value) if timezone.is_aware(value) else value
        return [days.long_day(local), days.clock(local)]


class MomentField(forms.MultiValueField):
    """A day and a time, read in the active zone; names in the request end in ``_day`` and ``_time``."""

    widget = MomentWidget

    def __init__(self, **kwargs: Any) -> None:
        kwargs["help_text"] = kwargs.get("help_text") or lazy(lambda: f"{_example_of_day()} and 14:30", str)()
        for name in ("input_formats", "encoder", "decoder"):
            kwargs.pop(name, None)
        super().__init__(fields=(DateField(), TimeField()), **kwargs)

    def compress(self, data_list: list[Any]) -> datetime | None:
        if not data_list:
            return None
        day, clock = data_list
        if day is None:
            raise ValidationError("Add the day, for example 19 March 2027", code="half")
        if clock is None:
            raise ValidationError("Add the time, for example 14:30", code="half")
        try:
            return from_current_timezone(datetime.combine(day, clock))
        except ValidationError:  # Django’s own sentence speaks of time zones
            sentence = "The clocks change in that hour. Choose an earlier or a later time"
            raise ValidationError(sentence, code="clocks_change") from None


class ManyOf(forms.ModelMultipleChoiceField):
    """Rows to tick. A key that is no key of any row is refused like the key of a row that is not offered."""

    def clean(self, value: Any) -> Any:
        for key in value if isinstance(value, list | tuple) else ():
            if not whole_number(str(key)):  # too large for the database, which would break on it
                raise ValidationError(self.error_messages["invalid_choice"], "invalid_choice", {"value": str(key)[:40]})
        return super().clean(value)


def files_in_short(files: Any) -> list[tuple[str, str, str]]:
    """What was chosen: field, name and digest of each file, which can be read from its beginning afterwards."""
    if not isinstance(files, MultiValueDict):
        return []
    return [(name, str(file.name), _digest_of(file)) for name in sorted(files) for file in files.getlist(name)]


def _digest_of(file: UploadedFile) -> str:
    digest = sha256()
    for part in file.chunks():
        digest.update(part)
    file.seek(0)
    return digest.hexdigest()


class OnceInput(forms.HiddenInput):
    """Reads the key of the page together with what was typed beside it."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        key = super().value_from_datadict(data, files, name)
        try:
            page = UUID(str(key))
        except ValueError:
            return key
        typed = [(other, data.getlist(other) if isinstance(data, QueryDict) else data[other]) for other in sorted(data)]
        words = [pair for pair in typed if pair[0] not in NOT_TYPED | {name}]
        if chosen := files_in_short(files):
            words.append(("", chosen))
        return str(uuid5(page, repr(words)))


class OnceField(forms.UUIDField):
    """Idempotency key: the same page sent twice with the same words has the same, so one thing is made.

    Whoever goes back to a page that was sent, and writes or chooses something else, has another: nothing of theirs is
    taken for what stands there already.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"initial": uuid4, "widget": OnceInput, "required": False, **options})


class VersionedForm(forms.ModelForm):
    """A form over something that two people may edit; ``version`` is the one that the person had before them."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def wanted(self) -> dict[str, Any]:
        """What was written, for the action: the fields of the row alone."""
        return {name: self.cleaned_data[name] for name in self._meta.fields or ()}

    def seen_and_wanted(self) -> dict[str, Any]:
        """The same with ``seen``: the version that the person had before them."""
        return {"seen": self.cleaned_data["version"], **self.wanted()}


# --- What was sent ---------------------------------------------------------------------------------------------------


def sent(request: HttpRequest) -> QueryDict | None:
    """What was posted, for a form that is not valid until it was. A form that was sent empty was sent, too."""
    return request.POST if request.method == "POST" else None


def posted(request: HttpRequest, name: str) -> str:
    """One text that was posted outside a form, without the noughts that PostgreSQL does not keep."""
    return request.POST.get(name, "").replace("\0", "")


def status_of(*answered: forms.BaseForm | forms.BaseFormSet) -> int:
    """The HTTP status of a page that shows these forms: 422 when one of them was sent with errors."""
    return 422 if any(form.is_bound and problems_of(form) for form in answered) else 200


def helper(*layout: Any, verb: str, back: str = "", back_words: str = "Leave it as it was") -> FormHelper:
    """A crispy helper whose form ends with the verb button and a quiet way back; ``layout`` gives order and groups.

    Make one per form instance (a property), never one per class: crispy writes to it.
    """
    made = FormHelper()
    made.verb, made.back, made.back_words = verb, back, back_words
    if layout:
        made.layout = Layout(*layout)
        made.render_hidden_fields = True
    return made
