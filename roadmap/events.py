"""What can happen to a programme, its steps and its interventions."""

from django.db import models

from kmportal.lib.domain_words import worded_later as _


class Event(models.TextChoices):
    """The vocabulary of the roadmap, in the words of the trail."""

    PROGRAMME_BEGUN = "programme.begun", _("begun")
    PROGRAMME_REVISED = "programme.revised", _("revised")
    PROGRAMME_MADE_CURRENT = "programme.made_current", _("made current")
    PROGRAMME_DELETED = "programme.deleted", _("deleted")
    STEP_MARKED = "step.marked", _("marked")
    INTERVENTION_PLANNED = "intervention.planned", _("planned")
    INTERVENTION_CHANGED = "intervention.changed", _("changed")
    INTERVENTION_STATE_SET = "intervention.state_set", _("set")
    INTERVENTION_DELETED = "intervention.deleted", _("took out")
    INTERVENTION_PUT_BACK = "intervention.put_back", _("put back")
