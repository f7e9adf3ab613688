"""The line of apps, told twice, is one line."""

import tomllib

from django.conf import settings

from tests.portal import ROOT

CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]


def test_the_line_of_apps_is_that_of_the_settings():
    house = next(contract for contract in CONTRACTS["contracts"] if contract["name"].startswith("The house"))
    apps = [layer for layer in house["layers"] if not layer.startswith("kmportal.")]
    assert apps == settings.LOCAL_APPS[::-1]
    assert set(CONTRACTS["root_packages"]) == {"kmportal", *apps}


def test_every_app_keeps_to_the_one_vocabulary_of_rooms():
    told = [name for contract in CONTRACTS["contracts"] for name in contract.get("containers", [])]
    assert sorted(told) == sorted(settings.LOCAL_APPS)
    assert all(contract["exhaustive"] for contract in CONTRACTS["contracts"] if "containers" in contract)
    [rooms] = [contract for contract in CONTRACTS["contracts"] if len(contract.get("containers", [])) > 1]
    assert set(rooms["containers"]) == set(settings.LOCAL_APPS) - {"demo"}
