"""The one search by the API: the same index, the same visible rows, the same filters as the page."""

from typing import Any

from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kmportal.lib.pagination import page_number
from organisations.api import MemberViewSet
from search import facets
from search.filters import FACETS
from search.index import find

PER_PAGE = 20


class HitSerializer(serializers.Serializer[Any]):
    """One thing that was found. ``url`` is the address of its page in the portal."""

    kind = serializers.CharField()
    id = serializers.IntegerField(source="ident")
    title = serializers.CharField()
    url = serializers.CharField()
    state = serializers.CharField()
    subkind = serializers.CharField()
    source = serializers.CharField()
    year = serializers.IntegerField(allow_null=True)
    group = serializers.CharField(source="group_name")
    at = serializers.DateTimeField()


class FacetSerializer(serializers.Serializer[Any]):
    """One value to narrow down by, and how many there are; null where so much was found that it was not counted."""

    value = serializers.CharField()
    count = serializers.IntegerField(allow_null=True)


class ResultsSerializer(serializers.Serializer[Any]):
    """A page of what was found. ``more``: there are more than ``count``, which is exact up to a thousand."""

    count = serializers.IntegerField(source="total")
    more = serializers.BooleanField()
    page = serializers.IntegerField()
    did_you_mean = serializers.CharField(allow_null=True)
    facets = serializers.DictField(child=FacetSerializer(many=True))
    results = HitSerializer(many=True, source="hits")


class SearchViewSet(MemberViewSet):
    """Everything that this member may see."""

    serializer_class = ResultsSerializer
    pagination_class = None

    @extend_schema(
        parameters=[
            OpenApiParameter("q", str, description="Words, “phrases”, -without"),
            OpenApiParameter("order", str, enum=["best", "newest"]),
            OpenApiParameter("page", int),
            *(OpenApiParameter(name, str, many=True) for name in FACETS),
        ],
        responses=forced_singular_serializer(ResultsSerializer),
    )
    def list(self, request: Request, slug: str) -> Response:
        """Search."""
        results = find(
            self.membership,
            request.query_params.get("q", "").strip(),
            filters=facets.chosen(request.query_params, FACETS),
            facets=FACETS,
            order="newest" if request.query_params.get("order") == "newest" else "best",
            page=page_number(request.query_params),
            per_page=PER_PAGE,
        )
        counted = {
            name: [{"value": value, "count": count if results.is_counted else None} for value, count in values]
            for name, values in results.facets.items()
        }
        values = {
            "total": results.total,
            "more": results.more,
            "page": results.page,
            "did_you_mean": results.did_you_mean,
            "facets": counted,
            "hits": results.hits,
        }
        return Response(self.get_serializer(values).data)
