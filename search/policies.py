"""Which words of a search may be kept, who answers those that found nothing, and who says what words mean."""

import re

from kmportal.lib.cleaning import line_of_text
from kmportal.lib.naming import hints_in
from organisations import policies
from organisations.models import Membership, Organisation
from organisations.permissions import Permission
from search.models import UnansweredSearch
from search.query import parse

LONGEST = 200
# The number of a patient or of a phone, or a whole day, which may be one of birth. A year, ward or form has fewer.
_LONG_NUMBER = re.compile(r"\d{6}|\d{3}\s\d{3}\s\d{4}|\d{1,2}[\s./-]\d{1,2}[\s./-]\d{2}")
_MONTH = (
    "(?:january|february|march|april|may|june|july|august|september|october|november|december"
    "|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec)"
)
_BETWEEN, _NTH = r"[\s,./-]", "(?:st|nd|rd|th)?"
_WORDED_DAY = re.compile(
    rf"\d{_NTH}(?:\sof)?{_BETWEEN}*{_MONTH}{_BETWEEN}*\d{{2}}"
    rf"|\b{_MONTH}{_BETWEEN}*\d{{1,2}}{_NTH}{_BETWEEN}+\d{{2}}"
)
# In small letters a title is all that a name has. “Nurse” and “sister” mostly stand for work, “near miss” for an event.
_TITLED = re.compile(r"(?<!near[ -])\b(?:mr|mrs|ms|miss|mx|dr|prof|professor)\b\.?\s*[^\W\d_]")


def words_to_keep(text: str) -> str:
    """A search as it may be kept: one line in small letters. Empty where nothing of it may be: too long, without a
    letter, or it looks as if it says who somebody is.
    """
    words = line_of_text(text).lower()
    if not words or len(words) > LONGEST or parse(words).asks_nothing:
        return ""
    if any(pattern.search(words) for pattern in (_LONG_NUMBER, _WORDED_DAY, _TITLED)):
        return ""
    return "" if _may_show_somebody(text) else words


def _may_show_somebody(text: str) -> bool:
    """People search in small letters: so known names and postcodes are looked for in large ones, too."""
    if hints_in(text):
        return True
    known = [hint for hint in hints_in(text.title()) if hint.looks_like == "the name of somebody who works here"]
    return bool(known) or any(hint.looks_like == "a postcode" for hint in hints_in(text.upper()))


def may_answer(membership: Membership | None, search: UnansweredSearch) -> bool:
    """Whoever curates in that organisation."""
    return policies.may(Permission.FACILITATE, membership, search.organisation)


def may_define(membership: Membership | None, organisation: Organisation) -> bool:
    """Whoever curates says what words mean."""
    return policies.may(Permission.FACILITATE, membership, organisation)
