"""Reviews that others wrote down: closed sessions with their actions and a draft."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from actionplan.models import Action
from lessons.models import Lesson, State
from techniques.models import Session
from tests.lessons.test_importing import REAL

REVIEWS = REAL.parent / "aar_open_source"
REPORT = """# 2018-02-22 Lift out of order

## Summary

The lift stood still.

## Lessons learnt

### What went well

1. The porter was fast

## Action items

1. Keep a second key (DONE)
2. [x] Mark the key
3. Ask the maker
4. Get the sign done by May
5. Order oil. DONE
"""


@pytest.fixture
def bring(content, riverside, farah, capsys):
    def command(folder: Path) -> str:
        call_command("import_reviews", folder, organisation="riverside", by="farah@riverside.example")
        return capsys.readouterr().out.strip()

    return command


def test_a_report_becomes_a_closed_session_once(bring, tmp_path, farah):
    (tmp_path / "lift.md").write_text(REPORT)
    (tmp_path / "template.md").write_text("# Title\n")
    assert bring(tmp_path) == "1 reviews brought in, 0 here already, 1 files left out."
    session = Session.objects.get()
    assert (session.state, session.title, session.closed_at.date().isoformat()) == (
        "closed", "2018-02-22 Lift out of order", "2018-02-22",
    )  # fmt: skip
    actions = {action.title: (action.guest_name, action.state) for action in Action.objects.all()}
    assert actions == {
        "Keep a second key": ("Somebody outside", "done"),
        "Mark the key": ("Somebody outside", "done"),
        "Ask the maker": ("Somebody outside", "open"),
        "Get the sign done by May": ("Somebody outside", "open"),
        "Order oil.": ("Somebody outside", "done"),
    }
    lesson = Lesson.objects.get()
    assert (lesson.state, lesson.author, lesson.session) == (State.DRAFT, farah, session)
    assert "The porter was fast" in lesson.words.learned
    assert bring(tmp_path) == "0 reviews brought in, 1 here already, 1 files left out."
    assert Action.objects.count() == 5
    (tmp_path / "lift.md").write_text(REPORT.replace("stood still", "stood still again"))
    assert bring(tmp_path) == "1 reviews brought in, 0 here already, 1 files left out."


def test_only_who_may_lead_sessions(riverside, reza, tmp_path):
    with pytest.raises(CommandError, match="may not bring reviews in"):
        call_command("import_reviews", tmp_path, organisation="riverside", by="reza@riverside.example")


@pytest.mark.skipif(not REVIEWS.is_dir(), reason="the real files are not here (KM_REAL_DATA)")
def test_the_real_reviews(bring):
    assert bring(REVIEWS).startswith("48 reviews brought in")
    assert Lesson.objects.count() == 48
    assert Action.objects.count() > 80
