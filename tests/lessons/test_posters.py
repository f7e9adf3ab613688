"""Posters: who makes one, what somebody without an account leaves, what is made of it, and what they are told."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied

from jobs import runner
from jobs.models import JobFile
from kmportal.lib.exceptions import Refusal, Stale
from lessons.actions import posters, review, writing
from lessons.models import LeftNote, Lesson, Poster, State
from lessons.reports.posters import receipt_of, standing_in_words
from lessons.views import posters as views
from notifications.models import Notice
from organisations.models import AuditEntry, Group
from tests.cast import as_member, join_group
from tests.markup import tidy
from tests.test_once import hidden_of

from .conftest import NOON, validate

LIST = "/o/riverside/lessons/posters/"
pytestmark = pytest.mark.database  # what it counts against machines is in the cache


@pytest.fixture(autouse=True)
def _no_brake():
    cache.clear()


@pytest.fixture
def ward(riverside) -> Group:
    return Group.objects.create(organisation=riverside, name="Ward 6", kind=Group.Kind.UNIT)


@pytest.fixture
def poster(riverside, ward, farah) -> Poster:
    return posters.open_poster(riverside, by=as_member(farah), at=NOON, group=ward)


@pytest.fixture
def note(poster) -> LeftNote:
    return posters.leave_note(poster, at=NOON, happened="The label fell off.", advice="Use tape.")


def told(person) -> list[str]:
    return list(Notice.objects.filter(person=person, kind="left-note").values_list("text", flat=True))


class TestMaking:
    def test_whoever_checks_lessons_makes_and_prints_it(self, ward, farah, as_):
        browser = as_(farah)
        assert "It has no poster" in browser.get(LIST).text
        browser.post(f"{LIST}{ward.pk}/open/")
        poster = Poster.objects.get()
        page = browser.get(f"{LIST}{ward.pk}/").text
        assert poster.code in page
        assert 'aria-label="QR code that opens' in page
        browser.post(f"{LIST}{ward.pk}/pdf/")
        runner.run_ready()
        assert bytes(JobFile.objects.get().content).startswith(b"%PDF")

    def test_nobody_else(self, ward, cara, ada, reza, as_):
        for person in (cara, ada, reza):
            assert as_(person).get(LIST).status_code == 403
            assert as_(person).post(f"{LIST}{ward.pk}/open/").status_code == 403
            with pytest.raises(PermissionDenied):
                posters.open_poster(ward.organisation, by=as_member(person), at=NOON, group=ward)

    def test_not_for_a_community_or_elsewhere(self, riverside, hillside, farah):
        for group in (
            Group.objects.create(organisation=riverside, name="People", kind=Group.Kind.COMMUNITY),
            Group.objects.create(organisation=hillside, name="Roads", kind=Group.Kind.UNIT),
        ):
            with pytest.raises(Refusal):
                posters.open_poster(riverside, by=as_member(farah), at=NOON, group=group)

    def test_a_new_address_closes_the_old(self, poster, farah, lena, client, as_):
        old = poster.code
        page = as_(farah).post(f"{LIST}{poster.group_id}/renew/", {"seen": 1})
        assert page.status_code == 302
        poster.refresh_from_db()
        assert client.get(f"/lessons/leave/{old}/").status_code == 404
        assert client.get(f"/lessons/leave/{poster.code}/").status_code == 200
        with pytest.raises(Stale):
            posters.renew_poster(poster, by=as_member(lena), at=NOON, seen=1)

    def test_closed_it_opens_nothing(self, poster, farah, client, as_):
        as_(farah).post(f"{LIST}{poster.group_id}/close/")
        assert client.get(f"/lessons/leave/{poster.code}/").status_code == 404
        poster.refresh_from_db()
        with pytest.raises(Refusal, match="closed"):
            posters.leave_note(poster, at=NOON, happened="A")
        as_(farah).post(f"{LIST}{poster.group_id}/open/")
        assert client.get(f"/lessons/leave/{poster.code}/").status_code == 200


class TestLeaving:
    def test_without_an_account(self, poster, client):
        url = f"/lessons/leave/{poster.code}/"
        page = client.get(url)
        assert "What did Ward 6 learn today?" in page.text
        answer = client.post(url, {**hidden_of(page.text), "happened": "The label fell off."}, follow=True)
        note = LeftNote.objects.get()
        assert (note.organisation, note.group, note.happened) == (
            poster.organisation,
            poster.group,
            "The label fell off.",
        )
        assert "is kept since" in answer.text
        assert "Nobody has decided about it yet." in answer.text
        assert "The label fell off" not in answer.text
        assert not Lesson.objects.exists()
        assert set(client.cookies) <= {name for name in client.cookies if "csrf" in name}

    def test_the_same_form_twice_leaves_one(self, poster, client):
        for _ in range(2):
            client.post(f"/lessons/leave/{poster.code}/", {"happened": "A", "once": str(uuid4())[:-12] + "0" * 12})
        key = uuid4()
        first = posters.leave_note(poster, at=NOON, happened="A", once=key)
        assert posters.leave_note(poster, at=NOON, happened="A", once=key) == first

    def test_a_number_is_asked_about_and_may_be_kept(self, poster, client):
        url = f"/lessons/leave/{poster.code}/"
        page = client.post(url, {"happened": "Ring 07700 900123"})
        assert page.status_code == 422
        assert "looks like a telephone number" in page.text

    def test_names_of_colleagues_are_not_given_away(self, poster, farah, client):
        """Whoever tried names at the page would learn who works here."""
        page = client.post(f"/lessons/leave/{poster.code}/", {"happened": "Farah Siddiqui told us."})
        assert page.status_code == 302

    def test_but_said_to_whoever_reads_it(self, poster, farah, as_):
        note = posters.leave_note(poster, at=NOON, happened="Farah Siddiqui told us.")
        assert "Can somebody be recognised?" in as_(farah).get(note.get_absolute_url()).text

    def test_a_machine_that_fills_everything_leaves_nothing(self, poster, client):
        page = client.post(f"/lessons/leave/{poster.code}/", {"happened": "Buy", "website": "https://x.example"})
        assert page.status_code == 422
        assert "Buy" in page.text
        assert not LeftNote.objects.exists()

    @pytest.mark.parametrize("words", ["", " ", "x" * 2_001])
    def test_nothing_typed_is_lost(self, poster, client, words):
        page = client.post(f"/lessons/leave/{poster.code}/", {"happened": words, "advice": "Use tape"})
        assert page.status_code == 422
        assert "Use tape" in page.text

    def test_too_many_are_braked(self, poster, client, monkeypatch):
        monkeypatch.setattr(views, "MOST_FROM_ONE", 2)
        url = f"/lessons/leave/{poster.code}/"
        assert [client.post(url, {"happened": f"{n}"}).status_code for n in range(4)] == [302, 302, 429, 429]
        monkeypatch.setattr(posters, "MOST_AN_HOUR", 2)
        with pytest.raises(Refusal, match="come back tomorrow"):
            posters.leave_note(poster, at=LeftNote.objects.latest("pk").at, happened="More")

    def test_guessing_is_braked(self, client, db):
        answers = {client.get(f"/lessons/leave/guess{n}/").status_code for n in range(130)}
        assert answers == {404, 429}

    def test_those_of_the_unit_are_told_else_all(self, poster, farah, lena, cara):
        posters.leave_note(poster, at=NOON, happened="A")
        assert told(farah) == told(lena) == ["Somebody left something at the poster of Ward 6"]
        join_group(poster.group, lena)
        posters.leave_note(poster, at=NOON + timedelta(minutes=1), happened="B")
        assert (len(told(farah)), len(told(lena)), told(cara)) == (1, 2, [])

    def test_the_trail_knows_no_words_and_nobody(self, note):
        entry = AuditEntry.objects.get(event="left-note.left")
        assert "label" not in str(vars(entry))


class TestDeciding:
    def test_it_waits_where_lessons_wait(self, note, farah, cara, as_):
        page = tidy(as_(farah).get("/o/riverside/lessons/to-check/").text)
        assert "Left at the poster of Ward 6" in page
        assert as_(cara).get(note.get_absolute_url()).status_code == 403

    def test_written_up_checked_and_told(self, note, farah, lena, client, as_):
        receipt = f"/lessons/left/{receipt_of(note)}/"
        page = as_(farah).post(f"/o/riverside/lessons/left/{note.pk}/take/")
        lesson = Lesson.objects.get()
        assert page.url == f"/o/riverside/lessons/{lesson.pk}/edit/"
        assert (lesson.author, lesson.state, lesson.group) == (farah, State.DRAFT, note.group)
        assert (lesson.words.happened, lesson.words.then_do) == ("The label fell off.", "Use tape.")
        assert "has begun a lesson from it" in client.get(receipt).text
        writing.write_lesson(
            lesson, by=as_member(farah), at=NOON, seen=1, words={"why": "Wet hands.", "when_you": "pack a bag"}
        )
        writing.submit_lesson(lesson, by=as_member(farah), at=NOON)
        review.claim_lesson(lesson, by=as_member(lena), at=NOON)
        assert "others can read it now" not in client.get(receipt).text
        validate(lesson, lena)
        assert "others can read it now" in client.get(receipt).text

    def test_of_two_one_writes_it_up(self, note, farah, lena):
        first = posters.take_note(note, by=as_member(farah), at=NOON)
        assert posters.take_note(note, by=as_member(farah), at=NOON) == first
        with pytest.raises(Refusal, match="Farah Siddiqui is writing it up"):
            posters.take_note(note, by=as_member(lena), at=NOON)
        with pytest.raises(Refusal, match="Farah Siddiqui is writing it up"):
            posters.put_note_aside(note, by=as_member(lena), at=NOON)

    def test_put_aside_it_can_still_be_written_up(self, note, farah, lena, client, as_):
        as_(farah).post(f"/o/riverside/lessons/left/{note.pk}/aside/")
        assert "No lesson is being made of it now" in client.get(f"/lessons/left/{receipt_of(note)}/").text
        assert "Put aside" in as_(farah).get(LIST).text
        posters.take_note(note, by=as_member(lena), at=NOON)

    def test_a_draft_that_was_thrown_away_leaves_it_to_others(self, note, farah, lena):
        lesson = posters.take_note(note, by=as_member(farah), at=NOON)
        writing.discard_lesson(lesson, by=as_member(farah), at=NOON)
        note.refresh_from_db()
        assert note in LeftNote.objects.waiting()
        assert "No lesson is being made of it now" in standing_in_words(note)
        assert posters.take_note(note, by=as_member(lena), at=NOON).author == lena

    def test_elsewhere_nobody_sees_it(self, note, oskar, as_):
        assert as_(oskar).get(f"/o/hillside/lessons/left/{note.pk}/").status_code == 404


@pytest.mark.parametrize("token", ["1", "1:x", ":", "ä"])
def test_a_made_up_receipt_is_not_found(note, client, token):
    assert client.get(f"/lessons/left/{token}/").status_code == 404
