"""How many people have to check a lesson."""

from typing import Any

from django import forms

from kmportal.lib.domain_words import worded_later as _
from lessons.models import MOST_CHECKS, Tag
from organisations.models import Organisation


class CheckRuleForm(forms.Form):
    """For all lessons, or for those with one tag."""

    tag = forms.ModelChoiceField(
        Tag.objects.none(), required=False, label=_("For which lessons?"), empty_label=_("All lessons")
    )
    minimum = forms.IntegerField(
        min_value=1,
        max_value=MOST_CHECKS,
        initial=2,
        label=_("How many people have to check each of them?"),
        error_messages={"required": "Say how many"},
    )

    mark_optional = False

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["tag"].label_from_instance = lambda tag: f"Those with the tag “{tag}”"
        fields["tag"].queryset = Tag.objects.filter(organisation=organisation)
