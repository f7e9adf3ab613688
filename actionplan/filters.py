"""Filters of the list of actions: one set for page, CSV and API."""

from datetime import date
from typing import Any

import django_filters
from django.core.exceptions import ValidationError
from django.db.models import Q

from actionplan.models import Action, ActionQuerySet
from actionplan.weeks import last_of_week
from organisations.models import Membership

MINE, ALL, DONE = "mine", "all", "done"
NOBODY, GUESTS = "nobody", "guests"


def _check_owner(value: str) -> None:
    """The key of a person, ``nobody`` or ``guests``."""
    is_key = value.isascii() and value.isdecimal() and len(value) < 10
    if value not in {NOBODY, GUESTS} and not is_key:
        raise ValidationError("Name a person by number, or say nobody or guests.")


class ActionFilter(django_filters.FilterSet):
    """``show`` whose (mine, all, done), ``owner``, ``when`` it is due; ``late=1`` is short for ``when=late``.

    Needs the member who reads, the day, and what is shown when nothing is asked for. A page passes over what makes no
    sense (``qs`` uses the fields that are sound); the API refuses it (``is_valid``).
    """

    WHEN = (
        ("late", "Late"),
        ("week", "The next seven days"),
        ("later", "Later"),
        ("none", "No date yet"),
    )

    show = django_filters.ChoiceFilter(choices=[(MINE, "Mine"), (ALL, "Everybody’s"), (DONE, "Done")])
    owner = django_filters.CharFilter(validators=[_check_owner])
    when = django_filters.ChoiceFilter(choices=WHEN)
    late = django_filters.CharFilter()

    class Meta:
        model = Action
        fields = ("show", "owner", "when", "late")

    def __init__(self, *args: Any, membership: Membership, on: date, show: str = ALL, **kwargs: Any) -> None:
        self.membership, self.on, self.show_by_default = membership, on, show
        super().__init__(*args, **kwargs)

    @property
    def chosen(self) -> dict[str, str]:
        """The filters that hold, as texts; an empty one chooses nothing."""
        found = self.form.cleaned_data if self.is_bound and self.errors is not None else {}
        when = "late" if found.get("late") else found.get("when") or ""
        return {
            "show": found.get("show") or self.show_by_default,
            "owner": found.get("owner") or "",
            "when": when,
        }

    def filter_queryset(self, queryset: ActionQuerySet) -> ActionQuerySet:
        """The rows that the filters leave, in the order of the list: the soonest first, what is over the latest
        first.
        """
        chosen = self.chosen
        rows = queryset.over() if chosen["show"] == DONE else queryset.open().by_day()
        if chosen["show"] == MINE:
            rows = rows.owned_by(self.membership.person)
        elif chosen["owner"]:
            rows = rows.filter(_owner_condition(chosen["owner"]))
        if chosen["when"] and chosen["show"] != DONE:
            rows = rows.filter(_due_condition(chosen["when"], self.on))
        return rows


def _owner_condition(owner: str) -> Q:
    if owner == NOBODY:
        return Q(owner=None, guest_name="")
    if owner == GUESTS:
        return Q(owner=None) & ~Q(guest_name="")
    return Q(owner=int(owner))


def _due_condition(when: str, on: date) -> Q:
    last = last_of_week(on)
    return {
        "late": Q(due_on__lt=on),
        "week": Q(due_on__gte=on, due_on__lte=last),
        "later": Q(due_on__gt=last),
        "none": Q(due_on=None),
    }[when]
