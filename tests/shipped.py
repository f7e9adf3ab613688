"""The content that ships, in the database of a test. Its files are read once for each process of the tests."""

from functools import cache
from io import StringIO

import pytest
from django.core.management import call_command

from help.management.commands import load_content

_read_once = cache(load_content.read_all)


def load() -> None:
    """What ``manage.py load_content`` loads, by that very command."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(load_content, "read_all", _read_once)
        call_command("load_content", stdout=StringIO())
