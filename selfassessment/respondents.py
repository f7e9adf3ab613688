"""Who answers, and what they say about one criterion: plain values between the pages and the actions."""

from dataclasses import dataclass
from hashlib import sha256

from kmportal.lib.unlinking import one_way
from organisations.models import Membership, Person
from selfassessment.models import Answer, Asked


@dataclass(frozen=True)
class Respondent:
    """Somebody who answers, and by what right: asked as a member or by address, or with the one link for all.

    ``secret`` is what only they have, in an anonymous round a random key in their browser. Two hashes of it are kept,
    and only who holds the secret knows that they belong together: ``key`` finds their response again, ``card`` shows
    that the one set of answers of somebody who was asked is theirs. ``link`` is the code of the address by which they
    came, a personal one or the one for all; a member signs in instead. ``began_asked`` is what they were when they
    pressed *Start answering*, None where no page was read before. In an anonymous round person and name are never
    written, whatever stands here.
    """

    secret: str
    member: Membership | None = None
    name: str = ""
    asked: Asked | None = None
    link: str = ""
    began_asked: bool | None = None

    @property
    def key(self) -> str:
        """Leads to the response."""
        return sha256(self.secret.encode()).hexdigest()

    @property
    def card(self) -> str:
        """Stands beside the person, and leads nowhere."""
        return one_way(self.secret, purpose="card")

    @property
    def has_changed(self) -> bool:
        """Whether they have become somebody who was asked, or is no longer, since they read what becomes of their
        answers and began."""
        return self.began_asked is not None and self.began_asked is not (self.asked is not None)

    @property
    def person(self) -> Person | None:
        """The account of a member; an address has none."""
        return self.member.person if self.member else None


@dataclass(frozen=True)
class Choice:
    """What somebody says about one criterion. *Don’t know* and a level for now exclude each other."""

    now: int | None = None
    wanted: int | None = None
    dont_know: bool = False
    comment: str = ""
    evidence: str = ""
    matters: bool = False

    @classmethod
    def of(cls, answer: Answer) -> "Choice":
        return cls(
            now=answer.now,
            wanted=answer.wanted,
            dont_know=answer.dont_know,
            comment=answer.comment,
            evidence=answer.evidence,
            matters=answer.slot is not None,
        )
