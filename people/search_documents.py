"""People who want to be found, as the search knows them. Of nobody else a word is kept in the index."""

from collections.abc import Iterator, Sequence

from kmportal.lib.markdown import plain
from organisations.visibility import Reach
from people.models import Profile
from search.index import Doc


def documents(profiles: Sequence[Profile]) -> Iterator[Doc]:
    """What can be found of those that are listed today."""
    return (_build_document(profile) for profile in profiles if profile.is_shown)


def _build_document(profile: Profile) -> Doc:
    asked, learns = profile.asked_about, profile.wants_to_learn
    body = (
        plain(profile.working_on),
        plain(profile.research),
        f"Wants to learn: {', '.join(learns)}" if learns else "",
        f"Speaks {profile.languages}" if profile.languages else "",
        profile.site,
        profile.get_staff_group_display(),
    )
    return Doc(
        kind="profile",
        ident=profile.pk,
        organisation=profile.organisation,
        reach=Reach.ORGANISATION,
        group_id=None,
        author_id=profile.membership.person_id,
        title=str(profile.person),
        abstract=f"Ask about {', '.join(asked)}." if asked else "",
        body=".\n".join(filter(None, (text.rstrip(". \n") for text in body))),
        tags=asked,
        subkind=profile.staff_group,
        rank=300,
        at=profile.listed_at,
    )
