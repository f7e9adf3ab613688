"""What people fill in about themselves, and what they ask."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from kmportal.lib.cleaning import line_of_text, reading_key
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.forms import Hinted, LineField, ManyOf, OnceField
from kmportal.lib.naming import AboutPeople
from organisations.models import Group, Membership
from people.actions import MOST_ASKED, MOST_TOPICS
from people.models import LONGEST_NOTE, LONGEST_TEXT, Profile, ProfileQuerySet, Recipient


class TopicsField(forms.CharField):
    """A few things, with commas or line breaks between them."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 1200, "required": False, "widget": forms.Textarea({"rows": 2}), **kwargs})

    def to_python(self, value: Any) -> Any:
        if isinstance(value, list):
            return value
        parts = str(value or "").replace(";", ",").replace("\n", ",").split(",")
        names = [name for part in parts if (name := line_of_text(part).removeprefix("- "))]
        return list({reading_key(name): name for name in reversed(names)}.values())[::-1]

    def validate(self, value: Any) -> None:
        if long := [name for name in value if len(name) > 80]:
            raise ValidationError(f"Shorten “{long[0][:60]}…” to 80 characters, or put a comma into it")
        if len(value) > MOST_TOPICS:
            raise ValidationError(f"Name at most {MOST_TOPICS} things")

    def run_validators(self, value: Any) -> None:
        super().run_validators(", ".join(value))

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value


def _long_text(label: str, hint: str) -> forms.CharField:
    return forms.CharField(
        max_length=LONGEST_TEXT, required=False, label=label, help_text=hint, widget=forms.Textarea({"rows": 3})
    )


class ProfileForm(AboutPeople, forms.Form):
    """What others may know of oneself. Nothing has to be filled in; whoever wants to be found names one thing."""

    mark_optional = False
    about_people = ("working_on", "research")
    asked_about = TopicsField(
        label="What can people ask you about?",
        help_text="A few words each, with commas between, for example: discharge medicines, moving wards",
    )
    how_to_ask = LineField(
        max_length=200,
        required=False,
        label="How do you like to be asked?",
        help_text="For example: write to me, I answer on Thursdays",
    )
    wants_to_learn = TopicsField(label="What do you want to learn?", help_text="With commas between")
    site = LineField(
        max_length=120,
        required=False,
        label="Where do you work?",
        help_text="A site, building or town",
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    staff_group = forms.ChoiceField(
        choices=[("", "I would rather not say"), *Profile.StaffGroup.choices],
        required=False,
        label="Which staff group do you belong to?",
    )
    languages = LineField(
        max_length=200, required=False, label="Which languages do you speak?", help_text="British Sign Language counts"
    )
    working_on = _long_text("What are you working on?", "Projects and plans that others may want to hear about")
    research = _long_text("Which research is under way?", "Yours, or what you take part in")
    is_listed = forms.BooleanField(required=False, label="Let colleagues in my organisation find me and ask me")
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=0)

    WORDS = ("languages", "site", "staff_group", "working_on", "research", "how_to_ask")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("is_listed") and not values.get("asked_about") and "asked_about" not in self.errors:
            self.add_error("asked_about", "Name one thing, or nobody would find you")
        return values

    def wanted(self) -> dict[str, Any]:
        """What ``write_profile`` takes."""
        names = ("asked_about", "wants_to_learn", "is_listed", *self.WORDS)
        return {"seen": self.cleaned_data["version"] or 0, **{name: self.cleaned_data[name] for name in names}}


def values_of(profile: Profile | None) -> dict[str, Any]:
    """What stands in a profile, by the names of the form’s fields."""
    if profile is None:
        return {}
    return {
        **{name: getattr(profile, name) for name in ProfileForm.WORDS},
        "asked_about": profile.asked_about,
        "wants_to_learn": profile.wants_to_learn,
        "is_listed": profile.listed_at is not None,
        "version": profile.version,
    }


class FinderForm(forms.Form):
    """What narrows the list of people down. What does not fit narrows nothing."""

    q = forms.CharField(required=False, max_length=500)
    site = forms.ChoiceField(required=False, label="Place")
    staff_group = forms.ChoiceField(
        required=False, label="Staff group", choices=[("", "All staff groups"), *Profile.StaffGroup.choices]
    )
    group = forms.ModelChoiceField(
        Group.objects.none(), required=False, label=_("Group or community"), empty_label=_("All groups")
    )

    def __init__(self, *args: Any, membership: Membership, places: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["site"].choices = [("", "All places"), *places]
        fields["group"].queryset = Group.objects.of_people(membership.organisation)


class _PeopleField(ManyOf):
    """People to tick, each with what they can be asked about."""

    def label_from_instance(self, obj: Any) -> str:
        return Hinted(obj, ", ".join(obj.asked_about[:4]))


class EnquiryForm(AboutPeople, forms.Form):
    """One line, and whom to ask."""

    about_people = ("line",)

    line = LineField(
        max_length=300,
        label="What do you want to know?",
        help_text="One line. No names of patients or clients.",
    )
    people = _PeopleField(
        Profile.objects.none(),
        label="Whom do you ask?",
        help_text=f"At most {MOST_ASKED} people",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose whom to ask"},
    )
    once = OnceField()

    def __init__(self, *args: Any, people: ProfileQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["people"].queryset = people

    def clean_people(self) -> Any:
        people = list(self.cleaned_data["people"])
        if len(people) > MOST_ASKED:
            raise ValidationError(f"Choose at most {MOST_ASKED} people")
        return people


class AnswerForm(AboutPeople, forms.Form):
    """An answer by one press, with a line if somebody wants to add one."""

    about_people = ("note",)

    mark_optional = False
    note = forms.CharField(
        max_length=LONGEST_NOTE,
        required=False,
        label="Anything to add?",
        help_text="For example when and how they can reach you. You can leave it empty.",
        widget=forms.Textarea({"rows": 2}),
    )
    answer = forms.ChoiceField(
        choices=[(Recipient.Answer.HELP, "I can help"), (Recipient.Answer.NO, "Not this time")],
        widget=forms.HiddenInput,
    )
