"""What is for a presenter’s eyes is in no answer of any kind to anybody else; and nothing else is kept."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from actionplan.models import Action
from jobs.models import Mail
from kmportal.lib.promises import promised
from kmportal.lib.unlinking import remove_old_versions
from lessons.promises import beginning
from notifications.models import Notice
from organisations.models import AuditEntry, AuditName, Membership
from search.models import SearchDoc
from techniques import helper_registry, participant_lookup, room_updates
from techniques.actions import learning_sets, planning
from techniques.actions.room.learning import forget_sets, report_in
from techniques.models import (
    Bid,
    Gift,
    Invitee,
    LearningSet,
    OwnAction,
    Participant,
    Question,
    Reported,
    RoomEvent,
    Session,
    SetVisit,
    Turn,
)
from techniques.preconditions import is_feedback_open
from techniques.room_visibility import Audience
from techniques.unlinking import forget_summaries, remove_traces
from tests.cast import as_member
from tests.readers import until_gone
from tests.techniques.conftest import NOW, inside
from tests.techniques.learning.conftest import SECRETS, begin, phone, step
from tests.test_api import Program, token_for

SAID_IN_THE_SET = {"bid"}  # members and adviser read it while the meeting runs


def addresses(session, own):
    """Every address under which something of the set is answered, and those that look through everything."""
    code, slug, pk = session.code or "GONE22", session.organisation.slug, session.learning_set_id
    of_room = [
        *(reverse(name, args=[code]) for name in ("join_room", "join_mine", "join_ask")),
        reverse("join_since", args=[code, 0]), reverse("join_room", args=[code]) + "?stage=presenters",
        *(inside(name, session) for name in ("session_room", "room_mine", "session_screen", "set_meeting_end")),
        inside("room_since", session, 0), inside("screen_since", session, 0),
    ]  # fmt: skip
    return [
        *([] if session.is_over else of_room), inside("session_detail", session), inside("session_close", session),
        reverse("learning_set_list", args=[slug]), reverse("learning_set_detail", args=[slug, pk]),
        reverse("own_action_edit", args=[slug, own.pk]),
        *(reverse(name, args=[slug]) for name in ("session_list", "action_list", "home", "audit_list")),
        reverse("search", args=[slug]) + f"?q={SECRETS['own'][:-4]}",
    ]  # fmt: skip


def bytes_for(browser, session, own):
    answers = [browser.get(address) for address in addresses(session, own)]
    assert all(answer.status_code < 500 for answer in answers)
    return " ".join(f"{answer.headers} {answer.content.decode()}" for answer in answers)


@pytest.fixture
def browsers(as_, client, cara, reza, sam, farah, lena, ada):
    people = {"cara": cara, "reza": reza, "sam": sam, "farah": farah, "lena": lena, "ada": ada}
    return {**{name: as_(person) for name, person in people.items()}, "nobody": client}


def known_to(name, what, *, is_over):
    """Who reads what: the presenter their own, the giver their gift while the room is open, the set its bids until the
    close."""
    if name == "cara":
        return what in {"question", "gift", "own"} or not is_over
    if what == "gift" and name == "sam":
        return not is_over
    return what in SAID_IN_THE_SET and name in {"reza", "sam", "farah"} and not is_over


def test_only_a_presenter_reads_what_is_theirs(told, browsers, farah):
    own = OwnAction.objects.get()
    for is_over in (False, True):
        if is_over:
            learning_sets.end_meeting(told, by=as_member(farah), at=NOW, asking="Openly")
        session = Session.objects.get(pk=told.pk)
        with time_machine.travel(NOW + timedelta(days=1)):
            for name, browser in browsers.items():
                seen = bytes_for(browser, session, own)
                for what, text in SECRETS.items():
                    assert (text in seen) == known_to(name, what, is_over=is_over), (name, what, is_over)


@pytest.mark.parametrize("audience", list(Audience))
def test_no_stream_tells_it(told, audience):
    page = room_updates.updates_since(told.pk, 0, audience, at=NOW)
    frames = b"".join(piece.as_frame() for piece in page.pieces).decode()
    for what, text in SECRETS.items():
        assert text not in frames or (what == "bid" and audience is Audience.FACILITATOR), what
    if audience is Audience.SCREEN:
        assert "Cara Doyle" in frames


def test_nobody_outside_listens(told, lena, ada, cara, farah, as_):
    for person, hears in ((lena, False), (ada, False), (cara, True), (farah, True)):
        cookies = {name: morsel.value for name, morsel in as_(person).cookies.items()}
        assert bool(participant_lookup.who_listens(cookies, told.pk, Audience.SCREEN)) == hears


def test_neither_mail_nor_notice_search_trail_or_api_has_it(told, farah, cara, ada, mailoutbox):
    learning_sets.end_meeting(told, by=as_member(farah), at=NOW)
    own = OwnAction.objects.get()
    told_by_mail = [
        *(f"{one.subject} {one.body}" for box in (mailoutbox, Mail.objects.all()) for one in box),
        *(str(one.__dict__) for model in (Notice, AuditEntry, SearchDoc, Action) for one in model.objects.all()),
    ]  # fmt: skip
    reminded = list(promised(own.due_on))
    told_by_mail += [f"{one.title} {one.says(own.due_on)} {one.url}" for one in reminded]
    assert [one.person for one in reminded if one.kind == "own-action"] == [cara]
    for person in (cara, ada):
        program = Program(token_for(person))
        told_by_mail += [json.dumps(program.get(f"{door}/").json()) for door in ("actions", "lessons")]
    for text in SECRETS.values():
        assert not any(text in one for one in told_by_mail), text
    assert not SearchDoc.objects.filter(title__icontains="Ward sisters").exists()


def test_what_is_shared_says_nothing_of_the_set(told, cara, reza):
    own = OwnAction.objects.get()
    for _ in range(2):
        learning_sets.share_own_action(own, by=as_member(cara), at=NOW)
    action = Action.objects.visible_to(as_member(reza)).get(title=SECRETS["own"])
    assert (action.owner, action.source_kind) == (cara, "")


def test_the_set_is_known_to_nobody_else(learning_set, riverside, lena, ada, oskar, cara, farah):
    for person, sees in ((lena, False), (ada, False), (cara, True), (farah, True)):
        assert LearningSet.objects.visible_to(as_member(person)).exists() == sees
        assert Session.objects.visible_to(as_member(person)).exists() == sees
    assert "Ward sisters" not in str([entry.__dict__ for entry in AuditEntry.objects.all()])


def test_the_trail_names_neither_the_set_nor_its_meetings(room, session, as_, ada):
    assert AuditName.objects.get(kind="learning-set").name == "An action learning set"
    of_meeting, of_session = (AuditName.objects.get(kind="session", ident=one.pk).name for one in (room, session))
    assert (of_meeting, of_session) == ("Action learning set", "Winter ward opening")
    trail, browser = reverse("audit_list", args=[room.organisation.slug]), as_(ada)
    for answer in (browser.get(trail), browser.get(f"{trail}?format=csv")):
        body = answer.getvalue().decode()
        assert ("An action learning set" in body, "Ward sisters" in body) == (True, False)


def test_whoever_leaves_or_is_no_more_in_the_set_hears_nothing_more(told, here, learning_set, cara, reza, as_):
    browser = phone(told, reza, as_)
    learning_sets.leave_set(learning_set, by=as_member(reza), at=NOW)
    assert Participant.objects.get(pk=here["reza"].pk).joined_at is None
    assert told.events.filter(kind=RoomEvent.Kind.AWAY).exists()
    assert browser.get(reverse("join_room", args=[told.code])).status_code == 302
    learning_set.members.filter(person=cara).delete()
    assert participant_lookup.participant_of(told, cara, {}) is None


def test_an_adviser_who_may_lead_no_more_reads_nothing(told, learning_set, farah, as_):
    Membership.objects.filter(person=farah).update(role="reader")
    assert not LearningSet.objects.visible_to(as_member(farah)).exists()
    assert not Session.objects.visible_to(as_member(farah)).exists()
    assert as_(farah).get(learning_set.get_absolute_url()).status_code == 404


def test_a_member_who_leads_elsewhere_has_no_desk_here(told, cara, as_):
    Membership.objects.filter(person=cara).update(role="facilitator")
    browser = as_(cara)
    pages = [inside(name, told) for name in ("session_room", "room_here", "room_mine")]
    for address in [*pages, inside("room_since", told, 0)]:
        assert browser.get(address).status_code == 404, address
    cookies = {name: morsel.value for name, morsel in browser.cookies.items()}
    assert participant_lookup.who_listens(cookies, told.pk, Audience.FACILITATOR) is None
    assert participant_lookup.who_listens(cookies, told.pk, Audience.PARTICIPANT)


def test_of_a_meeting_that_is_called_off_no_mail_is_kept(technique, riverside, farah, four, settings):
    settings.EMAIL_BACKEND, settings.SMTP_URL, settings.DEMO = "jobs.mail.Backend", "smtp://mail.example", False
    meeting = begin(riverside, farah, four).meetings.get()
    mails = Mail.objects.filter(key__startswith=meeting.key_of_mails)
    assert all("Sign in with your account" in mail.body for mail in mails)
    assert mails.update(sent_at=NOW) == 4
    planning.cancel_session(meeting, by=as_member(farah), at=NOW)
    assert {mail.subject.split(":")[0] for mail in mails} == {"Cancelled"}
    assert not Invitee.objects.exists()
    assert not Notice.objects.filter(kind="session").exists()
    forget_summaries(at=NOW)
    assert mails.count() == 4  # they have not left yet
    mails.update(sent_at=NOW)
    forget_summaries(at=NOW)
    assert not mails.exists()
    assert Session.objects.with_traces().get() == meeting


def test_no_lesson_is_got_ready_for_a_meeting(learning_set, farah, as_):
    meeting = learning_set.meetings.get()
    found = list(beginning(NOW.date(), NOW.date() + timedelta(days=40), None))
    assert meeting.title not in [work.title for _, work in found]
    with time_machine.travel(NOW):
        browser, slug = as_(farah), meeting.organisation.slug
        assert "Ward sisters" not in browser.get(reverse("pack_list", args=[slug])).content.decode()
        assert browser.get(reverse("pack_detail", args=[slug, "session", meeting.pk])).status_code == 404


def test_the_code_alone_tells_nothing(room, as_, client, lena, cara):
    page, file = (reverse(name, args=[room.code]) for name in ("join_session", "join_calendar"))
    for browser in (client, as_(lena)):
        body = browser.get(page).content.decode()
        assert "An action learning set" in body
        assert not any(said in body for said in ("Ward sisters", "Room 2", "The room is open"))
        assert browser.get(file).status_code == 302
    member = as_(cara)
    assert "Ward sisters" in member.get(page).content.decode()
    entry = member.get(file).content.decode()
    assert ("Action learning set" in entry, "Ward sisters" in entry, "Room 2" in entry) == (True, False, False)


def test_nobody_is_asked_what_nobody_reads(told, here, cara, as_):
    session = Session.objects.get(pk=told.pk)
    session.stage = session.stages.last()
    session.save(update_fields=["stage"])
    assert not is_feedback_open(session, NOW)
    browser = phone(told, cara, as_)
    assert "Two questions" not in browser.get(reverse("join_room", args=[told.code])).content.decode()


def test_what_is_kept_is_that_it_met_who_came_and_who_presented(told, here, cara, four, farah, sam):
    session = learning_sets.end_meeting(told, by=as_member(farah), at=NOW, asking="Openly", working="On time")
    assert (session.summary, helper_registry.told_in(session)) == ({}, [])
    assert {visit.person for visit in SetVisit.objects.all()} == set(four)
    assert [(turn.person, turn.participant) for turn in Turn.objects.all()] == [(cara, None)]
    assert (session.look_back.asking, session.look_back.working) == ("Openly", "On time")
    assert not Bid.objects.exists()
    assert not Reported.objects.exists()
    assert not Invitee.objects.exists()
    assert not Participant.objects.exclude(person=None, name="").exists()
    assert [gift.participant for gift in Gift.objects.all()] == [None]


def test_questions_and_gifts_go_after_a_week_and_what_one_will_do_stays(told, farah):
    learning_sets.end_meeting(told, by=as_member(farah), at=NOW)
    forget_sets(NOW + timedelta(days=7))
    assert Question.objects.exists()
    with time_machine.travel(NOW + timedelta(days=7, minutes=1)):
        call_command("forget_sets")
    assert not Question.objects.exists()
    assert not Gift.objects.exists()
    assert OwnAction.objects.exists()
    assert Session.objects.with_traces().get() == told
    assert forget_sets(NOW + timedelta(days=8)) == 0


def test_a_room_that_nobody_ends_keeps_nothing_either(told):
    assert forget_sets(NOW + timedelta(days=6)) == 0
    assert forget_sets(NOW + timedelta(days=8)) == 1
    assert not Bid.objects.exists()
    assert not Question.objects.exists()


def test_a_room_in_which_somebody_has_only_reported_forgets_that_too(room, here):
    report_in(room, by=here["cara"], at=NOW, stage=step(room, "report"))
    assert forget_sets(NOW + timedelta(days=8)) == 1
    assert not Reported.objects.exists()


def copies_in_the_files(*texts: str) -> int:
    """How often they stand in the files of the database, whether or not it still shows them."""
    marks = [text.encode() for text in texts]
    if connection.vendor == "sqlite":
        path = Path(connection.settings_dict["NAME"])
        log = Path(f"{path}-wal")
        files = [path.read_bytes(), log.read_bytes() if log.exists() else b""]
    else:
        with connection.cursor() as cursor:
            cursor.execute("CHECKPOINT")
            files = []
            for model in (Bid, Question, Gift):
                cursor.execute("SELECT pg_read_binary_file(pg_relation_filepath(%s))", [model._meta.db_table])
                files.append(bytes(cursor.fetchone()[0]))
    return sum(file.count(mark) for file in files for mark in marks)


@pytest.mark.django_db(transaction=True)
def test_what_was_deleted_is_in_no_file(told, farah):
    remove_old_versions(Bid, whole_files=True)
    assert copies_in_the_files(SECRETS["bid"], SECRETS["question"], SECRETS["gift"]) >= 3
    learning_sets.end_meeting(told, by=as_member(farah), at=NOW)
    until_gone(remove_traces)
    assert copies_in_the_files(SECRETS["bid"]) == 0
    assert copies_in_the_files(SECRETS["question"]) >= 1
    forget_sets(NOW + timedelta(days=8))
    until_gone(remove_traces)
    assert copies_in_the_files(SECRETS["bid"], SECRETS["question"], SECRETS["gift"]) == 0
