"""What a gap report consists of: plain frozen values, so that page, PDF and CSV cannot differ."""

import hashlib
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.utils.translation import ngettext

from kmportal.lib.domain_words import worded
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.presses import Press
from kmportal.lib.sentences import capital, counted, in_words, people_in_words
from roadmap.models import CatalogueEntry
from selfassessment import scoring
from selfassessment.models import Assessment, Decision, Response, Suggestion, Withholding
from selfassessment.scoring import Measure
from techniques.models import Technique

WIDEST_SHOWN = 6
COMMENTS_OPEN = 12
ORDERING = _(
    "The wider the gap, and the more people say that a question matters most, the higher its suggestion stands: where "
    "all of them say so, a gap counts twice. What takes days counts a fifth more, what takes months a fifth less. "
    f"Where the middle answer for now is below {scoring.FIRST_STEP_BELOW:g} we suggest a first step, above it a "
    "bigger one."
)


TOO_FEW_OF_THE_ASKED = "Too few of those who were asked have answered"


@dataclass(frozen=True)
class Turnout:
    """How many answered: of those who were asked, and by the one link besides. Of an older round that may be unknown.

    Also what follows from it for the report. The floor counts people, and only those who were asked one by one are
    known to be so many: once five of them have answered, everybody’s answers are shown together. Otherwise theirs are
    left out, and what came by the link is judged by itself.

    ``doubtful``: of those who were asked, so many may not be who they are taken for. All of them may have answered, so
    the floor takes as many away from those who did: docs/decisions/0025.
    """

    answered: int
    asked: int
    asked_answered: int
    by_link: int
    doubtful: int = 0

    @property
    def counts_asked(self) -> bool:
        return scoring.enough(self.asked_answered, doubtful=self.doubtful)

    @property
    def doubtful_counted(self) -> int:
        """What the floor takes away from each figure: nothing where answers by the link stand alone."""
        return self.doubtful if self.counts_asked else 0

    @property
    def is_enough(self) -> bool:
        """Whether there is anything to show."""
        return self.counts_asked or scoring.enough(self.by_link)

    @property
    def counted_way(self) -> str:
        """Whose answers the floor counts, in the report and for each figure of it."""
        return Response.Way.ASKED if self.counts_asked else Response.Way.LINK

    @property
    def shown_ways(self) -> tuple[str, ...]:
        """Whose answers are in the report."""
        return (Response.Way.ASKED, Response.Way.LINK) if self.counts_asked else (Response.Way.LINK,)

    @property
    def shown(self) -> int:
        """How many sets of answers are in the report."""
        return self.asked_answered + self.by_link if self.counts_asked else self.by_link

    @property
    def rate(self) -> int | None:
        """Per cent of those who were asked by name or address; None when nobody was."""
        return round(100 * self.asked_answered / self.asked) if self.asked else None

    @property
    def words(self) -> str:
        """“18 of 23 people answered (78%)”; with a link “18 of 23 who were asked answered (78%), and …”."""
        by_link = f"{self.by_link:,} answer{'' if self.by_link == 1 else 's'} came through the link"
        if not self.asked:
            return by_link
        if not self.by_link:
            return f"{self.asked_answered:,} of {people_in_words(self.asked)} answered ({self.rate}%)"
        if not self.asked_answered:  # some of them may have used the link: “0%” would read as nobody
            if self.asked == 1:
                return f"{by_link}; the one person who was asked did not answer in another way"
            return f"{by_link}; none of the {self.asked:,} who were asked answered in another way"
        were = ngettext("was", "were", self.asked)
        return f"{self.asked_answered:,} of {self.asked:,} who {were} asked answered ({self.rate}%), and {by_link}"

    @property
    def caution(self) -> str:
        """What a reader must know of answers that came through the link, or were left out."""
        if self.is_enough and not self.by_link:
            return ""
        many = "The link can be used more than once, so nobody knows how many people its answers come from."
        if self.counts_asked:
            return many
        if self.is_enough and self.asked_answered:
            few = "Too few of those who answered count" if self.doubtful else TOO_FEW_OF_THE_ASKED
            left = f"{few}, so what they said is left out."
            return f"{left} The report shows the answers through the link alone. {many}"
        return many if self.is_enough else ""

    @property
    def too_few(self) -> str:
        """What a dash means, and why there is no report."""
        few = f"Fewer than {scoring.FLOOR}"
        if self.doubtful and self.counts_asked:
            return f"{few} people answered who count"
        if self.doubtful and not self.is_enough:
            return (
                f"{few} people answered who count: who was asked by address after the first answer, or was given a new "
                "password by an administrator meanwhile, may not count"
            )
        if not self.by_link:
            return f"{few} people answered"
        if self.counts_asked:
            return f"{few} of those who were asked answered"
        if self.is_enough:
            return f"{few} answered"
        of_link = f"ewer than {scoring.FLOOR} answers came through the link"
        return f"{few} of those who were asked answered, and f{of_link}" if self.asked else f"F{of_link}"


@dataclass(frozen=True)
class Result:
    """One criterion with its figures, and how many comments about it the report shows."""

    code: str
    name: str
    question: str
    section: str
    statements: tuple[str, ...]
    figures: Measure
    comments: int = 0

    @property
    def label(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def statement(self) -> str:
        """The sentence of the level that the middle answer chose."""
        middle = self.figures.middle
        return self.statements[middle - 1] if middle and len(self.statements) >= middle else ""


@dataclass(frozen=True)
class SectionScore:
    """One section: the means of its criteria’s medians, and the criterion with the widest gap."""

    key: str
    name: str
    short_name: str
    now: float | None
    wanted: float | None
    widest: Result | None

    @property
    def gap(self) -> float | None:
        return scoring.difference(self.wanted, self.now)

    @property
    def now_text(self) -> str:
        return _one_decimal(self.now)

    @property
    def wanted_text(self) -> str:
        return _one_decimal(self.wanted)

    @property
    def gap_text(self) -> str:
        return _one_decimal(self.gap)


@dataclass(frozen=True)
class Outcome:
    """What was decided about a suggestion, and where that leads."""

    decision: Decision
    verdict: str
    words: str
    reason: str
    by: str
    at: datetime
    became: str
    title: str
    who: str
    state: str
    url: str

    @property
    def is_accepted(self) -> bool:
        return self.verdict != Decision.Verdict.REJECTED


@dataclass(frozen=True)
class Offer:
    """A suggestion with its place in the order and what put it there. ``presses``: what one reader may do with it."""

    rank: int
    result: Result
    suggestion: Suggestion
    score: float
    people: int
    entry: CatalogueEntry | None
    technique: Technique | None = None
    is_quick_win: bool = False
    outcome: Outcome | None = None
    presses: tuple[Press, ...] = ()

    @property
    def inputs(self) -> str:
        """“Now 1.5, wanted 4. Matters most to 10 of 18. Takes weeks. Score 3.9”; nothing of what matters to nobody."""
        figures = self.result.figures
        matters = f"Matters most to {figures.votes} of {self.people}. " if figures.votes else ""
        return f"Now {level(figures.now)}, wanted {level(figures.wanted)}. {matters}{self.effort}. Score {self.score:g}"

    @property
    def effort(self) -> str:
        return {"quick": "Takes days", "medium": "Takes weeks", "long": "Takes months"}[self.suggestion.effort]


COMMENT, EVIDENCE = "comment", "evidence"


@dataclass(frozen=True)
class Withheld:
    """A comment or a piece of evidence that is kept out of the report, and why. The report has it without the words."""

    kind: str
    words: str
    reason: str

    @property
    def why(self) -> str:
        return str(Withholding(self.reason).label)


@dataclass(frozen=True)
class Remarks:
    """What people wrote about one criterion, without names, in the order of the alphabet."""

    result: Result
    comments: tuple[str, ...]
    evidence: tuple[str, ...]
    withheld: tuple[Withheld, ...] = ()

    def without_withheld_words(self) -> "Remarks":
        """The same for a report: how many are withheld and why, and nothing of what they say."""
        return replace(self, withheld=tuple(replace(one, words="") for one in self.withheld))

    @property
    def withheld_sentence(self) -> str:
        """“1 comment withheld: it names somebody.” Empty where none is."""
        if not self.withheld:
            return ""
        kinds = Counter(one.kind for one in self.withheld)
        counts = [
            counted(kinds[COMMENT], "comment", "comments") if kinds[COMMENT] else "",
            counted(kinds[EVIDENCE], "piece of evidence", "pieces of evidence") if kinds[EVIDENCE] else "",
        ]
        whys = dict.fromkeys(one.why[:1].lower() + one.why[1:] for one in self.withheld)
        return f"{' and '.join(filter(None, counts))} withheld: {'; '.join(whys)}."


@dataclass(frozen=True)
class GapReport:
    """A closed round. With ``is_enough`` false everything but the turnout is empty."""

    assessment: Assessment
    turnout: Turnout
    is_enough: bool
    not_heard: str = ""
    sections: tuple[SectionScore, ...] = ()
    results: tuple[Result, ...] = ()
    offers: tuple[Offer, ...] = ()
    quick_win: Offer | None = None
    others: tuple[Offer, ...] = ()
    strengths: tuple[Result, ...] = ()
    splits: tuple[Result, ...] = ()
    widest: tuple[Result, ...] = ()
    remarks: tuple[Remarks, ...] = ()
    # Comments and evidence that wait for somebody to read them before the report shows them.
    unread: int = 0

    @property
    def headline(self) -> str:
        """The finding, by a rule that states facts; where there is none, the name of the round."""
        first = self.widest[0] if self.widest else None
        if first is None:
            return self.assessment.title
        return f"Widest gap: {first.name}, now {level(first.figures.now)}, wanted {level(first.figures.wanted)}"

    @property
    def says_what_matters(self) -> bool:
        """Whether anybody said of a question that it matters most; else the tables have no column for it."""
        return any(row.figures.votes for row in self.results)

    @property
    def nothing_matters_most(self) -> bool:
        """That nobody did: known only where enough people answered every question."""
        return all(row.figures.votes == 0 for row in self.results)

    @property
    def shape(self) -> str:
        """The sentence under the radar: where now and wanted lie furthest apart and where closest."""
        known = sorted((row for row in self.sections if row.gap is not None), key=lambda row: -row.gap)  # type: ignore[operator]
        if len(known) < 2 or known[0].gap == known[-1].gap:
            return ""
        return f"Furthest apart in {_lower_first(known[0].name)}, closest in {_lower_first(known[-1].name)}."

    @property
    def bars(self) -> str:
        """The sentence under the bars: which section the widest gaps belong to, if one stands out."""
        shown = self.widest[:WIDEST_SHOWN]
        if not shown:
            return ""
        section, count = Counter(row.section for row in shown).most_common(1)[0]
        if count * 2 > len(shown) > 1:
            share = "All" if count == len(shown) else f"{capital(in_words(count))} of the {in_words(len(shown))}"
            name = next(row.name for row in self.sections if row.key == section)
            return f"{share} belong to {_lower_first(name)}."
        return f"The widest gap is {_count_levels(shown[0].figures.gap)}."

    @property
    def decided(self) -> tuple[Offer, ...]:
        """Every suggestion that was decided upon, in the order of the list."""
        return tuple(row for row in self.every_offer if row.outcome)

    @property
    def undecided(self) -> int:
        return sum(1 for row in self.offers if not row.outcome)

    @property
    def method(self) -> str:
        """How the figures came about, in a line."""
        note = self.assessment.framework.short_note
        return f"Middle answers of {self._sources}. The {worded('group')} has not agreed a score. {note}".strip()

    @property
    def ordering(self) -> str:
        """What puts one suggestion above another, in words: ``scoring.EFFORT_FACTOR`` and its neighbours."""
        return str(ORDERING)

    @property
    def comment_count(self) -> int:
        """How many comments the report shows."""
        return sum(len(row.comments) for row in self.remarks)

    @property
    def comments_folded(self) -> bool:
        """Whether there are so many that each question opens its own."""
        return self.comment_count > COMMENTS_OPEN

    @property
    def _sources(self) -> str:
        turnout = self.turnout
        if not turnout.counts_asked:
            return f"{turnout.by_link:,} answers through the link"
        people = people_in_words(turnout.asked_answered)
        return f"{people} and {turnout.by_link:,} through the link" if turnout.by_link else people

    @property
    def fingerprint(self) -> str:
        """Changes whenever anything that is printed changes; two equal reports have the same."""
        printed = (
            settings.VERSION, self.assessment.pk, self.assessment.version, str(self.assessment.organisation),
            self.assessment.organisation.version, self.assessment.state, str(self.assessment.facilitator),
            self.turnout, self.not_heard, self.sections, self.results, self.remarks, self.unread,
            [(o.rank, o.suggestion.pk, o.suggestion.title, o.score, o.outcome) for o in self.every_offer],
        )  # fmt: skip
        return hashlib.sha256(repr(printed).encode()).hexdigest()[:32]

    def offer(self, code: str) -> Offer | None:
        """The suggestion about this criterion, wherever it stands in the order."""
        return next((row for row in self.every_offer if row.result.code == code), None)

    @property
    def every_offer(self) -> list[Offer]:
        """All suggestions, in three lists or one."""
        return [*self.offers, *([self.quick_win] if self.quick_win else []), *self.others]


def level(value: float | None) -> str:
    """A level as people write it: 2, 2.5, and a dash where too few answered."""
    return "–" if value is None else f"{round(value, 1):g}"


def _one_decimal(value: float | None) -> str:
    """A mean, which has a decimal even where it is nought: 2.0."""
    return "–" if value is None else f"{value:.1f}"


def _count_levels(gap: float | None) -> str:
    return "1 level" if gap == 1 else f"{level(gap)} levels"


def _lower_first(name: str) -> str:
    """A heading inside a sentence; abbreviations at its beginning stay as they are."""
    return name if name[:2].isupper() else name[:1].lower() + name[1:]
