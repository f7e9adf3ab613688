"""Forms on the way to the end of a community."""

from typing import Any, ClassVar

from django import forms

from communities.forms.life import people_here, who_is_listed
from communities.models import Closing
from kmportal.lib.naming import AboutPeople
from organisations.models import Organisation, Person


class HomeForm(forms.Form):
    """Who is asked to look after it."""

    person = forms.ModelChoiceField(
        Person.objects.none(), label="Who could look after it?", empty_label="Choose somebody"
    )

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["person"].queryset = people_here(organisation)
        fields["person"].help_text = who_is_listed(organisation)


class FarewellForm(AboutPeople, forms.ModelForm):
    """The last meeting, and thanks."""

    about_people = ("last_meeting", "thanks")

    class Meta:
        model = Closing
        fields = ("last_meeting", "thanks")
        help_texts: ClassVar = {"thanks": "Everybody in it reads it when it closes, and it stays on its page"}
        widgets: ClassVar = {
            "last_meeting": forms.Textarea({"rows": 3}),
            "thanks": forms.Textarea({"rows": 3}),
        }
