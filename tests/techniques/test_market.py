"""Wants and offers: a sheet, five of both, three claims, everybody’s own list, and four weeks later what it saved."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kmportal.lib.exceptions import Refusal
from kmportal.lib.promises import promised
from lessons.actions.closing import close_with_lessons
from notifications.models import Notice
from techniques import guest_cookies, helper_registry, room_updates, tasks
from techniques.actions import planning
from techniques.actions.room import grouping, joining, market, notes, stages
from techniques.models import Claim, Match, Note, Participant, Session, Sheet, Technique, Unmet
from techniques.room_visibility import Audience
from tests.cast import as_member
from tests.techniques.conftest import NOW, inside, stage
from tests.techniques.test_afterwards import said_on

BEDS, PORTERS = "run a bed meeting in ten minutes", "lend a trolley"


@pytest.fixture
def technique(db):
    return Technique.objects.create(
        key="wants-and-offers", name="Wants and offers", moment="before", tier="starter", purpose="Find each other.",
        card={"confidentiality": "open", "say_first": ["A small want is better than a large one."]},
        stages=[
            {**stage("intro", "Intro", 10, writes="nobody"), "takes": "sheet"},
            {**stage("wants", "Wants", 10, "wants", reveal="hidden"), "takes": "wants"},
            {**stage("offers", "Offers", 10, "offers"), "takes": "offers"},
            {**stage("claim", "Claim", 10, writes="nobody"), "takes": "claims"},
            {**stage("close", "Close", 10, writes="nobody"), "takes": "claims"},
        ],
        minutes={"short": 60, "standard": 60, "long": 60}, can_run=True, position=1,
    )  # fmt: skip


@pytest.fixture
def plan(riverside, farah, technique):
    """``plan("no-blame")``: an open room with that promise."""

    def make(keeps: str = "open", naming: str = "anonymous") -> Session:
        session = planning.plan_session(
            riverside, by=as_member(farah), technique=technique, length="short", title="Market", starts_at=NOW, at=NOW
        )
        Session.objects.filter(pk=session.pk).update(confidentiality=keeps, naming=naming)
        session.refresh_from_db()
        return joining.open_room(session, by=as_member(farah), at=NOW)

    return make


@pytest.fixture
def room(plan):
    return plan()


def come(room, who, reach="Ward 3, ext. 4123"):
    """A guest by name, or a member; with a sheet, if they say how to reach them."""
    by, name = (None, who) if isinstance(who, str) else (as_member(who), str(who))
    found = joining.join_room(room, by=by, name=name, key=guest_cookies.new_key(), at=NOW)
    if reach:
        market.write_sheet(room, by=found, at=NOW, stage=room.stages.get(key="intro"), reach=reach)
    return found


def write(room, by, step, text):
    return notes.write_note(room, by=by, at=NOW, stage_key=step, column=step, text=text, client_id=uuid4())


def claim(room, by, note, verb=market.claim_entry):
    return verb(room, by=by, at=NOW, stage=room.stages.get(key="claim"), handle=note.client_id)


def go(room, farah, key):
    stages.reveal_notes(room, by=as_member(farah), at=NOW, stage=room.stages.get(key="wants"))
    stages.go_to_stage(room, by=as_member(farah), at=NOW, stage=room.stages.get(key=key))


@pytest.fixture
def cara_in(room, cara):
    return come(room, cara, "Site B, cara@riverside.example")


@pytest.fixture
def gus_in(room):
    return come(room, "Gus")


@pytest.fixture
def want(room, cara_in, gus_in, farah):
    """Cara wants something, Gus offers something, and both stand there to be claimed."""
    found = write(room, cara_in, "wants", BEDS)
    write(room, gus_in, "offers", PORTERS)
    go(room, farah, "claim")
    return found


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
    for number in range(6):
        typed = write(room, as_member(farah), "offers", f"Ana, ward 2: offer {number}")
    go(room, farah, "claim")
    claim(room, gus_in, typed)
    assert Claim.objects.get().participant == gus_in


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


def test_whoever_wrote_the_same_is_found_too(room, want, cara_in, gus_in, farah):
    kit = come(room, "Kit", "Ward 9")
    same = write(room, kit, "wants", "Run a bed meeting in ten minutes!")
    step, pair = room.stages.get(key="wants"), [want.client_id, same.client_id]
    grouping.merge_notes(room, by=as_member(farah), at=NOW, stage=step, notes=pair)
    claim(room, gus_in, Note.objects.get(pk=want.pk if Note.objects.get(pk=want.pk).same_as_id is None else same.pk))
    close_with_lessons(room, by=as_member(farah), at=NOW, summary={})
    assert Match.objects.count() == 2
    assert sorted(Match.objects.filter(taker=None).values_list("taker_name", flat=True)) == [""], "two guests"


def test_who_leaves_takes_sheet_and_claims_along(room, want, cara_in, gus_in):
    offer = Note.objects.get(text=PORTERS)
    claim(room, gus_in, want)
    claim(room, cara_in, offer)
    joining.leave_room(room, by=gus_in, at=NOW)
    assert not Claim.objects.exists()
    assert list(Sheet.objects.values_list("participant", flat=True)) == [cara_in.pk]
    with pytest.raises(Refusal, match="taken away"):
        claim(room, cara_in, offer)


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


def test_script_is_words(room, cara_in, gus_in, farah, as_, reza):
    write(room, cara_in, "wants", "<script>1</script>")
    go(room, farah, "claim")
    for page in (as_(farah).get(inside("session_room", room)), as_(reza).get(inside("session_screen", room))):
        assert "<script>1" not in page.text


def test_whoever_writes_is_told_who_reads_their_name(room, plan, enter, as_, reza, technique):
    phone = enter(room, "Kim")
    assert "Nobody else does." in said_on(phone.get(reverse("join_room", args=[room.code])))
    assert "Nobody sees who wrote" not in said_on(phone.get(reverse("join_room", args=[room.code]) + "?stage=offers"))
    card = said_on(as_(reza).get(reverse("technique_detail", args=["riverside", technique.key])))
    assert "Whoever claims what you have written" in card


# --- The end ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def closed(room, want, cara_in, gus_in, farah):
    write(room, gus_in, "wants", "Fold a fitted sheet")
    claim(room, gus_in, want)
    claim(room, cara_in, Note.objects.get(text=PORTERS))
    Participant.objects.filter(pk=gus_in.pk).update(email="gus@elsewhere.example")
    close_with_lessons(room, by=as_member(farah), at=NOW, summary={})
    return Session.objects.get(pk=room.pk)


def test_everybody_is_mailed_their_own_list(closed, cara):
    bodies = [message.body for message in mail.outbox if message.subject.startswith("Your list")]
    assert len(bodies) == 2
    own, guest = sorted(bodies, key=lambda body: "cara@riverside" in body)
    assert "They can help you: run a bed meeting" in own
    assert "Gus, Ward 3, ext. 4123" in own
    assert "You would like: lend a trolley" in own
    assert "/matches/" in own
    assert "You can help: run a bed meeting" in guest
    assert "Site B, cara@riverside.example" in guest
    assert "You need to know: Fold a fitted sheet" in guest
    assert "/matches/" not in guest


def test_what_is_kept_knows_only_these_two(closed, cara):
    assert not Sheet.objects.exists()
    assert not Claim.objects.exists()
    help_, offer = sorted(Match.objects.all(), key=lambda one: not one.is_want)
    assert (help_.taker, help_.giver, help_.giver_name, help_.giver_reach) == (cara, None, "Gus", "Ward 3, ext. 4123")
    assert (offer.taker, offer.giver_name, offer.text) == (cara, "Gus", PORTERS)
    assert [one.text for one in Unmet.objects.all()] == ["Fold a fitted sheet"]
    told = dict(helper_registry.told_in(closed))
    words = "Two pairs found each other.\nNobody could meet these wants yet:\n– Fold a fitted sheet"
    assert told == {"Claim": words}


@pytest.mark.parametrize(
    ("keeps", "knows", "mailed"), [("open", True, True), ("no-blame", True, True), ("chatham-house", False, False)]
)
def test_each_promise_is_kept(plan, farah, cara, keeps, knows, mailed):
    room = plan(keeps)
    one, gus = come(room, cara), come(room, "Gus")
    note = write(room, one, "wants", BEDS)
    go(room, farah, "claim")
    claim(room, gus, note)
    close_with_lessons(room, by=as_member(farah), at=NOW, summary={})
    match = Match.objects.get()
    assert (match.taker == cara, match.giver_name == "Gus", match.text == BEDS) == (knows, knows, knows)
    assert Note.objects.exists() == (keeps == "open")
    (body,) = [message.body for message in mail.outbox if message.subject.startswith("Your list")]
    assert "Gus, Ward 3" in body
    assert ("this mail is the only one" in body) == (not mailed)


# --- Four weeks later ------------------------------------------------------------------------------------------------


def test_whoever_wanted_it_says_whether_they_talked(closed, as_, farah, cara, reza):
    day = timezone.localdate(NOW) + timedelta(days=28)
    asked = lambda on: {str(one.person) for one in promised(on) if one.kind == "session-matches"}  # noqa: E731
    assert not asked(day - timedelta(days=1))
    assert asked(day) == {str(cara)}
    url = inside("session_matches", closed)
    assert as_(reza).get(url).status_code == 404
    assert as_(farah).get(url).status_code == 404
    with time_machine.travel(NOW + timedelta(days=29)):
        hers = as_(cara)
        assert "Did you talk with whom you found" in said_on(hers.get(reverse("home", args=["riverside"])))
        assert "Gus can help you: Ward 3, ext. 4123" in said_on(hers.get(url))
        first, second = Match.objects.all()
        talked = {f"talked-{first.pk}": "yes", f"saved-{first.pk}": ""}
        assert "Say what it saved" in said_on(hers.post(url, talked))
        talked |= {f"saved-{first.pk}": "days", f"thanks-{first.pk}": "Lovely"}
        for _ in range(2):
            assert hers.post(url, talked).status_code == 302
    first.refresh_from_db()
    assert (first.talked, first.saved, first.thanks, first.giver_reach) == ("yes", "days", "", ""), (
        "a guest reads no thanks"
    )
    assert asked(day) == {str(cara)}, "the other one is still open"
    second.refresh_from_db()
    assert second.talked == ""
    assert "2 pairs found each other. 1 has talked." in said_on(as_(reza).get(closed.get_absolute_url()))
    assert "It saved" not in said_on(as_(reza).get(closed.get_absolute_url()))


def test_thanks_reach_the_giver(room, farah, cara, reza, as_):
    taker, giver = come(room, cara), come(room, reza, "Site C")
    note = write(room, taker, "wants", BEDS)
    go(room, farah, "claim")
    claim(room, giver, note)
    close_with_lessons(room, by=as_member(farah), at=NOW, summary={})
    room = Session.objects.get(pk=room.pk)
    match = Match.objects.get()
    with pytest.raises(PermissionDenied):
        market.tell_of_matches(room, by=as_member(reza), at=NOW, told={match.pk: ("yes", "days", "")})
    for said in (("yes", "months", ""), ("perhaps", "", ""), ("yes", "days", "x" * 301)):
        with pytest.raises(Refusal):
            market.tell_of_matches(room, by=as_member(cara), at=NOW, told={match.pk: said})
    told = {match.pk: ("yes", "weeks", "You saved my Mondays"), match.pk + 7: ("yes", "days", "")}
    assert [market.tell_of_matches(room, by=as_member(cara), at=NOW, told=told) for _ in range(2)] == [1, 0]
    assert Notice.objects.filter(person=reza, text__contains="thanks you for your help").count() == 1
    assert not Notice.objects.filter(text__contains="Mondays").exists()
    url = inside("session_matches", room)
    assert "thanks-" in as_(cara).get(url).text
    page = as_(reza).get(url)
    assert f"You can help {cara}" in said_on(page)
    assert "Thank you: “You saved my Mondays”" in said_on(page)
    assert "talked-" not in page.text


def test_after_two_months_nobody_knows_who_they_were(closed, cara):
    Match.objects.update(talked="yes", saved="days")
    with time_machine.travel(NOW + timedelta(days=57)):
        call_command("forget_matches")
        assert Match.objects.filter(taker=cara).exists()
    with time_machine.travel(NOW + timedelta(days=59)):
        for _ in range(2):
            call_command("forget_matches")
    kept = Match.objects.values_list("taker", "giver", "taker_name", "giver_name", "text", "saved")
    assert set(kept) == {(None, None, "", "", "", "days")}


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
