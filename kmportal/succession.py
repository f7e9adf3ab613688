"""What a person can be responsible for: one line for each ``Owned`` that an app describes. A map like urls.py.

A field that names somebody responsible and stands neither here nor among the exceptions of
``tests/test_succession.py`` fails the tests.
"""

OWNED = [
    "actionplan.succession.ACTIONS",
    "roadmap.succession.INTERVENTIONS",
    "roadmap.succession.LEADS",
    "roadmap.succession.SPONSORS",
    "techniques.succession.SESSIONS",
    "lessons.succession.CLAIMS",
    "lessons.succession.ASSETS",
    "lessons.succession.RISKS",
    "coffee.succession.TRIALS",
    "selfassessment.succession.ROUNDS",
    # Last: home has room for a few, and what somebody waits for goes before what can wait.
    "lessons.succession.KEEPERS",
]
