"""Leave the day of when people signed in. The timetable calls this each minute."""

from typing import Any

from django.contrib.sessions.models import Session
from django.core.management.base import BaseCommand
from django.utils import timezone

from kmportal.lib.sessions import forget_moments
from kmportal.lib.unlinking import remove_old_versions
from organisations.models import SignIn
from organisations.once import forget_sent_forms
from organisations.sign_ins import shuffle_sign_ins


class Command(BaseCommand):
    help = (
        "Make the moments in sessions coarse that open nothing any more, and forget which forms were sent two days "
        "ago. Safe to repeat at any time."
    )
    requires_system_checks = ()  # it runs often, and starting the portal has checked all

    def handle(self, *args: Any, **options: Any) -> None:
        forgotten = forget_moments()
        if forgotten:  # somebody has signed in since the last time
            shuffle_sign_ins()
            remove_old_versions(Session, SignIn)
        forget_sent_forms(at=timezone.now())
        self.stdout.write(f"Made coarse: {forgotten}.")
