"""A validator’s answers to a lesson."""

from typing import Any, ClassVar

from django import forms

from kmportal.lib.domain_words import worded
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.forms import DateField, LineField, hinted
from kmportal.lib.naming import AboutPeople
from lessons import quality
from lessons.forms.writing import SHARES, TagsField
from lessons.models import Lesson, State
from organisations.models import Group
from organisations.visibility import Reach


class CheckForm(AboutPeople, forms.Form):
    """A validator’s yes: the quality list, and what they complete."""

    about_people = (
        "process",
        "comment",
    )
    outcome = forms.ChoiceField(
        choices=hinted(
            [
                (State.IDENTIFIED, "Something should change because of it"),
                (State.NOTED, "Good to know, but nothing has to change"),
            ],
            {
                State.IDENTIFIED: "A checklist, pathway or course, for example.",
                State.NOTED: "A good practice or a story, for example.",
            },
        ),
        widget=forms.RadioSelect,
        initial=State.IDENTIFIED,
        label="What follows from it?",
    )
    ticked = forms.MultipleChoiceField(
        choices=[(line.key, line.words) for line in quality.QUALITY if line.key not in quality.BY_FIELD],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        label="Is all of this true?",
        help_text=_("Tick every line, or return the lesson with a comment."),
    )
    contact = LineField(max_length=200, required=False, label="Who can people ask about it?")
    process = LineField(
        max_length=200,
        required=False,
        label="What should change?",
        help_text="The document, checklist, pathway or course, for example: discharge checklist, version 7",
    )
    kind = forms.ChoiceField(choices=Lesson.Kind.choices, label="What kind is it?")
    group = forms.ModelChoiceField(
        Group.objects.none(), required=False, label="Where does it belong?", empty_label=_("No group")
    )
    tags = TagsField()
    share_with = forms.ChoiceField(choices=SHARES, label="Who may read it?")
    review_on = DateField(required=False, label="When should it be looked at again?")
    comment = forms.CharField(
        max_length=2000, required=False, label="Message to the author", widget=forms.Textarea({"rows": 2})
    )
    read = forms.IntegerField(widget=forms.HiddenInput)

    mark_optional = False

    def __init__(self, *args: Any, lesson: Lesson, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lesson = lesson
        fields: dict[str, Any] = self.fields
        fields["group"].queryset = Group.objects.choosable(lesson.organisation, kept=lesson.group_id)
        if not fields["group"].queryset.exists():
            del fields["group"]
            fields["share_with"].choices = [share for share in SHARES if share[0] != Reach.GROUP]
        fields["ticked"].choices = hinted(fields["ticked"].choices, quality.missing_in(lesson.words))

    def clean(self) -> dict[str, Any]:
        """What is not so is said beside the list; what only the words can mend is not the validator’s to tick."""
        values = super().clean() or {}
        outcome, ticked = values.get("outcome", State.IDENTIFIED), values.setdefault("ticked", [])
        contact, process = values.get("contact", ""), values.get("process", "")
        missing = quality.missing_for(outcome, self.lesson.words, contact=contact, process=process)
        for line in quality.quality_for(outcome):
            sentence = missing.get(line.key, "").rstrip(".")
            if line.key in quality.BY_FIELD:
                ticked.append(line.key)
                if sentence:
                    self.add_error(line.key, sentence)
            elif sentence:
                self.add_error("ticked", f"{sentence}. Return the {worded('lesson')} and ask for it")
            elif line.key not in ticked:
                self.add_error("ticked", f"Tick “{line.words}”, or return the {worded('lesson')} with a comment")
        if values.get("share_with") == Reach.GROUP and not values.get("group"):
            self.add_error(
                "group" if "group" in self.fields else "share_with", worded("Choose the group that may read it")
            )
        return values


class _OneOfThree(forms.Form):
    """A form that stands beside others on the page, so its ids must differ from theirs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": f"{type(self).__name__.lower()}_%s"})


class ReturnForm(AboutPeople, _OneOfThree):
    """What the author should change."""

    about_people = ("comment",)
    comment = forms.CharField(
        max_length=2000, label="What should the author change?", widget=forms.Textarea({"rows": 4})
    )


class LearnForm(AboutPeople, forms.ModelForm):
    """What has changed, for everybody who reads the lesson."""

    about_people = ("evidence",)

    class Meta:
        model = Lesson
        fields = ("evidence",)
        widgets: ClassVar = {"evidence": forms.Textarea({"rows": 3})}
        help_texts: ClassVar = {"evidence": "For example: discharge checklist, version 8, line 4, since 1 December"}

    def clean_evidence(self) -> str:
        """It may be empty in the table, and not here."""
        text: str = self.cleaned_data["evidence"]
        if not text.strip():
            raise forms.ValidationError("Say what has changed, and where people can see it")
        return text


class FallBackForm(AboutPeople, forms.Form):
    """What is not so any more."""

    about_people = ("reason",)
    reason = forms.CharField(
        max_length=2000,
        label="What is not so any more?",
        help_text=_("Those who check lessons and its author read this."),
        widget=forms.Textarea({"rows": 3}),
    )


class DeclineForm(AboutPeople, _OneOfThree):
    """Why it cannot be used."""

    about_people = ("reason",)
    reason = forms.CharField(
        max_length=2000,
        label="Why can it not be used?",
        help_text="The author reads this. Be kind and clear.",
        widget=forms.Textarea({"rows": 4}),
    )
