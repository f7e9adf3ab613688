"""The scripts are no package: they run before there is one. Here they are loaded by their path."""

import importlib.util
import sys
from types import ModuleType

import pytest

from tests.portal import ROOT


@pytest.fixture
def script(monkeypatch):
    """``script("bootstrap")``: that file of scripts/, freshly loaded."""
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))

    def load(name: str) -> ModuleType:
        spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, name, module)
        spec.loader.exec_module(module)
        return module

    return load
