"""The charter of a community: as lines, and as a page of paper."""

from typing import Any

from django.utils import timezone

from communities import catalogue
from communities.models import (
    Charter,
    Community,
)
from communities.reports.community import people_with_roles
from communities.transitions import seats_with_roles
from kmportal.lib import pdf
from kmportal.lib.days import long_day


def charter_lines(answers: dict[str, str]) -> list[tuple[catalogue.Prompt, str]]:
    """Each prompt with its answer, in their order."""
    return [(prompt, answers.get(prompt.key, "")) for prompt in catalogue.prompts()]


def charter_as_pdf(community: Community, charter: Charter) -> bytes:
    """The charter on A4, tagged for screen readers. For the worker: drawing takes a second or two."""
    return pdf.render("pdf/charter.html", charter_values(community, charter))


def charter_values(community: Community, charter: Charter) -> dict[str, Any]:
    """What its template draws."""
    return {
        "organisation": community.organisation,
        "logo": community.organisation.logo_as_data,
        "community": community,
        "charter": charter,
        "written": long_day(timezone.localdate(charter.at)),
        "lines": [line for line in charter_lines(charter.answers) if line[1]],
        "people": people_with_roles(seats_with_roles(community)),
    }
