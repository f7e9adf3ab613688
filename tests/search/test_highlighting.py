"""Marks stand where the index found the words, and nothing but marks is markup."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.highlighting import Highlighter
from search.query import parse


def marked(text, query):
    return Highlighter(parse(query).all).mark(text)


@pytest.mark.parametrize(
    ("text", "query", "html"),
    [
        ("Valves and batteries", "valve battery", "<mark>Valves</mark> and <mark>batteries</mark>"),
        ("Launch of a launch vehicle", '"launch vehicles"', "Launch of a <mark>launch vehicle</mark>"),
        ("O-rings & “O” ring", "o-ring", "<mark>O-rings</mark> &amp; “<mark>O” ring</mark>"),
        ("Résumé, resume", "resume", "<mark>Résumé</mark>, <mark>resume</mark>"),
        ("The patient’s bed", "patient", "The <mark>patient’s</mark> bed"),
        ("connection, connector", "connecting", "<mark>connection</mark>, connector"),
        ("connection, connector", "connect connectors", "<mark>connection</mark>, <mark>connector</mark>"),
        ("connection, connector, cone", "connect*", "<mark>connection</mark>, <mark>connector</mark>, cone"),
        ("vaporise the vapour", "vapor", "vaporise the <mark>vapour</mark>"),
        ("disconnected", "connect", "disconnected"),
        ("<script>valve</script>", "script", "&lt;<mark>script</mark>&gt;valve&lt;/<mark>script</mark>&gt;"),
        ("a valve", "-valve pump", "a valve"),
        ("Łódź & 5.2.19", "5.2.19", "Łódź &amp; <mark>5.2.19</mark>"),
        ("", "valve", ""),
        ("plain < text", "", "plain &lt; text"),
    ],
)
def test_marks_what_was_found(text, query, html):
    assert marked(text, query) == html


def test_extract_shows_the_part_with_most_words():
    filler = "nothing to see in this part of the text, going on and on. " * 20
    text = f"valve. {filler} The valve of the <pump> leaks. {filler} pump."
    snippet = Highlighter(parse("valve pump").all).snippet("", text)
    assert "<mark>valve</mark> of the &lt;<mark>pump</mark>&gt; leaks" in snippet
    assert snippet.startswith("…")
    assert snippet.endswith("…")
    assert len(re.sub("<.*?>", "", snippet)) < 260


def test_extract_without_a_place_is_the_beginning():
    snippet = Highlighter(parse("valve").all).snippet("First  words\n here. " + "More. " * 100, "")
    assert snippet.startswith("First words here.")
    assert Highlighter(()).snippet("", "") == ""
    assert Highlighter(()).snippet("Abstract.", "Body.") == "Abstract. … Body."


@settings(deadline=None)
@given(text=st.text(max_size=300), query=st.text(max_size=40))
def test_never_lets_markup_through(text, query):
    highlighter = Highlighter(parse(query).all)
    for html in (highlighter.mark(text), highlighter.snippet(text, text)):
        assert "<" not in html.replace("<mark>", "").replace("</mark>", "")
        assert html.count("<mark>") == html.count("</mark>")


@settings(deadline=None)
@given(text=st.text(alphabet="valve pumps'-’é\u0301", max_size=80))
def test_marking_changes_no_letter(text):
    html = marked(text, "valve pump*")
    assert html.replace("<mark>", "").replace("</mark>", "").replace("&#x27;", "'") == text
