"""Programmes and interventions by the API: read the plan, and change it as the pages do."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action as move
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from actionplan.api import ActionSerializer, NewActionSerializer
from kmportal.lib.api import AboutPeople, InWordsOfModel
from organisations.api import AllowedField, MemberChoice, MemberViewSet, PersonField
from roadmap import actions, policies
from roadmap.filters import InterventionFilter
from roadmap.models import Area, Effort, Intervention, InterventionQuerySet, Kind, Programme, ProgrammeQuerySet, Step


class ProgrammeSerializer(serializers.ModelSerializer[Programme]):
    """One programme."""

    lead = PersonField()
    sponsor = PersonField()
    allowed = AllowedField(policies.allowed_with_programme)

    class Meta:
        model = Programme
        fields = (
            "id",
            "name",
            "vision",
            "mission",
            "ambition",
            "lead",
            "sponsor",
            "starts_on",
            "ends_on",
            "is_current",
            "version",
            "allowed",
        )
        read_only_fields = fields


class InterventionSerializer(serializers.ModelSerializer[Intervention]):
    """One intervention, and what may be done with it."""

    owner = PersonField()
    kind = serializers.ChoiceField(choices=Kind.choices, allow_blank=True, read_only=True)
    effort = serializers.ChoiceField(choices=Effort.choices, allow_blank=True, read_only=True)
    allowed = AllowedField(policies.allowed)

    class Meta:
        model = Intervention
        fields = (
            "id",
            "programme",
            "step",
            "title",
            "summary",
            "owner",
            "starts_on",
            "ends_on",
            "state",
            "state_reason",
            "kind",
            "effort",
            "areas",
            "output",
            "version",
            "created_at",
            "allowed",
        )
        read_only_fields = fields


class _WordsSerializer(AboutPeople, InWordsOfModel, serializers.ModelSerializer[Intervention]):
    """What an intervention says about itself."""

    about_people: tuple[str, ...] = ("title", "summary", "output")
    step = serializers.ChoiceField(choices=Step.choices)
    owner = MemberChoice()
    areas = serializers.ListField(child=serializers.ChoiceField(choices=Area.choices), required=False)

    class Meta:
        model = Intervention
        fields: tuple[str, ...] = (
            "title",
            "summary",
            "step",
            "owner",
            "starts_on",
            "ends_on",
            "kind",
            "effort",
            "areas",
            "output",
        )


class PlanSerializer(_WordsSerializer):
    """What is planned. The same ``once`` a second time answers what it made the first time."""

    once = serializers.UUIDField(required=False)

    class Meta(_WordsSerializer.Meta):
        fields = (*_WordsSerializer.Meta.fields, "once")


class ChangeSerializer(_WordsSerializer):
    """What changes, the version that was read (``seen``), and why if a day moves. What is left out stays."""

    about_people = (*_WordsSerializer.about_people, "reason")
    seen = serializers.IntegerField()
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True)

    class Meta(_WordsSerializer.Meta):
        fields = (*_WordsSerializer.Meta.fields, "seen", "reason")

    def get_fields(self) -> dict[str, Any]:
        """Nothing but the version must be sent."""
        fields = super().get_fields()
        for name, field in fields.items():
            field.required = name == "seen"
        return fields


class StateSerializer(AboutPeople):
    """Where it stands, and why if it stops."""

    about_people = ("reason",)
    state = serializers.ChoiceField(choices=Intervention.State.choices)
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class ProgrammeViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, MemberViewSet):
    """Programmes of the organisation."""

    queryset = Programme.objects.none()
    serializer_class = ProgrammeSerializer

    def get_queryset(self) -> ProgrammeQuerySet:
        if getattr(self, "swagger_fake_view", False):
            return Programme.objects.none()
        rows = Programme.objects.visible_to(self.membership)
        return rows.select_related("organisation", "lead", "sponsor").order_by("-is_current", "-starts_on", "-pk")

    @extend_schema(request=PlanSerializer, responses={201: InterventionSerializer})
    @move(detail=True, methods=["post"])
    def plan(self, request: Request, slug: str, pk: str) -> Response:
        """Put an intervention into the plan."""
        made = actions.plan_intervention(
            self.get_object(), by=self.membership, at=request.now, **self.wanted(PlanSerializer)
        )
        answer = InterventionSerializer(made, context=self.get_serializer_context())
        return Response(answer.data, status=status.HTTP_201_CREATED)


class InterventionViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, MemberViewSet):
    """Interventions of all programmes of the organisation."""

    queryset = Intervention.objects.none()
    serializer_class = InterventionSerializer
    filterset_class = InterventionFilter

    def get_queryset(self) -> InterventionQuerySet:
        if getattr(self, "swagger_fake_view", False):
            return Intervention.objects.none()
        rows = Intervention.objects.visible_to(self.membership)
        return rows.select_related("programme__organisation", "programme__lead", "entry", "owner")

    def filter_queryset(self, queryset: InterventionQuerySet) -> InterventionQuerySet:
        """One of them is found whatever its state; a list may be filtered."""
        if self.detail:
            return queryset
        if "programme" in self.request.query_params:
            pk = self.request.query_params["programme"]
            programmes = Programme.objects.visible_to(self.membership)
            queryset = queryset.filter(programme=get_object_or_404(programmes, pk=pk if pk.isdecimal() else 0))
        chosen = InterventionFilter(
            self.request.query_params, queryset, membership=self.membership, on=timezone.localdate()
        )
        if not chosen.form.is_valid():
            raise ValidationError(chosen.errors)
        return chosen.qs

    @extend_schema(request=ChangeSerializer)
    def partial_update(self, request: Request, slug: str, pk: str) -> Response:
        """Change the plan."""
        row = self.get_object()
        actions.change_intervention(
            row, by=self.membership, at=request.now, **self.wanted(ChangeSerializer, before=row)
        )
        return Response(self.get_serializer(row).data)

    @extend_schema(request=StateSerializer)
    @move(detail=True, methods=["post"])
    def set_state(self, request: Request, slug: str, pk: str) -> Response:
        """Say where it stands."""
        row = self.get_object()
        actions.set_intervention_state(row, by=self.membership, at=request.now, **self.wanted(StateSerializer))
        return Response(self.get_serializer(row).data)

    @extend_schema(request=NewActionSerializer, responses={201: ActionSerializer})
    @move(detail=True, methods=["post"])
    def add_action(self, request: Request, slug: str, pk: str) -> Response:
        """Add an action that comes from this intervention."""
        made = actions.add_intervention_action(
            self.get_object(), by=self.membership, at=request.now, **self.wanted(NewActionSerializer)
        )
        answer = ActionSerializer(made, context=self.get_serializer_context())
        return Response(answer.data, status=status.HTTP_201_CREATED)
