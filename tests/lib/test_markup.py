"""Reading pages as a browser does: what shows stays, what does not show goes."""

import pytest

from tests import markup
from tests.markup import TidyClient, tidy


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("<p>\n  Two\n  words\n</p>\n<p> more</p>", "<p>Two words</p><p>more</p>"),
        ("<p>a <b>b</b>\n<i>c</i></p>", "<p>a <b>b</b> <i>c</i></p>"),
        ("<p>a<b> b</b></p>", "<p>a<b> b</b></p>"),
        ('<a\n  class="\n  x\n  y\n"\n  href="/"\n>\n  Go\n</a>', '<a class="x y" href="/">Go</a>'),
        ('<input value="a  b"\n  checked\n>', '<input value="a  b" checked>'),
        ("<div> <textarea>\n a\n </textarea> </div>", "<div><textarea>\n a\n </textarea></div>"),
        ('<option\n  value="1"\n  selected\n>One</option>', '<option value="1" selected>One</option>'),
    ],
)
def test_white_space_that_shows_nothing_is_left_out(written, read):
    assert tidy(written) == read


def test_a_page_is_tidied_when_it_is_read_and_once(db, monkeypatch):
    tidied = []
    monkeypatch.setattr(markup, "tidy", lambda page: tidied.append(page) or tidy(page))
    answer = TidyClient().get("/privacy/")
    assert not tidied
    assert answer.text == answer.content.decode() == tidy(tidied[0])
    assert len(tidied) == 1
    assert answer.status_code == 200
    assert "\n<" in tidied[0]
    assert "\n<" not in answer.text
