"""What the main navigation offers, in its order: word, name of the page. A map like urls.py.

Each page belongs to one organisation: its address takes the organisation’s slug and nothing else. One that the portal
does not have is left out.
"""

from kmportal.lib.domain_words import worded_later as _

NAVIGATION: list[tuple[str, str]] = [
    ("Home", "home"),
    (_("Roadmap"), "programme_current"),
    ("Assess", "assessment_list"),
    (_("Sessions"), "session_list"),
    (_("Lessons"), "lesson_list"),
    (_("Communities"), "community_list"),
    ("Ask people", "finder_list"),
    (_("My actions"), "action_list"),
]
