"""Every public action and who may do it: a table by hand, and a walk that covers what is added next year.

The pages are one door to the actions; the API, commands and jobs are others. So the action itself refuses.
"""

import ast
import importlib
import inspect
import pkgutil
import textwrap
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import ModuleType
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from kmportal.lib.exceptions import Refusal
from organisations.models import Membership
from tests.acts import ACTS, ODD, PERMISSIONS, PORTAL, SELF_OR_HOLDER
from tests.cast import as_member
from tests.shares import fewer_on_postgresql
from tests.test_doors import MEMBERS, THROUGH

CLASS_OF = {name: kind for kind, names in PERMISSIONS.items() for name in names.split()}
REFUSALS = ("require", "require_that", "may_act")
WALKED = sorted(name for name, kind in CLASS_OF.items() if kind not in {PORTAL, *SELF_OR_HOLDER})


@pytest.fixture(autouse=True)
def _with_mail(settings):
    settings.SMTP_URL = "smtp://mail.example"


def modules() -> Iterator[ModuleType]:
    """Every module of actions of every app."""
    for app in settings.LOCAL_APPS:
        with suppress(ModuleNotFoundError):
            module = importlib.import_module(f"{app}.actions")
            yield module
            for found in pkgutil.walk_packages(getattr(module, "__path__", ()), f"{module.__name__}."):
                yield importlib.import_module(found.name)


def public_actions() -> dict[str, Callable[..., Any]]:
    """Dotted name → function; what a module only imports is another one’s."""
    return {
        f"{module.__name__}.{name}": found
        for module in modules()
        for name, found in vars(module).items()
        if inspect.isfunction(found) and not name.startswith("_") and found.__module__ == module.__name__
    }


def test_every_action_has_its_line_and_every_line_its_action():
    assert set(public_actions()) == set(CLASS_OF)


def parameters(action: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    return dict(inspect.signature(inspect.unwrap(action)).parameters)


def is_required(parameter: inspect.Parameter | None) -> bool:
    return (
        parameter is not None
        and parameter.kind is inspect.Parameter.KEYWORD_ONLY
        and parameter.default is inspect.Parameter.empty
    )


def test_who_acts_and_when_are_always_said():
    """``by`` and ``at``: keyword-only, without a default. What the portal does by itself has nobody who acts."""
    wrong = []
    for name, action in public_actions().items():
        given = parameters(action)
        if CLASS_OF[name] == PORTAL:
            continue
        if CLASS_OF[name] not in SELF_OR_HOLDER and not (is_required(given.get("by")) and is_required(given.get("at"))):
            wrong.append(name)
    assert wrong == []


def first_call(action: Callable[..., Any]) -> str:
    """The name of what the first statement of an action calls."""
    source = inspect.getsource(inspect.unwrap(action))
    function = ast.parse(textwrap.dedent(source)).body[0]
    assert isinstance(function, ast.FunctionDef)
    body = function.body[1:] if ast.get_docstring(function) else function.body
    statement = body[0] if body else None
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not isinstance(call, ast.Call):
        return ""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


@pytest.mark.parametrize("name", WALKED)
def test_its_first_line_refuses(name):
    """So that nothing is read, locked or written for somebody who may not; a wrapper says who does it for it."""
    action = public_actions()[name]
    delegates = "asks the permission" in " ".join((action.__doc__ or "").split())
    assert first_call(action) in REFUSALS or delegates


def attempt(action: Callable[..., Any], name: str, world: Any, by: Membership | None) -> str:
    """What an action says to somebody: *done*, *refused* for a rule, *forbidden*. What it did is taken back."""
    with transaction.atomic():
        args, kwargs = ACTS[name](world)
        try:
            action(*args, by=by, at=timezone.now(), **kwargs)
            said = "done"
        except PermissionDenied:
            said = "forbidden"
        except Refusal as refusal:
            said = f"refused: {refusal}"
        transaction.set_rollback(True)
    return said


@pytest.mark.parametrize("who", fewer_on_postgresql(MEMBERS, 3))
def test_the_walk_inside_riverside(who, world):
    wrong = []
    for name in WALKED:
        allowed = ODD.get(name, THROUGH[CLASS_OF[name]])
        said = attempt(public_actions()[name], name, world, as_member(world.people[who], world.riverside))
        if (said == "forbidden") == (who in allowed):
            wrong.append((name, said))
    assert wrong == []


def test_whoever_may_can_really_do_it(world):
    """Each act of the walk succeeds for somebody, so that *forbidden* says something."""
    never = []
    for name in WALKED:
        allowed = ODD.get(name, THROUGH[CLASS_OF[name]])
        tries = [as_member(world.people[who], world.riverside) for who in allowed]
        said = [attempt(public_actions()[name], name, world, by) for by in tries]
        if "done" not in said:
            never.append((name, said))
    assert never == []


@pytest.mark.parametrize("case", fewer_on_postgresql(["elsewhere", "suspended", "gone", "closed account", "nobody"], 2))
def test_whoever_does_not_belong_is_refused_whatever_their_role(case, world, oskar):
    wrong = []
    for name in WALKED:
        action = public_actions()[name]
        for who in ("lena", "farah", "ada", "cara"):
            by = outsider(case, as_member(world.people[who], world.riverside), oskar)
            if (said := attempt(action, name, world, by)) != "forbidden":
                wrong.append((name, who, said))
    assert wrong == []


def outsider(case: str, member: Membership, oskar: Any) -> Membership | None:
    """Somebody with the role of that member who does not belong here today."""
    if case == "nobody":
        return None
    if case == "elsewhere":
        stranger = as_member(oskar)
        stranger.role = member.role
        return stranger
    if case == "closed account":
        member.person.is_active = False
    else:
        setattr(member, {"suspended": "suspended_at", "gone": "left_at"}[case], timezone.now())
    return member
