"""What people fill in about rounds, answers and decisions."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from kmportal.lib.addresses import read_addresses
from kmportal.lib.forms import DateField, ManyOf, MomentField, hinted
from kmportal.lib.sentences import quoted
from organisations.models import Membership, Organisation, Person
from organisations.permissions import Permission
from roadmap.models import Programme, Step
from selfassessment.actions import Choice
from selfassessment.models import Answer, Assessment, Framework

ANONYMOUS = (
    "Nobody can find out who said what, not even you. You see how many have answered, not who. "
    "People carry on in the browser they began in."
)
NAMED = (
    "Names are kept with the answers, so people can sign in and carry on anywhere, and you remind only those who "
    "have not answered. The report still shows no names."
)

# Each is a mail of its own, written while somebody waits.
ADDRESSES_AT_ONCE = 500


class PersonChoice(forms.ModelChoiceField):
    """Somebody of the organisation, by name."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Person.objects.none(), **kwargs)


def people_of(organisation: Organisation, permission: Permission = Permission.READ) -> "forms.models.QuerySet[Person]":
    """The current members with this permission, in the order of their names."""
    members = Membership.objects.current().may(permission).filter(organisation=organisation)
    return Person.objects.filter(pk__in=members.values("person_id")).order_by("name", "pk")


class RoundForm(forms.ModelForm):
    """A round as it is prepared. Once it is open, what people were told is no longer asked here."""

    anonymous = forms.TypedChoiceField(
        label="Are the answers anonymous?",
        choices=hinted([("yes", "Anonymous"), ("no", "With names")], {"yes": ANONYMOUS, "no": NAMED}),
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        help_text="People read this before they answer. You cannot change it once the round is open.",
    )
    once = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput, required=False)
    version = forms.IntegerField(initial=0, widget=forms.HiddenInput, required=False)
    facilitator = PersonChoice(
        label="Who facilitates?",
        help_text="Is told when the closing date comes, and closes the round.",
        empty_label="Choose somebody",
    )

    class Meta:
        model = Assessment
        fields = (
            "title", "capacity", "scope", "framework", "programme", "anonymous", "facilitator", "closes_on",
            "results_at", "results_place",
        )  # fmt: skip
        labels = {
            "title": "Name of this round",
            "capacity": "Who do people answer for?",
            "scope": "Which one?",
            "framework": "Set of questions",
            "programme": "Programme",
            "closes_on": "When does it close?",
            "results_at": "When do you meet to talk about the results?",
            "results_place": "Where do you meet?",
        }
        help_texts = {
            "title": "For example, Autumn 2026",
            "scope": "For example, Ward 6. People read “Answer for Ward 6 as a whole”.",
            "programme": "Suggestions that you accept go on its roadmap.",
            "results_at": "Book it now. Talking about the results is what makes the difference.",
        }
        widgets = {"capacity": forms.RadioSelect}
        field_classes = {"closes_on": DateField, "results_at": MomentField}

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisation = organisation
        self.fields["capacity"].choices = hinted(
            Assessment.Capacity.choices,
            {"team": "A good place to start.", "organisation": "Only works if many people answer."},
        )
        self.fields["facilitator"].queryset = people_of(organisation, Permission.FACILITATE)
        self.fields["programme"].queryset = Programme.objects.filter(organisation=organisation)
        self.fields["programme"].empty_label = "No programme"
        self.fields["framework"].queryset = Framework.objects.usable_by(organisation)
        self.fields["framework"].empty_label = None
        if not self.is_bound:
            self.initial["anonymous"] = "yes" if self.instance.anonymous else "no"
        self._leave_out()

    def _leave_out(self) -> None:
        """Ask nothing that has one answer, and nothing that can no longer change."""
        if not self.instance.is_draft:
            for name in ("anonymous", "framework", "capacity"):
                del self.fields[name]
        elif self.fields["framework"].queryset.count() < 2:
            del self.fields["framework"]
        if not self.fields["programme"].queryset.exists():
            del self.fields["programme"]

    def clean_closes_on(self) -> date:
        day = self.cleaned_data["closes_on"]
        unchanged = not self.instance.is_draft and day == self.initial.get("closes_on")
        if day < timezone.localdate() and not unchanged:
            raise ValidationError("Choose today or a later date")
        if day > timezone.localdate() + timedelta(days=366):
            raise ValidationError("Choose a date within the next year")
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        capacity = cleaned.get("capacity", self.instance.capacity)
        if capacity in (Assessment.Capacity.TEAM, Assessment.Capacity.DIRECTORATE) and not cleaned.get("scope"):
            self.add_error("scope", "Name the team or directorate")
        return cleaned


class MembersForm(forms.Form):
    """Members to be asked, as a list to tick, or ``everybody``. Those who were asked already are not on it."""

    members = ManyOf(Person.objects.none(), widget=forms.CheckboxSelectMultiple, label="Members to ask")

    def __init__(self, *args: Any, assessment: Assessment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = assessment.asked.exclude(person=None).values("person_id")
        self.fields["members"].queryset = people_of(assessment.organisation).exclude(pk__in=asked)
        self.fields["members"].required = "everybody" not in self.data

    def clean_members(self) -> "forms.models.QuerySet[Person]":
        """Those who are ticked, or all who are offered."""
        field: Any = self.fields["members"]
        return field.queryset if "everybody" in self.data else self.cleaned_data["members"]


class AddressesForm(forms.Form):
    """Addresses pasted from anywhere: one a line, with commas or semicolons, with names around them."""

    addresses = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 5}),
        label="E-mail addresses",
        help_text="Paste them as they are: one per line, or separated by commas or semicolons.",
        max_length=40_000,
    )

    def clean_addresses(self) -> list[str]:
        """The addresses, each once. Names every one that is none, and then asks nobody."""
        pasted = read_addresses(self.cleaned_data["addresses"])
        if pasted.bad:
            named = ", ".join(f"“{piece[:60]}”" for piece in pasted.bad[:10])
            more = f" and {len(pasted.bad) - 10} more" if len(pasted.bad) > 10 else ""
            one = len(pasted.bad) == 1
            what = "This is not a complete e-mail address" if one else "These are not complete e-mail addresses"
            raise ValidationError(f"{what}: {named}{more}. Nothing has been sent")
        if not pasted.found:
            raise ValidationError("Enter at least one e-mail address")
        if len(pasted.found) > ADDRESSES_AT_ONCE:
            raise ValidationError(
                f"You have entered {len(pasted.found):,} addresses. Ask at most {ADDRESSES_AT_ONCE} at a time, "
                "or send one link to all"
            )
        return list(pasted.found)


class CloseForm(forms.Form):
    """Asked once more before a round ends."""

    not_heard = forms.CharField(
        max_length=200,
        required=False,
        label="Who did we not hear from?",
        help_text="Groups, not names. For example, estates and night staff. This goes into the report.",
    )


class NameForm(forms.Form):
    """The name of a guest in a round with names."""

    name = forms.CharField(max_length=120, label="Your name", widget=forms.TextInput(attrs={"autocomplete": "name"}))


DONT_KNOW = "unknown"


class AnswerForm(forms.Form):
    """One criterion. Nothing is required: who wants to leave a question leaves it."""

    now = forms.ChoiceField(choices=[*((str(n), str(n)) for n in range(1, 6)), (DONT_KNOW, "")], required=False)
    wanted = forms.TypedChoiceField(
        choices=[(str(n), str(n)) for n in range(1, 6)], required=False, coerce=int, empty_value=None
    )
    comment = forms.CharField(
        max_length=Answer._meta.get_field("comment").max_length,
        required=False,
        label="Comment",
        help_text="It goes into the report as you write it, without your name. Please name nobody.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    evidence = forms.CharField(
        max_length=Answer._meta.get_field("evidence").max_length,
        required=False,
        label="Evidence",
        help_text="What would show it? A document, a page, a figure.",
    )
    matters = forms.BooleanField(required=False)
    version = forms.IntegerField(min_value=0, max_value=1_000_000, widget=forms.HiddenInput)

    mark_optional = False

    @staticmethod
    def values_of(answer: Answer | None) -> dict[str, Any]:
        """An answer as the form shows it."""
        if answer is None:
            return {"version": 0}
        now = DONT_KNOW if answer.dont_know else answer.now
        return {
            "now": str(now or ""),
            "wanted": str(answer.wanted or ""),
            "comment": answer.comment,
            "evidence": answer.evidence,
            "matters": answer.slot is not None,
            "version": answer.version,
        }

    def choice(self) -> Choice:
        """What was said, once the form is valid."""
        said = self.cleaned_data
        levelled = said["now"] and said["now"] != DONT_KNOW
        return Choice(
            now=int(said["now"]) if levelled else None,
            wanted=said["wanted"],
            dont_know=said["now"] == DONT_KNOW,
            comment=said["comment"],
            evidence=said["evidence"],
            matters=said["matters"],
        )


class DecisionForm(forms.Form):
    """What becomes of a suggestion: an intervention or an action, in which words, who does it, until when."""

    becomes = forms.ChoiceField(label="What does it become?", widget=forms.RadioSelect)
    words = forms.CharField(max_length=120, label="What will you call it?")
    owner = PersonChoice(label="Who does it?", empty_label="Choose somebody")
    step = forms.TypedChoiceField(
        label="Which step of the roadmap?",
        help_text="For an intervention only.",
        choices=Step.choices,
        coerce=int,
        required=False,
    )
    until = DateField(label="By when?")

    def __init__(
        self, *args: Any, organisation: Organisation, may_plan: bool, programme: Programme | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choices = [("action", "An action"), ("intervention", "An intervention on the roadmap")]
        hints = {
            "action": "One thing that one person does by a set day.",
            "intervention": f"A piece of work in {quoted(programme)}, with guidance from the catalogue."
            if programme
            else "",
        }
        self.fields["becomes"].choices = hinted(choices, hints)
        self.fields["owner"].queryset = people_of(organisation)
        self.may_plan, self.programme = may_plan, programme
        if not (may_plan and programme):
            self.fields["becomes"] = forms.ChoiceField(choices=choices[:1], widget=forms.HiddenInput)
            self.initial["becomes"] = "action"
            del self.fields["step"]

    def clean_until(self) -> date:
        day: date = self.cleaned_data["until"]
        if day < timezone.localdate():
            raise ValidationError("Choose today or a later date")
        return day


class RejectionForm(forms.Form):
    """Why a suggestion is left."""

    reason = forms.CharField(
        max_length=500,
        label="Why not?",
        help_text="Everybody who reads the report sees it. For example, “HR starts its own work in January.”",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
