"""What jobs puts on pages of the apps below."""

from typing import Any

from jobs.health import BACKUP
from jobs.models import Done
from organisations.models import Membership, Organisation


def backup_for_settings(organisation: Organisation, membership: Membership) -> tuple[str, dict[str, Any]]:
    """When the portal was last backed up, for whoever administers."""
    return "jobs/_last_backup.html", {"backup": Done.objects.filter(name=BACKUP).first()}
