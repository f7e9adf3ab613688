"""The ten steps of a knowledge asset: what the portal sees, who says yes, who stands in, and the asset on paper."""

import io

import pytest
from django.core.exceptions import PermissionDenied
from django.template.loader import render_to_string
from django.utils import timezone
from pypdf import PdfReader

import lessons.asset_steps
from jobs.models import Job
from kmportal.lib import pdf
from kmportal.lib.exceptions import Refusal
from lessons.actions import asset_steps, assets
from lessons.models import Asset
from lessons.reports.asset_steps import AssetSteps
from lessons.reports.assets import asset_as_pdf, asset_values
from organisations.models import AuditEntry, Group, GroupMembership, Membership, Organisation
from organisations.visibility import Reach
from tests.cast import as_member, join_group
from tests.content.conftest import sentences_of, spoil  # noqa: F401  a fixture
from tests.lessons.conftest import NOON, validate
from tests.markup import tidy
from tests.selfassessment.test_paper import HOSTILE, LONG, Paper, boxes_without_letters, outside

pytestmark = pytest.mark.django_db
WORDS = {"title": "Bags", "purpose": "A ward clerk at ten.", "text": "Ask pharmacy at ten."}
FILE = lessons.asset_steps.FILE


@pytest.fixture
def asset(riverside, cara) -> Asset:
    made = assets.start_asset(riverside, by=as_member(cara), at=NOON, words=WORDS)
    return assets.publish_asset(made, by=as_member(cara), at=NOON)


def yes(asset, person, number, note=""):
    return asset_steps.do_step(asset, by=as_member(person), at=NOON, number=number, note=note)


def change(asset, person, **values):
    asset.refresh_from_db()
    return assets.write_asset(asset, by=as_member(person), at=NOON, seen=asset.version, words=WORDS, **values)


def url(asset, tail=""):
    return f"/o/riverside/lessons/assets/{asset.pk}/{tail}"


class TestSteps:
    @pytest.mark.parametrize(
        ("number", "words"),
        [(3, "Nobody stands in"), (4, "no file and no link"), (7, "Nobody is named"), (8, "Nobody else has said"),
         (10, "no day yet"), (0, "one of the ten"), (11, "one of the ten")],
    )  # fmt: skip
    def test_nobody_says_yes_too_early(self, asset, cara, number, words):
        with pytest.raises(Refusal, match=words):
            yes(asset, cara, number)
        assert not asset.steps.exists()

    def test_a_draft_is_not_put_where_people_look(self, riverside, cara):
        draft = assets.start_asset(riverside, by=as_member(cara), at=NOON, words={"title": "Bags"})
        for number, words in ((1, "who needs it"), (2, "says nothing"), (9, "a draft")):
            with pytest.raises(Refusal, match=words):
                yes(draft, cara, number)

    def test_all_ten(self, asset, cara, farah, sam, claimed, as_):
        lesson = validate(claimed(), farah)
        change(asset, cara, deputy=farah, review_on=timezone.localdate())
        assets.add_part(asset, by=as_member(cara), at=NOON, kind="lesson", lesson=lesson)
        assets.add_part(asset, by=as_member(cara), at=NOON, kind="person", person=sam)
        asset = assets.check_asset(asset, by=as_member(sam), at=NOON, number=asset.number)
        for number in range(1, 11):
            assert AssetSteps.build(asset).next.guide.number == number
            yes(asset, cara, number)
        steps = AssetSteps.build(asset)
        assert (steps.done, steps.next) == (10, None)
        assert "10 of 10 are done" in tidy(as_(sam).get(url(asset, "steps/")).text)
        assert "Ten steps: 10 done" in tidy(as_(sam).get(url(asset)).text)

    def test_other_words_open_the_check_again(self, asset, cara, sam, as_):
        assets.check_asset(asset, by=as_member(sam), at=NOON, number=1)
        yes(asset, cara, 8)
        asset.refresh_from_db()
        assets.write_asset(
            asset, by=as_member(cara), at=NOON, seen=asset.version, words={**WORDS, "text": "Ask at nine."}
        )
        row = AssetSteps.build(asset).rows[7]
        assert row.answer is not None
        assert not row.is_done
        assert "Look again" in as_(sam).get(url(asset, "steps/")).text

    def test_twice_is_once_and_another_note_stands_instead(self, asset, cara, farah):
        yes(asset, cara, 5, note="Read aloud")
        yes(asset, farah, 5, note="Read aloud")
        assert asset.steps.get().by == cara
        yes(asset, farah, 5, note="Read by two")
        assert (asset.steps.get().by, asset.steps.get().note) == (farah, "Read by two")
        assert AuditEntry.objects.filter(event="asset.step_done").count() == 2
        for _ in range(2):
            asset_steps.open_step(asset, by=as_member(cara), at=NOON, number=5)
        assert AuditEntry.objects.filter(event="asset.step_open").count() == 1

    def test_by_the_page(self, asset, cara, reza, as_):
        here = url(asset, "steps/5/")
        assert as_(reza).post(here, {"do": "yes"}).status_code == 403
        assert as_(cara).post(here, {"do": "yes", "step5-note": "Two clerks"}).url == url(asset, "steps/#step-5")
        page = tidy(as_(reza).get(url(asset, "steps/")).text)
        assert "Yes, says Cara Doyle" in page
        assert "Two clerks" in page
        assert "There is still something to do" not in page
        early = as_(cara).post(url(asset, "steps/8/"), {"do": "yes", "step8-note": "Two clerks"})
        assert early.status_code == 422
        assert "Nobody else has said yet" in early.text
        as_(cara).post(here, {"do": "open"})
        assert not asset.steps.exists()

    def test_names_in_a_note_are_asked_about(self, asset, cara, as_):
        answer = as_(cara).post(url(asset, "steps/5/"), {"do": "yes", "step5-note": "Sister Mary Smith said so"})
        assert answer.status_code == 422
        assert "Mary Smith" in answer.text

    def test_a_draft_is_for_its_author(self, riverside, cara, farah, as_):
        draft = assets.start_asset(riverside, by=as_member(cara), at=NOON, words=WORDS)
        assert as_(cara).get(url(draft, "steps/")).status_code == 200
        for tail in ("steps/", "pdf/"):
            assert as_(farah).get(url(draft, tail)).status_code in (404, 405)
        with pytest.raises(PermissionDenied):
            yes(draft, farah, 1)


class TestStandingIn:
    def test_somebody_who_can_read_it_and_is_another(self, asset, riverside, cara, farah, reza, oskar):
        for person in (cara, reza, oskar):
            with pytest.raises(Refusal, match="stand in"):
                change(asset, cara, deputy=person)
        assert change(asset, cara, deputy=farah).deputy == farah
        ward = Group.objects.create(organisation=riverside, name="Ward 6", kind=Group.Kind.UNIT)
        join_group(ward, cara)
        with pytest.raises(Refusal, match="stand in"):
            change(asset, cara, deputy=farah, group=ward, share_with="group")

    def test_nobody_whose_way_into_the_group_is_switched_off(self, asset, riverside, cara, farah):
        group = Group.objects.create(name="Pharmacists", organisation=None)
        GroupMembership.objects.create(group=group, person=farah, membership=as_member(farah))
        Asset.objects.update(reach=Reach.GROUP, share_with=Reach.GROUP, group=group)
        asset.refresh_from_db()
        with pytest.raises(Refusal, match="stand in"):
            change(asset, cara, deputy=farah, group=group, share_with="group")
        Organisation.objects.filter(pk=riverside.pk).update(lends_members=True)
        assert change(asset, cara, deputy=farah, group=group, share_with="group").deputy == farah

    def test_who_stands_in_keeps_it(self, asset, cara, sam):
        change(asset, cara, deputy=sam, review_on=timezone.localdate())
        asset.refresh_from_db()
        assert assets.keep_asset(asset, by=as_member(sam), at=NOON, seen=asset.review_on).review_on > NOON.date()

    def test_who_takes_it_no_longer_stands_in(self, asset, cara, farah):
        change(asset, cara, deputy=farah)
        taken = assets.take_asset(asset, by=as_member(farah), at=NOON)
        assert (taken.owner, taken.deputy) == (farah, None)

    def test_by_the_form(self, asset, cara, farah, as_):
        page = as_(cara).get(url(asset, "edit/")).text
        assert "Who stands in?" in page
        typed = {**WORDS, "share_with": "organisation", "version": asset.version, "deputy": farah.pk, "review_on": ""}
        assert as_(cara).post(url(asset, "edit/"), typed).status_code == 302
        assert "Farah Siddiqui stands in" in tidy(as_(cara).get(url(asset)).text)


class TestPaper:
    def test_it_is_asked_for_once(self, asset, cara, sam, as_):
        first = asset_steps.request_asset_pdf(asset, by=as_member(cara), at=NOON)
        assert asset_steps.request_asset_pdf(asset, by=as_member(cara), at=NOON) == first
        assert asset_steps.request_asset_pdf(asset, by=as_member(sam), at=NOON) != first
        assert Job.objects.filter(function="lessons.tasks.asset_pdf").count() == 2

    @pytest.mark.pdf
    @pytest.mark.drawn
    def test_tagged_and_each_reader_gets_what_they_may_read(self, asset, cara, reza, farah, riverside, claimed):
        ward = Group.objects.create(organisation=riverside, name="Ward 6", kind=Group.Kind.UNIT)
        join_group(ward, cara)
        secret = validate(claimed(title="For the ward", facts={"group": ward}), farah, share_with="group", group=ward)
        assets.add_part(asset, by=as_member(cara), at=NOON, kind="lesson", lesson=secret)
        papers = [PdfReader(io.BytesIO(asset_as_pdf(asset, as_member(one)))) for one in (cara, reza)]
        texts = ["".join(page.extract_text() for page in paper.pages) for paper in papers]
        assert "/StructTreeRoot" in papers[0].trailer["/Root"]
        assert "For the ward" in texts[0]
        assert "For the ward" not in texts[1]

    @pytest.mark.pdf
    @pytest.mark.drawn
    def test_hostile_words_keep_inside_the_margins(self, riverside, cara):
        words = {"title": LONG[:180], "purpose": HOSTILE[0], "text": "\n\n".join(HOSTILE)}
        made = assets.start_asset(riverside, by=as_member(cara), at=NOON, words=words)
        link = {"kind": "link", "url": f"https://x.example/{'a' * 300}", "title": LONG[:180], "note": LONG[:300]}
        assets.add_part(made, by=as_member(cara), at=NOON, **link)
        document = pdf.laid_out(render_to_string("pdf/asset.html", asset_values(made, as_member(cara))))
        paper = Paper(document, PdfReader(io.BytesIO(pdf.written(document))))
        assert outside(paper) == []
        assert boxes_without_letters(paper) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda c: c["steps"].reverse(), "numbered from 1 to 10"),
        (lambda c: c["steps"][1].update(name=c["steps"][0]["name"]), "stands here twice."),
        (lambda c: c["steps"][0].update(how="think"), "full sentences"),
        (lambda c: c["steps"][0].update(check="It is so."), "A check is a question."),
        (lambda c: c["sources"].append("Z9"), "There is no source with the mark “Z9”."),
    ],
)
def test_a_broken_guide_is_refused(spoil, change, expected):  # noqa: F811
    file = spoil(FILE.parent, FILE.name, change) / FILE.name
    assert any(expected in sentence for sentence in sentences_of(lambda: lessons.asset_steps.read(file)))


def test_who_was_removed_stands_in_no_more_where_it_is_changed(asset, cara, farah):
    change(asset, cara, deputy=farah)
    Membership.objects.filter(person=farah).update(left_at=NOON)
    asset.refresh_from_db()
    kept = assets.write_asset(
        asset, by=as_member(cara), at=NOON, seen=asset.version, words={**WORDS, "title": "Bags again"}, deputy=farah
    )
    assert kept.title == "Bags again"
