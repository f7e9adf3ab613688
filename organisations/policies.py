"""Permission checks: what every action asks in its first line, whoever calls it: page, API, command or job.

A rule that looks at more than the role stands in the ``policies.py`` of the app that owns the thing, as a function
``may_…(membership, thing)``; page, API and action ask the same one.
"""

from typing import Any

from django.core.exceptions import PermissionDenied

from organisations.models import Membership, Organisation
from organisations.permissions import Permission


def may(permission: Permission, by: Membership | None, organisation: Organisation) -> bool:
    """Whether ``by`` is a current member of this organisation whose role carries the permission."""
    return by is not None and belongs(by, organisation) and by.can(permission)


def belongs(by: Membership | None, organisation: Organisation) -> bool:
    """Whether ``by`` is a current membership of this organisation."""
    return isinstance(by, Membership) and by.organisation_id == organisation.pk and by.is_current


def require(permission: Permission, by: Membership | None, organisation: Organisation) -> None:
    """Refuse unless ``may``. Raises ``PermissionDenied``, which every door answers with 403."""
    require_that(may(permission, by, organisation))


def require_that(allowed: Any) -> None:
    """Refuse unless the answer of an app's own ``may_…`` is yes. Raises ``PermissionDenied``."""
    if not allowed:
        raise PermissionDenied
