"""What people fill in about sessions: the plan, whom to invite, the name of a guest, a note."""

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import ngettext

from kmportal.lib.addresses import read_addresses
from kmportal.lib.domain_words import worded
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.forms import DateField, LineField, ManyOf, MomentField, OnceField, hinted
from kmportal.lib.naming import AboutPeople
from organisations.models import Group, Membership, Organisation, Person
from organisations.permissions import Permission
from roadmap.models import Intervention
from techniques.circling import FEWEST_CHAIRS, MOST_CHAIRS
from techniques.confidentiality import CHOICES, HINTS, Confidentiality, Naming, naming_hints
from techniques.labels import IN_FORM
from techniques.models import Bowl, Length, Participant, Session, Side, Technique

# What people are promised before they write.
PROMISES = ("naming", "confidentiality")
# Further away than this is a slip of the pen.
FURTHEST = timedelta(days=3 * 366)
GUESTS_AT_ONCE = 200


class SessionForm(AboutPeople, forms.ModelForm):
    """The plan of a session with one technique."""

    about_people = (
        "title",
        "purpose",
    )
    once = OnceField()
    was_held = forms.BooleanField(
        required=False,
        label="It was held already",
        help_text="Then you write down at once what came out of it.",
    )

    circle_kind = forms.ChoiceField(
        choices=Bowl.Kind.choices, required=False, label="Which form of fishbowl?", widget=forms.RadioSelect
    )
    circle_chairs = forms.TypedChoiceField(
        choices=[(number, str(number)) for number in range(FEWEST_CHAIRS, MOST_CHAIRS + 1)],
        coerce=int,
        required=False,
        label="How many chairs are in the inner circle?",
        help_text="With the one that stays empty. Few chairs make a lively talk.",
    )

    class Meta:
        model = Session
        fields = (
            "title", "length", "purpose", "starts_at", "place_kind", "place", "facilitator", "intervention", "group",
            "naming", "confidentiality", "version",
        )  # fmt: skip
        field_classes = {"starts_at": MomentField}
        labels = {
            "title": "What is it about?",
            "length": "How long?",
            "purpose": "What do you want to find out?",
            "starts_at": "When?",
            "place_kind": "Where do people meet?",
            "place": "Place or link",
            "facilitator": "Who leads it?",
            "intervention": _("Which intervention is it part of?"),
            "group": _("Which group is it for?"),
            "naming": "What stands beside a note?",
            "confidentiality": "What is kept?",
        }
        help_texts = {
            "title": "A few words, for example: Opening of the winter ward",
            "place": "For example, Seminar room 2, or the address of the video call",
        }
        widgets = {
            "length": forms.RadioSelect,
            "place_kind": forms.RadioSelect,
            "naming": forms.RadioSelect,
            "confidentiality": forms.RadioSelect,
            "purpose": forms.Textarea({"rows": "3"}),
            "version": forms.HiddenInput,
        }

    def __init__(self, *args: Any, organisation: Organisation, technique: Technique, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["length"].choices = hinted(
            Length.choices, {length: minutes_in_words(technique.minutes.of(length)) for length in Length}
        )
        fields["place_kind"].choices = Session.Place.choices
        # People are promised it at the door, so a plan without it means what the technique means.
        fields["naming"].choices = hinted(Naming.choices, naming_hints(has_claims=technique.has_claims))
        own = Confidentiality(self.instance.confidentiality) if self.instance.pk else technique.confidentiality
        keeping = [one for one in Confidentiality if one in CHOICES or one is own]
        fields["confidentiality"].choices = hinted(
            [(one.value, one.label) for one in keeping], {one.value: HINTS.get(one, one.keeping) for one in keeping}
        )
        for name in ("naming", "confidentiality"):
            fields[name].required = False
        if self.instance.pk is None:
            self.initial.setdefault("confidentiality", own)
        fields["facilitator"].queryset = who_may_lead(organisation)
        fields["facilitator"].required = True
        fields["facilitator"].empty_label = None
        fields["version"].required = False
        plans = Intervention.objects.filter(programme__organisation=organisation).select_related("programme")
        self._offer("intervention", plans, worded("No intervention"))
        self._offer("group", Group.objects.choosable(organisation, kept=self.instance.group_id), worded("No group"))
        if self.instance.pk is not None:
            del self.fields["was_held"]
        self._offer_circle(technique)

    def _offer_circle(self, technique: Technique) -> None:
        """The form of a fishbowl and its chairs, where the technique has an inner circle."""
        if not technique.has_circle:
            del self.fields["circle_kind"], self.fields["circle_chairs"]
            return
        bowl = (Bowl.objects.filter(session=self.instance.pk).first() if self.instance.pk else None) or Bowl()
        fields: dict[str, Any] = self.fields
        fields["circle_kind"].choices = hinted(Bowl.Kind.choices, IN_FORM)
        self.initial.update(circle_kind=bowl.kind, circle_chairs=bowl.chairs)
        self.order_fields(["title", "length", "circle_kind", "circle_chairs"])

    def _offer(self, name: str, queryset: Any, nothing: str) -> None:
        """Offer the choices of this organisation; a question without any choice is not asked."""
        field: Any = self.fields[name]
        field.queryset, field.empty_label = queryset, nothing
        if not queryset.exists():
            del self.fields[name]

    def clean_starts_at(self) -> Any:
        starts_at = self.cleaned_data["starts_at"]
        if starts_at < timezone.now() - FURTHEST:
            raise ValidationError("Check the year, because this was more than three years ago")
        if starts_at > timezone.now() + FURTHEST:
            raise ValidationError("Check the year, because this is more than three years away")
        return starts_at

    def clean(self) -> dict[str, Any]:
        """What lies in the past was held, and what was held lies in the past."""
        values = super().clean() or {}
        starts_at, was_held = values.get("starts_at"), values.get("was_held", False)
        if starts_at is None:
            return values
        if timezone.localdate(starts_at) < timezone.localdate() and not was_held:
            sentence = "This date has passed. Choose today or a later date"
            if "was_held" in self.fields:
                sentence += ", or tick “It was held already”"
            self.add_error("starts_at", sentence)
        elif was_held and starts_at > timezone.now():
            self.add_error("starts_at", "This has not happened yet. Choose an earlier moment, or take the tick away")
        return values

    def validate_constraints(self) -> None:
        """Codes and the like are looked after by the action."""

    @property
    def wanted(self) -> dict[str, Any]:
        """What the action is told."""
        left_out = {"once", "version", "was_held", "circle_kind", "circle_chairs"}
        left_out.update(name for name in PROMISES if not self.cleaned_data.get(name))
        values = {name: value for name, value in self.cleaned_data.items() if name not in left_out}
        kind, chairs = self.cleaned_data.get("circle_kind"), self.cleaned_data.get("circle_chairs")
        return {**values, "circle": (kind, chairs)} if kind and chairs else values


def who_may_lead(organisation: Organisation) -> Any:
    """Everybody whose role allows them to lead sessions here."""
    leads = Membership.objects.current().may(Permission.FACILITATE).filter(organisation=organisation)
    return Person.objects.filter(pk__in=leads.values("person")).order_by("name", "pk")


class InviteForm(forms.Form):
    """Whom to invite: members by ticking, others by their addresses."""

    mark_optional = False

    people = ManyOf(Person.objects.none(), required=False, widget=forms.CheckboxSelectMultiple, label="Members")
    addresses = forms.CharField(
        required=False,
        max_length=20_000,
        label="Other people",
        help_text="E-mail addresses, one per line or separated by commas. These people do not need an account.",
        widget=forms.Textarea({"rows": "4"}),
    )

    def __init__(self, *args: Any, session: Session, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = Membership.objects.current().filter(organisation=session.organisation_id)
        asked = session.invitees.filter(person__isnull=False).values("person")
        self.members = Person.objects.filter(pk__in=members.values("person"))
        people: Any = self.fields["people"]
        people.queryset = self.members.exclude(pk__in=asked).order_by("name", "pk")
        if not people.queryset.exists():
            del self.fields["people"]

    def clean_addresses(self) -> dict[str, str]:
        pasted = read_addresses(self.cleaned_data["addresses"])
        if pasted.bad and not pasted.found:
            named = ", ".join(f"“{piece[:60]}”" for piece in pasted.bad[:5])
            raise ValidationError(f"This is not an e-mail address: {named}. Correct it or remove it")
        if len(pasted.found) > GUESTS_AT_ONCE:
            raise ValidationError(
                f"You have entered {len(pasted.found)} addresses. Invite at most {GUESTS_AT_ONCE} at a time"
            )
        self.cleaned_data["bad"] = pasted.bad
        return pasted.found

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if self.errors:
            return values
        if not values.get("people") and not values["addresses"]:
            raise ValidationError("Tick somebody or enter an address")
        # An address of a member stands for the member
        members = {person.email.lower(): person for person in self.members.filter(email__in=values["addresses"])}
        values["guests"] = {email: name for email, name in values["addresses"].items() if email not in members}
        values["asked"] = list({*values.get("people", ()), *members.values()})
        return values


class AttendanceForm(forms.Form):
    """Who was there without joining: members by ticking, others as a number."""

    mark_optional = False

    people = ManyOf(Person.objects.none(), required=False, widget=forms.CheckboxSelectMultiple, label="Members")
    others = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=500,
        label="How many others?",
        help_text="People without an account. Leave it empty if there was nobody else.",
        widget=forms.NumberInput({"class": "govuk-input--width-4", "inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, session: Session, **kwargs: Any) -> None:
        here = Participant.objects.filter(session=session).here()
        noted = here.noted()
        named = noted.exclude(person=None).values_list("person", flat=True)
        initial = {"others": noted.filter(person=None).count() or None, "people": list(named)}
        super().__init__(*args, **{"initial": initial, **kwargs})
        fields: dict[str, Any] = self.fields
        members = Membership.objects.current().filter(organisation=session.organisation_id).values("person")
        asked = Person.objects.filter(Q(pk__in=members) | Q(pk__in=noted.values("person")))
        joined = here.joined().exclude(person=None).values("person")
        fields["people"].queryset = asked.exclude(pk__in=joined).order_by("name", "pk")
        if not Confidentiality(session.confidentiality).keeps_who_came:
            del self.fields["people"]
            self.fields["others"].label = "How many people were there?"
            self.fields["others"].help_text = "Who they were is not kept, as it was promised."
        elif not fields["people"].queryset.exists():
            del self.fields["people"]


class CodeForm(forms.Form):
    """The code that somebody reads off a screen."""

    code = forms.CharField(
        label="Code",
        max_length=40,
        help_text="Six letters or numbers, for example RNK\u00a04G7",
        error_messages={"required": "Enter the code that you see on the screen or in the invitation"},
        widget=forms.TextInput(
            {
                "class": "govuk-input--width-10",
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
            }
        ),
    )


class NameForm(forms.Form):
    """Who comes in as a guest. ``key`` makes a second sending of the same form the same guest."""

    name = LineField(
        label="Your name",
        max_length=60,
        error_messages={"required": _("Enter your name, so that the facilitator knows who is here")},
        widget=forms.TextInput({"class": "govuk-input--width-20", "autocomplete": "given-name"}),
    )
    side = forms.ChoiceField(
        choices=Side.choices,
        label="On which side are you?",
        help_text="The home team asks for help, and the visitors give it.",
        widget=forms.RadioSelect,
        error_messages={"required": "Say on which side you are"},
    )
    key = forms.RegexField(r"[A-Za-z0-9_-]{32}", widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, session: Session, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        help_text = {
            Naming.ANONYMOUS: worded("A first name is enough. Only the facilitator sees it, and never beside a note."),
            Naming.ALIAS: "Any name that you like. Everybody sees it beside your notes.",
            Naming.NAMES: "Everybody sees it beside your notes.",
        }
        self.fields["name"].help_text = help_text[Naming(session.naming)]
        if session.has_circle and session.naming == Naming.ANONYMOUS:
            shown = "A first name is enough. It stands on the screens while you have a chair, and never beside a note."
            self.fields["name"].help_text = shown
        if session.takes_alias:
            self.fields["name"].label = "Your name in this room"
        if not session.has_sides:
            del self.fields["side"]


class NoteForm(forms.Form):
    """A note on its way in. What its words must be like is the action’s business."""

    client_id = forms.UUIDField(error_messages={"required": "Reload the page and send the note again"})
    stage = forms.CharField(max_length=60)
    column = forms.CharField(max_length=60)
    text = forms.CharField(required=False, strip=False, max_length=100_000)
    promised_by = forms.CharField(required=False, max_length=1000)
    due_on = DateField(required=False)

    @property
    def why_not(self) -> str:
        """What is wrong, for whoever wrote it; nothing they can help but the day is."""
        problem = "This note could not be read. Reload the page and write it again."
        return str(self.errors["due_on"][0]) if set(self.errors) == {"due_on"} else problem


def minutes_in_words(minutes: int) -> str:
    """“15 minutes”, “1 hour”, “3 hours 30 minutes”."""
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} {ngettext('hour', 'hours', hours)}"] if hours else []
    parts += [f"{rest} {ngettext('minute', 'minutes', rest)}"] if rest or not hours else []
    return " ".join(parts)
