"""Sending a lesson without one’s name, and coming back to it with the code of its receipt."""

from collections.abc import Sequence
from typing import Any

from django import forms

from kmportal.lib.forms import LineField
from kmportal.lib.naming import AboutPeople
from lessons.forms.files import GoneField
from lessons.forms.writing import ADVICE_TEXT, GOES_ON, SHORT_TEXT
from lessons.models import Lesson, LessonFile
from lessons.tokens import make_receipt_code, tidy_receipt_code
from organisations.models import Membership, Person
from organisations.permissions import Permission


class SendSafelyForm(forms.Form):
    """To whom it goes, and that the code is kept. The code is in the form, so that it can be written down before."""

    to = forms.ModelChoiceField(
        Person.objects.none(),
        label="Who should check it, and know that it is from you?",
        empty_label="Choose somebody",
        help_text="Nobody else is told.",
    )
    kept = forms.BooleanField(
        label="I have written the code down",
        error_messages={"required": "Write the code down first. We cannot give it to you again"},
    )
    code = forms.CharField(widget=forms.HiddenInput, initial=make_receipt_code)

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = Membership.objects.current().filter(organisation=membership.organisation).may(Permission.VALIDATE)
        fields: dict[str, Any] = self.fields
        people = Person.objects.filter(pk__in=members.exclude(person=membership.person).values("person"))
        fields["to"].queryset = people.order_by("name", "pk")

    @property
    def has_somebody(self) -> bool:
        """Whether anybody else checks lessons here."""
        to: Any = self.fields["to"]
        return bool(to.queryset.exists())

    @property
    def shown_code(self) -> str:
        """The code as it is written down; a new one where somebody has spoilt it."""
        typed = self.data.get("code", "") if self.is_bound else self["code"].value()
        return tidy_receipt_code(str(typed))


class CodeForm(forms.Form):
    """The code of a receipt."""

    code = LineField(
        max_length=60,
        label="What is your code?",
        help_text="Sixteen letters and digits, for example CDFG-HJKM-NPQR-TWXY",
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )

    def clean_code(self) -> str:
        return tidy_receipt_code(self.cleaned_data["code"])


class ReceiptForm(AboutPeople, forms.Form):
    """What the author of a safe lesson changes before it goes again."""

    about_people = ("expected", "happened", "why", "when_you", "then_do", "title")

    expected = forms.CharField(
        required=False, max_length=SHORT_TEXT, label="What did you expect?", widget=forms.Textarea({"rows": 2})
    )
    happened = forms.CharField(
        max_length=SHORT_TEXT,
        label="What happened?",
        help_text="No names, and nothing that shows who somebody is.",
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": "Say what happened"},
    )
    why = forms.CharField(required=False, max_length=SHORT_TEXT, label="Why?", widget=forms.Textarea({"rows": 2}))
    when_you = forms.CharField(
        required=False, max_length=300, label="When you are about to…", widget=forms.TextInput(GOES_ON)
    )
    then_do = forms.CharField(
        max_length=ADVICE_TEXT,
        label="then…",
        widget=forms.Textarea({"rows": 2, **GOES_ON}),
        error_messages={"required": "Say what you advise the next person to do"},
    )
    title = LineField(max_length=200, required=False, label="Title")
    without = GoneField(
        label="Which files should go?", help_text="Tick those to delete. Nobody sees them afterwards", required=False
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, attached: Sequence[LessonFile], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["without"].choices = [(str(one.pk), one.file.name) for one in attached]
        if not attached:
            del self.fields["without"]

    @classmethod
    def for_lesson(cls, lesson: Lesson, data: Any = None) -> "ReceiptForm":
        """The form with what stands in it now."""
        initial = {name: getattr(lesson.words, name) for name in cls.about_people}
        attached = list(lesson.attached.select_related("file"))
        return cls(data, initial={**initial, "seen": lesson.version}, attached=attached)

    @property
    def gone(self) -> list[int]:
        """The files that go."""
        return [int(key) for key in self.cleaned_data.get("without", ())]

    @property
    def words(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in self.about_people}
