"""What jobs puts on pages of the apps below."""

from typing import Any

from jobs.health import BACKUP, free_bytes, has_room
from jobs.models import Done
from organisations.models import Membership, Organisation


def backup_for_settings(organisation: Organisation, membership: Membership) -> tuple[str, dict[str, Any]]:
    """When the portal was last backed up, and whether its disk has room, for whoever administers."""
    values = {"backup": Done.objects.filter(name=BACKUP).first(), "has_room": has_room()}
    return "jobs/_last_backup.html", {**values, "free": free_bytes()}
