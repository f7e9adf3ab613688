"""Wants and offers in the room: a sheet, five of both, three claims, and who reads of whom."""

import re
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from kmportal.lib.exceptions import Refusal
from lessons.actions.closing import close_with_lessons
from techniques import guest_cookies, room_updates, tasks
from techniques.actions.room import grouping, joining, market, notes
from techniques.models import Claim, Match, Note, Participant, Sheet, Unmet
from techniques.room_visibility import Audience
from tests.cast import as_member
from tests.techniques.conftest import NOW, inside
from tests.techniques.market.conftest import BEDS, PORTERS, claim, come, go, write
from tests.techniques.test_afterwards import said_on

# --- The sheet -------------------------------------------------------------------------------------------------------


def test_nobody_writes_before_they_can_be_reached(room, cara):
    one = come(room, cara, reach="")
    with pytest.raises(Refusal, match="how people can reach you"):
        write(room, one, "wants", BEDS)
    for bad in ("", "  ", "x" * 121, "\u200b"):
        with pytest.raises(Refusal):
            market.write_sheet(room, by=one, at=NOW, stage=room.stages.get(key="wants"), reach=bad)
    for said in ("Ward 3", "Ward 3", "Ward 4"):
        market.write_sheet(room, by=one, at=NOW, stage=room.stages.get(key="wants"), reach=said)
    assert Sheet.objects.get().reach == "Ward 4"
    write(room, one, "wants", BEDS)


def test_five_of_each_and_the_phone_says_how_many_are_left(room):
    phone, url = Client(), reverse("join_act", args=[room.code])
    phone.post(reverse("join_session", args=[room.code]), {"name": "Kim", "key": guest_cookies.new_key()})
    phone.post(url, {"stage": "intro", "act": "reach/intro", "reach-intro": "Ward <b>5</b>"})
    kim = Participant.objects.get(name="Kim")
    for number in range(3):
        write(room, kim, "offers", f"Offer {number}")
    page = phone.get(reverse("join_room", args=[room.code]) + "?stage=offers")
    assert "Two left. People reach you here: Ward &lt;b&gt;5&lt;/b&gt;" in said_on(page)
    assert "<b>5</b>" not in page.text
    typed = {"stage": "offers", "column": "offers", "text": "Offer 3", "client_id": uuid4()}
    answer = phone.post(reverse("join_note", args=[room.code]), typed, headers={"Accept": "application/json"})
    assert "One left." in answer.json()["marks"]["helpers"]["offers"]
    last = write(room, kim, "offers", "Offer 4")
    with pytest.raises(Refusal, match="You have written 5"):
        write(room, kim, "offers", "Offer 5")
    write(room, kim, "wants", "A want is counted for itself")
    notes.withdraw_note(last, by=kim, at=NOW)
    write(room, kim, "offers", "Offer 5")


def test_whoever_leads_types_for_people_without_a_phone(room, farah, gus_in):
    """It is nobody’s own: they write five themselves, may claim it, and it stays when they go."""
    for number in range(6):
        typed = write(room, as_member(farah), "offers", f"Ana, ward 2: offer {number}")
    leader = come(room, farah)
    write(room, leader, "offers", "My own")
    go(room, farah, "claim")
    for one in (gus_in, leader):
        claim(room, one, typed)
    joining.leave_room(room, by=leader, at=NOW)
    assert Claim.objects.get().participant == gus_in


def test_who_can_be_reached_is_counted_anew_when_somebody_goes_without_a_word(room, gus_in):
    kit = come(room, "Kit", reach="")
    seq = room_updates.last_numbers([room.pk])[room.pk]
    joining.leave_room(room, by=kit, at=NOW)
    told = room_updates.updates_since(room.pk, seq, Audience.FACILITATOR, at=NOW).pieces
    sheet = next(one.values for one in told if one.values["kind"] == "helper" and one.values["stage"] == "intro")
    assert "1 of 1" in sheet["html"]


# --- Claims ----------------------------------------------------------------------------------------------------------


def own_part(room, phone, step="claim"):
    return said_on(phone.get(reverse("join_room", args=[room.code]) + f"?stage={step}"))


def test_both_read_how_to_reach_each_other_and_nobody_else_does(room, want, cara_in, gus_in, as_, cara, farah, reza):
    third = Client()
    third.post(reverse("join_session", args=[room.code]), {"name": "Kit", "key": guest_cookies.new_key()})
    seq = room_updates.last_numbers([room.pk])[room.pk]
    for _ in range(2):
        claim(room, gus_in, want)
    mine = own_part(room, as_(cara))
    assert f"Others claim what you wrote {BEDS} Gus, Ward 3, ext. 4123" in mine
    others = [own_part(room, third), said_on(as_(farah).get(inside("session_room", room)))]
    others.append(said_on(as_(reza).get(inside("session_screen", room))))
    for audience in Audience:
        pieces = room_updates.updates_since(room.pk, seq, audience, at=NOW).pieces
        others.append(str([piece.values for piece in pieces]))
    for page in others:
        assert "ext. 4123" not in page
        assert "cara@riverside" not in page
    assert "1 of 2 wants and offers are claimed." in others[1]
    assert f"{BEDS} (claimed)" in others[2]
    claim(room, gus_in, want, market.drop_claim)
    assert "ext. 4123" not in own_part(room, as_(cara))


def test_three_claims_that_the_database_keeps(room, want, gus_in, cara_in, farah):
    offers = [write(room, cara_in, "offers", f"Offer {number}") for number in range(4)]
    for one in offers[:3]:
        claim(room, gus_in, one)
    with pytest.raises(Refusal, match="your 3 claims"):
        claim(room, gus_in, offers[3])
    for slot, note in ((4, offers[3]), (3, offers[3])):
        with pytest.raises(IntegrityError), transaction.atomic():
            Claim.objects.create(participant=gus_in, slot=slot, note=note)
    claim(room, gus_in, offers[0], market.drop_claim)
    claim(room, gus_in, offers[3])
    notes.withdraw_note(offers[1], by=cara_in, at=NOW)
    assert Claim.objects.count() == 2, "a claim of what was taken back is free again"


def test_nobody_collects_numbers_by_taking_claims_back(room, want, reza, cara_in, as_):
    """Each claim tells a name and a number, also one that is taken back: after six there are no more."""
    reza_in = come(room, reza)
    assert "change your mind three times" in own_part(room, as_(reza))
    offers = [write(room, cara_in, "offers", f"Offer {number}") for number in range(5)]
    for one in (*offers, want):
        claim(room, reza_in, one)
        claim(room, reza_in, one, market.drop_claim)
    assert "You can claim nothing more." in own_part(room, as_(reza))
    with pytest.raises(Refusal, match="claimed six times"):
        claim(room, reza_in, offers[0])
    joining.leave_room(room, by=reza_in, at=NOW)
    with pytest.raises(Refusal, match="claimed six times"):
        claim(room, come(room, reza), offers[0])


def test_who_leaves_and_joins_again_with_the_same_phone_has_only_the_claims_that_are_left(room, want, cara_in, enter):
    """As somebody new, who is mailed nothing of the one before; two presses on “leave” open no back door."""
    offers = [write(room, cara_in, "offers", f"Offer {number}") for number in range(5)]
    phone, url = enter(room, "Kim"), reverse("join_act", args=[room.code])
    for step, act in (("intro", "reach/intro"), *(("claim", f"claim/{one.client_id}") for one in offers[:3])):
        phone.post(url, {"stage": step, "act": act, "reach-intro": "Ward 5"})
    Participant.objects.filter(name="Kim").update(email="kim@elsewhere.example")
    for _ in range(2):
        assert phone.post(reverse("join_leave", args=[room.code])).status_code == 302
    assert phone.get(reverse("join_room", args=[room.code])).status_code == 302, "the cookie opens nothing"
    phone.post(reverse("join_session", args=[room.code]), {"name": "Kit", "key": guest_cookies.new_key()})
    kit = Participant.objects.get(name="Kit")
    assert (kit.claims_made, kit.email) == (3, "")
    market.write_sheet(room, by=kit, at=NOW, stage=room.stages.get(key="intro"), reach="Ward 5")
    for one in offers[:3]:
        claim(room, kit, one)
    claim(room, kit, offers[0], market.drop_claim)
    with pytest.raises(Refusal, match="claimed six times"):
        claim(room, kit, offers[3])


def test_what_cannot_be_claimed(room, want, cara_in, gus_in, plan, cara):
    with pytest.raises(Refusal, match="your own"):
        claim(room, cara_in, want)
    without = come(room, "Kit", reach="")
    with pytest.raises(Refusal, match="Say first"):
        claim(room, without, want)
    hidden = write(room, gus_in, "offers", "x")
    notes.withdraw_note(hidden, by=gus_in, at=NOW)
    with pytest.raises(Refusal, match="taken away"):
        claim(room, cara_in, hidden)
    with pytest.raises(Refusal):
        market.claim_entry(room, by=gus_in, at=NOW, stage=room.stages.get(key="wants"), handle=want.client_id)
    other = plan()
    with pytest.raises(PermissionDenied):
        market.claim_entry(other, by=gus_in, at=NOW, stage=other.stages.get(key="claim"), handle=want.client_id)


def test_a_want_is_claimed_by_nobody_before_it_is_shown(room, cara_in, gus_in):
    want = write(room, cara_in, "wants", BEDS)
    with pytest.raises(Refusal, match="taken away"):
        claim(room, gus_in, want)


def merge(room, farah, *same):
    step = same[0].stage
    grouping.merge_notes(room, by=as_member(farah), at=NOW, stage=step, notes=[one.client_id for one in same])


@pytest.fixture
def same(room, want, farah):
    """Kit wants the same as Cara, and Kit’s is the one in sight."""
    found = write(room, come(room, "Kit", "Ward 9"), "wants", f"{BEDS}, on Mondays")
    merge(room, farah, want, found)
    return found


def test_whoever_wrote_the_same_is_found_too(room, same, gus_in, farah):
    claim(room, gus_in, same)
    close_with_lessons(room, by=as_member(farah), at=NOW, summary={})
    assert Match.objects.count() == 2
    assert sorted(Match.objects.filter(taker=None).values_list("taker_name", flat=True)) == [""], "two guests"


@pytest.mark.parametrize("goes", ["changes", "takes back", "leaves"])
@pytest.mark.parametrize("first", ["Kit", "Cara"])
def test_a_claim_stays_with_those_who_still_want_it(room, want, same, gus_in, cara_in, farah, goes, first):
    """Gus claimed what two have written: the one in sight, or before they were one the other."""
    if first == "Kit":
        claim(room, gus_in, same)
    else:
        Claim.objects.create(participant=gus_in, slot=1, note=want)
    gone, stays = (same, want) if first == "Kit" else (want, same)
    by = gone.author
    if goes == "changes":
        notes.change_note(gone, by=by, at=NOW, text="Fold a fitted sheet", column="wants")
    elif goes == "takes back":
        notes.withdraw_note(gone, by=by, at=NOW)
    else:
        joining.leave_room(room, by=by, at=NOW)
    assert Claim.objects.get().note == stays
    if goes == "changes":
        notes.change_note(stays, by=stays.author, at=NOW, text="Quite another thing", column="wants")
        assert not Claim.objects.exists(), "it was claimed for other words"


def test_nobody_is_matched_with_themselves(room, want, cara_in, gus_in, farah):
    """Gus claims what Cara wants, and has written the same: that is she alone, and without her it is nobody."""
    claim(room, gus_in, want)
    mine = write(room, gus_in, "wants", f"{BEDS}, on Mondays")
    merge(room, farah, want, mine)
    assert Claim.objects.get().note == want
    notes.withdraw_note(want, by=cara_in, at=NOW)
    assert not Claim.objects.exists()
    close_with_lessons(room, by=as_member(farah), at=NOW, summary={})
    assert not Match.objects.exists()
    assert [one.text for one in Unmet.objects.all()] == [mine.text]


def test_who_claims_what_they_want_too_finds_the_other_one(room, want, cara, cara_in, gus_in, farah):
    claim(room, gus_in, want)
    merge(room, farah, want, write(room, gus_in, "wants", f"{BEDS}, on Mondays"))
    close_with_lessons(room, by=as_member(farah), at=NOW, summary={})
    assert (Match.objects.get().taker, Match.objects.get().giver_name) == (cara, "Gus")


def test_what_is_made_one_is_claimed_once(room, want, cara_in, reza, farah, as_):
    reza_in = come(room, reza)
    offers = [write(room, cara_in, "offers", f"Offer {number}") for number in range(4)]
    for one in offers[:3]:
        claim(room, reza_in, one)
    merge(room, farah, *offers[:2])
    assert "One claim left." in own_part(room, as_(reza))
    claim(room, reza_in, offers[3])
    assert Claim.objects.count() == 3


def test_who_leaves_takes_sheet_and_claims_along(room, want, cara_in, gus_in):
    offer = Note.objects.get(text=PORTERS)
    claim(room, gus_in, want)
    claim(room, cara_in, offer)
    joining.leave_room(room, by=gus_in, at=NOW)
    assert not Claim.objects.exists()
    assert list(Sheet.objects.values_list("participant", flat=True)) == [cara_in.pk]
    with pytest.raises(Refusal, match="taken away"):
        claim(room, cara_in, offer)


def test_who_comes_back_is_found_again(room, want, cara, cara_in):
    joining.leave_room(room, by=cara_in, at=NOW)
    seq = room_updates.last_numbers([room.pk])[room.pk]
    come(room, cara, "Site B")
    told = room_updates.updates_since(room.pk, seq, Audience.PARTICIPANT, at=NOW).pieces
    assert any(BEDS in one.values.get("html", "") for one in told)


def test_it_works_without_javascript_and_bad_presses_change_nothing(room, want, as_, cara):
    kit, url = Client(), reverse("join_act", args=[room.code])
    kit.post(reverse("join_session", args=[room.code]), {"name": "Kit", "key": guest_cookies.new_key()})
    kit.post(url, {"stage": "claim", "act": "reach/claim", "reach-claim": "Ward 9"})
    page = kit.get(reverse("join_room", args=[room.code])).text
    assert f'value="claim/{want.client_id}"' in page
    for bad in ("claim/1", f"claim/{uuid4()}", "claim/"):
        kit.post(url, {"stage": "claim", "act": bad})
    assert not Claim.objects.exists()
    kit.post(url, {"stage": "claim", "act": f"claim/{want.client_id}"})
    page = kit.get(reverse("join_room", args=[room.code])).text
    assert f'value="drop/{want.client_id}"' in page
    assert "Two claims left." in said_on(kit.get(reverse("join_room", args=[room.code])))
    assert "Kit, Ward 9" in own_part(room, as_(cara))


def test_whoever_leads_turns_the_pages_of_the_list(room, want, cara_in, gus_in, farah, as_, reza):
    rows = [
        Note(session=room, stage=room.stages.get(key="offers"), column="offers", text=f"Offer {n} " + "word " * 40,
             author=gus_in, client_id=uuid4())
        for n in range(60)
    ]  # fmt: skip
    Note.objects.bulk_create(rows)
    desk = as_(farah)
    assert 'value="claim/2/"' in desk.get(inside("session_room", room)).text
    desk.post(inside("room_screen", room), {"page": "claim/2/"})
    assert "Page 2 of" in said_on(as_(reza).get(inside("session_screen", room)))


def test_script_is_words(room, cara, cara_in, reza, farah, as_):
    """The list on a phone, what one claims and who claims what is one’s own; desk and big screen."""
    want = write(room, cara_in, "wants", "<script>1</script>")
    reza_in = come(room, reza, "<script>2</script>")
    go(room, farah, "claim")
    claim(room, reza_in, want)
    phone = reverse("join_room", args=[room.code]) + "?stage=claim"
    lead, screen = as_(farah).get(inside("session_room", room)), as_(reza).get(inside("session_screen", room))
    for page, said in ((lead, 1), (screen, 1), (as_(reza).get(phone), 2), (as_(cara).get(phone), 2)):
        assert page.text.count("&lt;script&gt;1") >= said
        assert "<script>1" not in page.text
        assert "<script>2" not in page.text
    assert "&lt;script&gt;2" in as_(cara).get(phone).text


def test_nobody_presses_at_what_is_their_own(room, want, cara, cara_in, reza, as_):
    come(room, reza)
    press = re.compile(rf'value="claim/{want.client_id}"[^>]*\bhidden\b')
    phone = reverse("join_room", args=[room.code])
    assert press.search(as_(cara).get(phone).text)
    assert f'data-own="{want.client_id}"' in as_(cara).get(phone).text
    assert not press.search(as_(reza).get(phone).text)


def test_the_last_step_leads_back_to_what_can_still_be_done(room, want, reza, as_):
    come(room, reza, "Ward 3, ext. 412")
    page = as_(reza).get(reverse("join_room", args=[room.code]) + "?stage=close")
    assert "You can still do it in the step Claim" in said_on(page)
    assert "People reach you here: Ward 3, ext. 412 Change it" in said_on(page)
    for step in ("claim", "intro"):
        assert page.text.count(f'?stage={step}" data-look="{step}"') > 1, "once it stands in the list of all steps"


def test_a_guest_reads_that_the_address_is_for_the_list_too(room, want, enter, as_, farah, settings):
    phone, last = enter(room, "Kit"), reverse("join_room", args=[room.code]) + "?stage=close"
    phone.post(reverse("join_act", args=[room.code]), {"stage": "intro", "act": "reach/intro", "reach-intro": "Ward 9"})
    assert "No mail leaves this portal. Write down" not in said_on(phone.get(last)), "nothing stands there yet"
    phone.post(reverse("join_act", args=[room.code]), {"stage": "claim", "act": f"claim/{want.client_id}"})
    assert "No mail leaves this portal. Write down" in said_on(phone.get(last))
    assert "No mail leaves this portal: have people" in said_on(as_(farah).get(inside("session_room", room)))
    settings.SMTP_URL = "smtp://mail.example"
    assert "everybody who wrote or claimed something and whose address is known" in said_on(
        as_(farah).get(inside("session_room", room))
    )
    page = phone.get(last)
    assert "Get your list and the summary by e-mail" in said_on(page)
    assert "It is kept until your own list and the summary are sent" in said_on(page)
    assert re.search(r"<details[^>]*\bopen\b[^>]*>\s*<summary>Get your list", page.text)
    assert "We do not know your e-mail address." in said_on(page)
    phone.post(reverse("join_address", args=[room.code]), {"email": "kit@elsewhere.example"})
    assert "Your list comes by mail when the session ends." in said_on(phone.get(last))


def test_whoever_plans_reads_who_is_told(as_, farah, technique):
    page = said_on(as_(farah).get(reverse("session_new", args=["riverside"]) + f"?technique={technique.key}"))
    assert "Whoever claims something reads name and number of its writer" in page
    assert "Nobody sees who wrote a note" not in page


def test_whoever_writes_is_told_who_reads_their_name(room, plan, enter, as_, reza, technique):
    phone = enter(room, "Kim")
    assert "Nobody else does." in said_on(phone.get(reverse("join_room", args=[room.code])))
    assert "Nobody sees who wrote" not in said_on(phone.get(reverse("join_room", args=[room.code]) + "?stage=offers"))
    card = said_on(as_(reza).get(reverse("technique_detail", args=["riverside", technique.key])))
    assert "Whoever claims what you have written" in card


# --- On paper --------------------------------------------------------------------------------------------------------


def test_whoever_leads_prints_a_sheet(room, as_, farah, cara, session):
    assert "Sheet to print" in said_on(as_(farah).get(room.get_absolute_url()))
    assert "Sheet to print" not in said_on(as_(cara).get(room.get_absolute_url()))
    assert as_(farah).post(inside("session_sheet", room)).status_code == 302
    assert as_(cara).post(inside("session_sheet", room)).status_code == 403
    other = as_(farah).post(inside("session_sheet", session))
    assert other.url == session.get_absolute_url()
    values = tasks.sheet_values(room)
    assert (len(values["numbers"]), len(values["claims"])) == (5, 3)
