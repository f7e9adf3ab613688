"""Back up the portal once a night, where that is wanted."""

from io import StringIO
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Back up, unless this is the demo or KM_BACKUP_NIGHTLY is 0."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.BACKUP_NIGHTLY:
            call_command("back_up", stdout=StringIO())
