"""Filters of the audit trail: one set for page and CSV."""

import django_filters

from organisations.models import AuditEntry


class TrailFilter(django_filters.FilterSet):
    """Which part of the trail to read: what one person did, what was done to things of one kind."""

    person = django_filters.NumberFilter(field_name="actor_id", min_value=1, max_value=2**31)
    kind = django_filters.CharFilter(max_length=40)

    class Meta:
        model = AuditEntry
        fields = ("person", "kind")
