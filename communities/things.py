"""What communities, their threads, kick-offs and problems are called elsewhere, and how they are found."""

from communities.finding import communities_that_moved
from communities.labels import KICKOFFS, PROBLEMS, STATES, STORIES, THREADS
from communities.models import Community, KickOff, Problem, Story, Thread
from communities.search_documents import (
    community_documents,
    kickoff_documents,
    problem_documents,
    story_documents,
    thread_documents,
)
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.things import Thing

COMMUNITY = Thing(
    kind="community",
    word=_("Community"),
    words=_("Communities"),
    model="communities.Community",
    icon="users",
    page="community_detail",
    related=("organisation", "group"),
    states=STATES,
    search_documents=community_documents,
    indexed=lambda: Community.objects.select_related("organisation"),
    leads_on=communities_that_moved,
)
MEETING = Thing(
    kind="meeting",
    word="Meeting",
    words="Meetings",
    model="communities.Meeting",
    icon="calendar",
    page="meeting_detail",
    related=("organisation",),
)
EMERGENCIES = Thing(kind="emergencies", word="Reading in an emergency", page="emergency_list")
THREAD = Thing(
    kind="thread",
    word="Discussion",
    words="Discussions",
    model="communities.Thread",
    icon="message-circle",
    page="thread_detail",
    related=("organisation",),
    states=THREADS,
    subkinds=dict(Thread.Kind.choices),
    search_documents=thread_documents,
    indexed=lambda: Thread.objects.select_related("organisation"),
)
STORY = Thing(
    kind="story",
    word="Story of value",
    words="Stories of value",
    model="communities.Story",
    icon="thumbs-up",
    page="story_detail",
    related=("organisation",),
    states=STORIES,
    search_documents=story_documents,
    indexed=lambda: Story.objects.select_related("organisation"),
)
KICKOFF = Thing(
    kind="kickoff",
    word="Kick-off",
    words="Kick-offs",
    model="communities.KickOff",
    icon="flag",
    page="kickoff_detail",
    related=("organisation",),
    states=KICKOFFS,
    search_documents=kickoff_documents,
    indexed=lambda: KickOff.objects.select_related("organisation"),
)
PROBLEM = Thing(
    kind="problem",
    word="Problem",
    words="Problems",
    model="communities.Problem",
    icon="sprout",
    page="problem_detail",
    related=("organisation", "kickoff"),
    states=PROBLEMS,
    search_documents=problem_documents,
    indexed=lambda: Problem.objects.select_related("organisation", "kickoff"),
)
