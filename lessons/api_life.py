"""The later life of lessons by the API: learnt, still true, not so any more, out of use and back, as the pages do."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action as move
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from kmportal.lib.api import AboutPeople
from kmportal.lib.domain_words import worded
from lessons.actions import ending, life, versions
from lessons.actions.reuse import say_reuse
from lessons.models import Lesson, Reuse


class EvidenceSerializer(AboutPeople):
    """Where the change can be seen."""

    about_people = ("evidence",)
    evidence = serializers.CharField(max_length=2000)


class ReasonSerializer(AboutPeople):
    """Why, for everybody who opens the lesson."""

    about_people = ("reason",)
    reason = serializers.CharField(max_length=2000)


class SupersedeSerializer(serializers.Serializer[Any]):
    """The lesson that takes its place."""

    other = serializers.IntegerField(min_value=1)


class RestoreSerializer(serializers.Serializer[Any]):
    """The number of the version that comes back, and the version of the lesson that was read (``seen``)."""

    number = serializers.IntegerField(min_value=1)
    seen = serializers.IntegerField()


class ReuseSerializer(serializers.Serializer[Any]):
    """What came of it."""

    kind = serializers.ChoiceField(choices=Reuse.Kind.choices)


class LaterLife:
    """Mixin of the view set of lessons; each move answers how the lesson stands then."""

    @extend_schema(request=EvidenceSerializer)
    @move(detail=True, methods=["post"])
    def learn(self: Any, request: Request, slug: str, pk: str) -> Response:
        """Say that what had to change has changed, and where that can be seen."""
        return self._moved(life.learn_lesson, **self.wanted(EvidenceSerializer))

    @extend_schema(request=None)
    @move(detail=True, methods=["post"])
    def embed(self: Any, request: Request, slug: str, pk: str) -> Response:
        """Say, six months later, that it is still so."""
        return self._moved(life.embed_lesson)

    @extend_schema(request=ReasonSerializer)
    @move(detail=True, methods=["post"])
    def fall_back(self: Any, request: Request, slug: str, pk: str) -> Response:
        """Say that it is not so any more, and why."""
        return self._moved(life.fall_back, **self.wanted(ReasonSerializer))

    @extend_schema(request=ReasonSerializer)
    @move(detail=True, methods=["post"])
    def retire(self: Any, request: Request, slug: str, pk: str) -> Response:
        """Take it out of use, and say why."""
        return self._moved(ending.retire_lesson, **self.wanted(ReasonSerializer))

    @extend_schema(request=SupersedeSerializer)
    @move(detail=True, methods=["post"])
    def supersede(self: Any, request: Request, slug: str, pk: str) -> Response:
        """Let another lesson that is in use take its place."""
        ours = Lesson.objects.visible_to(self.membership).in_use().filter(organisation=self.organisation)
        other = ours.filter(pk=self.wanted(SupersedeSerializer)["other"]).first()
        if other is None:
            raise ValidationError({"other": [worded("We have no such lesson that is in use.")]})
        return self._moved(ending.supersede_lesson, other=other)

    @extend_schema(request=None)
    @move(detail=True, methods=["post"])
    def bring_back(self: Any, request: Request, slug: str, pk: str) -> Response:
        """Use it again: it stands where it stood before."""
        return self._moved(ending.bring_back_lesson)

    @extend_schema(request=RestoreSerializer)
    @move(detail=True, methods=["post"])
    def restore(self: Any, request: Request, slug: str, pk: str) -> Response:
        """Let it read as one of its earlier versions did; nothing is written over."""
        return self._moved(versions.restore_revision, **self.wanted(RestoreSerializer))

    @extend_schema(request=ReuseSerializer)
    @move(detail=True, methods=["post"])
    def reuse(self: Any, request: Request, slug: str, pk: str) -> Response:
        """Say that it helped, that the same happened to you, or the opposite."""
        return self._moved(say_reuse, **self.wanted(ReuseSerializer))
