"""Bringing lessons in: the command, the pages, the worker; whole, again, broken off, and the real files."""

import csv
import json
import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from jobs import runner
from jobs.models import Job
from kmportal.lib.exceptions import Refusal, Stale
from kmportal.lib.importing import Unreadable
from lessons.actions import importing, writing
from lessons.importing.batches import BatchWriter
from lessons.models import ImportProblem, ImportRun, Lesson, LessonRevision, State, Tag
from organisations.models import AuditEntry, Group
from organisations.visibility import Reach
from search import index
from tests.cast import as_member

from .conftest import NOON

FILES = Path(__file__).parent / "files"
REAL = Path(os.environ.get("KM_REAL_DATA", Path(__file__).parents[3] / "shared" / "data")) / "lessons_nasa_llis"


@pytest.fixture(autouse=True)
def _no_waiting(settings):
    settings.JOB_WAIT_SECONDS = 0


@pytest.fixture
def bring(riverside, farah, capsys):
    """``bring(file, **options)``: the command; answers the counts of its last line."""

    def command(path, **options):
        options = {"organisation": "riverside", "by": "farah@riverside.example", **options}
        call_command("import_lessons", path, **options)
        return json.loads(capsys.readouterr().out.strip().splitlines()[-1])

    return command


def test_a_file_becomes_lessons_with_their_source(bring, riverside, member, cara, farah):
    counts = bring(FILES / "lessons_2014.csv")
    assert counts == {"read": 12, "created": 10, "merged": 0, "unchanged": 0, "refused": 2, "flagged": 5}
    lesson = Lesson.objects.get(external_id="101")
    assert (lesson.source, lesson.state, lesson.reach, lesson.author) == (
        "NASA LLIS", State.IDENTIFIED, Reach.ORGANISATION, None,
    )  # fmt: skip
    assert (str(lesson.group), lesson.group.kind) == ("NASA LLIS", Group.Kind.SOURCE)
    assert lesson.flags == ["letters"]
    assert (lesson.approved, lesson.words.brought_in, lesson.words.by) == (lesson.revision, True, farah)
    assert lesson.tags.count() == 4
    assert Lesson.objects.filter(revision__title="Check the lift").count() == 2
    hits = index.find(member(cara), "porter", kinds=["lesson"], filters={"source": ["NASA LLIS"]}).hits
    assert [hit.ident for hit in hits] == [lesson.pk]
    entry = AuditEntry.objects.get(event="import.finished")
    assert entry.facts["created"] == 10


def test_the_same_file_again_changes_nothing(bring):
    bring(FILES / "lessons_2014.csv")
    before = list(Lesson.objects.order_by("pk").values_list("pk", "version", "revision"))
    again = bring(FILES / "lessons_2014.csv")
    assert again == {"read": 12, "created": 0, "merged": 0, "unchanged": 10, "refused": 2, "flagged": 5}
    assert list(Lesson.objects.order_by("pk").values_list("pk", "version", "revision")) == before


def test_a_second_source_completes_and_heals(bring, member, reza):
    bring(FILES / "lessons_2014.csv")
    counts = bring(FILES / "lessons_partial.jsonl")
    assert counts == {"read": 5, "created": 1, "merged": 3, "unchanged": 0, "refused": 1, "flagged": 1}
    whole = Lesson.objects.get(external_id="101")
    assert whole.flags == []
    assert whole.words.number == 2
    assert whole.approved == whole.revision
    assert whole.words.then_do == "Keep a second key at the desk."
    assert whole.happened_on.isoformat() == "2014-06-07"
    titled = Lesson.objects.get(external_id="102")
    assert (titled.words.title, titled.flags) == ("Label oxygen cylinders", [])
    assert Lesson.objects.get(external_id="106").flags == ["letters"]
    assert index.find(member(reza), "second key desk", kinds=["lesson"]).total == 1
    assert bring(FILES / "lessons_2014.csv")["unchanged"] == 10
    assert bring(FILES / "lessons_partial.jsonl")["unchanged"] == 4
    assert Tag.objects.filter(name__iexact="power").count() == 1


def test_nothing_is_brought_into_the_group_of_a_closed_community(bring, riverside):
    """Its name is taken, so the group is called nearly so; a second file finds that one."""
    ended = Group.objects.create(organisation=riverside, name="nasa LLIS", kind=Group.Kind.COMMUNITY, ended_at=NOON)
    bring(FILES / "lessons_2014.csv")
    bring(FILES / "lessons_partial.jsonl")
    assert not Lesson.objects.filter(group=ended).exists()
    assert set(Lesson.objects.values_list("group__name", flat=True)) == {"NASA LLIS (brought in)"}


def test_what_somebody_corrected_here_stays(bring, farah):
    bring(FILES / "lessons_2014.csv")
    lesson = Lesson.objects.get(external_id="101")
    writing.write_lesson(lesson, by=as_member(farah), at=NOON, seen=lesson.version, words={"learned": "Three keys."})
    bring(FILES / "lessons_partial.jsonl")
    lesson.refresh_from_db()
    assert lesson.words.learned == "Three keys."
    assert lesson.words.happened == "The store room stayed shut for a night."
    assert lesson.changed_since_validation


def test_a_dry_run_says_the_same_and_writes_nothing(bring):
    dry = bring(FILES / "lessons_2014.csv", dry_run=True)
    assert not Lesson.objects.exists()
    assert not ImportRun.objects.exists()
    assert not Group.objects.exists()
    assert dry == bring(FILES / "lessons_2014.csv")
    assert bring(FILES / "lessons_partial.jsonl", dry_run=True) == bring(FILES / "lessons_partial.jsonl")


def test_refused_rows_are_written_to_a_file(bring, tmp_path):
    bring(FILES / "lessons_2014.csv", errors=tmp_path / "errors.csv", group="From space")
    with (tmp_path / "errors.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["Row"], row["Number in the source"], row["What happened"]) for row in rows] == [
        ("10", "109", "refused"),
        ("11", "110", "refused"),
        ("12", "111", "brought in"),
    ]
    assert Group.objects.get().name == "From space"


def test_an_encoding_that_was_chosen(bring):
    assert bring(FILES / "plain.csv")["flagged"] == 2
    Lesson.objects.all().delete()
    assert bring(FILES / "plain.csv", encoding="cp1252")["flagged"] == 0
    assert Lesson.objects.get().words.learned == "Cold tea £2 is wasted"
    assert Lesson.objects.get().source == "plain"


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.csv", b"", "empty"),
        ("book.csv", b"PK\x03\x04\x14\x00", "packed"),
        ("one.csv", b"Title\nOne\n", "one column"),
        ("no.csv", b"Number,Date\n1,2014-06-06\n", "No column gives"),
        ("open.csv", b'Title,Lesson\n1,"open\n', "never closed"),
    ],
)
def test_the_command_refuses_in_one_sentence(bring, tmp_path, name, content, says):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(CommandError, match=says):
        bring(tmp_path / name)
    assert not Lesson.objects.exists()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"by": "nobody@riverside.example"}, "Nobody with the address"),
        ({"by": "cara@riverside.example"}, "Cara Doyle may not import"),
        ({"organisation": "hillside"}, "Nobody with the address"),
        ({"encoding": "klingon"}, "no encoding called"),
        ({"source": "S" * 81}, "--source has at most 80 characters"),
    ],
)
def test_the_command_asks_who_and_where(bring, cara, hillside, options, says):
    with pytest.raises(CommandError, match=says):
        bring(FILES / "lessons_2014.csv", **options)
    with pytest.raises(CommandError, match="cannot be read"):
        bring(FILES / "missing.csv")


def test_the_limit_is_for_uploads_and_not_for_the_command(bring, settings):
    settings.UPLOAD_LIMIT = 100
    assert bring(FILES / "lessons_2014.csv")["created"] == 10


# --- The run and the worker ------------------------------------------------------------------------------------------


def look(riverside, farah, name="lessons_2014.csv", **values):
    content = (FILES / name).read_bytes()
    return importing.upload_import(riverside, by=as_member(farah), at=NOON, file_name=name, content=content, **values)


def test_a_run_that_is_killed_goes_on_where_it_stopped(riverside, farah, monkeypatch):
    monkeypatch.setattr(importing, "BATCH", 3)
    run = look(riverside, farah)
    importing.begin_import(run)
    write, calls = BatchWriter.write_batch, []

    def killed(writer, rows):
        calls.append(len(rows))
        if len(calls) == 3:
            raise SystemExit("killed")
        return write(writer, rows)

    monkeypatch.setattr(BatchWriter, "write_batch", killed)
    with pytest.raises(SystemExit):
        importing.run_import(run, at=NOON)
    run = ImportRun.objects.get()
    assert (run.state, run.rows_done, Lesson.objects.count()) == (ImportRun.State.RUNNING, 6, 6)
    monkeypatch.setattr(BatchWriter, "write_batch", write)
    counts = importing.run_import(run, at=NOON)
    assert (counts.read, counts.created, counts.refused) == (12, 10, 2)
    assert Lesson.objects.count() == 10
    assert ImportProblem.objects.count() == 3
    assert importing.run_import(run, at=NOON) == counts


def test_a_batch_is_written_whole_or_not_at_all(riverside, farah, monkeypatch):
    run = look(riverside, farah)
    importing.begin_import(run)
    monkeypatch.setattr("lessons.importing.batches.index.add_many", lambda docs, learned: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        importing.run_import(run, at=NOON)
    assert not Lesson.objects.exists()
    assert not LessonRevision.objects.exists()
    assert ImportRun.objects.get().rows_done == 0


def test_two_workers_at_one_run_write_each_row_once(riverside, farah, monkeypatch):
    monkeypatch.setattr(importing, "BATCH", 3)
    run = look(riverside, farah)
    importing.begin_import(run)
    other = ImportRun.objects.select_related("organisation", "by").get()
    seen = []

    def interrupt(done):
        if not seen:
            seen.append(importing.run_import(other, at=NOON))

    counts = importing.run_import(run, at=NOON, report=interrupt)
    assert seen == [counts]
    assert (counts.read, counts.created) == (12, 10)
    assert Lesson.objects.count() == 10


def test_how_a_file_is_read_can_be_changed_before_and_not_after(riverside, farah):
    run = look(riverside, farah)
    with pytest.raises(Refusal, match="No column gives"):
        importing.settle_import(
            run,
            by=as_member(farah),
            seen=1,
            source="S",
            group_name="",
            encoding="",
            mapping={"LessonId": "external_id"},
            at=timezone.now(),
        )
    with pytest.raises(Refusal, match="Two headings lead"):
        importing.settle_import(
            run,
            by=as_member(farah),
            seen=1,
            source="S",
            group_name="",
            encoding="",
            mapping={"Title": "title", "Lesson": "title"},
            at=timezone.now(),
        )
    importing.settle_import(
        run,
        by=as_member(farah),
        seen=1,
        source="S",
        group_name="G",
        encoding="",
        mapping={"Title": "title", "Lesson": "then_do", "x": "y"},
        at=timezone.now(),
    )
    with pytest.raises(Stale):
        importing.settle_import(
            run,
            by=as_member(farah),
            seen=1,
            source="T",
            group_name="",
            encoding="",
            mapping={"Title": "title"},
            at=timezone.now(),
        )
    with pytest.raises(Unreadable):
        importing.settle_import(
            run,
            by=as_member(farah),
            seen=2,
            source="T",
            group_name="",
            encoding="klingon",
            mapping={"Title": "title"},
            at=timezone.now(),
        )
    importing.begin_import(run)
    importing.run_import(run, at=NOON)
    assert str(Lesson.objects.filter(source="S").first().group) == "G"
    with pytest.raises(Refusal, match="upload it again"):
        importing.begin_import(run)
    with pytest.raises(Refusal, match="upload it again"):
        importing.settle_import(
            run,
            by=as_member(farah),
            seen=2,
            source="T",
            group_name="",
            encoding="",
            mapping={"Title": "title"},
            at=timezone.now(),
        )


# --- The pages -------------------------------------------------------------------------------------------------------


@pytest.fixture
def upload(as_, farah, riverside):
    """``upload(name, content)``: Farah’s browser sends a file; answers what comes back."""
    browser = as_(farah)
    address = reverse("import_list", args=["riverside"])

    def send(name="lessons_2014.csv", content=None, **values):
        content = (FILES / name).read_bytes() if content is None else content
        return browser.post(address, {"file": SimpleUploadedFile(name, content), **values})

    send.browser = browser
    return send


def test_from_the_file_to_the_lessons(upload, as_, reza):
    answer = upload()
    run = ImportRun.objects.get()
    assert answer.url == run.get_absolute_url()
    shown = upload.browser.get(run.get_absolute_url()).content.decode()
    for words in ("12 rows", "Keep the store room key", "Some letters cannot be read for certain", "Try it out"):
        assert words in shown
    tried = upload.browser.post(reverse("import_try", args=["riverside", run.pk]))
    job = Job.objects.get()
    assert tried.url == job.get_absolute_url()
    runner.run_ready()
    assert upload.browser.get(job.get_absolute_url()).url == run.get_absolute_url()
    shown = upload.browser.get(run.get_absolute_url()).content.decode()
    for words in ("This is what would happen to them", "12 rows read", "5 lessons have", "Bring the lessons in"):
        assert words in shown
    assert not Lesson.objects.exists()
    go = reverse("import_run", args=["riverside", run.pk])
    upload.browser.post(go)
    upload.browser.post(go)  # pressed twice
    assert "This is being brought in." in upload.browser.get(run.get_absolute_url()).content.decode()
    runner.run_ready()
    assert Lesson.objects.count() == 10
    shown = upload.browser.get(run.get_absolute_url()).content.decode()
    for words in ("See the lessons from NASA LLIS", "3 rows to look at", "This row has 17 cells"):
        assert words in shown
    problems = upload.browser.get(reverse("import_problems", args=["riverside", run.pk]))
    assert len(b"".join(problems.streaming_content).decode().strip().splitlines()) == 4
    upload.browser.post(go)
    runner.run_ready()
    assert Lesson.objects.count() == 10
    lesson = Lesson.objects.get(external_id="101")
    page = as_(reza).get(lesson.get_absolute_url()).content.decode()
    for words in (
        "From NASA LLIS, number 101",
        "Some letters were damaged in the file",
        "Brought in from NASA LLIS by Farah",
    ):
        assert words in page


def test_reading_it_another_way(upload):
    upload("plain.csv")
    run = ImportRun.objects.get()
    page = upload.browser.get(run.get_absolute_url())
    assert "Cold tea £2 is wasted" in page.content.decode()  # as Windows would read it
    form = page.context["form"]
    values = {field.html_name: field.value() or "" for field in form}
    answer = upload.browser.post(
        run.get_absolute_url(), {**values, "encoding": "cp1252", "source": "Tea", "heading-5": "why"}
    )
    assert answer.status_code == 302
    run.refresh_from_db()
    assert (run.encoding, run.source, run.mapping["Private notes"]) == ("cp1252", "Tea", "why")
    wrong = upload.browser.post(
        run.get_absolute_url(), {**values, "version": 2, "heading-0": "why", "heading-1": "why"}
    )
    assert wrong.status_code == 422
    assert "Two headings lead to “Why”" in wrong.content.decode()
    none = {**values, "version": 2, **{name: "" for name in values if name.startswith("heading-")}}
    assert "Choose a heading for the title" in upload.browser.post(run.get_absolute_url(), none).content.decode()
    stale = upload.browser.post(run.get_absolute_url(), {**values, "version": 1})
    assert "How this file is read was changed" in stale.content.decode()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("lessons.csv", b"PK\x03\x04xl/", "packed"),
        ("lessons.csv", b"%PDF-1.7", "This is a PDF"),
        ("lessons.csv", b"\x00\x01\x02", "not a text file"),
        ("lessons.csv", b"   ", "This file is empty"),
        ("lessons.csv", b"", "This file is empty"),
        ("lessons.csv", b"Title\nOne", "one column"),
        ("lessons.jsonl", b"{broken", "No line of this file"),
    ],
)
def test_a_file_that_is_not_what_it_says(upload, name, content, says):
    answer = upload(name, content)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not ImportRun.objects.exists()


def test_no_file_and_too_large_a_file(upload, settings):
    answer = upload.browser.post(reverse("import_list", args=["riverside"]), {})
    assert "Choose a file" in answer.content.decode()
    settings.UPLOAD_LIMIT = 1024
    assert "MB" in upload().content.decode()
    assert not ImportRun.objects.exists()


def test_who_may_bring_lessons_in(upload, as_, cara, reza, ada, oskar, lena):
    upload()
    run = ImportRun.objects.get()
    for address in (reverse("import_list", args=["riverside"]), run.get_absolute_url()):
        assert [as_(person).get(address).status_code for person in (cara, reza, ada, oskar, lena)] == [
            403, 403, 403, 404, 200,
        ]  # fmt: skip
    elsewhere = reverse("import_detail", args=["hillside", run.pk])
    assert as_(oskar).get(elsewhere).status_code == 404
    assert as_(oskar).post(reverse("import_run", args=["hillside", run.pk])).status_code == 404


def test_a_run_whose_job_failed_says_where_to_look(upload, monkeypatch):
    upload()
    run = ImportRun.objects.get()
    upload.browser.post(reverse("import_run", args=["riverside", run.pk]))
    Job.objects.update(state=Job.State.FAILED, error="It broke.")
    text = upload.browser.get(run.get_absolute_url()).content.decode()
    assert "This stopped in the middle" in text
    assert Job.objects.get().get_absolute_url() in text


# --- The real files --------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not REAL.is_dir(), reason="the real files are not here (KM_REAL_DATA)")
def test_the_real_files(bring):
    first = bring(REAL / "llis_2014.csv")
    assert first == {"read": 1637, "created": 1637, "merged": 0, "unchanged": 0, "refused": 0, "flagged": 100}
    assert sum("letters" in flags for flags in Lesson.objects.values_list("flags", flat=True)) == 85
    second = bring(REAL / "llis_partial_2026.jsonl")
    assert (second["read"], second["created"], second["merged"]) == (1292, 349, 943)
    assert Lesson.objects.count() == 1986
    assert bring(REAL / "llis_2014.csv")["unchanged"] == 1637
    assert bring(REAL / "llis_partial_2026.jsonl")["unchanged"] == 1292
    mac = bring(REAL / "llis_2014_excel_mac.csv")
    assert (mac["read"], mac["created"], mac["refused"]) == (1637, 0, 0)
    assert Lesson.objects.count() == 1986


def test_files_are_forgotten_after_a_month_and_lessons_are_not(riverside, farah, as_):
    content = (FILES / "lessons_2014.csv").read_bytes()
    names = ("done", "done late", "looked at", "just looked at", "in progress")
    runs = {
        name: importing.upload_import(
            riverside, by=as_member(farah), at=NOON, file_name=name, content=content, source="X"
        )
        for name in names
    }
    for name in names[:2]:
        importing.begin_import(runs[name])
        importing.run_import(runs[name], at=NOON)
    importing.begin_import(runs["in progress"])
    lessons, month = Lesson.objects.count(), timedelta(days=30, minutes=1)
    ImportRun.objects.filter(file_name="done").update(finished_at=NOON)
    ImportRun.objects.filter(file_name="done late").update(finished_at=NOON + month)
    ImportRun.objects.filter(file_name="just looked at").update(started_at=NOON + month)
    for _twice in range(2):
        importing.tidy_imports(NOON + month)
    left = {run.file_name: b"".join(bytes(piece.data) for piece in run.pieces.all()) for run in ImportRun.objects.all()}
    assert left == {"done": b"", "done late": content, "just looked at": content, "in progress": content}
    assert Lesson.objects.count() == lessons > 0
    assert as_(farah).get(runs["done"].get_absolute_url()).status_code == 200
