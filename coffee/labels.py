"""Words and looks of coffee trials: states, the published rule, why two were drawn together."""

from coffee.models import Rule, Trial
from coffee.pairing import Reason
from kmportal.lib.things import Look

STATES: dict[str, Look] = {
    Trial.State.INVITING: Look("info", "users", "People can join"),
    Trial.State.RUNNING: Look("good", "play", "Pairs are meeting"),
    Trial.State.ENDED: Look("", "circle-check", "Over"),
    Trial.State.CANCELLED: Look("", "circle-x", "Called off"),
}
REASONS = {
    Reason.NEW: "You have not been drawn together before",
    Reason.TEAM: "You work in different teams",
    Reason.SITE: "You work at the same site",
    Reason.PROFESSION: "You belong to different staff groups",
    Reason.AGAIN: "You have been drawn together before: there was nobody new left",
}
# What is published before anybody joins.
RULES = {
    Rule.RANDOM: [
        "Anybody can be drawn with anybody. The portal draws by lot.",
        "Never the same two again while there is anybody else.",
        "Never somebody whom you ask not to meet. Only the portal knows whom you named.",
        "If the number is odd, three people meet instead of two.",
    ],
    Rule.EXPLAINED: [
        "This draw is not by lot alone.",
        "Never somebody whom you ask not to meet. Only the portal knows whom you named.",
        "Never the same two again while there is anybody else.",
        "Somebody from another team than yours.",
        "If you want to meet face to face, somebody from your site.",
        "Where possible, somebody from another staff group.",
        "If the number is odd, three people meet instead of two.",
    ],
}
