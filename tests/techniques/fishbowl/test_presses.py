"""A press of whoever leads means a person: sent twice, or from two desks, it hits nobody else."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from kmportal.lib.exceptions import Refusal
from techniques.actions.room import joining
from techniques.bowls import as_handle, of_handle
from techniques.models import Chair, Participant, Waiting
from tests.cast import as_member
from tests.techniques.conftest import NOW, inside
from tests.techniques.fishbowl.conftest import press, sitting, waiting


def handle(person) -> str:
    return as_handle(person.pk)


def test_the_desk_says_whom_it_means(room, people, as_, farah):
    press(room, people[0], "take_chair")
    press(room, people[0], "begin_turn")
    press(room, as_member(farah), "ask_for_guest", name="O’Neill & son")
    page = as_(farah).get(inside("session_room", room)).text
    for verb in ("finish", "thank", "free"):
        assert f'value="{verb}/{handle(people[0])}"' in page
    assert 'value="off/nO’Neill &amp; son"' in page


def test_a_second_press_frees_no_other_chair(room, people, farah):
    lead = as_member(farah)
    press(room, people[0], "take_chair")
    press(room, lead, "free_chair", whom=handle(people[0]))
    press(room, people[1], "take_chair")
    for action in ("free_chair", "ask_out"):
        press(room, lead, action, whom=handle(people[0]))
    assert sitting(room) == ["Ben"]
    assert Chair.objects.get().asked_at is None


def test_a_second_press_takes_nobody_else_off_the_list_and_lets_in_nobody_else(room, people, farah):
    lead = as_member(farah)
    for person in people[:4]:
        press(room, person, "ask_to_speak")
    for _ in range(2):
        press(room, lead, "take_off_list", whom=handle(people[0]))
        press(room, lead, "call_next", whom=handle(people[1]))
    assert (sitting(room), waiting(room)) == (["Ben"], ["Cem", "Dee"])
    with pytest.raises(Refusal, match="list has changed"):
        press(room, lead, "call_next", whom=handle(people[3]))


def test_a_second_press_gives_the_word_to_nobody_else_and_takes_it_from_nobody_else(room, people, farah):
    lead = as_member(farah)
    for person in people[:2]:
        press(room, person, "take_chair")
    press(room, lead, "begin_turn", whom=handle(people[0]))
    press(room, lead, "begin_turn", whom=handle(people[1]), at=NOW + timedelta(seconds=20))
    press(room, lead, "end_turn", whom=handle(people[0]), at=NOW + timedelta(seconds=21))
    assert Chair.objects.get(speaks_at__isnull=False).participant == people[1]
    press(room, people[0], "leave_chair")
    press(room, people[2], "take_chair")
    with pytest.raises(Refusal, match="no chair any more"):
        press(room, lead, "begin_turn", whom=handle(people[0]))


@pytest.mark.parametrize("typed", ["", "1", "p", "px", "p²", "n", f"p{'9' * 30}"])
def test_what_names_nobody_is_refused(typed):
    with pytest.raises(Refusal, match="Load the page again"):
        of_handle(typed)


def test_whoever_has_left_meanwhile_takes_no_chair(room, people):
    """The page was read before they left, and the press comes after it."""
    as_read = Participant.objects.get(pk=people[0].pk)
    joining.leave_room(room, by=people[0], at=NOW)
    for action in ("take_chair", "ask_to_speak"):
        with pytest.raises(PermissionDenied):
            press(room, as_read, action)
    assert not Chair.objects.exists()
    assert not Waiting.objects.exists()
