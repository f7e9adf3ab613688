"""Getting in by the API: a token instead of a session, and the organisation of the address, as for pages.

A view set inherits ``MemberViewSet`` and names the permission that it asks for; it then has ``request.membership``,
who acts, and ``request.now``, when. A stranger is answered 404, a member without the permission 403. Actions check
their own.
"""

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from rest_framework import exceptions, serializers, viewsets
from rest_framework.request import Request

from kmportal.lib.domain_words import bind
from kmportal.lib.naming import names_known
from organisations.access import membership_of, names_around, note_refusal
from organisations.accounts import has_second_step
from organisations.models import Membership, Organisation, Person
from organisations.permissions import Permission

SECOND_STEP_FIRST = "{} asks for a second step. Set one up on your account page; this token opens again afterwards."


class MemberViewSet(viewsets.GenericViewSet[Any]):
    """A view set inside one organisation, for members whose role carries ``permission``."""

    permission: ClassVar[Permission] = Permission.READ
    membership: Membership
    lookup_value_regex = r"\d{1,18}"

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Find the membership; days and times are the organisation’s from here on."""
        super().initial(request, *args, **kwargs)
        membership = membership_of(request, kwargs["slug"])
        self.membership = request.membership = membership
        request.now = timezone.now()
        timezone.activate(membership.organisation.time_zone)
        bind(membership.organisation.vocabulary)
        if not membership.can(self.permission):
            note_refusal(membership, type(self).__name__)
            raise PermissionDenied
        if membership.needs_second_step and not has_second_step(membership.person):
            raise exceptions.PermissionDenied(SECOND_STEP_FIRST.format(membership.organisation))

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        timezone.deactivate()
        return super().finalize_response(request, response, *args, **kwargs)

    @property
    def organisation(self) -> Organisation:
        return self.membership.organisation

    def get_serializer_context(self) -> dict[str, Any]:
        """Serializers ask the policies with ``membership``; the description of the API is drawn without one."""
        return {**super().get_serializer_context(), "membership": getattr(self, "membership", None)}

    def wanted(self, serializer: type[serializers.Serializer[Any]], *, before: object = None) -> dict[str, Any]:
        """What was sent, read by that serializer. Raises ``ValidationError`` with a sentence for each field.

        ``before``: what holds the words until now; those that stay are not asked about again.
        """
        sent = serializer(data=self.request.data, context={**self.get_serializer_context(), "before": before})
        with names_known(lambda: names_around(self.membership)):
            sent.is_valid(raise_exception=True)
        return dict(sent.validated_data)


class PersonField(serializers.Field[Any, Any, Any, Any]):
    """Somebody with an account: ``{"id": 3, "name": "Lena Marsh"}``, or null. Addresses never leave by this way."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)

    def to_representation(self, value: Person) -> dict[str, Any]:
        return {"id": value.pk, "name": value.name}


class MemberChoice(serializers.PrimaryKeyRelatedField[Person]):
    """Somebody who is a member here today, by key."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Person.objects.none(), required=False, allow_null=True, **kwargs)

    def get_queryset(self) -> Any:
        """Nobody when the description of the API is drawn, which is without a membership."""
        membership = self.context.get("membership")
        if membership is None:
            return Person.objects.none()
        current = Membership.objects.current().filter(organisation=membership.organisation)
        return Person.objects.filter(membership__in=current)


class AllowedField(serializers.Field[Any, Any, Any, Any]):
    """The names of the moves that this member may make now, from the policies that the page’s buttons ask, too."""

    def __init__(self, allowed: Callable[[Any, Any], Iterable[str]], **kwargs: Any) -> None:
        self.allowed = allowed
        super().__init__(read_only=True, source="*", **kwargs)

    def to_representation(self, value: Any) -> list[str]:
        return sorted(self.allowed(self.context.get("membership"), value))
