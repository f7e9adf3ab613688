"""What the frame of every page needs to know: who is here, in which organisation, what is unread."""

from dataclasses import dataclass, field
from functools import cached_property

from django.conf import settings
from django.http import HttpRequest

from kmportal.lib.domain_words import bind
from kmportal.lib.mail import can_leave
from organisations.demo import DEMO_PEOPLE, DemoPerson
from organisations.models import Membership, Organisation, Person


@dataclass
class Shell:
    """The frame’s values. Queries run only if the template asks, and each once."""

    person: Person | None
    given: Membership | None
    last: str = ""
    demo: bool = field(default_factory=lambda: settings.DEMO)

    @cached_property
    def membership(self) -> Membership | None:
        """The one that the page is about. On pages outside (help, one’s account) the one that was last visited."""
        if self.given or self.person is None or not self.last:
            return self.given
        mine = Membership.objects.current().filter(person=self.person, organisation__slug=self.last)
        return mine.select_related("organisation", "person").first()

    @property
    def organisation(self) -> Organisation | None:
        return self.membership.organisation if self.membership else None

    @cached_property
    def organisations(self) -> list[Organisation]:
        """The others that the person may switch to."""
        if self.person is None:
            return []
        if self.membership is not None and self.membership.beside is not None:
            return [other.organisation for other in self.membership.beside]
        others = Membership.objects.current().filter(person=self.person).select_related("organisation")
        here = self.membership.pk if self.membership else None
        return [other.organisation for other in others.order_by("organisation__name") if other.pk != here]

    @property
    def demo_people(self) -> tuple[DemoPerson, ...]:
        """Whom one may become on the demo’s sign-in page; nobody outside the demo."""
        return DEMO_PEOPLE if self.demo else ()

    @property
    def sends_mail(self) -> bool:
        """Whether a page may say that mail goes out: see ``kmportal.lib.mail.can_leave``."""
        return can_leave()

    @property
    def starts_with(self) -> str:
        """The command that starts this portal."""
        return "make run" if self.demo else "make serve"

    @property
    def is_empty(self) -> bool:
        """Nobody can sign in: no organisation has been made. Asks the database, so it is for the page of signing in."""
        return not Organisation.objects.exists()

    @property
    def incident_url(self) -> str:
        return self.organisation.incident_url if self.organisation else ""


def shell(request: HttpRequest) -> dict[str, Shell]:
    """Context processor: ``shell`` for base.html. Copes with requests that never reached the sign-in middleware."""
    user = getattr(request, "user", None)
    person = user if isinstance(user, Person) else None
    last = request.session.get("organisation", "") if person and hasattr(request, "session") else ""
    found = Shell(person=person, given=getattr(request, "membership", None), last=last)
    if found.given is None and last and found.membership:
        # A page outside, such as help, speaks as the organisation that was last visited, which its frame names too.
        bind(found.membership.organisation.vocabulary)
    return {"shell": found}
