"""Requests as views get them: typed for what the decorators of ``access`` put on them."""

from datetime import datetime

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from organisations.models import Membership, Person


class PersonRequest(HttpRequest):
    """A request of somebody who is signed in, in no organisation. ``now`` is the one moment of the whole request."""

    user: Person
    htmx: HtmxDetails
    now: datetime


class MemberRequest(PersonRequest):
    """A request of a member, inside the organisation of the URL."""

    membership: Membership


class GuestRequest(HttpRequest):
    """A request of somebody who holds a code or link instead of an account, and may be signed in all the same."""

    now: datetime
