"""The pages of sessions and techniques for members."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from roadmap.models import Intervention, Programme
from techniques.actions import planning
from techniques.actions.room import closing, joining
from techniques.models import Note, Session, Technique
from techniques.reports import checklist_of
from tests.cast import as_member
from tests.techniques.conftest import NOW, inside

AJAX = {"Accept": "application/json"}


def words(answer) -> str:
    return answer.content.decode()


def at(name: str, *args) -> str:
    return reverse(name, args=["riverside", *args])


@pytest.fixture
def plan(review):
    """What somebody fills in."""
    day = timezone.localdate() + timedelta(days=3)
    return {
        "title": "Winter ward opening", "length": "short", "purpose": "What made it calm?",
        "starts_at_day": day.isoformat(), "starts_at_time": "2.30pm", "place_kind": "room", "place": "Seminar room 2",
    }  # fmt: skip


@pytest.fixture
def intervention(riverside, lena) -> Intervention:
    programme = Programme.objects.create(
        organisation=riverside, name="Learning", starts_on=NOW.date(), ends_on=NOW.date() + timedelta(days=300)
    )
    return Intervention.objects.create(programme=programme, step=5, title="Reviews on the wards", created_by=lena)


# --- List ------------------------------------------------------------------------------------------------------------


def test_an_empty_list_says_what_will_be_here(riverside, farah, reza, as_):
    assert "Plan the first session" in words(as_(farah).get(at("session_list")))
    page = words(as_(reza).get(at("session_list")))
    assert "A facilitator or the KM lead plans one" in page
    assert "Plan the first session" not in page


def test_sessions_to_come_and_held(riverside, farah, review, reza, as_):
    for title, days in (("Later", 5), ("Sooner", 1)):
        planning.plan_session(
            riverside,
            by=as_member(farah),
            technique=review,
            length="short",
            title=title,
            starts_at=NOW + timedelta(days=days),
            at=timezone.now(),
        )
    held = planning.plan_session(
        riverside, by=as_member(farah), technique=review, length="short", title="Past", starts_at=NOW, at=timezone.now()
    )
    joining.open_room(held, by=as_member(farah), at=NOW)
    closing.close_session(held, by=as_member(farah), summary={}, at=NOW)
    cancelled = planning.plan_session(
        riverside,
        by=as_member(farah),
        technique=review,
        length="short",
        title="Never",
        starts_at=NOW,
        at=timezone.now(),
    )
    planning.cancel_session(cancelled, by=as_member(farah), at=timezone.now())
    page = words(as_(reza).get(at("session_list")))
    assert page.index("Sooner") < page.index("Later") < page.index("Past")
    assert "Never" not in page


def test_the_list_costs_the_same_with_one_and_three(riverside, farah, review, reza, as_):
    browser = as_(reza)

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            browser.get(at("session_list"))
            return len(seen)

    for number in range(3):
        for state in ("planned", "closed"):
            planning.plan_session(
                riverside,
                by=as_member(farah),
                technique=review,
                length="short",
                title=f"S{number}",
                starts_at=NOW,
                at=timezone.now(),
            )
            last = Session.objects.order_by("pk").last()
            if state == "closed":
                joining.open_room(last, by=as_member(farah), at=NOW)
                closing.close_session(last, by=as_member(farah), summary={}, at=NOW)
        if number == 0:
            browser.get(at("session_list"))
            first = queries()
    assert queries() == first


def test_other_organisations_see_nothing(session, oskar, as_):
    browser = as_(oskar)
    for name in (
        "session_detail",
        "session_room",
        "session_screen",
        "session_edit",
        "session_cancel",
        "session_invite",
    ):
        assert browser.get(inside(name, session)).status_code == 404
        assert browser.get(reverse(name, args=["hillside", session.pk])).status_code == 404
    assert "Winter ward" not in words(browser.get(reverse("session_list", args=["hillside"])))


# --- Planning --------------------------------------------------------------------------------------------------------


def test_first_the_technique_then_the_plan(review, farah, as_, plan, intervention):
    browser = as_(farah)
    page = words(browser.get(at("session_new"), {"intervention": intervention.pk}))
    assert "For “Reviews on the wards”" in page
    assert f"?technique=after-action-review&amp;intervention={intervention.pk}" in page
    address = f"{at('session_new')}?technique=after-action-review&intervention={intervention.pk}"
    page = words(browser.get(address))
    assert 'value="Reviews on the wards"' in page
    once = re.search(r'name="once" value="([^"]+)"', page)[1]
    values = {**plan, "once": once, "facilitator": farah.pk, "intervention": intervention.pk}
    for _ in range(2):
        answer = browser.post(address, values)
        assert answer.status_code == 302
    session = Session.objects.get()
    assert answer.headers["Location"] == session.get_absolute_url()
    assert session.intervention == intervention
    assert timezone.localtime(session.starts_at).strftime("%H:%M") == "14:30"
    assert (session.minutes, session.facilitator) == (15, farah)


def test_the_catalogue_entry_suggests_a_technique(review, farah, as_, intervention):
    from roadmap.models import CatalogueEntry

    intervention.entry = CatalogueEntry.objects.create(
        key="aar", name="Reviews", step=5, what="x", guidance={"technique": "after-action-review"}
    )
    intervention.save()
    page = words(as_(farah).get(at("session_new"), {"intervention": intervention.pk}))
    assert "Fits this intervention" in page


@pytest.mark.parametrize("number", ["x", "999999", "9" * 40, "-1", "٣"])
def test_a_foreign_intervention_is_no_intervention(review, farah, as_, number):
    assert as_(farah).get(at("session_new"), {"intervention": number}).status_code == 200


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"title": ""}, "Answer “What is it about?”"),
        ({"title": "x" * 121}, "Shorten “What is it about?”"),
        ({"starts_at_day": "31 February 2027"}, "There is no such day"),
        ({"starts_at_day": "yesterday"}, "This date has passed"),
        ({"starts_at_day": "1 January 2020"}, "Check the year"),
        ({"starts_at_day": "1 January 2190"}, "Check the year"),
        ({"starts_at_time": "25:99"}, "There is no such time"),
        ({"length": "endless"}, "Choose one"),
        ({"facilitator": "999999"}, "Choose one"),
    ],
)
def test_a_bad_plan_is_told_beside_the_field_and_nothing_is_lost(review, farah, as_, plan, changes, sentence):
    values = {**plan, "facilitator": farah.pk, **changes}
    answer = as_(farah).post(f"{at('session_new')}?technique=after-action-review", values)
    assert answer.status_code == 422
    page = words(answer)
    assert sentence in page
    assert "<title>Error:" in page
    assert "What made it calm?" in page
    assert Session.objects.count() == 0


def test_only_those_who_may_lead_are_offered(review, farah, lena, reza, as_, plan):
    page = words(as_(farah).get(f"{at('session_new')}?technique=after-action-review"))
    assert "Lena Marsh" in page
    assert "Reza Amini" not in page
    values = {**plan, "facilitator": reza.pk}
    assert as_(farah).post(f"{at('session_new')}?technique=after-action-review", values).status_code == 422


def test_readers_and_administrators_do_not_plan(review, session, reza, cara, ada, sam, as_):
    for person in (reza, cara, sam):
        browser = as_(person)
        for name in ("session_new",):
            assert browser.get(at(name)).status_code == 403
        for name in ("session_edit", "session_cancel", "session_invite", "session_room"):
            assert browser.get(inside(name, session)).status_code == 403
        for name in ("session_open", "room_go", "room_time", "room_show", "room_note", "session_tick"):
            assert browser.post(inside(name, session)).status_code == 403
    session.refresh_from_db()
    assert session.is_planned


# --- The page of a session -------------------------------------------------------------------------------------------


@time_machine.travel(NOW - timedelta(days=3))
def test_the_page_before(session, farah, reza, as_):
    page = words(as_(farah).get(inside("session_detail", session)))
    assert session.code_in_words in page
    assert re.search(r"Find a room\..{0,200}?[Tt]omorrow", page, re.DOTALL)
    assert re.search(r"Bring the plan\..{0,200}?26 November 2026", page, re.DOTALL)
    assert "Open the room" in page
    assert 'role="img" aria-label="QR code that opens http' in page
    page = words(as_(reza).get(inside("session_detail", session)))
    assert "Join the session" in page
    assert "Find a room." not in page
    assert "Open the room" not in page


def test_nothing_is_to_be_prepared_before_the_day_on_which_it_is_planned(session):
    session.starts_at = session.created_at
    planned_on = timezone.localdate(session.created_at)
    session.technique.card = {"prep": [{"days": 2, "text": "Find a room."}, {"days": 0, "text": "Put out chairs."}]}
    assert [item.on for item in checklist_of(session)] == [planned_on, planned_on]
    session.starts_at += timedelta(days=9)
    assert [(item.on - planned_on).days for item in checklist_of(session)] == [7, 9]


def test_the_checklist_is_ticked_by_forms(session, farah, as_):
    browser = as_(farah)
    answer = browser.post(inside("session_tick", session), {"item": "Find a room."})
    assert answer.headers["Location"].endswith("#prepare")
    browser.post(inside("session_tick", session), {"item": "Something else"})
    session.refresh_from_db()
    assert session.prepared == ["Find a room."]
    browser.post(inside("session_tick", session), {"item": "Find a room.", "untick": "1"})
    session.refresh_from_db()
    assert session.prepared == []


def test_where_the_portal_listens_on_loopback_only_the_page_says_so(session, farah, as_, settings):
    browser = as_(farah)
    for name in ("session_detail", "session_screen"):
        page = words(browser.get(inside(name, session), headers={"Host": "127.0.0.1"}))
        assert "Phones cannot open this yet" in page
        assert "HOST=0.0.0.0 make serve" in page
    settings.PUBLIC_URL = "https://km.example"
    page = words(browser.get(inside("session_detail", session)))
    assert "Phones cannot open this yet" not in page
    assert f"https://km.example/join/{session.code}/" in page
    assert "<b>km.example/join</b>" in page


def test_reached_by_a_name_the_code_has_that_name(session, farah, as_, settings):
    settings.ALLOWED_HOSTS = ["ward-laptop.local"]
    page = words(as_(farah).get(inside("session_detail", session), headers={"Host": "ward-laptop.local:8000"}))
    assert f"http://ward-laptop.local:8000/join/{session.code}/" in page
    assert "Phones cannot open this yet" not in page


def test_editing(session, farah, as_, plan):
    browser = as_(farah)
    assert "Winter ward opening" in words(browser.get(inside("session_edit", session)))
    values = {**plan, "title": "Summer ward", "facilitator": farah.pk, "version": 1}
    assert browser.post(inside("session_edit", session), values).status_code == 302
    session.refresh_from_db()
    assert (session.title, session.version) == ("Summer ward", 2)


def test_a_stale_form_shows_both_versions_and_can_be_saved_over(session, farah, lena, as_, plan):
    mine, hers = as_(farah), as_(lena)
    values = {**plan, "facilitator": farah.pk, "version": 1}
    hers.post(inside("session_edit", session), {**values, "title": "Lena’s words"})
    answer = mine.post(inside("session_edit", session), {**values, "title": "Farah’s words"})
    assert answer.status_code == 422
    page = words(answer)
    assert "Two people changed this" in page
    assert "Lena’s" in page
    assert 'value="Farah’s words"' in page
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    assert (
        mine.post(inside("session_edit", session), {**values, "title": "Farah’s words", "version": version}).status_code
        == 302
    )
    session.refresh_from_db()
    assert session.title == "Farah’s words"


def test_cancelling_asks_first(session, farah, as_):
    browser = as_(farah)
    assert "Cancel “Winter ward opening”?" in words(browser.get(inside("session_cancel", session)))
    session.refresh_from_db()
    assert session.is_planned
    browser.post(inside("session_cancel", session))
    session.refresh_from_db()
    assert session.is_over
    page = words(browser.get(inside("session_detail", session)))
    assert "Cancelled" in page


def test_inviting_members_and_addresses(session, farah, cara, as_, mailoutbox):
    browser = as_(farah)
    values = {"people": [cara.pk], "addresses": "Gus Gray <gus@example.org>, CARA@riverside.example"}
    assert browser.post(inside("session_invite", session), values).status_code == 302
    assert sorted(mail.to[0] for mail in mailoutbox) == ["cara@riverside.example", "gus@example.org"]
    page = words(browser.get(inside("session_detail", session)))
    assert "Gus Gray" in page
    assert "Cara Doyle" not in words(browser.get(inside("session_invite", session)))


def test_a_bad_address_beside_a_good_one_waits_in_the_box(session, farah, as_, mailoutbox):
    browser = as_(farah)
    answer = browser.post(inside("session_invite", session), {"addresses": "gus@example.org; hal(at)example.org"})
    assert answer.url == inside("session_invite", session)
    assert [mail.to[0] for mail in mailoutbox] == ["gus@example.org"]
    page = browser.get(answer.url)
    assert page.context["form"]["addresses"].value() == "hal(at)example.org"
    assert "left out: “hal(at)example.org”" in words(page)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "Tick somebody or enter an address"),
        ({"addresses": "gus(at)example.org"}, "This is not an e-mail address: “gus(at)example.org”"),
        ({"people": "999999"}, "Choose one of the answers"),
    ],
)
def test_bad_invitations_keep_what_was_typed(session, farah, cara, as_, mailoutbox, values, sentence):
    answer = as_(farah).post(inside("session_invite", session), values)
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert mailoutbox == []


# --- Leading ---------------------------------------------------------------------------------------------------------


def test_leading_by_forms(session, farah, as_):
    browser = as_(farah)
    assert browser.get(inside("session_room", session)).headers["Location"] == session.get_absolute_url()
    assert browser.post(inside("session_open", session)).headers["Location"] == inside("session_room", session)
    page = words(browser.get(inside("session_room", session)))
    assert "Words to say in open" in page
    browser.post(inside("room_go", session), {"stage": "happened"})
    browser.post(inside("room_time", session), {"verb": "more", "stage": "happened", "minutes": "20"})
    browser.post(inside("room_time", session), {"verb": "pause"})
    session.refresh_from_db()
    assert session.stage.key == "happened"
    assert session.stage.minutes == 22
    assert 21 * 60 < session.paused_seconds <= 22 * 60
    assert "left, paused" in words(browser.get(inside("session_room", session)))
    browser.post(inside("room_time", session), {"verb": "resume"})
    browser.post(inside("room_show", session), {"stage": "expect"})
    session.refresh_from_db()
    assert session.paused_seconds is None
    assert session.stages.get(key="expect").shows_notes


def test_taking_somebody_out_and_the_door_by_forms(room, farah, as_, enter, client):
    gus, browser = enter(room, "Gus"), as_(farah)
    page = words(browser.get(inside("session_room", room)))
    assert "Take out" in page
    assert "Let nobody else in" in page
    person = room.participants.get(name="Gus").pk
    browser.post(inside("room_people", room), {"person": person})
    page = words(browser.get(inside("session_room", room)))
    assert "Nobody else can come in." in page
    assert "Nobody has joined yet." in page
    assert gus.get(reverse("join_room", args=[room.code])).headers["Location"] == reverse(
        "join_session", args=[room.code]
    )
    json = {"HTTP_ACCEPT": "application/json"}
    assert gus.get(reverse("join_since", args=[room.code, 0]), **json).status_code == 403
    door = reverse("join_session", args=[room.code])
    assert "Ask whoever leads the session to let you in" in words(client.get(door))
    refused = client.post(door, {"name": "Gus"})
    assert refused.status_code == 422
    assert 'value="Gus"' in words(refused)
    browser.post(inside("room_people", room), {"door": "open"})
    assert client.post(door, {"name": "Gus"}).status_code == 302


@pytest.mark.parametrize(
    ("name", "values", "status"),
    [
        ("room_people", {}, 404),
        ("room_people", {"person": "9" * 30}, 404),
        ("room_people", {"person": "x\0"}, 404),
        ("room_people", {"door": "\0"}, 302),
        ("room_go", {"stage": "nowhere"}, 404),
        ("room_go", {}, 404),
        ("room_show", {"stage": "nowhere"}, 404),
        ("room_time", {"verb": "more", "stage": "open", "minutes": "x"}, 302),
        ("room_time", {"verb": "explode"}, 302),
        ("room_note", {}, 422),
        ("room_note", {"client_id": "x", "stage": "open", "column": "x", "text": "x"}, 422),
    ],
)
def test_bad_presses_are_never_a_500(room, farah, as_, name, values, status):
    assert as_(farah).post(inside(name, room), values).status_code == status


def test_presses_after_the_close_get_a_sentence(room, farah, as_):
    browser = as_(farah)
    closing.close_session(room, by=as_member(farah), summary={}, at=NOW)
    for name, values in (
        ("session_open", {}),
        ("room_go", {"stage": "happened"}),
        ("room_time", {"verb": "pause"}),
        ("room_show", {"stage": "expect"}),
        ("session_join", {}),
    ):
        answer = browser.post(inside(name, room), values, follow=True)
        assert answer.status_code == 200
        assert "closed" in words(answer)
    answer = browser.post(inside("room_time", room), {"verb": "pause"}, headers=AJAX)
    assert (answer.status_code, "closed" in answer.json()["error"]) == (422, True)
    note = {"client_id": "7b1c1f0e-0000-4000-8000-000000000000", "stage": "happened", "column": "well", "text": "x"}
    assert browser.post(inside("room_note", room), note).status_code == 422
    assert browser.get(inside("session_room", room)).status_code == 302
    assert browser.get(inside("session_screen", room)).status_code == 302


def test_typing_for_the_room_alone(room, farah, as_):
    browser = as_(farah)
    for number, (stage, column) in enumerate([("expect", "expected"), ("happened", "well"), ("talk", "said")]):
        values = {
            "client_id": f"7b1c1f0e-0000-4000-8000-00000000000{number}", "stage": stage, "column": column,
            "text": f"Said aloud {number}",
        }  # fmt: skip
        assert browser.post(inside("room_note", room), values).status_code == 302
    assert Note.objects.filter(by_facilitator=True).count() == 3
    page = words(browser.get(inside("session_room", room)))
    assert page.count("Said aloud 1") >= 1
    assert "0</span> joined" in page


def test_taking_away_what_names_a_patient(room, farah, enter, send, as_):
    gus = enter(room)
    send(gus, room, "happened", "well", "Mr Smith fell")
    note = Note.objects.get()
    browser = as_(farah)
    page = words(browser.get(inside("session_room", room) + "?stage=happened"))
    assert inside("room_note_change", room, note.client_id) in page
    assert "Correct this note" in words(browser.get(inside("room_note_change", room, note.client_id)))
    browser.post(inside("room_note_change", room, note.client_id), {"take_back": "1"})
    assert "Smith" not in words(gus.get(reverse("join_room", args=[room.code]) + "?stage=happened"))


def test_the_screen_waits_then_shows(session, farah, reza, as_):
    browser = as_(reza)
    assert "Please join with your phone" in words(browser.get(inside("session_screen", session)))
    joining.open_room(session, by=as_member(farah), at=NOW)
    page = words(browser.get(inside("session_screen", session)))
    assert session.code_in_words in page
    assert "Question about open" in page
    assert "Words to say" not in page


# --- The catalogue ---------------------------------------------------------------------------------------------------


def test_the_catalogue_by_moment(review, reza, farah, as_):
    Technique.objects.create(
        key="fishbowl", name="Fishbowl", moment="during", tier="next", purpose="Few talk, many listen.",
        card={"card_time": "90 minutes"}, stages=[], minutes={}, can_run=False,
    )  # fmt: skip
    page = words(as_(reza).get(at("technique_list")))
    assert page.index("During the work") < page.index("Fishbowl") < page.index("After the work")
    assert "Plan a session" not in page
    page = words(as_(farah).get(at("technique_list")))
    assert page.count("?technique=") == 1
    assert as_(farah).get(at("technique_detail", "fishbowl")).status_code == 200


def test_a_card_on_screen_and_on_paper(review, farah, as_):
    browser = as_(farah)
    page = words(browser.get(at("technique_detail", "after-action-review")))
    assert "Plan this session" in page
    assert "Question about what happened?" in page
    paper = words(browser.get(at("technique_print", "after-action-review")))
    assert "Something has ended." in paper
    assert "km-nav" not in paper
    assert browser.get(at("technique_detail", "nothing")).status_code == 404


def test_an_own_copy_stands_in_for_the_shipped_one(review, riverside, hillside, farah, oskar, as_):
    Technique.objects.create(
        key=review.key, organisation=riverside, name="Our own review", moment="after", tier="starter", purpose="Ours.",
        card={}, stages=review.stages, minutes=review.minutes, can_run=True,
    )  # fmt: skip
    assert [one.name for one in Technique.objects.of(riverside)] == ["Our own review"]
    assert [one.name for one in Technique.objects.of(hillside)] == ["After action review"]
