"""Two versions side by side: nothing of either is lost, and only what differs is marked."""

import time

from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from kmportal.lib.conflicts import Piece, compare, word_diff

texts = st.text(alphabet=st.characters(exclude_characters="\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"), max_size=200)


@given(texts, texts)
def test_both_texts_are_there_whole(before, after):
    left, right = word_diff(before, after)
    assert "".join(piece.text for piece in left) == before
    assert "".join(piece.text for piece in right) == after
    assert {piece.kind for piece in left} <= {"same", "del"}
    assert {piece.kind for piece in right} <= {"same", "ins"}


def test_only_the_changed_words_are_marked():
    left, right = word_diff("Ask pharmacy at ten.\nThen wait.", "Ask the pharmacy at nine.\nThen wait.")
    assert [piece.text for piece in left if piece.kind == "del"] == ["ten.\n"]
    assert [piece.text for piece in right if piece.kind == "ins"] == ["the ", "nine.\n"]
    assert left[-1] == Piece("Then wait.")


def test_a_field_that_is_the_same_says_so():
    same, other = compare([("Title", "A", "A"), ("Date", None, "2026-11-22")])
    assert not same.differs
    assert other.differs
    assert other.before == ()


def test_long_texts_are_compared_in_no_time():
    start = time.monotonic()
    left, _ = word_diff("word " * 40_000, "word " * 39_999 + "other")
    assert time.monotonic() - start < 5
    assert left[0].kind == "del"


def test_the_page_escapes_what_people_wrote():
    differences = compare([("What happened", "a < b", "<script>")])
    html = render_to_string(
        "components/versions.html", {"differences": differences, "before": "Saved", "after": "Yours"}
    )
    assert "<script>" not in html
    assert "<ins>&lt;script&gt;</ins>" in html
