"""Rules on fields, asked by whoever writes: the first that is broken is said in a sentence."""

import pytest

from actionplan.models import Action
from kmportal.lib.exceptions import Refusal
from kmportal.lib.model_rules import refuse_invalid


def test_what_is_right_passes():
    refuse_invalid(Action(title="Ask pharmacy", detail="At ten"), "title", "detail")


@pytest.mark.parametrize("name", ["title", "detail"])
def test_a_text_of_one_or_of_several_lines_has_an_end(name):
    most = Action._meta.get_field(name).max_length
    with pytest.raises(Refusal, match=f"{most:,} characters"):
        refuse_invalid(Action(**{"title": "Ask", name: "x" * (most + 1)}), "title", "detail")


def test_what_is_not_named_is_not_asked():
    refuse_invalid(Action(title=""), "detail")
