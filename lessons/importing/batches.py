"""Writing a batch of brought-in rows with a handful of statements, whatever their number."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from kmportal.lib.bulk import insert_many, insert_values, next_keys
from kmportal.lib.model_fields import key_of_name
from lessons.importing.merging import Choice, Decision, Rule, Standing, decide_rows
from lessons.importing.rows import FACTS, WORDS, Row
from lessons.models import ImportedRow, ImportRun, Lesson, LessonEvent, LessonRevision, State, Tag
from lessons.search_documents import document
from lessons.tagging import tag_of_today
from organisations.actions import create_source_group
from organisations.models import Group, Organisation
from organisations.visibility import Reach
from search import index

FOR_ALL: dict[str, Choice] = {ImportRun.Meeting.OURS: "ours", ImportRun.Meeting.THEIRS: "theirs"}
_FILED = Lesson.tags.through


def load_standings(
    run: ImportRun, external_ids: Collection[str], *, to_write: bool = False
) -> dict[str, tuple[Lesson, Standing]]:
    """The lessons of this source that stand already: number there → row and what it says. ``to_write`` locks them, so
    that what somebody writes at this moment is not lost."""
    lessons = (
        Lesson.objects.filter(organisation=run.organisation_id, source=run.source, external_id__in=external_ids)
        .exclude(external_id="")  # says which index there is
        .select_related("revision", "organisation")
        .prefetch_related("tags")
    )
    if to_write:
        lessons = lessons.select_for_update(of=("self",)).order_by("pk")
    return {lesson.external_id: (lesson, _standing_of(lesson)) for lesson in lessons}


def rule_of(run: ImportRun, rows: Iterable[Row]) -> Rule:
    """Which of two values stands for these rows, as somebody chose for the whole file and for single fields."""
    if run.state == ImportRun.State.RUNNING:
        numbers = [row.external_id for row in rows]
        chosen = run.differences.filter(external_id__in=numbers).exclude(choice="")
        one = {(row.external_id, row.field): row.choice for row in chosen.only("external_id", "field", "choice", "run")}
    else:
        one = {}
    for_all = FOR_ALL.get(run.meeting)
    return Rule(for_all, one)


def _as_it_stands(lesson: Lesson, at: datetime) -> dict[str, Any]:
    """What an undo puts back, and until when it stood. The words are in the revision that stands."""
    return {
        "at": at.isoformat(),
        "columns": {name: getattr(lesson, name) for name in (*FACTS, "flags", "rows_taken")},
        "happened_on": lesson.happened_on.isoformat() if lesson.happened_on else None,
        "tags": [tag.pk for tag in lesson.tags.all()],
        "revision": lesson.revision_id,
        "approved": lesson.approved_id,
        "version": lesson.version,
    }


def _standing_of(lesson: Lesson) -> Standing:
    return Standing(
        pk=lesson.pk,
        title=lesson.words.title,
        words={name: text for name in WORDS if (text := getattr(lesson.words, name))},
        facts={name: value for name in FACTS if (value := getattr(lesson, name))},
        happened_on=lesson.happened_on,
        tags=tuple(tag.name for tag in lesson.tags.all()),
        flags=frozenset(lesson.flags),
        taken=tuple(lesson.rows_taken),
        by_hand=not lesson.words.brought_in,
        is_merged=lesson.merged_into_id is not None,
    )


class BatchWriter:
    """Writes the rows of one run. To be used inside a transaction; remembers tags and the group between batches."""

    def __init__(self, run: ImportRun, at: datetime) -> None:
        self.run, self.at = run, at
        # What a name means today; None for a tag that is not used any more.
        self.tags: dict[str, Tag | None] = {}
        self.words: set[str] = set()
        self.group: Group | None = None

    def write_batch(self, rows: Sequence[Row]) -> list[Decision]:
        """Decide what becomes of the rows and write it; answers the decisions."""
        self._lock_source()
        there = load_standings(self.run, {row.external_id for row in rows if not row.refusal}, to_write=True)
        known = {key: standing for key, (_, standing) in there.items()}
        decisions = decide_rows(rows, known, rule_of(self.run, rows))
        touched: dict[str, int] = {}
        for decision in decisions:
            if decision.outcome != "refused":
                touched.setdefault(decision.row.external_id, decision.row.number)
        made = [self._new_lesson(key, known[key]) for key in touched if key not in there]
        kept = [(*there[key], known[key]) for key in touched if key in there]
        self._make_tags(known[key] for key in touched)
        self._create_lessons(made)
        merged = [(lesson, after) for lesson, before, after in kept if not after.says_the_same_as(before)]
        old = [_as_it_stands(lesson, self.at) for lesson, _ in merged]
        self._update_lessons(merged)
        self._remember_provenance([lesson for lesson, _ in made], [None] * len(made), touched)
        self._remember_provenance([lesson for lesson, _ in merged], old, touched)
        same = [(lesson, after) for lesson, before, after in kept if after.says_the_same_as(before)]
        self._remember_provenance([lesson for lesson, _ in same], [{}] * len(same), touched)
        self._remember_rows([(lesson, after) for lesson, after in same if list(after.taken) != lesson.rows_taken])
        return decisions

    def _lock_source(self) -> None:
        """Two files that are brought in at once wait for each other batch by batch: each sees the other’s lessons."""
        Organisation.objects.select_for_update(no_key=True).only("pk").get(pk=self.run.organisation_id)

    def _new_lesson(self, external_id: str, standing: Standing) -> tuple[Lesson, Standing]:
        lesson = Lesson(
            organisation=self.run.organisation,
            group=self._source_group(),
            state=State.IDENTIFIED,
            reach=Reach.ORGANISATION,
            share_with=Reach.ORGANISATION,
            validated_at=self.at,
            created_at=self.at,
            source=self.run.source,
            external_id=external_id,
            **_columns_of(standing),
        )
        return lesson, standing

    def _create_lessons(self, made: Sequence[tuple[Lesson, Standing]]) -> None:
        """Each names its first revision, and the other way round: both have their keys before they are written."""
        lessons = [lesson for lesson, _ in made]
        keys = zip(next_keys(Lesson, len(made)), next_keys(LessonRevision, len(made)), strict=True)
        revisions = []
        for (lesson, standing), (key, revision_key) in zip(made, keys, strict=True):
            lesson.pk = key
            revision = self._new_revision(lesson, standing, 1)
            revision.pk = revision_key
            lesson.revision = lesson.approved = revision
            revisions.append(revision)
        insert_many(lessons)
        insert_many(revisions)
        self._file_under_tags(made)
        self._add_history(lessons, before="")
        documents = (document(lesson, self._names_of(standing)) for lesson, standing in made)
        index.add_many(documents, learned=self.words)

    def _update_lessons(self, merged: Sequence[tuple[Lesson, Standing]]) -> None:
        """New revisions where the words differ; what was checked stays checked unless a person changed it since."""
        revisions = []
        for lesson, standing in merged:
            for name, value in _columns_of(standing).items():
                setattr(lesson, name, value)
            lesson.version += 1
            if _words_of_lesson(standing) != {name: getattr(lesson.words, name) for name in ("title", *WORDS)}:
                revisions.append((lesson, self._new_revision(lesson, standing, lesson.words.number + 1)))
        LessonRevision.objects.bulk_create([revision for _, revision in revisions])
        for lesson, revision in revisions:
            if lesson.approved_id == lesson.revision_id:
                lesson.approved = revision
            lesson.revision = revision
        lessons = [lesson for lesson, _ in merged]
        columns = ["happened_on", *FACTS, "flags", "rows_taken", "version", "revision", "approved"]
        Lesson.objects.bulk_update(lessons, columns)
        _FILED.objects.filter(lesson__in=lessons, tag__retired_at=None).delete()
        self._file_under_tags(merged)
        self._add_history([lesson for lesson, _ in revisions], before=None)
        index.put_many(document(lesson, self._names_of(standing)) for lesson, standing in merged)

    def _remember_provenance(
        self, lessons: Sequence[Lesson], before: Sequence[dict[str, Any] | None], numbers: Mapping[str, int]
    ) -> None:
        insert_many(
            [
                ImportedRow(
                    run=self.run, lesson=lesson, row=numbers[lesson.external_id], version=lesson.version, before=old
                )
                for lesson, old in zip(lessons, before, strict=True)
            ]
        )

    def _remember_rows(self, same: Sequence[tuple[Lesson, Standing]]) -> None:
        """Rows that said nothing new, so that they are known at once next time."""
        for lesson, standing in same:
            lesson.rows_taken = list(standing.taken)
        Lesson.objects.bulk_update([lesson for lesson, _ in same], ["rows_taken"])

    def _new_revision(self, lesson: Lesson, standing: Standing, number: int) -> LessonRevision:
        words = _words_of_lesson(standing)
        if number > 1:
            words["files"] = lesson.words.files  # what somebody put to it stays
        return LessonRevision(lesson=lesson, number=number, at=self.at, by=self.run.by, brought_in=True, **words)

    def _add_history(self, lessons: Iterable[Lesson], *, before: str | None) -> None:
        names = ("lesson_id", "before", "after", "comment", "deed", "revision_id", "at", "by_id")
        insert_values(
            LessonEvent,
            names,
            [
                (
                    lesson.pk,
                    str(lesson.state if before is None else before),
                    str(lesson.state),
                    "",
                    "",
                    lesson.revision_id,
                    self.at,
                    self.run.by_id,
                )
                for lesson in lessons
            ],
        )

    def _file_under_tags(self, lessons: Iterable[tuple[Lesson, Standing]]) -> None:
        filed = [
            (lesson.pk, tag.pk)
            for lesson, standing in lessons
            for tag in dict.fromkeys(self.tags[key_of_name(name)] for name in standing.tags)
            if tag is not None
        ]
        insert_values(_FILED, ("lesson_id", "tag_id"), filed)

    def _names_of(self, standing: Standing) -> list[str]:
        found = dict.fromkeys(self.tags[key_of_name(name)] for name in standing.tags)
        return [tag.name for tag in found if tag is not None]

    def _make_tags(self, standings: Iterable[Standing]) -> None:
        wanted = {key_of_name(name): name for standing in standings for name in standing.tags}
        if not set(wanted) <= set(self.tags):
            there = Tag.ever_used.filter(organisation=self.run.organisation_id).select_related("replaced_by")
            self.tags = {tag.name_key: tag_of_today(tag) for tag in there}
        new = [
            Tag(organisation=self.run.organisation, name=name) for key, name in wanted.items() if key not in self.tags
        ]
        if new:  # somebody else may make the same one at this moment
            Tag.objects.bulk_create(new, ignore_conflicts=True)
            made = Tag.objects.filter(organisation=self.run.organisation_id, name_key__in=map(_key_of_tag, new))
            self.tags |= {tag.name_key: tag for tag in made}

    def _source_group(self) -> Group:
        """The group that owns what is brought in; made when the first lesson needs it. Nothing new belongs to one that
        has ended: where the name is that of a closed community, the group is called nearly so."""
        if self.group is None:
            organisation, name = self.run.organisation, self.run.group_name[:120]
            here = Group.objects.filter(organisation=organisation)
            if here.filter(name_key=key_of_name(name)).exclude(ended_at=None).exists():
                name = f"{name[:107]} (brought in)"
            self.group = here.filter(name_key=key_of_name(name), ended_at=None).first()
        if self.group is None:
            self.group = create_source_group(organisation, at=self.at, name=name)
        return self.group


def _key_of_tag(tag: Tag) -> str:
    return key_of_name(tag.name)


def _columns_of(standing: Standing) -> dict[str, Any]:
    facts = {"kind": Lesson.Kind.LESSON, "contact": "", "process": "", "source_url": "", **standing.facts}
    return {
        **facts,
        "happened_on": standing.happened_on,
        "flags": sorted(standing.flags),
        "rows_taken": list(standing.taken),
    }


def _words_of_lesson(standing: Standing) -> dict[str, str]:
    return {"title": standing.title, **{name: standing.words.get(name, "") for name in WORDS}}
