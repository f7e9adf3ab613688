"""Who comes to answer a round: a member who signed in, an address with its own link, or anybody with the one link.

In an anonymous round the only thing that leads back to somebody’s answers is a random key in a cookie of their
browser; the database has its hash. In a named round members and addresses are found again without it.
"""

import secrets
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.core import signing
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.crypto import salted_hmac

from organisations.models import Membership
from organisations.requests import GuestRequest, MemberRequest
from selfassessment.models import Asked, Assessment
from selfassessment.respondents import Respondent

KEPT_SECONDS = 60 * 60 * 24 * 200
SALT = "selfassessment.visitors"
AnswerRequest = GuestRequest | MemberRequest


@dataclass(frozen=True)
class Visitor:
    """Somebody who may answer, and whether this browser (or, in a named round, the person) has begun to.

    ``code`` is the end of the link by which they came; a member signs in instead.
    """

    assessment: Assessment
    member: Membership | None = None
    asked: Asked | None = None
    code: str = ""
    key: str = ""
    name: str = ""
    has_cookie: bool = False
    began_asked: bool | None = None

    @property
    def is_by_link(self) -> bool:
        """Came by the one link for all, so that several people may share the browser."""
        return bool(self.code) and self.asked is None

    @property
    def needs_name(self) -> bool:
        return not self.assessment.anonymous and self.member is None

    @property
    def respondent(self) -> Respondent:
        """As the actions know them."""
        return Respondent(
            secret=self.key,
            member=self.member,
            name=self.name,
            asked=self.asked,
            link=self.code,
            began_asked=self.began_asked if self.has_cookie else None,
        )

    @property
    def form_id(self) -> str:
        """Tells respondents of one browser apart in the page, so that no unsent text goes to the next one."""
        return f"answer-{sha256(f'mark {self.key}'.encode()).hexdigest()[:8]}"

    @property
    def cookie_name(self) -> str:
        """One cookie for each who may answer in this browser, so that nobody goes on with another’s answers."""
        who = f"member {self.member.person_id}" if self.member else f"asked {self.asked.pk}" if self.asked else ""
        # On a shared computer the name of a cookie must not say to the next one who has answered.
        mark = f"_{salted_hmac(SALT, f'{self.assessment.pk} {who}').hexdigest()[:12]}" if who else ""
        return f"{settings.COOKIE_PREFIX}answer_{self.assessment.pk}{mark}"

    @property
    def salt(self) -> str:
        """What its cookie is signed with. A member’s opens with the password of that time alone: who gets into the
        account by a new one, in the same browser, does not get at the answers."""
        password = sha256(self.member.person.password.encode()).hexdigest() if self.member else ""
        return f"{SALT}{self.cookie_name}{password}"

    @property
    def start_url(self) -> str:
        return self._url("answer_start", "assessment_answer")

    @property
    def finish_url(self) -> str:
        return self._url("answer_finish", "assessment_finish")

    def question_url(self, number: int) -> str:
        return self._url("answer_question", "assessment_question", number)

    def _url(self, outside: str, inside: str, *args: int) -> str:
        if self.code:
            return reverse(outside, args=[self.code, *args])
        return reverse(inside, args=[self.assessment.organisation.slug, self.assessment.pk, *args])


def visitor_as_member(request: MemberRequest, assessment: Assessment) -> Visitor:
    """A signed-in member, asked or not."""
    membership = request.membership
    # Who was asked by address and has an account since is the same person.
    own = Q(person=membership.person_id) | Q(person=None, email=membership.person.email.lower())
    asked = Asked.objects.filter(own, assessment=assessment).order_by("email").first()
    return _recognise_browser(request, Visitor(assessment, member=membership, asked=asked))


def visitor_by_code(request: GuestRequest, code: str) -> Visitor:
    """Somebody with a link. A dead or unknown one is a 404."""
    rounds = Assessment.objects.select_related("organisation", "framework", "facilitator")
    assessment = rounds.exclude(state=Assessment.State.DRAFT).filter(link_nonce=code).first()
    if assessment:
        return _recognise_browser(request, Visitor(assessment, code=code))
    rows = Asked.objects.select_related("assessment__organisation", "assessment__framework", "assessment__facilitator")
    asked = rows.filter(nonce=code, person=None).first()
    if asked is None:
        raise Http404
    return _recognise_browser(request, Visitor(asked.assessment, asked=asked, code=code))


def give_key(response: HttpResponse, visitor: Visitor, *, name: str = "") -> Visitor:
    """Give the browser a fresh key, with the response, and note as what they begin. Whoever had begun with this
    browser’s old key is left behind."""
    fixed, is_asked = _key_of_name(visitor), visitor.asked is not None
    fresh = replace(visitor, key=fixed or secrets.token_urlsafe(24), name=name, has_cookie=True, began_asked=is_asked)
    value = signing.dumps({"key": "" if fixed else fresh.key, "name": name, "asked": is_asked}, salt=fresh.salt)
    response.set_cookie(
        fresh.cookie_name,
        value,
        max_age=KEPT_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return fresh


def _recognise_browser(request: AnswerRequest, visitor: Visitor) -> Visitor:
    """With the key that the browser keeps, if it keeps one that is ours."""
    held = _read_cookie(request, visitor)
    return replace(
        visitor,
        key=_key_of_name(visitor) or str(held.get("key", "")),
        name=str(held.get("name", "")),
        has_cookie=bool(held),
        # A browser that began before this was noted begins again, unless it has answered.
        began_asked=bool(held["asked"]) if "asked" in held else visitor.asked is None if held else None,
    )


def _read_cookie(request: AnswerRequest, visitor: Visitor) -> dict[str, Any]:
    try:
        return signing.loads(request.COOKIES.get(visitor.cookie_name, ""), salt=visitor.salt)
    except signing.BadSignature:
        return {}


def _key_of_name(visitor: Visitor) -> str:
    """In a named round a member or an address has the same key everywhere. Never in an anonymous one."""
    if visitor.assessment.anonymous:
        return ""
    if visitor.member:
        return f"person {visitor.member.person_id}"
    return f"address {visitor.asked.nonce}" if visitor.asked else ""
