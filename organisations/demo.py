"""The demo’s people: who they are and how one becomes them. Their records are made by ``load_demo``."""

from dataclasses import dataclass

from organisations.permissions import Role

DEMO_PASSWORD = "demo"  # noqa: S105  known to everybody, and only in the demo


@dataclass(frozen=True)
class DemoPerson:
    """One button on the demo’s sign-in page."""

    key: str
    name: str
    email: str
    organisation: str
    role: Role
    words: str


DEMO_PEOPLE = (
    DemoPerson("lena", "Lena Marsh", "lena@riverside.example", "riverside", Role.LEAD, "plans the programme"),
    DemoPerson(
        "farah", "Farah Siddiqui", "farah@riverside.example", "riverside", Role.FACILITATOR,
        "runs sessions, curates lessons",
    ),
    DemoPerson(
        "cara", "Cara Doyle", "cara@riverside.example", "riverside", Role.CONTRIBUTOR, "a ward sister with five minutes"
    ),
    DemoPerson("reza", "Reza Amini", "reza@riverside.example", "riverside", Role.READER, "a porter who reads"),
    DemoPerson("sam", "Sam Okafor", "sam@riverside.example", "riverside", Role.SPONSOR, "reads one page a month"),
    DemoPerson(
        "ada", "Ada Kowalska", "ada@riverside.example", "riverside", Role.ADMINISTRATOR,
        "looks after people and settings",
    ),
    DemoPerson("oskar", "Oskar Lind", "oskar@hillside.example", "hillside", Role.LEAD, "leads another organisation"),
    DemoPerson("nia", "Nia Evans", "nia@riverside.example", "riverside", Role.READER, "reads in both organisations"),
)  # fmt: skip
