"""Files and pictures in posts: who reads them, what comes back, and what is refused without losing a word."""

from datetime import timedelta
from urllib.parse import urljoin
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attachments import storing
from attachments.forms import AGAIN
from attachments.inspection import check_file
from attachments.models import FileContent, StoredFile
from communities.actions import people, talk
from communities.models import Post, PostFile, PostRevision, Thread
from jobs.backups import checksums
from kmportal.lib.exceptions import Refusal, Stale
from organisations.visibility import Reach
from tests.attachments.samples import HTML, PDF, photo, picture
from tests.cast import as_member
from tests.communities.conftest import NOON
from tests.markup import tidy
from tests.test_once import hidden_of

PLAN, PICTURE = check_file("plan.pdf", PDF), check_file("bags.png", picture())


def sent(name: str = "plan.pdf", content: bytes = PDF, kind: str = "application/pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, kind)


@pytest.fixture
def url(thread) -> str:
    return f"/o/riverside/communities/talk/{thread.pk}/"


@pytest.fixture
def post(thread, farah) -> Post:
    """Farah’s, with a plan and a picture."""
    return talk.write_post(thread, by=as_member(farah), at=NOON, text="The porters do.", files=[PLAN, PICTURE])


def file_of(post: Post, name: str) -> str:
    return f"/o/riverside/communities/files/{post.attached.get(file__name=name).pk}/"


class TestAttaching:
    def test_they_are_found_by_their_names(self, post, cara, sam, as_):
        address = "/o/riverside/search/?q=plan.pdf"
        assert post.thread.title in as_(cara).get(address).text
        assert post.thread.title not in as_(sam).get(address).text
        plan = post.attached.get(file__name="plan.pdf")
        talk.change_post(post, by=as_member(post.author), at=NOON, seen=post.version, text="No.", without=[plan.pk])
        assert post.thread.title not in as_(cara).get(address).text

    def test_files_come_with_an_answer(self, url, farah, reza, as_):
        page = as_(farah).post(url, {"text": "Look", "uploads": [sent(), sent("bags.png", picture(), "image/png")]})
        assert page.status_code == 302
        plan, bags = (one.file for one in PostFile.objects.select_related("file"))
        assert (plan.name, plan.kind, plan.size, plan.uploaded_by) == ("plan.pdf", "pdf", len(PDF), farah)
        assert (bags.name, bags.kind, bags.small_width, bags.small_height) == ("bags.png", "png", 40, 30)
        shown = tidy(as_(reza).get(url).text)
        assert 'alt="bags.png"' in shown
        assert "plan.pdf" in shown
        assert f"PDF, {len(PDF)}" in shown

    def test_and_with_a_new_question(self, community, farah, as_):
        words = {"kind": "question", "title": "Who?", "text": "Look at the plan", "reach": "group"}
        as_(farah).post(f"/o/riverside/communities/{community.pk}/talk/new/", {**words, "uploads": [sent()]})
        assert StoredFile.objects.get().organisation == community.organisation
        assert PostFile.objects.get().post.thread.title == "Who?"

    def test_the_name_is_cleaned(self, url, farah, as_):
        as_(farah).post(url, {"text": "Look", "uploads": [sent("..\\ward\u202efdp.exe")]})
        assert StoredFile.objects.get().name == "wardfdp.pdf"

    def test_the_same_form_twice_keeps_them_once(self, url, farah, as_):
        browser = as_(farah)
        hidden = hidden_of(browser.get(url).text)
        for _ in range(2):
            assert browser.post(url, {**hidden, "text": "Look", "uploads": [sent()]}).status_code == 302
        assert StoredFile.objects.count() == 1
        browser.post(url, {**hidden, "text": "Look", "uploads": [sent(content=b"%PDF-another" + PDF)]})
        assert StoredFile.objects.count() == 2

    def test_the_same_key_answers_the_same_post(self, thread, farah):
        key = uuid4()
        first, second = (
            talk.write_post(thread, by=as_member(farah), at=NOON, text="Look", files=[PLAN], once=key) for _ in range(2)
        )
        assert first == second
        assert first.attached.count() == 1

    def test_one_chosen_twice_is_there_once(self, thread, farah):
        post = talk.write_post(thread, by=as_member(farah), at=NOON, text="Look", files=[PLAN, PLAN])
        assert post.attached.count() == 1

    def test_so_many_a_day_and_no_more(self, thread, farah, monkeypatch):
        monkeypatch.setattr(storing, "MOST_A_DAY", 2 * len(PDF) + 20)
        for number in range(2):
            talk.write_post(
                thread, by=as_member(farah), at=NOON, text="Look", files=[check_file("a.pdf", PDF + b"%d" % number)]
            )
        another = [check_file("a.pdf", PDF + b"another, longer one")]
        with pytest.raises(Refusal, match="within a day"):
            talk.write_post(thread, by=as_member(farah), at=NOON, text="Look", files=another)
        tomorrow = NOON + timedelta(days=1, seconds=1)
        assert talk.write_post(thread, by=as_member(farah), at=tomorrow, text="Look", files=another)
        assert talk.write_post(thread, by=as_member(farah), at=NOON, text="Words are free")


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("name", "content", "words"),
        [
            ("a.png", HTML, "kind that cannot be attached"),
            ("a.jpg", photo()[:-200], "damaged, or no picture"),
            ("a.pdf", b"", "is empty"),
            ("a.pdf", PDF + b"\0" * 6 * 1024 * 1024, "larger than 5 MB"),
        ],
    )
    def test_nothing_typed_is_lost(self, url, farah, as_, name, content, words):
        page = as_(farah).post(url, {"text": "What I wrote", "uploads": [sent(), sent(name, content)]})
        assert page.status_code == 422
        shown = tidy(page.text)
        assert words in shown
        assert "What I wrote" in shown
        assert AGAIN in shown
        assert not StoredFile.objects.exists()

    def test_six_are_too_many(self, url, farah, as_):
        page = as_(farah).post(url, {"text": "What I wrote", "uploads": [sent(content=PDF) for _ in range(6)]})
        assert "You chose 6 files. At most 5" in tidy(page.text)

    def test_whoever_made_another_mistake_is_told_to_choose_them_again(self, url, farah, as_):
        page = as_(farah).post(url, {"text": "", "uploads": [sent()]})
        assert AGAIN in tidy(page.text)
        assert AGAIN not in tidy(as_(farah).post(url, {"text": ""}).text)

    def test_and_whoever_the_action_refuses(self, url, thread, farah, as_, monkeypatch):
        monkeypatch.setattr(talk, "MOST_POSTS", 0)
        page = as_(farah).post(url, {"text": "What I wrote", "uploads": [sent()]})
        shown = tidy(page.text)
        assert "within a minute" in shown
        assert AGAIN in shown
        assert "What I wrote" in shown

    def test_from_whoever_may_not_write_nothing_is_looked_at(self, url, thread, post, sam, as_, monkeypatch):
        """Drawing pictures is work, and one at a time."""
        Thread.objects.update(reach=Reach.ORGANISATION)
        monkeypatch.setattr("attachments.forms.check_file", lambda *of: pytest.fail("A file was looked at."))
        browser = as_(sam)
        assert browser.get(url).status_code == 200
        files = {"text": "Look", "uploads": [sent()]}
        for address in (url, f"../../{thread.community_id}/talk/new/", f"../../posts/{post.pk}/edit/"):
            assert browser.post(urljoin(url, address), files).status_code == 403

    def test_more_than_any_form_could_hold(self, url, farah, as_, settings):
        settings.UPLOAD_LIMIT = 1_000
        page = as_(farah).post(url, {"text": "Look", "uploads": [sent(content=PDF + b"\0" * 2_000_000)]})
        assert page.status_code == 413
        assert "larger than the portal takes" in tidy(page.text)


class TestReading:
    def test_a_document_is_saved_and_never_shown(self, post, reza, as_):
        answer = as_(reza).get(file_of(post, "plan.pdf"))
        assert answer.content == PDF
        assert answer["Content-Type"] == "application/pdf"
        assert answer["Content-Disposition"] == 'attachment; filename="plan.pdf"'
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer["Content-Security-Policy"]
        assert "script-src" not in answer["Content-Security-Policy"]
        assert {"private", "no-cache"} == set(answer["Cache-Control"].split(", "))
        assert as_(reza).get(file_of(post, "plan.pdf") + "small/").status_code == 404

    def test_a_name_of_other_letters_is_encoded(self, thread, farah, as_):
        files = [check_file("Łóżka “6”.pdf", PDF)]
        post = talk.write_post(thread, by=as_member(farah), at=NOON, text="Look", files=files)
        said = as_(farah).get(file_of(post, files[0].name))["Content-Disposition"]
        assert said.startswith("attachment; filename*=utf-8''%C5%81")

    @pytest.mark.parametrize("end", ["", "small/"])
    def test_a_picture_is_shown(self, post, reza, as_, end):
        answer = as_(reza).get(file_of(post, "bags.png") + end)
        assert answer["Content-Type"] == "image/png"
        assert answer["Content-Disposition"].startswith("inline")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer["Content-Security-Policy"]
        assert answer.content.startswith(b"\x89PNG")

    def test_what_a_browser_has_kept_is_asked_for_again(self, post, reza, as_):
        browser, address = as_(reza), file_of(post, "bags.png")
        tag = browser.get(address)["ETag"]
        again = browser.get(address, headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")
        people.leave_community(post.thread.community, by=as_member(reza), at=NOON)
        assert browser.get(address, headers={"If-None-Match": tag}).status_code == 404

    def test_who_may_not_read_the_post_reads_no_file(self, post, thread, reza, sam, oskar, as_):
        for name in ("plan.pdf", "bags.png"):
            address = file_of(post, name)
            assert as_(sam).get(address).status_code == 404
            assert as_(oskar).get(address).status_code == 404
            assert as_(oskar).get(address.replace("riverside", "hillside")).status_code == 404
            assert as_(None).get(address).status_code == 302
        Thread.objects.filter(pk=thread.pk).update(reach=Reach.ORGANISATION)
        assert as_(sam).get(file_of(post, "plan.pdf")).status_code == 200
        assert as_(oskar).get(file_of(post, "plan.pdf").replace("riverside", "hillside")).status_code == 404

    def test_nor_who_has_left(self, post, farah, as_):
        people.leave_community(post.thread.community, by=as_member(farah), at=NOON)
        assert as_(farah).get(file_of(post, "plan.pdf")).status_code == 404

    def test_a_page_with_many_files_reads_none_of_their_bytes(self, thread, farah, url, as_, queries):
        browser = as_(farah)
        talk.write_post(thread, by=as_member(farah), at=NOON, text="One", files=[PLAN])
        few = queries(browser, url)
        for number in range(4):
            files = [check_file(f"{number}-{other}.pdf", PDF + b"%d%d" % (number, other)) for other in range(4)]
            talk.write_post(thread, by=as_member(farah), at=NOON, text="More", files=[*files, PICTURE])
        assert queries(browser, url) == few
        with CaptureQueriesContext(connection) as taken:
            browser.get(url)
        assert not [query for query in taken if FileContent._meta.db_table in query["sql"]]


class TestChanging:
    def edit(self, browser, post, **words):
        return browser.post(
            f"/o/riverside/communities/posts/{post.pk}/edit/", {"text": post.text, "version": post.version, **words}
        )

    def test_one_is_taken_away_with_its_bytes_and_one_comes(self, post, farah, as_):
        away = post.attached.get(file__name="plan.pdf")
        new = sent("other.pdf", b"%PDF-another" + PDF)
        assert self.edit(as_(farah), post, without=[away.pk], uploads=[new]).status_code == 302
        assert [one.file.name for one in post.attached.select_related("file")] == ["bags.png", "other.pdf"]
        assert not StoredFile.objects.filter(pk=away.file_id).exists()
        assert FileContent.objects.count() == 3
        post.refresh_from_db()
        assert post.edited_at
        assert not PostRevision.objects.exists()

    def test_the_page_offers_those_that_are_there(self, post, farah, as_):
        page = tidy(as_(farah).get(f"/o/riverside/communities/posts/{post.pk}/edit/").text)
        assert "Which files should go?" in page
        assert "plan.pdf" in page

    def test_the_same_again_changes_nothing(self, post, farah):
        for _ in range(2):
            talk.change_post(post, by=as_member(farah), at=NOON, seen=1, text=post.text, files=[PLAN])
        assert post.version == 1
        away = post.attached.get(file__name="plan.pdf")
        for _ in range(2):
            talk.change_post(post, by=as_member(farah), at=NOON, seen=1, text=post.text, without=[away.pk])
        assert post.version == 2

    def test_whoever_saves_second_takes_nothing_away(self, post, farah, as_):
        away = post.attached.get(file__name="plan.pdf")
        talk.change_post(post, by=as_member(farah), at=NOON, seen=1, text="Other words")
        with pytest.raises(Stale):
            talk.change_post(post, by=as_member(farah), at=NOON, seen=1, text="Third words", without=[away.pk])
        page = self.edit(as_(farah), post, text="Third", version=1, uploads=[sent("b.pdf", PDF + b"b")])
        assert "Two people changed this" in page.text
        assert AGAIN in tidy(page.text)
        assert post.attached.count() == 2

    def test_a_second_press_finds_it_gone_and_saved(self, post, farah, as_):
        away = post.attached.get(file__name="plan.pdf")
        words = {"text": "Other words", "version": post.version, "without": [away.pk]}
        for _ in range(2):
            assert self.edit(as_(farah), post, **words).status_code == 302
        post.refresh_from_db()
        assert (post.text, post.version, post.attached.count()) == ("Other words", 2, 1)
        assert PostRevision.objects.count() == 1

    @pytest.mark.parametrize("key", ["x", "0", "-1", "1\0", "9" * 40])
    def test_nonsense_gets_a_sentence(self, post, farah, as_, key):
        assert self.edit(as_(farah), post, without=[key]).status_code == 422

    def test_not_those_of_another_post(self, post, thread, farah, as_):
        other = talk.write_post(thread, by=as_member(farah), at=NOON, text="Else", files=[PLAN])
        theirs = other.attached.get()
        assert self.edit(as_(farah), post, without=[theirs.pk]).status_code == 422
        talk.change_post(post, by=as_member(farah), at=NOON, seen=1, text=post.text, without=[theirs.pk])
        assert other.attached.exists()

    def test_five_in_all(self, post, farah, as_):
        files = [sent(f"{number}.pdf", PDF + b"%d" % number) for number in range(4)]
        page = self.edit(as_(farah), post, uploads=files)
        assert "At most 5 files" in tidy(page.text)
        assert post.attached.count() == 2
        away = post.attached.get(file__name="plan.pdf")
        again = [sent(file.name, PDF + b"%d" % number) for number, file in enumerate(files)]
        assert self.edit(as_(farah), post, uploads=again, without=[away.pk]).status_code == 302
        assert post.attached.count() == 5


class TestForgetting:
    def test_what_hangs_on_nothing_goes(self, post):
        later = NOON + timedelta(days=2)
        assert storing.forget_orphans(later) == 0
        post.delete()
        assert StoredFile.objects.count() == 2
        assert storing.forget_orphans(NOON) == 0  # it may hang on something in a moment
        assert storing.forget_orphans(later) == 2
        assert not FileContent.objects.exists()

    def test_files_stay_when_their_uploader_goes(self, post, farah, reza, as_):
        address = file_of(post, "plan.pdf")
        StoredFile.objects.update(uploaded_by=None)
        assert as_(reza).get(address).status_code == 200

    def test_a_backup_compares_their_bytes(self, post):
        before = checksums()
        table = FileContent._meta.db_table
        assert before[table]["rows"] == 3
        FileContent.objects.filter(version="small").update(content=b"other")
        assert checksums()[table] != before[table]


def test_a_lesson_of_a_discussion_brings_its_files(thread, reza, farah, cara):
    """Copies: what is taken away from the post stays in the lesson, which has readers of its own."""
    talk.write_post(thread, by=as_member(reza), at=NOON, text="More", files=[PICTURE])
    post = talk.write_post(thread, by=as_member(farah), at=NOON, text="The porters do.", files=[PLAN, PICTURE])
    talk.mark_answer(thread, by=as_member(reza), at=NOON, post=post)
    lesson = talk.make_lesson(thread, by=as_member(cara), at=NOON)
    assert [one.file.name for one in lesson.attached.all()] == ["plan.pdf", "bags.png"]
    assert lesson.words.files_told == "plan.pdf\nbags.png"
    gone = [one.pk for one in post.attached.all()]
    talk.change_post(post, by=as_member(farah), at=NOON, seen=1, text="Else", without=gone)
    kept = lesson.attached.get(file__name="plan.pdf").file
    assert bytes(FileContent.objects.get(file=kept).content) == PDF
    assert lesson.attached.get(file__name="bags.png").file.contents.count() == 2
