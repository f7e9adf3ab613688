"""The check of layout: it finds long lines and lines that begin two elements, and nothing else."""

import pytest

from tests.portal import ROOT


@pytest.fixture
def check(script, monkeypatch, tmp_path):
    module = script("text_width")
    monkeypatch.setattr(module, "ROOT", tmp_path)
    for folder in ("templates/emails", "static/css", "static/js/room", "static/vendor"):
        (tmp_path / folder).mkdir(parents=True)
    return module


def test_what_is_laid_out_passes_in_silence(check, tmp_path, capsys):
    (tmp_path / "templates" / "page.html").write_text("<ul>\n  <li><a href='/'><b>One</b></a></li>\n</ul>\n")
    (tmp_path / "static" / "vendor" / "theirs.css").write_text("a" * 999)
    assert check.main() == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "name", ["templates/emails/a.txt", "templates/a.html", "static/css/a.css", "static/js/room/a.js"]
)
def test_a_line_may_have_120_characters_and_no_more(name, check, tmp_path, capsys):
    (tmp_path / name).write_text(f"{'ö' * 120}\n{'ö' * 121}\n")
    assert check.main() == 1
    assert capsys.readouterr().out == f"{name}:2: 121 characters, at most 120\n"


def test_two_blocks_do_not_begin_on_one_line(check, tmp_path, capsys):
    (tmp_path / "templates" / "page.html").write_text('<ul>\n<li class="a"><div>\n</div></li><li>\n</li></ul>\n')
    assert check.main() == 1
    assert capsys.readouterr().out == "templates/page.html:2: two block-level elements begin here, at most one a line\n"


def test_everything_of_ours_is_laid_out(script, capsys):
    module = script("text_width")
    assert module.ROOT == ROOT
    assert module.main() == 0, capsys.readouterr().out
