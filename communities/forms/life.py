"""Forms for beginning a community, its settings, its charter, its steps, its end."""

from typing import Any, ClassVar

from django import forms

from communities import catalogue
from communities.models import Access, Closing, Community, Objection
from communities.models.community import LONGEST_ANSWER, LONGEST_REASON
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.forms import DateField, LineField, OnceField, VersionedForm, hinted
from kmportal.lib.naming import AboutPeople
from organisations.models import Membership, Organisation, Person

ACCESS_HINTS = {
    Access.OPEN: "One press, and they belong to it",
    Access.REQUEST: "You say yes or no to each",
    Access.INVITATION: "Nobody comes in who was not asked",
}
ACCESS_CHOICES = hinted(Access.choices, ACCESS_HINTS)
REASONS_TO_END = [(reason.value, reason.label) for reason in Closing.TO_ANNOUNCE]


class CommunityForm(AboutPeople, forms.ModelForm):
    """A name and a question. The key makes one community of the same form sent twice."""

    about_people = ("question",)

    once = OnceField()
    # Set by the page once it has shown the communities that are alike.
    sister = forms.CharField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Community
        fields = ("name", "question", "access")
        labels: ClassVar = {"access": "Who may come in?"}
        help_texts: ClassVar = {
            "name": "Two or three words that somebody would search for",
            "question": "One question that you have no answer to yet",
        }
        widgets: ClassVar = {"access": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["access"].choices = ACCESS_CHOICES

    def validate_constraints(self) -> None:
        """The action compares names, and knows about two people doing it at once."""

    def values(self) -> dict[str, Any]:
        """What ``found_community`` takes."""
        return {name: self.cleaned_data[name] for name in ("name", "question", "access", "once")}


class CommunityEditForm(AboutPeople, VersionedForm):
    """Name, question and way in of a community that is there."""

    about_people = ("question",)

    class Meta:
        model = Community
        fields = ("name", "question", "access")
        labels: ClassVar = {"access": "Who may come in?"}
        widgets: ClassVar = {"access": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["access"].choices = ACCESS_CHOICES

    def validate_constraints(self) -> None:
        """As above."""


class CharterForm(forms.Form):
    """The fourteen prompts. All but name and question may stay empty."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    ONE_LINE: ClassVar = {"name": 120, "question": 300}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.prompts = catalogue.prompts()
        # Needed for the directory and not for saving: the form itself says which.
        self.always_said = tuple(prompt.key for prompt in self.prompts if prompt.needed)
        for prompt in self.prompts:
            self.fields[prompt.key] = self._field_for(prompt)

    def _field_for(self, prompt: catalogue.Prompt) -> forms.Field:
        words = f"{prompt.help} For example: {prompt.example}"
        if prompt.key in self.ONE_LINE:
            return LineField(label=prompt.ask, help_text=words, max_length=self.ONE_LINE[prompt.key])
        return forms.CharField(
            label=prompt.ask,
            help_text=words,
            required=False,
            max_length=LONGEST_ANSWER,
            widget=forms.Textarea({"rows": 3}),
        )

    @property
    def answers(self) -> dict[str, str]:
        return {prompt.key: self.cleaned_data[prompt.key] for prompt in self.prompts}


class StepForm(forms.Form):
    """The questions of one step."""

    mark_optional = False

    def __init__(self, *args: Any, step: catalogue.Step, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.step = step
        for question in step.questions:
            self.fields[question.key] = forms.CharField(
                label=question.ask,
                required=False,
                max_length=LONGEST_ANSWER,
                widget=forms.Textarea({"rows": 3}),
            )

    @property
    def answers(self) -> dict[str, str]:
        return {question.key: self.cleaned_data[question.key] for question in self.step.questions}


class ClosingForm(AboutPeople, forms.ModelForm):
    """Why, when, and what happens to what is known."""

    about_people = ("words",)

    last_on = DateField(label="Which day is the last one?")

    class Meta:
        model = Closing
        fields = ("reason", "words", "last_on")
        labels: ClassVar = {"reason": "Why does it end?"}
        help_texts: ClassVar = {
            "words": _("Think of guides, lessons, open questions and contacts, and say who takes each of them")
        }
        widgets: ClassVar = {"reason": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["reason"].choices = REASONS_TO_END


class ObjectionForm(AboutPeople, forms.ModelForm):
    """That it should stay open."""

    about_people = ("words",)

    class Meta:
        model = Objection
        fields = ("words", "would_carry", "would_facilitate")


class ObjectionAnswerForm(AboutPeople, forms.ModelForm):
    """What is answered to somebody who would keep it open."""

    about_people = ("answer",)

    class Meta:
        model = Objection
        fields = ("answer",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["answer"].required = True
        self.fields["answer"].error_messages["required"] = "Write an answer."


class StoryForm(AboutPeople, forms.Form):
    """What came of it."""

    about_people = ("story",)

    story = forms.CharField(
        label="What came of it?",
        help_text="What you came for, what changed, what you would do again, and whom people can ask",
        required=False,
        max_length=LONGEST_ANSWER,
        widget=forms.Textarea({"rows": 8}),
    )


def people_here(organisation: Organisation) -> Any:
    """Everybody who may come in today, by name."""
    current = Membership.objects.current().filter(organisation=organisation)
    return Person.objects.filter(pk__in=current.values("person")).order_by("name", "pk")


def who_is_listed(organisation: Organisation) -> str:
    """Why somebody is missing from ``people_here``, where people from elsewhere can belong to a community."""
    if not organisation.admits_outsiders:
        return ""
    return f"People of {organisation}. Who comes from another organisation is not in this list"


class WakeForm(AboutPeople, forms.Form):
    """Why it should wake, and who keeps it together."""

    about_people = ("reason",)

    reason = forms.CharField(label="Why should it wake?", max_length=LONGEST_REASON, widget=forms.Textarea({"rows": 3}))
    facilitator = forms.ModelChoiceField(
        Person.objects.none(), label="Who will facilitate it?", empty_label="Choose somebody"
    )

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["facilitator"].queryset = people_here(organisation)
        kept = "They are told. Who kept it together before does so still"
        fields["facilitator"].help_text = f"{kept}. {who_is_listed(organisation)}".removesuffix(". ")
