"""Searches without a result: kept without a name, answered by those who curate, and shown to who asks the same."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from kmportal.lib.exceptions import Refusal
from kmportal.lib.things import Ref, ref_of
from lessons.actions.writing import start_lesson
from lessons.models import Lesson
from organisations.models import AuditEntry, SentForm
from search import subscribers, unlinking
from search.actions import answer_search, keep_search, open_search_again, set_search_aside
from search.index import Doc, put_many
from search.models import UnansweredSearch
from search.policies import words_to_keep
from search.unlinking import mix_searches
from tests.cast import as_member

pytestmark = pytest.mark.django_db
URL = "/o/riverside/search/"
LIST = f"{URL}unanswered/"
TELL = f"{LIST}tell/"


@pytest.fixture(autouse=True)
def _the_whole_house(settings):
    settings.THINGS = "kmportal.things.THINGS"
    settings.SLOTS = "kmportal.slots.SLOTS"


@pytest.fixture
def kept(riverside, cara):
    return keep_search(riverside, "Zeppelin moorings", by=as_member(cara), at=timezone.now(), told=True)


@pytest.fixture
def lesson(riverside, cara):
    """One that everybody here may read."""
    words = {"title": "Airships land late", "happened": "It came.", "then_do": "wait.", "why": "Wind."}
    row = start_lesson(riverside, by=as_member(cara), at=timezone.now(), words=words, facts={})
    Lesson.objects.filter(pk=row.pk).update(state="noted", reach="organisation", validated_at=timezone.now())
    row = Lesson.objects.select_related("organisation", "revision").get(pk=row.pk)
    subscribers.put([row])
    return row


class TestKept:
    def test_what_finds_nothing_is_kept_in_words_and_days_alone(self, as_, reza):
        as_(reza).get(URL, {"q": "  ZEPPELIN   moorings "})
        row = UnansweredSearch.objects.get()
        assert (row.words, row.days, row.told_on) == ("zeppelin moorings", 1, None)
        assert row.last_on == timezone.localdate()
        assert not AuditEntry.objects.filter(kind="unanswered").exists()

    def test_it_has_no_column_for_who_or_for_a_moment(self):
        names = {field.name for field in UnansweredSearch._meta.local_fields}
        kinds = {field.get_internal_type() for field in UnansweredSearch._meta.local_fields}
        assert "DateTimeField" not in kinds
        assert {name for name in names if name.endswith("by")} == {"answered_by"}

    def test_neither_number_nor_place_says_in_which_order_people_searched(self, riverside, reza):
        """Laid beside what the same people did with their names in the same minutes, either told who searched what."""
        words = [f"zeppelin {letter}" for letter in "abcdefgh"]
        for one in words:
            keep_search(riverside, one, by=as_member(reza), at=timezone.now())
        assert list(UnansweredSearch.objects.order_by("pk").values_list("words", flat=True)) != words
        call_command("mix_searches", stdout=(told := StringIO()))
        assert "mixed: 8." in told.getvalue()
        column = "rowid" if connection.vendor == "sqlite" else "ctid"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT words FROM search_unansweredsearch ORDER BY {column}")  # noqa: S608  our own name
            assert [row[0] for row in cursor.fetchall()] != words
            if connection.vendor == "postgresql":
                cursor.execute("SELECT count(DISTINCT xmin::text) FROM search_unansweredsearch")
                assert cursor.fetchone() == (1,)

    def test_the_mark_goes_when_the_old_rows_are_gone(self, riverside, reza, farah, kept, monkeypatch):
        """Not before, and not from one that is asked, or asked for again, meanwhile."""
        how = []
        monkeypatch.setattr(unlinking, "remove_old_versions", lambda *tables, **said: bool(how.append(said)))
        assert (mix_searches(), mix_searches()) == (1, 1)
        monkeypatch.setattr(unlinking, "remove_old_versions", lambda *tables, **said: not how.append(said))
        assert (mix_searches(), mix_searches()) == (1, 0)
        assert how == [{"whole_files": True}] * 3
        row = UnansweredSearch.objects.get()
        answer_search(row, by=as_member(farah), at=timezone.now(), seen=row.version, words="Not here.")
        assert mix_searches() == 0
        keep_search(riverside, kept.words, by=as_member(reza), at=timezone.now(), told=True)
        keep_search(riverside, "kites", by=as_member(reza), at=timezone.now())
        assert (mix_searches(), UnansweredSearch.objects.filter(traces=0).count()) == (2, 2)

    def test_ten_times_on_one_day_are_one_day_in_any_form_of_the_words(self, as_, reza, cara):
        for words in ("zeppelin moorings", "moorings zeppelin", "Zeppelins mooring") * 3:
            as_(reza).get(URL, {"q": words})
            as_(cara).get(URL, {"q": words})
        assert UnansweredSearch.objects.get().days == 1

    def test_each_other_day_counts(self, riverside, reza):
        for days in (0, 0, 1, 5):
            at = timezone.now() + timedelta(days=days)
            keep_search(riverside, "zeppelins", by=as_member(reza), at=at)
        row = UnansweredSearch.objects.get()
        assert (row.days, row.last_on) == (3, timezone.localdate() + timedelta(days=5))

    @pytest.mark.parametrize("query", [{"q": ""}, {"q": "!!"}, {"q": "zeppelin", "kind": "lesson"}, {"q": "x" * 201}])
    def test_nothing_is_kept_of_what_is_no_search_or_is_narrowed(self, as_, reza, query):
        assert as_(reza).get(URL, query).status_code == 200
        assert not UnansweredSearch.objects.exists()

    def test_what_finds_something_is_not_kept(self, as_, reza, lesson):
        assert "Ask instead" not in as_(reza).get(URL, {"q": "airships"}).text
        assert not UnansweredSearch.objects.exists()

    def test_what_one_may_not_see_was_not_found(self, as_, reza, lesson):
        """Nor does the page say that there would be something for others."""
        Lesson.objects.filter(pk=lesson.pk).update(state="draft", reach="author")
        subscribers.put([Lesson.objects.select_related("organisation", "revision").get(pk=lesson.pk)])
        page = as_(reza).get(URL, {"q": "airships"}).text
        assert "Ask instead" in page
        assert UnansweredSearch.objects.get().words == "airships"

    def test_with_some_of_the_words_only_who_presses_is_kept(self, as_, reza, lesson):
        page = as_(reza).get(URL, {"q": "airships paperclip"}).text
        assert "Tell the librarian" in page
        assert not UnansweredSearch.objects.exists()
        as_(reza).post(TELL, {"q": "airships paperclip"})
        assert UnansweredSearch.objects.get().told_on == timezone.localdate()

    def test_what_only_another_kind_of_thing_has_was_found(self, as_, reza, farah, riverside):
        """The list of lessons has none; but a session, an asset or a community is an answer, too."""
        put_many([Doc("asset", 7, riverside, "organisation", None, None, "Zeppelin moorings", "Tie it up.")])
        text = as_(reza).get("/o/riverside/lessons/", {"q": "zeppelin"}).text
        assert "Tell the librarian" in text
        assert "stand on the librarian’s list" not in text
        assert not UnansweredSearch.objects.exists()
        text = as_(reza).get("/o/riverside/lessons/", {"q": "blimp"}).text
        assert "stand on the librarian’s list" in text
        assert UnansweredSearch.objects.get().words == "blimp"

    @pytest.mark.parametrize("page", [URL, "/o/riverside/lessons/"])
    def test_both_searches_offer_people_and_the_librarian(self, as_, reza, page):
        text = as_(reza).get(page, {"q": "zeppelin"}).text
        assert "Ask instead" in text
        assert "Tell the librarian" in text
        assert reverse("finder_list", args=["riverside"]) in text

    def test_the_press_leaves_no_trace_of_who_pressed(self, as_, reza):
        page = as_(reza).get(URL, {"q": "zeppelin"}).text
        form = page[page.index('<form id="tell-librarian"') :]
        assert "form_key" not in form[: form.index("</form>")]
        as_(reza).post(TELL, {"q": "zeppelin"})
        assert not SentForm.objects.exists()
        assert not AuditEntry.objects.filter(kind="unanswered").exists()

    def test_pressing_twice_says_the_same(self, as_, reza):
        for _ in range(2):
            assert "without your name" in as_(reza).post(TELL, {"q": "zeppelin"}, follow=True).text
        assert UnansweredSearch.objects.get().days == 1

    def test_an_organisation_keeps_its_own(self, as_, oskar, kept):
        as_(oskar).get("/o/hillside/search/", {"q": "zeppelin moorings"})
        assert UnansweredSearch.objects.count() == 2
        assert as_(oskar).get("/o/hillside/search/unanswered/").text.count("Zeppelin moorings") == 1


@pytest.mark.parametrize(
    "text",
    [
        "mrs smith ward 6", "Mrs Smith", "mr. o'neill", "notes of DR patel", "miss x", "prof.weber", "cara okafor",
        "943 476 5919", "nhs number 9434765919", "07700 900123", "b15 2tt", "mary@x.example", "born 3 May 1960",
        "hospital 1234567", "12 march 1950", "12th of March 1950", "3-mar-50", "12mar1950", "march 3rd, 1950",
        "1950 sept 12", "a " * 201, "\u202e", "???",
    ],
)  # fmt: skip
def test_what_may_show_somebody_is_not_kept(text, as_, reza, cara):
    type(cara).objects.filter(pk=cara.pk).update(name="Cara Okafor")
    browser = as_(reza)
    assert browser.get(URL, {"q": text}).status_code == 200
    assert browser.post(TELL, {"q": text}).status_code == 302
    assert not UnansweredSearch.objects.exists()


@pytest.mark.parametrize(
    "text",
    [
        "nurse staffing", "sister cover", "ISO 27001 2022", "form 7b", "covid19 ward 6", "winter plan 2025/26",
        "near miss reporting", "near-miss form", "missed doses", "mri safety", "march 2026 plan", "3 decisions 2026",
    ],
)  # fmt: skip
def test_ordinary_words_are_kept(text):
    assert words_to_keep(text) == text.lower()


class TestAnswered:
    def test_who_searches_for_the_same_sees_the_answer_on_top(self, as_, farah, reza, kept, lesson):
        page = as_(farah).get(reverse("unanswered_detail", args=["riverside", kept.pk]), {"q": "airships"}).text
        assert "Lesson: Airships land late" in page
        url = f"{reverse('unanswered_detail', args=['riverside', kept.pk])}?q=airships"
        answer = as_(farah).post(
            url, {"about": f"lesson-{lesson.pk}", "words": "Ask for <b>wind</b>", "version": 1}, follow=True
        )
        assert "sees your answer on top" in answer.text
        page = as_(reza).get(URL, {"q": "mooring a Zeppelin"}).text
        assert "This may help" in page
        assert lesson.get_absolute_url() in page
        assert "Ask for &lt;b&gt;wind&lt;/b&gt;" in page

    def test_what_has_an_answer_is_asked_no_more(self, as_, riverside, farah, reza, kept):
        answer_search(kept, by=as_member(farah), at=timezone.now(), seen=kept.version, words="Ask Ward 6")
        UnansweredSearch.objects.update(last_on=timezone.localdate() - timedelta(days=3))
        as_(reza).get(URL, {"q": "zeppelin moorings"})
        assert UnansweredSearch.objects.get().days == 1

    def test_one_press_of_a_reader_takes_the_answer_from_nobody(self, as_, farah, reza, cara, kept):
        answer_search(kept, by=as_member(farah), at=timezone.now(), seen=kept.version, words="Ask Ward 6")
        as_(reza).post(TELL, {"q": "zeppelin moorings"})
        assert "Ask Ward 6" in as_(cara).get(URL, {"q": "zeppelin moorings"}).text
        assert "Shown until you answer it anew" in as_(farah).get(LIST).text

    def test_opened_again_the_answer_stays_and_set_aside_it_goes(self, as_, farah, reza, kept):
        answer_search(kept, by=as_member(farah), at=timezone.now(), seen=kept.version, words="Ask Ward 6")
        browser, page = as_(farah), reverse("unanswered_detail", args=["riverside", kept.pk])
        browser.post(reverse("unanswered_open", args=["riverside", kept.pk]))
        assert "Ask Ward 6" in as_(reza).get(URL, {"q": "zeppelin moorings"}).text
        answer_search(kept, by=as_member(farah), at=timezone.now(), seen=3, words="Ask Ward 7")
        assert "Not for us" in browser.get(page).text
        browser.post(reverse("unanswered_aside", args=["riverside", kept.pk]), {"seen": "4"})
        as_(reza).post(TELL, {"q": "zeppelin moorings"})
        assert "Ask Ward" not in as_(reza).get(URL, {"q": "zeppelin moorings"}).text

    def test_who_tells_the_librarian_of_what_was_set_aside_opens_it(self, as_, farah, reza, kept):
        set_search_aside(kept, by=as_member(farah), at=timezone.now(), seen=kept.version)
        as_(reza).get(URL, {"q": "zeppelin moorings"})
        assert UnansweredSearch.objects.get().state == "aside"
        answer = as_(reza).post(TELL, {"q": "zeppelin moorings"}, follow=True)
        assert "The librarian’s list has these words now" in answer.text
        assert UnansweredSearch.objects.get().state == "open"
        assert "Zeppelin moorings" in as_(farah).get(LIST).text

    def test_of_two_who_answer_at_once_the_second_sees_both(self, as_, farah, lena, kept, lesson):
        page = f"{reverse('unanswered_detail', args=['riverside', kept.pk])}?q=airships"
        browser = as_(farah)
        assert 'name="version" value="1"' in browser.get(page).text
        answer_search(kept, by=as_member(lena), at=timezone.now(), seen=1, about=ref_of(lesson), words="Ask Ward 6")
        answer = browser.post(page, {"about": "", "words": "Ask <Ward> 7", "version": "1"})
        assert answer.status_code == 422
        for words in ("Two people changed this", "Lesson: Airships land late", "Ask &lt;Ward&gt; 7"):
            assert words in answer.text
        assert UnansweredSearch.objects.get().answer_words == "Ask Ward 6"
        assert 'name="version" value="2"' in answer.text
        browser.post(page, {"about": "", "words": "Ask Ward 7", "version": "2"})
        browser.post(page, {"about": "", "words": "Ask Ward 7", "version": "2"})
        row = UnansweredSearch.objects.get()
        assert (row.answer_words, row.answer, row.version) == ("Ask Ward 7", None, 3)

    def test_what_another_has_answered_since_is_not_set_aside(self, as_, farah, lena, kept):
        answer_search(kept, by=as_member(lena), at=timezone.now(), seen=1, words="Ask Ward 6")
        answer = as_(farah).post(reverse("unanswered_aside", args=["riverside", kept.pk]), {"seen": "1"}, follow=True)
        assert "Somebody else has said something" in answer.text
        assert UnansweredSearch.objects.get().state == "answered"

    def test_who_tells_the_librarian_again_opens_it_again(self, as_, farah, reza, kept):
        answer_search(kept, by=as_member(farah), at=timezone.now(), seen=kept.version, words="Ask Ward 6")
        as_(reza).post(TELL, {"q": "zeppelin moorings"})
        assert UnansweredSearch.objects.get().state == "open"

    def test_an_answer_that_the_reader_may_not_see_is_none(self, as_, farah, reza, cara, kept, lesson):
        answer_search(kept, by=as_member(farah), at=timezone.now(), seen=kept.version, about=ref_of(lesson))
        Lesson.objects.filter(pk=lesson.pk).update(state="submitted", reach="reviewers")
        page = as_(reza).get(URL, {"q": "zeppelin moorings"}).text
        assert "This may help" not in page
        assert "Airships" not in page
        assert "This may help" in as_(farah).get(URL, {"q": "zeppelin moorings"}).text

    def test_only_what_whoever_answers_may_read_can_be_chosen(self, riverside, farah, cara, kept):
        words = {"title": "Secret", "happened": "x", "then_do": "y", "why": "z"}
        draft = start_lesson(riverside, by=as_member(cara), at=timezone.now(), words=words, facts={})
        for about in (ref_of(draft), Ref("lesson", 10**12), Ref("person", cara.pk), Ref("membership", 1)):
            with pytest.raises(Refusal):
                answer_search(kept, by=as_member(farah), at=timezone.now(), seen=kept.version, about=about)
        with pytest.raises(Refusal, match="Choose what answers it"):
            answer_search(kept, by=as_member(farah), at=timezone.now(), seen=kept.version, words=" \u200b ")
        with pytest.raises(Refusal):
            answer_search(kept, by=as_member(farah), at=timezone.now(), seen=kept.version, words="x" * 501)

    def test_nothing_typed_is_lost_when_it_is_refused(self, as_, farah, kept, lesson):
        url = reverse("unanswered_detail", args=["riverside", kept.pk])
        answer = as_(farah).post(f"{url}?q=airships", {"about": "lesson-99999999", "words": "Ask <Ward> 6"})
        assert answer.status_code == 422
        assert "Ask &lt;Ward&gt; 6" in answer.text
        answer = as_(farah).post(f"{url}?q=airships", {"about": "", "words": "", "version": 1})
        assert answer.status_code == 422
        assert "Choose what answers it, or write a line" in answer.text

    def test_aside_and_open_again(self, as_, farah, reza, kept):
        as_(farah).post(reverse("unanswered_aside", args=["riverside", kept.pk]), {"seen": "1"})
        assert UnansweredSearch.objects.get().state == "aside"
        assert "Zeppelin moorings" in as_(farah).get(LIST, {"state": "aside"}).text
        as_(farah).post(reverse("unanswered_open", args=["riverside", kept.pk]))
        row = UnansweredSearch.objects.get()
        assert (row.state, row.answered_by, row.answered_on, row.answer) == ("open", None, None, None)

    def test_readers_answer_nothing(self, reza, oskar, kept):
        for who in (reza, oskar):
            with pytest.raises(PermissionDenied):
                open_search_again(kept, by=as_member(who), at=timezone.now())
            with pytest.raises(PermissionDenied):
                set_search_aside(kept, by=as_member(who), at=timezone.now(), seen=kept.version)
            with pytest.raises(PermissionDenied):
                answer_search(kept, by=as_member(who), at=timezone.now(), seen=kept.version, words="x")

    def test_the_trail_says_that_and_not_what(self, farah, kept):
        answer_search(kept, by=as_member(farah), at=timezone.now(), seen=kept.version, words="Ask Ward 6")
        entry = AuditEntry.objects.get(kind="unanswered")
        assert entry.event == "unanswered.answered"
        assert "zeppelin" not in str(entry.facts)


class TestList:
    def test_it_says_so_when_there_is_none(self, as_, farah):
        assert "Nothing waits for an answer" in as_(farah).get(LIST).text

    def test_a_thousand_are_paged_and_sorted(self, as_, riverside, farah, django_assert_max_num_queries):
        day = timezone.localdate()
        UnansweredSearch.objects.bulk_create(
            UnansweredSearch(
                organisation=riverside, key=str(n), words=f"needle {n}", days=n + 1, last_on=day - timedelta(days=n)
            )
            for n in range(1000)
        )
        with django_assert_max_num_queries(32):
            page = as_(farah).get(LIST).text
        assert "1,000" in page
        assert "Needle 0<" in page
        assert "Needle 30<" not in page
        assert "Needle 999<" in as_(farah).get(LIST, {"order": "often"}).text
        assert "Needle 30<" in as_(farah).get(LIST, {"page": "2"}).text
        for odd in ({"page": "x"}, {"state": "x"}, {"order": "x"}, {"page": "99999999999999999999"}):
            assert as_(farah).get(LIST, odd).status_code == 200

    def test_it_takes_the_same_queries_for_one_and_for_many(
        self, as_, riverside, farah, cara, kept, lesson, django_assert_num_queries
    ):
        answer_search(kept, by=as_member(farah), at=timezone.now(), seen=kept.version, about=ref_of(lesson))
        browser, address = as_(farah), f"{LIST}?state=answered"
        browser.get(address)
        with CaptureQueriesContext(connection) as one:
            browser.get(address)
        for words in ("blimps", "balloons"):
            row = keep_search(riverside, words, by=as_member(cara), at=timezone.now())
            answer_search(row, by=as_member(farah), at=timezone.now(), seen=row.version, about=ref_of(lesson))
        with django_assert_num_queries(len(one)):
            browser.get(address)


def test_the_words_stand_in_the_form_of_a_community(world, as_):
    """And they are looked at again there: nobody was asked about them yet."""
    browser = as_(world.people["cara"])
    page = browser.get(URL, {"q": "zeppelin & co"}).text
    address = f"{reverse('thread_new', args=['riverside', world.things.community.pk])}?q=zeppelin%20%26%20co"
    assert address in page
    assert 'value="zeppelin &amp; co"' in browser.get(address).text
