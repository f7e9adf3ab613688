"""A portal with a life’s work in it, filled in bulk: for benchmarks that ask what a page costs with how much there is.

Words are as frequent as people use them (the second half as often as the first, and so on), most lessons are checked, a
tenth is kept back in groups, and a few belong to the network. A third names whoever wrote it, as in a portal that began
with a register of old lessons. The first organisation has half of everything.
"""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate

from django.db import connection, transaction
from django.utils import timezone

from kmportal.lib.bulk import insert_many, next_keys
from organisations.models import Group, GroupMembership, Membership, Organisation, Person
from organisations.permissions import Role

ORGANISATIONS, PEOPLE, INTERVENTIONS = 20, 2_000, 500
GROUPS = 12
WRITTEN_HERE = 1 / 3
BATCH = 2_000
# So many different texts are written; of more lessons some say the same.
POOL = 20_000
VOCABULARY = 30_000
_LETTERS = "etaoinshrdlucmfwypvbgk"
_STATES = {"identified": 50, "noted": 20, "action": 8, "learned": 8, "embedded": 6, "retired": 4, "superseded": 4}
_KINDS = {"lesson": 70, "good-practice": 15, "case-study": 8, "success-story": 5, "innovation": 2}
_SOURCES = {"": 60, "National register": 30, "NASA LLIS": 8, "Sister trust": 2}


@dataclass(frozen=True)
class Text:
    """The words of one lesson: title, what happened, what was learned, the advice."""

    title: str
    happened: str
    learned: str
    advice: str


class Store:
    """The organisations of a benchmark, and a reader of the first one. It can be filled further."""

    def __init__(self, prefix: str = "bench") -> None:
        self.dice = random.Random(1986)
        self.words = self._vocabulary()
        self.weights = list(accumulate(1 / (rank + 2.7) for rank in range(VOCABULARY)))
        self.pool: list[Text] = []
        self.lessons = 0
        self.organisations = Organisation.objects.bulk_create(
            Organisation(name=f"Benchmark {number}", slug=f"{prefix}-{number}") for number in range(ORGANISATIONS)
        )
        groups = Group.objects.bulk_create(
            Group(organisation=one, name=f"Ward {number}", name_key=f"ward {number}")
            for one in self.organisations
            for number in range(GROUPS)
        )
        self.groups = {one.pk: groups[at * GROUPS : (at + 1) * GROUPS] for at, one in enumerate(self.organisations)}
        self.members = self._people(prefix)
        self.lead = self.members[0]
        self.writers = {one.pk: self.members[at::ORGANISATIONS] for at, one in enumerate(self.organisations)}
        self._interventions()

    @property
    def first(self) -> Organisation:
        return self.organisations[0]

    def fill(self, lessons: int) -> None:
        """As many lessons as this altogether."""
        while len(self.pool) < min(lessons, POOL):
            self.pool.append(Text(self._text(8), self._text(45), self._text(25), self._text(18)))
        while self.lessons < lessons:
            number = min(BATCH, lessons - self.lessons)
            with transaction.atomic():
                self._add_lessons(number)
            self.lessons += number
        from search import counting

        counting.fold()
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")

    def word(self, rank: int) -> str:
        """The word of this rank: 0 stands in nearly all lessons, 20,000 in a few."""
        return self.words[rank]

    def _vocabulary(self) -> list[str]:
        found: dict[str, None] = {}
        while len(found) < VOCABULARY:
            found["".join(self.dice.choices(_LETTERS, k=self.dice.randint(4, 11)))] = None
        return list(found)

    def _text(self, number: int) -> str:
        return " ".join(self.dice.choices(self.words, cum_weights=self.weights, k=number)).capitalize() + "."

    def _people(self, prefix: str) -> list[Membership]:
        people = Person.objects.bulk_create(
            Person(email=f"p{number}@{prefix}.example", name=f"Person {number:04}") for number in range(PEOPLE)
        )
        members = Membership.objects.bulk_create(
            Membership(
                organisation=self.organisations[number % ORGANISATIONS],
                person=one,
                role=Role.LEAD if number < ORGANISATIONS else Role.CONTRIBUTOR,
            )
            for number, one in enumerate(people)
        )
        GroupMembership.objects.bulk_create(
            GroupMembership(group=group, person=one.person, membership=one, joined_at=timezone.now())
            for one in members
            for group in self.dice.sample(self.groups[one.organisation_id], 2)
        )
        return members

    def _interventions(self) -> None:
        from roadmap.models import Intervention, Programme

        today = timezone.localdate()
        programmes = Programme.objects.bulk_create(
            Programme(organisation=one, name="Knowledge plan", starts_on=today, ends_on=today + timedelta(days=700))
            for one in self.organisations
        )
        Intervention.objects.bulk_create(
            Intervention(
                programme=programmes[number % ORGANISATIONS], step=number % 5 + 1, title=self._text(6), summary=""
            )
            for number in range(INTERVENTIONS)
        )

    def _add_lessons(self, number: int) -> None:
        from lessons.models import Lesson, LessonRevision
        from lessons.search_documents import document
        from search import index

        lessons = [self._lesson() for _ in range(number)]
        keys = zip(next_keys(Lesson, number), next_keys(LessonRevision, number), strict=True)
        revisions = []
        for lesson, (key, revision_key) in zip(lessons, keys, strict=True):
            text = self.dice.choice(self.pool)
            lesson.pk = key
            revision = LessonRevision(
                pk=revision_key, lesson=lesson, number=1, title=text.title, happened=text.happened,
                learned=text.learned, then_do=text.advice, at=lesson.created_at,
            )  # fmt: skip
            lesson.revision = lesson.approved = revision
            revisions.append(revision)
        insert_many(lessons)
        insert_many(revisions)
        index.add_many((document(one, []) for one in lessons), learned=set(self.words))

    def _lesson(self) -> "Lesson":  # type: ignore[name-defined]  # noqa: F821
        from lessons.models import Lesson

        dice = self.dice
        organisation = self.first if dice.random() < 0.5 else dice.choice(self.organisations[1:])
        kept_back = dice.random()
        reach = "group" if kept_back < 0.1 else "network" if kept_back < 0.13 else "organisation"
        day = date(2006, 1, 1) + timedelta(days=int(7_500 * dice.random() ** 0.5))
        return Lesson(
            organisation=organisation,
            group=dice.choice(self.groups[organisation.pk]) if reach == "group" or dice.random() < 0.5 else None,
            kind=dice.choices(list(_KINDS), list(_KINDS.values()))[0],
            state=dice.choices(list(_STATES), list(_STATES.values()))[0],
            reach=reach,
            share_with=reach,
            author_id=dice.choice(self.writers[organisation.pk]).person_id if dice.random() < WRITTEN_HERE else None,
            source=dice.choices(list(_SOURCES), list(_SOURCES.values()))[0],
            happened_on=day,
            created_at=datetime(day.year, day.month, day.day, 12, tzinfo=UTC) + timedelta(days=9),
            validated_at=datetime(day.year, day.month, day.day, 12, tzinfo=UTC) + timedelta(days=20),
        )
