"""What the main navigation offers, in its order: word, name of the page. A map like urls.py.

Each page belongs to one organisation: its address takes the organisation’s slug and nothing else. One that the portal
does not have is left out.
"""

NAVIGATION: list[tuple[str, str]] = [
    ("Home", "home"),
    ("Roadmap", "programme_current"),
    ("Assess", "assessment_list"),
    ("Sessions", "session_list"),
    ("Lessons", "lesson_list"),
    ("My actions", "action_list"),
]
