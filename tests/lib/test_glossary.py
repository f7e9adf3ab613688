"""The portal’s words: one truth for the screen and the document, and links to it where a word first stands."""

import re
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command
from django.template import engines
from django.test import RequestFactory
from django.urls import reverse

from kmportal.lib import glossary
from kmportal.lib.content import ContentError
from kmportal.lib.glossary import plain


def drawn(template, request=None, **values):
    return engines["django"].from_string(template).render({"request": request, **values})


def test_the_document_says_what_the_portal_says():
    """If this fails, run: python manage.py write_glossary."""
    assert glossary.DOCUMENT.read_text() == glossary.read().as_markdown()


def test_the_document_is_written_by_a_command(monkeypatch, tmp_path):
    monkeypatch.setattr(glossary, "DOCUMENT", tmp_path / "glossary.md")
    call_command("write_glossary", stdout=StringIO())
    assert (tmp_path / "glossary.md").read_text() == glossary.read().as_markdown()


def test_the_page_shows_what_screens_say_and_nothing_else(client):
    html = client.get(reverse("words")).content.decode()
    for group in glossary.glossary().groups:
        assert f'id="{group.key}"' in html
        for word in group.words:
            assert (f'id="{word.key}"' in html) == word.is_shown
    assert "(code" not in html
    assert "Mail" not in html
    assert html.count("<h1") == 1


def test_a_word_is_linked_once_on_a_page():
    request = RequestFactory().get("/")
    html = drawn('{% term "gap" "gaps" %} {% term "gap" %} {% term "round" %}', request)
    assert html == (
        '<a class="km-term" href="/words/#gap" aria-describedby="term-hint">gaps</a> gap '
        '<a class="km-term" href="/words/#round" aria-describedby="term-hint">round</a>'
    )
    assert drawn('{% term "gap" %}', request) == "gap"
    assert "<a" in drawn('{% term "gap" %}', RequestFactory().get("/"))


def test_mails_and_pdfs_get_plain_words():
    assert drawn('{% term "gap" "Gaps" %}') == "Gaps"


def test_marked_words_in_a_text_are_linked_and_the_rest_is_escaped():
    html = drawn(
        "{% with_terms text %}", RequestFactory().get("/"), text="<b> [[gap|gaps & more]], [[gap]] [[lesson]]."
    )
    assert html.startswith(
        '&lt;b&gt; <a class="km-term" href="/words/#gap" aria-describedby="term-hint">gaps &amp; more</a>, gap <a'
    )


def test_a_text_without_its_marks():
    assert plain("The [[gap|gaps]] of a [[round]], [[nobody-knows]].") == "The gaps of a round, nobody-knows."


def test_a_word_that_the_glossary_lacks_is_a_mistake():
    with pytest.raises(KeyError):
        drawn('{% term "stakeholder" %}')
    with pytest.raises(KeyError):
        glossary.glossary().word("job")  # no screen says it


def test_templates_name_only_words_that_there_are():
    keys = {
        key
        for path in (settings.BASE_DIR / "templates").rglob("*.html")
        for key in re.findall(r'{% term "([^"]*)"', path.read_text())
    }
    assert keys
    assert [key for key in keys if not glossary.glossary().knows(key)] == []


WRONG = """
groups:
  - key: gap
    name: Words
    words:
      - {key: gap, word: gap, meaning: no capital}
      - {key: other, word: Gap, meaning: A programmer’s behavior.}
"""


def test_the_check_lists_every_mistake(tmp_path):
    folder = tmp_path / "content"
    folder.mkdir()
    (folder / "glossary.yaml").write_text(WRONG)
    with pytest.raises(ContentError) as caught:
        glossary.read(folder)
    said = str(caught.value)
    for words in ("full sentence", "key “gap” stands here twice", "“Gap” stands here twice", "plainer or British"):
        assert words in said
