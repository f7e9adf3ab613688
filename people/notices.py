"""Who is told what of a question: whoever is asked, and whoever asked. Whoever did it is never told."""

from kmportal.lib.things import ref_of
from notifications.actions import notify, withdraw_notices
from organisations.events import Occurrence
from people import emails
from people.events import Event
from people.models import Enquiry, Recipient

Answer = Recipient.Answer
_ANSWERS = {
    Answer.HELP: "{} can help you",
    Answer.NO: "{} cannot help this time",
    Answer.LEFT: "{} has left and cannot answer you",
}


def send(occurrence: Occurrence) -> None:
    """Leave the notices of an event, and write the mails that go with them."""
    enquiry = occurrence.subject
    assert isinstance(enquiry, Enquiry)  # noqa: S101  what the event is about
    match occurrence.event:
        case Event.ENQUIRY_SENT:
            for recipient in enquiry.recipients.select_related("person"):
                _tell_asked(occurrence, enquiry, recipient)
        case Event.ENQUIRY_PASSED:
            asked = occurrence.facts["recipient"]
            _tell_asked(occurrence, enquiry, asked)
            words = f"{occurrence.person} has passed your question on to {asked.person}"
            notify(enquiry.author, occurrence, f"{words}: {enquiry.line}")
        case Event.ENQUIRY_ANSWERED:
            recipient, answer = occurrence.facts["recipient"], Answer(occurrence.facts["answer"])
            words = _ANSWERS[answer].format(recipient.person)
            is_told = notify(enquiry.author, occurrence, f"{words}: {enquiry.line}") is not None
            if is_told and answer == Answer.HELP:
                emails.helped(enquiry, recipient, occurrence)
        case Event.ENQUIRY_CLOSED:
            withdraw_notices(ref_of(enquiry), but=enquiry.author)


def _tell_asked(occurrence: Occurrence, enquiry: Enquiry, recipient: Recipient) -> None:
    if notify(recipient.person, occurrence, f"{enquiry.author} asks you: {enquiry.line}") is not None:
        recipient.enquiry = enquiry
        emails.asked(recipient, occurrence)
