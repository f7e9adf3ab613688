"""Take a lost second step off an account, when no administrator is left who could."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from organisations import actions
from organisations.models import Person


class Command(BaseCommand):
    help = "Let a password alone open an account again. The person is told by e-mail, and it stands in the trail."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the address with which they sign in")

    def handle(self, *args: Any, **options: Any) -> None:
        person = Person.objects.filter(email=options["email"]).first()
        if person is None:
            raise CommandError("Nobody signs in with this address.")
        if not actions.reset_lost_second_step(person, at=timezone.now()):
            raise CommandError("This account has no second step.")
        self.stdout.write(f"{person} signs in with the password alone now.")
