"""Before you start: what fits a piece of work and why, the three answers, and who is reminded of what is left open."""

import io
from datetime import date, timedelta

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

import actionplan.actions
import roadmap.actions
from actionplan.models import Action
from kmportal.lib import pdf, things
from kmportal.lib.exceptions import Refusal, Stale
from kmportal.lib.work import find_work, work_of
from lessons.actions import pack as deeds
from lessons.actions import writing
from lessons.finding import count_to_answer, why_related
from lessons.models import Lesson, PackAnswer, PieceOfWork, Reuse, State
from lessons.promises import packs
from lessons.reports.pack import build_pack, pack_as_pdf, pdf_values
from lessons.reports.pack_waiting import waiting_packs
from lessons.workflow import readers_of_both
from organisations.models import Group, GroupMembership, Membership
from organisations.visibility import Reach
from roadmap.models import CatalogueEntry, Intervention
from search.models import SearchDoc
from search.related import Related
from techniques.actions import planning
from techniques.models import Technique
from tests.cast import as_member
from tests.lessons.conftest import NOON
from tests.markup import tidy
from tests.selfassessment.test_paper import HOSTILE, LONG, Paper, boxes_without_letters, outside

pytestmark = pytest.mark.django_db
MOVE = {"title": "Move ward 6 to the new building", "text": "Patients wait for take-home medicines from pharmacy."}
Answer = PackAnswer.Answer


@pytest.fixture
def work(riverside, cara) -> PieceOfWork:
    return deeds.describe_work(
        riverside, by=as_member(cara), at=NOON, starts_on=timezone.localdate() + timedelta(days=5), **MOVE
    )


@pytest.fixture
def programme(riverside, lena):
    return roadmap.actions.begin_programme(
        riverside, by=as_member(lena), at=NOON, name="Plan", starts_on=date(2026, 1, 1), ends_on=date(2030, 1, 1),
        lead=lena,
    )  # fmt: skip


@pytest.fixture
def technique(content) -> Technique:
    return Technique.objects.get(key="before-action-review")


def page_of(work, name: str = "pack_detail", *more: int) -> str:
    return reverse(name, args=["riverside", *things.ref_of(work), *more])


def pack_for(work, person):
    return build_pack(work_of(work), as_member(person))


def answer_of(work, lesson) -> PackAnswer:
    return PackAnswer.objects.for_work(things.ref_of(work)).get(lesson=lesson)


def test_everyday_words_are_no_reason_where_there_is_a_better_one():
    shared = ("nobody", "half", "chutes", "hour", "take-home medicines", "pharmacy")
    assert why_related(Related("lesson", 1, 1.0, shared, ("pharmacy",))) == (
        "It says “chutes” and “take-home medicines” and it is filed under “pharmacy”"
    )
    assert why_related(Related("lesson", 1, 1.0, ("nobody", "half"), ())) == "It says “nobody” and “half”"


class TestWhatFits:
    def test_lessons_stand_there_with_why(self, work, identified, reza, as_):
        lesson = identified(tags=["Pharmacy"])
        page = tidy(as_(reza).get(page_of(work)).text)
        assert lesson.words.title in page
        assert "It says" in page
        assert "it is filed under “pharmacy”" in page

    def test_what_is_not_checked_or_has_gone_is_left_out(self, work, draft, waiting, identified, cara):
        draft()
        waiting()
        gone = identified()
        Lesson.objects.filter(pk=gone.pk).update(state=State.RETIRED)
        SearchDoc.objects.filter(kind="lesson", ident=gone.pk).update(state=State.RETIRED)
        assert pack_for(work, cara).lessons == []

    def test_of_a_group_only_its_people_see_them(self, work, identified, riverside, reza, sam):
        ward = Group.objects.create(organisation=riverside, name="Ward 6", kind=Group.Kind.UNIT)
        for person in ("cara@riverside.example", reza.email):
            member = Membership.objects.get(organisation=riverside, person__email=person)
            GroupMembership.objects.get_or_create(group=ward, membership=member, person=member.person)
        lesson = identified(share_with=Reach.GROUP, group=ward)
        assert [row.lesson for row in pack_for(work, reza).lessons] == [lesson]
        assert pack_for(work, sam).lessons == []

    def test_the_same_intervention_of_the_catalogue_brings_its_lessons(self, programme, identified, lena, cara):
        entry = CatalogueEntry.objects.create(key="walks", name="Leadership walks", step=2, what="Walk.")
        rows = [
            roadmap.actions.plan_intervention(
                programme, by=as_member(lena), at=NOON, title=title, step=2, owner=cara, entry=entry
            )
            for title in ("Walks in the north", "Walks in the south")
        ]
        lesson = identified(title="Bring tea", happened="Nobody spoke.", when_you="begin", then_do="bring tea.")
        Lesson.objects.filter(pk=lesson.pk).update(intervention=rows[0])
        (own,) = pack_for(rows[0], cara).lessons
        assert own.why[0] == "It came from the intervention “Walks in the north”"
        (other,) = pack_for(rows[1], cara).lessons
        assert other.why[0] == "It came from the same intervention of the catalogue: Leadership walks"

    def test_the_same_technique_brings_its_lessons(self, riverside, identified, farah, cara, technique):
        first, second = (
            planning.plan_session(
                riverside, by=as_member(farah), at=NOON, technique=technique, length="short", title=title,
                starts_at=NOON,
            )
            for title in ("Monday", "Tuesday")
        )  # fmt: skip
        lesson = identified(title="Bring tea", happened="Nobody spoke.", when_you="begin", then_do="bring tea.")
        Lesson.objects.filter(pk=lesson.pk).update(session=first)
        (row,) = pack_for(second, cara).lessons
        assert row.why == (f"It came from a session of the same technique: {technique.name}",)

    def test_people_communities_and_assets_say_why(self, world, as_, reza):
        page = tidy(as_(reza).get(page_of(world.things.work)).text)
        assert "Cara Doyle" in page
        assert "filed under" in page

    def test_a_stranger_finds_no_page(self, work, oskar, as_):
        for name in ("pack_detail", "pack_pdf"):
            assert as_(oskar).get(page_of(work, name)).status_code == 404

    @pytest.mark.parametrize("kind", ["lesson", "nonsense", "organisation", "work-of-art", "pack-answer"])
    def test_other_kinds_are_no_work(self, kind, work, cara, as_):
        assert as_(cara).get(reverse("pack_detail", args=["riverside", kind, work.pk])).status_code == 404

    def test_work_of_another_organisation_is_not_found(self, hillside, oskar, cara):
        theirs = deeds.describe_work(hillside, by=as_member(oskar), at=NOON, **MOVE)
        assert find_work(things.ref_of(theirs), as_member(cara)) is None

    @pytest.mark.parametrize("number", [10, 200])
    def test_as_many_queries_for_many_lessons_as_for_few(self, work, draft, number, cara, as_, queries, riverside):
        lessons = [draft(title=f"Ask pharmacy {one}") for one in range(number)]
        Lesson.objects.filter(pk__in=[lesson.pk for lesson in lessons]).update(
            state=State.NOTED, reach=Reach.ORGANISATION
        )
        SearchDoc.objects.filter(kind="lesson").update(state=State.NOTED, reach=Reach.ORGANISATION)
        assert len(pack_for(work, cara).lessons) == 10
        assert queries(as_(cara), page_of(work)) <= 32

    def test_hostile_words_are_words(self, riverside, cara, as_, identified):
        identified(title="<script>alert(1)</script> pharmacy medicines ward")
        said = {"title": "<b>Ward</b> {{ 1 }} pharmacy", "text": "medicines " + "w" * 1_900}
        row = deeds.describe_work(riverside, by=as_member(cara), at=NOON, **said)
        page = as_(cara).get(page_of(row)).text
        assert "<script>alert" not in page
        assert "<b>Ward" not in page


class TestDescribing:
    def test_by_form_and_twice_it_is_one(self, cara, as_, riverside):
        once = "0b0f5f0e-6a4e-4ad4-9d9e-0123456789ab"
        for _ in range(2):
            sent = as_(cara).post(reverse("work_new", args=["riverside"]), {**MOVE, "once": once})
            assert sent.status_code == 302
        assert PieceOfWork.objects.get().author == cara

    def test_without_a_title_nothing_typed_is_lost(self, cara, as_):
        sent = as_(cara).post(reverse("work_new", args=["riverside"]), {"title": " ", "text": "The hoist"})
        assert sent.status_code == 422
        assert "Say what you will do." in tidy(sent.text)
        assert "The hoist" in sent.text

    def test_who_comes_second_is_shown_both(self, work, cara, lena, as_):
        deeds.change_work(work, by=as_member(lena), at=NOON, seen=1, title="Move it", text="", starts_on=None)
        with pytest.raises(Stale):
            deeds.change_work(work, by=as_member(cara), at=NOON, seen=1, title="Else", text="", starts_on=None)
        url = reverse("work_edit", args=["riverside", work.pk])
        sent = as_(cara).post(url, {"title": "Mine", "text": "", "version": "1"})
        assert sent.status_code == 422
        assert "Move it" in sent.text
        assert "Mine" in sent.text


class TestAnswers:
    def test_use_makes_an_action_that_leads_back_both_ways(self, work, identified, cara, reza, as_):
        lesson = identified()
        url = page_of(work, "pack_use", lesson.pk)
        form = tidy(as_(cara).get(url).text)
        assert "Use the lesson: Ask pharmacy at ten" in form
        data = {"title": "Ring pharmacy at ten", "owner": reza.pk, "due_on": "2026-12-01"}
        assert as_(cara).post(url, data).status_code == 302
        row = answer_of(work, lesson)
        assert (row.answer, row.person, row.action.owner) == (Answer.USE, cara, reza)
        assert row.action.source == things.ref_of(work)
        assert work.title in tidy(as_(reza).get(reverse("lesson_detail", args=["riverside", lesson.pk])).text)
        assert lesson.words.title in tidy(as_(reza).get(row.action.get_absolute_url()).text)
        assert as_(cara).post(url, data).status_code == 302
        assert Action.objects.count() == 1

    def test_not_for_us_needs_a_reason(self, work, identified, cara, as_):
        lesson = identified()
        url = page_of(work, "pack_aside", lesson.pk)
        assert as_(cara).post(url, {"because": " "}).status_code == 422
        assert not PackAnswer.objects.exists()
        assert as_(cara).post(url, {"because": "We have no beds."}).status_code == 302
        assert answer_of(work, lesson).because == "We have no beds."
        assert "We have no beds." in as_(cara).get(page_of(work)).text
        with pytest.raises(Refusal):
            deeds.set_lesson_aside(work, lesson, by=as_member(cara), at=NOON, because="", seen=1)

    def test_later_stays_open(self, work, identified, cara, as_):
        lesson = identified()
        assert as_(cara).post(page_of(work, "pack_later", lesson.pk), {"seen": "0"}).status_code == 302
        assert [row.lesson for row in pack_for(work, cara).to_answer] == [lesson]
        assert count_to_answer(work_of(work), as_member(cara)) == 1

    def test_an_answer_can_be_changed_and_its_promise_stays(self, work, identified, cara):
        lesson = identified()
        by = {"by": as_member(cara), "at": NOON}
        used = deeds.use_lesson(work, lesson, title="Ring them", owner=cara, **by)
        deeds.set_lesson_aside(work, lesson, because="Not any more.", seen=1, **by)
        row = answer_of(work, lesson)
        assert (row.answer, row.action, row.version) == (Answer.NOT, used.action, 2)
        again = deeds.use_lesson(work, lesson, title="Ring them twice", owner=cara, seen=2, **by)
        assert again.action == used.action

    def test_of_two_who_answer_at_once_the_second_reads_first(self, work, identified, cara, farah):
        lesson = identified()
        deeds.set_lesson_aside(work, lesson, by=as_member(cara), at=NOON, because="No.")
        with pytest.raises(Refusal, match="answered meanwhile"):
            deeds.put_lesson_off(work, lesson, by=as_member(farah), at=NOON)
        assert answer_of(work, lesson).answer == Answer.NOT

    def test_a_reader_reads_and_does_not_answer(self, work, identified, reza, as_):
        lesson = identified()
        assert "Not for us" not in tidy(as_(reza).get(page_of(work)).text)
        for name in ("pack_use", "pack_aside", "pack_later"):
            assert as_(reza).post(page_of(work, name, lesson.pk), {"because": "x"}).status_code == 403

    def test_a_lesson_that_is_not_checked_has_no_answer(self, work, draft, cara, as_):
        assert as_(cara).post(page_of(work, "pack_later", draft().pk)).status_code == 403

    def test_the_action_is_for_no_more_readers_than_the_lesson(self, work, identified, riverside, cara, sam):
        ward = Group.objects.create(organisation=riverside, name="Ward 6", kind=Group.Kind.UNIT)
        member = as_member(cara)
        GroupMembership.objects.create(group=ward, membership=member, person=cara)
        lesson = identified(share_with=Reach.GROUP, group=ward)
        row = deeds.use_lesson(work, lesson, by=member, at=NOON, title="Ring them", owner=cara)
        assert (row.action.reach, row.action.group) == (Reach.GROUP, ward)
        assert not Action.objects.visible_to(as_member(sam)).filter(pk=row.action_id).exists()
        assert not PackAnswer.objects.visible_to(as_member(sam)).exists()

    @pytest.mark.parametrize("case", ["here", "elsewhere"])
    def test_it_loses_the_readers_that_the_lesson_loses_and_gains_none(
        self, case, work, identified, riverside, hillside, cara, farah, oskar
    ):
        lesson = identified(share_with=Reach.NETWORK)
        reader = as_member(cara if case == "here" else oskar)
        if case == "elsewhere":
            work = PieceOfWork.objects.create(organisation=hillside, title="Move ward 6", author=oskar)
        row = deeds.use_lesson(work, lesson, by=reader, at=NOON, title="Ring them", owner=reader.person)
        ward = Group.objects.create(organisation=riverside, name="Ward 6", kind=Group.Kind.UNIT)
        member = as_member(cara)
        GroupMembership.objects.create(group=ward, membership=member, person=cara)
        GroupMembership.objects.create(group=ward, membership=as_member(farah), person=farah)
        narrow, wide = {"share_with": Reach.GROUP, "group": ward}, {"share_with": Reach.NETWORK, "group": None}
        for by, facts in ((member, narrow), (as_member(farah), wide)):
            lesson = Lesson.objects.get(pk=lesson.pk)
            writing.write_lesson(lesson, by=by, at=NOON, seen=lesson.version, words={}, facts=facts)
            row.action.refresh_from_db()
            expected = (Reach.GROUP, ward) if case == "here" else (Reach.AUTHOR, None)
            assert (row.action.reach, row.action.group) == expected
        assert Action.objects.visible_to(reader).filter(pk=row.action_id).exists()

    def test_of_a_meeting_of_another_group_nobody_else_reads_it(self, riverside, identified):
        ward, circle = (Group.objects.create(organisation=riverside, name=name) for name in ("Ward 6", "Circle"))
        lesson = identified(share_with=Reach.GROUP, group=ward)
        readers = readers_of_both(lesson, riverside.pk, Reach.GROUP, circle)
        assert readers == {"reach": Reach.AUTHOR, "group": None}

    def test_it_counts_as_reuse_only_when_somebody_says_that_it_helped(self, work, identified, cara, as_):
        lesson = identified()
        row = deeds.use_lesson(work, lesson, by=as_member(cara), at=NOON, title="Ring them", owner=cara)
        assert not Reuse.objects.exists()
        assert "This helped us" not in as_(cara).get(page_of(work)).text
        actionplan.actions.complete_action(row.action, by=as_member(cara), at=NOON)
        assert "This helped us" in as_(cara).get(page_of(work)).text
        as_(cara).post(reverse("lesson_reuse", args=["riverside", lesson.pk]), {"kind": "helped"})
        assert Reuse.objects.helped().count() == 1
        assert "This helped us" not in as_(cara).get(page_of(work)).text

    def test_what_was_answered_stays_when_it_fits_no_more(self, work, identified, cara):
        lesson = identified()
        deeds.set_lesson_aside(work, lesson, by=as_member(cara), at=NOON, because="No.")
        deeds.change_work(work, by=as_member(cara), at=NOON, seen=1, title="Boil eggs", text="", starts_on=None)
        assert [row.lesson for row in pack_for(work, cara).answered] == [lesson]


class TestReview:
    @pytest.fixture
    def session(self, riverside, farah, technique, programme, lena, cara):
        about = roadmap.actions.plan_intervention(
            programme, by=as_member(lena), at=NOON, title=MOVE["title"], step=2, owner=cara
        )
        return planning.plan_session(
            riverside, by=as_member(farah), at=NOON, technique=technique, length="short", title="Before the move",
            starts_at=NOON + timedelta(days=2), intervention=about,
        )  # fmt: skip

    def test_it_has_the_lessons_of_what_it_is_about_as_ticks(self, session, identified, farah, cara, as_):
        lesson, other = identified(), identified(title="Label the boxes of the ward before the move")
        page = tidy(as_(farah).get(session.get_absolute_url()).text)
        assert "Lessons to talk about (2)" in page
        sent = as_(farah).post(
            page_of(session.intervention, "pack_tick"), {"lesson": [lesson.pk], "session": session.pk}
        )
        assert sent.url == session.get_absolute_url()
        row = answer_of(session.intervention, lesson)
        assert (row.answer, row.action.owner) == (Answer.USE, cara)
        assert not PackAnswer.objects.filter(lesson=other).exists()

    def test_no_tick_is_said(self, session, farah, as_):
        sent = as_(farah).post(page_of(session.intervention, "pack_tick"), {"session": session.pk}, follow=True)
        assert "Tick the lessons that you will use." in tidy(sent.text)


class TestReminders:
    def test_who_leads_it_is_told_a_week_before_while_lessons_wait(self, work, identified, cara):
        lesson = identified()
        (told,) = packs(timezone.localdate(), [cara.pk])
        assert (told.person, told.title, told.is_told_once) == (cara, work.title, True)
        assert "one lesson waits for your answer" in told.says(timezone.localdate())
        deeds.set_lesson_aside(work, lesson, by=as_member(cara), at=NOON, because="No.")
        assert list(packs(timezone.localdate(), [cara.pk])) == []

    @pytest.mark.parametrize("days", [-1, 20])
    def test_not_afterwards_and_not_too_early(self, work, identified, cara, days):
        identified()
        PieceOfWork.objects.update(starts_on=timezone.localdate() + timedelta(days=days))
        assert list(packs(timezone.localdate(), [cara.pk])) == []

    def test_home_says_it_with_the_same_number(self, work, identified, cara, as_):
        identified()
        page = tidy(as_(cara).get(reverse("home", args=["riverside"])).text)
        assert "Answer one lesson before you start" in page
        assert "Lessons to answer (1)" in tidy(as_(cara).get(page_of(work)).text)

    def test_the_figure_on_home_opens_as_many(self, work, identified, riverside, cara, as_):
        identified()
        home = as_(cara).get(reverse("home", args=["riverside"])).text
        assert f'<a href="{page_of(work)}">' in home[home.index("To answer before you start") :][:120]
        second = PieceOfWork.objects.create(
            organisation=riverside, author=cara, title=work.title, text=work.text, starts_on=work.starts_on
        )
        packs_of_cara = waiting_packs(as_member(cara), timezone.localdate())
        assert packs_of_cara.count == 2 == sum(count_to_answer(work_of(one), as_member(cara)) for one in (work, second))
        assert f'href="{packs_of_cara.url}"' in as_(cara).get(reverse("home", args=["riverside"])).text
        page = tidy(as_(cara).get(packs_of_cara.url).text)
        assert "Waiting for your answer (2)" in page
        assert page.count("1 lesson waits") == 2
        PieceOfWork.objects.create(
            organisation=riverside, author=cara, title="A later one", text=work.text, starts_on=work.starts_on
        )
        assert waiting_packs(as_member(cara), timezone.localdate()).count == 2  # of those that begin first
        assert "you start what begins first" in as_(cara).get(reverse("home", args=["riverside"])).text
        page = tidy(as_(cara).get(packs_of_cara.url).text)
        assert "Waiting for your answer (2)" in page
        assert "Only the two pieces that begin first are counted" in page
        assert "not counted yet: <a" in page
        for one in (work, second):
            deeds.set_lesson_aside(one, Lesson.objects.get(), by=as_member(cara), at=NOON, because="No.")
        assert "To answer before you start" not in as_(cara).get(reverse("home", args=["riverside"])).text

    def test_an_intervention_and_a_session_remind_who_leads_them(self, programme, identified, lena, cara):
        identified()
        begins = timezone.localdate() + timedelta(days=3)
        roadmap.actions.plan_intervention(
            programme, by=as_member(lena), at=NOON, title=MOVE["title"], summary=MOVE["text"], step=2, owner=cara,
            starts_on=begins, ends_on=begins + timedelta(days=9),
        )  # fmt: skip
        assert {told.kind for told in packs(timezone.localdate(), None)} == {"pack-intervention"}
        Intervention.objects.update(state=Intervention.State.DOING)
        assert list(packs(timezone.localdate(), None)) == []


def test_on_paper_it_is_asked_for_once(work, cara, identified):
    identified()
    first = deeds.request_pack_pdf(work, by=as_member(cara), at=NOON)
    assert deeds.request_pack_pdf(work, by=as_member(cara), at=NOON) == first


@pytest.mark.pdf
@pytest.mark.drawn
def test_the_paper_is_tagged_and_says_why(work, cara, identified):
    identified(title="Ask pharmacy " + "x" * 200)
    drawn = pack_as_pdf(work_of(work), as_member(cara))
    paper = PdfReader(io.BytesIO(drawn))
    assert "/StructTreeRoot" in paper.trailer["/Root"]
    assert "It says" in "".join(page.extract_text() for page in paper.pages)


@pytest.mark.pdf
@pytest.mark.drawn
def test_paper_of_hostile_words_keeps_inside_its_margins(riverside, cara, identified):
    lesson = identified(title=LONG[:200], then_do=HOSTILE[0], when_you=LONG[:300], happened=f"pharmacy {LONG}")
    by, said = as_member(cara), {"title": f"{LONG[:180]} pharmacy", "text": " ".join(HOSTILE)[:2_000]}
    work = deeds.describe_work(riverside, by=by, at=NOON, **said)
    deeds.set_lesson_aside(work, lesson, by=by, at=NOON, because=LONG[:400])
    html = render_to_string("pdf/pack.html", pdf_values(work_of(work), by, on=NOON.date()))
    document = pdf.laid_out(html)
    made = Paper(document, PdfReader(io.BytesIO(pdf.written(document))))
    assert outside(made) == []
    assert boxes_without_letters(made) == []
    assert "Not for us" in made.text
