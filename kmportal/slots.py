"""Which upper apps put a piece on which page: slot name → functions ``(object, membership) -> (template, values)``.

A map like urls.py. A page draws a slot with ``{% slot "name" object %}``; the functions run on the server, in the
page’s own request, in this order. Returning None draws nothing.
"""

SLOTS: dict[str, list[str]] = {
    "settings.backup": ["jobs.slots.backup_for_settings"],
    "account.help": ["help.slots.introductions_for_account"],
    "home.communities": [
        "communities.slots.kickoffs_of_member",
        "coffee.slots.trial_of_member",
        "communities.slots.communities_of_member",
    ],
    "home.newcomer": ["help.slots.guide_for_newcomer"],
    "home.guide": ["help.slots.guide_for_home"],
    "gap.offer": ["communities.slots.communities_for_gap"],
    "gap.thread": ["dashboards.provenance.of_decision"],
    "intervention.actions": ["dashboards.provenance.actions_of_intervention"],
    "intervention.thread": ["dashboards.provenance.of_intervention"],
    "session.thread": ["dashboards.provenance.of_session"],
    "lesson.thread": ["lessons.slots.taken_up_before", "dashboards.provenance.of_lesson"],
    "action.thread": ["lessons.slots.lesson_of_action", "dashboards.provenance.of_action"],
    "lesson.people": ["people.slots.people_for_lesson"],
    "search.ask": ["communities.slots.communities_to_ask", "people.slots.way_to_people"],
    "search.people": ["people.slots.people_for_search"],
    "pack.sections": ["people.slots.people_for_pack", "communities.slots.communities_for_pack"],
    "person.leaving": [
        "communities.slots.communities_of_leaver",
        "lessons.slots.knowledge_of_leaver",
        "lessons.slots.drafts_of_leaver",
    ],
    "session.outcome": [
        "lessons.slots.open_from_last_time",
        "lessons.slots.lessons_before_session",
        "lessons.slots.outcome_of_session",
        "lessons.slots.what_came_of_session",
    ],
    "room.before": ["lessons.slots.open_from_last_time"],
    "intervention.lessons": ["lessons.slots.lessons_of_intervention"],
    "intervention.communities": ["communities.slots.communities_of_intervention"],
}
