"""What the mail of the day tells besides actions: functions ``(until, people) -> Iterable[Promised]``.

A map like urls.py.
"""

PROMISED = [
    "actionplan.promises.guests",
    "roadmap.promises.interventions",
    "techniques.promises.outcomes",
    "techniques.promises.reports",
    "techniques.promises.matches",
    "techniques.promises.own_actions",
    "lessons.promises.drafts",
    "lessons.promises.assets",
    "lessons.promises.turns",
    "lessons.promises.changed_lessons",
    "lessons.promises.expert_links",
    "lessons.promises.packs",
    "lessons.promises.risks",
    "communities.promises.quiet_lines",
    "communities.promises.requests_to_join",
    "communities.promises.reviews",
    "dashboards.promises.without_anybody",
]

# What is new, as sections of the same mail: functions ``(at, people) -> Iterable[News]``.
NEWS = [
    "communities.reports.mail.weekly_news",
    "lessons.reports.follows.news_of_followers",
]
