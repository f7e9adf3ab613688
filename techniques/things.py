"""What sessions and techniques are called where others point at them, and how they are found."""

from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.things import Thing
from techniques.labels import STATES
from techniques.models import Session, Technique
from techniques.search_documents import session_documents, technique_documents

SESSION = Thing(
    kind="session",
    word=_("Session"),
    words=_("Sessions"),
    model="techniques.Session",
    icon="users",
    page="session_detail",
    title=lambda session: session.technique.name if session.learning_set_id else f"{session.technique.name}: {session}",
    related=("organisation", "technique"),
    states=STATES,
    search_documents=session_documents,
    indexed=lambda: Session.objects.select_related("organisation", "technique"),
)
# Known to its members and its adviser alone, and found by nobody.
LEARNING_SET = Thing(
    kind="learning-set",
    word="Action learning set",
    words="Action learning sets",
    model="techniques.LearningSet",
    icon="users",
    page="learning_set_detail",
    title=lambda learning_set: "An action learning set",
    related=("organisation",),
)
TECHNIQUE = Thing(
    kind="technique",
    word=_("Technique"),
    words=_("Techniques"),
    model="techniques.Technique",
    icon="message-circle",
    page="technique_detail",
    page_args=lambda technique: [technique.key],
    related=("organisation",),
    subkinds=dict(Technique.Moment.choices),
    search_documents=technique_documents,
    indexed=lambda: Technique.objects.select_related("organisation"),
)
