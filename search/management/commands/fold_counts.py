"""``manage.py fold_counts``: add up the changes in how many things there are, where many wait."""

from typing import Any

from django.core.management.base import BaseCommand

from search import counting


class Command(BaseCommand):
    help = "Add up the changes in how many things there are of each sort. The timetable asks each minute."

    def handle(self, *args: Any, **options: Any) -> None:
        counting.fold()
