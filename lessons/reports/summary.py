"""What came out of a session, on paper."""

from typing import Any

from actionplan.models import Action
from kmportal.lib import pdf, things
from lessons.reports.quotes import agreed_of_session
from organisations.models import Membership
from techniques.helper_registry import told_in
from techniques.models import Session


def summary_as_pdf(session: Session, reader: Membership) -> bytes:
    """The agreed words, what people may be quoted with, and the actions that this reader may see."""
    return pdf.render("pdf/summary.html", summary_values(session, reader))


def summary_values(session: Session, reader: Membership) -> dict[str, Any]:
    actions = Action.objects.visible_to(reader).agreed_in(things.ref_of(session))
    versions = list(session.summary_versions.all())
    return {
        "session": session,
        "quotes": agreed_of_session(session, reader),
        "organisation": session.organisation,
        "summary": session.summary_by_step(),
        "told": told_in(session),
        "actions": list(actions.select_related("owner", "organisation").by_day()),
        "version": versions[-1] if versions else None,
        "first": versions[0] if versions else None,
    }
