"""What stood in the trail in free words gets its key, and each circle the membership through which it came."""

from django.db import migrations

KINDS = {"programme step": "step", "import run": "import"}
# (kind, words of old) → key of the event
EVENTS = {
    ("organisation", "founded"): "organisation.founded",
    ("organisation", "changed settings"): "organisation.settings_changed",
    ("invitation", "sent"): "invitation.sent",
    ("invitation", "sent again"): "invitation.resent",
    ("invitation", "revoked"): "invitation.revoked",
    ("membership", "joined"): "membership.joined",
    ("membership", "changed role"): "membership.role_changed",
    ("membership", "suspended"): "membership.suspended",
    ("membership", "let in again"): "membership.restored",
    ("membership", "removed"): "membership.removed",
    ("group", "made"): "group.created",
    ("group", "changed"): "group.changed",
    ("action", "promised"): "action.added",
    ("action", "reworded"): "action.reworded",
    ("action", "done"): "action.done",
    ("action", "reopened"): "action.reopened",
    ("action", "moved"): "action.moved",
    ("action", "handed over"): "action.handed_over",
    ("action", "dropped"): "action.dropped",
    ("action", "shown to others"): "action.readers_changed",
    ("action", "took out"): "action.deleted",
    ("programme", "begun"): "programme.begun",
    ("programme", "revised"): "programme.revised",
    ("programme", "made current"): "programme.made_current",
    ("step", "marked"): "step.marked",
    ("intervention", "planned"): "intervention.planned",
    ("intervention", "changed"): "intervention.changed",
    ("intervention", "set"): "intervention.state_set",
    ("intervention", "took out"): "intervention.deleted",
    ("session", "planned"): "session.planned",
    ("session", "changed"): "session.changed",
    ("session", "cancelled"): "session.cancelled",
    ("session", "invited to"): "session.invited",
    ("session", "opened"): "session.room_opened",
    ("session", "shut the door of"): "session.admission_stopped",
    ("session", "opened the door of"): "session.admission_resumed",
    ("session", "took somebody out of"): "session.participant_removed",
    ("session", "showed the notes of"): "session.notes_revealed",
    ("session", "removed a note from"): "session.note_removed",
    ("session", "closed"): "session.closed",
    ("lesson", "drafted"): "lesson.drafted",
    ("lesson", "changed"): "lesson.changed",
    ("lesson", "changed the readers of"): "lesson.readers_changed",
    ("lesson", "submitted"): "lesson.submitted",
    ("lesson", "withdrawn"): "lesson.withdrawn",
    ("lesson", "claimed"): "lesson.claimed",
    ("lesson", "taken over"): "lesson.taken_over",
    ("lesson", "released"): "lesson.released",
    ("lesson", "returned"): "lesson.returned",
    ("lesson", "declined"): "lesson.declined",
    ("lesson", "identified"): "lesson.identified",
    ("lesson", "noted"): "lesson.noted",
    ("lesson", "checked again"): "lesson.change_checked",
    ("lesson", "deleted"): "lesson.deleted",
    ("import", "brought in"): "import.finished",
    ("assessment", "prepared"): "assessment.prepared",
    ("assessment", "changed"): "assessment.changed",
    ("assessment", "discarded"): "assessment.deleted",
    ("assessment", "opened"): "assessment.opened",
    ("assessment", "asked people"): "assessment.people_asked",
    ("assessment", "reminded people of"): "assessment.people_reminded",
    ("assessment", "made a link for"): "assessment.link_enabled",
    ("assessment", "renewed the link of"): "assessment.link_renewed",
    ("assessment", "turned off the link of"): "assessment.link_disabled",
    ("assessment", "closed"): "assessment.closed",
    ("decision", "decided"): "decision.made",
    ("decision", "undid"): "decision.deleted",
}


def name_events(apps, schema_editor):
    entries, names = apps.get_model("organisations", "AuditEntry"), apps.get_model("organisations", "AuditName")
    for before, after in KINDS.items():
        entries.objects.filter(kind=before).update(kind=after)
        names.objects.filter(kind=before).update(kind=after)
    for (kind, words), key in EVENTS.items():
        entries.objects.filter(kind=kind, event=words).update(event=key)


def fill_circles(apps, schema_editor):
    """Whoever belongs to a group without belonging to its organisation any more belongs to it no longer."""
    circles, memberships = (
        apps.get_model("organisations", "GroupMembership"),
        apps.get_model("organisations", "Membership"),
    )
    for row in circles.objects.select_related("group").iterator(500):
        found = memberships.objects.filter(organisation=row.group.organisation_id, person=row.person_id).first()
        if found is None:
            row.delete()
        else:
            circles.objects.filter(pk=row.pk).update(membership=found)


class Migration(migrations.Migration):
    dependencies = [("organisations", "0002_events_and_circles")]

    operations = [
        migrations.RunPython(name_events, migrations.RunPython.noop),
        migrations.RunPython(fill_circles, migrations.RunPython.noop),
    ]
