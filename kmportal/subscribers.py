"""Who hears of what happens: the vocabularies of events, and event → functions ``(occurrence) -> None``.

A map like urls.py. Subscribers run in the transaction of the deed, in the order: those of ``*``, of a kind
(``action.*``), of one event. What must wait for the commit says so itself (``transaction.on_commit``).
"""

EVENTS = [
    "organisations.events.Event",
    "search.events.Event",
    "jobs.events.Event",
    "actionplan.events.Event",
    "roadmap.events.Event",
    "techniques.events.Event",
    "lessons.events.Event",
    "people.events.Event",
    "selfassessment.events.Event",
    "communities.events.Event",
]

SUBSCRIBERS: dict[str, list[str]] = {
    "*": ["search.subscribers.follow"],
    "membership.renamed": ["actionplan.subscribers.follow_owner", "people.subscribers.follow_member"],
    "membership.suspended": ["people.subscribers.follow_member"],
    "membership.restored": ["people.subscribers.follow_member"],
    "membership.removed": [
        "people.subscribers.let_go",
        "lessons.subscribers.release_assets_of_leaver",
        "lessons.subscribers.forget_follows_of_leaver",
        "communities.subscribers.keep_facilitators",
        "communities.subscribers.forget_emergency_reader_who_left",
        "communities.subscribers.close_calendar_of_leaver",
    ],
    "membership.reset_link_made": ["notifications.subscribers.tell_of_reset_link"],
    "membership.lent": ["notifications.subscribers.tell_lent_member"],
    "mail.undelivered": ["notifications.subscribers.tell_undelivered_mail"],
    "action.*": ["actionplan.history.write", "actionplan.notices.send"],
    "action.done": ["lessons.notices.send_of_done_action"],
    "action.dropped": ["lessons.subscribers.follow_dropped_action"],
    "action.deleted": ["lessons.subscribers.follow_dropped_action"],
    "intervention.*": [
        "roadmap.history.write",
        "roadmap.notices.send",
        "actionplan.subscribers.follow_source",
    ],
    "session.*": ["techniques.notices.send", "actionplan.subscribers.follow_source"],
    "lesson.*": ["lessons.history.write", "lessons.notices.send", "actionplan.subscribers.follow_source"],
    "comment.*": ["lessons.notices.send_of_comment"],
    "left-note.left": ["lessons.notices.send_of_left_note"],
    "reuse.*": ["lessons.notices.send_of_reuse"],
    "asset.*": ["lessons.notices.send_of_asset"],
    "community.left": ["lessons.subscribers.release_assets_of_group"],
    "lesson.identified": ["lessons.subscribers.tell_followers_later"],
    "lesson.noted": ["lessons.subscribers.tell_followers_later"],
    "lesson.filed": ["lessons.subscribers.tell_followers_later"],
    "lesson.merged": [
        "lessons.subscribers.let_actions_follow",
        "people.subscribers.carry_to_merged_lesson",
        "communities.subscribers.carry_to_merged_lesson",
    ],
    "lesson.parted": [
        "lessons.subscribers.let_actions_follow",
        "people.subscribers.bring_back_to_lesson",
        "communities.subscribers.bring_back_to_lesson",
    ],
    "lesson.readers_changed": ["lessons.subscribers.let_actions_follow"],
    "enquiry.*": ["people.notices.send"],
    "assessment.*": ["selfassessment.notices.send"],
    "community.*": ["communities.notices.send_of_community"],
    "community.closed": ["communities.subscribers.call_off_meetings"],
    "emergency.*": ["communities.notices.send_of_emergency"],
    "thread.started": ["communities.subscribers.tell_at_once", "communities.subscribers.follow_own_thread"],
    "thread.posted": ["communities.subscribers.follow_own_thread"],
    "story.benefit_confirmed": ["communities.notices.send_of_story"],
    "story.benefit_declined": ["communities.notices.send_of_story"],
    "thread.*": ["communities.notices.send_of_thread"],
    "session.closed": [
        "communities.subscribers.take_over_session_of_kickoff",
        "communities.subscribers.take_over_session_of_review",
    ],
    "kickoff.*": ["communities.notices.send_of_kickoff"],
    "problem.*": ["communities.notices.send_of_problem"],
}
