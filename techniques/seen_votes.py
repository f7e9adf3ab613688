"""Votes as somebody may see them: a value without rows."""

from dataclasses import dataclass

from django.utils.translation import ngettext


@dataclass(frozen=True)
class SeenVotes:
    """What can be done, or was done, with votes for one note or group. All of it is empty where there is no vote.

    ``budget``: while the vote is open, what each person has; ``mine``: what the viewer has given this one, and ``left``
    what they have left. ``count`` is there only when the vote is over.
    """

    budget: int = 0
    mine: int = 0
    left: int = 0
    count: int | None = None

    @property
    def fewer(self) -> int:
        return max(self.mine - 1, 0)

    @property
    def more(self) -> int:
        return self.mine + 1

    @property
    def count_in_words(self) -> str:
        return votes_in_words(self.count) if self.count is not None else ""


def votes_in_words(count: int) -> str:
    return ngettext("1 vote", f"{count} votes", count)


NO_VOTES = SeenVotes()
