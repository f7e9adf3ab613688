"""Who comes, who goes, and in which groups they are."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from demo.story import Happening, Row, read
from demo.world import World
from notifications.actions import mark_all_notices_read
from notifications.models import Notice
from organisations import actions
from organisations.models import Person


def happenings(world: World) -> Iterator[Happening]:
    """Organisations are founded, groups made, people invited; they join, read their notices, are suspended, leave."""
    story = read("people", world.calendar)
    for row in story["organisations"]:
        yield Happening(row["day"], "08:30", partial(_found_organisation, world, row))
    for row in story["groups"]:
        yield Happening(row["day"], "08:45", partial(_create_group, world, row))
    for row in story["people"]:
        yield from _life_of_person(world, row)
    for row in story["invitations"]:
        yield Happening(row["day"], "10:20", partial(_invite_person, world, row))
        if "revoked" in row:
            yield Happening(row["revoked"], "16:05", partial(_revoke_invitation, world, row))


def _life_of_person(world: World, row: Row) -> Iterator[Happening]:
    """One person in one organisation, from the invitation on. Whoever founded it was never invited."""
    if "joined" in row:
        yield Happening(row["joined"] - 1, "09:00", partial(_invite_person, world, row))
        yield Happening(row["joined"], row.get("at", "09:30"), partial(_join_organisation, world, row))
    if "checks_lessons" in row:
        yield Happening(row["checks_lessons"], "09:10", partial(_name_validator, world, row))
    if "read" in row:
        yield Happening(row["read"], row.get("read_at", "16:45"), partial(_read_notices, world, row))
    if "suspended" in row:
        yield Happening(row["suspended"], "17:10", partial(_suspend_person, world, row))
    if "left" in row:
        yield Happening(row["left"], "17:20", partial(_leave_organisation, world, row))


def _found_organisation(world: World, row: Row, at: datetime) -> None:
    """An organisation begins with its administrator, who says where incidents go and what things are called."""
    key = row["founder"]["key"]
    person = world.people[key] = _make_person(world, row["founder"], at)
    founder = actions.found_organisation(row["name"], slug=row["key"], kind=row["kind"], administrator=person, at=at)
    organisation = world.organisations[row["key"]] = founder.organisation
    world.administrators[row["key"]] = key
    incident = {"incident_name": row["incident"]["name"], "incident_url": row["incident"]["url"]}
    wanted = {**incident, "words": row.get("words", {})}
    actions.change_settings(organisation, by=founder, at=at, seen=organisation.version, **wanted)


def _create_group(world: World, row: Row, at: datetime) -> None:
    """People come into a group with their invitation; only a group that begins later names those who begin it."""
    world.groups[row["key"]] = actions.create_group(
        world.organisations[row["organisation"]],
        by=world.administrator(row["organisation"]),
        at=at,
        name=row["name"],
        kind=row["kind"],
        people=[world.people[key] for key in row.get("people", ())],
    )


def _invite_person(world: World, row: Row, at: datetime) -> None:
    place = row["organisation"]
    world.invitations[_invitation_key(row)] = actions.invite_member(
        world.organisations[place],
        by=world.administrator(place),
        email=row["email"],
        name=row["name"],
        role=row["role"],
        groups=[world.groups[key] for key in row.get("groups", ())],
        at=at,
    )


def _revoke_invitation(world: World, row: Row, at: datetime) -> None:
    actions.revoke_invitation(
        world.invitations[_invitation_key(row)], by=world.administrator(row["organisation"]), at=at
    )


def _join_organisation(world: World, row: Row, at: datetime) -> None:
    if row["key"] not in world.people:
        world.people[row["key"]] = _make_person(world, row, at)
    actions.accept_invitation(world.invitations[_invitation_key(row)], by=world.people[row["key"]], at=at)


def _name_validator(world: World, row: Row, at: datetime) -> None:
    place = row["organisation"]
    actions.change_role(
        world.member(row["key"], place), by=world.administrator(place), at=at, role=row["role"], is_validator=True
    )


def _suspend_person(world: World, row: Row, at: datetime) -> None:
    place = row["organisation"]
    actions.suspend_member(world.member(row["key"], place), by=world.administrator(place), at=at)


def _leave_organisation(world: World, row: Row, at: datetime) -> None:
    place = row["organisation"]
    actions.remove_member(world.member(row["key"], place), by=world.administrator(place), at=at)


def _read_notices(world: World, row: Row, at: datetime) -> None:
    """They looked at the bell that day; what came since is new to them."""
    newest = Notice.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    mark_all_notices_read(by=world.member(row["key"], row["organisation"]), up_to=newest, at=at)


def _make_person(world: World, row: Row, at: datetime) -> Person:
    return Person.objects.create(email=row["email"], name=row["name"], password=world.password, created_at=at)


def _invitation_key(row: Row) -> str:
    return f"{row['organisation']} {row['email']}"
