"""The shared close: saved by itself, safe for two who lead, read and agreed to by the room."""

import json
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from actionplan.models import Action
from kmportal.lib.exceptions import Refusal
from lessons.wording import digest_of, merge
from techniques import guest_cookies, room_visibility
from techniques.actions.room import joining, notes, stages
from techniques.actions.room import wording as in_room
from techniques.models import Participant, SummaryVersion, Wish, Wording
from techniques.room_updates import updates_since
from techniques.room_visibility import Audience
from tests.cast import as_member

from .conftest import NOON
from .test_closing import address, filled, room, stage, write  # noqa: F401  fixtures

ASIDE = {"Autosave": "1", "Accept": "application/json"}


# --- Putting together ---------------------------------------------------------------------------------------------


def test_what_one_side_has_changed_counts_and_where_both_have_both_are_told():
    base = {"a": ["1"], "b": ["1"], "c": ["1"], "d": ["1"]}
    merged = merge(
        {"a": ["mine"], "b": ["1"], "c": ["mine"], "d": ["same"]},
        digest_of(base),
        {"a": ["1"], "b": ["theirs"], "c": ["theirs"], "d": ["same"]},
    )
    assert merged.fields == {"a": ["mine"], "b": ["theirs"], "c": ["theirs"], "d": ["same"]}
    assert [(one.name, one.mine, one.theirs) for one in merged.conflicts] == [("c", ["mine"], ["theirs"])]
    again = merge({"c": ["mine"]}, digest_of(base), {"c": ["theirs"]}, decided=["c"])
    assert (again.fields, again.conflicts) == ({"c": ["mine"]}, [])


def test_two_who_fill_the_same_free_row_make_two_rows():
    merged = merge(
        {"a-0-title": ["Mine"], "a-0-keep": ["on"], "a-TOTAL_FORMS": ["1"]},
        {},
        {"a-0-title": ["Theirs"], "a-0-keep": ["on"], "a-TOTAL_FORMS": ["1"]},
    )
    assert not merged.conflicts
    assert (merged.fields["a-0-title"], merged.fields["a-1-title"]) == (["Theirs"], ["Mine"])
    assert merged.fields["a-TOTAL_FORMS"] == ["2"]


# --- The page ------------------------------------------------------------------------------------------------------


def test_letters_that_no_database_keeps_are_left_out_and_are_no_change(as_, room, address, farah):  # noqa: F811
    browser = as_(farah)
    sent = filled(browser, address, ticks=False, **{"summary-why": "Pharmacy\0 was\x07 told", "a-0-mark": "a\0b"})
    for _ in range(2):
        assert browser.post(address, sent, headers=ASIDE).status_code == 200
    wording = Wording.objects.get(session=room)
    assert wording.fields["summary-why"] == ["Pharmacy was told"]
    assert wording.fields["a-0-mark"] == ["ab"]
    assert wording.version == 1, "the same words again are nobody’s news"


def test_what_is_written_is_kept_and_stands_there_again(as_, room, address, farah, lena):  # noqa: F811
    browser = as_(farah)
    sent = filled(browser, address, ticks=False, **{"summary-why": "Pharmacy was told late.", "a-1-due_on": "soon"})
    saved = browser.post(address, sent, headers=ASIDE)
    assert saved.status_code == 200, saved.text
    other = as_(lena).get(address)
    assert other.context["summary"]["summary-why"].value() == "Pharmacy was told late."
    assert other.context["actions"][1]["due_on"].value() == "soon"
    assert "Enter a date" not in other.text
    room.refresh_from_db()
    assert room.is_live
    assert not Action.objects.exists()


def test_two_who_lead_lose_nothing(as_, room, address, farah, lena):  # noqa: F811
    one, other = as_(farah), as_(lena)
    hers, theirs = filled(one, address, ticks=False), filled(other, address, ticks=False)
    first = {**theirs, "summary-why": "Lena’s words", "summary-expect": "Lena’s expectation"}
    assert other.post(address, first, headers=ASIDE).status_code == 200
    mine = {**hers, "summary-why": "Farah’s words", "summary-happened": "Farah’s story", "save": "1"}
    both = one.post(address, mine)
    assert both.status_code == 409
    assert "Lena" in both.text
    for words in ("Lena’s words", "Farah’s words", "Lena’s expectation", "Farah’s story"):
        assert words in both.text
    stored = Wording.objects.get().fields
    assert stored["summary-why"] == ["Lena’s words"]
    assert (stored["summary-expect"], stored["summary-happened"]) == (["Lena’s expectation"], ["Farah’s story"])
    again = {**hers, **{k: v for k, v in mine.items() if k != "seen"}}
    again |= {"summary-expect": "Lena’s expectation", "seen": both.context["summary"]["seen"].value()}
    assert one.post(address, again).status_code == 302
    assert Wording.objects.get().fields["summary-why"] == ["Farah’s words"]


def test_a_save_by_itself_answers_what_the_other_has_written(as_, room, address, farah, lena):  # noqa: F811
    one, other = as_(farah), as_(lena)
    hers, theirs = filled(one, address, ticks=False), filled(other, address, ticks=False)
    other.post(address, {**theirs, "summary-why": "Lena", "summary-expect": "Lena too"}, headers=ASIDE)
    said = one.post(address, {**hers, "summary-why": "Farah"}, headers=ASIDE).json()
    assert said["theirs"] == {"summary-why": "Lena"}
    assert said["changed"]["summary-expect"] == ["Lena too"]
    assert "Both versions" in said["unsaved"]
    more = {**hers, "summary-why": "Farah", "summary-expect": "Lena too", "seen": json.dumps(said["seen"])}
    assert "theirs" in one.post(address, more, headers=ASIDE).json()
    kept = one.post(address, {**more, "mine": "summary-why"}, headers=ASIDE).json()
    assert kept["theirs"] == {}
    assert Wording.objects.get().fields["summary-why"] == ["Farah"]


def test_whoever_is_too_late_reads_their_own_words(as_, room, address, farah, lena):  # noqa: F811
    one, other = as_(farah), as_(lena)
    hers, theirs = filled(one, address), filled(other, address)
    assert one.post(address, hers).status_code == 302
    late = other.post(address, {**theirs, "summary-why": "Twenty minutes of wording"})
    assert late.status_code == 409
    assert "Twenty minutes of wording" in late.text
    assert other.post(address, {**theirs, "summary-why": "More"}, headers=ASIDE).status_code == 409


def test_the_draft_goes_with_the_close(as_, room, address, farah):  # noqa: F811
    browser = as_(farah)
    sent = filled(browser, address)
    browser.post(address, sent, headers=ASIDE)
    in_room.make_wish(room, by=room.gus, at=NOON, about="summary", text="Say it kinder", client_id=uuid4())
    assert (
        browser.post(address, {**sent, "seen": browser.get(address).context["summary"]["seen"].value()}).status_code
        == 302
    )
    assert not Wording.objects.exists()
    assert not Wish.objects.exists()
    assert SummaryVersion.objects.get().number == 1


def test_a_row_that_was_begun_stays_however_often_it_is_saved(as_, room, address, farah):  # noqa: F811
    browser = as_(farah)
    sent = filled(browser, address)
    write(room, room.gus, "learn", "actions", "Ring the porters")
    said = {}
    for _ in range(2):
        said = browser.post(address, {**sent, "a-2-title": "By hand", "a-2-keep": "on"}, headers=ASIDE).json()
        assert not [name for name in said["changed"] if name.endswith("_FORMS")]
        sent |= {"seen": json.dumps(said["seen"]), "known": said["known"]}
    stored = Wording.objects.get().fields
    assert (stored["a-2-title"], stored["a-4-title"]) == (["By hand"], ["Ring the porters"])


def test_what_came_while_the_page_saved_itself_is_read_before_the_close(as_, room, address, farah):  # noqa: F811
    browser = as_(farah)
    sent = filled(browser, address)
    write(room, room.gus, "happened", "well", "A late note")
    said = browser.post(address, sent, headers=ASIDE).json()
    assert said["fresh"]
    sent |= {"seen": json.dumps(said["seen"]), "known": said["known"], **said["changed"]}
    page = browser.post(address, sent)
    assert "Notes were written since you opened this page" in page.text
    assert "A late note" in page.text
    assert browser.post(address, filled(browser, address)).status_code == 302
    assert Wording.objects.count() == 0


def test_a_tick_for_which_my_page_has_no_box_stays(as_, room, address, farah, lena):  # noqa: F811
    one, other = as_(farah), as_(lena)
    mine = filled(one, address, ticks=False)
    name, marks = "lines-happened-well", one.get(address).context["summary"].fields["lines-happened-well"].choices
    write(room, room.gus, "happened", "well", "A late note")
    theirs = filled(other, address, ticks=False)
    [late] = {mark for mark, _ in other.get(address).context["summary"].fields[name].choices} - {m for m, _ in marks}
    other.post(address, {**theirs, name: [late]}, headers=ASIDE)
    for ticked in ([], [marks[0][0]], []):
        said = one.post(address, {**mine, name: ticked}, headers=ASIDE).json()
        assert said["theirs"] == {}
        mine |= {"seen": json.dumps(said["seen"]), "known": said["known"]}
        assert Wording.objects.get().fields[name] == sorted([*ticked, late])


def test_words_that_look_like_a_name_are_kept_by_a_tick(as_, room, address, farah):  # noqa: F811
    browser = as_(farah)
    sent = filled(browser, address, **{"summary-why": "Mrs Miller was told late.", "a-0-title": "Ring Dr Miller"})
    asked = browser.post(address, sent)
    assert asked.status_code == 422
    keeps = [keep for form in (asked.context["summary"], *asked.context["actions"]) for keep in form.to_ask]
    assert len(keeps) == 2
    sent = filled(browser, address) | {keep.name: keep.value for keep in keeps}
    assert browser.post(address, sent).status_code == 302
    room.refresh_from_db()
    assert room.summary["why"] == "Mrs Miller was told late."


def test_a_close_does_not_take_in_what_its_page_has_not_shown(as_, room, address, farah, lena):  # noqa: F811
    one, other = as_(farah), as_(lena)
    hers, theirs = filled(one, address), filled(other, address)
    other.post(address, {**theirs, "summary-why": "Lena’s words"}, headers=ASIDE)
    page = one.post(address, hers)
    assert "Somebody else has written here since" in page.text
    assert "Lena’s words" in page.text
    room.refresh_from_db()
    assert room.is_live
    assert one.post(address, filled(one, address)).status_code == 302


def test_both_are_told_apart_by_name_and_in_words(as_, room, address, farah, lena, cara):  # noqa: F811
    one, other = as_(farah), as_(lena)
    hers, theirs = filled(one, address), filled(other, address)
    other.post(address, {**theirs, "a-0-owner": str(cara.pk), "summary-why": "x"}, headers=ASIDE)
    both = {**hers, "a-0-owner": str(farah.pk), "summary-expect": "Farah’s"}
    said = one.post(address, both, headers=ASIDE).json()
    assert said["words"] == {"a-0-owner": str(cara)}
    other.post(address, {**theirs, "a-0-owner": "", "seen": json.dumps(said["seen"])}, headers=ASIDE)
    page = one.post(address, {**both, "save": "1"})
    assert page.status_code == 409
    assert "Lena Farrow has changed" in page.text.replace(str(lena), "Lena Farrow")


def test_what_is_saved_is_read_by_the_room_only_where_somebody_has_joined(as_, room, address, farah):  # noqa: F811
    browser = as_(farah)
    for said in ("What you wrote is saved, and the room reads it.", "What you wrote is saved."):
        page = browser.post(address, {**filled(browser, address), "save": "1"}, follow=True)
        assert said in page.text
        Participant.objects.filter(session=room).delete()


def test_there_is_always_a_free_row_to_add_something_in(as_, room, address, farah):  # noqa: F811
    browser = as_(farah)
    for number in range(2, 6):
        sent = filled(browser, address, **{f"a-{number}-title": f"By hand {number}"})
        assert browser.post(address, {**sent, "save": "1"}).status_code == 302
        rows = browser.get(address).context["actions"]
        assert sum(not row["title"].value() for row in rows) == 2
    assert browser.post(address, filled(browser, address)).status_code == 302
    assert Action.objects.filter(title__startswith="By hand").count() == 4


# --- In the room ---------------------------------------------------------------------------------------------------


@pytest.fixture
def last(room, farah):  # noqa: F811
    stages.go_to_stage(room, by=as_member(farah), at=NOON, stage=room.stages.last())
    return room


def read(room, audience, participant=None):  # noqa: F811
    rows = room_visibility.read_room(type(room).objects.get(pk=room.pk))
    return room_visibility.project_room(rows, audience, participant=participant, at=NOON)


def test_the_room_reads_it_in_the_last_step_only(as_, room, address, farah):  # noqa: F811
    browser = as_(farah)
    browser.post(address, filled(browser, address), headers=ASIDE)
    assert read(room, Audience.PARTICIPANT).wording is None
    stages.go_to_stage(room, by=as_member(farah), at=NOON, stage=room.stages.last())
    for audience in Audience:
        pieces = updates_since(room.pk, 0, audience, at=NOON).pieces
        assert "Move the request to ten" in json.dumps([one.as_json() for one in pieces])
    seen = read(room, Audience.PARTICIPANT).wording
    assert seen.actions[0]["title"] == "Move the request to ten"
    assert "SECRET CAUSE" not in str(seen)


def test_people_agree_to_these_words_and_not_to_others(as_, last, address, farah):  # noqa: F811
    browser = as_(farah)
    browser.post(address, filled(browser, address), headers=ASIDE)
    version = Wording.objects.get().version
    in_room.agree_to_words(last, by=last.gus, at=NOON, version=version, is_on=True)
    in_room.agree_to_words(last, by=last.gus, at=NOON, version=version, is_on=True)
    assert read(last, Audience.SCREEN).wording.agreed == 1
    assert read(last, Audience.PARTICIPANT, last.gus).wording.is_agreed
    assert "Gus" not in str(read(last, Audience.FACILITATOR).wording)
    sent = {**filled(browser, address), "summary-why": "Other words"}
    browser.post(address, sent, headers=ASIDE)
    assert read(last, Audience.SCREEN).wording.agreed == 0
    with pytest.raises(Refusal, match="changed meanwhile"):
        in_room.agree_to_words(last, by=last.gus, at=NOON, version=version, is_on=True)


def test_without_javascript_a_guest_agrees_proposes_and_leaves_an_address(as_, last, address, farah):  # noqa: F811
    browser = as_(farah)
    browser.post(address, filled(browser, address), headers=ASIDE)
    phone = Client()
    phone.post(reverse("join_session", args=[last.code]), {"name": "Hal", "key": guest_cookies.new_key()})
    page = phone.get(reverse("join_room", args=[last.code]))
    assert "Move the request to ten" in page.text
    assert 'form="agree"' in page.text
    version = Wording.objects.get().version
    assert phone.post(reverse("join_agree", args=[last.code]), {"agree": f"{version}/on"}).status_code == 302
    wish = {"about": "action", "text": "Ask the porters", "client_id": str(uuid4())}
    for _ in range(2):
        assert phone.post(reverse("join_wish", args=[last.code]), wish).status_code == 302
    assert phone.post(reverse("join_address", args=[last.code]), {"email": "hal@x.example"}).status_code == 302
    assert Participant.objects.get(name="Hal").email == "hal@x.example"
    assert "hal@x.example" not in browser.get(reverse("session_room", args=["riverside", last.pk])).text
    one = Wish.objects.get()
    take = reverse("session_wish", args=["riverside", last.pk])
    for _ in range(2):
        assert browser.post(take, {"take": str(one.client_id)}).status_code == 302
    titles = [row["title"].value() for row in browser.get(address).context["actions"]]
    assert titles.count("Ask the porters") == 1
    assert "Taken up" in phone.get(reverse("join_room", args=[last.code])).text


def test_what_is_refused_without_javascript_stays_in_its_box(as_, last, address, farah, settings):  # noqa: F811
    settings.SMTP_URL = "smtp://mail.example"
    browser = as_(farah)
    browser.post(address, filled(browser, address), headers=ASIDE)
    phone = Client()
    phone.post(reverse("join_session", args=[last.code]), {"name": "Hal", "key": guest_cookies.new_key()})
    long = "Ask the porters. " * 40
    wish = {"about": "action", "text": long, "client_id": str(uuid4())}
    answer = phone.post(reverse("join_wish", args=[last.code]), wish)
    assert (answer.status_code, Wish.objects.count()) == (422, 0)
    assert long.strip() in answer.text
    assert "say it shorter" in answer.text
    assert '<option value="action" selected>' in answer.text
    answer = phone.post(reverse("join_address", args=[last.code]), {"email": "hal at x"})
    assert answer.status_code == 422
    assert 'value="hal at x"' in answer.text
    for odd in ("", "x"):
        assert phone.post(reverse("join_wish", args=[last.code]), {**wish, "client_id": odd}).status_code == 404


# --- Promises ------------------------------------------------------------------------------------------------------


def test_who_and_by_when_come_from_the_phone(as_, room, address, farah, cara):  # noqa: F811
    joining.join_room(room, by=as_member(cara), at=NOON, name=str(cara), key="k")
    in_room.leave_address(room, by=room.gus, email="gus@x.example", at=NOON)
    day = NOON.date() + timedelta(days=9)
    for text, who in (("Label the doors", str(cara)), ("Ring transport", "gus"), ("Buy paint", "Petra")):
        said = {"stage_key": "learn", "column": "actions", "text": text, "client_id": uuid4()}
        notes.write_note(room, by=room.gus, at=NOON, promised_by=who, due_on=day, **said)
    browser = as_(farah)
    assert "gus@x.example" not in browser.get(address).text
    assert browser.post(address, filled(browser, address)).status_code == 302
    made = {one.title: one for one in Action.objects.all()}
    assert (made["Label the doors"].owner, made["Label the doors"].due_on) == (cara, day)
    assert (made["Ring transport"].owner_name, made["Buy paint"].owner_name) == ("Gus", "Petra")


def test_a_promise_belongs_to_actions_and_to_the_future(room):  # noqa: F811
    said = {"by": room.gus, "at": NOON, "text": "x", "promised_by": "Gus"}
    note = notes.write_note(
        room, stage_key="happened", column="well", client_id=uuid4(), due_on=date(2030, 1, 1), **said
    )
    assert (note.promised_by, note.due_on) == ("", None)
    with pytest.raises(Refusal, match="passed"):
        notes.write_note(room, stage_key="learn", column="actions", client_id=uuid4(), due_on=date(2020, 1, 1), **said)
