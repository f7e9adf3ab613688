"""What people fill in about coffee trials: the plan, joining, the answers at the end, what came of it."""

from typing import Any, ClassVar

from django import forms
from django.db.models import Q

from coffee.models import LONGEST_LINE, LONGEST_TEXT, Joiner, Trial
from kmportal.lib.forms import DateField, LineField, ManyOf, OnceField
from kmportal.lib.naming import AboutPeople
from organisations.models import Membership, Organisation, Person
from organisations.permissions import Permission
from people.models import Profile


class TrialForm(forms.ModelForm):
    """The plan of a trial."""

    once = OnceField()

    class Meta:
        model = Trial
        fields = ("title", "rule", "weeks", "pairs_on", "coordinator", "first_joiners", "place", "version")
        field_classes: ClassVar = {"pairs_on": DateField}
        help_texts: ClassVar = {
            "title": "For example: Coffee in spring",
            "rule": "Everybody reads the rule before they join. It cannot be changed once somebody has joined",
            "pairs_on": "Three to four weeks from now is usual: people have to hear of it first",
            "first_joiners": "For example: the medical director and the head of estates. It shows that it is allowed",
            "place": "For example: the canteen in West House, Thursdays from 14:00",
        }
        widgets: ClassVar = {"rule": forms.RadioSelect, "weeks": forms.RadioSelect, "version": forms.HiddenInput}

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        here = Membership.objects.current().filter(organisation=organisation).may(Permission.FACILITATE)
        fields["coordinator"].queryset = Person.objects.filter(pk__in=here.values("person")).order_by("name", "pk")
        fields["coordinator"].required = True
        fields["coordinator"].empty_label = None
        fields["rule"].choices = [choice for choice in fields["rule"].choices if choice[0]]
        fields["weeks"].choices = [choice for choice in fields["weeks"].choices if choice[0]]
        fields["version"].required = False
        if self.instance.pk is not None:
            del self.fields["once"]
            if self.instance.state == Trial.State.RUNNING:
                del self.fields["rule"], self.fields["pairs_on"]

    def values(self) -> dict[str, Any]:
        """What ``plan_trial`` takes; without ``once`` what ``change_trial`` does."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class JoinForm(forms.ModelForm):
    """Joining, in half a minute: nothing has to be filled in."""

    mark_optional = False
    avoided = ManyOf(
        Membership.objects.none(),
        label="Is there somebody whom you would rather not meet?",
        required=False,
        help_text="Nobody else sees whom you name, and nobody is told",
        widget=forms.SelectMultiple({"size": "5"}),
    )

    class Meta:
        model = Joiner
        fields = ("way", "site", "team", "staff_group", "needs", "paused_until_on", "avoided")
        field_classes: ClassVar = {"paused_until_on": DateField}
        help_texts: ClassVar = {
            "site": "A site, building or town",
            "needs": "For example: a room without stairs, or only after 15:00. Only who meets you reads it",
            "paused_until_on": "Leave it empty if any time is good",
        }
        widgets: ClassVar = {"way": forms.RadioSelect}

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        current = Membership.objects.current().filter(organisation=membership.organisation).exclude(pk=membership.pk)
        others = current
        if self.instance.pk is not None:  # nobody is dropped from the list because they are suspended today
            kept = self.instance.avoided.values("pk")
            others = Membership.objects.filter(Q(pk__in=current.values("pk")) | Q(pk__in=kept))
        fields["avoided"].queryset = others.select_related("person").order_by("person__name", "pk")
        fields["avoided"].label_from_instance = lambda member: member.person.name
        fields["way"].choices = [choice for choice in fields["way"].choices if choice[0]]
        fields["staff_group"].choices = [("", "I would rather not say"), *Profile.StaffGroup.choices]


class AnswerForm(AboutPeople, forms.Form):
    """The second question at the end, and one line."""

    about_people = ("line",)

    would_again = forms.TypedChoiceField(
        label="Would you join again?",
        choices=[("yes", "Yes"), ("no", "No")],
        widget=forms.RadioSelect,
        required=False,
        coerce=lambda value: value == "yes",
        empty_value=None,
    )
    line = LineField(
        label="What was it good for?",
        required=False,
        max_length=LONGEST_LINE,
        help_text="One line. It is kept without your name and cannot be changed. Who reads it may still guess",
    )


class OutcomeForm(AboutPeople, forms.Form):
    """What came of it, for everybody who took part."""

    about_people = ("outcome",)

    outcome = forms.CharField(
        label="What came of it?",
        max_length=LONGEST_TEXT,
        widget=forms.Textarea({"rows": 6}),
        help_text="A few sentences. The figures stand beside them on the page",
    )
