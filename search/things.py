"""What a search without a result, and the meaning of a word, are called where others point at them."""

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
MEANING = Thing(
    kind="meaning",
    word="What a word means",
    words="What words mean",
    model="search.DictionaryEntry",
    icon="file-text",
    page="dictionary_list",
    page_args=lambda entry: [],
    related=("organisation",),
)
