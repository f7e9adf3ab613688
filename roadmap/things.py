"""What programmes, steps and interventions are called where others point at them, and how they are found."""

from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.things import Look, Thing
from roadmap.labels import STATES
from roadmap.models import Intervention, Kind, Programme
from roadmap.search_documents import intervention_documents, programme_documents

PROGRAMME = Thing(
    kind="programme",
    word=_("Programme"),
    words=_("Programmes"),
    model="roadmap.Programme",
    icon="calendar",
    page="programme_detail",
    related=("organisation",),
    states={
        "current": Look("good", "circle-check", "Current"),
        "other": Look("", "archive", "Not the current one"),
    },
    search_documents=programme_documents,
    indexed=lambda: Programme.objects.select_related("organisation"),
)
STEP = Thing(kind="step", word="Step", model="roadmap.ProgrammeStep", related=("programme__organisation",))
INTERVENTION = Thing(
    kind="intervention",
    word=_("Intervention"),
    words=_("Interventions"),
    model="roadmap.Intervention",
    icon="flag",
    page="intervention_detail",
    title=lambda intervention: f"{intervention.title} (step {intervention.step})",
    related=("programme__organisation", "entry"),
    states=STATES,
    subkinds=dict(Kind.choices),
    search_documents=intervention_documents,
    indexed=lambda: Intervention.objects.select_related("programme__organisation", "entry"),
)
