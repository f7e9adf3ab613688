"""Small files that other products got wrong: a row is never lost, reworded or overwritten without a line about it."""

import json
from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from jobs import runner
from kmportal.lib.importing import Unreadable, read
from lessons.actions import writing
from lessons.models import Flag, ImportProblem, ImportRun, Lesson
from search import index
from tests.cast import as_member

from .conftest import NOON

CASES = Path(__file__).parent / "cases"


@pytest.fixture
def bring(riverside, farah, capsys):
    """``bring(file)``: the command; answers the counts and everything it said."""

    def command(path, **options):
        call_command("import_lessons", path, organisation="riverside", by="farah@riverside.example", **options)
        said = capsys.readouterr().out.strip()
        return json.loads(said.splitlines()[-1]), said

    return command


def lessons():
    return {lesson.shown_number: lesson for lesson in Lesson.objects.select_related("revision")}


def notes(row=None):
    rows = ImportProblem.objects.filter(row=row) if row else ImportProblem.objects.all()
    return list(rows.values_list("sentence", flat=True))


def written(tmp_path, text, name="rows.csv"):
    (tmp_path / name).write_bytes(text.encode())
    return tmp_path / name


def adds_up(counts):
    assert counts["read"] == sum(counts[name] for name in ("created", "merged", "unchanged", "refused"))
    return counts


# --- Quotation marks -------------------------------------------------------------------------------------------------


def test_a_quotation_mark_that_closes_too_late_swallows_no_row(bring):
    counts, _ = bring(CASES / "F05_stray_quotes.csv")
    assert adds_up(counts)["read"] == 5
    assert set(lessons()) == {"S1", "S3", "S4", "S5"}
    assert lessons()["S4"].words.learned == 'Order the long cable." We had the short one.'
    assert "quotation mark" in notes(3)[0]
    assert ImportProblem.objects.get(row=3).is_refusal


def test_lines_that_look_like_rows_are_told(bring, tmp_path):
    text = 'Ref,Title,Lesson\nA1,One,"An odd mark\nA2,Two,closes here"\nA3,Three,Fine\n'
    counts, _ = bring(written(tmp_path, text))
    assert (adds_up(counts)["read"], counts["flagged"]) == (2, 1)
    assert "look like rows of their own" in notes(2)[0]
    assert lessons()["A1"].flags == [Flag.QUOTES]


def test_a_text_of_several_lines_is_one_row_and_needs_no_note(bring, tmp_path):
    text = 'Ref,Title,Lesson\nA1,One,"First, we wait.\nThen we ""ask"".\n\nThat is all."\nA2,Two,Fine\n'
    assert bring(written(tmp_path, text))[0]["flagged"] == 0
    assert lessons()["A1"].words.learned == 'First, we wait.\nThen we "ask".\n\nThat is all.'
    assert notes() == []


def test_marks_that_are_taken_off_a_word_are_told(bring, tmp_path):
    bring(written(tmp_path, 'Ref,Title,Lesson\nA1,One,"24" screens are too small\n'))
    assert "do not match" in notes(2)[0]


# --- Numbers, sources ------------------------------------------------------------------------------------------------


def test_numbers_that_begin_anew_are_no_identity(bring):
    counts, _ = bring(CASES / "F06_numbers_restart.csv")
    assert (adds_up(counts)["created"], counts["merged"]) == (4, 0)
    assert sorted(lesson.shown_number for lesson in Lesson.objects.all()) == ["1", "1", "2", "2"]
    assert "several rows" in notes(2)[0]
    assert bring(CASES / "F06_numbers_restart.csv")[0]["unchanged"] == 4


def test_the_same_row_twice_is_one_lesson(bring, tmp_path):
    counts, _ = bring(written(tmp_path, "Ref,Title,Lesson\nA1,One,Two\nA1,One,Two\n"))
    assert (adds_up(counts)["created"], counts["unchanged"]) == (1, 1)


def test_another_file_of_the_same_name_asks_for_its_source(bring, tmp_path):
    bring(written(tmp_path, "Ref,Title,Lesson\n1,Beds,Order early\n"))
    other = written(tmp_path, "Ref,Title,Lesson\n1,Keys,Ask early\n")
    with pytest.raises(CommandError, match="Say what the source of this file is called"):
        bring(other)
    assert lessons()["1"].words.title == "Beds"
    counts, _ = bring(other, source="Keys of the south")
    assert counts["created"] == 1
    assert Lesson.objects.count() == 2


def test_the_same_file_again_asks_nothing(bring, tmp_path):
    path = written(tmp_path, "Ref,Title,Lesson\n1,Beds,Order early\n")
    bring(path)
    assert bring(path)[0]["unchanged"] == 1


def test_the_page_asks_for_the_source_too(bring, tmp_path, farah, as_):
    bring(written(tmp_path, "Ref,Title,Lesson\n1,Beds,Order early\n"))
    file = SimpleUploadedFile("rows.csv", b"Ref,Title,Lesson\n1,Keys,Ask early\n")
    page = as_(farah).post(reverse("import_list", args=["riverside"]), {"file": file})
    assert page.status_code == 422
    assert "Say what the source" in page.content.decode()


def test_what_is_changed_is_said(bring, tmp_path, farah):
    bring(written(tmp_path, "Ref,Title,Lesson\n1,Beds,Order early\n"), source="Beds")
    counts, _ = bring(written(tmp_path, "Ref,Title,Lesson\n1,Beds,Order late\n"), source="Beds")
    assert adds_up(counts)["merged"] == 1
    assert notes() == ["Changed in the lesson that was here already: what was learned."]
    lesson = Lesson.objects.get()
    writing.write_lesson(lesson, by=as_member(farah), at=NOON, seen=lesson.version, words={"learned": "Mine."})
    bring(written(tmp_path, "Ref,Title,Lesson\n1,Beds,Theirs\n"), source="Beds")
    assert "Left as somebody wrote it here: what was learned." in notes()


# --- Headings --------------------------------------------------------------------------------------------------------


def test_british_headings_are_known_and_what_is_left_out_is_named(bring, farah, as_):
    counts, said = bring(CASES / "F08_learnt_headings.csv")
    assert counts["created"] == 2
    first = lessons()["L1"]
    assert (first.words.title, first.words.learned) == ("Rota", "Plan bank staff in October")
    assert (first.words.then_do, first.happened_on) == ("Write to the bank in September", date(2024, 10, 3))
    assert "Left out: What went well (2 filled), What could be improved (2 filled)." in said
    page = as_(farah).get(ImportRun.objects.get().get_absolute_url()).content.decode()
    assert "What could be improved: 2 filled cells" in " ".join(page.split())


def test_before_it_is_brought_in_the_page_names_what_is_left_out(riverside, farah, as_):
    file = SimpleUploadedFile("l.csv", (CASES / "F08_learnt_headings.csv").read_bytes())
    browser = as_(farah)
    page = browser.post(reverse("import_list", args=["riverside"]), {"file": file}, follow=True)
    assert "What went well: 2 filled cells" in " ".join(page.content.decode().split())


def test_a_lesson_without_any_text_is_flagged(bring, tmp_path):
    assert bring(written(tmp_path, "Ref,Title,Lesson\n1,Beds,\n2,Keys,Ask\n"))[0]["flagged"] == 1
    assert lessons()["1"].flags == [Flag.NO_TEXT]


@pytest.mark.parametrize("tail", [",,,", ""])
@pytest.mark.parametrize("mark", [",", ";"])
def test_headings_below_a_title_are_found(bring, tmp_path, tail, mark):
    text = (CASES / "F13_title_row_above.csv").read_text(encoding="utf-8").replace(",,,", tail).replace(",", mark)
    counts, said = bring(written(tmp_path, text))
    assert counts["created"] == 2
    assert lessons()["1"].words.then_do == "Order beds eight weeks ahead"
    assert "The headings stand in row 4. Passed over: Lessons learned log – Winter ward project; Last saved" in said


# --- Words -----------------------------------------------------------------------------------------------------------


def test_a_repair_for_one_source_touches_no_other(bring):
    bring(CASES / "F09_quot_words.csv")
    words = lessons()["Q1"].words
    assert words.title == "Suppliers requoted"
    assert words.learned == "The supplier requoted twice; one price was misquoted and one part stayed unquoted."


def test_other_clean_ups_of_one_source_touch_no_other(bring, tmp_path):
    text = 'Ref,Title,Lesson,Contact,Tags\r1,_draft_ kit,See a_ file,ward,"Other, & more"\r'
    bring(written(tmp_path, text))
    lesson = lessons()["1"]
    assert (lesson.words.title, lesson.words.learned, lesson.contact) == ("_draft_ kit", "See a_ file", "ward")
    assert {tag.name for tag in lesson.tags.all()} == {"Other", "& more"}


def test_nested_values_become_words(bring):
    bring(CASES / "F10_nested.json")
    lesson = lessons()["1"]
    assert {tag.name for tag in lesson.tags.all()} == {"Building", "Doors"}
    assert lesson.words.then_do == "Measure first"
    assert lesson.happened_on == date(2024, 5, 7)  # half past midnight in London
    assert notes() == ["Left out under “recommendation”: owner: Estates."]


@pytest.mark.parametrize("value", ["true", "[true, null, 1.5]", '{"a": {"b": false}}', "[[1], {}]"])
def test_no_value_looks_like_a_program(value):
    (record,) = read('{"title": "A", "x": ' + value + "}\n").records()
    cell = record.cells["x"]
    said = cell if isinstance(cell, str) else " ".join(cell)
    assert not set("{}[]") & set(said)
    assert not any(word in said for word in ("True", "False", "None", "null", "true", "false"))


def test_a_list_within_an_object_is_read(bring, tmp_path):
    counts, _ = bring(CASES / "F11_wrapped.json")
    assert counts["created"] == 2
    assert set(lessons()) == {"1", "2"}
    short = {"meta": {"n": 1}, "results": [{"id": 3, "title": "Keys", "lesson": "Ask"}]}
    assert bring(written(tmp_path, json.dumps(short), "short.json"))[0]["created"] == 1


def test_several_lists_are_refused_by_name():
    with pytest.raises(Unreadable, match="several lists: “a”, “b”"):
        read('{"a": [{"x": 1}], "b": [{"y": 2}]}')


def test_one_object_is_one_row():
    sheet = read('{\n "title": "Doors",\n "tags": [{"name": "Building"}]\n}')
    assert [record.cells for record in sheet.records()] == [{"title": "Doors", "tags": ["Building"]}]


def test_what_people_write_where_nothing_is_meant_is_empty(bring, tmp_path):
    text = "id,when,title,body\n1,July 2023,Beds,tbc\n2,5 May 2024,—,Late again\n3,n.a.,–,…\n"
    counts, _ = bring(written(tmp_path, text), source="Beds")
    assert (adds_up(counts)["refused"], counts["created"]) == (1, 2)
    assert "neither a title nor a lesson" in notes(4)[0]
    assert (lessons()["1"].words.title, lessons()["1"].words.happened) == ("Beds", "")
    assert (lessons()["2"].words.title, lessons()["2"].happened_on) == ("Late again", date(2024, 5, 5))


def test_error_words_of_a_spreadsheet_are_empty(bring):
    counts, _ = bring(CASES / "F12_excel_errors.csv")
    assert (adds_up(counts)["refused"], counts["created"]) == (1, 2)
    assert "neither a title nor a lesson" in notes(2)[0]
    assert lessons()["E2"].words.title == "Check the list"
    assert lessons()["E2"].happened_on == lessons()["E3"].happened_on == date(2023, 7, 16)


def test_what_cannot_be_kept_of_a_row_is_said(bring, tmp_path):
    long = "word " * 60
    text = f"Ref,Title,Lesson,Url,Kind,Contact\n1,T,L,www.example.org,Moan,{long}\n"
    bring(written(tmp_path, text))
    assert {sentence.split(" ")[0] for sentence in notes()} == {"Its", "“Moan”", "“Who"}


# --- Days ------------------------------------------------------------------------------------------------------------

DAYS = {
    "A1": date(2024, 2, 29), "A2": None, "A3": date(2024, 4, 3), "A4": date(2023, 7, 16), "A5": date(2023, 7, 16),
    "A6": None, "A7": None, "A8": None, "A9": date(2024, 6, 6), "A10": date(2024, 3, 5), "A11": date(2024, 3, 5),
    "A12": None, "A13": date(2024, 3, 5),
}  # fmt: skip


def test_days_of_every_shape(bring):
    counts, _ = bring(CASES / "F16_dates.csv")
    assert adds_up(counts)["created"] == 13
    assert {number: lesson.happened_on for number, lesson in lessons().items()} == DAYS
    said = dict(ImportProblem.objects.values_list("external_id", "sentence"))
    assert set(said) == {number for number, day in DAYS.items() if day is None}
    assert sorted(number for number, sentence in said.items() if "names no day" in sentence) == ["A12", "A6", "A7"]
    assert "still to come" in said["A8"]
    assert "no date that we can read" in said["A2"]
    assert lessons()["A7"].flags == [Flag.MONTH]


# --- Search ----------------------------------------------------------------------------------------------------------


def asked():
    """The questions of the case, and more of the kind."""
    for line in (CASES / "F17_search_queries.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            words, _, numbers = line.partition(" | ")
            yield words, numbers
    yield from [
        ("hand over", "Z1 Z2 Z3"), ("Hand-Over", "Z1 Z2 Z3"), ("covid19", "Z4 Z5"), ("covid-19", "Z4 Z5"),
        ("email", "Z12"), ("e-mail", "Z12"), ("preoperative", "Z15"), ("pre-operative", "Z15"), ("children", "Z8"),
        ("foot", "Z8"), ("tooth", "Z8"), ("well-being", "Z18"), ("wellbeing", "Z18"),
    ]  # fmt: skip


@pytest.mark.parametrize(("words", "numbers"), list(asked()))
def test_one_word_with_a_hyphen_and_two_words_are_the_same(bring, member, cara, words, numbers):
    bring(CASES / "F17_search_spellings.csv")
    hits = index.find(member(cara), words, kinds=["lesson"]).hits
    found = Lesson.objects.filter(pk__in=[hit.ident for hit in hits])
    assert {lesson.external_id for lesson in found} == set(numbers.split())
    assert all("<mark>" in f"{hit.title_html}{hit.snippet_html}" for hit in hits)


# --- Page and command alike ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(path.name for path in CASES.iterdir() if path.suffix != ".txt"))
def test_the_page_counts_as_the_command_does(bring, farah, as_, settings, name):
    settings.JOB_WAIT_SECONDS = 0
    counts, _ = bring(CASES / name, dry_run=True)
    browser = as_(farah)
    file = SimpleUploadedFile(name, (CASES / name).read_bytes())
    browser.post(reverse("import_list", args=["riverside"]), {"file": file})
    run = ImportRun.objects.get()
    browser.post(reverse("import_run", args=["riverside", run.pk]))
    runner.run_ready()
    run.refresh_from_db()
    assert run.counts == adds_up(counts)
    assert Lesson.objects.count() == counts["created"]
