import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from techniques import guest_cookies, join_codes
from techniques.actions import planning
from techniques.actions.room import closing, joining, stages
from techniques.models import Note, Participant, RoomEvent, Session
from tests.cast import as_member
from tests.techniques.conftest import NOW, inside


@pytest.fixture(autouse=True)
def _clean_cache():
    cache.clear()


def words(answer) -> str:
    return answer.content.decode()


# --- The code --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spell", [str, str.lower, lambda code: f" {code[:3]} - {code[3:].lower()} "])
def test_the_code_may_be_typed_as_one_likes(client, session, spell):
    answer = client.post(reverse("join"), {"code": spell(session.code)})
    assert answer.headers["Location"] == reverse("join_session", args=[session.code])
    assert client.get(reverse("join"), {"code": spell(session.code)}).status_code == 302


@pytest.mark.parametrize("code", ["", "RNK4G7", "0", "x" * 500, "<script>", "ＲＮＫ"])
def test_a_wrong_code_gets_a_sentence_beside_the_field(client, session, code):
    answer = client.post(reverse("join"), {"code": code})
    assert answer.status_code == 422
    assert "<title>Error:" in words(answer)
    assert "govuk-error-summary" in words(answer)


def test_the_address_takes_lower_case_codes(client, session):
    assert client.get(reverse("join_session", args=[session.code.lower()])).status_code == 200


def test_dead_and_unknown_codes_are_404_with_a_way_on(client, room, farah):
    code = room.code
    closing.close_session(room, by=as_member(farah), summary={}, at=NOW)
    for name, args in (
        ("join_session", [code]),
        ("join_room", [code]),
        ("join_calendar", [code]),
        ("join_since", [code, 0]),
    ):
        answer = client.get(reverse(name, args=args))
        assert answer.status_code == 404
        assert "This code does not work" in words(answer)
        assert 'name="code"' in words(answer)
    answer = client.post(reverse("join_note", args=[code]), headers={"Accept": "application/json"})
    assert answer.status_code == 404
    assert "does not work" in answer.json()["error"]


@pytest.mark.parametrize("end", ["close", "cancel"])
def test_whoever_was_in_is_told_that_it_is_over_and_nobody_else_is(session, client, enter, cara, as_, farah, end):
    code, gus, member = session.code, enter(session), as_(cara)
    joining.join_room(session, name="Cara", key=guest_cookies.new_key(), by=as_member(cara), at=NOW)
    if end == "close":
        closing.close_session(
            joining.open_room(session, by=as_member(farah), at=NOW), by=as_member(farah), summary={}, at=NOW
        )
    else:
        planning.cancel_session(session, by=as_member(farah), at=NOW)
    said = "The session is over" if end == "close" else "This session has been cancelled"
    for browser in (gus, member):
        for name in ("join_session", "join_room", "join_calendar"):
            answer = browser.get(reverse(name, args=[code]))
            assert (answer.status_code, said in words(answer)) == (410, True)
        assert said in words(browser.post(reverse("join"), {"code": code}))
        assert browser.post(reverse("join_leave", args=[code])).status_code == 410
        news = browser.get(reverse("join_since", args=[code, 0]), headers={"Accept": "application/json"}).json()
        assert [piece["kind"] for piece in news["pieces"]] == ["closed"]
        late = {"stage": "happened", "column": "well", "client_id": str(uuid4()), "text": "Too <late>"}
        answer = browser.post(reverse("join_note", args=[code]), late)
        assert answer.status_code == 422
        assert "This was not sent." in words(answer)
        assert "Too &lt;late&gt;" in words(answer)
        answer = browser.post(reverse("join_note", args=[code]), late, headers={"Accept": "application/json"})
        assert answer.status_code == 422
        assert "nothing more can be written" in answer.json()["error"] or "cancelled" in answer.json()["error"]
    assert client.get(reverse("join_room", args=[code])).status_code == 404
    assert Note.objects.count() == 0


@pytest.mark.parametrize("kept", ["open", "no-blame", "chatham-house"])
def test_a_guest_reads_what_was_agreed_and_nothing_else_as_long_as_their_browser_is_known(
    session, client, enter, farah, kept
):
    Session.objects.filter(pk=session.pk).update(confidentiality=kept)
    code, gus, gone = session.code, enter(session), enter(session, name="Gone")
    session = joining.open_room(Session.objects.get(pk=session.pk), by=as_member(farah), at=NOW)
    out = session.participants.get(name="Gone")
    joining.remove_participant(session, by=as_member(farah), at=NOW, participant=out)
    summary = {"happened": "We ask pharmacy at ten. <b>", "talk": ""}
    closing.close_session(session, by=as_member(farah), summary=summary, at=NOW)
    page = words(gus.get(reverse("join_room", args=[code])))
    assert "We ask pharmacy at ten. &lt;b&gt;" in page
    assert "What happened?</h3>" in page
    assert "Talk</h3>" not in page
    assert "You can read this until" in page
    assert session.get_absolute_url() not in page
    for stranger in (client, gone):
        assert stranger.get(reverse("join_room", args=[code])).status_code == 404
    with time_machine.travel(NOW + timedelta(seconds=guest_cookies.LASTS_SECONDS + 60), tick=False):
        assert gus.get(reverse("join_room", args=[code])).status_code == 404


def test_asking_for_news_after_the_end_is_no_guessing(session, client, enter, farah):
    code, gus = session.code, enter(session)
    planning.cancel_session(session, by=as_member(farah), at=NOW)
    for _ in range(join_codes.FROM_ONE_ADDRESS + 1):
        gus.get(reverse("join_since", args=[code, 0]))
    assert client.get(reverse("join_session", args=["CDFGHJ"])).status_code == 404  # and not braked: 429


def test_guessing_is_braked_but_not_for_those_inside(client, room, enter):
    gus = enter(room)
    for _ in range(join_codes.FROM_ONE_ADDRESS):
        assert client.get("/join/RNK4G7/").status_code == 404
    answer = client.get(reverse("join_session", args=[room.code]))
    assert answer.status_code == 429
    assert "Too many wrong codes" in words(answer)
    assert client.post(reverse("join"), {"code": room.code}).status_code == 422
    assert gus.get(reverse("join_room", args=[room.code])).status_code == 200


def test_one_house_with_many_addresses_is_braked_as_one(client, room):
    for number in range(join_codes.FROM_ONE_ADDRESS):
        client.get("/join/RNK4G7/", REMOTE_ADDR=f"2001:db8:1:2::{number:x}")
    answer = client.get(reverse("join_session", args=[room.code]), REMOTE_ADDR="2001:db8:1:2:ffff::1")
    assert answer.status_code == 429
    elsewhere = client.get(reverse("join_session", args=[room.code]), REMOTE_ADDR="2001:db8:1:3::1")
    assert elsewhere.status_code == 200
    for odd in ("::ffff:192.0.2.7", "fe80::1%eth0", "192.0.2.7", "unix:", ""):
        assert client.get(reverse("join_session", args=[room.code]), REMOTE_ADDR=odd).status_code == 200


def test_behind_a_proxy_the_proxys_word_counts(room, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    browser = Client()
    for number in range(join_codes.FROM_ONE_ADDRESS + 3):
        # What a client writes itself stands before what the proxy adds
        browser.get("/join/RNK4G7/", headers={"X-Forwarded-For": f"203.0.113.{number}, 192.0.2.1"})
    blocked = browser.get("/join/RNK4G7/", headers={"X-Forwarded-For": "192.0.2.1"})
    assert blocked.status_code == 429
    assert browser.get("/join/RNK4G7/", headers={"X-Forwarded-For": "192.0.2.2"}).status_code == 404


# --- The door --------------------------------------------------------------------------------------------------------


def test_a_guest_comes_in_with_a_name(client, room):
    page = client.get(reverse("join_session", args=[room.code]))
    key = re.search(r'name="key" value="([^"]+)"', words(page))[1]
    answer = client.post(reverse("join_session", args=[room.code]), {"name": "Gus", "key": key})
    assert answer.headers["Location"] == reverse("join_room", args=[room.code])
    cookie = answer.cookies[guest_cookies.cookie_name(room.pk)]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert key not in str(Participant.objects.values())
    page = client.get(reverse("join_room", args=[room.code]))
    assert "You are here as Gus, a guest" in words(page)
    assert "no-store" in page.headers["Cache-Control"]


def test_under_https_another_host_of_the_domain_cannot_seat_a_guest_as_somebody_else(client, room, settings):
    settings.COOKIE_PREFIX, settings.SESSION_COOKIE_SECURE = "__Host-", True
    client.post(reverse("join_session", args=[room.code]), {"name": "Gus", "key": guest_cookies.new_key()})
    cookie = client.cookies[f"__Host-room-{room.pk}"]
    assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", "")
    assert client.get(reverse("join_room", args=[room.code])).status_code == 200
    laid = Client()
    laid.cookies[f"room-{room.pk}"] = cookie.value
    assert laid.get(reverse("join_room", args=[room.code])).status_code == 302
    client.post(reverse("join_leave", args=[room.code]))
    assert client.cookies[f"__Host-room-{room.pk}"]["secure"]  # or the browser would not let go of it


def test_the_form_sent_twice_is_one_guest(client, room):
    key = guest_cookies.new_key()
    for _ in range(2):
        Client().post(reverse("join_session", args=[room.code]), {"name": "Gus", "key": key})
    assert Participant.objects.count() == 1


@pytest.mark.parametrize(
    "values", [{"name": ""}, {"name": "\u202e"}, {"name": "x" * 61}, {"name": "Gus", "key": "short"}]
)
def test_a_bad_name_is_told_beside_the_field(client, room, values):
    answer = client.post(reverse("join_session", args=[room.code]), values)
    assert answer.status_code == 422
    assert Participant.objects.count() == 0


def test_a_member_comes_in_with_one_press(room, cara, as_):
    browser = as_(cara)
    assert "Join as Cara Doyle" in words(browser.get(reverse("join_session", args=[room.code])))
    assert browser.post(reverse("join_session", args=[room.code]), {"as_member": "1"}).status_code == 302
    assert browser.get(reverse("join_room", args=[room.code])).status_code == 200
    assert Participant.objects.get().person == cara


def test_from_the_sessions_page_too(room, reza, as_):
    browser = as_(reza)
    answer = browser.post(inside("session_join", room))
    assert answer.headers["Location"] == reverse("join_room", args=[room.code])
    assert "Go to your notes" in words(browser.get(inside("session_detail", room)))


def test_a_stranger_with_an_account_is_a_guest(room, oskar, as_):
    browser = as_(oskar)
    assert "Join as Oskar" not in words(browser.get(reverse("join_session", args=[room.code])))
    assert browser.post(reverse("join_session", args=[room.code]), {"as_member": "1"}).status_code == 422
    browser.post(reverse("join_session", args=[room.code]), {"name": "Oskar"})
    assert Participant.objects.get().person is None


def test_a_suspended_member_has_no_seat(room, cara, as_, member):
    browser = as_(cara)
    browser.post(inside("session_join", room))
    membership = member(cara)
    membership.suspended_at = NOW
    membership.save()
    assert browser.get(reverse("join_room", args=[room.code])).status_code == 302


def test_whoever_has_not_joined_is_led_to_the_door(client, room):
    for name in ("join_room",):
        assert client.get(reverse(name, args=[room.code])).headers["Location"] == reverse(
            "join_session", args=[room.code]
        )
    assert client.get(reverse("join_mine", args=[room.code])).status_code == 404
    assert client.get(reverse("join_since", args=[room.code, 0])).status_code == 404
    answer = client.post(reverse("join_note", args=[room.code]), headers={"Accept": "application/json"})
    assert answer.status_code == 403
    assert "Join the session again" in answer.json()["error"]


def test_before_the_room_opens_people_wait_inside(session, enter, farah):
    gus = enter(session)
    page = gus.get(reverse("join_room", args=[session.code]))
    assert "You are in" in words(page)
    assert "We are here to learn, not to judge." in words(page)
    joining.open_room(session, by=as_member(farah), at=NOW)
    assert "Step 1 of 5" in words(gus.get(reverse("join_room", args=[session.code])))


def test_leaving_lets_somebody_else_join_with_the_same_phone(room, enter, send):
    phone = enter(room, "Gus")
    send(phone, room, "expect", "expected", "Gus’s own words")
    phone.post(reverse("join_leave", args=[room.code]))
    phone.post(reverse("join_session", args=[room.code]), {"name": "Rhea"})
    page = words(phone.get(reverse("join_room", args=[room.code])))
    assert "You are here as Rhea" in page
    assert "Gus’s own words" not in page
    assert [person.name for person in Participant.objects.here()] == ["Rhea"]


# --- Notes -----------------------------------------------------------------------------------------------------------


def test_writing_without_a_script(room, enter, farah):
    gus = enter(room)
    stages.go_to_stage(room, stage=room.stages.get(key="happened"), by=as_member(farah), at=NOW)
    page = words(gus.get(reverse("join_room", args=[room.code])))
    form = re.search(r'data-write="happened".*?</form>', page, re.DOTALL)[0]
    client_id = re.search(r'name="client_id" value="([^"]+)"', form)[1]
    values = {"client_id": client_id, "stage": "happened", "column": "better", "text": "Beds came late"}
    for _ in range(2):
        assert gus.post(reverse("join_note", args=[room.code]), values).headers["Location"] == reverse(
            "join_room", args=[room.code]
        )
    assert Note.objects.get().column == "better"
    assert "Beds came late" in words(gus.get(reverse("join_room", args=[room.code])))


def test_an_error_without_a_script_keeps_what_was_typed(room, enter, farah):
    gus = enter(room)
    stages.go_to_stage(room, stage=room.stages.get(key="happened"), by=as_member(farah), at=NOW)
    long = "Long note " * 150
    values = {"client_id": uuid4(), "stage": "happened", "column": "well", "text": long}
    answer = gus.post(reverse("join_note", args=[room.code]), values)
    assert answer.status_code == 422
    assert "A note has at most 1,000 characters" in words(answer)
    assert long.strip() in words(answer)


def test_the_answer_tells_the_writer_what_was_saved(room, enter, send):
    gus, client_id = enter(room), uuid4()
    answer = send(gus, room, "expect", "expected", "Hidden & <mine>", client_id=client_id).json()
    assert (answer["handle"], answer["stage"], answer["column"], answer["is_hidden"]) == (
        str(client_id), "expect", "expected", True,
    )  # fmt: skip
    assert "Hidden &amp; &lt;mine&gt;" in answer["html"]
    assert "under" not in answer["html"]  # the only column there is
    again = send(gus, room, "expect", "expected", "Hidden & <mine>", client_id=client_id)
    assert again.json() == answer
    assert Note.objects.count() == 1


def test_ones_own_note_says_where_it_went(room, enter, send):
    gus, rhea = enter(room), enter(room, "Rhea")
    answer = send(gus, room, "happened", "better", "Lifts").json()
    assert "Saved under “Better”" in answer["html"]
    assert "Saved under “Better”" in words(gus.get(reverse("join_room", args=[room.code])))
    assert "Saved under" not in words(rhea.get(reverse("join_room", args=[room.code])))


@pytest.mark.parametrize(
    "values",
    [
        {"text": ""},
        {"text": "x" * 1001},
        {"stage": "nowhere"},
        {"column": "nowhere"},
        {"client_id": "1"},
        {"client_id": ""},
        {"stage": "talk", "column": "said"},
        {"text": "x" * 200_000},
    ],
)
def test_bad_notes_are_refused_with_a_sentence_never_a_500(room, enter, values):
    gus = enter(room)
    sent = {"client_id": uuid4(), "stage": "happened", "column": "well", "text": "Fine", **values}
    answer = gus.post(reverse("join_note", args=[room.code]), sent, headers={"Accept": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["error"].endswith(".")
    assert gus.post(reverse("join_note", args=[room.code]), sent).status_code == 422
    assert Note.objects.count() == 0


def test_a_note_for_a_closed_session_says_so(room, enter, send, farah, monkeypatch):
    gus = enter(room)
    # The close comes between finding the session and saving the note
    found = Session.objects.for_room().get(pk=room.pk)
    closing.close_session(room, by=as_member(farah), summary={}, at=NOW)
    Session.objects.filter(pk=room.pk)
    monkeypatch.setattr("techniques.views.joining._find_session", lambda request, code: found)
    answer = send(gus, found, "happened", "well", "Too late")
    assert answer.status_code == 422
    assert "closed" in answer.json()["error"]


def test_changing_and_taking_back_ones_own(room, enter, send):
    gus, handle = enter(room), uuid4()
    send(gus, room, "happened", "well", "First words", client_id=handle)
    address = reverse("join_note_change", args=[room.code, handle])
    assert "First words" in words(gus.get(address))
    assert gus.post(address, {"text": "Better words", "column": "better"}).status_code == 302
    assert Note.objects.get().text == "Better words"
    bad = gus.post(address, {"text": " ", "column": "better"})
    assert bad.status_code == 422
    assert "Write something" in words(bad)
    assert gus.post(address, {"take_back": "1"}, headers={"Accept": "application/json"}).json()["gone"]
    assert Note.objects.get().text == ""
    assert gus.get(address).status_code == 404


def test_nobody_elses_note_can_be_changed(room, enter, send, reza, as_):
    gus, rhea, handle = enter(room), enter(room, "Rhea"), uuid4()
    send(gus, room, "happened", "well", "Mine", client_id=handle)
    address = reverse("join_note_change", args=[room.code, handle])
    assert rhea.get(address).status_code == 404
    assert rhea.post(address, {"text": "Stolen", "column": "well"}).status_code == 404
    assert as_(reza).post(inside("room_note_change", room, handle), {"text": "Stolen"}).status_code in {403, 404}
    assert Note.objects.get().text == "Mine"
    assert gus.get(reverse("join_note_change", args=[room.code, uuid4()])).status_code == 404


def test_ones_own_notes_come_to_a_second_window(room, enter, send):
    gus, rhea = enter(room), enter(room, "Rhea")
    send(gus, room, "expect", "expected", "Only for Gus")
    notes = gus.get(reverse("join_mine", args=[room.code])).json()["notes"]
    assert "Only for Gus" in notes["expect"][0]["html"]
    assert rhea.get(reverse("join_mine", args=[room.code])).json()["notes"]["expect"] == []


def test_polling_gives_the_same_pieces_as_the_stream(room, enter, send):
    gus = enter(room)
    send(gus, room, "happened", "well", "Beds came late")
    answer = gus.get(reverse("join_since", args=[room.code, 0])).json()
    assert [piece["kind"] for piece in answer["pieces"]] == ["opened", "people", "note"]
    assert answer["seq"] == answer["pieces"][-1]["seq"]
    assert answer["now"] > 0
    again = gus.get(reverse("join_since", args=[room.code, answer["seq"]])).json()
    assert (again["pieces"], again["seq"]) == ([], answer["seq"])


def test_the_date_as_a_file_for_a_calendar(client, session):
    answer = client.get(reverse("join_calendar", args=[session.code]))
    assert answer.headers["Content-Type"].startswith("text/calendar")
    assert "DTSTART:20261126T140000Z" in words(answer)
    assert "DTEND:20261126T150000Z" in words(answer)


def test_a_room_costs_the_same_with_one_note_and_with_three(room, enter, send, farah, django_assert_num_queries):
    gus = enter(room)
    stages.go_to_stage(room, stage=room.stages.get(key="happened"), by=as_member(farah), at=NOW)
    send(gus, room, "happened", "well", "One")
    address = reverse("join_room", args=[room.code])
    gus.get(address)
    with CaptureQueriesContext(connection) as one:
        gus.get(address)
    queries = len(one)
    for text in ("Two", "Three"):
        send(gus, room, "happened", "better", text)
    enter(room, "Rhea")
    with django_assert_num_queries(queries):
        gus.get(address)


# --- Many at once ----------------------------------------------------------------------------------------------------


def in_threads(count, work):
    def one(number):
        try:
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


@pytest.mark.django_db(transaction=True)
def test_everybody_joins_in_the_same_seconds(room):
    def join(number):
        browser = Client()
        browser.post(reverse("join_session", args=[room.code]), {"name": f"Guest {number}"})
        return browser.get(reverse("join_room", args=[room.code])).status_code

    assert in_threads(24, join) == [200] * 24
    assert Participant.objects.here().count() == 24
    room.refresh_from_db()
    assert list(room.events.values_list("seq", flat=True)) == list(range(1, room.seq + 1))


@pytest.mark.django_db(transaction=True)
def test_notes_at_the_same_moment_are_all_saved_once(room, enter, send):
    phones = [enter(room, f"Guest {number}") for number in range(6)]
    handles = [uuid4() for _ in phones]

    def write(number):
        return [
            send(phones[number], room, "happened", "well", f"Note {number}", handles[number]).status_code
            for _ in range(3)
        ]

    assert in_threads(6, write) == [[200, 200, 200]] * 6
    assert Note.objects.count() == 6
    assert RoomEvent.objects.filter(kind="note").count() == 6


@pytest.mark.django_db(transaction=True)
def test_two_who_close_at_once_leave_one_close(room, farah, lena):
    from kmportal.lib.exceptions import Refusal

    def close(number):
        try:
            closing.close_session(room, by=as_member((farah, lena)[number]), summary={"happened": str(number)}, at=NOW)
        except Refusal as refusal:
            return str(refusal)
        return "closed"

    assert sorted(in_threads(2, close)) == ["This session is closed already.", "closed"]
    assert RoomEvent.objects.filter(kind="closed").count() == 1
