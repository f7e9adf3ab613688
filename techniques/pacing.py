"""Keeping a session within its time: when one stage is stretched, later ones give their minutes. Plain arithmetic."""

from collections.abc import Sequence

from kmportal.lib.domain_words import worded
from kmportal.lib.sentences import listed

# A stage never shrinks below this.
LEAST_MINUTES = 1


def take_minutes(later: Sequence[int], taken: int) -> list[int]:
    """The minutes of the later stages after ``taken`` minutes were given to an earlier one.

    The longest give first, one minute at a time, and none falls below one minute. What nobody can give makes the
    session longer: the sum then shrinks by less than ``taken``.
    """
    minutes = list(later)
    for _ in range(taken):
        longest = max(range(len(minutes)), key=lambda place: minutes[place], default=None)
        if longest is None or minutes[longest] <= LEAST_MINUTES:
            break
        minutes[longest] -= 1
    return minutes


def pace_in_words(stages: Sequence[tuple[str, int, int]]) -> str:
    """What has shifted against the plan, as sentences; empty when nothing has. Stages are (name, planned, now)."""
    longer = [(name, now - planned) for name, planned, now in stages if now > planned]
    shorter = [(name, planned - now) for name, planned, now in stages if now < planned]
    if not longer:
        return ""
    given = listed([f"“{name}” has {_minutes_in_words(more)} more" for name, more in longer])
    total = sum(more for _, more in longer) - sum(less for _, less in shorter)
    words = [f"{given} than planned."]
    if shorter:
        words.append(f"{listed([f'“{name}” has {_minutes_in_words(less)} less' for name, less in shorter])}.")
    if total > 0:
        words.append(f"The {worded('session')} ends {_minutes_in_words(total)} later.")
    return " ".join(words)


def _minutes_in_words(number: int) -> str:
    return "one minute" if number == 1 else f"{number} minutes"
