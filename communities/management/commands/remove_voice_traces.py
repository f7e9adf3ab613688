"""Take from the files who said what without a name in communities. The timetable calls this each minute."""

from typing import Any

from django.core.management.base import BaseCommand

from communities.unlinking import remove_marked_traces


class Command(BaseCommand):
    help = (
        "Have the database drop what looks back and kick-offs held before somebody said something without a name. Safe "
        "to repeat at any time."
    )
    requires_system_checks = ()  # it runs often, and starting the portal has checked all

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Looks back and kick-offs whose traces were looked for: {remove_marked_traces()}.")
