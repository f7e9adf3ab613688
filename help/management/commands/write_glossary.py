"""Write docs/glossary.md from the words that the portal shows, so that both say the same. A test holds them equal."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from kmportal.lib import glossary
from kmportal.lib.content import ContentError


class Command(BaseCommand):
    help = "Writes docs/glossary.md from kmportal/content/glossary.yaml."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            words = glossary.read()
        except ContentError as error:
            raise CommandError(str(error)) from error
        glossary.DOCUMENT.write_text(words.as_markdown(), encoding="utf-8")
        self.stdout.write("docs/glossary.md says what the portal says.")
