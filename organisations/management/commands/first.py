"""``manage.py first``: the first organisation and its administrator, for a portal without the demo."""

import getpass
import os
from typing import Any

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from kmportal.lib.addresses import normal_address
from kmportal.lib.cleaning import line_of_text
from organisations import actions
from organisations.models import Organisation, Person


class Command(BaseCommand):
    """Makes an organisation and its administrator. The password comes from KM_FIRST_PASSWORD or is asked for."""

    help = "Make an organisation and its administrator."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organisation", required=True, help="its name, for example: Riverside NHS Trust")
        parser.add_argument("--kind", default="other", choices=Organisation.Kind.values)
        parser.add_argument("--name", required=True, help="the administrator’s name")
        parser.add_argument("--email", required=True, help="the administrator’s e-mail address")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        name, address = line_of_text(options["organisation"]), options["email"]
        slug = slugify(name)[:60]
        if not slug:
            raise CommandError("Give the organisation a name with letters in it.")
        if Organisation.objects.filter(slug=slug).exists():
            raise CommandError(f"There is already an organisation with the address /o/{slug}/.")
        try:
            email = normal_address(address)
        except ValidationError:
            raise CommandError(f"“{address}” is not an e-mail address.") from None
        if not line_of_text(options["name"]):
            raise CommandError("Say what the administrator is called.")
        person = Person.objects.filter(email=email).first() or self._person(line_of_text(options["name"]), email)
        actions.found_organisation(name, slug=slug, kind=options["kind"], administrator=person, at=timezone.now())
        self.stdout.write(f"{name} is ready. {person} signs in with {email}; next: invite people.")

    def _person(self, name: str, email: str) -> Person:
        password = os.environ.get("KM_FIRST_PASSWORD") or getpass.getpass("Password (at least 12 characters): ")
        try:
            password_validation.validate_password(password, Person(email=email, name=name))
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        return Person.objects.create_user(email, password, name=name)
