"""Encrypt the secrets of second steps with today’s SECRET_KEY. Each start of the portal runs it."""

from typing import Any

from django.core.management.base import BaseCommand

from organisations.accounts import seal_second_steps


class Command(BaseCommand):
    help = "Encrypt secrets of second steps that are not yet, or with one of SECRET_KEY_FALLBACKS. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        changed, unreadable = seal_second_steps()
        if changed:
            self.stdout.write(f"Secrets of second steps encrypted with the key of today: {changed}.")
        if unreadable:
            self.stderr.write(
                f"Second steps that no key opens: {unreadable}. Put the key from before into SECRET_KEY_FALLBACKS, or "
                "take them off: manage.py reset_second_step ADDRESS."
            )
