"""Getting in by the API: a token in each request, and how many requests a person may make."""

from django.utils import timezone
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.request import Request
from rest_framework.throttling import UserRateThrottle

from organisations.access_tokens import token_of
from organisations.models import AccessToken, Person

READS = frozenset({"GET", "HEAD", "OPTIONS"})


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer kmp_…``: a token that somebody made on their account page."""

    def authenticate(self, request: Request) -> tuple[Person, AccessToken] | None:
        """The person behind the token. Raises ``AuthenticationFailed`` for one that is unknown, over or revoked."""
        words = get_authorization_header(request).decode("latin-1").split()
        if not words or words[0].lower() != "bearer":
            return None
        token = token_of(words[1], at=timezone.now()) if len(words) == 2 else None
        if token is None:
            raise exceptions.AuthenticationFailed("This token is unknown, has expired or was revoked.")
        if not token.may_write and request.method not in READS:
            raise exceptions.PermissionDenied("This token may only read.")
        return token.person, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="KM Portal"'


class TokenThrottle(UserRateThrottle):
    """So many requests a minute for each person, whatever token they use."""

    scope = "api"
