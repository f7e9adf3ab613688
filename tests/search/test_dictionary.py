"""The words of an organisation: its own synonyms, there and nowhere else, suggested from what people typed."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from kmportal.lib.exceptions import Refusal
from organisations.visibility import Reach
from search import actions, index
from search.abbreviations import Entry, table_with
from search.models import DictionaryEntry, UnansweredSearch, Word
from search.query import key_of_words, parse
from tests.cast import as_member

PAGE = "/o/riverside/search/words/"


def others(text, *own):
    return {other for term in parse(text, table_with(own)).all for other in term.others}


def test_its_own_words_are_synonyms_in_every_direction():
    own = (Entry("TOD", "take-home drugs"), Entry("TOD", "bag of medicines"))
    assert ("take", "home", "drug") in others("tod", *own)
    assert ("take", "home", "drug") in others("TODs", *own)
    assert ("tod",) in others("take home drugs", *own)
    assert ("bag", "of", "medicin") in others("take-home drugs", *own) | others("take home drugs", *own)
    assert others("take home drugs") != others("take home drugs", *own)


def test_what_an_organisation_explains_stands_in_place_of_ours():
    assert ("emergenc", "depart") in others("ED")
    own = Entry("ED", "executive director")
    assert ("execut", "director") in others("ED", own)
    assert ("emergenc", "depart") not in others("ED", own)


def test_in_capitals_only():
    own = Entry("BAG", "bed allocation group", needs_capitals=True)
    assert ("bed", "alloc", "group") in others("BAG", own)
    assert ("bed", "alloc", "group") not in others("bag", own)
    assert ("bag",) in others("bed allocation group", own)


@pytest.mark.django_db
@pytest.mark.database
class TestInAnOrganisation:
    def put(self, organisation, ident, title, reach=Reach.NETWORK):
        index.put_many([
            index.Doc(kind="lesson", ident=ident, organisation=organisation, reach=reach, group_id=None,
                      author_id=None, title=title, state="noted")
        ])  # fmt: skip

    def test_found_here_and_not_by_a_neighbour(self, riverside, hillside, cara, farah, oskar):
        self.put(riverside, 1, "Pack the take-home drugs before noon")
        self.put(hillside, 2, "Take-home drugs and who carries them")
        assert index.find(as_member(cara), "TOD").total == 0
        actions.define_word(riverside, by=as_member(farah), at=timezone.now(), short="TOD", long="take-home drugs")
        assert {hit.ident for hit in index.find(as_member(cara), "TOD").hits} == {1, 2}
        assert index.find(as_member(oskar), "TOD").total == 0
        assert index.find(as_member(cara), "tod noon").total == 1
        actions.define_word(riverside, by=as_member(farah), at=timezone.now(), short="TOD", long="Take home drugs")
        assert DictionaryEntry.objects.count() == 1

    def test_said_again_it_may_hold_in_capitals_only(self, riverside, cara, farah):
        said = {"by": as_member(farah), "at": timezone.now(), "short": "BAG", "long": "bed allocation group"}
        self.put(riverside, 1, "Bed allocation group")
        actions.define_word(riverside, **said)
        assert index.find(as_member(cara), "bag").total == 1
        actions.define_word(riverside, only_capitals=True, **said)
        assert DictionaryEntry.objects.get().only_capitals
        assert index.find(as_member(cara), "bag").total == 0
        assert index.find(as_member(cara), "BAG").total == 1

    def test_corrected_and_loosened_words_are_read_with_its_own(self, riverside, cara, farah):
        """Nothing has both words; of the corrected ones, one is found by what it means here."""
        self.put(riverside, 1, "Pack the take-home drugs before noon")
        self.put(riverside, 2, "Porters")
        for word in ("porters", "take", "home", "drugs"):
            Word.objects.get_or_create(word=word)
        actions.define_word(riverside, by=as_member(farah), at=timezone.now(), short="TOD", long="take-home drugs")
        results = index.find(as_member(cara), "potrers TOD", correct=True)
        assert (results.did_you_mean, results.loosened) == ("porters TOD", True)
        assert {hit.ident for hit in results.hits} == {1, 2}

    def test_what_explains_nothing_is_refused(self, riverside, farah):
        for short, long in (("!!", "take-home drugs"), ("hand over", "hand-over"), ("x", "a b c d e f g h")):
            with pytest.raises(Refusal):
                actions.define_word(riverside, by=as_member(farah), at=timezone.now(), short=short, long=long)

    def test_two_mistyped_words_and_a_synonym_in_one_question(self, riverside, cara, farah):
        self.put(riverside, 1, "Wheelchairs and porters at the pharmacy")
        for word in ("wheelchairs", "porters", "pharmacy"):
            Word.objects.get_or_create(word=word)
        actions.define_word(riverside, by=as_member(farah), at=timezone.now(), short="TOD", long="take-home drugs")
        results = index.find(as_member(cara), "wheelchiars potrers", correct=True)
        assert (results.did_you_mean, results.corrected, results.total) == ("wheelchairs porters", True, 1)

    def test_words_that_people_typed_are_suggested_until_they_are_explained(self, riverside, farah, cara, as_):
        day = date(2026, 11, 20)
        for words, days in (("qzx bags", 3), ("where is qzx", 2), ("bags", 9)):
            UnansweredSearch.objects.create(
                organisation=riverside, key=key_of_words(parse(words)), words=words, days=days, last_on=day
            )
        Word.objects.get_or_create(word="bags")
        page = as_(farah).get(PAGE).text
        assert "QZX" in page
        assert "in 2 searches" in " ".join(page.split())
        assert "BAGS" not in page
        assert 'value="qzx"' in as_(farah).get(f"{PAGE}?short=qzx").text
        sent = as_(farah).post(PAGE, {"short": "QZX", "long": "quick discharge"})
        assert sent.status_code == 302
        page = as_(farah).get(PAGE).text
        assert "?short=qzx" not in page
        entry = DictionaryEntry.objects.get()
        assert as_(cara).get(PAGE).status_code == 403
        away = reverse("dictionary_delete", args=["riverside", entry.pk])
        assert as_(farah).post(away).status_code == 302
        assert not DictionaryEntry.objects.exists()

    def test_one_s_groups_come_first_in_any_order(self, riverside, cara):
        from organisations.models import Group

        group = Group.objects.create(organisation=riverside, name="Ward 6")
        docs = [(1, "Keys of the ward ward ward", None), (2, "Keys and a ward", group.pk), (3, "A ward", None)]
        index.put_many([
            index.Doc(kind="lesson", ident=ident, organisation=riverside, reach=Reach.ORGANISATION, group_id=where,
                      author_id=None, title=title, state="noted")
            for ident, title, where in docs
        ])  # fmt: skip
        for text in ("ward", ""):
            for order in ("best", "newest", "oldest", "title"):
                hits = index.find(as_member(cara), text, order=order, near=[group.pk]).hits
                assert next(hit.ident for hit in hits) == 2, (text, order)
                assert index.find_all(as_member(cara), text, kind="lesson", order=order, near=[group.pk])[0] == 2
