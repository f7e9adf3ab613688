"""How many people have to check a lesson."""

from typing import Any

from django import forms

from kmportal.lib.domain_words import worded
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.sentences import quoted
from lessons.models import MOST_CHECKS, Tag, Theme
from organisations.models import Membership

ALL = ""


class CheckRuleForm(forms.Form):
    """For all lessons, or for those with one tag or of one theme. Cleaned: ``minimum``, and ``tag`` or ``theme``."""

    which = forms.ChoiceField(required=False, label=_("For which lessons?"))
    minimum = forms.IntegerField(
        min_value=1,
        max_value=MOST_CHECKS,
        initial=2,
        label=_("How many people have to check each of them?"),
        error_messages={"required": "Say how many"},
    )

    mark_optional = False

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tags = Tag.objects.filter(organisation=membership.organisation_id)
        themes = Theme.objects.visible_to(membership).in_use().select_related("theme_set")
        self._rows: dict[str, Tag | Theme] = {f"tag-{tag.pk}": tag for tag in tags}
        by_set: dict[str, list[tuple[str, str]]] = {}
        for theme in themes:
            self._rows[f"theme-{theme.pk}"] = theme
            by_set.setdefault(theme.theme_set.name, []).append((f"theme-{theme.pk}", f"Theme {quoted(theme)}"))
        tagged = [(key, f"Tag {quoted(row)}") for key, row in self._rows.items() if isinstance(row, Tag)]
        choices: list[Any] = [(ALL, worded("All lessons"))]
        choices += [("Those with the tag", tagged)] if tagged else []
        choices += [(f"Those of the theme, {name}", listed) for name, listed in by_set.items()]
        field: Any = self.fields["which"]
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        """The chosen tag or theme in the place of its key."""
        values = super().clean() or self.cleaned_data
        row = self._rows.get(values.pop("which", ALL))
        return {
            **values,
            "tag": row if isinstance(row, Tag) else None,
            "theme": row if isinstance(row, Theme) else None,
        }
