"""Who and what is there so far, by the keys of the story."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from django.contrib.auth.hashers import make_password

from actionplan.models import Action
from communities.models import Community, KickOff, Problem, Thread
from demo.calendar import Calendar
from lessons.models import Lesson
from organisations.demo import DEMO_PASSWORD
from organisations.models import Group, Invitation, Membership, Organisation, Person
from people.models import Enquiry
from roadmap.models import Intervention, Programme
from selfassessment.models import Assessment
from techniques.models import Session

Thing = TypeVar("Thing")


class Shelf(dict[str, Thing]):
    """Things by key. Asking for one that is not there says so in words, because a slip in the story is likely."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind

    def __missing__(self, key: str) -> Thing:
        raise LookupError(f"The story speaks of the {self.kind} “{key}” before there is one.")


@dataclass
class World:
    """What the happenings so far have made."""

    calendar: Calendar
    # One hash for everybody: it is made to be slow, and all the world knows what it hides.
    password: str = field(default_factory=lambda: make_password(DEMO_PASSWORD))
    organisations: Shelf[Organisation] = field(default_factory=lambda: Shelf("organisation"))
    administrators: Shelf[str] = field(default_factory=lambda: Shelf("administrator"))
    invitations: Shelf[Invitation] = field(default_factory=lambda: Shelf("invitation"))
    people: Shelf[Person] = field(default_factory=lambda: Shelf("person"))
    groups: Shelf[Group] = field(default_factory=lambda: Shelf("group"))
    programmes: Shelf[Programme] = field(default_factory=lambda: Shelf("programme"))
    interventions: Shelf[Intervention] = field(default_factory=lambda: Shelf("intervention"))
    rounds: Shelf[Assessment] = field(default_factory=lambda: Shelf("round"))
    sessions: Shelf[Session] = field(default_factory=lambda: Shelf("session"))
    lessons: Shelf[Lesson] = field(default_factory=lambda: Shelf("lesson"))
    enquiries: Shelf[Enquiry] = field(default_factory=lambda: Shelf("question"))
    communities: Shelf[Community] = field(default_factory=lambda: Shelf("community"))
    kickoffs: Shelf[KickOff] = field(default_factory=lambda: Shelf("kick-off"))
    problems: Shelf[Problem] = field(default_factory=lambda: Shelf("problem"))
    threads: Shelf[Thread] = field(default_factory=lambda: Shelf("thread"))
    actions: Shelf[Action] = field(default_factory=lambda: Shelf("action"))

    def day(self, number: int | None) -> date | None:
        """A day of the story; None stays None."""
        return None if number is None else self.calendar.day(number)

    def person(self, key: str | None) -> Person | None:
        """Somebody, or nobody yet."""
        return self.people[key] if key else None

    def member(self, key: str, organisation: str) -> Membership:
        """What somebody is in an organisation now."""
        return self.membership(self.people[key], self.organisations[organisation])

    def membership(self, person: Person, organisation: Organisation) -> Membership:
        """The same, of a person and organisation that are at hand."""
        rows = Membership.objects.select_related("organisation", "person")
        return rows.get(person=person, organisation=organisation)

    def actor(self, key: str, thing: Any) -> Membership:
        """Somebody as the member who does something with a thing of their organisation."""
        return self.membership(self.people[key], thing.organisation)

    def administrator(self, organisation: str) -> Membership:
        """Whoever founded an organisation and looks after it."""
        return self.member(self.administrators[organisation], organisation)

    def fresh(self, thing: Any) -> Any:
        """The same row as it stands now."""
        thing.refresh_from_db()
        return thing
