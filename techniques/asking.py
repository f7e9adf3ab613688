"""Questions only: what in a line is no open question, as a hint to its writer before it is sent. Pure: no Django.

It never forbids anything: English has more questions than rules, so the person decides.
"""

import re

ADVICE = "This sounds like advice. Can you ask what they have in mind themselves?"
SEVERAL = "These are several questions. Which one matters most?"
NO_QUESTION = "This is not a question yet. Try one that begins with what, how, who or when."
CLOSED = "This can be answered with yes or no. Can it be an open question?"
BLAME = "“Why” can sound like blame. Try: what led to it?"

_ADVICE = re.compile(
    r"\b(?:"
    r"have(?:n['’]t)? you (?:ever |already |not )*(?:tried|thought|considered|asked|spoken|talked)"
    r"|(?:did|do) you (?:ever |already |not )*(?:try|think of|consider)"
    r"|you (?:really |just )*(?:should|ought|must|need to|have to|had better|could always|might want)"
    r"|(?:should|could|would|might)(?:n['’]t| not)? (?:you|it)(?: not)? (?:be better|just|simply)"
    r"|(?:should|could)n['’]t you"
    r"|why (?:don['’]t|not|do you not|did(?:n['’]t)? you(?: not)? just)"
    r"|if i were you|i would(?! like)|i['’]d (?!like)|i suggest|i recommend|my advice|all you need|the best thing"
    r")\b",
    re.IGNORECASE,
)
# The only advice that begins as an open question does: “What have you not tried?” is none.
_ADVICE_THAT_OPENS = re.compile(
    r"\b(?:(?:what|how) about|what if you (?:just|simply)|how would it be if|if i were you|my advice)\b", re.IGNORECASE
)
_OPENS = re.compile(
    r"^(?:(?:and|so|but|then|well|ok|okay)\b[,\s]*)*"
    r"(?:(?:in|on|at|by|for|from|with|to|of|about|under|until|since) )?"
    r"(?:what|when|where|who|whom|whose|which|how)\b",
    re.IGNORECASE,
)
_INVITES = re.compile(
    r"^(?:please )?(?:help me (?:to )?understand|tell (?:us|me)|say (?:a little )?more|describe)\b", re.IGNORECASE
)
_CLOSED = re.compile(
    r"^(?:(?:and|so|but|then|well|ok|okay)\b[,\s]*)*"
    r"(?:do|does|did|is|are|was|were|am|can|could|will|would|shall|should|have|has|had|may|might|must)(?:n['’]t)?\b",
    re.IGNORECASE,
)
_WHY = re.compile(r"^(?:(?:and|so|but|then|well|ok|okay)\b[,\s]*)*why\b", re.IGNORECASE)


def hint_of(text: str) -> str:
    """What its writer may think about before they send it; nothing where it reads as an open question."""
    words = " ".join(text.split())
    if not words:
        return ""
    is_open = bool(_OPENS.match(words) or _INVITES.match(words))
    if (_ADVICE_THAT_OPENS if is_open else _ADVICE).search(words):
        return ADVICE
    if words.count("?") > 1:
        return SEVERAL
    if _WHY.match(words):
        return BLAME
    if is_open:
        return ""
    if _CLOSED.match(words):
        return CLOSED
    return "" if words.endswith("?") else NO_QUESTION
