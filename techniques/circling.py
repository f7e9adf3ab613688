"""Fishbowl: who sits in the inner circle, who waits, who speaks, in the order in which people asked. No Django.

A circle is a value: each move answers another one, or refuses with a sentence. Somebody is a number (who joined) or a
name (who has no phone, and for whom whoever leads presses).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from kmportal.lib.exceptions import Refusal

Who = int | str
FEWEST_CHAIRS, MOST_CHAIRS, USUAL_CHAIRS = 3, 6, 4
# So long whoever is next may think it over before the one behind may come, too: a phone that sleeps stops nobody.
COMES_WITHIN = 60
# So long a full circle waits for somebody to leave before whoever leads is told whom to thank.
LEAVES_WITHIN = 30
# So long nobody new has come in when whoever leads is told to ask what has not been heard.
STANDS_STILL = 8 * 60
# So long one closed circle has talked when it is time for the next.
SWAPS_AFTER = 10 * 60


@dataclass(frozen=True)
class Mode:
    """One form. ``keeps_free``: a chair stays empty for whoever wants to speak, who takes it without being asked.
    ``turn`` is the longest single turn, in seconds."""

    keeps_free: bool
    turn: int


OPEN, CLOSED, ONLINE = "open", "closed", "online"
# Where the room is: before people come in by themselves, in the conversation, or past it.
BEFORE, ON, PAST = "before", "on", "past"
IS_OVER = "The conversation is over, so nobody comes in any more."
MODES = {OPEN: Mode(True, 120), CLOSED: Mode(False, 180), ONLINE: Mode(True, 120)}


@dataclass(frozen=True)
class Sitting:
    """Somebody in a chair. ``said_at``: when their last turn ended; ``asked_at``: when they were asked to leave."""

    who: Who
    number: int
    sat_at: datetime
    said_at: datetime | None = None
    asked_at: datetime | None = None


@dataclass(frozen=True)
class Turn:
    """Somebody has spoken for so many seconds; none where they have only sat down."""

    who: Who
    seconds: int | None = None


@dataclass(frozen=True)
class Circle:
    """All of one circle. ``offered_at``: since when whoever is next could come. ``turns``: what people have said, and
    who has sat down, since this value was read."""

    mode: str = OPEN
    chairs: int = USUAL_CHAIRS
    seats: tuple[Sitting, ...] = ()
    queue: tuple[Who, ...] = ()
    speaker: Who | None = None
    speaks_at: datetime | None = None
    offered_at: datetime | None = None
    turns: tuple[Turn, ...] = ()

    # --- What is so

    @property
    def rules(self) -> Mode:
        return MODES[self.mode]

    @property
    def free(self) -> list[int]:
        """The chairs that are empty."""
        taken = {seat.number for seat in self.seats}
        return [number for number in range(1, self.chairs + 1) if number not in taken]

    def seat_of(self, who: Who | None) -> Sitting | None:
        return next((seat for seat in self.seats if seat.who == who), None)

    def place_of(self, who: Who | None) -> int:
        """1 for whoever is next; 0 for who does not wait."""
        return self.queue.index(who) + 1 if who in self.queue else 0

    def coming(self, at: datetime) -> int:
        """How many of those who wait may come now: one for each free chair, and one more each time they let a minute
        pass."""
        if not self.free or not self.queue or self.offered_at is None:
            return 0
        return len(self.free) + max(0, int((at - self.offered_at).total_seconds())) // COMES_WITHIN

    def may_come(self, who: Who | None, at: datetime) -> bool:
        """Whether they may take a chair by themselves."""
        if not self.rules.keeps_free or not self.free or self.seat_of(who):
            return False
        return not self.queue or 0 < self.place_of(who) <= self.coming(at)

    def comes_in(self, who: Who, at: datetime) -> int | None:
        """In how many seconds somebody who waits may come, if those before them do not; None where that is open."""
        place = self.place_of(who)
        if not self.rules.keeps_free or not self.free or not place or self.offered_at is None:
            return None
        owed = max(0, place - len(self.free)) * COMES_WITHIN
        return max(0, owed - int((at - self.offered_at).total_seconds()))

    def spoken(self, at: datetime) -> int:
        """Seconds that the turn under way has lasted."""
        return max(0, round((at - self.speaks_at).total_seconds())) if self.speaks_at else 0

    def is_turn_over(self, at: datetime) -> bool:
        return self.spoken(at) >= self.rules.turn

    @property
    def is_full(self) -> bool:
        return not self.free

    def leaver(self) -> Sitting | None:
        """Whom to thank when the circle is full and nobody leaves: whoever spoke last but one, else whoever sits there
        longest."""
        if not (self.rules.keeps_free and self.is_full):
            return None
        heard = sorted((seat for seat in self.seats if seat.said_at and seat.who != self.speaker), key=_said_at)
        if self.speaker is None and len(heard) > 1:
            heard.pop()  # the last one may still be answered
        if heard:
            return heard[-1]
        quiet = [seat for seat in self.seats if seat.who != self.speaker]
        return min(quiet, key=lambda seat: (seat.sat_at, seat.number)) if quiet else None

    def hint_in(self, at: datetime) -> int | None:
        """In how many seconds whoever leads is told what to do next, by the form and how things stand: thank somebody
        who sits in a full circle, ask what has not been heard when nobody comes, or let in the next closed circle."""
        if not self.seats:
            return None
        if self.mode == CLOSED:
            wait = SWAPS_AFTER
        elif self.is_full:
            wait = LEAVES_WITHIN
        elif self.queue:
            return None
        else:
            wait = STANDS_STILL
        changed = max(seat.sat_at for seat in self.seats)
        return max(0, wait - int((at - changed).total_seconds()))

    # --- What somebody does

    def ask(self, who: Who, at: datetime, *, phase: str = ON) -> "Circle":
        """Wait, behind all who asked before."""
        if self.seat_of(who) or who in self.queue:
            return self
        if phase == PAST:
            raise Refusal(IS_OVER)
        return replace(self, queue=(*self.queue, who))._settle(self, at)

    def withdraw(self, who: Who, at: datetime) -> "Circle":
        """Wait no longer."""
        return replace(self, queue=tuple(one for one in self.queue if one != who))._settle(self, at)

    def take(self, who: Who, at: datetime, *, phase: str = ON) -> "Circle":
        """Take the empty chair."""
        if self.seat_of(who):
            return self
        if not self.rules.keeps_free:
            raise Refusal("In this form nobody comes in alone. Say that you would like to speak.")
        if phase == PAST:
            raise Refusal(IS_OVER)
        if phase == BEFORE:
            raise Refusal("The empty chair is open later. You can say already that you would like to speak.")
        if self.is_full:
            raise Refusal("All chairs are taken. Say that you would like to speak, and your turn comes.")
        if not self.may_come(who, at):
            place = self.place_of(who)
            yours = f"You are number {place}." if place else "Say that you would like to speak, and your turn comes."
            raise Refusal(f"Others have asked before you. {yours}")
        return self._sit(who, at)

    def rise(self, who: Who, at: datetime) -> "Circle":
        """Leave the chair, and with it the word."""
        if not self.seat_of(who):
            return self
        quiet = self.hush(who, at)
        return replace(quiet, seats=tuple(seat for seat in quiet.seats if seat.who != who))._settle(self, at)

    def go(self, who: Who, at: datetime) -> "Circle":
        """Leave altogether."""
        return self.rise(who, at).withdraw(who, at)

    def speak(self, who: Who, at: datetime, *, is_led: bool = False) -> "Circle":
        """Take the word. Whoever has it keeps it for the longest turn, unless whoever leads passes it on."""
        if not self.seat_of(who):
            raise Refusal("Take a chair first. Only the inner circle talks.")
        if self.speaker == who:
            return self
        if self.speaker is not None and not is_led and not self.is_turn_over(at):
            raise Refusal("Somebody else is speaking. Wait until they have finished.")
        quiet = self.hush(self.speaker, at) if self.speaker is not None else self
        return replace(quiet, speaker=who, speaks_at=at)

    def hush(self, who: Who, at: datetime) -> "Circle":
        """Have finished speaking."""
        if self.speaker is None or self.speaker != who:
            return self
        seats = tuple(replace(seat, said_at=at) if seat.who == who else seat for seat in self.seats)
        turns = (*self.turns, Turn(who, self.spoken(at)))
        return replace(self, seats=seats, speaker=None, speaks_at=None, turns=turns)

    # --- What whoever leads does

    def seat(self, who: Who, at: datetime) -> "Circle":
        """Put somebody into the circle, as those with whom it begins."""
        if self.seat_of(who):
            return self
        self._refuse_full()
        self._refuse_last()
        return self._sit(who, at)

    def call(self, who: Who, at: datetime, *, phase: str = ON) -> "Circle":
        """Let in whoever asked first, who has to be this one: a second press lets in nobody else. The chair that stays
        empty is theirs in the conversation alone."""
        if self.seat_of(who):
            return self
        self._refuse_unless_next(who)
        self._refuse_full()
        if phase != ON:
            self._refuse_last()
        return self._sit(who, at)

    def ask_out(self, who: Who, at: datetime) -> "Circle":
        """Ask somebody to leave when they have finished."""
        seats = (replace(one, asked_at=one.asked_at or at) if one.who == who else one for one in self.seats)
        return replace(self, seats=tuple(seats))

    def swap(self, who: Who, at: datetime) -> "Circle":
        """The closed circle goes out, and those who asked come in, as many as there are chairs. ``who`` is the first of
        them: a second press changes nothing."""
        if self.mode != CLOSED:
            raise Refusal("Only a closed circle is changed as a whole.")
        if self.seat_of(who):
            return self
        self._refuse_unless_next(who)
        changed, coming = self, self.queue[: self.chairs]
        for seat in self.seats:
            changed = changed.rise(seat.who, at)
        for who in coming:
            changed = changed._sit(who, at)
        return changed

    def reshape(self, mode: str, chairs: int, at: datetime) -> "Circle":
        """Another form, or more or fewer chairs. Nobody loses theirs."""
        if any(seat.number > chairs for seat in self.seats):
            raise Refusal("Somebody sits in a chair that would be taken away. They have to leave it first.")
        changed = replace(self, mode=mode, chairs=chairs)
        return changed._settle(self, at) if mode == self.mode else changed.offer(at)

    def offer(self, at: datetime) -> "Circle":
        """From now on those who wait may come, the first of them first, however long they have waited."""
        return replace(self, offered_at=at if self.free and self.queue else None)

    def _refuse_unless_next(self, who: Who) -> None:
        if self.queue[:1] != (who,):
            raise Refusal("The list has changed. Look at it again.")

    def _refuse_last(self) -> None:
        if self.rules.keeps_free and len(self.free) == 1:
            raise Refusal("One chair stays empty, so that anybody can come in.")

    def _refuse_full(self) -> None:
        if self.is_full:
            raise Refusal("All chairs are taken. Somebody has to leave first.")

    def _sit(self, who: Who, at: datetime) -> "Circle":
        seats = (*self.seats, Sitting(who, self.free[0], at))
        queue = tuple(one for one in self.queue if one != who)
        return replace(self, seats=seats, queue=queue, turns=(*self.turns, Turn(who)))._settle(self, at)

    def _settle(self, before: "Circle", at: datetime) -> "Circle":
        """Since when the present first could come: a new one, or a new free chair, begins anew."""
        if not self.free or not self.queue:
            return replace(self, offered_at=None)
        is_same = before.queue[:1] == self.queue[:1] and len(before.free) >= len(self.free)
        return self if self.offered_at and is_same else replace(self, offered_at=at)


def _said_at(seat: Sitting) -> datetime:
    return seat.said_at or seat.sat_at


@dataclass(frozen=True)
class Talk:
    """Sums of what was said: how many sat in the circle, seconds in all, the longest turn, the largest share."""

    voices: int = 0
    seconds: int = 0
    longest: int = 0
    largest: int = 0

    @property
    def percent(self) -> int:
        """Of the talk, how much the one who spoke most has had."""
        return round(100 * self.largest / self.seconds) if self.seconds else 0


def sum_up(spoken: Iterable[tuple[int, int]]) -> Talk:
    """Of (seconds, longest turn) for each person."""
    rows = list(spoken)
    seconds = [one for one, _ in rows]
    return Talk(len(rows), sum(seconds), max((longest for _, longest in rows), default=0), max(seconds, default=0))
