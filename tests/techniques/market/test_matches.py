"""Wants and offers after the close: everybody’s own list, four weeks later what it saved, and what is forgotten."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from actionplan.models import PromiseReminder
from jobs.models import Mail
from kmportal.lib.exceptions import Refusal
from kmportal.lib.promises import promised
from lessons.actions.closing import close_with_lessons
from notifications.models import Notice
from organisations.models import AuditEntry, Membership
from techniques import helper_registry
from techniques.actions.room import market
from techniques.models import Claim, Match, Note, Participant, Session, Sheet, Unmet
from techniques.unlinking import remove_traces
from tests.cast import as_member
from tests.techniques.conftest import NOW, inside
from tests.techniques.market.conftest import BEDS, PORTERS, claim, come, go, write
from tests.techniques.test_afterwards import said_on

BEFORE, AFTER = NOW + timedelta(days=57), NOW + timedelta(days=59)


@pytest.fixture
def posted(settings):
    """Mail goes the portal’s own way: answers with the lists in the outbox."""
    settings.EMAIL_BACKEND, settings.SMTP_URL, settings.DEMO = "jobs.mail.Backend", "smtp://mail.example", False
    return Mail.objects.filter(subject__startswith="Your list")


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
    for body in (own, guest):
        assert "Ring one of them this week." in body
    assert "In four weeks you are asked whether" in own
    assert "In four weeks those of them with an account are asked" in guest


def test_the_mail_says_only_what_will_happen(plan, posted, farah, cara, reza, as_):
    """Nobody is asked about what nobody claimed, nor where names are made up; else whoever needed it is asked."""
    lists = {}
    for naming in ("anonymous", "alias"):
        room = plan(naming=naming)
        taker, giver, alone = (come(room, one) for one in (cara, reza, farah))
        note = write(room, taker, "wants", BEDS)
        write(room, alone, "wants", "Fold a fitted sheet")
        go(room, farah, "claim")
        claim(room, giver, note)
        for who, one in ((cara, taker), (reza, giver), (farah, alone)):
            if naming == "alias":
                Participant.objects.filter(pk=one.pk, person=None).update(email=who.email)
        close_with_lessons(room, by=as_member(farah), at=NOW, summary={})
        lists |= {(naming, one.recipients[0]): one.body for one in posted.filter(key__startswith=room.key_of_lists)}
    assert len(lists) == 6
    alone = lists["anonymous", farah.email]
    for words in ("Ring one", "/matches/", "In four weeks", "this mail is the only one"):
        assert words not in alone
    assert alone.endswith("Fold a fitted sheet\n\nRiverside on KM Portal\n")
    assert "what it saved.\nYour list stands here" in lists["anonymous", cara.email]
    assert "In four weeks you are asked whether you talked" in lists["anonymous", cara.email]
    assert "In four weeks those of them with an account are asked" in lists["anonymous", reza.email]
    for (naming, _), said in lists.items():
        if naming == "alias":
            assert "In four weeks" not in said
            assert "/matches/" not in said
            assert ("this mail is the only one" in said) == ("Ring one" in said)
    session = Session.objects.get(naming="anonymous")
    for one, status in ((cara, 200), (reza, 200), (farah, 404)):
        assert as_(one).get(inside("session_matches", session)).status_code == status


def test_what_is_kept_knows_only_these_two(closed, cara):
    assert not Sheet.objects.exists()
    assert not Claim.objects.exists()
    assert not Participant.objects.exclude(claims_made=0).exists()
    help_, offer = sorted(Match.objects.all(), key=lambda one: not one.is_want)
    assert (help_.taker, help_.giver, help_.giver_name, help_.giver_reach) == (cara, None, "Gus", "Ward 3, ext. 4123")
    assert (offer.taker, offer.giver_name, offer.text) == (cara, "Gus", PORTERS)
    assert [one.text for one in Unmet.objects.all()] == ["Fold a fitted sheet"]
    told = dict(helper_registry.told_in(closed))
    words = "Two matches were made.\nNobody could meet these wants yet:\n– Fold a fitted sheet"
    assert told == {"Claim": words}


@pytest.mark.parametrize(
    ("keeps", "names", "words"), [("open", True, True), ("no-blame", True, False), ("chatham-house", False, False)]
)
def test_each_promise_is_kept(plan, posted, farah, cara, as_, keeps, names, words):
    """Who came is forgotten, or what they wrote, or neither; of the lists in the mail, too, once they have left."""
    room = plan(keeps)
    one, gus = come(room, cara), come(room, "Gus")
    note = write(room, one, "wants", BEDS)
    write(room, one, "wants", "Fold a fitted sheet")
    go(room, farah, "claim")
    claim(room, gus, note)
    close_with_lessons(room, by=as_member(farah), at=NOW, summary={})
    match = Match.objects.get()
    assert (match.taker == cara, match.giver_name == "Gus", match.text == BEDS) == (names, names, words)
    assert (match.giver_reach == "Ward 3, ext. 4123", match.text + match.giver_reach != "") == (names, names)
    assert Note.objects.exists() == words
    assert Unmet.objects.get().text == ("Fold a fitted sheet" if words else "")
    told = dict(helper_registry.told_in(Session.objects.get(pk=room.pk)))["Claim"]
    for said in (told, said_on(as_(cara).get(room.get_absolute_url()))):
        assert ("Fold a fitted sheet" in said, "Nobody could meet one want yet." in said) == (words, not words)
    assert "Gus, Ward 3" in posted.get().body
    assert ("this mail is the only one" in posted.get().body) == (not names)
    with time_machine.travel(NOW + timedelta(hours=1)):
        call_command("remove_traces")
        assert posted.exists(), "it may still be sent"
        posted.update(sent_at=NOW)
        call_command("remove_traces")
    assert posted.exists() == words


# --- Four weeks later ------------------------------------------------------------------------------------------------


def test_whoever_wanted_it_says_whether_they_talked(closed, as_, farah, cara, reza):
    day = timezone.localdate(NOW) + timedelta(days=28)
    asked = lambda on: {str(one.person) for one in promised(on) if one.kind == "session-matches"}  # noqa: E731
    assert not asked(day - timedelta(days=1))
    assert asked(day) == {str(cara)}
    assert not any("found" in one.says(day) for one in promised(day) if one.kind == "session-matches")
    url = inside("session_matches", closed)
    assert as_(reza).get(url).status_code == 404
    assert as_(farah).get(url).status_code == 404
    with time_machine.travel(NOW + timedelta(days=29)):
        hers = as_(cara)
        assert "Did you talk with the people you found" in said_on(hers.get(reverse("home", args=["riverside"])))
        assert "Gus can help you: Ward 3, ext. 4123" in said_on(hers.get(url))
        first, second = Match.objects.all()
        talked = {f"talked-{first.pk}": "yes", f"saved-{first.pk}": ""}
        assert "Say what it saved" in said_on(hers.post(url, talked))
        talked |= {f"saved-{first.pk}": "days", f"thanks-{first.pk}": "Lovely"}
        for is_new in (True, False):
            assert hers.post(url, talked).status_code == 302
            page = said_on(hers.get(closed.get_absolute_url()))
            assert ("Thank you. It is saved." in page, "Nothing was changed." in page) == (is_new, not is_new)
    first.refresh_from_db()
    assert (first.talked, first.saved, first.thanks, first.giver_reach) == ("yes", "days", "", ""), (
        "a guest reads no thanks"
    )
    assert asked(day) == {str(cara)}, "the other one is still open"
    second.refresh_from_db()
    assert second.talked == ""
    page = said_on(as_(reza).get(closed.get_absolute_url()))
    assert "2 matches were made: somebody" in page
    assert "talked" not in page
    assert [(one.actor_id, one.facts) for one in AuditEntry.objects.filter(event="session.matches_told")] == [
        (None, {})
    ]


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
    thanks = Notice.objects.filter(person=reza, text__contains="thanks you for your help")
    url, hers = inside("session_matches", room), as_(cara)
    assert "thanks-" in hers.get(url).text
    typed = {f"talked-{match.pk}": "yes", f"saved-{match.pk}": "days", f"thanks-{match.pk}": "You saved my Mondays"}
    assert hers.post(url, typed).status_code == 302
    match.refresh_from_db()
    assert (match.saved, thanks.count()) == ("days", 1), "other words of what it saved are no second thanks"
    assert "Whoever helped you reads your thanks." in said_on(hers.get(room.get_absolute_url()))
    for name in ("Mondays", str(cara)):
        assert not thanks.filter(text__contains=name).exists()
    refused = hers.post(url, {**typed, f"talked-{match.pk}": "not-yet", f"thanks-{match.pk}": "Lovely"})
    assert "Say above that you have talked" in said_on(refused)
    assert "Lovely" in refused.text
    page = as_(reza).get(url)
    assert f"You can help {cara}" in said_on(page)
    assert "Thank you: “You saved my Mondays”" in said_on(page)
    assert "talked-" not in page.text


def test_thanks_that_are_taken_back_are_told_to_nobody(
    room, farah, cara, reza, as_, django_capture_on_commit_callbacks
):
    """Nor are thanks told to somebody who is no member any more. No request writes the tables of all rooms anew."""
    taker, giver = come(room, cara), come(room, reza, "Site C")
    note, other = write(room, taker, "wants", BEDS), write(room, taker, "wants", PORTERS)
    go(room, farah, "claim")
    for one in (note, other):
        claim(room, giver, one)
    close_with_lessons(room, by=as_member(farah), at=NOW, summary={})
    room, (one, two) = Session.objects.get(pk=room.pk), Match.objects.all()
    Session.objects.update(keeps_traces=False)
    thanks = Notice.objects.filter(person=reza, text__contains="thanks you for your help")
    kind = {one.pk: ("yes", "days", "You saved my Mondays"), two.pk: ("yes", "days", "And my Tuesdays")}
    tell = lambda told: market.tell_of_matches(room, by=as_member(cara), at=NOW, told=told)  # noqa: E731
    with django_capture_on_commit_callbacks() as later:
        assert tell(kind) == 2
    assert remove_traces not in later, "the timetable does it"
    assert Session.objects.with_traces().get() == room
    tell({one.pk: ("no", "", "")})
    assert thanks.exists(), "the other thanks stand"
    assert tell({two.pk: ("yes", "days", "")}) == 1
    assert not thanks.exists()
    tell(kind)
    Membership.objects.filter(person=reza).update(left_at=NOW)
    url, hers = inside("session_matches", room), as_(cara)
    assert 'name="thanks-' not in hers.get(url).text
    typed = {f"talked-{pk}": "yes" for pk in kind} | {f"saved-{pk}": "weeks" for pk in kind}
    hers.post(url, typed)
    assert "Thank you. It is saved." in said_on(hers.get(room.get_absolute_url()))
    assert set(Match.objects.values_list("saved", "thanks")) == {("weeks", words[2]) for words in kind.values()}


def test_what_it_saved_is_told_once_nobody_is_known_any_more(closed, cara, reza, as_):
    """Figures that change with each answer would say what each has answered."""
    closed.matches.create(is_want=True, taker=reza)
    closed.matches.update(talked="yes", saved="days")
    closed.matches.filter(taker=reza).update(saved="weeks")
    page = lambda: said_on(as_(cara).get(closed.get_absolute_url()))  # noqa: E731
    assert "3 matches were made" in page()
    assert "talked" not in page()
    with time_machine.travel(AFTER):
        call_command("forget_matches")
    assert "In 3 of them the two have talked. They say that it saved: days (2), weeks (1)" in page()
    closed.matches.filter(saved="weeks").update(talked="", saved="")
    assert "talked" not in page(), "of two answers each knows the other’s"


def test_who_has_talked_needs_no_mail_with_numbers(posted, closed, cara):
    posted.update(sent_at=NOW)
    match = closed.matches.first()
    for talked, stays in (("not-yet", True), ("yes", False)):
        market.tell_of_matches(closed, by=as_member(cara), at=NOW, told={match.pk: (talked, "days", "")})
        assert posted.exists() == stays


def test_after_two_months_nobody_knows_who_they_were(room, posted, farah, cara, reza):
    """One of the two has talked and said thank you, the other has not; the mails are still in the list of mails."""
    taker, giver = come(room, cara, "Site B"), come(room, reza, "Site C")
    note, other = write(room, taker, "wants", BEDS), write(room, giver, "offers", PORTERS)
    go(room, farah, "claim")
    claim(room, giver, note)
    claim(room, taker, other)
    close_with_lessons(room, by=as_member(farah), at=NOW, summary={})
    room, help_ = Session.objects.get(pk=room.pk), Match.objects.get(is_want=True)
    said = {help_.pk: ("yes", "days", "You saved my Mondays")}
    assert market.tell_of_matches(room, by=as_member(cara), at=NOW, told=said) == 1
    posted.update(sent_at=NOW)
    Session.objects.update(keeps_traces=False)
    told_on = {"address": cara.email, "due_on": NOW.date(), "stage": 0}
    for ident in (room.pk, room.pk + 1):
        PromiseReminder.objects.create(kind="session-matches", ident=ident, **told_on)
    thanks = Notice.objects.filter(text__contains="thanks you")
    others = Notice.objects.exclude(pk__in=thanks.values("pk")).count()
    with time_machine.travel(BEFORE):
        call_command("forget_matches")
    assert Match.objects.exclude(thanks="").get().taker == cara
    assert Match.objects.get(is_want=False).taker_reach == "Site B"
    assert (posted.count(), thanks.count(), PromiseReminder.objects.count()) == (2, 1, 2)
    with time_machine.travel(AFTER):
        for _ in range(2):
            call_command("forget_matches")
    kept = Match.objects.values("is_want", "talked", "saved")
    assert {tuple(one.values()) for one in kept} == {(True, "yes", "days"), (False, "", "")}
    fields = {field.attname for field in Match._meta.concrete_fields}
    for row in Match.objects.values(*fields - {"id", "session_id", "is_want", "talked", "saved"}):
        assert not any(row.values()), row
    assert not posted.exists()
    assert not thanks.exists()
    assert PromiseReminder.objects.get().ident != room.pk, "that somebody was asked is forgotten, too"
    assert Notice.objects.count() == others, "what else people were told of the session stays"
    assert not AuditEntry.objects.filter(event="session.matches_told").exclude(actor_id=None).exists()
    assert Session.objects.with_traces().get() == room


def test_a_room_that_nobody_closes_keeps_no_numbers(room, want, gus_in):
    claim(room, gus_in, want)
    for day, stays in ((BEFORE, True), (AFTER, False)):
        with time_machine.travel(day):
            call_command("forget_matches")
        assert (Sheet.objects.exists(), Claim.objects.exists()) == (stays, stays)
        assert Participant.objects.exclude(claims_made=0).exists() == stays
    assert Session.objects.with_traces().get() == room
