"""A lesson as people write it."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError

from attachments.forms import CameraField, FilesField, WithFiles
from kmportal.lib.cleaning import line_of_text, reading_key
from kmportal.lib.domain_words import worded
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.form_errors import problems_of
from kmportal.lib.forms import DateField, LineField
from kmportal.lib.naming import AboutPeople
from lessons.models import LONGEST_TELLING, Lesson
from organisations.models import Group, Organisation
from organisations.visibility import Reach

# Somebody who writes on a phone is stopped well before the columns are full. What was brought in may be longer.
SHORT_TEXT, ADVICE_TEXT, LONG_TEXT = 4_000, 2_000, 40_000
MANY_TAGS = 20
# A phone would begin each field with a capital, but the advice goes on with a sentence.
GOES_ON = {"autocapitalize": "none"}
SHARES = [
    (Reach.ORGANISATION, "Everybody in the organisation"),
    (Reach.GROUP, _("Only the group")),
    (Reach.NETWORK, "Other organisations in the network too"),
]


class TagsField(forms.CharField):
    """Words with commas between them."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_length=1000,
            required=False,
            label="What is it about?",
            help_text="A few words, separated by commas, for example: discharge, pharmacy",
            **kwargs,
        )

    def to_python(self, value: Any) -> Any:
        if isinstance(value, list):
            return value
        words = [line_of_text(word) for word in str(value or "").replace(";", ",").split(",")]
        return list({reading_key(word): word for word in reversed(words) if word}.values())[::-1]

    def validate(self, value: Any) -> None:
        if long := [word for word in value if len(word) > 80]:
            raise ValidationError(f"Shorten “{long[0]}” to 80 characters, or put a comma into it")
        if len(value) > MANY_TAGS:
            raise ValidationError(f"Write at most {MANY_TAGS} words")

    def run_validators(self, value: Any) -> None:
        super().run_validators(", ".join(value))

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value


TELLING = "What do they show or say?"


def telling_field() -> forms.CharField:
    """What new pictures show and recordings say."""
    return forms.CharField(
        required=False,
        label=TELLING,
        help_text="For those who cannot see or hear them. For several, you can say it of each one afterwards",
        max_length=LONGEST_TELLING,
        widget=forms.Textarea({"rows": 2}),
    )


class LessonForm(WithFiles, AboutPeople, forms.Form):
    """A lesson as its author writes it. A draft may have holes; sending it asks for what happened and the advice."""

    expected = forms.CharField(required=False, label="What did you expect?", widget=forms.Textarea({"rows": 2}))
    happened = forms.CharField(
        required=False,
        label="What happened?",
        help_text="Good or bad. No names, and nothing that shows who a patient or client is.",
        widget=forms.Textarea({"rows": 3}),
    )
    why = forms.CharField(required=False, label="Why?", widget=forms.Textarea({"rows": 2}))
    when_you = forms.CharField(
        max_length=300,
        required=False,
        label="When you are about to…",
        widget=forms.TextInput(GOES_ON),
    )
    then_do = forms.CharField(required=False, label="then…", widget=forms.Textarea({"rows": 2, **GOES_ON}))
    title = LineField(
        max_length=200,
        required=False,
        label="Title",
        help_text="If you leave this empty, we make a title from your advice.",
    )
    kind = forms.ChoiceField(choices=Lesson.Kind.choices, initial=Lesson.Kind.LESSON, label="What kind is it?")
    group = forms.ModelChoiceField(
        Group.objects.none(), required=False, label="Where did it happen?", empty_label=_("No group")
    )
    happened_on = DateField(required=False, label="When did it happen?", lean=-1)
    contact = LineField(max_length=200, required=False, label="Who can people ask about it?")
    tags = TagsField()
    share_with = forms.ChoiceField(
        choices=SHARES, initial=Reach.ORGANISATION, label="Who may read it once it is checked?"
    )
    abstract = forms.CharField(required=False, label="Summary", widget=forms.Textarea({"rows": 4}))
    learned = forms.CharField(required=False, label="What was learned", widget=forms.Textarea({"rows": 6}))
    photo = CameraField()
    uploads = FilesField()
    telling = telling_field()
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=0)
    once = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid4)

    mark_optional = False
    about_people = ("title", "expected", "happened", "why", "when_you", "then_do", "abstract", "learned", "telling")
    file_fields = ("photo", "uploads")
    STORY = ("expected", "happened", "why")
    ADVICE = ("when_you", "then_do")
    # What the page folds away until somebody wants it.
    FOLDED = ("title", "abstract", "kind", "tags", "contact", "share_with")

    def __init__(
        self, *args: Any, organisation: Organisation, lesson: Lesson | None = None, today: date, **kwargs: Any
    ) -> None:
        self.lesson, self.today = lesson, today
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["group"].queryset = Group.objects.choosable(
            organisation, kept=lesson.group_id if lesson is not None else None
        )
        if not fields["group"].queryset.exists():
            del fields["group"]
            fields["share_with"].choices = [share for share in SHARES if share[0] != Reach.GROUP]
        if lesson is None or not lesson.source:
            del fields["abstract"], fields["learned"]
        for name, most in self._limits().items():
            fields[name].max_length = most
            fields[name].validators.append(forms.CharField(max_length=most).validators[0])

    def fields_about_people(self) -> Iterable[str]:
        """A draft saves itself while it is written, and its words are looked at before it is sent."""
        return () if self.lesson is None or self.lesson.is_with_author else self.about_people

    def _limits(self) -> dict[str, int]:
        if self.lesson is not None and self.lesson.source:
            return dict.fromkeys(("expected", "happened", "why", "then_do", "abstract", "learned"), LONG_TEXT)
        return {**dict.fromkeys(self.STORY, SHORT_TEXT), "then_do": ADVICE_TEXT}

    @classmethod
    def for_lesson(cls, lesson: Lesson, **kwargs: Any) -> "LessonForm":
        """The form with what stands in a lesson now."""
        return cls(organisation=lesson.organisation, lesson=lesson, initial=values_of(lesson), **kwargs)

    def clean_happened_on(self) -> date | None:
        day = self.cleaned_data["happened_on"]
        if day and day > self.today:
            raise ValidationError("This date is in the future. Enter the date when it happened")
        return day

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("share_with") == Reach.GROUP and not values.get("group") and "group" not in self.errors:
            self.add_error(
                "group" if "group" in self.fields else "share_with", worded("Choose the group that may read it")
            )
        return values

    def is_in_order(self, *, for_sending: bool, by_itself: bool = False) -> bool:
        """Whether it can be kept, and sent if that is wanted; what is missing is said beside the fields. ``by_itself``:
        it saves itself while somebody writes, and its files come later."""
        if not self.is_valid():
            return False
        if not by_itself:
            self.refuse_telling_of_nothing()
        if not (self.has_words or self.chosen_files):
            self.add_error("happened", "Write something first. One sentence is enough for a draft")
            return False
        if for_sending and not self.cleaned_data.get("happened"):
            self.add_error("happened", "Say what happened")
        if for_sending and not self.cleaned_data.get("then_do"):
            self.add_error("then_do", "Say what you advise the next person to do")
        return self.is_valid()

    def spare_what_is_wrong(self) -> list[str]:
        """Let what can be kept be kept: each wrong answer goes back to what stands in the lesson; says what is wrong.

        What depends on each other goes back together.
        """
        wrong = [problem.words for problem in problems_of(self)]
        before = values_of(self.lesson) if self.lesson is not None else {}
        names = set(self.errors)
        names |= {"group", "share_with"} & set(self.fields) if names & {"group", "share_with"} else set()
        for name in names & set(self.fields):
            self.cleaned_data[name] = before.get(name, self.fields[name].initial)
            if self.cleaned_data[name] is None and isinstance(self.fields[name], forms.CharField):
                self.cleaned_data[name] = [] if name == "tags" else ""
        self.errors.clear()
        return wrong

    @property
    def has_words(self) -> bool:
        """Whether there is anything to keep."""
        names = (*self.STORY, *self.ADVICE, "title", "abstract", "learned")
        return any(self.cleaned_data.get(name) for name in names)

    def values(self) -> dict[str, Any]:
        """What ``start_lesson`` and ``write_lesson`` take."""
        files = {"files": self.chosen_files, "telling": self.cleaned_data["telling"] or ""}
        return {"words": self.words, "facts": self.facts, "tags": self.cleaned_data["tags"], **files}

    @property
    def seen_version(self) -> int:
        return self.cleaned_data["version"] or 0

    @property
    def words(self) -> dict[str, str]:
        names = ("title", *self.STORY, *self.ADVICE, "abstract", "learned")
        return {name: self.cleaned_data[name] for name in names if name in self.fields}

    @property
    def facts(self) -> dict[str, Any]:
        names = ("kind", "group", "happened_on", "contact", "share_with")
        return {name: self.cleaned_data[name] for name in names if name in self.fields}


def values_of(lesson: Lesson) -> dict[str, Any]:
    """What stands in a lesson, by the names of the form’s fields."""
    words = ("title", *LessonForm.STORY, *LessonForm.ADVICE, "abstract", "learned")
    facts = ("kind", "group", "happened_on", "contact", "share_with", "version")
    return {
        **{name: getattr(lesson.words, name) for name in words},
        **{name: getattr(lesson, name) for name in facts},
        "tags": [tag.name for tag in lesson.tags.all()],
        "once": lesson.once,
    }
