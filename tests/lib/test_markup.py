"""Reading pages as a browser does: what shows stays, what does not show goes."""

import pytest

from tests.markup import tidy


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
