"""Every kind of work that one can get ready for: the kind of thing → its ``KindOfWork``. A map like urls.py."""

WORK = {
    "programme": "lessons.work.PROGRAMME",
    "intervention": "lessons.work.INTERVENTION",
    "session": "lessons.work.SESSION",
    "meeting": "communities.work.MEETING",
    "work": "lessons.work.DESCRIBED",
}
