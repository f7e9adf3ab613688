"""Filters of the plan: one set for page and API."""

from datetime import date
from typing import Any

import django_filters

from organisations.models import Membership
from roadmap.models import Area, Intervention, InterventionQuerySet, Step


class InterventionFilter(django_filters.FilterSet):
    """Which interventions of a plan. ``area`` serves that area, ``late=1`` is short for ``which=late``.

    Needs the member who reads and the day. A page passes over what makes no sense (``qs`` uses the fields that are
    sound); the API refuses it.
    """

    WHICH = (
        ("late", "Late"),
        ("late_to_begin", "Late to begin"),
        ("no_owner", "Without an owner"),
        ("no_date", "Without a date"),
        ("soon", "The next 30 days"),
        ("due", "Should be done by now"),
        ("counted", "All but what was dropped"),
    )

    step = django_filters.ChoiceFilter(choices=Step.choices)
    state = django_filters.ChoiceFilter(choices=Intervention.State.choices)
    owner = django_filters.NumberFilter(field_name="owner_id", min_value=1, max_value=2**31)
    area = django_filters.ChoiceFilter(choices=Area.choices, method="filter_area")
    late = django_filters.BooleanFilter(method="filter_late")
    which = django_filters.ChoiceFilter(choices=WHICH, method="filter_which")
    mine = django_filters.BooleanFilter(method="filter_mine")

    class Meta:
        model = Intervention
        fields = ("step", "state", "owner", "area", "late", "which", "mine")

    def __init__(self, *args: Any, membership: Membership, on: date, **kwargs: Any) -> None:
        self.membership, self.on = membership, on
        super().__init__(*args, **kwargs)

    def filter_area(self, queryset: InterventionQuerySet, name: str, value: str) -> InterventionQuerySet:
        """Areas are a list of words that are no part of each other, so the text of the column tells on any database."""
        return queryset.filter(areas__icontains=f'"{value}"')

    def filter_late(self, queryset: InterventionQuerySet, name: str, value: bool) -> InterventionQuerySet:
        return queryset.late(on=self.on) if value else queryset

    def filter_which(self, queryset: InterventionQuerySet, name: str, value: str) -> InterventionQuerySet:
        match value:
            case "late":
                return queryset.late(on=self.on)
            case "late_to_begin":
                return queryset.late_to_begin(on=self.on)
            case "no_owner":
                return queryset.without_owner()
            case "no_date":
                return queryset.without_dates()
            case "due":
                return queryset.due(on=self.on)
            case "counted":
                return queryset.counted()
        return queryset.soon(on=self.on)

    def filter_mine(self, queryset: InterventionQuerySet, name: str, value: bool) -> InterventionQuerySet:
        return queryset.filter(owner=self.membership.person_id) if value else queryset
