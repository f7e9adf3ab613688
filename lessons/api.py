"""Lessons by the API: find what one may read, and write, send and withdraw one’s own as the pages do."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action as move
from rest_framework.request import Request
from rest_framework.response import Response

from actionplan.api import ActionSerializer, NewActionSerializer
from kmportal.lib.api import AboutPeople, InWordsOfModel
from kmportal.lib.links import absolute
from kmportal.lib.pagination import page_number
from lessons import policies
from lessons.actions import review, writing
from lessons.api_life import LaterLife
from lessons.filters import FACETS, question_of
from lessons.labels import look_of
from lessons.models import SHARE_CHOICES, Lesson, LessonFile, LessonQuerySet, LessonRevision
from lessons.transitions import WORDS
from organisations.api import AllowedField, MemberViewSet, PersonField
from organisations.models import Group, Membership
from search import index

PER_PAGE = 20


def _allowed_today(membership: Membership | None, lesson: Lesson) -> frozenset[str]:
    return policies.allowed(membership, lesson, on=timezone.localdate())


class WordsSerializer(serializers.ModelSerializer[LessonRevision]):
    """The words of a lesson at one time."""

    class Meta:
        model = LessonRevision
        fields = ("number", "title", "expected", "happened", "why", "when_you", "then_do", "abstract", "learned", "at")
        read_only_fields = fields


class FileSerializer(serializers.ModelSerializer[LessonFile]):
    """A file of a lesson, and where it is."""

    name = serializers.CharField(source="file.name")
    media_type = serializers.CharField(source="file.file_kind.media_type")
    size = serializers.IntegerField(source="file.size")
    url = serializers.SerializerMethodField()

    class Meta:
        model = LessonFile
        fields = ("id", "name", "media_type", "size", "tells", "url")
        read_only_fields = fields

    def get_url(self, one: LessonFile) -> str:
        """Its address on the pages of the reader’s organisation, behind the same door as the lesson."""
        return absolute(reverse("lesson_file", args=[self.context["membership"].organisation.slug, one.pk]))


class LessonSerializer(serializers.ModelSerializer[Lesson]):
    """One lesson with its newest words, and what may be done with it."""

    author = PersonField()
    words = WordsSerializer(source="revision", read_only=True)
    tags = serializers.SlugRelatedField(many=True, read_only=True, slug_field="name")
    files = FileSerializer(source="attached", many=True, read_only=True)
    badge = serializers.SerializerMethodField()
    allowed = AllowedField(_allowed_today)

    class Meta:
        model = Lesson
        fields = (
            "id",
            "kind",
            "state",
            "badge",
            "words",
            "files",
            "author",
            "group",
            "tags",
            "went_well",
            "happened_on",
            "contact",
            "process",
            "reach",
            "share_with",
            "source",
            "external_id",
            "source_url",
            "submitted_at",
            "validated_at",
            "review_on",
            "version",
            "created_at",
            "allowed",
        )
        read_only_fields = fields

    def get_badge(self, lesson: Lesson) -> str:
        """Where it stands, in the words of the pages: what was brought in is not called checked."""
        return look_of(lesson, self.context["membership"].organisation_id).word


class _WrittenSerializer(AboutPeople, InWordsOfModel, serializers.ModelSerializer[LessonRevision]):
    """What an author writes: words, facts and tags."""

    about_people = WORDS
    kind = serializers.ChoiceField(choices=Lesson.Kind.choices, required=False)
    went_well = serializers.BooleanField(required=False, allow_null=True)
    group = serializers.PrimaryKeyRelatedField(queryset=Group.objects.none(), required=False, allow_null=True)
    happened_on = serializers.DateField(required=False, allow_null=True)
    contact = serializers.CharField(max_length=200, required=False, allow_blank=True)
    process = serializers.CharField(max_length=200, required=False, allow_blank=True)
    share_with = serializers.ChoiceField(choices=SHARE_CHOICES, required=False)
    tags = serializers.ListField(child=serializers.CharField(max_length=80), required=False, max_length=30)

    class Meta:
        model = LessonRevision
        fields: tuple[str, ...] = (*WORDS, *writing.FACTS, "tags")

    def get_fields(self) -> dict[str, Any]:
        """A draft may be empty: what is missing is asked for when it is sent. Groups are those of the organisation."""
        fields = super().get_fields()
        for field in fields.values():
            field.required = False
        for name in WORDS:
            fields[name].allow_blank = True
        if membership := self.context.get("membership"):
            before = self.context.get("before")
            kept = before.lesson.group_id if before is not None else None
            fields["group"].queryset = Group.objects.choosable(membership.organisation, kept=kept)
        return fields


class DraftSerializer(_WrittenSerializer):
    """A new draft. The same ``once`` a second time answers what it made the first time."""

    once = serializers.UUIDField(required=False)

    class Meta(_WrittenSerializer.Meta):
        fields = (*_WrittenSerializer.Meta.fields, "once")


class RewriteSerializer(_WrittenSerializer):
    """What changes, and the version that was read (``seen``). What is left out stays."""

    seen = serializers.IntegerField()

    class Meta(_WrittenSerializer.Meta):
        fields = (*_WrittenSerializer.Meta.fields, "seen")

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        fields["seen"].required = True
        return fields


class CommentSerializer(AboutPeople):
    """What the author should change."""

    about_people = ("comment",)
    comment = serializers.CharField(max_length=2000)


class LessonPageSerializer(serializers.Serializer[Any]):
    """A page of lessons. ``more``: there are more than ``count``, which is exact up to a thousand for a search."""

    count = serializers.IntegerField()
    more = serializers.BooleanField()
    page = serializers.IntegerField()
    results = LessonSerializer(many=True)


class LessonViewSet(LaterLife, mixins.RetrieveModelMixin, MemberViewSet):
    """Lessons that this member may read, the network’s and those of their groups included."""

    queryset = Lesson.objects.none()
    serializer_class = LessonSerializer

    def get_queryset(self) -> LessonQuerySet:
        if getattr(self, "swagger_fake_view", False):
            return Lesson.objects.none()
        rows = Lesson.objects.visible_to(self.membership).with_own_marked(self.membership)
        return rows.select_related("organisation", "revision", "author", "claimed_by").prefetch_related(
            "tags", "events", "checks", "attached__file"
        )

    @extend_schema(
        parameters=[
            OpenApiParameter("q", str, description="Words, “phrases”, -without"),
            OpenApiParameter("sort", str, enum=["best", "newest", "oldest", "title"]),
            OpenApiParameter("page", int),
            *(OpenApiParameter(facet.asked_as, str, many=True) for facet in FACETS),
        ],
        responses=forced_singular_serializer(LessonPageSerializer),
    )
    def list(self, request: Request, slug: str) -> Response:
        """Find lessons, as the list on the page does: without a state, those that were checked."""
        params = request.query_params
        found = index.find(
            self.membership, **question_of(params), facets=(), page=page_number(params), per_page=PER_PAGE
        )
        rows = {lesson.pk: lesson for lesson in self.get_queryset().filter(pk__in=[hit.ident for hit in found.hits])}
        values = {
            "count": found.total,
            "more": found.more,
            "page": found.page,
            "results": [rows[hit.ident] for hit in found.hits if hit.ident in rows],
        }
        return Response(LessonPageSerializer(values, context=self.get_serializer_context()).data)

    @extend_schema(request=DraftSerializer, responses={201: LessonSerializer})
    def create(self, request: Request, slug: str) -> Response:
        """Write a draft down; only its author sees it."""
        wanted = self.wanted(DraftSerializer)
        once, tags = wanted.pop("once", None), wanted.pop("tags", ())
        made = writing.start_lesson(
            self.organisation, by=self.membership, at=request.now, words=wanted, facts=wanted, tags=tags, once=once
        )
        return Response(self.get_serializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=RewriteSerializer)
    def partial_update(self, request: Request, slug: str, pk: str) -> Response:
        """Change a lesson. What somebody was shown stays, and a new version follows it."""
        wanted = self.wanted(RewriteSerializer, before=self.get_object().revision)
        seen, tags = wanted.pop("seen"), wanted.pop("tags", None)
        return self._moved(writing.write_lesson, seen=seen, words=wanted, facts=wanted, tags=tags)

    @extend_schema(request=None)
    @move(detail=True, methods=["post"])
    def submit(self, request: Request, slug: str, pk: str) -> Response:
        """Send it for review."""
        return self._moved(writing.submit_lesson)

    @extend_schema(request=None)
    @move(detail=True, methods=["post"])
    def withdraw(self, request: Request, slug: str, pk: str) -> Response:
        """Take it back."""
        return self._moved(writing.withdraw_lesson)

    @extend_schema(request=None)
    @move(detail=True, methods=["post"])
    def claim(self, request: Request, slug: str, pk: str) -> Response:
        """Take it to check it."""
        return self._moved(review.claim_lesson)

    @extend_schema(request=None)
    @move(detail=True, methods=["post"])
    def release(self, request: Request, slug: str, pk: str) -> Response:
        """Put it back into the queue."""
        return self._moved(review.release_lesson)

    @extend_schema(request=CommentSerializer)
    @move(detail=True, methods=["post"], url_path="return")
    def send_back(self, request: Request, slug: str, pk: str) -> Response:
        """Return it to its author with what should be better."""
        return self._moved(review.return_lesson, **self.wanted(CommentSerializer))

    @extend_schema(request=NewActionSerializer, responses={201: ActionSerializer})
    @move(detail=True, methods=["post"])
    def add_action(self, request: Request, slug: str, pk: str) -> Response:
        """Add an action that follows from a checked lesson."""
        made = writing.add_lesson_action(
            self.get_object(), by=self.membership, at=request.now, **self.wanted(NewActionSerializer)
        )
        answer = ActionSerializer(made, context=self.get_serializer_context())
        return Response(answer.data, status=status.HTTP_201_CREATED)

    def _moved(self, act: Any, **words: Any) -> Response:
        """Make one move with the lesson of the address, and answer how it stands then."""
        act(self.get_object(), by=self.membership, at=self.request.now, **words)
        return Response(self.get_serializer(self.get_object()).data)
