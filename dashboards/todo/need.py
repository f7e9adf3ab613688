"""One thing that waits for somebody, and what the topics of the list share."""

from dataclasses import dataclass

from kmportal.lib.sentences import capital

SOON = 3  # days
MOST = 8  # stand open on home, so that it stays a list for today
FETCHED = MOST + 1  # of each kind: so that the number above the list is true, or says that there are more


@dataclass(frozen=True)
class Need:
    """One thing that waits for this person: what it is, the one button, how late it is."""

    title: str
    url: str
    button: str
    facts: str = ""
    late: str = ""
    weight: int = 0
    number: int | None = None  # of what is counted in the title, and on the page that it opens


def join_sentence(*parts: str) -> str:
    """Facts as sentences, those that there are."""
    return ". ".join(capital(part) for part in parts if part)
