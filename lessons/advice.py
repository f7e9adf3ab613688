"""An advice in a note, taken apart: “When you are about to move a ward, ask pharmacy” → *move a ward*, *ask pharmacy*.

Split right or not at all: whoever closes a session sees at once that a half is missing, and not that it is wrong. Pure.
"""

import re

from kmportal.lib.cleaning import first_words
from kmportal.lib.sentences import capital
from lessons.quality import TITLE_LENGTH

_WHEN = re.compile(r"when(?:ever)?\s+", re.IGNORECASE)
_YOU = re.compile(r"(?:you\s+are\s+about\s+to|you[’']re\s+about\s+to|about\s+to|you)\s+", re.IGNORECASE)
# Where the first half may end. A colon inside a time and a comma inside a number have no space behind them.
_CUT = re.compile(r"\s*[,;:]\s+|\s+[–—-]\s+")
_THEN = re.compile(
    r"(?:\s*[,;:–—-]+\s*|(?<!\band)(?<!\bor)(?<!\bbut)(?<!\bby)(?<!\bonly)\s+)then\b[,:]?\s+", re.IGNORECASE
)
# What goes on with the first half.
_GOES_ON = re.compile(
    r"(?:and|or|but|nor|because|which|who|whose|where|when|while|that|if|as|so|with|without|for|especially|even|"
    r"including|such|not|e\.g)\b",
    re.IGNORECASE,
)
# Words with which people begin to say what to do.
_ADVICE = re.compile(
    r"(?:please|first|always|never|don[’']t|do|make|take|give|get|go|come|let|keep|put|set|use|try|ask|tell|call|ring|"
    r"phone|mail|write|read|say|talk|speak|listen|show|share|send|bring|carry|move|walk|look|see|check|count|test|mark|"
    r"label|name|note|print|list|plan|book|order|buy|build|open|close|begin|start|stop|wait|stay|meet|invite|involve|"
    r"include|agree|decide|choose|pick|find|search|learn|teach|train|brief|warn|remind|remember|think|consider|allow|"
    r"leave|hold|hand|help|avoid|change|return|report|record|save|delete|prepare|practise|rehearse|repeat|review|run|"
    r"turn|watch|work|add|have|be|expect|offer|pass|point|prove|raise|reach|reduce|replace|settle|split|spend|ensure|"
    r"explain|contact|confirm|clear|clean|draw|follow|join|publish|visit|switch|store|sit|stand|sign)\b",
    re.IGNORECASE,
)
_SENTENCE_ENDS = re.compile(r"[.!?]\s")


def advice_in(note: str) -> tuple[str, str]:
    """Its two halves, when and what then; an empty first half and the whole note where they cannot be told apart."""
    text = " ".join(note.split())
    smooth = " ".join(text.replace("…", " ").replace("...", " ").split())
    opening = _WHEN.match(smooth)
    if not opening:
        return "", text
    rest = smooth[opening.end() :]
    asked = _YOU.match(rest)
    rest = rest[asked.end() :] if asked else rest
    cut = _find_halves(rest, is_addressed=asked is not None)
    if cut is None:
        return "", text
    when_you, then_do = rest[: cut[0]].strip(" ,;:"), rest[cut[1] :].strip()
    if not when_you or not then_do or _SENTENCE_ENDS.search(when_you):
        return "", text
    return when_you, then_do


def _find_halves(rest: str, *, is_addressed: bool) -> tuple[int, int] | None:
    """Where the first half ends and the second begins.

    At “then”, or where something follows that one is to do, whichever comes first. Without either, at a colon or at the
    one place where a cut is possible at all, and only where somebody is addressed: “When we moved, nobody knew” is a
    story.
    """
    cuts = [found for found in _CUT.finditer(rest) if not _GOES_ON.match(rest, found.end())]
    sure = [found.span() for found in cuts if _begins_advice(rest, found.end())]
    if then := _THEN.search(rest):
        sure.append(then.span())
    if sure:
        return min(sure)
    if is_addressed and cuts and (len(cuts) == 1 or cuts[0][0].strip() == ":"):
        return cuts[0].span()
    return None


def _begins_advice(rest: str, start: int) -> bool:
    """Whether what begins here says what to do. “Open a ward, close a bay or move a bed, …” goes on with occasions."""
    following = _CUT.search(rest, start)
    is_list = following is not None and " or " in rest[start : following.start()]
    return not is_list and _ADVICE.match(rest, start) is not None


def title_of(note: str) -> str:
    """A note as a title: its advice, short."""
    return capital(first_words(advice_in(note)[1], TITLE_LENGTH).rstrip("."))
