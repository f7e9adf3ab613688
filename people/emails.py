"""Mails about questions. Each is written into the outbox inside the caller’s transaction."""

from django.template.loader import render_to_string
from django.urls import reverse

from kmportal.lib import things
from kmportal.lib.links import absolute
from kmportal.lib.mail import post
from kmportal.lib.sentences import one_line
from organisations.events import Occurrence
from organisations.models import Membership
from people.models import Enquiry, Profile, Recipient
from people.tokens import answer_path


def asked(recipient: Recipient, occurrence: Occurrence) -> None:
    """The question, and the link with which its reader answers without signing in."""
    enquiry, person = recipient.enquiry, recipient.person
    if person is None:
        return
    values = {
        "enquiry": enquiry,
        "person": person,
        "passed_by": occurrence.person if recipient.passed_from_id else None,
        "about": _title_for(recipient),
        "link": absolute(answer_path(recipient)),
        "own": absolute(reverse("finder_own", args=[enquiry.organisation.slug])),
    }
    post(
        person.email,
        one_line(f"{enquiry.author} asks you: {enquiry.line}")[:200],
        render_to_string("emails/people/asked.txt", values),
        key=f"question to {recipient.pk}",
        at=occurrence.at,
        by=occurrence.by,
    )


def helped(enquiry: Enquiry, recipient: Recipient, occurrence: Occurrence) -> None:
    """Who can help whoever asked, and how they like to be asked."""
    if enquiry.author is None or recipient.person is None:
        return
    rows = Profile.objects.listed().filter(membership__organisation=enquiry.organisation)
    profile = rows.filter(membership__person=recipient.person).first()
    values = {
        "enquiry": enquiry,
        "recipient": recipient,
        "how_to_ask": profile.how_to_ask if profile else "",
        "link": absolute(enquiry.get_absolute_url()),
    }
    post(
        enquiry.author.email,
        one_line(f"{recipient.person} can help you: {enquiry.line}")[:200],
        render_to_string("emails/people/helped.txt", values),
        key=f"{occurrence.event} {occurrence.entry.pk}",
        at=occurrence.at,
        by=occurrence.by,
    )


def _title_for(recipient: Recipient) -> str:
    """The title of what the question is about, if its reader may see that."""
    ref = recipient.enquiry.about
    members = Membership.objects.current().filter(organisation=recipient.enquiry.organisation, person=recipient.person)
    reader = members.select_related("organisation", "person").first() if ref else None
    pointer = things.pointers([ref], reader).get(ref) if ref and reader else None
    return pointer.title if pointer else ""
