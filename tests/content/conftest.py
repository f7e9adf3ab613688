"""Copies of the shipped content that a test may spoil."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from kmportal.lib.content import ContentError

Change = Callable[[Any], object]


@pytest.fixture
def spoil(tmp_path) -> Callable[[Path, str, Change], Path]:
    """``spoil(folder, "leadership.yaml", change)``: a copy of the folder in which ``change`` was made to that file."""

    def make(folder: Path, file: str, change: Change) -> Path:
        copy = tmp_path / folder.name
        shutil.copytree(folder, copy)
        content = yaml.safe_load((copy / file).read_text())
        change(content)
        (copy / file).write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False))
        return copy

    return make


def sentences_of(read: Callable[[], object]) -> list[str]:
    """The sentences with which reading is refused."""
    with pytest.raises(ContentError) as refused:
        read()
    return [str(problem) for problem in refused.value.problems]
