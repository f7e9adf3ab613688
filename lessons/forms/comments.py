"""The forms of comments: what somebody says beside a lesson, other words for it, and why one is hidden."""

from typing import Any

from django import forms

from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.forms import OnceField
from kmportal.lib.naming import AboutPeople
from lessons.models import LONGEST_COMMENT, LONGEST_REASON

EMPTY = {"required": "Write something first"}


class CommentForm(AboutPeople, forms.Form):
    """A comment, under its lesson."""

    about_people = ("text",)

    once = OnceField()
    text = forms.CharField(
        label=_("What do you want to say about this lesson?"),
        help_text="Whoever may read it here can read this, with your name. To tell somebody, write @ and their name",
        max_length=LONGEST_COMMENT,
        widget=forms.Textarea({"rows": 3}),
        error_messages=EMPTY,
    )

    def values(self) -> dict[str, Any]:
        """What ``write_comment`` takes."""
        return {name: self.cleaned_data[name] for name in ("text", "once")}


class CommentEditForm(AboutPeople, forms.Form):
    """Other words for one’s own."""

    about_people = ("text",)

    version = forms.IntegerField(widget=forms.HiddenInput)
    text = forms.CharField(
        label="Your words", max_length=LONGEST_COMMENT, widget=forms.Textarea({"rows": 5}), error_messages=EMPTY
    )


class HideCommentForm(AboutPeople, forms.Form):
    """Why somebody’s words are taken out of sight."""

    about_people = ("reason",)

    reason = forms.CharField(
        label="Why is it hidden?",
        help_text="Its writer is told",
        max_length=LONGEST_REASON,
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": "Say why it is hidden, so that its writer understands"},
    )
