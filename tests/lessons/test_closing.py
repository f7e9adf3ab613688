"""The close of a session: filled in from the notes, everything or nothing, and never twice."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.forms import MultipleChoiceField
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from actionplan.models import Action
from jobs.models import Mail
from kmportal.lib.content_classes import plain
from kmportal.lib.exceptions import Refusal
from kmportal.lib.things import Ref
from lessons.actions import closing
from lessons.models import Lesson, State
from lessons.prefill import Advice, Promise
from notifications.models import Notice
from organisations.models import Group
from organisations.visibility import Reach
from techniques.actions import planning
from techniques.actions.room import joining, notes, stages
from techniques.models import Note, Session, Technique
from tests.cast import as_member

from .conftest import NOON

NOTES = [
    ("expect", "expected", "Home at two"),
    ("happened", "well", "Nobody waited in the corridor"),
    ("happened", "better", "Medicines came at four"),
    ("why", "why", "SECRET CAUSE"),
    ("learn", "actions", "Move the request to ten"),
    ("learn", "actions", "Ask transport for a second run"),
    ("learn", "lessons", "When you are about to move a ward, then ask pharmacy by ten"),
    ("learn", "marks", "ten"),
]


def stage(key, name, *columns, reveal="open"):
    return {
        "key": key,
        "name": name,
        "prompts": ["?"],
        "say": "",
        "minutes": {"short": 5, "standard": 5, "long": 5},
        "columns": [
            {"key": key, "name": word, "tells": tells, "makes": makes, "takes": "note"}
            for key, word, tells, makes in columns
        ],
        "writes": "everyone",
        "reveal": reveal,
    }


@pytest.fixture
def room(riverside, farah):
    """A live after action review that Farah leads, with notes; those of *expect* were shown, those of *why* not."""
    technique = Technique.objects.create(
        key="after-action-review",
        name="After action review",
        moment="after",
        tier="starter",
        purpose="Look back.",
        card={"confidentiality": "no-blame"},
        stages=[
            stage(
                "expect",
                "What did we expect?",
                ("expected", "What we expected", "expected", "summary"),
                reveal="hidden",
            ),
            stage(
                "happened",
                "What happened?",
                ("well", "Went well", "happened", "summary"),
                ("better", "Better", "happened", "summary"),
            ),
            stage("why", "Why?", ("why", "Why", "why", "summary"), reveal="hidden"),
            stage(
                "learn",
                "What do we learn?",
                ("actions", "Our actions", "actions", "actions"),
                ("lessons", "For others", "learned", "lessons"),
                ("marks", "My mark", "nothing", "nothing"),
            ),
        ],
        minutes={"short": 20, "standard": 20, "long": 20},
        can_run=True,
    )
    ward = Group.objects.create(organisation=riverside, name="Ward 6")
    session = planning.plan_session(
        riverside,
        by=as_member(farah),
        technique=technique,
        length="short",
        title="Lounge trial",
        starts_at=NOON,
        group=ward,
        at=timezone.now(),
    )
    session = joining.open_room(session, by=as_member(farah), at=NOON)
    gus = joining.join_room(session, by=None, at=NOON, name="Gus", key="key")
    for key, column, text in NOTES:
        write(session, gus, key, column, text)
    stages.reveal_notes(
        session, stage=session.stages.get(key="expect"), by=as_member(farah), at=NOON + timedelta(minutes=1)
    )
    session.gus = gus
    return session


def write(session, participant, key, column, text):
    notes.write_note(session, by=participant, at=NOON, stage_key=key, column=column, text=text, client_id=uuid4())


@pytest.fixture
def address(room):
    return reverse("session_close", args=["riverside", room.pk])


def filled(browser, address, *, ticks=True, **changes):
    """The form as the page fills it in; with ``ticks`` every line, action and lesson is kept."""
    context = browser.get(address).context
    values = {}
    for form in (context["summary"], *context["actions"], *context["advice"]):
        for field in form:
            value = field.value()
            if isinstance(field.field, MultipleChoiceField):
                values[field.html_name] = [mark for mark, _ in field.field.choices] if ticks else []
            elif field.name == "keep" and ticks and form["title"].value():
                values[field.html_name] = "on"
            elif value not in (None, False, ""):
                values[field.html_name] = "on" if value is True else str(value)
    for formset in (context["actions"], context["advice"]):
        values.update({field.html_name: field.value() for field in formset.management_form})
    return {**values, **changes}


def test_the_page_is_filled_in_and_shows_nothing_hidden(as_, room, address, farah):
    answer = as_(farah).get(address)
    text = answer.content.decode()
    for words in ("Home at two", "Went well", "Nobody waited", "Move the request to ten", "ask pharmacy by ten"):
        assert words in text
    assert "SECRET CAUSE" not in text
    assert "1 note was never shown." in text
    assert "Gus" not in text


def test_a_group_that_meets_the_evening_before_has_learned_today_and_not_tomorrow(room, farah):
    evening = NOON - timedelta(days=1)
    closing.close_with_lessons(
        room,
        by=as_member(farah),
        at=evening,
        summary={},
        advice=[Advice(title="Ask first", when_you="move", then_do="ask")],
    )
    assert Lesson.objects.get().happened_on == evening.date()


def test_who_may_close(as_, address, cara, reza, oskar, lena):
    assert as_(cara).get(address).status_code == 403
    assert as_(reza).get(address).status_code == 403
    assert as_(oskar).get(address).status_code == 404
    assert as_(lena).get(address).status_code == 200


def test_what_became_of_it(as_, room, address, farah, cara, reza, member):
    browser = as_(farah)
    changes = {
        "summary-why": "Pharmacy starts when asked.",
        "a-0-owner": str(cara.pk),
        "a-0-due_on": "1 March 2027",
        "a-1-guest_name": "Petra",
        "a-1-guest_email": "petra@transport.example",
        "a-2-title": "Added by hand",
    }
    answer = browser.post(address, filled(browser, address, **changes), follow=True)
    assert answer.redirect_chain[0][0] == reverse("session_detail", args=["riverside", room.pk])
    room.refresh_from_db()
    assert room.state == Session.State.CLOSED
    assert room.summary["expect"] == "– Home at two"
    assert not Note.objects.exists()

    actions = {action.title: action for action in Action.objects.all()}
    assert set(actions) == {"Move the request to ten", "Ask transport for a second run", "Added by hand"}
    first = actions["Move the request to ten"]
    assert (first.owner, first.told_when_late, first.source) == (cara, farah, Ref("session", room.pk))
    assert actions["Ask transport for a second run"].owner_name == "Petra"
    assert Action.objects.agreed_in(Ref("session", room.pk)).count() == 3
    assert "Ask transport for a second run" in Mail.objects.get(recipients=["petra@transport.example"]).body
    assert Notice.objects.filter(person=cara).exists()

    lesson = Lesson.objects.get()
    assert (lesson.author, lesson.state, lesson.reach, lesson.session) == (farah, State.DRAFT, Reach.AUTHOR, room)
    assert (lesson.words.when_you, lesson.words.then_do) == ("move a ward", "ask pharmacy by ten")
    assert lesson.words.title == "Ask pharmacy by ten"
    assert lesson.words.expected == "– Home at two"
    assert "Medicines came at four" in lesson.words.happened
    assert lesson.words.why == "Pharmacy starts when asked."
    assert str(lesson.group) == "Ward 6"

    shown = answer.content.decode()
    for words in ("– Home at two", "Move the request to ten", "Petra", "Ask pharmacy by ten"):
        assert words in shown
    others = as_(reza).get(reverse("session_detail", args=["riverside", room.pk])).content.decode()
    assert "Move the request to ten" in others
    assert "Ask pharmacy by ten" not in others


def test_unticked_rows_are_left_out_whatever_stands_in_them(as_, room, address, farah):
    browser = as_(farah)
    sent = filled(browser, address, **{"a-1-guest_email": "no address", "l-0-title": "x" * 900})
    del sent["a-0-keep"], sent["a-1-keep"], sent["l-0-keep"]
    assert browser.post(address, sent).status_code == 302
    assert not Action.objects.exists()
    assert not Lesson.objects.exists()


def test_what_is_wrong_is_said_and_nothing_is_lost_or_closed(as_, room, address, farah, cara):
    browser = as_(farah)
    sent = filled(
        browser,
        address,
        **{
            "a-0-owner": str(cara.pk),
            "a-0-guest_name": "Petra",
            "a-1-due_on": "soon",
            "a-2-guest_name": "Somebody",
            "l-0-then_do": "",
            "summary-why": "Kept words",
        },
    )
    answer = browser.post(address, sent)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>Error: Close" in text
    for words in (
        "Choose a member or name a guest, not both",
        "Enter a date",
        "Say what will be done, or untick this action",
        "Say what to do, or untick this lesson",
        "Kept words",
    ):
        assert words in text
    room.refresh_from_db()
    assert room.state == Session.State.LIVE


def test_closing_twice_makes_nothing_twice(as_, room, address, farah, lena):
    browser = as_(farah)
    sent = filled(browser, address)
    browser.post(address, sent)
    again = browser.post(address, sent, follow=True)
    assert "This session is closed." in again.content.decode()
    assert (Action.objects.count(), Lesson.objects.count()) == (2, 1)
    with pytest.raises(Refusal):
        closing.close_with_lessons(
            room, by=as_member(lena), at=NOON, summary={}, promised=[Promise("Again")], advice=[Advice("Again")]
        )
    assert (Action.objects.count(), Lesson.objects.count()) == (2, 1)


def test_all_or_nothing(room, farah):
    with pytest.raises(Refusal):
        closing.close_with_lessons(
            room, by=as_member(farah), at=NOON, summary={}, promised=[Promise("Good"), Promise(" ")]
        )
    room.refresh_from_db()
    assert room.state == Session.State.LIVE
    assert not Action.objects.exists()
    assert Note.objects.exists()


def test_notes_written_meanwhile_are_not_lost(as_, room, address, farah):
    browser = as_(farah)
    sent = filled(browser, address)
    write(room, room.gus, "happened", "better", "The phone was broken")
    write(room, room.gus, "learn", "actions", "Mend the phone")
    write(room, room.gus, "learn", "lessons", "When the phone is broken, then walk")
    answer = browser.post(address, {**sent, "summary-expect": "As agreed"})
    text = answer.content.decode()
    assert "Notes were written since you opened this page" in text
    for words in ("As agreed", "The phone was broken", "Mend the phone", "the phone is broken"):
        assert words in text
    room.refresh_from_db()
    assert room.state == Session.State.LIVE
    context = answer.context
    assert browser.post(address, {**_again(context), "all_actions": "on", "all_lessons": "on"}).status_code == 302
    assert Action.objects.filter(title="Mend the phone").exists()
    assert Lesson.objects.count() == 2


def test_the_column_of_a_note_is_named_though_no_other_has_any(as_, room, address, farah):
    """“Better: medicines came at four” must not read as what went well."""
    Note.objects.filter(column="well").delete()
    browser = as_(farah)
    assert browser.post(address, filled(browser, address)).status_code == 302
    room.refresh_from_db()
    assert room.summary["happened"] == "Better\n– Medicines came at four"


def test_where_notes_are_kept_the_words_begin_with_them(as_, room, address, farah):
    Session.objects.filter(pk=room.pk).update(confidentiality="open")
    page = as_(farah).get(address).context
    assert page["summary"]["summary-happened"].value().startswith("Went well\n– Nobody waited")
    assert [row["keep"].value() for row in page["actions"] if row["title"].value()] == [True, True]


def test_where_notes_are_deleted_nothing_unread_is_kept(as_, room, address, farah):
    """People were promised that their notes go: pressing the button on the page as it comes must not keep them."""
    browser = as_(farah)
    sent = filled(browser, address, ticks=False)
    asked = browser.post(address, sent)
    assert "Nothing is ticked yet." in asked.text
    assert "Close without keeping anything" in asked.text
    room.refresh_from_db()
    assert room.is_live
    assert browser.post(address, {**sent, "keeps_nothing": "on"}).status_code == 302
    room.refresh_from_db()
    assert not any(room.summary.values())
    assert [model.objects.count() for model in (Note, Action, Lesson)] == [0, 0, 0]


def test_the_group_keeps_the_lines_it_ticks_and_its_own_words(as_, room, address, farah):
    browser = as_(farah)
    sent = filled(browser, address, ticks=False)
    [choice] = browser.get(address).context["summary"].fields["lines-happened-better"].choices
    more = {"lines-happened-better": [choice[0]], "summary-happened": "It was a good day.", "a-1-keep": "on"}
    assert browser.post(address, {**sent, **more}).status_code == 302
    room.refresh_from_db()
    assert room.summary["happened"] == "It was a good day.\n\nBetter\n– Medicines came at four"
    assert room.summary["expect"] == ""
    assert [action.title for action in Action.objects.all()] == ["Ask transport for a second run"]


@pytest.mark.parametrize("preset", ["no-blame", "open"])
def test_what_is_taken_away_in_the_room_is_gone_from_the_page(as_, room, address, farah, preset):
    """“Nadia Patient was in bed 4” was taken away while this page was open: it must not come back by the close."""
    Session.objects.filter(pk=room.pk).update(confidentiality=preset)
    for key, column in (("happened", "better"), ("learn", "actions"), ("learn", "lessons")):
        write(room, room.gus, key, column, "Nadia Patient\nwas in bed 4")
    browser = as_(farah)
    sent = filled(browser, address)
    for note in Note.objects.filter(text__startswith="Nadia"):
        notes.withdraw_note(note, by=room.gus, at=NOON)
    back = browser.post(address, sent)
    assert "3 notes were taken away since you opened this page" in back.text
    assert "Nadia" not in back.text
    room.refresh_from_db()
    assert room.is_live
    assert browser.post(address, {**_again(back.context)}).status_code == 302
    room.refresh_from_db()
    assert "Medicines came at four" in room.summary["happened"]
    kept = f"{room.summary}{list(Action.objects.values())}{[lesson.words for lesson in Lesson.objects.all()]}"
    assert "Nadia" not in kept
    assert Action.objects.count() == 2


def test_two_people_who_write_the_same_make_one_line(as_, room, address, farah):
    hal = joining.join_room(room, by=None, at=NOON, name="Hal", key="other")
    write(room, hal, "learn", "actions", "Move the request to ten")
    browser = as_(farah)
    browser.post(address, filled(browser, address))
    assert Action.objects.filter(title="Move the request to ten").count() == 1


def test_the_story_is_copied_once_unless_more_is_ticked(as_, room, address, farah):
    write(room, room.gus, "learn", "lessons", "When you are about to open a lounge: tell transport, porters and wards")
    write(room, room.gus, "learn", "lessons", "Label the chairs")
    browser = as_(farah)
    sent = filled(browser, address)
    assert [f"l-{row}-with_story" in sent for row in range(4)] == [True, False, False, False]
    assert (sent["l-1-when_you"], sent["l-1-then_do"]) == ("open a lounge", "tell transport, porters and wards")
    browser.post(address, {**sent, "l-2-with_story": "on", "l-3-then_do": "Added by hand", "l-3-keep": "on"})
    told = {one.words.then_do: one.words.happened for one in Lesson.objects.all()}
    assert {words: bool(happened) for words, happened in told.items()} == {
        "ask pharmacy by ten": True,
        "tell transport, porters and wards": False,
        "Label the chairs": True,
        "Added by hand": False,
    }


def test_a_lesson_that_is_written_meanwhile_does_not_tell_the_story_again(as_, room, address, farah):
    browser = as_(farah)
    sent = filled(browser, address)
    write(room, room.gus, "learn", "lessons", "When the phone is broken, then walk")
    rows = browser.post(address, sent).context["advice"].forms
    told = {row["then_do"].value(): row["with_story"].value() for row in rows if row["then_do"].value()}
    assert told == {"ask pharmacy by ten": True, "walk": False}


def test_the_first_lesson_by_hand_begins_with_the_story(as_, room, address, farah):
    Note.objects.filter(column="lessons").delete()
    browser = as_(farah)
    [row] = browser.get(address).context["advice"].forms
    assert row["with_story"].value() is True
    browser.post(address, {**filled(browser, address), "l-0-then_do": "Ask first"})
    assert Lesson.objects.get().words.expected == "– Home at two"


def test_without_words_to_copy_there_is_no_box_for_it(as_, room, address, farah):
    for one in room.stages.all():
        one.columns = [{**plain(column), "tells": "nothing"} for column in one.columns if column.makes == "summary"]
        one.save()
    page = as_(farah).get(address).content.decode()
    assert "with_story" not in page
    assert "Copy what was expected" not in page


def _again(context):
    """The form as the page that came back has it."""
    values = {}
    for form in (context["summary"], *context["actions"], *context["advice"]):
        values.update({field.html_name: field.value() for field in form if field.value() not in (None, False)})
    for formset in (context["actions"], context["advice"]):
        values.update({field.html_name: field.value() for field in formset.management_form})
    return {name: "on" if value is True else value for name, value in values.items()}


@pytest.mark.parametrize("state", ["planned", "cancelled"])
def test_a_session_that_was_not_held_cannot_be_closed(as_, room, address, farah, state):
    Session.objects.filter(pk=room.pk).update(state=state, code="")
    answer = as_(farah).get(address, follow=True)
    assert answer.redirect_chain[0][0] == reverse("session_detail", args=["riverside", room.pk])


def test_a_tampered_form_is_no_server_error(as_, room, address, farah):
    for sent in ({}, {"a-TOTAL_FORMS": "x"}, {"a-TOTAL_FORMS": "9999", "a-INITIAL_FORMS": "0"}):
        assert as_(farah).post(address, sent).status_code in {200, 422}


def test_a_long_note_keeps_all_its_words(as_, room, address, farah):
    long = "Ask transport for a second run. " * 20
    write(room, room.gus, "learn", "actions", long.strip())
    browser = as_(farah)
    browser.post(address, filled(browser, address))
    action = Action.objects.get(detail__startswith="Ask transport")
    assert action.detail == long.strip()
    assert len(action.title) <= 200


# --- Remembered afterwards ----------------------------------------------------------------------------------------


def test_an_action_remembered_afterwards_is_listed_once_and_its_guest_hears_once(as_, room, farah, cara):
    closing.close_with_lessons(room, by=as_member(farah), at=NOON, summary={})
    page = reverse("session_detail", args=["riverside", room.pk])
    new = reverse("session_action_new", args=["riverside", room.pk])
    browser = as_(cara)
    assert new in browser.get(page).text
    said = {"title": "Ring transport", "guest_name": "Petra", "guest_email": "petra@transport.example", "once": uuid4()}
    for _ in range(2):
        assert browser.post(new, said).url == page
    action = Action.objects.get()
    assert (action.told_when_late, action.source) == (farah, Ref("session", room.pk))
    assert Mail.objects.filter(recipients=["petra@transport.example"]).count() == 1
    browser.post(new, {**said, "title": "Ring the wards", "once": uuid4()})
    bodies = Mail.objects.filter(recipients=["petra@transport.example"]).order_by("pk").values_list("body", flat=True)
    assert ["Ring transport" in body for body in bodies] == [True, False]
    assert "Ring the wards" in bodies[1]
    link = re.search(r"https?://[^/]+(/\S+)", bodies[0])[1]
    assert "Mark as done" in Client().get(link).text
    Action.objects.get(title="Ring the wards").delete()
    answer = browser.post(new, {**said, "title": ""})
    assert answer.status_code == 422
    assert "petra@transport.example" in answer.text


def test_before_the_close_actions_belong_to_the_close(as_, room, cara, reza, oskar):
    new = reverse("session_action_new", args=["riverside", room.pk])
    assert as_(cara).post(new, {"title": "Too soon"}).status_code == 302
    with pytest.raises(Refusal):
        closing.add_session_action(room, by=as_member(cara), title="Too soon", at=timezone.now())
    assert not Action.objects.exists()
    assert as_(reza).get(new).status_code == 403
    assert as_(oskar).get(new).status_code == 404


def test_a_lesson_remembered_afterwards_is_logged_from_the_session(as_, room, farah, cara, reza):
    closing.close_with_lessons(room, by=as_member(farah), at=NOON, summary={})
    page = reverse("session_detail", args=["riverside", room.pk])
    log = f"{reverse('lesson_new', args=['riverside'])}?session={room.pk}"
    assert log in as_(cara).get(page).text
    assert log not in as_(reza).get(page).text
