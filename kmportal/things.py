"""Every kind of thing that can be pointed at: kind → the ``Thing`` that its app describes. A map like urls.py."""

THINGS = {
    "organisation": "organisations.things.ORGANISATION",
    "person": "organisations.things.PERSON",
    "membership": "organisations.things.MEMBERSHIP",
    "invitation": "organisations.things.INVITATION",
    "group": "organisations.things.GROUP",
    "action": "actionplan.things.ACTION",
    "programme": "roadmap.things.PROGRAMME",
    "step": "roadmap.things.STEP",
    "intervention": "roadmap.things.INTERVENTION",
    "technique": "techniques.things.TECHNIQUE",
    "session": "techniques.things.SESSION",
    "lesson": "lessons.things.LESSON",
    "lesson-queue": "lessons.things.QUEUE",
    "import": "lessons.things.IMPORT",
    "profile": "people.things.PROFILE",
    "enquiry": "people.things.ENQUIRY",
    "community": "communities.things.COMMUNITY",
    "thread": "communities.things.THREAD",
    "assessment": "selfassessment.things.ASSESSMENT",
    "decision": "selfassessment.things.DECISION",
}
