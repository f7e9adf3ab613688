"""Every script that ships is run through the pages as people use them: planned, opened, written in, shown, closed."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.forms import MultipleChoiceField
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from actionplan.models import Action
from kmportal.lib.days import long_day
from kmportal.lib.sentences import quoted
from lessons.models import Lesson, LessonRevision
from lessons.prefill import STORY
from techniques import guest_cookies
from techniques import loading as techniques_loading
from techniques.actions import planning
from techniques.actions.room import joining, stages
from techniques.content_schema import Column, read
from techniques.models import Length, Note, Session, Stage, Technique
from tests.cast import as_member

pytestmark = pytest.mark.drawn

LIBRARY = read()
# Nothing that is written in an action learning set leaves it: tests/techniques/learning.
RUNNABLE = [one.key for one in LIBRARY.techniques if one.can_run and one.confidentiality != "set-only"]
CARDS_ONLY = [one.key for one in LIBRARY.techniques if not one.can_run]


@pytest.fixture
def library(db):
    techniques_loading.load(LIBRARY)
    return LIBRARY


def at(name: str, session: Session, *args: object) -> str:
    return reverse(name, args=["riverside", session.pk, *args])


def note(browser: Client, url: str, stage: str, column: str, text: str) -> None:
    values = {"client_id": uuid4(), "stage": stage, "column": column, "text": text}
    answer = browser.post(url, values, headers={"Accept": "application/json"})
    assert answer.status_code == 200, answer.content.decode()


def with_everything_kept(closing: dict[str, Any]) -> dict[str, object]:
    """What a browser sends when the group keeps each line, action and lesson and changes nothing."""
    parts = [closing["summary"]]
    for rows in (closing["actions"], closing["advice"]):
        parts += [rows.management_form, *rows.forms]
    sent = {bound.html_name: bound.value() for part in parts for bound in part}
    for bound in closing["summary"]:
        if isinstance(bound.field, MultipleChoiceField):
            sent[bound.html_name] = [mark for mark, _ in bound.field.choices]
    kept = {name: value for name, value in sent.items() if value is not None and value is not False}
    return {**kept, "all_actions": "on", "all_lessons": "on"}


@pytest.mark.parametrize("key", RUNNABLE)
def test_from_the_plan_to_the_close(key, library, as_, farah):
    script, desk, phone = library.technique(key), as_(farah), Client()
    form = {
        "title": f"Trying {script.name}",
        "length": "standard",
        "starts_at_day": long_day(timezone.localdate() + timedelta(days=1)),
        "starts_at_time": "10:00",
        "place_kind": "room",
        "facilitator": farah.pk,
    }
    planned = desk.post(f"/o/riverside/sessions/new/?technique={key}", form)
    assert planned.status_code == 302, planned.content.decode()
    session = Session.objects.get()
    page = desk.get(at("session_detail", session)).content.decode()
    assert script.prep[0].text in page

    assert desk.post(at("session_open", session)).status_code == 302
    session.refresh_from_db()
    phone.post(
        reverse("join_session", args=[session.code]), {"name": "Gus", "side": "home", "key": guest_cookies.new_key()}
    )
    written = {}
    for stage in session.stages.all():
        desk.post(at("room_go", session), {"stage": stage.key})
        if stage.takes == "consent":
            agree(session, stage, desk, phone)
        if stage.takes == "sheet":
            said = {"stage": stage.key, "act": "reach/here", "reach-here": "Ward 3, ext. 4123"}
            phone.post(reverse("join_act", args=[session.code]), said)
        for column in stage.columns:
            text = f"When you are about to try {column.key}, then write it in {stage.key} as {column.key}"
            if column.takes == "joining":
                text += ": Gus"
            written[stage.key, column] = text
            if stage.writes == Stage.Writes.EVERYONE:
                note(phone, reverse("join_note", args=[session.code]), stage.key, column.key, text)
            note(desk, at("room_note", session), stage.key, column.key, f"{text}, typed")
        if stage.reveal == Stage.Reveal.HIDDEN:
            desk.post(at("room_show", session), {"stage": stage.key})
        room = desk.get(at("session_room", session)).content.decode()
        assert stage.say.split(".")[0] in room.replace("&#x27;", "'")
        for column in stage.columns:
            assert f"write it in {stage.key}" in room
            assert column.name in room
        assert desk.get(at("session_screen", session)).status_code == 200
        assert phone.get(reverse("join_room", args=[session.code])).status_code == 200

    closing = desk.get(at("session_close", session)).context
    by_hand = f"l-{len(closing['advice'].forms) - 1}"
    added = {f"{by_hand}-keep": True, f"{by_hand}-then_do": "Written by hand", f"{by_hand}-with_story": True}
    answer = desk.post(at("session_close", session), {**with_everything_kept(closing), **added})
    assert answer.status_code == 302, answer.content.decode()
    session.refresh_from_db()
    assert session.is_closed
    kept = Note.objects.filter(session=session, gone_at=None).exists()
    assert kept == (script.confidentiality == "open")
    landed(session, written)


def agree(session: Session, stage: Stage, desk: Client, phone: Client) -> None:
    """Whoever is here answers yes, and the desk counts: three at least, so that nobody knows whose answer is which."""
    phones = [phone, Client(), Client()]
    for number, one in enumerate(phones[1:]):
        key = guest_cookies.new_key()
        one.post(reverse("join_session", args=[session.code]), {"name": f"Guest {number}", "key": key})
    for one in phones:
        one.post(reverse("join_act", args=[session.code]), {"stage": stage.key, "act": "answer/yes"})
    desk.post(at("room_act", session), {"stage": stage.key, "act": "count"})


def landed(session: Session, written: dict[tuple[str, Column], str]) -> None:
    """Each note is where its column says: by ``makes`` in the summary, an action or a lesson; by ``tells`` in the part
    of a story, once in a lesson that is about its stage."""
    assert bool(session.summary) == any(column.makes == "summary" for _, column in written)
    actions_made = " ".join(f"{one.title} {one.detail}" for one in Action.objects.all())
    lessons_made = {one.words.then_do: one.words for one in Lesson.objects.all()}
    whole = lessons_made.pop("Written by hand")
    several = {stage.key for stage in session.stages.all() if len(stage.columns) > 1}
    for (stage, column), text in written.items():
        advice = text.partition(", then ")[2]
        assert (text in session.summary.get(stage, "")) == (column.makes == "summary")
        assert (text in actions_made) == (column.makes == "actions")
        assert bool({advice, f"{advice}, typed"} & set(lessons_made)) == (column.makes == "lessons")
        told = {part for part in STORY if text in getattr(whole, part)}
        assert told == ({column.tells} & set(STORY) if column.makes == "summary" else set()), (stage, column)
        for part in told if stage in several else ():
            assert f"{column.name}\n– {text}" in getattr(whole, part)
    for place in {stage for stage, column in written if column.makes == "lessons"}:
        tellers = [words for then_do, words in lessons_made.items() if f"in {place} as" in then_do and told_by(words)]
        assert len(tellers) <= 1, place


def told_by(words: LessonRevision) -> str:
    return "".join(getattr(words, part) for part in STORY)


@pytest.mark.parametrize(
    ("key", "stage", "column", "tells"),
    [
        ("fishbowl", "conversation", "points", "happened"),
        ("fishbowl", "conversation", "questions", "nothing"),
        ("appreciative-inquiry", "discovery", "stories", "happened"),
        ("appreciative-inquiry", "definition", "topic", "expected"),
        ("programme-kick-off", "questions", "asked", "nothing"),
    ],
)
def test_the_three_scripts_whose_words_were_misread(key, stage, column, tells):
    """By the spelling of a key, *questions* were expectations and *roots* were causes."""
    [found] = [one for one in LIBRARY.technique(key).stages if one.key == stage]
    assert [one.tells for one in found.columns if one.key == column] == [tells]


def test_each_length_has_the_stages_that_it_has_time_for(library, riverside, farah):
    now = timezone.now()
    for technique in Technique.objects.filter(key__in=RUNNABLE):
        for length in Length.values:
            plan = {"technique": technique, "length": length, "title": "Trying", "starts_at": now, "at": now}
            session = planning.plan_session(riverside, by=as_member(farah), **plan)
            minutes = list(session.stages.values_list("minutes", flat=True))
            assert all(minutes)
            assert sum(minutes) == session.minutes == library.technique(technique.key).totals.of(length)


def test_another_length_brings_back_a_stage_that_was_left_out(library, riverside, farah):
    technique = Technique.objects.get(key="knowledge-cafe")
    session = planning.plan_session(
        riverside,
        by=as_member(farah),
        technique=technique,
        length="short",
        title="Espresso",
        starts_at=timezone.now(),
        at=timezone.now(),
    )
    assert not session.stages.filter(key="round3").exists()
    planning.edit_session(session, by=as_member(farah), seen=session.version, length="standard", at=timezone.now())
    assert session.stages.get(key="round3").minutes == 15
    assert list(session.stages.values_list("position", flat=True)) == list(range(7))


@pytest.mark.parametrize(
    ("key", "stage", "words"),
    [
        ("wants-and-offers", "wants", "Without names of people or patients. Only whoever claims it sees who wrote it."),
        ("after-action-review", "learn", "Only name people who will do it or who can be asked."),
        ("after-action-review", "expect", "Without names of people or patients."),
    ],
)
def test_the_box_says_whether_names_may_stand_in_a_note(key, stage, words, library, riverside, farah):
    technique, now = Technique.objects.get(key=key), timezone.now()
    session = planning.plan_session(
        riverside,
        by=as_member(farah),
        technique=technique,
        length="short",
        title="Trying",
        starts_at=now,
        at=timezone.now(),
    )
    session = joining.open_room(session, by=as_member(farah), at=now)
    stages.go_to_stage(session, stage=session.stages.get(key=stage), by=as_member(farah), at=now)
    phone = Client()
    phone.post(
        reverse("join_session", args=[session.code]), {"name": "Gus", "side": "home", "key": guest_cookies.new_key()}
    )
    page = phone.get(reverse("join_room", args=[session.code])).content.decode()
    assert words in page.split(f'id="hint-{stage}"')[1][:200]


def test_what_no_room_suits_says_why_and_cannot_be_planned(library, as_, farah):
    for key in CARDS_ONLY:
        page = as_(farah).get(f"/o/riverside/sessions/techniques/{key}/").content.decode()
        assert library.technique(key).not_in_room in page
        assert "Plan this session" not in page
        assert "Which one fits?" in as_(farah).get(f"/o/riverside/sessions/new/?technique={key}").content.decode()


def test_the_catalogue_shows_techniques_and_below_them_meetings(library, as_, reza):
    page = as_(reza).get("/o/riverside/sessions/techniques/").content.decode()
    assert page.index("Twelve techniques") < page.index("Fishbowl") < page.index("Meetings of the programme")
    assert page.index("Meetings of the programme") < page.index("Programme kick-off")
    assert "Plan a session" not in page


def test_the_card_prints_on_two_sides_before_the_script(library, as_, reza):
    for script in library.techniques:
        page = as_(reza).get(f"/o/riverside/sessions/techniques/{script.key}/print/").content.decode()
        front, back = page.split('aria-labelledby="back"')[0], page.split('aria-labelledby="back"')[1]
        assert all(line in front for line in (script.front.what, script.front.when, *script.front.steps))
        assert all(line in back for line in (*script.say_first, *script.goes_wrong_when))
        assert all(quoted(stage.say) in page for stage in script.stages)


def test_it_says_which_times_are_ours(library, as_, reza):
    for key, sentence in (
        ("retrospect", "The card gives 4 hours. Short and long are our own."),
        ("action-learning-set", "The card gives 3 to 4 hours. Short is our own."),
        ("wants-and-offers", "Usual: 15 to 45 minutes. Standard and long are our own."),
        ("brown-bag-lunch", "The minutes of all three lengths are our own proposal."),
    ):
        assert sentence in as_(reza).get(f"/o/riverside/sessions/techniques/{key}/").content.decode()


def test_the_turns_of_a_set_have_their_minutes(library, as_, reza):
    page = as_(reza).get("/o/riverside/sessions/techniques/action-learning-set/").content.decode()
    assert "2, 3 or 4 turns. In each, in minutes: Present 4, 5 or 5;" in page
