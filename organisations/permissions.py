"""Roles and what they may do: the one table.

Rows and columns follow the role table of the product. Nobody is above it: there is no superuser.
"""

from django.db import models

from kmportal.lib.domain_words import worded_later as _


class Role(models.TextChoices):
    """What somebody is in one organisation."""

    READER = "reader", "Reader"
    CONTRIBUTOR = "contributor", "Contributor"
    FACILITATOR = "facilitator", _("Facilitator")
    LEAD = "lead", _("KM lead")
    SPONSOR = "sponsor", _("Sponsor")
    ADMINISTRATOR = "administrator", "Administrator"


class Permission(models.TextChoices):
    """What a page or an action asks for."""

    READ = "read", _("read what the organisation shares, join sessions, answer assessments, own actions")
    CONTRIBUTE = "contribute", _("log lessons and post")
    FACILITATE = "facilitate", _("plan and run sessions and assessments, curate, import")
    VALIDATE = "validate", _("check lessons, never one’s own")
    PLAN = "plan", _("plan the programme")
    OVERSEE = "oversee", "confirm benefits, sign reviews, read every progress page"
    ADMINISTER = "administer", "look after people, roles, settings and the audit trail"


_P = Permission
ROLE_PERMISSIONS: dict[str, frozenset[Permission]] = {
    Role.READER: frozenset({_P.READ}),
    Role.CONTRIBUTOR: frozenset({_P.READ, _P.CONTRIBUTE}),
    Role.FACILITATOR: frozenset({_P.READ, _P.CONTRIBUTE, _P.FACILITATE, _P.VALIDATE}),
    Role.LEAD: frozenset({_P.READ, _P.CONTRIBUTE, _P.FACILITATE, _P.VALIDATE, _P.PLAN, _P.OVERSEE}),
    Role.SPONSOR: frozenset({_P.READ, _P.CONTRIBUTE, _P.OVERSEE}),
    Role.ADMINISTRATOR: frozenset({_P.READ, _P.CONTRIBUTE, _P.ADMINISTER}),
}
# Only these may be named as a validator; a facilitator and a lead are one by their role.
NAMED_VALIDATORS = frozenset({Role.CONTRIBUTOR, Role.SPONSOR})


def permissions_of(role: str, *, named_validator: bool = False) -> frozenset[Permission]:
    """All permissions of a role; being *named* validator counts only where the role table says so."""
    allowed = ROLE_PERMISSIONS[role]
    if named_validator and role in NAMED_VALIDATORS:
        return allowed | {Permission.VALIDATE}
    return allowed


ROLE_WORDS = {
    Role.READER: _("reads, joins sessions, answers assessments"),
    Role.CONTRIBUTOR: _("also logs lessons"),
    Role.FACILITATOR: _("also runs sessions and assessments, checks lessons and brings them in"),
    Role.LEAD: _("also plans the programme"),
    Role.SPONSOR: "reads about all progress, gives support",
    Role.ADMINISTRATOR: "looks after people, settings and the audit trail",
}
