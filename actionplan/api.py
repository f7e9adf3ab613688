"""Actions by the API: read what one may see, and the same moves as the pages."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action as move
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from actionplan import actions, policies, reports
from actionplan.filters import ActionFilter
from actionplan.models import Action, ActionQuerySet
from kmportal.lib.api import AboutPeople, InWordsOfModel, RefField
from organisations.api import AllowedField, MemberChoice, MemberViewSet, PersonField


class ActionSerializer(serializers.ModelSerializer[Action]):
    """One action, and what may be done with it. A guest’s address is for those who may change it."""

    owner = PersonField()
    author = PersonField()
    source = RefField()
    allowed = AllowedField(policies.allowed)
    guest_email = serializers.SerializerMethodField()

    class Meta:
        model = Action
        fields = (
            "id",
            "title",
            "detail",
            "owner",
            "guest_name",
            "guest_email",
            "due_on",
            "state",
            "done_at",
            "done_note",
            "author",
            "source",
            "reach",
            "version",
            "created_at",
            "allowed",
        )
        read_only_fields = fields

    def get_guest_email(self, row: Action) -> str:
        """Empty for those who may not change the action, as on its page."""
        return row.guest_email if policies.may_change(self.context.get("membership"), row) else ""


class OwnerSerializer(InWordsOfModel, serializers.ModelSerializer[Action]):
    """Who does it: a member by key, or a guest by name and address."""

    owner = MemberChoice()

    class Meta:
        model = Action
        fields: tuple[str, ...] = ("owner", "guest_name", "guest_email")


class NewActionSerializer(AboutPeople, OwnerSerializer):
    """A new action. The same ``once`` a second time answers what it made the first time."""

    about_people = ("title", "detail")
    once = serializers.UUIDField(required=False)

    class Meta(OwnerSerializer.Meta):
        fields = ("title", "detail", *OwnerSerializer.Meta.fields, "due_on", "once")


class HandOverSerializer(AboutPeople, OwnerSerializer):
    """Who does it from now on, and perhaps why."""

    about_people = ("reason",)
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True)

    class Meta(OwnerSerializer.Meta):
        fields = (*OwnerSerializer.Meta.fields, "reason")


class RewordSerializer(AboutPeople, InWordsOfModel, serializers.ModelSerializer[Action]):
    """Other words; ``seen`` is the version that was read."""

    about_people = ("title", "detail")
    seen = serializers.IntegerField()

    class Meta:
        model = Action
        fields = ("title", "detail", "seen")


class NoteSerializer(AboutPeople):
    """A note about what was done."""

    about_people = ("note",)
    note = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class RescheduleSerializer(AboutPeople):
    """Another day, or none (null), and why."""

    about_people = ("reason",)
    to = serializers.DateField(allow_null=True)
    reason = serializers.CharField(required=False, allow_blank=True, default="")


class ReasonSerializer(AboutPeople):
    """Why."""

    about_people = ("reason",)
    reason = serializers.CharField()


class ActionViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, MemberViewSet):
    """Actions of the organisation that this member may see."""

    queryset = Action.objects.none()
    serializer_class = ActionSerializer
    filterset_class = ActionFilter

    def get_queryset(self) -> ActionQuerySet:
        if getattr(self, "swagger_fake_view", False):
            return Action.objects.none()
        return reports.listed(self.membership).select_related("owner", "author", "organisation", "done_by")

    def filter_queryset(self, queryset: ActionQuerySet) -> ActionQuerySet:
        """One of them is found whatever its state; a list is filtered as on the page."""
        if self.detail:
            return queryset
        chosen = ActionFilter(self.request.query_params, queryset, membership=self.membership, on=timezone.localdate())
        if not chosen.form.is_valid():
            raise ValidationError(chosen.errors)
        return chosen.qs

    @extend_schema(request=NewActionSerializer, responses={201: ActionSerializer})
    def create(self, request: Request, slug: str) -> Response:
        """Add an action that comes from nowhere else."""
        made = actions.add_action(
            self.organisation, by=self.membership, at=request.now, **self.wanted(NewActionSerializer)
        )
        return Response(self.get_serializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=RewordSerializer)
    @move(detail=True, methods=["post"])
    def reword(self, request: Request, slug: str, pk: str) -> Response:
        """Change the words."""
        return self._moved(actions.reword_action, RewordSerializer)

    @extend_schema(request=NoteSerializer)
    @move(detail=True, methods=["post"])
    def complete(self, request: Request, slug: str, pk: str) -> Response:
        """It is done."""
        return self._moved(actions.complete_action, NoteSerializer)

    @extend_schema(request=None)
    @move(detail=True, methods=["post"])
    def reopen(self, request: Request, slug: str, pk: str) -> Response:
        """It is not done, or not dropped, after all."""
        return self._moved(actions.reopen_action)

    @extend_schema(request=RescheduleSerializer)
    @move(detail=True, methods=["post"])
    def reschedule(self, request: Request, slug: str, pk: str) -> Response:
        """Another day, and why."""
        return self._moved(actions.reschedule_action, RescheduleSerializer)

    @extend_schema(request=HandOverSerializer)
    @move(detail=True, methods=["post"])
    def hand_over(self, request: Request, slug: str, pk: str) -> Response:
        """Somebody else does it."""
        return self._moved(actions.hand_over_action, HandOverSerializer)

    @extend_schema(request=ReasonSerializer)
    @move(detail=True, methods=["post"])
    def drop(self, request: Request, slug: str, pk: str) -> Response:
        """It will not be done, and why."""
        return self._moved(actions.drop_action, ReasonSerializer)

    def _moved(self, act: Any, serializer: type[serializers.Serializer[Any]] | None = None) -> Response:
        """Make one move with the action of the address, and answer how it stands then."""
        row = self.get_object()
        wanted = self.wanted(serializer, before=row) if serializer else {}
        act(row, by=self.membership, at=self.request.now, **wanted)
        return Response(self.get_serializer(row).data)
