"""What people fill in about people, groups and the organisation."""

import io
import zoneinfo
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q
from django.utils.html import format_html
from PIL import Image, ImageFile, UnidentifiedImageError

from kmportal.lib.addresses import Pasted, read_addresses
from kmportal.lib.domain_words import LONGEST, WORDS, Forms, article_of, find_problems
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.forms import EmailField, LineField, ManyOf, VersionedForm
from kmportal.lib.sentences import capital
from kmportal.lib.succession import belongings_of
from organisations.models import AccessToken, Group, GroupMembership, Invitation, Membership, Organisation, Person
from organisations.permissions import NAMED_VALIDATORS, ROLE_WORDS, Permission, Role

LOGO_LIMIT = 2 * 1024 * 1024
LOGO_BOX = (480, 160)
INVITED_AT_ONCE = 200


def _role_choices(roles: Iterable[Role]) -> list[tuple[str, str]]:
    return [(role.value, f"{role.label}: {ROLE_WORDS[role]}") for role in roles]


def _time_zones(own: str) -> list[tuple[str, str]]:
    """All that people live in, the organisation’s own first. Old spellings of the same place are left out."""
    table = files("tzdata.zoneinfo").joinpath("zone.tab").read_text("utf-8")
    lines = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    zones = [*sorted({line[2] for line in lines} & zoneinfo.available_timezones()), "UTC"]
    return [(zone, zone.replace("_", " ")) for zone in dict.fromkeys([own, *zones])]


class InvitationForm(forms.ModelForm):
    """Who to ask in, as what, and into which groups."""

    groups = ManyOf(Group.objects.none(), required=False, widget=forms.CheckboxSelectMultiple, label=_("Which groups?"))

    class Meta:
        model = Invitation
        fields = ("email", "name", "role", "groups")
        labels = {"email": "Work e-mail", "name": "Name", "role": "Role"}
        widgets = {"role": forms.RadioSelect}

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["role"].choices = _role_choices(tuple(Role))
        groups = Group.objects.of_people(organisation).filter(is_self_run=False)
        fields["groups"].queryset = groups
        if not groups.exists():
            del fields["groups"]

    def validate_constraints(self) -> None:
        """An open invitation to the same address is refused by the action, in words that say what to do."""


class InvitationEditForm(forms.ModelForm):
    """The role and the name of an invitation that nobody has answered yet."""

    class Meta:
        model = Invitation
        fields = ("name", "role")
        labels = {"name": "Name", "role": "Role"}
        widgets = {"role": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["role"].choices = _role_choices(tuple(Role))


class InvitePeopleForm(forms.Form):
    """Several people at once, by a pasted list of addresses, all as the same."""

    mark_optional = False

    addresses = forms.CharField(
        max_length=20_000,
        label="E-mail addresses",
        help_text="One per line or separated by commas. Names may stand with them: Ann Lee <ann@example.org>",
        widget=forms.Textarea({"rows": "6"}),
    )
    role = forms.ChoiceField(widget=forms.RadioSelect, label="Role")
    groups = ManyOf(Group.objects.none(), required=False, widget=forms.CheckboxSelectMultiple, label=_("Which groups?"))

    def __init__(self, *args: Any, organisation: Organisation, roles: Sequence[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["role"].choices = _role_choices(roles)
        groups = Group.objects.of_people(organisation)
        fields["groups"].queryset = groups
        if not groups.exists():
            del fields["groups"]

    def clean_addresses(self) -> Pasted:
        pasted = read_addresses(self.cleaned_data["addresses"])
        if not pasted.found:
            named = ", ".join(f"“{piece[:60]}”" for piece in pasted.bad[:5])
            raise ValidationError(f"This is not an e-mail address: {named}. Correct it or remove it")
        if len(pasted.found) > INVITED_AT_ONCE:
            count = len(pasted.found)
            raise ValidationError(f"You have entered {count} addresses. Invite at most {INVITED_AT_ONCE} at a time")
        return pasted


class RoleForm(forms.ModelForm):
    """Another role, and whether somebody is named to check lessons."""

    class Meta:
        model = Membership
        fields = ("role", "is_validator")
        labels = {"is_validator": _("Named to check lessons")}
        help_texts = {
            "is_validator": _("Only for contributors and sponsors. Facilitators and KM leads can always check lessons.")
        }
        widgets = {"role": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["role"].choices = _role_choices(tuple(Role))

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("is_validator") and values.get("role") not in NAMED_VALIDATORS:
            values["is_validator"] = False
        return values


class HandOnForm(forms.Form):
    """Who takes over what somebody is responsible for: for each kind one person, and another for a single row.

    Nobody has to be named: what is left goes to nobody, and asks for somebody on the home of those who can choose.
    """

    mark_optional = False

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = belongings_of(membership.person, membership.organisation)
        for one in self.kinds:
            members = Membership.objects.current().may(Permission(one.owned.needs))
            here = members.filter(organisation=membership.organisation).exclude(pk=membership.pk)
            people = Person.objects.filter(pk__in=here.values("person")).order_by("name", "pk")
            self.fields[one.owned.key] = forms.ModelChoiceField(
                people, required=False, label="Give all of them to", empty_label="Nobody for now"
            )
            for row in one.rows:
                self.fields[f"{one.owned.key}-{row.pk}"] = forms.ModelChoiceField(
                    people, required=False, label=str(row), empty_label="As above"
                )

    @property
    def sections(self) -> list[tuple[str, forms.BoundField, list[tuple[Any, forms.BoundField]]]]:
        """Title, the choice for all, and each row with its own."""
        return [
            (
                one.owned.title,
                self[one.owned.key],
                [(row, self[f"{one.owned.key}-{row.pk}"]) for row in one.rows],
            )
            for one in self.kinds
        ]

    @property
    def heirs(self) -> dict[tuple[str, int], Person]:
        """Kind and row → who takes it over."""
        found = {}
        for one in self.kinds:
            for row in one.rows:
                own = self.cleaned_data[f"{one.owned.key}-{row.pk}"] or self.cleaned_data[one.owned.key]
                if own is not None:
                    found[one.owned.key, row.pk] = own
        return found


class GroupForm(VersionedForm):
    """A group’s name, kind and people. Those from elsewhere can be left out here; they come in on a page of their
    own.
    """

    people = ManyOf(
        Person.objects.none(), required=False, widget=forms.CheckboxSelectMultiple, label="Who belongs to it?"
    )

    class Meta:
        model = Group
        fields = ("name", "kind", "people")
        widgets = {"kind": forms.RadioSelect}

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = Membership.objects.listed().filter(organisation=organisation).values("person")
        within = Q(pk__in=listed)
        if self.instance.pk:
            within |= Q(pk__in=GroupMembership.objects.filter(group=self.instance).values("person"))
        fields: dict[str, Any] = self.fields
        fields["people"].queryset = Person.objects.filter(within).order_by("name")
        # Sources are made by bringing lessons in; one stays a source when it gets another name.
        is_source = self.instance.kind == Group.Kind.SOURCE
        kinds = [choice for choice in Group.Kind.choices if (choice[0] == Group.Kind.SOURCE) == is_source]
        fields["kind"].choices = kinds
        if self.instance.pk is None:
            del fields["version"]
        self.instance.organisation = organisation

    def validate_constraints(self) -> None:
        """Names are compared by the action, which knows about two people doing it at once."""


class SettingsForm(VersionedForm):
    """Name, kind, logo, incident system, time zone, and working with other organisations."""

    SETTINGS = (
        "name",
        "kind",
        "incident_name",
        "incident_url",
        "time_zone",
        "admits_outsiders",
        "lends_members",
        "asks_second_step",
        "leads_invite",
    )

    logo_file = forms.FileField(
        label="Logo",
        required=False,
        help_text="A PNG, JPEG or WebP picture of at most 2 MB. It appears at the top of every page.",
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )
    remove_logo = forms.BooleanField(label="Remove the logo", required=False)
    incident_url = forms.URLField(
        assume_scheme="https",
        required=False,
        max_length=500,
        label="What is its web address?",
        help_text="“Report an incident” on every page leads there.",
    )

    class Meta:
        model = Organisation
        fields = (
            "name",
            "kind",
            "logo_file",
            "remove_logo",
            "incident_name",
            "incident_url",
            "time_zone",
            "admits_outsiders",
            "lends_members",
            "asks_second_step",
            "leads_invite",
        )
        labels = {
            "incident_name": "What is your incident system called?",
            "time_zone": "Time zone",
            "admits_outsiders": _("People from other organisations may join our groups"),
            "lends_members": _("Our people may join groups of other organisations"),
            "asks_second_step": _("Administrators and KM leads need a second step to sign in"),
            "leads_invite": _("KM leads may invite readers and contributors"),
        }
        help_texts = {
            "incident_name": "For example, Datix.",
            "admits_outsiders": _("They read what the group shares. You let each of them in yourself."),
            "lends_members": _("They read what that group shares, and nothing of ours is shown to the others."),
            "asks_second_step": "A code from an app or a passkey. Whoever has none yet is led to set it up.",
            "leads_invite": "Other roles, changing and removing stay with you.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].widget = forms.Select(choices=_time_zones(self.instance.time_zone))
        if not self.instance.logo:
            del self.fields["remove_logo"]

    def clean_logo_file(self) -> bytes | None:
        upload: UploadedFile | None = self.cleaned_data["logo_file"]
        return picture(upload) if upload else None

    @property
    def opens_up(self) -> bool:
        """Whether others get in more easily than before: what nobody may do at somebody else’s open screen."""
        before, after = self.initial, self.cleaned_data
        is_wider = any(
            after[name] and not before[name] for name in ("admits_outsiders", "lends_members", "leads_invite")
        )
        return is_wider or (before["asks_second_step"] and not after["asks_second_step"])

    def ask_for_the_logo_again(self) -> None:
        """A browser forgets a file that was chosen when the form comes back, so somebody has to be told."""
        if self.cleaned_data.get("logo_file"):
            self.add_error("logo_file", "Choose the logo again. Browsers do not keep a file when a form comes back.")

    def wanted(self) -> dict[str, Any]:
        """What was written, for the action: ``logo`` is None where it stays as it is, and empty where it goes."""
        logo = b"" if self.cleaned_data.get("remove_logo") else None
        return {
            **{name: self.cleaned_data[name] for name in self.SETTINGS},
            "logo": self.cleaned_data.get("logo_file") or logo,
        }


class WordsForm(forms.Form):
    """What the words of the domain are called here, three boxes for each. Empty: as we call it."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    mark_optional = False
    PARTS = ("one", "many", "a")

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for word in WORDS:
            kept = dict(zip(self.PARTS, organisation.words.get(word.key, ()), strict=False))
            labels = {"one": "One", "many": "Several", "a": "One, with its article"}
            for part in self.PARTS:
                self.fields[f"{word.key}_{part}"] = LineField(
                    required=False,
                    max_length=LONGEST,
                    label=format_html('{}<span class="km-hide"> ({})</span>', labels[part], getattr(word.usual, part)),
                    initial=kept.get(part, ""),
                    help_text=f"We say: {getattr(word.usual, part)}",
                )

    def clean(self) -> dict[str, Any]:
        """Find what is wrong with the words as a whole."""
        values = super().clean() or {}
        for key, problem in find_problems(self._typed(values)):
            self.add_error(f"{key}_one", problem)
        return values

    def _typed(self, values: Mapping[str, Any]) -> dict[str, Forms]:
        """The words of which anything was typed. The article is ours to add where nobody wrote it."""
        found = {}
        for word in WORDS:
            one, many, a = (values.get(f"{word.key}_{part}", "") for part in self.PARTS)
            if (one or many or a) and Forms(one, many, a) != word.usual:
                found[word.key] = Forms(one, many, a or (f"{article_of(one)} {one}" if one else ""))
        return found

    def words(self) -> dict[str, list[str]]:
        """What was chosen, as an organisation keeps it."""
        return {key: list(forms) for key, forms in self._typed(self.cleaned_data).items()}

    def rows(self) -> list[dict[str, Any]]:
        """The boxes of each word, with the sentence that shows it in use."""
        typed = self._typed(getattr(self, "cleaned_data", None) or self.initial_words())
        rows = []
        for word in WORDS:
            fields = [self[f"{word.key}_{part}"] for part in self.PARTS]
            called = typed.get(word.key)
            said = called or word.usual
            rows.append(
                {
                    "usual": word.usual.one,
                    "called": called.one if called else "",
                    "fields": fields,
                    "is_open": any(field.errors for field in fields),
                    "example": f"{capital(said.a)}. All {said.many}. This {said.one}.",
                }
            )
        return rows

    def initial_words(self) -> dict[str, str]:
        """What stands in the boxes before anybody types."""
        return {name: field.initial for name, field in self.fields.items() if name != "version"}


def picture(upload: UploadedFile) -> bytes:
    """The upload as a small PNG drawn anew, so that nothing hidden in the file (place, scripts) is kept.

    Raises ``ValidationError`` when it is too large or no picture, whatever its name says.
    """
    if (upload.size or 0) > LOGO_LIMIT:
        raise ValidationError("The picture is larger than 2 MB. Choose a smaller one.")
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # WeasyPrint, where it was imported, turns it on for the whole process
    try:
        with Image.open(upload, formats=("PNG", "JPEG", "WEBP")) as image:
            if image.width * image.height > 20_000_000:
                raise ValidationError("The picture has too many pixels. Choose a smaller one.")
            image.load()
            drawn = image.convert("RGBA")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError):
        raise ValidationError("This file is not a PNG, JPEG or WebP picture.") from None
    drawn.thumbnail(LOGO_BOX)
    out = io.BytesIO()
    drawn.save(out, "PNG", optimize=True)
    return out.getvalue()


class AccountForm(forms.Form):
    """One’s own name."""

    name = LineField(
        label="Your name",
        max_length=120,
        help_text=_("Colleagues see it next to actions and in lists."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


class TokenForm(forms.ModelForm):
    """A new access token: what for, what it may do, for how long."""

    days = forms.TypedChoiceField(
        coerce=int,
        initial=90,
        choices=[(7, "A week"), (30, "A month"), (90, "Three months"), (365, "A year")],
        label="How long does it last?",
    )
    once = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput, required=False)

    class Meta:
        model = AccessToken
        fields = ("name", "scope")
        labels = {"name": "What is it for?", "scope": "What may it do?"}
        help_texts = {"name": "For example, the weekly report of the library."}
        widgets = {"scope": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["scope"].choices = AccessToken.Scope.choices


class JoinForm(forms.Form):
    """Name and password of somebody who comes by an invitation and has no account yet."""

    name = LineField(label="Your name", max_length=120)
    password = forms.CharField(
        label="Choose a password",
        strip=False,
        help_text="At least 12 characters. Three unrelated words work well.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email
        self.fields["name"].widget.attrs["autocomplete"] = "name"

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        person = Person(email=self.email, name=self.cleaned_data.get("name", ""))
        password_validation.validate_password(password, person)
        return password


class PasswordForm(forms.Form):
    """A new password of somebody who has an account."""

    password = forms.CharField(
        label="Choose a password",
        strip=False,
        help_text="At least 12 characters. Three unrelated words work well.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        password_validation.validate_password(password, self.person)
        return password


class OutsiderForm(forms.Form):
    """Somebody of another organisation who is to belong to a group."""

    email = EmailField(label="Their e-mail address", help_text="The one with which they sign in.")
    is_guest = forms.BooleanField(
        label="As a guest", required=False, help_text=_("They read and take part, but are no member of the group.")
    )
