"""Files and pictures of a knowledge asset: put in by its page, looked at by content, read with the asset."""

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile

from attachments.inspection import check_file
from attachments.models import StoredFile
from kmportal.lib.exceptions import Refusal
from lessons.actions import asset_files, assets
from lessons.models import Asset, AssetPart
from organisations.models import AuditEntry
from tests.attachments.samples import m4a, picture
from tests.cast import as_member
from tests.markup import tidy

from .conftest import NOON

WORDS = {"title": "Medicines on admission", "purpose": "Clerks at ten at night", "text": "Ask which ones."}
PICTURE = check_file("bags.png", picture())

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(riverside, cara) -> Asset:
    return assets.start_asset(riverside, by=as_member(cara), at=NOON, words=WORDS)


def test_put_in_by_its_page_and_taken_out_again(draft, cara, reza, oskar, as_):
    page = f"{draft.get_absolute_url()}parts/new/"
    sent = {"kind": "file", "note": "Two bags on a trolley", "lesson": "", "person": "", "url": "", "title": ""}
    assert as_(cara).post(page, sent).status_code == 422  # no file
    other = as_(cara).post(page, {**sent, "kind": "link", "uploads": SimpleUploadedFile("a.png", picture())})
    assert other.status_code == 422
    assert "Say that it is one" in other.text
    bad = as_(cara).post(page, {**sent, "uploads": SimpleUploadedFile("a.png", b"<script>alert(1)</script>")})
    assert bad.status_code == 422
    assert not AssetPart.objects.exists()
    for _ in range(2):  # the same file again is there already
        as_(cara).post(page, {**sent, "uploads": SimpleUploadedFile("bags.png", picture())})
    part = AssetPart.objects.get()
    shown = tidy(as_(cara).get(draft.get_absolute_url()).text)
    small = f"/o/riverside/lessons/assets/files/{part.pk}/small/"
    assert f'src="{small}" alt="Two bags on a trolley"' in shown
    assert as_(cara).get(small).status_code == 200
    for person in (reza, oskar):  # a draft is its author's
        assert as_(person).get(small).status_code == 404
    assets.publish_asset(Asset.objects.get(), by=as_member(cara), at=NOON)
    assert as_(reza).get(small).status_code == 200
    as_(cara).post(f"/o/riverside/lessons/assets/parts/{part.pk}/away/")
    assert not AssetPart.objects.exists()
    assert not StoredFile.objects.exists()


def test_the_same_file_again_takes_a_note_and_is_refused_without_one(draft, cara):
    by = {"by": as_member(cara), "at": NOON, "files": [PICTURE]}
    asset_files.add_files(draft, **by)
    for _ in range(2):  # pressed twice, it says the same
        [part] = asset_files.add_files(draft, note="Two bags on a trolley", **by)
    assert AssetPart.objects.get().note == part.note == "Two bags on a trolley"
    assert AuditEntry.objects.filter(event="asset.parts_changed").count() == 2
    with pytest.raises(Refusal, match="in it already"):
        asset_files.add_files(draft, **by)


def test_on_paper_pictures_are_there_at_once_and_recordings_are_named(draft, cara, as_):
    asset_files.add_files(draft, by=as_member(cara), at=NOON, files=[PICTURE, check_file("round.m4a", m4a())])
    page, paper = (as_(cara).get(f"{draft.get_absolute_url()}{end}").text for end in ("", "print/"))
    assert "<audio" in page
    assert 'loading="lazy"' in page
    assert "<audio" not in paper
    assert 'loading="lazy"' not in paper
    assert "A recording. It can be heard" in paper


def test_who_may_not_write_it_puts_none_in_and_five_are_enough(draft, cara, sam):
    with pytest.raises(PermissionDenied):
        asset_files.add_files(draft, by=as_member(sam), at=NOON, files=[PICTURE])
    notes = [check_file(f"{number}.txt", f"Ring {number}.".encode()) for number in range(6)]
    with pytest.raises(Refusal, match="5 files"):
        asset_files.add_files(draft, by=as_member(cara), at=NOON, files=notes)
    with pytest.raises(Refusal, match="Choose a file"):
        asset_files.add_files(draft, by=as_member(cara), at=NOON, files=[])
    asset_files.add_files(draft, by=as_member(cara), at=NOON, files=[PICTURE])
    assets.discard_asset(draft, by=as_member(cara), at=NOON)
    assert not StoredFile.objects.exists()
