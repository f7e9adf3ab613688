"""Bring lessons in from a file on this machine, without the browser. The last line is JSON for scripts."""

import csv
import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from kmportal.lib.csv import guarded
from kmportal.lib.exceptions import Refusal
from lessons.actions import importing
from lessons.importing.merging import Counts
from lessons.importing.sheets import PROBLEM_COLUMNS, problem_rows, sheet_of, survey_of_run
from lessons.models import ImportRun
from organisations.models import Membership
from organisations.permissions import Permission


class Command(BaseCommand):
    help = "Bring lessons in from an Excel, CSV, JSON or Markdown file. The last line says in JSON what became of rows."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--organisation", required=True, help="its short name, for example riverside")
        parser.add_argument("--as", dest="by", required=True, help="the address of a member who may import")
        parser.add_argument("--group", default="", help="the group that owns the lessons; made if it is not there")
        parser.add_argument("--source", default="", help="what the source is called; else the file’s name")
        parser.add_argument("--encoding", default="", help="for files that are not UTF-8, for example cp1252")
        parser.add_argument("--dry-run", action="store_true", help="read and compare everything, write nothing")
        parser.add_argument("--all-or-nothing", action="store_true", help="bring in nothing while a row is refused")
        parser.add_argument(
            "--meeting",
            choices=ImportRun.Meeting.values,
            default=ImportRun.Meeting.NEWER,
            help="which words stand where a lesson from the same source is here already",
        )
        parser.add_argument("--errors", type=Path, help="where to write a CSV file of rows with problems")

    def handle(self, *args: Any, **options: Any) -> None:
        member = self._find_member(options["organisation"], options["by"])
        self._check_names(options)
        self._check_file(options["file"])
        with member.organisation.at_home():
            try:
                counts, run = self._bring_lessons(member, options)
            except Refusal as refusal:
                raise CommandError(str(refusal)) from None
        if options["errors"]:
            self._write_problems(run, options["errors"])
        if options["dry_run"]:
            run.delete()
        self.stdout.write(json.dumps(asdict(counts)))

    def _check_names(self, options: dict[str, Any]) -> None:
        for name, field in (("group", "group_name"), ("source", "source")):
            most: Any = ImportRun._meta.get_field(field)
            if len(options[name]) > most.max_length:
                raise CommandError(
                    f"--{name} has at most {most.max_length} characters. Yours has {len(options[name])}."
                )

    def _bring_lessons(self, member: Membership, options: dict[str, Any]) -> tuple[Counts, ImportRun]:
        now = timezone.now()
        if begun := importing.find_unfinished(member.organisation, options["file"], by=member):
            self.stdout.write(f"It was broken off after {begun.rows_done:,} rows and goes on from there.")
            return importing.run_import(begun, at=now, report=self._show_progress), begun
        run = importing.upload_import(
            member.organisation,
            by=member,
            at=now,
            file_name=options["file"].name,
            content=options["file"],
            source=options["source"],
            group_name=options["group"],
            encoding=options["encoding"],
        )
        matched = ", ".join(f"{heading} → {name}" for heading, name in run.mapping.items())
        self.stdout.write(f"Source: {run.source}. Headings: {matched}.")
        sheet = sheet_of(run)
        if sheet.above:
            self.stdout.write(f"The headings stand in row {sheet.skipped + 1}. Passed over: {'; '.join(sheet.above)}.")
        if left_out := survey_of_run(run).left_out:
            named = ", ".join(f"{heading} ({count:,} filled)" for heading, count in left_out)
            self.stdout.write(f"Left out: {named}.")
        run.bad_rows = ImportRun.BadRows.STOP if options["all_or_nothing"] else ImportRun.BadRows.SKIP
        run.meeting = options["meeting"]
        run.save(update_fields=["bad_rows", "meeting"])
        if options["dry_run"]:
            return importing.try_import(run), run
        importing.begin_import(run)
        return importing.run_import(run, at=now, report=self._show_progress), run

    def _show_progress(self, done: int) -> None:
        self.stderr.write(f"{done:,} rows", ending="\r")
        self.stderr.flush()

    def _find_member(self, slug: str, address: str) -> Membership:
        members = Membership.objects.current().select_related("organisation", "person")
        found = members.filter(organisation__slug=slug, person__email=address).first()
        if found is None:
            raise CommandError(f"Nobody with the address {address} belongs to the organisation “{slug}”.")
        if not found.can(Permission.FACILITATE):
            raise CommandError(f"{found.person} may not import. A facilitator or the KM lead may.")
        return found

    def _check_file(self, path: Path) -> None:
        try:
            with path.open("rb") as file:
                file.read(1)
        except OSError as error:
            raise CommandError(f"The file {path} cannot be read: {error.strerror}.") from None

    def _write_problems(self, run: ImportRun, path: Path) -> None:
        try:
            with path.open("w", encoding="utf-8-sig", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(PROBLEM_COLUMNS)
                writer.writerows([guarded(value) for value in row] for row in problem_rows(run))
        except OSError as error:
            raise CommandError(f"The file {path} cannot be written: {error.strerror}.") from None
