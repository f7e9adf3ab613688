"""Bring reviews in that were held and written down elsewhere: a folder of Markdown files, a closed session each."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from kmportal.lib.exceptions import Refusal
from kmportal.lib.importing.reports import parse_report
from lessons.actions.reviews import bring_review_in
from organisations.models import Membership
from organisations.permissions import Permission
from techniques.models import Technique

LARGEST = 2_000_000


class Command(BaseCommand):
    help = "Bring after-action reports in from Markdown files, as closed sessions with their actions and lesson drafts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="a folder with files that end in .md, or one such file")
        parser.add_argument("--organisation", required=True, help="its short name, for example riverside")
        parser.add_argument("--as", dest="by", required=True, help="the address of a member who may lead sessions")

    def handle(self, *args: Any, **options: Any) -> None:
        members = Membership.objects.current().select_related("organisation", "person")
        by = members.filter(organisation__slug=options["organisation"], person__email=options["by"]).first()
        if by is None or not by.can(Permission.FACILITATE):
            raise CommandError(f"{options['by']} may not bring reviews in to “{options['organisation']}”.")
        technique = Technique.objects.filter(key="after-action-review").first()
        if technique is None:
            raise CommandError("The techniques are not loaded yet. Run load_content first.")
        folder: Path = options["folder"]
        files = sorted(folder.rglob("*.md")) if folder.is_dir() else [folder]
        brought = there = left = 0
        with by.organisation.at_home():
            for path in files:
                if not path.is_file() or _is_no_review(path):
                    left += 1
                    continue
                name = path.relative_to(folder).as_posix() if folder.is_dir() else path.name
                try:
                    session = self._bring(path, name, by, technique)
                except Refusal as refusal:
                    self.stderr.write(f"{name}: {refusal}")
                    left += 1
                    continue
                brought, there = brought + (session is not None), there + (session is None)
        self.stdout.write(f"{brought} reviews brought in, {there} here already, {left} files left out.")

    def _bring(self, path: Path, name: str, by: Membership, technique: Technique) -> Any:
        report = parse_report(path.read_text(encoding="utf-8-sig", errors="replace"))
        report.day = report.day or _day_in(name)
        now = timezone.now()
        return bring_review_in(by.organisation, by=by, at=now, report=report, file_name=name, technique=technique)


def _is_no_review(path: Path) -> bool:
    """Templates, lists of contents and licences lie beside the reports; nobody writes one of two megabytes."""
    name = path.stem.lower()
    return "template" in name or name in {"index", "readme", "license"} or path.stat().st_size > LARGEST


def _day_in(name: str) -> str:
    """The day in the name of the file, or the month of the folder that it lies in."""
    parts = name.replace("/", "-").split("-")
    numbers = [part for part in parts if part.isdigit()]
    if len(numbers) >= 3 and len(numbers[0]) == 4:
        return "-".join(numbers[:3])
    return f"{numbers[0]}-{numbers[1]}-01" if len(numbers) == 2 and len(numbers[0]) == 4 else ""
