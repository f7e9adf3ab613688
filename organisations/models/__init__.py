"""Who: people, organisations, groups, memberships, invitations, and the trail of what happened."""

from organisations.models.doors import AccessToken, AccessTokenQuerySet, SentForm
from organisations.models.groups import Group, GroupMembership, GroupMembershipQuerySet, GroupQuerySet
from organisations.models.membership import (
    SECOND_STEP_ROLES,
    Invitation,
    InvitationQuerySet,
    Membership,
    MembershipQuerySet,
)
from organisations.models.organisation import Organisation, OrganisationQuerySet
from organisations.models.organisation import _known_zone as _known_zone  # the first migration knows it by this place
from organisations.models.people import Person, PersonManager, SignIn, SignInQuerySet
from organisations.models.trail import AuditEntry, AuditName

__all__ = [
    "SECOND_STEP_ROLES",
    "AccessToken",
    "AccessTokenQuerySet",
    "AuditEntry",
    "AuditName",
    "Group",
    "GroupMembership",
    "GroupMembershipQuerySet",
    "GroupQuerySet",
    "Invitation",
    "InvitationQuerySet",
    "Membership",
    "MembershipQuerySet",
    "Organisation",
    "OrganisationQuerySet",
    "Person",
    "PersonManager",
    "SentForm",
    "SignIn",
    "SignInQuerySet",
]
