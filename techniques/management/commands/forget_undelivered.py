"""Forget who was asked to sessions of which that is not kept, where mails did not arrive. The timetable calls this once
a day."""

from typing import Any

from django.core.management.base import BaseCommand

from techniques.unlinking import forget_undelivered_before


class Command(BaseCommand):
    help = (
        "Take back notices of mails about sessions that did not arrive, written by a version from before, or come back "
        "with an old back-up, where it is promised that nobody keeps who was there. Safe to repeat at any time."
    )
    requires_system_checks = ()  # it runs often, and starting the portal has checked all

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Notices taken back: {forget_undelivered_before()}.")
