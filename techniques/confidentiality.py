"""What people are promised before they write: who sees who wrote a note, and what is kept of a session."""

from django.db import models

from kmportal.lib.domain_words import worded
from kmportal.lib.domain_words import worded_later as _


class Naming(models.TextChoices):
    """Attribution: what stands beside a note while the session runs. Nothing of it outlives the close."""

    ANONYMOUS = "anonymous", "No names"
    ALIAS = "alias", "Made-up names"
    NAMES = "names", "Names"

    @property
    def who_is_seen(self) -> str:
        """In words for the people who write."""
        return {
            Naming.ANONYMOUS: "Nobody sees who wrote a note.",
            Naming.ALIAS: "The name that you choose for this room stands beside your notes. It need not be your own.",
            Naming.NAMES: "Everybody in the room sees who wrote a note.",
        }[self]

    @property
    def at_the_box(self) -> str:
        """The same, short, where somebody writes."""
        return {
            Naming.ANONYMOUS: "Nobody sees who wrote it.",
            Naming.ALIAS: "Your name in this room stands beside it.",
            Naming.NAMES: "Your name stands beside it.",
        }[self]


# Of an action learning set. It is part of the technique, so nobody can choose less of it.
KEPT_OF_A_SET = (
    "Nothing of what is said is kept, and there is no summary. The members of the set and its adviser alone can look up"
    " that it met, who came, who presented, and two lines on how it worked. Bids are deleted when the meeting ends."
    " Questions and gifts are read by the presenter alone and deleted a week later. What a presenter wants to do is"
    " read by that person alone."
)


class Confidentiality(models.TextChoices):
    """What is kept of a session and who may see it, as people read it before they write."""

    OPEN = "open", "Open"
    NO_BLAME = "no-blame", "No-blame summary"
    CHATHAM_HOUSE = "chatham-house", "Chatham House"
    NOT_CAPTURED = "not-captured", "Not captured"
    SET_ONLY = "set-only", "Set only"
    CONSENT = "consent", "By consent"
    PRIVATE_PAIR = "private-pair", "Private pair"

    @property
    def keeps_notes(self) -> bool:
        """Whether notes outlive the session. Everywhere else only the agreed summary does."""
        return self is Confidentiality.OPEN

    @property
    def keeps_who_came(self) -> bool:
        """Whether it is kept who was invited and who took part. Of others only how many came is."""
        return self not in (Confidentiality.CHATHAM_HOUSE, Confidentiality.SET_ONLY)

    @property
    def keeping(self) -> str:
        """What becomes of notes and of the list of people, in words for those who write."""
        if self is Confidentiality.SET_ONLY:
            return KEPT_OF_A_SET
        if self.keeps_notes:
            kept = worded("The notes are kept without names when the session ends.")
        else:
            kept = worded("The notes are deleted when the session ends, but the summary is kept.")
        if self.keeps_who_came:
            return f"{kept} The portal remembers which members were there."
        who = worded("Only how many came stays, and the name of whoever leads it or takes on an action.")
        return f"{kept} Who was invited and who was there is then deleted too. {who}"

    @property
    def what_was_kept(self) -> str:
        """What has become of the notes after the end, in words for the people who wrote them."""
        if self is Confidentiality.SET_ONLY:
            return "Nothing of what was said is kept. What is yours you find on the page of your set."
        if self.keeps_notes:
            return "The notes are kept without names."
        return "The notes are deleted, and only the agreed summary is kept."


CLAIMED = "Whoever claims what you have written, or whose you claim, reads your name and how to reach you."


def who_is_seen(naming: Naming, *, has_claims: bool) -> str:
    """Who sees who wrote a note, where people may claim what others have written."""
    if not has_claims:
        return naming.who_is_seen
    nobody_else = f"{CLAIMED} Nobody else does."
    return nobody_else if naming is Naming.ANONYMOUS else f"{naming.who_is_seen} {CLAIMED}"


# What can be chosen at planning, besides what the technique asks for: each of these keeps something else.
CHOICES = (Confidentiality.OPEN, Confidentiality.NO_BLAME, Confidentiality.CHATHAM_HOUSE)
HINTS = {
    Confidentiality.OPEN: "The notes that were shown and the summary are kept, without names.",
    Confidentiality.NO_BLAME: "The summary is kept. The notes are deleted.",
    Confidentiality.CHATHAM_HOUSE: (
        "The summary is kept. The notes are deleted, and so is who was invited and who was there."
    ),
}
CLAIMED_HINT = "Whoever claims something reads name and number of its writer, and its writer theirs."
NAMING_HINTS = {
    Naming.ANONYMOUS: "Nobody sees who wrote a note, not even who leads.",
    Naming.ALIAS: "Everybody chooses a name at the door. It stands beside their notes.",
    Naming.NAMES: _("The name of each person stands beside their notes, until the session ends."),
}


def naming_hints(*, has_claims: bool) -> dict[Naming, str]:
    """What stands beside a note, for whoever plans a session, where people may claim what others have written."""
    if not has_claims:
        return {naming: str(hint) for naming, hint in NAMING_HINTS.items()}
    hints = {**NAMING_HINTS, Naming.ANONYMOUS: "Nobody else sees who wrote a note, not even who leads."}
    return {naming: f"{CLAIMED_HINT} {hint}" for naming, hint in hints.items()}


IN_CIRCLE = _(
    "Whoever takes a chair stands on the screens by the name that they gave, as long as they sit there. Who spoke, and"
    " for how long, is deleted when the session ends. Only how many voices were heard stays."
)
