"""Filters of the plan: one set for page and API."""

from datetime import date
from typing import Any

import django_filters

from roadmap.models import Area, Intervention, InterventionQuerySet, Step


class InterventionFilter(django_filters.FilterSet):
    """Which interventions of a plan. ``area`` serves that area, ``late=1`` those that are late on the day."""

    step = django_filters.ChoiceFilter(choices=Step.choices)
    state = django_filters.ChoiceFilter(choices=Intervention.State.choices)
    owner = django_filters.NumberFilter(field_name="owner_id", min_value=1, max_value=2**31)
    area = django_filters.ChoiceFilter(choices=Area.choices, method="filter_area")
    late = django_filters.BooleanFilter(method="filter_late")

    class Meta:
        model = Intervention
        fields = ("step", "state", "owner", "area", "late")

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        self.on = on
        super().__init__(*args, **kwargs)

    def filter_area(self, queryset: InterventionQuerySet, name: str, value: str) -> InterventionQuerySet:
        """Areas are a list of words that are no part of each other, so the text of the column tells on any database."""
        return queryset.filter(areas__icontains=f'"{value}"')

    def filter_late(self, queryset: InterventionQuerySet, name: str, value: bool) -> InterventionQuerySet:
        return queryset.late(on=self.on) if value else queryset
