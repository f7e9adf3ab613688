"""Saying no: a rule that is broken raises a sentence that the person may read."""


class Refusal(Exception):
    """A rule says no. ``str(refusal)`` is a sentence for the person who asked; nothing was written."""


class Stale(Refusal):
    """Somebody else saved first. Nothing was written; the caller shows both versions."""

    def __init__(self, sentence: str = "This was changed while you were writing.") -> None:
        super().__init__(sentence)
