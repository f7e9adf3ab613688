"""Hiding and showing the introductions of pages. Each person decides for themselves alone, so each is its own
permission.

No organisation is concerned, so nothing goes into a trail. All are idempotent.
"""

from help.models import PutAway
from organisations.models import Person


def hide_introduction(page: str, *, by: Person) -> None:
    """Show somebody the introduction of this page no more."""
    PutAway.objects.get_or_create(person=by, page=page)


def show_introduction(page: str, *, by: Person) -> None:
    """Show somebody the introduction of this page again."""
    PutAway.objects.filter(person=by, page=page).delete()


def show_all_introductions(*, by: Person) -> None:
    """Show somebody every introduction again."""
    PutAway.objects.filter(person=by).delete()
