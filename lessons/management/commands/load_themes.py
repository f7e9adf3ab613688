"""Load a set of themes from a file on this machine, without the browser."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from kmportal.lib.exceptions import Refusal
from lessons.actions.themes import load_themes
from organisations.models import Membership
from organisations.permissions import Permission


class Command(BaseCommand):
    help = "Load a set of themes from a YAML or CSV file (code, name, text). The same set again is loaded anew."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--organisation", required=True, help="its short name, for example riverside")
        parser.add_argument("--as", dest="by", required=True, help="the address of a member who curates")
        parser.add_argument("--name", default="", help="what the set is called; else what the file says, or its name")

    def handle(self, *args: Any, **options: Any) -> None:
        members = Membership.objects.current().filter(
            organisation__slug=options["organisation"], person__email__iexact=options["by"]
        )
        member = members.select_related("organisation", "person").first()
        if member is None or not member.can(Permission.FACILITATE):
            raise CommandError(f"{options['by']} is no member of {options['organisation']} who curates.")
        try:
            pasted = options["file"].read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{options['file']} cannot be read as UTF-8 text: {error}") from None
        says_its_name = "\nname:" in f"\n{pasted}"
        name = options["name"] or ("" if says_its_name else options["file"].stem)
        with member.organisation.at_home():
            try:
                made = load_themes(member.organisation, by=member, at=timezone.now(), pasted=pasted, name=name)
            except Refusal as refusal:
                raise CommandError(str(refusal)) from None
        self.stdout.write(f"{made.theme_set}: {made.new} new, {made.changed} changed, {made.gone} put out of use.")
