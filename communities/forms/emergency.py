"""Forms about reading in an emergency: naming somebody, and asking for it."""

from typing import Any, ClassVar

from django import forms

from communities.forms.life import people_here
from communities.models import EmergencyReader, EmergencyReading
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.naming import AboutPeople
from organisations.models import Membership, Organisation, Person
from organisations.permissions import Role


class EmergencyReaderForm(forms.Form):
    """Somebody of the organisation who is no administrator, and was not named yet."""

    person = forms.ModelChoiceField(Person.objects.none(), label="Whom do you name?", empty_label="Choose somebody")

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        here = Membership.objects.filter(organisation=organisation)
        left_out = here.filter(role=Role.ADMINISTRATOR) | here.filter(
            pk__in=EmergencyReader.objects.values("membership")
        )
        fields["person"].queryset = people_here(organisation).exclude(pk__in=left_out.values("person"))


class EmergencyReadingForm(AboutPeople, forms.ModelForm):
    """Why it cannot wait."""

    about_people = ("why",)

    class Meta:
        model = EmergencyReading
        fields = ("why",)
        widgets: ClassVar = {"why": forms.Textarea({"rows": 4})}
        help_texts: ClassVar = {"why": _("Once a second person agrees, everybody in the community reads these words.")}
