"""Who may read and change the register of knowledge at risk."""

from lessons.models import Risk, RiskHolder
from organisations import policies
from organisations.models import Membership, Organisation, Person
from organisations.permissions import Permission


def may_see_register(membership: Membership | None, organisation: Organisation) -> bool:
    """Whoever curates, and whoever oversees the programme, reads all of it. Others read what they see to or know."""
    return any(policies.may(one, membership, organisation) for one in (Permission.FACILITATE, Permission.OVERSEE))


def may_add_risk(membership: Membership | None, organisation: Organisation) -> bool:
    """Whoever curates."""
    return policies.may(Permission.FACILITATE, membership, organisation)


def may_read_leaving(membership: Membership | None, risk: Risk) -> bool:
    """Who may read when others leave who know about it: whoever reads the register, and whoever sees to it."""
    return may_see_register(membership, risk.organisation) or _sees_to(membership, risk)


def may_set_leaving(membership: Membership | None, organisation: Organisation, person: Person) -> bool:
    """Who may name a member, or change the day on which they leave: whoever reads the register, the member, and whoever
    sees to each topic on which they stand. It is one day on all of these: whoever names them reads it, and whoever
    changes it changes it everywhere.
    """
    if membership is None:
        return False
    if may_see_register(membership, organisation) or membership.person_id == person.pk:
        return True
    theirs = RiskHolder.objects.filter(risk__organisation=organisation, person=person)
    return not theirs.exclude(risk__owner=membership.person_id).exists()


def may_write_risk(membership: Membership | None, risk: Risk) -> bool:
    """Whoever curates, and whoever sees to it."""
    return may_add_risk(membership, risk.organisation) or _sees_to(membership, risk)


def may_begin_asset_of(membership: Membership | None, risk: Risk) -> bool:
    """Whoever sees to it: a draft is its author’s alone."""
    return _sees_to(membership, risk)


def waits_for_asset(membership: Membership, risk: Risk) -> bool:
    """Whether none is begun, or only the draft of somebody else: it stays theirs, and this member cannot read it."""
    asset = risk.asset
    return asset is None or (asset.is_draft and asset.author_id != membership.person_id)


def _sees_to(membership: Membership | None, risk: Risk) -> bool:
    is_theirs = membership is not None and risk.owner_id == membership.person_id
    return is_theirs and policies.may(Permission.CONTRIBUTE, membership, risk.organisation)


def allowed_with_risk(membership: Membership | None, risk: Risk) -> frozenset[str]:
    """The names of all moves that this member may make with a topic as it stands."""
    if membership is None or not may_write_risk(membership, risk):
        return frozenset()
    if risk.is_settled:
        return frozenset({"reopen"})
    begins = may_begin_asset_of(membership, risk) and waits_for_asset(membership, risk)
    return frozenset({"write", "settle"} | ({"begin_asset"} if begins else set()))
