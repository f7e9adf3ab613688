"""Filters of the list of actions: one set for page, CSV and API."""

from datetime import date
from typing import Any

import django_filters
from django.core.exceptions import ValidationError
from django.db.models import Q

from actionplan.models import Action, ActionQuerySet
from actionplan.weeks import last_of_week
from kmportal.lib.days import YEAR
from organisations.models import Membership

MINE, ALL, DONE, YEAR_BACK = "mine", "all", "done", "year"
ON_TIME = "on_time"
NOBODY, GUESTS = "nobody", "guests"


def _check_owner(value: str) -> None:
    """The key of a person, ``nobody`` or ``guests``."""
    is_key = value.isascii() and value.isdecimal() and len(value) < 10
    if value not in {NOBODY, GUESTS} and not is_key:
        raise ValidationError("Name a person by number, or say nobody or guests.")


class ActionFilter(django_filters.FilterSet):
    """``show`` whose (mine, all, done), ``owner``, ``when`` it is due; ``late=1`` is short for ``when=late``.

    ``show=year`` is what was promised for the past year, done or not, and ``when=on_time`` of it what was done in time.

    Needs the member who reads, the day, and what is shown when nothing is asked for. A page passes over what makes no
    sense (``qs`` uses the fields that are sound); the API refuses it (``is_valid``).
    """

    WHEN = (
        ("late", "Late"),
        ("week", "The next seven days"),
        ("later", "Later"),
        ("none", "No date yet"),
    )
    SHOW = ((MINE, "Mine"), (ALL, "Everybody’s"), (DONE, "Done"), (YEAR_BACK, "Due in the past year"))

    show = django_filters.ChoiceFilter(choices=SHOW)
    owner = django_filters.CharFilter(validators=[_check_owner])
    when = django_filters.ChoiceFilter(choices=[*WHEN, (ON_TIME, "Done in time")])
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
        rows = self._shown(queryset, chosen["show"])
        if chosen["show"] == MINE:
            rows = rows.owned_by(self.membership.person)
        elif chosen["owner"]:
            rows = rows.filter(_owner_condition(chosen["owner"]))
        if chosen["when"] == ON_TIME:
            return rows.on_time()
        if chosen["when"] and chosen["show"] in (MINE, ALL):
            rows = rows.filter(_due_condition(chosen["when"], self.on))
        return rows

    def _shown(self, queryset: ActionQuerySet, show: str) -> ActionQuerySet:
        if show == DONE:
            return queryset.over()
        if show == YEAR_BACK:
            return queryset.owed(on=self.on, since=self.on - YEAR).order_by("-due_on", "-pk")
        return queryset.open().by_day()


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
