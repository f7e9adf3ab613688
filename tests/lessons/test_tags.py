"""Tags that are looked after: other names, another in their place, out of use and back; and where old names lead."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kmportal.lib.exceptions import Refusal
from lessons.actions import follows, tags, writing
from lessons.importing.batches import BatchWriter
from lessons.models import Follow, Lesson, Tag
from lessons.tagging import file_under_tags
from organisations.models import AuditEntry
from tests.cast import as_member
from tests.lessons.conftest import NOON, validate

pytestmark = pytest.mark.django_db
LIST = "/o/riverside/lessons/tags/"


@pytest.fixture
def lesson(claimed, farah):
    return validate(claimed(), farah, tags=["discharge", "pharmacy"])


def tag(name):
    return Tag.ever_used.get(name=name)


def names(lesson):
    return sorted(one.name for one in lesson.tags.all())


class TestAnotherInItsPlace:
    def test_lessons_get_it_and_the_old_name_means_it(self, lesson, claimed, farah, as_, reza):
        other = validate(claimed(title="Beds"), farah, tags=["going home"])
        tags.replace_tag(tag("discharge"), by=as_member(farah), at=NOON, name="Going  home")
        assert names(lesson) == ["going home", "pharmacy"]
        file_under_tags(other, ["Discharge", "beds"])
        assert names(other) == ["beds", "going home"]
        old, new = tag("discharge").pk, tag("going home").pk
        assert as_(reza).get(f"/o/riverside/lessons/?tag={old}").url == f"/o/riverside/lessons/?tag={new}"
        assert as_(reza).get("/o/riverside/lessons/?q=%22discharge%22").url == f"/o/riverside/lessons/?tag={new}"
        page = as_(reza).get(f"/o/riverside/lessons/?tag={new}").text
        assert '<data value="2">' in page
        assert "with the tag “going home”" in page
        assert f"/lessons/{lesson.pk}/" in as_(reza).get("/o/riverside/lessons/?q=going+home").text
        assert AuditEntry.objects.filter(event="tag.replaced").count() == 1

    def test_whoever_followed_it_follows_the_other_one(self, lesson, farah, reza, cara):
        Tag.objects.create(organisation=lesson.organisation, name="home")
        follows.follow_tag(tag("discharge"), by=as_member(reza), at=NOON)
        for name, how in (("discharge", "at-once"), ("home", "digest")):
            follows.follow_tag(tag(name), by=as_member(cara), at=NOON, how=how)
        tags.replace_tag(tag("discharge"), by=as_member(farah), at=NOON, name="home")
        rows = Follow.objects.values_list("membership__person", "tag", "key")
        assert sorted(rows) == sorted((one.pk, tag("home").pk, str(tag("home").pk)) for one in (reza, cara))
        assert Follow.objects.get(membership__person=cara).how == "at-once"

    def test_called_again_as_before_what_led_to_that_name_leads_to_it(self, lesson, farah):
        by = {"by": as_member(farah), "at": NOON}
        Tag.objects.create(organisation=lesson.organisation, name="leaving")
        tags.replace_tag(tag("leaving"), name="discharge", **by)
        row = tags.rename_tag(tag("discharge"), name="going home", **by)
        Tag.ever_used.filter(name="leaving").update(replaced_by=tag("discharge"))
        tags.rename_tag(row, name="discharge", **by)
        assert tag("leaving").replaced_by == tag("discharge") == row

    def test_twice_is_once_and_not_by_itself_or_nothing(self, lesson, farah):
        by = as_member(farah)
        for name in ("nothing like it", "discharge"):
            with pytest.raises(Refusal):
                tags.replace_tag(tag("discharge"), by=by, at=NOON, name=name)
        for _ in range(2):
            tags.replace_tag(tag("discharge"), by=by, at=NOON, name="pharmacy")
        with pytest.raises(Refusal):
            tags.replace_tag(tag("pharmacy"), by=by, at=NOON, name="discharge")
        assert AuditEntry.objects.filter(event="tag.replaced").count() == 1

    def test_several_lead_on_to_the_last(self, lesson, farah):
        by = as_member(farah)
        Tag.objects.create(organisation=lesson.organisation, name="home")
        tags.replace_tag(tag("discharge"), by=by, at=NOON, name="pharmacy")
        tags.replace_tag(tag("pharmacy"), by=by, at=NOON, name="home")
        file_under_tags(lesson, ["discharge"])
        assert names(lesson) == ["home"]

    def test_back_again(self, lesson, farah):
        tags.replace_tag(tag("discharge"), by=as_member(farah), at=NOON, name="pharmacy")
        tags.restore_tag(tag("discharge"), by=as_member(farah), at=NOON)
        assert names(lesson) == ["discharge", "pharmacy"]


class TestNameAndUse:
    def test_another_name_and_the_old_one_still_means_it(self, lesson, farah, as_):
        tags.rename_tag(tag("discharge"), by=as_member(farah), at=NOON, name="Going home")
        assert names(lesson) == ["Going home", "pharmacy"]
        file_under_tags(lesson, ["discharge"])
        assert names(lesson) == ["Going home"]
        with pytest.raises(Refusal, match="already"):
            tags.rename_tag(tag("Going home"), by=as_member(farah), at=NOON, name="Pharmacy")
        tags.rename_tag(tag("Going home"), by=as_member(farah), at=NOON, name="discharge")
        file_under_tags(lesson, ["going home"])
        assert names(lesson) == ["discharge"]

    def test_out_of_use_nobody_sees_it_and_it_comes_back(self, lesson, farah, cara, as_):
        tags.retire_tag(tag("discharge"), by=as_member(farah), at=NOON)
        assert names(lesson) == ["pharmacy"]
        assert "discharge" not in as_(cara).get(f"/o/riverside/lessons/{lesson.pk}/").text
        with pytest.raises(Refusal, match="not used any more"):
            writing.write_lesson(
                lesson, by=as_member(cara), at=NOON, seen=Lesson.objects.get().version, words={}, tags=["Discharge"]
            )
        assert as_(cara).get(f"/o/riverside/lessons/?tag={tag('discharge').pk}").status_code == 302
        with pytest.raises(Refusal):
            follows.follow_tag(tag("discharge"), by=as_member(cara), at=NOON)
        tags.restore_tag(tag("discharge"), by=as_member(farah), at=NOON)
        assert names(lesson) == ["discharge", "pharmacy"]

    def test_only_who_curates(self, lesson, cara, reza):
        for person in (cara, reza):
            with pytest.raises(PermissionDenied):
                tags.retire_tag(tag("discharge"), by=as_member(person), at=NOON)


class TestPages:
    def test_numbers_open_their_lists(self, lesson, farah, as_):
        Tag.objects.create(organisation=lesson.organisation, name="discharges")
        page = as_(farah).get(LIST).text
        assert f"/lessons/?tag={tag('discharge').pk}" in page
        assert "Perhaps the same" in page
        one = f"{LIST}{tag('discharge').pk}/"
        assert as_(farah).post(one, {"do": "rename", "rename-name": " "}).status_code == 422
        assert as_(farah).post(one, {"do": "replace", "replace-name": "no such"}).status_code == 422
        answer = as_(farah).post(one, {"do": "replace", "replace-name": "discharges"})
        assert answer.url == f"{LIST}{tag('discharges').pk}/"
        assert "Now: discharges" in as_(farah).get(f"{LIST}?which=retired").text
        as_(farah).post(f"{one}restore/")
        as_(farah).post(f"{one}retire/")
        assert tag("discharge").retired_at is not None

    def test_as_many_queries_for_one_as_for_many(self, lesson, farah, as_):
        client = as_(farah)
        client.get(LIST)
        with CaptureQueriesContext(connection) as few:
            client.get(LIST)
        for number in range(20):
            Tag.objects.create(organisation=lesson.organisation, name=f"word {number}")
        with CaptureQueriesContext(connection) as many:
            client.get(LIST)
        assert len(many) == len(few)

    def test_of_another_organisation_it_is_not_there(self, lesson, hillside, farah, as_):
        other = Tag.objects.create(organisation=hillside, name="theirs")
        assert as_(farah).get(f"{LIST}{other.pk}/").status_code == 404
        assert "with the tag" not in as_(farah).get(f"/o/riverside/lessons/?tag={other.pk}").text
        assert as_(farah).get("/o/riverside/lessons/?tag=99999999999999999999").status_code == 200


def test_lessons_to_mend_stand_in_lists_with_their_numbers(lesson, claimed, farah, cara, as_):
    bare = validate(claimed(title="No tag"), farah)
    Lesson.objects.filter(pk=bare.pk).update(contact="", flags=["letters"])
    tags.retire_tag(tag("discharge"), by=as_member(farah), at=NOON)
    tags.retire_tag(tag("pharmacy"), by=as_member(farah), at=NOON)
    url = "/o/riverside/lessons/to-mend/"
    for which, found in {"text": [], "contact": [bare], "tag": [bare, lesson], "damage": [bare]}.items():
        page = as_(farah).get(f"{url}?which={which}").text
        assert [one for one in (bare, lesson) if f"/lessons/{one.pk}/edit/" in page] == found
    assert "Some letters were damaged" in page
    assert as_(cara).get(url).status_code == 403
    assert as_(farah).get(f"{url}?which=nonsense&page=99").status_code == 200


def test_what_is_brought_in_gets_what_a_name_means_today(lesson, farah, riverside):
    tags.replace_tag(tag("discharge"), by=as_member(farah), at=NOON, name="pharmacy")
    writer = BatchWriter.__new__(BatchWriter)
    writer.run, writer.tags = type("Run", (), {"organisation_id": riverside.pk, "organisation": riverside}), {}
    standing = type("Standing", (), {"tags": ("Discharge", "pharmacy", "new")})
    writer._make_tags([standing])
    assert writer._names_of(standing) == ["pharmacy", "new"]
