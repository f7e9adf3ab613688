from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from msgspec.structs import replace

from kmportal.lib.exceptions import Refusal, Stale
from notifications.models import Notice
from organisations.models import AuditEntry
from search import index
from techniques.actions import planning
from techniques.actions.room import joining
from techniques.confidentiality import Confidentiality
from techniques.models import RoomEvent, Session, Stage, Technique
from techniques.search_documents import technique_documents
from tests.cast import as_member
from tests.races import at_once
from tests.techniques.conftest import NOW


def test_a_session_gets_its_own_copy_of_the_script(session, review):
    assert session.state == Session.State.PLANNED
    assert session.minutes == 60
    assert len(session.code) == 6
    stages = list(session.stages.all())
    assert [stage.key for stage in stages] == ["open", "expect", "happened", "talk", "close"]
    assert [stage.minutes for stage in stages] == [8, 12, 20, 12, 8] == [stage.planned_minutes for stage in stages]
    review.stages = [replace(stage, name="Changed later") for stage in review.stages]
    review.save()
    assert session.stages.get(key="expect").name == "What did we expect?"


def test_people_are_promised_what_the_technique_promises(session, review, riverside, farah):
    assert session.confidentiality == Confidentiality.NO_BLAME
    assert "deleted" in session.what_is_kept
    review.card = {"confidentiality": "open"}
    review.save()
    other = planning.plan_session(
        riverside, by=as_member(farah), technique=review, length="short", title="Next", starts_at=NOW, at=timezone.now()
    )
    assert "kept without names" in other.what_is_kept
    session.refresh_from_db()
    assert session.confidentiality == Confidentiality.NO_BLAME


def test_an_unknown_promise_keeps_least(review, riverside, farah):
    review.card = {"confidentiality": "whatever"}
    planned = planning.plan_session(
        riverside, by=as_member(farah), technique=review, length="short", title="Next", starts_at=NOW, at=timezone.now()
    )
    assert not Confidentiality(planned.confidentiality).keeps_notes


def test_the_same_form_twice_plans_one_session(riverside, farah, review):
    once = uuid4()
    rows = [
        planning.plan_session(
            riverside,
            by=as_member(farah),
            technique=review,
            length="short",
            title="X",
            starts_at=NOW,
            once=once,
            at=timezone.now(),
        )
        for _ in range(2)
    ]
    assert rows[0] == rows[1]
    assert Session.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_form_twice_at_once_plans_one_session(riverside, farah, review):
    values = {"technique": review, "length": "short", "title": "X", "starts_at": NOW, "once": uuid4()}
    rows = at_once(*[lambda: planning.plan_session(riverside, by=as_member(farah), at=NOW, **values)] * 2)
    assert rows[0] == rows[1] == Session.objects.get()
    assert rows[0].stages.count() == Stage.objects.count()


def test_a_technique_without_script_cannot_be_planned(riverside, farah, review):
    review.can_run = False
    with pytest.raises(Refusal, match="no script yet"):
        planning.plan_session(
            riverside,
            by=as_member(farah),
            technique=review,
            length="short",
            title="X",
            starts_at=NOW,
            at=timezone.now(),
        )


def test_planning_leaves_a_trail_and_can_be_found(session, member, reza):
    assert AuditEntry.objects.get(kind="session").event == "session.planned"
    found = index.find(member(reza), "winter", kinds=["session"])
    assert [hit.ident for hit in found.hits] == [session.pk]


def test_whoever_is_asked_to_lead_hears_of_it(riverside, farah, lena, review):
    planning.plan_session(
        riverside,
        by=as_member(lena),
        technique=review,
        length="short",
        title="X",
        starts_at=NOW,
        facilitator=farah,
        at=timezone.now(),
    )
    assert Notice.objects.get(person=farah).text == "Lena Marsh asks you to lead “X”"
    assert not Notice.objects.filter(person=lena).exists()


def test_editing_compares_versions(session, farah):
    planning.edit_session(session, by=as_member(farah), seen=1, title="Summer ward", at=timezone.now())
    session.refresh_from_db()
    assert (session.title, session.version) == ("Summer ward", 2)
    with pytest.raises(Stale):
        planning.edit_session(session, by=as_member(farah), seen=1, title="Spring ward", at=timezone.now())
    session.refresh_from_db()
    assert session.title == "Summer ward"


def test_another_length_gives_other_minutes(session, farah):
    planning.edit_session(session, by=as_member(farah), seen=1, length="short", at=timezone.now())
    session.refresh_from_db()
    assert session.minutes == 15
    assert [stage.minutes for stage in session.stages.all()] == [2, 3, 5, 3, 2]


def test_those_invited_hear_of_a_new_time_but_not_of_a_new_title(session, farah, cara, mailoutbox):
    planning.invite_to_session(
        session, by=as_member(farah), people=[cara], guests={"gus@example.org": "Gus"}, at=timezone.now()
    )
    mailoutbox.clear()
    planning.edit_session(session, by=as_member(farah), seen=1, title="Other words", at=timezone.now())
    assert mailoutbox == []
    planning.edit_session(session, by=as_member(farah), seen=2, starts_at=NOW + timedelta(days=1), at=timezone.now())
    assert sorted(mail.to[0] for mail in mailoutbox) == ["cara@riverside.example", "gus@example.org"]
    assert "27 November 2026 at 14:00" in mailoutbox[0].subject


def test_an_invitation_names_date_code_and_promise(session, farah, mailoutbox, settings):
    settings.PUBLIC_URL = "https://km.example"
    planning.invite_to_session(session, by=as_member(farah), guests={"GUS@example.org": "Gus"}, at=timezone.now())
    mail = mailoutbox[0]
    assert mail.to == ["gus@example.org"]
    assert mail.subject == "Invitation: Winter ward opening, 26 November 2026 at 14:00"
    assert f"https://km.example/join/{session.code}/" in mail.body
    assert f"https://km.example/join/{session.code}/calendar.ics" in mail.body
    assert session.code_in_words in mail.body
    assert "Hello Gus," in mail.body
    assert session.what_is_kept in mail.body


def test_times_in_mails_are_the_organisations(session, farah, riverside, mailoutbox):
    riverside.time_zone = "Europe/Helsinki"
    riverside.save()
    session.refresh_from_db()
    planning.invite_to_session(session, by=as_member(farah), guests={"gus@example.org": ""}, at=timezone.now())
    assert "at 16:00" in mailoutbox[0].subject


def test_nobody_is_asked_twice(session, farah, cara, mailoutbox):
    for _ in range(2):
        planning.invite_to_session(
            session, by=as_member(farah), people=[cara], guests={"gus@example.org": "Gus"}, at=timezone.now()
        )
    planning.invite_to_session(session, by=as_member(farah), guests={"CARA@riverside.example": ""}, at=timezone.now())
    assert len(mailoutbox) == 2
    assert Notice.objects.filter(person=cara).count() == 1
    assert session.invitees.count() == 2


def test_a_name_that_was_pasted_with_an_address_may_be_long(session, farah):
    [gus] = planning.invite_to_session(
        session, by=as_member(farah), guests={"gus@example.org": "Gus " * 100}, at=timezone.now()
    )
    assert gus.name == ("Gus " * 30).strip()


def test_cancelling_kills_the_code_and_tells_people(session, farah, cara, member, mailoutbox):
    planning.invite_to_session(session, by=as_member(farah), people=[cara], at=timezone.now())
    mailoutbox.clear()
    for _ in range(2):
        planning.cancel_session(session, by=as_member(farah), at=timezone.now())
    session.refresh_from_db()
    assert (session.state, session.code) == (Session.State.CANCELLED, "")
    assert [mail.subject.split(":")[0] for mail in mailoutbox] == ["Cancelled"]
    assert AuditEntry.objects.filter(event="session.cancelled").count() == 1
    assert not index.find(member(cara), "winter").hits
    assert session.events.get().kind == RoomEvent.Kind.CLOSED


def test_cancelling_forgets_the_names_of_guests_who_had_joined_already(session, farah, cara):
    joining.join_room(session, by=None, name="Gus Abbott", key="k" * 32, at=NOW)
    joining.join_room(session, name=str(cara), key="c" * 32, by=as_member(cara), at=NOW)
    planning.cancel_session(session, by=as_member(farah), at=timezone.now())
    assert set(session.participants.values_list("name", flat=True)) == {"", "Cara Doyle"}


def test_a_plan_that_was_read_before_the_room_opened_deletes_nothing(session, farah):
    old = Session.objects.get(pk=session.pk)
    joining.open_room(session, by=as_member(farah), at=NOW)
    with pytest.raises(Refusal, match="under way"):
        planning.edit_session(old, by=as_member(farah), seen=old.version, length="long", at=timezone.now())
    assert session.stages.filter(started_at__isnull=False).exists()


def test_a_session_under_way_is_neither_edited_nor_cancelled(room, farah):
    with pytest.raises(Refusal, match="under way"):
        planning.edit_session(room, by=as_member(farah), seen=1, title="Y", at=timezone.now())
    with pytest.raises(Refusal, match="under way"):
        planning.cancel_session(room, by=as_member(farah), at=timezone.now())


def test_ticking_the_checklist(session, farah):
    planning.tick_preparation(session, by=as_member(farah), item="Find a room.", is_done=True, at=timezone.now())
    planning.tick_preparation(session, by=as_member(farah), item="Find a room.", is_done=True, at=timezone.now())
    session.refresh_from_db()
    assert session.prepared == ["Find a room."]
    planning.tick_preparation(session, by=as_member(farah), item="Find a room.", is_done=False, at=timezone.now())
    session.refresh_from_db()
    assert session.prepared == []


def test_suspended_members_get_no_mail(session, farah, cara, member, mailoutbox):
    planning.invite_to_session(session, by=as_member(farah), people=[cara], at=timezone.now())
    mailoutbox.clear()
    membership = member(cara)
    membership.suspended_at = NOW
    membership.save()
    planning.cancel_session(session, by=as_member(farah), at=timezone.now())
    assert mailoutbox == []


def test_a_stage_without_columns_takes_no_notes(session):
    assert session.stages.get(key="open").writes == Stage.Writes.NOBODY


def test_cards_are_found_by_everybody_and_own_copies_at_home(review, riverside, hillside, reza, oskar, member):
    own = Technique.objects.create(
        key="ward-review", organisation=riverside, name="Ward review", moment="after", tier="starter", purpose="Ours.",
        card={"use_when": ["A shift has ended."]}, stages=[], minutes={},
    )  # fmt: skip
    index.put_many(technique_documents([review, own]))

    def found(person, words):
        return [hit.ident for hit in index.find(member(person), words, kinds=["technique"]).hits]

    assert found(reza, "action review") == found(oskar, "action review") == [review.pk]
    assert found(reza, "shift") == [own.pk]
    assert found(oskar, "shift") == []
    assert index.find(member(reza), "shift").hits[0].url.endswith("/techniques/ward-review/")
