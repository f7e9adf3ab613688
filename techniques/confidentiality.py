"""What is kept of a session: people read it before they write, and again at the end."""

from django.db import models

from kmportal.lib.domain_words import worded


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
    def what_is_kept(self) -> str:
        """What becomes of a note, in words for the people who write it."""
        if self.keeps_notes:
            return worded("Nobody sees who wrote a note. The notes are kept without names when the session ends.")
        return worded(
            "Nobody sees who wrote a note. The notes are deleted when the session ends, but the summary is kept."
        )

    @property
    def what_was_kept(self) -> str:
        """What has become of the notes after the end, in words for the people who wrote them."""
        if self.keeps_notes:
            return "The notes are kept without names."
        return "The notes are deleted, and only the agreed summary is kept."
