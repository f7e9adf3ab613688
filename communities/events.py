"""What can happen to a community and to what it talks about."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Event(models.TextChoices):
    """The vocabulary of communities, in the words of the trail."""

    COMMUNITY_FOUNDED = "community.founded", _("founded")
    COMMUNITY_CHANGED = "community.changed", _("changed")
    COMMUNITY_JOINED = "community.joined", _("joined")
    COMMUNITY_LEFT = "community.left", _("left")
    COMMUNITY_ASKED_TO_JOIN = "community.asked_to_join", _("asked to join")
    COMMUNITY_INVITED = "community.invited", _("invited into")
    COMMUNITY_REQUEST_ANSWERED = "community.request_answered", _("answered a request to join")
    COMMUNITY_ROLES_CHANGED = "community.roles_changed", _("changed roles in")
    COMMUNITY_CHARTER_WRITTEN = "community.charter_written", _("wrote the charter of")
    COMMUNITY_STEP_TAKEN = "community.step_taken", _("took a step with")
    COMMUNITY_STEP_ANSWERED = "community.step_answered", _("answered a question of a step of")
    COMMUNITY_SHELF_CHANGED = "community.shelf_changed", _("changed the shelf of")
    COMMUNITY_PIN_DUE = "community.pin_due", _("asks to look again at something of")
    COMMUNITY_ASKED = "community.asked", _("asked the facilitators of")
    COMMUNITY_LEFT_INFORMAL = "community.left_informal", _("left informal")
    COMMUNITY_CLOSING = "community.closing", _("announced the end of")
    COMMUNITY_OBJECTED = "community.objected", _("would keep open")
    COMMUNITY_CLOSING_STOPPED = "community.closing_stopped", _("stopped the closing of")
    COMMUNITY_STORY_WRITTEN = "community.story_written", _("wrote the story of")
    COMMUNITY_CLOSED = "community.closed", _("closed")
    COMMUNITY_ARCHIVED = "community.archived", _("archived")
    COMMUNITY_WOKEN = "community.woken", _("woke")
    COMMUNITY_ASKED_FOR_HELP = "community.asked_for_help", _("asked for help with")
    COMMUNITY_WITHOUT_FACILITATOR = "community.without_facilitator", _("is without a facilitator")
    STORY_TOLD = "story.told", _("told")
    STORY_CHANGED = "story.changed", _("changed")
    STORY_DELETED = "story.deleted", _("took back")
    THREAD_STARTED = "thread.started", _("started")
    THREAD_POSTED = "thread.posted", _("wrote in")
    THREAD_POST_CHANGED = "thread.post_changed", _("changed a post in")
    THREAD_ANSWER_MARKED = "thread.answer_marked", _("marked the answer of")
    THREAD_ANSWER_UNMARKED = "thread.answer_unmarked", _("took back the answer of")
    THREAD_LEFT_UNANSWERED = "thread.left_unanswered", _("waits for an answer")
    THREAD_BECAME_LESSON = "thread.became_lesson", _("made a lesson of")
