"""Pictures, sound and documents of lessons: who sees them, which version they belong to, and how they go."""

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from attachments.forms import AGAIN, TELLS_NOTHING
from attachments.inspection import check_file
from attachments.models import FileContent, StoredFile
from kmportal.lib.exceptions import Refusal, Stale
from lessons.actions import files, review, versions, writing
from lessons.models import Lesson, LessonFile
from organisations.actions import create_access_token
from tests.attachments.samples import PDF, photo, picture, wav
from tests.cast import as_member
from tests.markup import tidy

from .conftest import NOON, WORDS, validate

PICTURE, NOTE, PLAN = (
    check_file("bags.png", picture()),
    check_file("What I say.wav", wav()),
    check_file("plan.pdf", PDF),
)


FACTS = {"kind": "lesson", "share_with": "organisation"}


def sent(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


@pytest.fixture
def shown(draft, cara) -> Lesson:
    """Cara’s draft with a picture and a voice note."""
    lesson = draft()
    return writing.write_lesson(
        lesson, by=as_member(cara), at=NOON, seen=1, words={}, files=[PICTURE, NOTE], telling="Two bags, one label"
    )


def file_of(lesson: Lesson, name: str) -> LessonFile:
    return lesson.attached.get(file__name=name)


def url_of(lesson: Lesson, name: str, place: str = "riverside") -> str:
    return f"/o/{place}/lessons/files/{file_of(lesson, name).pk}/"


class TestLogging:
    def test_a_picture_of_the_telephone_comes_with_the_words(self, cara, as_):
        browser = as_(cara)
        page = browser.get("/o/riverside/lessons/new/")
        assert 'capture="environment"' in page.text
        assert "microphone=(self)" in page["Permissions-Policy"]
        browser.post(
            "/o/riverside/lessons/new/",
            {**FACTS, "happened": "It fell", "photo": sent("IMG_1.jpg", photo()), "telling": "A bag", "then": "keep"},
        )
        lesson = Lesson.objects.get()
        assert [(one.file.name, one.tells) for one in lesson.attached.all()] == [("IMG_1.jpg", "A bag")]
        assert lesson.words.files_told == "IMG_1.jpg: A bag"
        page = tidy(browser.get(lesson.get_absolute_url()).text)
        assert 'alt="A bag"' in page
        assert "Telephone Maker" not in str(bytes(FileContent.objects.first().content))

    def test_a_voice_note_is_enough_for_a_draft(self, cara, as_):
        as_(cara).post("/o/riverside/lessons/new/", {**FACTS, "uploads": [sent("a.wav", wav())], "then": "keep"})
        lesson = Lesson.objects.get()
        page = tidy(as_(cara).get(lesson.get_absolute_url()).text)
        assert "<audio controls" in page
        assert "Say what the files show" in page

    def test_but_not_to_send_it(self, cara, as_):
        page = as_(cara).post("/o/riverside/lessons/new/", {**FACTS, "uploads": [sent("a.wav", wav())], "then": "send"})
        assert page.status_code == 422
        assert "Say what happened" in page.text
        assert AGAIN in page.text

    def test_a_bad_file_loses_no_word(self, cara, as_):
        typed = {"happened": "One label fell off", "uploads": [sent("a.exe", b"MZ")], "then": "keep"}
        page = as_(cara).post("/o/riverside/lessons/new/", typed)
        assert page.status_code == 422
        assert "of a kind that cannot be attached" in page.text
        assert "One label fell off" in page.text
        assert not Lesson.objects.exists()

    def test_the_same_form_twice_keeps_them_once(self, cara, as_):
        once = "11111111-1111-4111-8111-111111111111"
        for _ in range(2):
            form = {**FACTS, "happened": "A", "uploads": [sent("a.pdf", PDF)], "once": once, "then": "keep"}
            as_(cara).post("/o/riverside/lessons/new/", form)
        assert StoredFile.objects.count() == 1

    def test_autosave_leaves_them_alone(self, shown, cara, as_):
        typed = {**WORDS, "why": "Else", "version": shown.version, "kind": "lesson", "share_with": "organisation"}
        page = as_(cara).post(f"{shown.get_absolute_url()}edit/", typed, headers={"Autosave": "1"})
        assert page.status_code == 200, page.text
        assert shown.attached.count() == 2

    def test_before_it_is_sent_words_are_asked_for(self, draft, cara, as_):
        lesson = draft()
        files.change_files(lesson, by=as_member(cara), at=NOON, seen=1, tells={}, files=[NOTE])
        page = tidy(as_(cara).get(f"{lesson.get_absolute_url()}send/").text)
        assert "Say in a few words what What I say.wav says, for those who cannot hear it." in page


class TestReaders:
    @pytest.mark.parametrize("name", ["bags.png", "What I say.wav"])
    def test_a_draft_is_for_its_author_alone(self, shown, name, cara, farah, ada, oskar, as_):
        assert as_(cara).get(url_of(shown, name)).status_code == 200
        for person in (farah, ada, oskar):
            assert as_(person).get(url_of(shown, name)).status_code == 404
        assert as_(oskar).get(url_of(shown, name, "hillside")).status_code == 404

    def test_taken_back_it_is_out_of_sight_again(self, shown, cara, farah, as_):
        writing.submit_lesson(shown, by=as_member(cara), at=NOON)
        assert as_(farah).get(f"{url_of(shown, 'bags.png')}small/").status_code == 200
        writing.withdraw_lesson(shown, by=as_member(cara), at=NOON)
        assert as_(farah).get(f"{url_of(shown, 'bags.png')}small/").status_code == 404

    def test_sound_has_no_small_version_and_is_only_ever_saved(self, shown, cara, as_):
        assert as_(cara).get(f"{url_of(shown, 'What I say.wav')}small/").status_code == 404
        page = as_(cara).get(url_of(shown, "What I say.wav"), headers={"Range": "bytes=0-3"})
        assert (page.status_code, page.content) == (206, b"RIFF")
        assert page["Content-Disposition"].startswith("attachment")

    def test_whoever_checks_sees_them(self, shown, cara, farah, as_):
        writing.submit_lesson(shown, by=as_member(cara), at=NOON)
        review.claim_lesson(shown, by=as_member(farah), at=NOON)
        assert 'alt="Two bags, one label"' in tidy(as_(farah).get(f"{shown.get_absolute_url()}check/").text)

    def test_a_deleted_draft_leaves_nothing(self, shown, cara):
        writing.discard_lesson(shown, by=as_member(cara), at=NOON)
        assert not StoredFile.objects.exists()
        assert not FileContent.objects.exists()


class TestVersions:
    @pytest.fixture
    def checked(self, shown, cara, farah) -> Lesson:
        writing.submit_lesson(shown, by=as_member(cara), at=NOON)
        review.claim_lesson(shown, by=as_member(farah), at=NOON)
        return validate(shown, farah)

    def test_a_file_after_the_check_is_looked_at_again(self, checked, cara, farah, as_):
        assert not checked.changed_since_validation
        before = checked.version
        files.change_files(
            checked,
            by=as_member(cara),
            at=NOON,
            seen=before,
            tells={},
            files=[PLAN],
            without=[checked.attached.first().pk],
        )
        assert checked.changed_since_validation
        page = tidy(as_(farah).get(f"{checked.get_absolute_url()}changes/").text)
        assert "Files and pictures" in page
        assert "plan.pdf" in page
        assert "bags.png" in page  # its name is told; it is gone
        assert not StoredFile.objects.filter(name="bags.png").exists()
        history = as_(cara).get(checked.get_absolute_url()).text
        assert "Changed by Cara Doyle, version 2" in history
        review.confirm_change(checked, by=as_member(farah), at=NOON, read=checked.revision_id)
        assert not checked.changed_since_validation

    def test_other_words_keep_them(self, checked, cara):
        writing.write_lesson(checked, by=as_member(cara), at=NOON, seen=checked.version, words={"why": "Else"})
        assert checked.words.files_told == "bags.png: Two bags, one label\nWhat I say.wav: Two bags, one label"

    def test_another_file_of_the_same_name_is_not_checked(self, checked, cara, farah, as_):
        before, swapped = checked.words.number, check_file("bags.png", picture(size=(30, 20)))
        gone = file_of(checked, "bags.png")
        files.change_files(
            checked, by=as_member(cara), at=NOON, seen=checked.version, tells={}, without=[gone.pk], files=[swapped],
            telling=gone.tells,
        )  # fmt: skip
        assert checked.changed_since_validation
        page = tidy(as_(farah).get(f"{checked.get_absolute_url()}versions/").text)
        assert "another file of this name" in page
        assert swapped.digest[:12] not in page
        versions.restore_revision(checked, by=as_member(cara), at=NOON, seen=checked.version, number=before)
        writing.write_lesson(checked, by=as_member(cara), at=NOON, seen=checked.version, words={"why": "Else"})
        versions.restore_revision(checked, by=as_member(cara), at=NOON, seen=checked.version, number=before)
        assert checked.changed_since_validation
        assert swapped.digest[:12] in checked.words.files

    def test_the_same_again_changes_nothing(self, checked, cara):
        one = file_of(checked, "bags.png")
        before = checked.version
        files.change_files(
            checked, by=as_member(cara), at=NOON, seen=1, tells={one.pk: one.tells}, files=[PICTURE], without=[999]
        )
        assert checked.version == before

    def test_whoever_saves_second_is_told(self, checked, cara):
        one = file_of(checked, "bags.png")
        with pytest.raises(Stale):
            files.change_files(checked, by=as_member(cara), at=NOON, seen=1, tells={one.pk: "Else"})

    def test_six_are_too_many(self, shown, cara):
        more = [check_file(f"{n}.pdf", PDF + str(n).encode() + b"%%EOF") for n in range(4)]
        with pytest.raises(Refusal, match="At most 5"):
            files.change_files(shown, by=as_member(cara), at=NOON, seen=shown.version, tells={}, files=more)
        assert shown.attached.count() == 2

    def test_nobody_else_changes_them(self, shown, reza, lena):
        with pytest.raises(PermissionDenied):
            files.change_files(shown, by=as_member(reza), at=NOON, seen=1, tells={})
        with pytest.raises(Refusal):
            files.change_files(shown, by=as_member(lena), at=NOON, seen=1, tells={})


class TestPage:
    def test_saying_what_each_shows(self, shown, cara, as_):
        bags, note = file_of(shown, "bags.png"), file_of(shown, "What I say.wav")
        typed = {"version": shown.version, f"tells-{bags.pk}": "Bags", "without": [note.pk]}
        page = as_(cara).post(f"{shown.get_absolute_url()}files/", typed)
        assert page.status_code == 302, page.text
        assert [one.tells for one in shown.attached.all()] == ["Bags"]
        again = as_(cara).post(f"{shown.get_absolute_url()}files/", typed)
        assert again.status_code == 302  # the button was pressed twice

    def test_two_windows_show_both(self, shown, cara, as_):
        bags = file_of(shown, "bags.png")
        for words, status in (("Bags", 302), ("Two bags", 422)):
            typed = {"version": shown.version, f"tells-{bags.pk}": words}
            assert as_(cara).post(f"{shown.get_absolute_url()}files/", typed).status_code == status

    def test_a_name_in_it_is_asked_about(self, shown, cara, as_):
        bags = file_of(shown, "bags.png")
        typed = {"version": shown.version, f"tells-{bags.pk}": "Ring 07700 900123"}
        page = as_(cara).post(f"{shown.get_absolute_url()}files/", typed)
        assert "07700 900123” looks like a telephone number" in page.text
        assert page.status_code == 422

    def test_others_have_no_such_page(self, shown, farah, as_):
        assert as_(farah).get(f"{shown.get_absolute_url()}files/").status_code == 404


def test_the_api_names_them(shown, cara):
    secret = create_access_token(cara, by=cara, at=timezone.now(), name="Tests", scope="read", days=30)
    page = Client().get(f"/api/v1/riverside/lessons/{shown.pk}/", headers={"Authorization": f"Bearer {secret}"})
    found = page.json()["files"]
    assert [(one["name"], one["tells"]) for one in found] == [
        ("bags.png", "Two bags, one label"),
        ("What I say.wav", "Two bags, one label"),
    ]
    assert found[0]["url"].endswith(url_of(shown, "bags.png"))


@pytest.mark.parametrize("then", ["send", "keep"])
def test_what_is_said_of_no_file_is_not_swallowed(cara, as_, then):
    words = {"happened": "It came late.", "then_do": "ask at ten.", "telling": "Ask pharmacy by ten", "then": then}
    answer = as_(cara).post("/o/riverside/lessons/new/", {**FACTS, **words})
    assert answer.status_code == 422
    assert TELLS_NOTHING in answer.text
    assert "Ask pharmacy by ten" in answer.text
    assert not Lesson.objects.exists()
    kept = as_(cara).post("/o/riverside/lessons/new/", {**FACTS, **words}, headers={"Autosave": "1"})
    assert kept.status_code == 200
    assert Lesson.objects.get().words.happened == "It came late."


def test_nor_where_files_are_changed(shown, cara, as_):
    url = f"/o/riverside/lessons/{shown.pk}/files/"
    answer = as_(cara).post(url, {"version": shown.version, "telling": "Two more bags"})
    assert answer.status_code == 422
    assert TELLS_NOTHING in answer.text
