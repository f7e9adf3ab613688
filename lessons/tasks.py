"""What jobs of lessons call. Each takes ids and is safe to repeat."""

from typing import Any

from django.utils import timezone
from django.utils.text import slugify

from jobs.models import JobFile
from jobs.runner import Assignment
from kmportal.lib.exceptions import Refusal
from kmportal.lib.things import Ref
from kmportal.lib.work import find_work
from lessons.actions import follows, importing, tags, undoing
from lessons.actions.importing import Report
from lessons.importing.sheets import survey_of_run
from lessons.models import Asset, ImportRun, Lesson, Poster, Tag
from lessons.reports.assets import asset_as_pdf
from lessons.reports.pack import pack_as_pdf
from lessons.reports.posters import poster_as_pdf
from lessons.reports.summary import summary_as_pdf
from organisations.events import Occurrence
from organisations.models import AuditEntry, Membership, Person
from organisations.permissions import Permission
from techniques.models import Session


def try_out(work: Assignment, run_id: int) -> dict[str, Any]:
    """Read a file without writing its lessons."""
    run = ImportRun.objects.select_related("organisation").get(pk=run_id)
    importing.try_import(run, report=_progress_of(work, run))
    return {"url": run.get_absolute_url()}


def bring_in(work: Assignment, run_id: int) -> dict[str, Any]:
    """Write the lessons of a file, from where the run stands."""
    run = ImportRun.objects.select_related("organisation", "by").get(pk=run_id)
    importing.run_import(run, at=timezone.now(), report=_progress_of(work, run))
    return {"url": run.get_absolute_url()}


def take_out(work: Assignment, run_id: int, by_id: int | None = None) -> dict[str, Any]:
    """Undo an import, from where it stands."""
    run = ImportRun.objects.select_related("organisation").get(pk=run_id)
    undoing.undo_import(run, at=timezone.now(), by=Person.objects.filter(pk=by_id or 0).first())
    return {"url": run.get_absolute_url()}


def tell_followers(work: Assignment, entry_id: int, themes: str = "") -> dict[str, Any]:
    """Tell followers of a lesson that the line of the trail says was checked, or belongs to these further themes."""
    entry = AuditEntry.objects.select_related("organisation").get(pk=entry_id)
    neighbours = ("organisation", "revision", "author", "group")
    lesson = Lesson.objects.select_related(*neighbours).filter(pk=entry.ident).first()
    if lesson is None:
        return {}
    by = Person.objects.filter(pk=entry.actor_id).first() if entry.actor_id else None
    texts = {"new": themes}
    occurrence = Occurrence(entry.event, lesson, entry.organisation, by, entry.at, entry, {}, texts=texts)
    return {"told": follows.tell_followers(lesson, occurrence)}


def find_lessons_of_tag(work: Assignment, tag_id: int) -> dict[str, Any]:
    """After a tag was changed: its lessons are found by their tags of today."""
    tag = Tag.ever_used.filter(pk=tag_id).first()
    return {"found": tags.find_lessons_of_tag(tag) if tag else 0}


def pack_pdf(work: Assignment, *, kind: str, ident: int) -> None:
    """Draw the pack of a piece of work as a PDF and keep it with the job, with the rights of who asked for it."""
    members = Membership.objects.current().select_related("organisation", "person")
    reader = members.filter(organisation=work.job.organisation_id, person=work.job.requested_by_id).first()
    piece = find_work(Ref(kind, ident), reader) if reader is not None else None
    if reader is None or piece is None or piece.organisation.pk != reader.organisation_id:
        raise Refusal("You may not read this any more.")
    work.progress(30, "Drawing the pages")
    with reader.organisation.at_home():
        content = pack_as_pdf(piece, reader)
    name = f"before-you-start-{slugify(piece.title)[:60] or ident}.pdf"
    work.finish(file=JobFile(name=name, content_type="application/pdf", content=content))


def _progress_of(work: Assignment, run: ImportRun) -> Report:
    total = survey_of_run(run).rows or 1
    return lambda done: work.progress(100 * done / total, f"{done:,} of {total:,} rows")


def poster_pdf(work: Assignment, *, poster_id: int) -> None:
    """Draw the poster of a unit as a PDF and keep it with the job, with the rights of who asked for it."""
    poster = Poster.objects.select_related("organisation", "group").filter(pk=poster_id, is_open=True).first()
    members = Membership.objects.current().may(Permission.VALIDATE).filter(organisation=work.job.organisation_id)
    if poster is None or not members.filter(person=work.job.requested_by_id).exists():
        raise Refusal("This poster is closed, or you may not print it any more.")
    work.progress(30, "Drawing the page")
    name = f"poster-{slugify(poster.group.name) or poster.pk}.pdf"
    work.finish(file=JobFile(name=name, content_type="application/pdf", content=poster_as_pdf(poster)))


def asset_pdf(work: Assignment, *, asset_id: int) -> None:
    """Draw a knowledge asset as a PDF and keep it with the job, with the rights of who asked for it."""
    members = Membership.objects.current().select_related("organisation", "person")
    reader = members.filter(organisation=work.job.organisation_id, person=work.job.requested_by_id).first()
    rows = Asset.objects.select_related("organisation", "group", "owner", "deputy", "author", "checked_by")
    asset = rows.visible_to(reader).filter(pk=asset_id).first() if reader else None
    if reader is None or asset is None:
        raise Refusal("You may not read this any more.")
    work.progress(30, "Drawing the pages")
    with reader.organisation.at_home():
        content = asset_as_pdf(asset, reader)
    name = f"{slugify(asset.title)[:60] or asset.pk}.pdf"
    work.finish(file=JobFile(name=name, content_type="application/pdf", content=content))


def summary_pdf(work: Assignment, *, session_id: int) -> None:
    """Draw the summary of a session as a PDF and keep it with the job, with the rights of who asked for it."""
    members = Membership.objects.current().select_related("organisation", "person")
    reader = members.filter(organisation=work.job.organisation_id, person=work.job.requested_by_id).first()
    session = Session.objects.visible_to(reader).for_room().filter(pk=session_id).first() if reader else None
    if reader is None or session is None or not session.is_closed:
        raise Refusal("You may not read this any more.")
    work.progress(30, "Drawing the page")
    with reader.organisation.at_home():
        content = summary_as_pdf(session, reader)
    name = f"summary-{slugify(session.title)[:60] or session.pk}.pdf"
    work.finish(file=JobFile(name=name, content_type="application/pdf", content=content))
