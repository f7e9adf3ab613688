"""What a search without a result is called where others point at it."""

from kmportal.lib.things import Look, Thing

STATES = {
    "open": Look("warn", "clock", "Waiting"),
    "answered": Look("good", "circle-check", "Answered"),
    "aside": Look("", "info", "Not for us"),
}
UNANSWERED = Thing(
    kind="unanswered",
    word="Search without a result",
    words="Searches without a result",
    model="search.UnansweredSearch",
    icon="search",
    page="unanswered_detail",
    related=("organisation",),
    states=STATES,
)
