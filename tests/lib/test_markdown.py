"""Safe Markdown: what is drawn, what is never let through, and what stays as it was before there were marks."""

import re

import pytest
from django.template import engines
from django.utils.html import linebreaks
from hypothesis import given
from hypothesis import strategies as st

from kmportal.lib.markdown import DEEPEST, LONGEST, MOST_BRACKETS, markdown, plain
from tests.markup import tidy

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<b onmouseover=alert(1)>b</b>",
    "<svg/onload=alert(1)>",
    "<iframe src=//evil.example></iframe>",
    "<style>*{display:none}</style>",
    "<!-- --><form action=/accounts/logout/><input></form>",
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt:alert(1))",
    "[a](java\tscript:alert(1))",
    "[a](&#106;avascript:alert(1))",
    "[a](data:text/html;base64,PHNjcmlwdD4=)",
    "[a](vbscript:x)",
    "[a](file:///etc/passwd)",
    "[a](//evil.example/x)",
    "[a](/accounts/logout/)",
    "[a](http:/evil.example)",
    "[a](\\\\evil.example)",
    "<javascript:alert(1)>",
    '[a](http://b.example "x\\" onclick=alert(1) y=\\"")',
    "[a](http://b.example/'\"><script>alert(1)</script>)",
    "![x](http://tracker.example/pixel.png)",
    "![<script>alert(1)</script>](http://b.example)",
    "[![x](http://b.example/p.png)](javascript:alert(1))",
    "[r]\n\n[r]: javascript:alert(1)",
    '```"><script>alert(1)</script>\nx\n```',
    "`<script>`",
    "# <script>alert(1)</script>",
    "> <script>\n- <img src=x>\n",
    "<a href='http://b.example' style='position:fixed'>all of it</a>",
    "| a | b |\n|---|---|\n| <script> | x |",
    "a\u202egpj.exe\u2066b",
    "a\x00b\x1bc",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "*" * 3000,
    "[" * 3000,
    "> " * 3000,
    "- " * 3000,
]
# All that may ever come out, letter for letter.
ALLOWED = re.compile(
    r"</?(?:p|em|strong|ul|li|blockquote|code|pre|h[2-6])>|<br>|<ol(?: start=\"\d+\")?>|</ol>|</a>|"
    r"<a(?: href=\"(?:https?://|mailto:)[^\"<>\s]+\")? rel=\"nofollow noopener\">",
    re.IGNORECASE,
)


def assert_safe(html):
    rest = ALLOWED.sub("", html)
    assert "<" not in rest, rest
    assert not set(html) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\x00\x1b")


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_hostile_comes_through(text):
    assert_safe(markdown(text))


PARTS = [*HOSTILE[:30], "*", "**", "_", "`", "```", "\n", "\n\n", "> ", "- ", "1. ", "#", "a"]


@given(st.lists(st.sampled_from(PARTS)))
def test_nor_in_any_mixture(parts):
    assert_safe(markdown("".join(parts)))


@pytest.mark.parametrize("url", ["javascript:alert(1)", "//evil.example", "/accounts/logout/", "data:text/html,x"])
def test_an_address_that_leads_nowhere_stays_as_typed(url):
    assert markdown(f"[press me]({url})") == f"<p>[press me]({url})</p>"


def test_a_picture_is_the_words_that_stand_for_it():
    assert markdown("See ![the new <board>](https://b.example/x.png).") == "<p>See the new &lt;board&gt;.</p>"


@pytest.mark.parametrize(
    "text",
    [
        "One line.",
        "One line\nand the next\nand one more.",
        "A paragraph.\n\nAnother\nwith a break.\n\n\n\nA third.",
        "Windows\r\nand old Mac\rlines.",
        "    begins with blanks\n    and goes on",
        "3 < 4 & 5 > 2, “quoted”, 'quoted' and \"quoted\"",
        "– a dash of a list\n– another",
        "before\n---\nafter\n===",
        "[1]: see below",
        r"\\server\files\new and C:\temp",
        "&copy; and &amp;",
        "ward_4_north and #5 and 10*",
        "| no | table |\n|---|---|",
        "Price: £5 ~ £6 ~~ about",
        "",
        "   \n  ",
    ],
)
def test_a_text_without_marks_looks_as_before(text):
    """A browser shows the same: only white space that it does not show may differ."""
    before = tidy(linebreaks(text, autoescape=True)).replace("&#x27;", "'").replace("&#39;", "'").replace("&quot;", '"')
    assert tidy(markdown(text)).strip() == ("" if not text.strip() else before.strip())


def test_what_can_be_written():
    text = "Do **this** and *that*:\n- one\n- two\n  - inside\n\n3. third\n\n> she said\n\n# Why\n\n`x` <me@b.example>"
    assert tidy(markdown(text)) == (
        "<p>Do <strong>this</strong> and <em>that</em>:</p><ul><li>one</li><li>two<ul><li>inside</li></ul></li></ul>"
        '<ol start="3"><li>third</li></ol><blockquote><p>she said</p></blockquote><h3>Why</h3>'
        '<p><code>x</code> <a href="mailto:me@b.example" rel="nofollow noopener">me@b.example</a></p>'
    )


def test_a_mark_can_be_let_stand():
    assert markdown(r"\*no\* \- \# \[a\](https://b.example)") == "<p>*no* - # [a](https://b.example)</p>"


def test_headings_fit_the_page():
    assert "<h4>A</h4>" in markdown("# A", 4)
    assert "<h4>A</h4>" in markdown("###### A", 4)


@pytest.mark.parametrize(
    "text",
    ["a\n" * LONGEST, "[" * (MOST_BRACKETS + 1), "> " * (DEEPEST + 1) + "deep", "- " * (DEEPEST + 1) + "deep"],
    ids=["long", "brackets", "quotes", "lists"],
)
def test_what_is_too_much_is_shown_as_typed_and_whole(text):
    assert tidy(markdown(text)) == tidy(linebreaks(text, autoescape=True))
    assert plain(text) == text.strip()


def test_no_word_is_lost_in_a_deep_text():
    for depth in range(1, 2 * DEEPEST):
        assert "deep" in markdown("> " * depth + "deep")
        assert "deep" in markdown("\n".join("  " * one + "- x" for one in range(depth)) + " deep")


def test_plain_words():
    text = "# Why\nDo **this**\nand [read](https://b.example/a).\n\n- one\n  1. a\n  2. b\n-\n"
    text += "\n> she\n\n```\nx < y\n```"
    assert plain(text) == "Why\n\nDo this\nand read.\n\n- one\n  1. a\n  2. b\n- \n\nshe\n\nx < y"
    assert plain("[read](https://b.example/a), <me@b.example>", addresses=True) == (
        "read (https://b.example/a), me@b.example"
    )


@pytest.mark.parametrize("text", ["One\ntwo\n\nthree", "3 < 4", "ward_4_north", ""])
def test_plain_words_of_a_plain_text_are_the_text(text):
    assert plain(text) == text


def test_the_filters():
    def drawn(template, text):
        return tidy(engines["django"].from_string(template).render({"text": text})).strip()

    lead = "{% begun_by text %}<b>then</b>{% endbegun_by %}"
    assert drawn("{{ text|markdown:2 }}", "# A") == "<h2>A</h2>"
    assert drawn("{{ text|markdown }}", None) == ""
    assert drawn("{{ text|plain_words }}", "**A**") == "A"
    assert drawn(lead, "ask *first*") == "<p><b>then</b> ask <em>first</em></p>"
    assert drawn(lead, "- ask") == "<p><b>then</b></p><ul><li>ask</li></ul>"
    assert drawn("{% begun_by text %}{% endbegun_by %}", "ask") == "<p>ask</p>"
