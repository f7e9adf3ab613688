"""An author’s side: drafts, autosave, sending, taking back, and two who write at once."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from actionplan.models import Action
from kmportal.lib.exceptions import Refusal, Stale
from lessons import search_documents
from lessons.actions import review, writing
from lessons.models import Lesson, LessonRevision, State, Tag
from notifications.models import Notice
from organisations.actions import remove_member
from organisations.models import AuditEntry, AuditName, Group, Membership
from organisations.visibility import Reach
from search import index
from search.models import SearchDoc
from tests.cast import as_member, join_group
from tests.races import at_once

from .conftest import NOON, WORDS


def test_a_draft_is_for_its_author_alone(draft, member, cara, farah, lena, ada):
    lesson = draft()
    assert (lesson.state, lesson.reach, lesson.contact) == (State.DRAFT, Reach.AUTHOR, "Cara Doyle")
    assert Lesson.objects.visible_to(member(cara)).filter(pk=lesson.pk).exists()
    for person in (farah, lena, ada):
        assert not Lesson.objects.visible_to(member(person)).exists()
        assert index.find(member(person), "pharmacy", kinds=["lesson"]).total == 0
    assert index.find(member(cara), "pharmacy", kinds=["lesson"]).total == 1


def test_the_same_form_twice_makes_one_draft(riverside, cara):
    once = uuid4()
    first = writing.start_lesson(riverside, by=as_member(cara), at=NOON, words=WORDS, once=once)
    assert writing.start_lesson(riverside, by=as_member(cara), at=NOON, words=WORDS, once=once) == first
    assert Lesson.objects.count() == 1


def test_writing_on_keeps_one_revision_until_somebody_was_shown_it(draft, cara, farah):
    lesson = draft()
    writing.write_lesson(lesson, by=as_member(cara), at=NOON, seen=1, words={"why": "Because."})
    assert LessonRevision.objects.count() == 1
    writing.submit_lesson(lesson, by=as_member(cara), at=NOON)
    review.claim_lesson(lesson, by=as_member(farah), at=NOON)
    review.return_lesson(lesson, by=as_member(farah), at=NOON, comment="Say more.")
    writing.write_lesson(lesson, by=as_member(cara), at=NOON, seen=lesson.version, words={"why": "More."})
    writing.write_lesson(lesson, by=as_member(cara), at=NOON, seen=lesson.version, words={"why": "Still more."})
    assert [(r.number, r.why) for r in lesson.revisions.all()] == [(2, "Still more."), (1, "Because.")]


@pytest.mark.parametrize(("given", "then"), [("", "Ring the store"), ("Oxygen at night", "Oxygen at night")])
def test_a_title_that_the_portal_made_follows_the_advice(draft, cara, farah, given, then):
    lesson = draft(title=given, then_do="ring somebody")
    writing.submit_lesson(lesson, by=as_member(cara), at=NOON)
    review.claim_lesson(lesson, by=as_member(farah), at=NOON)
    review.return_lesson(lesson, by=as_member(farah), at=NOON, comment="Whom?")
    writing.write_lesson(lesson, by=as_member(cara), at=NOON, seen=lesson.version, words={"then_do": "ring the store"})
    writing.submit_lesson(lesson, by=as_member(cara), at=NOON)
    lesson.refresh_from_db()
    assert lesson.words.title == then


def test_who_writes_second_is_told_and_nothing_is_lost(draft, cara):
    lesson = draft()
    writing.write_lesson(lesson, by=as_member(cara), at=NOON, seen=1, words={"why": "First."})
    with pytest.raises(Stale):
        writing.write_lesson(lesson, by=as_member(cara), at=NOON, seen=1, words={"why": "Second."})
    lesson.refresh_from_db()
    assert lesson.words.why == "First."
    writing.write_lesson(
        lesson, by=as_member(cara), at=NOON, seen=1, words={"why": "First."}
    )  # the same form sent twice


def test_sending_needs_what_happened_and_the_advice(draft, cara):
    for missing in ("happened", "then_do"):
        with pytest.raises(Refusal):
            writing.submit_lesson(draft(**{missing: " "}), by=as_member(cara), at=NOON)


def test_sending_tells_those_who_check_and_promises_a_day(draft, member, cara, farah, lena, reza):
    lesson = draft(title="", by=cara)
    writing.submit_lesson(lesson, by=as_member(cara), at=NOON)
    writing.submit_lesson(lesson, by=as_member(cara), at=NOON)
    assert (lesson.state, lesson.reach) == (State.SUBMITTED, Reach.REVIEWERS)
    assert lesson.answer_due_on == NOON.date() + timedelta(days=14)
    assert lesson.words.title == "Ask pharmacy for take-home medicines by ten"
    assert set(Notice.objects.values_list("person", flat=True)) == {farah.pk, lena.pk}
    assert index.find(member(farah), "pharmacy", kinds=["lesson"]).hits[0].state == "submitted"
    assert index.find(member(reza), "pharmacy", kinds=["lesson"]).total == 0
    assert AuditEntry.objects.filter(event="lesson.submitted", ident=lesson.pk).count() == 1


def test_what_was_sent_cannot_be_changed_until_it_is_taken_back(claimed, cara, farah):
    lesson = claimed()
    with pytest.raises(Refusal, match="Take it back"):
        writing.write_lesson(lesson, by=as_member(cara), at=NOON, seen=lesson.version, words={"why": "New."})
    writing.withdraw_lesson(lesson, by=as_member(cara), at=NOON)
    writing.withdraw_lesson(lesson, by=as_member(cara), at=NOON)
    assert (lesson.state, lesson.reach, lesson.claimed_by) == (State.DRAFT, Reach.AUTHOR, None)
    assert Notice.objects.filter(person=farah, text__contains="taken back").count() == 1
    with pytest.raises(Refusal):
        writing.withdraw_lesson(lesson, by=as_member(farah), at=NOON)


def test_an_excerpt_does_not_run_on_from_one_answer_into_the_next(draft):
    lesson = draft(happened="Medicines came at four", why="Pharmacy starts late ", expected="Home at two.")
    assert search_documents.document(lesson, ()).body == "Medicines came at four.\nPharmacy starts late.\nHome at two."


MARKED = {
    "title": "",
    "happened": "It went **wrong**:\n- <b>late</b>\n- [here](javascript:alert(1))",
    "then_do": "- ask the **pharmacy** first.\n- ask again.",
}


def test_long_texts_are_drawn_by_their_marks(draft, as_, cara):
    """On the page of the lesson, and on the one before it is sent."""
    lesson = draft(**MARKED)
    for page in ("", "send/"):
        html = as_(cara).get(f"{lesson.get_absolute_url()}{page}").content.decode()
        assert "<strong>wrong</strong>:</p><ul><li>&lt;b&gt;late&lt;/b&gt;</li>" in html
        assert "<li>[here](javascript:alert(1))</li>" in html
        assert "<b>then</b></p><ul><li>ask the <strong>pharmacy</strong> first.</li>" in html


def test_who_has_left_is_not_offered_for_asking(identified, member, as_, cara, reza, ada):
    address = identified().get_absolute_url()
    assert "has left" not in as_(reza).get(address).text
    remove_member(member(cara), by=as_member(ada), at=NOON)
    assert "Cara Doyle has left." in as_(reza).get(address).text


def test_search_and_made_up_titles_have_the_words_without_the_marks(draft, cara):
    lesson = draft(**MARKED)
    found = search_documents.document(lesson, ())
    assert "It went wrong:\n\n- <b>late</b>" in found.body
    assert "**" not in found.abstract
    assert writing.submit_lesson(lesson, by=as_member(cara), at=NOON).words.title == "Ask the pharmacy first. ask again"


def test_the_form_says_which_marks_there_are(as_, new, cara):
    assert "You can write lists with -, and bold words **like this**." in as_(cara).get(new).content.decode()


def test_only_a_draft_that_was_never_sent_can_be_thrown_away(draft, waiting, cara, farah):
    lesson = draft()
    with pytest.raises(Refusal):
        writing.discard_lesson(lesson, by=as_member(farah), at=timezone.now())
    writing.discard_lesson(lesson, by=as_member(cara), at=timezone.now())
    assert not Lesson.objects.exists()
    assert not SearchDoc.objects.filter(kind="lesson").exists()
    sent = waiting()
    writing.withdraw_lesson(sent, by=as_member(cara), at=NOON)
    with pytest.raises(Refusal, match="keep it"):
        writing.discard_lesson(sent, by=as_member(cara), at=timezone.now())


def test_a_change_after_the_check_says_so_until_somebody_else_has_checked_it(identified, cara, farah, lena):
    lesson = identified()
    assert not lesson.changed_since_validation
    writing.write_lesson(
        lesson, by=as_member(farah), at=NOON, seen=lesson.version, words={"why": "Corrected by the librarian."}
    )
    assert (lesson.state, lesson.words.number, lesson.changed_since_validation) == (State.IDENTIFIED, 2, True)
    with pytest.raises(Refusal, match="Somebody else"):
        review.confirm_change(lesson, by=as_member(farah), at=NOON, read=lesson.revision_id)
    with pytest.raises(PermissionDenied):
        review.confirm_change(lesson, by=as_member(cara), at=NOON, read=lesson.revision_id)
    with pytest.raises(Stale):
        review.confirm_change(lesson, by=as_member(lena), at=NOON, read=lesson.approved_id)
    review.confirm_change(lesson, by=as_member(lena), at=NOON, read=lesson.revision_id)
    assert not lesson.changed_since_validation


def test_readers_and_other_contributors_cannot_change_a_lesson(identified, reza, oskar, riverside):
    lesson = identified()
    for person in (reza, oskar):
        with pytest.raises(PermissionDenied):
            writing.write_lesson(lesson, by=as_member(person), at=NOON, seen=lesson.version, words={"why": "Mine."})


def test_narrowing_and_widening_who_may_read(identified, member, riverside, cara, farah, reza):
    lesson = identified()
    ward = Group.objects.create(organisation=riverside, name="Ward 6")
    with pytest.raises(Refusal, match="group"):
        writing.write_lesson(
            lesson, by=as_member(cara), at=NOON, seen=lesson.version, words={}, facts={"share_with": Reach.GROUP}
        )
    writing.write_lesson(
        lesson,
        by=as_member(cara),
        at=NOON,
        seen=lesson.version,
        words={},
        facts={"share_with": Reach.GROUP, "group": ward},
    )
    assert not Lesson.objects.visible_to(member(reza)).exists()
    assert index.find(member(reza), "", kinds=["lesson"]).total == 0
    join_group(ward, reza)
    assert Lesson.objects.visible_to(member(reza)).exists()


def test_tags_are_made_once_whatever_their_letters(draft):
    first, second = draft(tags=["Discharge", "discharge ", "Ward moves"]), draft(tags=["DISCHARGE"])
    assert first.tags.count() == 2
    assert Tag.objects.count() == 2
    assert second.tags.get() in first.tags.all()


@pytest.mark.django_db(transaction=True)
def test_two_who_press_at_once_make_one_draft_and_one_tag(riverside, cara, farah):
    once = uuid4()
    answers = at_once(
        lambda: writing.start_lesson(riverside, by=as_member(cara), at=NOON, words=WORDS, once=once),
        lambda: writing.start_lesson(riverside, by=as_member(cara), at=NOON, words=WORDS, once=once),
    )
    assert answers[0] == answers[1] == Lesson.objects.get()
    at_once(
        lambda: writing.start_lesson(riverside, by=as_member(cara), at=NOON, words=WORDS, tags=["Discharge"]),
        lambda: writing.start_lesson(riverside, by=as_member(farah), at=NOON, words=WORDS, tags=["discharge"]),
    )
    assert Tag.objects.count() == 1


# --- Pages ---------------------------------------------------------------------------------------------------------


def fields(**values):
    return {
        "expected": "",
        "happened": "Medicines came at four.",
        "why": "",
        "when_you": "",
        "then_do": "ask at ten",
        "title": "",
        "kind": "lesson",
        "happened_on": "",
        "contact": "Cara Doyle",
        "tags": "",
        "share_with": "organisation",
        "version": "0",
        "once": str(uuid4()),
        **values,
    }


@pytest.fixture
def new(riverside):
    return reverse("lesson_new", args=[riverside.slug])


def test_who_may_open_the_form(as_, new, cara, reza, oskar):
    assert as_(cara).get(new).status_code == 200
    assert as_(reza).get(new).status_code == 403
    assert as_(oskar).get(new).status_code == 404
    assert as_().get(new).status_code == 302


def test_the_form_warns_of_the_incident_system(as_, new, cara, riverside):
    riverside.incident_name, riverside.incident_url = "Datix", "https://incidents.example/"
    riverside.save()
    assert b'<a href="https://incidents.example/" rel="noreferrer">Report it in Datix</a>' in as_(cara).get(new).content


def test_keep_as_a_draft_then_send_it(as_, new, cara):
    browser, sent = as_(cara), fields(then="keep", tags="discharge; pharmacy,  discharge", happened_on="8 October 2025")
    assert browser.post(new, sent).status_code == 302
    lesson = Lesson.objects.get()
    assert (lesson.state, lesson.happened_on) == (State.DRAFT, date(2025, 10, 8))
    assert sorted(str(tag) for tag in lesson.tags.all()) == ["discharge", "pharmacy"]
    assert browser.post(new, sent).status_code == 302  # pressed twice
    assert Lesson.objects.count() == 1
    edit = reverse("lesson_edit", args=["riverside", lesson.pk])
    answer = browser.post(edit, {**sent, "then": "send", "version": "1"})
    assert answer.url == reverse("lesson_send", args=["riverside", lesson.pk])  # it lacks a reason: gently asked
    page = browser.get(answer.url)
    assert "Say why it happened" in page.content.decode()
    assert browser.post(answer.url).status_code == 302
    lesson.refresh_from_db()
    assert lesson.state == State.SUBMITTED


def test_a_whole_lesson_is_sent_straight_away(as_, new, cara):
    answer = as_(cara).post(new, fields(**{**WORDS, "then": "send"}), follow=True)
    assert Lesson.objects.get().state == State.SUBMITTED
    assert "You will have an answer by" in answer.content.decode()


def test_personal_data_is_asked_about_and_never_blocked(as_, new, cara, farah):
    words = {**WORDS, "happened": "Mrs Okonkwo, 07700 900123, waited. Farah Siddiqui knows, and so does Cara Doyle."}
    answer = as_(cara).post(new, fields(**words, then="send"), follow=True)
    text = answer.content.decode()
    assert "“Mrs Okonkwo” looks like somebody’s name" in text
    assert "“07700 900123” looks like a telephone number" in text
    assert "“Farah Siddiqui” looks like the name of somebody who works here" in text
    assert "“Cara Doyle” looks" not in text
    assert "Send anyway" in text
    lesson = Lesson.objects.get()
    assert lesson.state == State.DRAFT
    as_(cara).post(reverse("lesson_send", args=["riverside", lesson.pk]))
    lesson.refresh_from_db()
    assert lesson.state == State.SUBMITTED


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"happened": "", "then_do": "", "then": "send"}, "Say what happened"),
        ({"happened": "x" * 4001}, "Shorten “What happened?” to 4,000 characters"),
        ({"happened_on": "the other day"}, "Enter a date"),
        ({"happened_on": "1 January 2999"}, "too far away"),
        ({"kind": "wonder"}, "Choose one of the answers in the list"),
        ({"tags": "x" * 90}, "80 characters"),
        ({"version": "soon"}, "Enter a whole number"),
        ({"happened": "nul\x00"}, "Remove the invisible characters"),
    ],
)
def test_what_is_wrong_stands_beside_the_field_and_nothing_typed_is_lost(as_, new, cara, wrong, says):
    answer = as_(cara).post(new, fields(**{"why": "Kept words", **wrong}))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert says in text
    assert "<title>Error: " in text
    assert "Kept words" in text
    assert not Lesson.objects.exists()


def test_an_empty_form_is_no_draft(as_, new, cara):
    answer = as_(cara).post(new, fields(happened="", then_do=""))
    assert answer.status_code == 422
    assert "Write something first" in answer.content.decode()


def test_a_day_to_come_is_no_day_on_which_it_happened(as_, new, cara):
    tomorrow = timezone.localdate() + timedelta(days=2)
    answer = as_(cara).post(new, fields(happened_on=tomorrow.isoformat()))
    assert "in the future" in answer.content.decode()


def test_autosave_makes_one_draft_and_goes_on_from_its_version(as_, new, cara):
    browser, first = as_(cara), fields(why="So far")
    said = browser.post(new, first, headers={"Autosave": "1"}).json()
    lesson = Lesson.objects.get()
    assert (said["version"], said["url"]) == (1, reverse("lesson_edit", args=["riverside", lesson.pk]))
    more = browser.post(said["url"], {**first, "why": "Further", "version": said["version"]}, headers={"Autosave": "1"})
    assert more.json()["version"] == 2
    lesson.refresh_from_db()
    assert (lesson.words.why, Lesson.objects.count(), LessonRevision.objects.count()) == ("Further", 1, 1)
    stale = browser.post(said["url"], {**first, "why": "Other tab", "version": 1}, headers={"Autosave": "1"})
    assert (stale.status_code, "changed elsewhere" in stale.json()["error"]) == (409, True)
    empty = browser.post(new, fields(happened="", then_do=""), headers={"Autosave": "1"})
    assert (empty.status_code, "problem" in empty.json()) == (422, True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"happened_on": "soon"},
        {"happened_on": "soon", "title": "x" * 201},
        {"share_with": "group", "group": ""},
        {"group": "999999"},
        {"tags": "x" * 81},
        {"kind": "nonsense"},
    ],
)
def test_one_wrong_answer_does_not_keep_the_rest_from_being_saved(as_, new, cara, riverside, wrong):
    Group.objects.create(organisation=riverside, name="Ward 6")
    browser, first = as_(cara), fields(why="So far", happened_on="yesterday")
    said = browser.post(new, first, headers={"Autosave": "1"}).json()
    sent = {**first, "why": "Further", "version": 1, **wrong}
    answer = browser.post(said["url"], sent, headers={"Autosave": "1"})
    assert answer.status_code == 200
    assert answer.json()["unsaved"].endswith(".")
    lesson = Lesson.objects.get()
    assert lesson.words.why == "Further"
    assert lesson.happened_on == timezone.localdate() - timedelta(days=1)
    assert browser.post(said["url"], {**sent, "version": 2}).status_code == 422


def test_a_new_lesson_with_one_wrong_answer_is_saved_by_itself(as_, new, cara):
    answer = as_(cara).post(new, fields(happened_on="soon"), headers={"Autosave": "1"})
    assert "for example" in answer.json()["unsaved"]
    assert Lesson.objects.get().happened_on is None


def test_the_example_of_a_past_day_is_past_and_calendars_are_offered(as_, new, cara):
    page = as_(cara).get(new).content.decode()
    assert "last Friday" in page
    assert "data-calendar" in page


def test_a_stale_form_shows_both_versions(as_, draft, cara):
    lesson = draft()
    edit, browser = reverse("lesson_edit", args=["riverside", lesson.pk]), as_(cara)
    mine = fields(**{**WORDS, "why": "Pharmacy starts at noon.", "once": "", "version": "1"})
    writing.write_lesson(lesson, by=as_member(cara), at=NOON, seen=1, words={"why": "Pharmacy starts at ten."})
    answer = browser.post(edit, mine)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "<del>ten.</del>" in text
    assert "<ins>noon.</ins>" in text
    assert "Keep what is saved now" in text
    assert 'name="version" value="2"' in text
    assert browser.post(edit, {**mine, "version": "2"}).status_code == 302
    lesson.refresh_from_db()
    assert lesson.words.why == "Pharmacy starts at noon."


def test_drafts_of_others_are_not_there(as_, draft, farah, lena, oskar):
    pk = draft().pk
    for name in ("lesson_detail", "lesson_edit", "lesson_send"):
        address = reverse(name, args=["riverside", pk])
        assert as_(farah).get(address).status_code == 404
        assert as_(oskar).get(address).status_code == 404
    for name in ("lesson_withdraw", "lesson_discard", "lesson_claim"):
        assert as_(lena).post(reverse(name, args=["riverside", pk])).status_code == 404


def test_a_waiting_lesson_cannot_be_edited_by_address(as_, waiting, cara, farah):
    edit = reverse("lesson_edit", args=["riverside", waiting().pk])
    assert as_(cara).get(edit).status_code == 302
    assert as_(farah).get(edit).status_code == 403


def test_your_lessons_stand_in_three_parts(as_, draft, waiting, identified, claimed, cara, farah, reza):
    draft(title="A draft of mine")
    waiting(title="One that waits")
    identified(title="One that was checked")
    mine = reverse("lesson_mine", args=["riverside"])
    text = as_(cara).get(mine).content.decode()
    for words in ("With you", "A draft of mine", "Being checked", "One that waits", "Answered", "One that was checked"):
        assert words in text
    assert "You have logged no lesson yet" in as_(farah).get(mine).content.decode()
    assert as_(reza).get(mine).status_code == 403


def test_a_lesson_can_belong_to_an_intervention_of_ours_only(as_, new, cara, riverside, hillside, lena):
    from roadmap.models import Intervention, Programme

    def intervention(organisation):
        programme = Programme.objects.create(
            organisation=organisation, name="P", starts_on=date(2026, 1, 1), ends_on=date(2027, 1, 1)
        )
        return Intervention.objects.create(programme=programme, step=1, title="Kick-off")

    as_(cara).post(f"{new}?intervention={intervention(hillside).pk}", fields())
    as_(cara).post(f"{new}?intervention={intervention(riverside).pk}", fields())
    as_(cara).post(f"{new}?intervention=²", fields())
    linked = [
        lesson.intervention and lesson.intervention.programme.organisation for lesson in Lesson.objects.order_by("pk")
    ]
    assert linked == [None, riverside, None]


def test_somebody_who_left_is_no_member_any_more(draft, cara):
    lesson = draft()
    Membership.objects.filter(person=cara).update(left_at=NOON)
    with pytest.raises(PermissionDenied):
        writing.submit_lesson(lesson, by=as_member(cara), at=NOON)


def test_checked_lessons_are_read_by_all(identified, as_, reza, sam, ada, oskar):
    address = reverse("lesson_detail", args=["riverside", identified().pk])
    for person in (reza, sam, ada):
        assert as_(person).get(address).status_code == 200
    assert as_(oskar).get(address).status_code == 404


def test_what_the_network_shares_is_read_elsewhere_and_not_touched(identified, as_, oskar, hillside):
    lesson = identified(share_with=Reach.NETWORK)
    page = as_(oskar).get(reverse("lesson_detail", args=["hillside", lesson.pk]))
    assert page.status_code == 200
    assert "shares this lesson with the network" in page.content.decode()
    assert "Add an action" not in page.content.decode()
    assert as_(oskar).get(reverse("lesson_edit", args=["hillside", lesson.pk])).status_code == 404
    assert as_(oskar).get(reverse("lesson_action_new", args=["hillside", lesson.pk])).status_code == 404


def test_who_works_elsewhere_does_not_read_who_checked_it_when(identified, as_, oskar, reza):
    lesson = identified(share_with=Reach.NETWORK)
    assert "Claimed by Farah Siddiqui" in as_(reza).get(lesson.get_absolute_url()).content.decode()
    there = as_(oskar).get(reverse("lesson_detail", args=["hillside", lesson.pk])).content.decode()
    assert "Claimed by" not in there
    assert "History" not in there


def test_its_author_cannot_share_a_checked_lesson_further(identified, riverside, cara, farah):
    ward, other = (Group.objects.create(organisation=riverside, name=name) for name in ("Ward 6", "Ward 7"))
    lesson = identified(share_with=Reach.GROUP, group=ward)
    for facts in ({"share_with": Reach.NETWORK}, {"share_with": Reach.ORGANISATION}, {"group": other}):
        with pytest.raises(Refusal, match="fewer readers"):
            writing.write_lesson(lesson, by=as_member(cara), at=NOON, seen=lesson.version, words={}, facts=facts)
    writing.write_lesson(
        lesson, by=as_member(farah), at=NOON, seen=lesson.version, words={}, facts={"share_with": Reach.NETWORK}
    )
    assert lesson.reach == Reach.NETWORK
    entry = AuditEntry.objects.get(event="lesson.readers_changed")
    assert entry.facts == {"before": "group", "after": "network"}
    writing.write_lesson(
        lesson, by=as_member(cara), at=NOON, seen=lesson.version, words={}, facts={"share_with": Reach.GROUP}
    )
    assert lesson.reach == Reach.GROUP, "fewer readers at any time"


def test_what_was_promised_for_a_lesson_has_no_more_readers_than_the_lesson(
    identified, riverside, cara, reza, ada, member
):
    ward = Group.objects.create(organisation=riverside, name="Ward 6")
    lesson = identified()
    action = writing.add_lesson_action(
        lesson, by=as_member(cara), title="Change the checklist of Ward 6", at=timezone.now()
    )
    assert Action.objects.visible_to(member(reza)).exists()
    facts = {"share_with": Reach.GROUP, "group": ward}
    writing.write_lesson(lesson, by=as_member(cara), at=NOON, seen=lesson.version, words={}, facts=facts)
    assert not Action.objects.visible_to(member(reza)).exists()
    assert index.find(member(reza), "checklist", kinds=["action"]).total == 0
    assert "checklist" not in "".join(AuditName.objects.filter(kind="action").values_list("name", flat=True))
    action.refresh_from_db()
    assert Action.objects.visible_to(member(cara)).get() == action


def test_what_is_taken_back_stands_in_nobodys_notices(waiting, cara, farah):
    lesson = waiting()
    assert Notice.objects.filter(person=farah, text__contains=lesson.words.title).exists()
    writing.withdraw_lesson(lesson, by=as_member(cara), at=NOON)
    assert not Notice.objects.exclude(person=cara).filter(text__contains=lesson.words.title).exists()


@pytest.mark.parametrize("name", ["Car_ Doyle", "Cara%", "Cara\\Doyle"])
def test_a_name_is_a_name_and_no_pattern(riverside, cara, name):
    Membership.objects.filter(person=cara).update(left_at=timezone.now())
    assert Membership.objects.has_left(riverside.pk, "cara doyle")
    assert not Membership.objects.has_left(riverside.pk, name)
