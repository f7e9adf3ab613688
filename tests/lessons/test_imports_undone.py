"""Bringing in with second thoughts: all or nothing, field by field, and taking a whole file out again."""

import csv
import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from jobs import runner
from jobs.models import Job
from kmportal.lib.exceptions import Refusal
from lessons.actions import importing, tags, undoing, writing
from lessons.models import ImportDifference, ImportedRow, ImportRun, Lesson, LessonRevision, Reuse, Tag
from organisations.models import AuditEntry
from search import index
from search.models import SearchDoc
from tests.cast import as_member

from .conftest import NOON

FIRST = "Ref,Title,Lesson,Date,Tags\nA1,Beds,Order early,2025-03-04,Rota\nA2,Keys,Ask the porter,,Doors\nA3,,,,\n"
SECOND = "Ref,Title,Lesson,Date,Tags\nA1,Beds,Order late,2025-03-05,Rota\nA2,Keys,Ask the porter,2025-03-06,Doors\n"


@pytest.fixture(autouse=True)
def _no_waiting(settings):
    settings.JOB_WAIT_SECONDS = 0


@pytest.fixture
def upload(riverside, farah):
    """``upload(text)``: a file that was looked at and not brought in yet."""

    def make(text, source="Log", **values):
        content = text if isinstance(text, bytes) else text.encode()
        values = {"file_name": "log.csv", "source": source, **values}
        return importing.upload_import(riverside, by=as_member(farah), at=NOON, content=content, **values)

    return make


@pytest.fixture
def bring(upload):
    def make(text, **values):
        run = upload(text, **values)
        importing.begin_import(run)
        importing.run_import(run, at=NOON)
        return run

    return make


def settle(run, farah, **values):
    kept = {"source": run.source, "group_name": run.group_name, "encoding": run.encoding, "mapping": run.mapping}
    importing.settle_import(run, by=as_member(farah), at=NOON, seen=run.version, **{**kept, **values})


def undo(run, farah, at=NOON):
    undoing.request_undo(run, by=as_member(farah), at=at)
    return undoing.undo_import(run, at=at)


def lesson(number):
    return Lesson.objects.select_related("revision").get(external_id=number)


# --- All or nothing, ours or theirs ----------------------------------------------------------------------------------


def test_all_or_nothing_brings_nothing_while_a_row_is_refused(upload, farah):
    run = upload(FIRST)
    settle(run, farah, bad_rows="stop")
    with pytest.raises(Refusal, match="1 row cannot come in"):
        importing.begin_import(run)
    assert not Lesson.objects.exists()
    settle(run, farah, bad_rows="skip")
    importing.begin_import(run)
    assert importing.run_import(run, at=NOON).created == 2


def test_the_command_brings_all_or_nothing_too(riverside, farah, tmp_path, capsys):
    path = tmp_path / "log.csv"
    path.write_text(FIRST)
    options = {"organisation": "riverside", "by": "farah@riverside.example"}
    with pytest.raises(CommandError, match="nothing was brought in"):
        call_command("import_lessons", path, all_or_nothing=True, **options)
    assert not Lesson.objects.exists()
    call_command("import_lessons", path, **options)
    assert Lesson.objects.count() == 2


@pytest.mark.parametrize(
    ("rule", "words"), [("ours", "Order early"), ("theirs", "Order late"), ("newer", "Order late")]
)
def test_one_rule_for_all_fields(bring, upload, farah, rule, words):
    bring(FIRST)
    run = upload(SECOND)
    settle(run, farah, meeting=rule)
    importing.begin_import(run)
    importing.run_import(run, at=NOON)
    assert lesson("A1").words.learned == words
    assert lesson("A2").happened_on.isoformat() == "2025-03-06"  # where one is empty there is nothing to choose


def test_theirs_wins_over_what_somebody_wrote_only_when_chosen(bring, upload, farah):
    bring(FIRST)
    row = lesson("A1")
    writing.write_lesson(row, by=as_member(farah), at=NOON, seen=row.version, words={"learned": "Mine."})
    run = upload(SECOND)
    importing.try_import(run)
    found = ImportDifference.objects.get(run=run, field="learned")
    assert (found.ours, found.theirs, found.by_rule) == ("Mine.", "Order late", "ours")
    importing.choose_differences(run, by=as_member(farah), at=NOON, choices={found.pk: "theirs"})
    importing.begin_import(run)
    importing.run_import(run, at=NOON)
    assert lesson("A1").words.learned == "Order late"
    assert lesson("A1").happened_on.isoformat() == "2025-03-04"


def test_field_by_field_on_the_page(bring, upload, farah, as_):
    bring(FIRST)
    run = upload(SECOND)
    importing.try_import(run)
    address = reverse("import_differences", args=["riverside", run.pk])
    page = as_(farah).get(address).content.decode()
    assert "Keep ours:" in page
    assert "Order late" in page
    keys = {row.field: row.pk for row in run.differences.all()}
    assert set(keys) == {"learned", "happened_on"}
    as_(farah).post(address, {f"choice-{keys['learned']}": "ours", f"choice-{keys['happened_on']}": "theirs"})
    as_(farah).post(reverse("import_run", args=["riverside", run.pk]))
    runner.run_ready()
    assert lesson("A1").words.learned == "Order early"
    assert lesson("A1").happened_on.isoformat() == "2025-03-05"


def test_ours_everywhere_in_one_press(bring, upload, farah, as_):
    bring(FIRST)
    run = upload(SECOND)
    importing.try_import(run)
    as_(farah).post(reverse("import_differences", args=["riverside", run.pk]), {"for_all": "ours"})
    importing.begin_import(run)
    importing.run_import(run, at=NOON)
    assert lesson("A1").words.learned == "Order early"


def test_theirs_everywhere_counts_for_what_is_ticked_on_the_page_too(bring, upload, farah, as_):
    bring(FIRST)
    run = upload(SECOND)
    settle(run, farah, meeting="ours")
    importing.try_import(run)
    ticked = {f"choice-{row.pk}": "ours" for row in run.differences.all()}
    as_(farah).post(reverse("import_differences", args=["riverside", run.pk]), {**ticked, "for_all": "theirs"})
    assert set(run.differences.values_list("choice", flat=True)) == {"theirs"}


def test_of_lessons_that_one_may_not_read_only_the_number(bring, upload, farah, as_):
    bring(FIRST)
    run = upload(SECOND)
    importing.try_import(run)
    Lesson.objects.update(reach="author")
    address = reverse("import_differences", args=["riverside", run.pk])
    page = as_(farah).get(address).content.decode()
    assert "Order early" not in page
    assert "You may not read" in page
    as_(farah).post(address, {f"choice-{row.pk}": "ours" for row in run.differences.all()})
    assert set(run.differences.values_list("choice", flat=True)) == {""}


def test_a_row_of_a_lesson_that_is_part_of_another_is_told(bring):
    bring(FIRST)
    Lesson.objects.filter(external_id="A1").update(merged_into=lesson("A2"))
    run = bring(SECOND)
    assert "part of another lesson" in run.problems.get(external_id="A1").sentence


# --- Undo ------------------------------------------------------------------------------------------------------------


def test_a_whole_import_is_taken_out_again(bring, farah):
    run = bring(FIRST)
    assert ImportedRow.objects.count() == 2
    assert undo(run, farah)["deleted"] == 2
    assert not Lesson.objects.exists()
    assert not LessonRevision.objects.exists()
    assert not SearchDoc.objects.filter(kind="lesson").exists()
    entry = AuditEntry.objects.get(event="import.undone")
    assert (entry.facts["deleted"], entry.facts["kept"]) == (2, 0)
    assert undo(run, farah)["deleted"] == 2  # pressed twice


def test_what_it_changed_is_put_back_as_it_was(bring, farah, member, cara):
    bring(FIRST)
    second = bring(SECOND)
    assert lesson("A1").words.number == 2
    counts = undo(second, farah)
    assert (counts["deleted"], counts["restored"], counts["kept"]) == (0, 2, 0)
    row = lesson("A1")
    assert (row.words.learned, row.words.number, row.approved) == ("Order early", 1, row.revision)
    assert (row.happened_on.isoformat(), lesson("A2").happened_on) == ("2025-03-04", None)
    assert index.find(member(cara), "late", kinds=["lesson"]).total == 0
    assert index.find(member(cara), "early", kinds=["lesson"]).total == 1
    assert bring(SECOND).counts["merged"] == 2  # the same file can come again


def test_the_earlier_import_can_be_undone_after_the_later_one(bring, farah):
    first, second = bring(FIRST), bring(SECOND)
    undo(second, farah)
    assert undo(first, farah)["deleted"] == 2
    assert not Lesson.objects.exists()


def test_what_was_changed_since_is_kept_and_named(bring, farah, as_):
    run = bring(FIRST)
    row = lesson("A1")
    writing.write_lesson(row, by=as_member(farah), at=NOON, seen=row.version, words={"learned": "Mine."})
    counts = undo(run, farah)
    assert (counts["deleted"], counts["kept"]) == (1, 1)
    assert [one.external_id for one in Lesson.objects.all()] == ["A1"]
    page = as_(farah).get(run.get_absolute_url()).content.decode()
    assert "Beds" in page
    assert "1 lesson left" in " ".join(page.split())


def test_what_was_used_since_is_kept(bring, farah, riverside, cara):
    run = bring(FIRST)
    Reuse.objects.create(lesson=lesson("A1"), organisation=riverside, person=cara, kind=Reuse.Kind.values[0])
    writing.add_lesson_action(lesson("A2"), by=as_member(farah), at=NOON, title="Tell the ward")
    assert undo(run, farah)["kept"] == 2
    assert Lesson.objects.count() == 2


def test_words_that_somebody_has_used_since_stay(bring, farah, riverside, cara):
    bring(FIRST)
    said = {"organisation": riverside, "person": cara, "kind": Reuse.Kind.values[0]}
    Reuse.objects.create(lesson=lesson("A2"), at=NOON - timedelta(days=1), **said)
    second = bring(SECOND)
    Reuse.objects.create(lesson=lesson("A1"), at=NOON + timedelta(hours=1), **said)
    counts = undo(second, farah)
    assert (counts["restored"], counts["kept"]) == (1, 1)
    assert lesson("A1").words.learned == "Order late"
    assert lesson("A2").happened_on is None


def test_what_another_file_has_brought_too_is_kept(bring, farah, as_):
    first = bring(FIRST)
    bring("Ref,Title,Lesson,Date,Tags\nA1,Beds,Order early,2025-03-04,Rota\n")
    counts = undo(first, farah)
    assert (counts["deleted"], counts["kept"]) == (1, 1)
    page = as_(farah).get(first.get_absolute_url()).content.decode()
    assert "Beds" in page
    Lesson.objects.update(reach="author")
    page = " ".join(as_(farah).get(first.get_absolute_url()).content.decode().split())
    assert "Beds" not in page
    assert "1 more that you may not read" in page


def test_a_file_that_was_taken_back_is_not_named(bring, farah, as_):
    bring(FIRST, file_name="one.csv")
    undo(bring(SECOND, file_name="two.csv"), farah)
    page = as_(farah).get(lesson("A1").get_absolute_url()).content.decode()
    assert "one.csv" in page
    assert "two.csv" not in page


def test_a_tag_that_was_replaced_since_is_put_back_as_what_it_means(bring, farah, riverside):
    bring(FIRST)
    second = bring(SECOND.replace("Rota", "Beds"))
    tags.replace_tag(Tag.objects.get(name="Rota"), by=as_member(farah), at=NOON, name="Doors")
    undo(second, farah)
    assert [tag.name for tag in lesson("A1").tags.all()] == ["Doors"]


def test_without_provenance_it_is_not_offered(bring, farah):
    run = bring(FIRST)
    ImportedRow.objects.all().delete()
    with pytest.raises(Refusal):
        undoing.request_undo(run, by=as_member(farah), at=NOON)


def test_an_import_that_stopped_is_taken_out_and_an_undo_that_stopped_goes_on(upload, farah, as_, monkeypatch):
    run = upload(FIRST)
    importing.request_import(run, by=as_member(farah), at=NOON)
    monkeypatch.setattr(importing, "BATCH", 1)
    rows = next(importing._batches_of(importing.reader_of(run).read_rows()))
    importing._write_batch(run, importing.BatchWriter(run, NOON), rows)
    for sentence in ("This stopped in the middle", "Taking this out again stopped"):
        Job.objects.filter(pk=run.job_id).update(state=Job.State.FAILED)
        page = as_(farah).get(run.get_absolute_url()).content.decode()
        assert sentence in page
        assert "See what went wrong and try again" in page
        job = undoing.request_undo(run, by=as_member(farah), at=NOON)
        assert undoing.request_undo(run, by=as_member(farah), at=NOON) == job
    undoing.undo_import(run, at=NOON)
    assert (run.state, run.undo_counts["deleted"]) == (ImportRun.State.UNDONE, 1)


def test_an_earlier_file_is_not_undone_under_a_later_one(bring, farah):
    first = bring(FIRST)
    bring(SECOND)
    assert undo(first, farah)["kept"] == 2


def test_seven_days_and_no_longer(bring, farah, cara, as_):
    run = bring(FIRST)
    with pytest.raises(Refusal, match="seven days"):
        undoing.request_undo(run, by=as_member(farah), at=NOON + timedelta(days=7, minutes=1))
    undoing.request_undo(run, by=as_member(farah), at=NOON + timedelta(days=7))


def test_an_undo_that_is_killed_goes_on(bring, farah, monkeypatch):
    run = bring(FIRST)
    monkeypatch.setattr(undoing, "BATCH", 1)
    undoing.request_undo(run, by=as_member(farah), at=NOON)
    undoing._undo_batch(run)
    assert Lesson.objects.count() == 1
    counts = undoing.undo_import(ImportRun.objects.select_related("organisation").get(pk=run.pk), at=NOON)
    assert (counts["deleted"], Lesson.objects.count()) == (2, 0)


def test_from_the_page(bring, farah, as_):
    run = bring(FIRST)
    ImportRun.objects.update(finished_at=timezone.now())
    page = as_(farah).get(run.get_absolute_url()).content.decode()
    assert "Take these lessons out again" in page
    as_(farah).post(reverse("import_undo", args=["riverside", run.pk]))
    runner.run_ready()
    page = " ".join(as_(farah).get(run.get_absolute_url()).content.decode().split())
    assert "2 lessons deleted" in page
    assert "Taken out again" in as_(farah).get(reverse("import_list", args=["riverside"])).content.decode()
    assert Tag.objects.exists()


def test_a_lesson_says_which_row_it_came_from(bring, farah, as_):
    bring(FIRST, file_name="../../<b>log</b>\u202e.csv")
    page = as_(farah).get(lesson("A2").get_absolute_url()).content.decode()
    assert "Brought in from row 3 of b&gt;.csv" in " ".join(page.split())


# --- What comes in ---------------------------------------------------------------------------------------------------


def test_a_pasted_table(as_, farah):
    address = reverse("import_list", args=["riverside"])
    answer = as_(farah).post(address, {"pasted": "Ref\tTitle\tLesson\nA1\tBeds\tOrder early\n", "source": "Sheet"})
    run = ImportRun.objects.get()
    assert answer.url == run.get_absolute_url()
    assert run.survey["rows"] == 1
    nothing = as_(farah).post(address, {"pasted": "  "})
    assert nothing.status_code == 422
    assert "Choose a file, or paste a table" in nothing.content.decode()


def test_a_report_in_markdown_is_a_lesson(bring):
    parts = ["# Storm of 2026-03-02", "## Summary", "It rained.", "## Lessons learnt", "- Close the lid"]
    report = "\n\n".join([*parts, "## Action items", "1. Buy a lid\n"])
    run = bring(report, file_name="storm.md")
    row = Lesson.objects.select_related("revision").get()
    assert (run.counts["created"], row.words.title, row.happened_on.isoformat()) == (
        1,
        "Storm of 2026-03-02",
        "2026-03-02",
    )
    assert (row.words.abstract, row.words.learned, row.words.then_do) == (
        "It rained.",
        "- Close the lid",
        "1. Buy a lid",
    )


def test_a_killed_command_goes_on_where_it_was(riverside, farah, tmp_path, capsys, monkeypatch):
    path = tmp_path / "log.csv"
    path.write_text("Ref,Title,Lesson\n" + "".join(f"{number},Beds {number},Order\n" for number in range(5)))
    monkeypatch.setattr(importing, "BATCH", 2)
    options = {"organisation": "riverside", "by": "farah@riverside.example"}

    def kill(command, done):
        raise SystemExit("killed")

    show = "lessons.management.commands.import_lessons.Command._show_progress"
    with monkeypatch.context() as once:
        once.setattr(show, kill)
        with pytest.raises(SystemExit):
            call_command("import_lessons", path, **options)
    capsys.readouterr()
    call_command("import_lessons", path, **options)
    said = capsys.readouterr().out
    assert "goes on from there" in said
    assert json.loads(said.splitlines()[-1])["created"] == 5
    assert (Lesson.objects.count(), ImportRun.objects.count()) == (5, 1)


def test_an_upload_of_several_pieces_is_the_same_file(as_, farah, monkeypatch, tmp_path):
    monkeypatch.setattr("lessons.models.importing.PIECE", 64)
    rows = "Ref,Title,Lesson\n" + "".join(f"{number},Bäder {number},Über {number}\n" for number in range(40))
    as_(farah).post(reverse("import_list", args=["riverside"]), {"file": SimpleUploadedFile("l.csv", rows.encode())})
    run = ImportRun.objects.get()
    assert run.pieces.count() > 5
    with run.opener() as file:
        assert file.read().decode() == rows
        file.seek(-9, 2)
        assert file.read().decode() == rows[-8:]
    importing.begin_import(run)
    assert importing.run_import(run, at=NOON).created == 40


def test_what_goes_out_comes_in_again_unchanged(bring, as_, farah):
    bring('Ref,Title,Lesson,Date\nA1,=Beds,"+Order, early",2025-03-04\n')
    answer = as_(farah).get(reverse("lesson_list", args=["riverside"]), {"format": "csv"})
    out = b"".join(answer.streaming_content)
    rows = list(csv.DictReader(out.decode("utf-8-sig").splitlines()))
    assert (rows[0]["Title"], rows[0]["What was learned"], rows[0]["Row in the file"]) == (
        "'=Beds",
        "'+Order, early",
        "2",
    )
    bring(out, source="Back", file_name="back.csv")
    row = Lesson.objects.select_related("revision").get(source="Back")
    assert (row.words.title, row.words.learned, row.happened_on.isoformat()) == ("=Beds", "+Order, early", "2025-03-04")
