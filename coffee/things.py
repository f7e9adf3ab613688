"""What a coffee trial is called where others point at it."""

from coffee.labels import STATES
from coffee.models import Trial
from coffee.search_documents import documents
from kmportal.lib.things import Thing

TRIAL = Thing(
    kind="trial",
    word="Coffee trial",
    words="Coffee trials",
    model="coffee.Trial",
    icon="users",
    page="trial_detail",
    related=("organisation",),
    states=STATES,
    search_documents=documents,
    indexed=lambda: Trial.objects.select_related("organisation"),
)
