"""Permission checks: what every action asks in its first line, whoever calls it: page, API, command or job.

A rule that looks at more than the role stands in the ``policies.py`` of the app that owns the thing, as a function
``may_…(membership, thing)``; page, API and action ask the same one.
"""

from typing import Any

from django.core.exceptions import PermissionDenied

from organisations.models import Membership, Organisation
from organisations.permissions import Permission, Role


def may(permission: Permission, by: Membership | None, organisation: Organisation) -> bool:
    """Whether ``by`` is a current member of this organisation whose role carries the permission."""
    return by is not None and belongs(by, organisation) and by.can(permission)


def may_pass_on(permission: Permission, by: Membership | None, organisation: Organisation) -> bool:
    """Whether ``by`` may give what somebody is responsible for to another: whoever has the permission, and whoever
    looks after people, since they see to it when somebody goes."""
    return may(permission, by, organisation) or may(Permission.ADMINISTER, by, organisation)


def roles_to_invite(by: Membership | None, organisation: Organisation) -> tuple[Role, ...]:
    """As what ``by`` may invite somebody: whoever looks after people as anything, and where the administrator allows it
    a KM lead as a reader or a contributor."""
    if may(Permission.ADMINISTER, by, organisation):
        return tuple(Role)
    if organisation.leads_invite and may(Permission.PLAN, by, organisation):
        return (Role.READER, Role.CONTRIBUTOR)
    return ()


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
