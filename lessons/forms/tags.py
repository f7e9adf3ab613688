"""Forms for who looks after tags."""

from django import forms

from kmportal.lib.forms import LineField


class RenameForm(forms.Form):
    """Another name for a tag."""

    name = LineField(
        label="What is it called?",
        max_length=80,
        help_text="Whoever types the old name gets this one.",
        error_messages={"required": "Say what it is called"},
    )


class ReplaceForm(forms.Form):
    """Another tag in its place."""

    name = LineField(
        label="Which tag takes its place?",
        max_length=80,
        help_text="The name of a tag that is in use.",
        error_messages={"required": "Say which tag takes its place"},
    )
