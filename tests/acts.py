"""What it takes to do each action once in the world of the tests, and who may: the tables of ``test_permissions``.

``ACTS``: action → function of the world that answers its positional and its keyword arguments, without ``by`` and
``at``.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from organisations.models import Group, Membership, Organisation
from tests.test_doors import ADMINISTRATOR, LEAD, MEMBER

# Besides the permissions: for the person themself, for whoever holds a link, code or seat, for the portal itself.
ONESELF, HOLDER, PORTAL = "oneself", "holder", "portal"
SELF_OR_HOLDER = {ONESELF, HOLDER}

# Action → class. A new action fails the walk until it has its line here.
PERMISSIONS: dict[str, str] = {
    ONESELF: """
        organisations.actions.rename_person organisations.actions.create_access_token
        organisations.actions.revoke_access_token organisations.actions.accept_invitation
        help.actions.hide_introduction help.actions.show_introduction help.actions.show_all_introductions
        notifications.actions.mark_notice_read notifications.actions.mark_all_notices_read
    """,
    HOLDER: """
        organisations.actions.accept_as_newcomer actionplan.actions.complete_as_guest
        techniques.actions.room.joining.join_room techniques.actions.room.joining.leave_room
        techniques.actions.room.notes.write_note techniques.actions.room.notes.change_note
        techniques.actions.room.notes.withdraw_note
        selfassessment.actions.answering.save_answer selfassessment.actions.answering.finish_answering
    """,
    PORTAL: """
        organisations.actions.found_organisation organisations.actions.create_source_group
        jobs.actions.enqueue jobs.actions.record_heartbeat jobs.actions.sweep_jobs jobs.actions.forget_last_run
        jobs.actions.run_daily jobs.actions.tidy_jobs
        notifications.actions.notify notifications.actions.withdraw_notices
        actionplan.actions.send_due_digests actionplan.actions.send_digest actionplan.actions.follow_readers
    """,
    MEMBER: """
        actionplan.actions.add_action roadmap.actions.add_intervention_action
        actionplan.actions.reword_action actionplan.actions.complete_action actionplan.actions.reopen_action
        actionplan.actions.reschedule_action actionplan.actions.hand_over_action actionplan.actions.drop_action
        actionplan.actions.delete_untouched_action
        roadmap.actions.set_intervention_state
        jobs.actions.retry_job
    """,
    LEAD: """
        roadmap.actions.begin_programme roadmap.actions.revise_programme roadmap.actions.make_programme_current
        roadmap.actions.mark_step roadmap.actions.plan_intervention roadmap.actions.change_intervention
        roadmap.actions.delete_untouched_intervention
    """,
    ADMINISTRATOR: """
        organisations.actions.invite_member organisations.actions.resend_invitation
        organisations.actions.revoke_invitation organisations.actions.change_role
        organisations.actions.suspend_member organisations.actions.restore_member organisations.actions.remove_member
        organisations.actions.create_group organisations.actions.change_group organisations.actions.admit_outsider
        organisations.actions.change_settings
    """,
}

# Where the single thing decides as well: who may, whatever their role.
CONCERNED = ["lena", "farah", "cara"]  # who leads, who wrote it, who owns it
ODD: dict[str, list[str]] = {
    **{
        f"actionplan.actions.{name}": CONCERNED
        for name in (
            "reword_action",
            "complete_action",
            "reopen_action",
            "reschedule_action",
            "hand_over_action",
            "drop_action",
            "delete_untouched_action",
        )
    },
    "roadmap.actions.set_intervention_state": ["lena", "farah"],  # who plans, and who owns it
    "jobs.actions.retry_job": ["farah", "lena", "ada"],  # who asked for it, who plans or administers
}

Call = tuple[tuple[Any, ...], dict[str, Any]]
Act = Callable[[Any], Call]


def on(thing: str, **words: Any) -> Act:
    """Done with one thing of the world, as it stands in the database."""

    def act(world: Any) -> Call:
        row = getattr(world.things, thing)
        return (type(row).objects.get(pk=row.pk),), {key: _value(word, world) for key, word in words.items()}

    return act


def here(**words: Any) -> Act:
    """Done in the organisation."""
    return lambda world: (
        (Organisation.objects.get(pk=world.riverside.pk),),
        {key: _value(word, world) for key, word in words.items()},
    )


def _value(word: Any, world: Any) -> Any:
    return word(world) if callable(word) else word


def _person(name: str) -> Callable[[Any], Any]:
    return lambda world: world.people[name]


def _version(thing: str) -> Callable[[Any], int]:
    return lambda world: type(getattr(world.things, thing)).objects.get(pk=getattr(world.things, thing).pk).version


def _tomorrow(days: int = 1) -> Callable[[Any], Any]:
    return lambda world: timezone.localdate() + timedelta(days=days)


def _done_action(world: Any) -> Call:
    action = world.things.action
    type(action).objects.filter(pk=action.pk).update(state="done", done_at=timezone.now())
    return on("action")(world)


def _suspended_member(world: Any) -> Call:
    Membership.objects.filter(pk=world.things.member.pk).update(suspended_at=timezone.now())
    return on("member")(world)


def _admit(world: Any) -> Call:
    """Somebody of another organisation, which lends its members to ours."""
    Organisation.objects.filter(pk=world.riverside.pk).update(admits_outsiders=True)
    elsewhere = Organisation.objects.create(name="Moorland", slug="moorland", lends_members=True)
    person = type(world.people["cara"]).objects.create(email="mo@moorland.example", name="Mo")
    Membership.objects.create(organisation=elsewhere, person=person)
    group = Group.objects.select_related("organisation").get(pk=world.things.group.pk)
    return (group,), {"email": person.email}


DAYS = {"starts_on": _tomorrow(), "ends_on": _tomorrow(400)}
ACTS: dict[str, Act] = {
    "jobs.actions.retry_job": on("job"),
    # --- people and groups
    "organisations.actions.invite_member": here(email="new@x.example", role="reader"),
    "organisations.actions.resend_invitation": on("invitation"),
    "organisations.actions.revoke_invitation": on("invitation"),
    "organisations.actions.change_role": on("member", role="contributor"),
    "organisations.actions.suspend_member": on("member"),
    "organisations.actions.restore_member": _suspended_member,
    "organisations.actions.remove_member": on("member"),
    "organisations.actions.create_group": here(name="Night staff"),
    "organisations.actions.change_group": on("group", seen=_version("group"), name="Ward 7", kind="unit", people=()),
    "organisations.actions.admit_outsider": _admit,
    "organisations.actions.change_settings": here(seen=lambda world: world.riverside.version, name="Riverbank"),
    # --- actions
    "actionplan.actions.add_action": lambda world: (
        (world.riverside,),
        {"title": "Ask pharmacy"},
    ),
    "actionplan.actions.reword_action": on("action", seen=_version("action"), title="Ask them", detail=""),
    "actionplan.actions.complete_action": on("action"),
    "actionplan.actions.reopen_action": _done_action,
    "actionplan.actions.reschedule_action": on("action", to=_tomorrow(), reason="No time"),
    "actionplan.actions.hand_over_action": on("action", owner=_person("farah")),
    "actionplan.actions.drop_action": on("action", reason="No need"),
    "actionplan.actions.delete_untouched_action": on("action"),
    # --- the plan
    "roadmap.actions.begin_programme": here(name="Another", **DAYS),
    "roadmap.actions.revise_programme": on("programme", seen=_version("programme"), vision="Clear"),
    "roadmap.actions.make_programme_current": on("programme"),
    "roadmap.actions.mark_step": lambda world: (
        (world.things.programme.steps.get(number=1),),
        {"seen": 1, "state": "done"},
    ),
    "roadmap.actions.plan_intervention": on("programme", title="Walks", step=2),
    "roadmap.actions.change_intervention": on("intervention", seen=_version("intervention"), summary="Short"),
    "roadmap.actions.set_intervention_state": on("intervention", state="doing"),
    "roadmap.actions.delete_untouched_intervention": on("intervention"),
    "roadmap.actions.add_intervention_action": on("intervention", title="Book the room"),
}
