"""What profiles and questions are called where others point at them, and how people are found."""

from kmportal.lib.things import Thing
from people.models import Profile
from people.search_documents import documents

PROFILE = Thing(
    kind="profile",
    word="Person to ask",
    words="People to ask",
    model="people.Profile",
    icon="users",
    page="finder_profile",
    related=("membership__person", "membership__organisation"),
    subkinds=dict(Profile.StaffGroup.choices),
    search_documents=documents,
    indexed=lambda: Profile.objects.listed().with_words(),
)
ENQUIRY = Thing(
    kind="enquiry",
    word="Question to people",
    model="people.Enquiry",
    icon="message-circle",
    page="enquiry_detail",
    related=("organisation",),
)
