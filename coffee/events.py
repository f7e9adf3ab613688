"""What can happen to a coffee trial. Who meets whom stands in no trail."""

from django.db import models

from kmportal.lib.domain_words import worded_later as _


class Event(models.TextChoices):
    """The vocabulary of coffee trials, in the words of the trail."""

    TRIAL_PLANNED = "trial.planned", _("planned")
    TRIAL_CHANGED = "trial.changed", _("changed")
    TRIAL_CANCELLED = "trial.cancelled", _("called off")
    TRIAL_JOINED = "trial.joined", _("joined")
    TRIAL_LEFT = "trial.left", _("left")
    TRIAL_TOO_FEW = "trial.too_few", _("found too few people for")
    TRIAL_PAIRED = "trial.paired", _("made the pairs of")
    TRIAL_PAIRED_ANEW = "trial.paired_anew", _("found new partners in")
    TRIAL_HALF = "trial.half", _("reached half time of")
    TRIAL_ENDED = "trial.ended", _("ended")
    TRIAL_SHARED = "trial.shared", _("told what came of")
