"""The link by which a guest opens the action that they promised, without an account."""

from django.core import signing
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from actionplan.models import Action

_SALT = "actionplan.guest"


def guest_token(action: Action) -> str:
    """A signature over the action and the guest’s address: handing it over kills the link."""
    return signing.Signer(salt=_SALT).signature(f"{action.pk}:{action.guest_email.lower()}")


def guest_path(action: Action) -> str:
    """Where the guest opens it. ``action.organisation`` must be loaded."""
    return reverse("action_guest", args=[action.organisation.slug, action.pk, guest_token(action)])


def is_token_of(token: str, action: Action) -> bool:
    """Whether the link was made for this action’s guest of today."""
    return bool(action.guest_email) and constant_time_compare(token, guest_token(action))
