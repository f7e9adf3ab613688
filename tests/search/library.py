"""Some 300 made-up things with all the dirt that texts have, and what people ask for."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from organisations.models import Group, GroupMembership, Membership, Organisation, Person
from organisations.permissions import Role
from search import index

_PLAIN = (
    "valve battery connector launch vehicle thermal lithium pump ward handover discharge medicine pharmacy seal "
    "pressure tank wire harness organisation colour behaviour leak inspection contamination review training staff "
    "nurse surgery theatre checklist fuel oxidiser separation committee bolt torque sensor alarm cable metre"
)
PLAIN = _PLAIN.split()
VARIED = [
    "valves", "Batteries", "connectors", "launched", "vehicles", "thermally", "pumping", "wards", "HANDOVERS",
    "discharging", "medicines", "sealed", "organization", "color", "behavior", "oxidizer", "meters", "inspecting",
]  # fmt: skip
COMMON = ["the", "of", "and", "in", "to", "it", "is", "for", "with", "not", "when"]
ODD = [
    "O-ring", "O-rings", "café", "cafe\u0301", "résumé", "patient’s", "patient's", "A&E", "AB-1234", "5.2.19",
    "fuel/oxidiser", "½", "straße", "STRASSE", "Ωmega", "данные", "データ", "😀", "<b>bold</b>", "\"quoted\"", "x_y",
    "naïve", "Łódź", "co\u00adoperate", "1e5", "http://example.org/a?b=1", "12,000", "don’t", "ﬁtting", "AND", "NEAR(",
]  # fmt: skip
QUERIES = [
    "", " ", "valve", "VALVES", "battery", "batteries", "thermally", "organisation", "organization", "colour",
    "color", "oxidizer", "metre", "launch vehicle", '"launch vehicle"', "“launch vehicle”", '"vehicle launch"',
    "vehicle launch", "battery -lithium", "-lithium", "-lithium -battery", 'valve -"launch vehicle"',
    "valve pump seal", "O-ring", "o ring", "oring", '"O-ring seal"', "cafe", "CAFÉ", "résumé", "patient's",
    "patients", "A&E", "AB-1234", "ab 1234", "1234", "5.2.19", "5.2", "fuel/oxidiser", "½", "strasse", "straße",
    "Ωmega", "данные", "データ", "😀", "the", "of the", '"of the"', "the valve", "AND OR NOT", "NOT valve",
    "valve OR pump", "valv*", "connect*", "hand*", "w*", "con* -wire", '"', '"valve', 'valve"', '""', "-", "--",
    "- valve", "--valve", "*", "valve*pump", "title:valve", "NEAR(valve pump)", "valve & pump | seal !wire",
    "valve:*", "'valve'", "valve;DROP TABLE search_word", "x_y", "12,000", "http://example.org", "naive",
    "lodz", "cooperate", "don't", "dont", "1e5", "zzzz", "a\0b", "valve\0", "valve\npump\tseal", "%valve%",
    "\\", "repeated", '"repeated repeated"', '"the repeated"', "lastword", "firstword", "valve valve valve",
    "wards -wards",
]  # fmt: skip
FILTERS = [
    {},
    {"kind": ["lesson"]},
    {"state": ["open", "closed"]},
    {"year": ["2024"], "kind": ["lesson", "session"]},
    {"group": ["Ward 6"]},
    {"source": ["NASA"], "state": ["identified"]},
    {"year": ["nonsense"]},
]
FACETS = ["kind", "state", "subkind", "source", "year", "group"]
START = datetime(2026, 3, 1, 9, tzinfo=UTC)


@dataclass
class Library:
    """The things, and the people who look for them."""

    docs: list[index.Doc]
    readers: list[Membership]
    groups: dict[int, Group]
    circles: dict[int, set[int]]


def build() -> Library:
    """Riverside and Hillside, groups with the same name in both, people in several roles, 300 things."""
    dice = random.Random(14)
    places = [Organisation.objects.create(name=name, slug=name.lower()) for name in ("Brook", "Fell")]
    groups = [
        Group.objects.create(organisation=place, name=name)
        for place in places
        for name in ("Ward 6", "Pharmacy", "Éclair")
    ]
    people = [Person.objects.create(email=f"p{number}@example.org", name=f"P {number}") for number in range(6)]
    roles = [Role.READER, Role.CONTRIBUTOR, Role.FACILITATOR, Role.LEAD, Role.ADMINISTRATOR]
    readers = [
        Membership.objects.create(organisation=places[0], person=person, role=role)
        for person, role in zip(people, roles, strict=False)
    ]
    readers += [
        Membership.objects.create(organisation=places[1], person=people[0], role=Role.LEAD),
        Membership.objects.create(organisation=places[1], person=people[5], role=Role.SPONSOR, is_validator=True),
    ]
    for person in people:
        for group in dice.sample(groups, 2):
            member = Membership.objects.filter(person=person, organisation=group.organisation).first()
            if member:
                GroupMembership.objects.create(group=group, person=person, membership=member)
    docs = [_doc(dice, number, places, groups, people) for number in range(297)]
    long = "firstword " + " ".join(dice.choices(PLAIN, k=16_500)) + " lastword"
    base = {"organisation": places[0], "reach": "organisation", "group_id": None, "author_id": None}
    docs += [
        index.Doc("lesson", 900, title="Very long", body=long, at=START, **base),
        index.Doc("lesson", 901, title="Repeated", body="the repeated " * 700, at=START, **base),
        index.Doc("technique", 1, None, "network", None, None, title="", body="valve", at=START),
    ]
    index.put_many(docs)
    circles = {reader.pk: set(reader.circles.values_list("group_id", flat=True)) for reader in readers}
    return Library(docs, readers, {group.pk: group for group in groups}, circles)


def _doc(
    dice: random.Random, number: int, places: list[Organisation], groups: list[Group], people: list[Person]
) -> index.Doc:
    place = dice.choice([places[0], places[0], places[1]])
    group = dice.choice([None, *(group for group in groups if group.organisation_id == place.pk)])
    return index.Doc(
        kind=dice.choice(["lesson", "lesson", "session", "action"]),
        ident=number,
        organisation=place,
        reach=dice.choice(["author", "reviewers", "group", "organisation", "organisation", "network"]),
        group_id=group.pk if group else None,
        author_id=dice.choice(people).pk if dice.random() < 0.5 else None,
        title=_words(dice, 5),
        tags=[_words(dice, 1) for _ in range(dice.randint(0, 3))],
        abstract=_words(dice, 12) if dice.random() < 0.7 else "",
        body="\n".join(_words(dice, 20) for _ in range(dice.randint(0, 4))),
        state=dice.choice(["", "open", "closed", "identified"]),
        subkind=dice.choice(["", "good-practice"]),
        source=dice.choice(["", "", "NASA"]),
        year=dice.choice([None, 2023, 2024, 2025]),
        rank=dice.choice([0, 200, 800]),
        at=START + timedelta(days=dice.randint(0, 200)),
    )


def _words(dice: random.Random, number: int) -> str:
    pools = dice.choices([PLAIN, VARIED, COMMON, ODD], weights=[6, 2, 3, 2], k=number)
    return " ".join(dice.choice(pool) for pool in pools)
