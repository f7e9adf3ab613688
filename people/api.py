"""The people finder by the API: who wants to be asked, as the page lists them. Nothing can be written this way."""

from typing import Any

from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kmportal.lib.model_fields import key_of_name
from kmportal.lib.pagination import page_number
from organisations.api import MemberViewSet, PersonField
from people.finding import Wanted, find_people
from people.models import Profile


class ProfileSerializer(serializers.Serializer[Any]):
    """What somebody can be asked about, and how. ``away_until``: the last day on which they are not there."""

    id = serializers.IntegerField(source="pk")
    person = PersonField()
    asked_about = serializers.ListField(child=serializers.CharField())
    site = serializers.CharField()
    staff_group = serializers.CharField()
    languages = serializers.CharField()
    how_to_ask = serializers.CharField()
    away_until = serializers.DateField(source="away_until_on", allow_null=True)
    url = serializers.CharField(source="get_absolute_url")


class FoundSerializer(serializers.Serializer[Any]):
    """A page of people. ``instead``: nothing was found for what was typed, and this is what was found for it."""

    count = serializers.IntegerField()
    more = serializers.BooleanField()
    page = serializers.IntegerField()
    instead = serializers.CharField()
    results = ProfileSerializer(many=True)


class PeopleViewSet(MemberViewSet):
    """Everybody here who wants to be found."""

    serializer_class = FoundSerializer
    pagination_class = None

    @extend_schema(
        parameters=[
            OpenApiParameter("q", str, description="A name, a topic, any words"),
            OpenApiParameter("site", str, description="Where they work, as they write it"),
            OpenApiParameter("staff_group", str, enum=Profile.StaffGroup.values),
            OpenApiParameter("page", int),
        ],
        responses=forced_singular_serializer(FoundSerializer),
    )
    def list(self, request: Request, slug: str) -> Response:
        """Find people."""
        asked = request.query_params
        wanted = Wanted(
            text=asked.get("q", "").strip(),
            site_key=key_of_name(asked.get("site", "")),
            staff_group=asked.get("staff_group", ""),
        )
        found = find_people(self.membership, wanted, page=page_number(asked))
        values = {
            "count": found.page.count,
            "more": found.page.more,
            "page": found.page.number,
            "instead": found.instead,
            "results": found.profiles,
        }
        return Response(self.get_serializer(values).data)
