"""Words and looks of answers."""

from kmportal.lib.things import Look
from people.models import Recipient

Answer = Recipient.Answer
ANSWERS: dict[Answer, Look] = {
    Answer.WAITING: Look("", "clock", "No answer yet"),
    Answer.HELP: Look("good", "circle-check", "Can help"),
    Answer.NO: Look("", "circle-x", "Not this time"),
    Answer.PASSED: Look("info", "arrow-right", "Passed on"),
    Answer.LEFT: Look("", "log-out", "Has left"),
}
