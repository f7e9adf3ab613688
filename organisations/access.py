"""Getting in. Each view carries exactly one of these marks; a test walks all URLs and refuses a view without one.

``login_not_required`` public page; ``signed_in`` any account; ``requires`` a permission in the organisation named by
the URL; ``guest`` somebody who holds a code or link instead of an account (the view finds the thing by the code).
"""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required as django_login_not_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone

from kmportal.lib.domain_words import bind
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.naming import names_known
from kmportal.lib.prepared import prepared
from organisations.accounts import has_second_step
from organisations.models import Membership
from organisations.once import answer_once
from organisations.permissions import Permission
from organisations.requests import GuestRequest, MemberRequest, PersonRequest

SECOND_STEP_WANTED = _("{} asks administrators and KM leads for a second step. Set one up here, then go on.")
View = Callable[..., HttpResponseBase]
logger = logging.getLogger(__name__)


def _with_access_mark(view: View, access: str) -> View:
    """The view with the mark that the walk over all addresses looks for."""
    setattr(view, "access", access)  # noqa: B010  functions have no such attribute of their own
    return view


def login_not_required(view: View) -> View:
    """A public page: nothing on it belongs to an organisation."""
    return _with_access_mark(django_login_not_required(view), "public")


def guest(view: View) -> View:
    """A page for somebody with a code or a signed link. The view must find its object by that code, or answer 404."""

    @wraps(view)
    def at_once(request: GuestRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        request.now = timezone.now()
        return view(request, *args, **kwargs)

    return _with_access_mark(django_login_not_required(at_once), "guest")


def signed_in(view: View) -> View:
    """A page about the person themself, in no organisation. LoginRequiredMiddleware sends others to sign in."""

    @wraps(view)
    def at_once(request: PersonRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        request.now = timezone.now()
        return view(request, *args, **kwargs)

    return _with_access_mark(at_once, "signed_in")


@prepared
def _memberships_of(person: int) -> QuerySet[Membership]:
    rows = Membership.objects.current().filter(person=person).select_related("organisation", "person")
    return rows.defer("organisation__logo").order_by("organisation__name", "pk")


def membership_of(request: HttpRequest, slug: str) -> Membership:
    """The current membership of the signed-in person, with organisation and person loaded. Strangers get a 404.

    Those in other organisations come along, because the frame of the page names them (``organisations.context``).
    """
    mine = _memberships_of(request.user.pk) if request.user.pk else []
    found = next((one for one in mine if one.organisation.slug == slug), None)
    if found is None:
        raise Http404
    found.beside = [one for one in mine if one is not found]
    return found


def names_around(membership: Membership) -> list[str]:
    """Who is known in the organisation, but for the reader: whoever writes their own name means to."""
    names = Membership.objects.names_in(membership.organisation_id)
    return [name for name in names if name != membership.person.name]


def note_refusal(membership: Membership, where: str) -> None:
    """Write into the log that a member was refused something, by numbers and the name of the page alone: an address may
    hold a key."""
    logger.warning("Refused: %s to membership %s of organisation %s", where, membership.pk, membership.organisation_id)


def requires(permission: Permission) -> Callable[[View], View]:
    """Only for members of the organisation in the URL whose role carries ``permission``.

    The view is called as ``view(request, organisation, …)`` without the slug, and finds its rows through
    ``request.membership`` (a ``MemberRequest``), which is also who acts; ``request.now`` is the moment of the whole
    request. Days and times are the organisation’s. A stranger is answered 404 as if nothing were there, a member
    without the permission 403. Whom the organisation asks for a second step is led to set it up first.
    """

    def mark(view: View) -> View:
        @wraps(view)
        def checked(request: MemberRequest, slug: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            membership = membership_of(request, slug)
            request.membership, request.now = membership, timezone.now()
            # For the rest of the request: a refusal is said in their words too.
            bind(membership.organisation.vocabulary)
            if request.session.get("organisation") != slug:
                request.session["organisation"] = slug
            if not membership.can(permission):
                note_refusal(membership, view.__name__)
                raise PermissionDenied
            # Not in the middle of something: what was just written is saved first.
            if request.method == "GET" and membership.needs_second_step and not has_second_step(membership.person):
                messages.warning(request, SECOND_STEP_WANTED.format(membership.organisation))
                return redirect("mfa_index")
            with timezone.override(membership.organisation.time_zone), names_known(lambda: names_around(membership)):
                try:
                    return answer_once(request, lambda: view(request, membership.organisation, *args, **kwargs))
                except PermissionDenied:  # an action looked for itself
                    note_refusal(membership, view.__name__)
                    raise

        return _with_access_mark(checked, permission)

    return mark
