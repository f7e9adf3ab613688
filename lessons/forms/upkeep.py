"""Who looks after a lesson, when kinds of lessons are looked at again, and whether one is still right."""

from typing import Any

from django import forms

from kmportal.lib.domain_words import worded
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.forms import DateField, EmailField
from kmportal.lib.naming import AboutPeople
from lessons.models import MONTHS, MOST_MONTHS, Lesson, ReviewTurn, Upkeep
from lessons.models.lesson import LONGEST_EVIDENCE
from organisations.models import Group, Membership, Person
from organisations.permissions import Permission

Answer = ReviewTurn.Answer


class KeeperForm(forms.Form):
    """Owner, deputy, owning community, and the day."""

    owner = forms.ModelChoiceField(
        Person.objects.none(), required=False, label="Who looks after it?", empty_label="Nobody yet"
    )
    deputy = forms.ModelChoiceField(
        Person.objects.none(),
        required=False,
        label="Who stands in?",
        empty_label="Nobody",
        help_text="They are asked while the first is away, and have it when the first leaves.",
    )
    group = forms.ModelChoiceField(
        Group.objects.none(), required=False, label=_("Which community or team does it belong to?")
    )
    review_on = DateField(required=False, label="When should it be looked at again?")

    mark_optional = False

    def __init__(self, *args: Any, lesson: Lesson, upkeep: Upkeep | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        here = Membership.objects.current().may(Permission.CONTRIBUTE).filter(organisation=lesson.organisation)
        there = [upkeep.owner_id, upkeep.deputy_id] if upkeep else []
        people = Person.objects.filter(pk__in=here.values("person")) | Person.objects.filter(pk__in=filter(None, there))
        fields["owner"].queryset = fields["deputy"].queryset = people.order_by("name", "pk")
        fields["group"].queryset = Group.objects.choosable(
            lesson.organisation, kept=upkeep.group_id if upkeep else None
        ).order_by("name")
        fields["group"].empty_label = worded("No community or team")

    def clean(self) -> dict[str, Any]:
        """Whoever stands in is somebody else."""
        values = super().clean() or {}
        if values.get("owner") and values.get("owner") == values.get("deputy"):
            self.add_error("deputy", "Choose somebody else than above, or nobody")
        return values


class MonthsForm(forms.Form):
    """The review intervals of all kinds of lessons, a number each."""

    mark_optional = False

    def __init__(self, *args: Any, months: dict[str, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind, label in Lesson.Kind.choices:
            self.fields[kind] = forms.IntegerField(
                label=label,
                min_value=1,
                max_value=MOST_MONTHS,
                initial=months[kind],
                help_text=f"Months. The usual number is {MONTHS[kind]}",
                error_messages={"required": "Say after how many months"},
                widget=forms.NumberInput({"class": "govuk-input--width-3"}),
            )


class TurnForm(AboutPeople, forms.Form):
    """Whether it is still right, and what belongs to the answer."""

    about_people = ("words",)

    answer = forms.ChoiceField(
        choices=Answer.choices,
        widget=forms.RadioSelect,
        label="Is it still right?",
        error_messages={"required": "Choose one of the answers"},
    )
    words = forms.CharField(
        required=False,
        max_length=LONGEST_EVIDENCE,
        label="What must change, or why should nobody use it?",
        help_text=_("For the second and the last answer. Everybody who opens the lesson reads this."),
        widget=forms.Textarea({"rows": 3}),
    )
    to = EmailField(required=False, label="The e-mail address of whoever should look after it")

    mark_optional = False

    def __init__(self, *args: Any, deputy: Person | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        instead = f" Left empty, {deputy.first_name} has it, who stands in for you." if deputy else ""
        fields["to"].help_text = f"Only where somebody else should look after it.{instead}"

    def clean(self) -> dict[str, Any]:
        """What an answer needs."""
        values = super().clean() or {}
        if values.get("answer") in {Answer.CHANGE, Answer.RETIRE} and not values.get("words", "").strip():
            self.add_error("words", "Say what is not right any more")
        return values
