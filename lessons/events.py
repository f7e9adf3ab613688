"""What can happen to a lesson, to what readers say of it and answer to it, to a knowledge asset, and to a file that is
brought in."""

from django.db import models

from kmportal.lib.domain_words import worded_later as _


class Event(models.TextChoices):
    """The vocabulary of lessons, in the words of the trail."""

    LESSON_DRAFTED = "lesson.drafted", _("drafted")
    LESSON_CHANGED = "lesson.changed", _("changed")
    LESSON_READERS_CHANGED = "lesson.readers_changed", _("changed the readers of")
    LESSON_SUBMITTED = "lesson.submitted", _("submitted")
    LESSON_SENT_SAFELY = "lesson.sent_safely", _("sent without a name")
    LESSON_AUTHOR_FORGOTTEN = "lesson.author_forgotten", _("took the author’s name away from")
    LESSON_WITHDRAWN = "lesson.withdrawn", _("withdrawn")
    LESSON_CLAIMED = "lesson.claimed", _("claimed")
    LESSON_TAKEN_OVER = "lesson.taken_over", _("taken over")
    LESSON_PASSED_ON = "lesson.passed_on", _("passed on for checking")
    LESSON_RELEASED = "lesson.released", _("released")
    LESSON_RETURNED = "lesson.returned", _("returned")
    LESSON_DECLINED = "lesson.declined", _("declined")
    LESSON_CHECKED_IN_PART = "lesson.checked_in_part", _("checked, as one of several,")
    LESSON_CHECK_WITHDRAWN = "lesson.check_withdrawn", _("took the check back of")
    LESSON_EXPERT_ASKED = "lesson.expert_asked", _("asked somebody outside about")
    LESSON_EXPERT_ANSWERED = "lesson.expert_answered", _("answered from outside about")
    LESSON_EXPERT_REVOKED = "lesson.expert_revoked", _("took a link back to")
    LESSON_IDENTIFIED = "lesson.identified", _("identified")
    LESSON_NOTED = "lesson.noted", _("noted")
    LESSON_ACTION_AGREED = "lesson.action_agreed", _("agreed on a change because of")
    LESSON_AGREEMENT_LOST = "lesson.agreement_lost", _("no longer has an agreed change for")
    LESSON_LEARNED = "lesson.learned", _("saw the change because of")
    LESSON_EMBEDDED = "lesson.embedded", _("saw after six months the change because of")
    LESSON_FELL_BACK = "lesson.fell_back", _("no longer saw the change because of")
    LESSON_SUPERSEDED = "lesson.superseded", _("replaced")
    LESSON_RETIRED = "lesson.retired", _("took out of use")
    LESSON_BROUGHT_BACK = "lesson.brought_back", _("brought back")
    LESSON_CHANGE_CHECKED = "lesson.change_checked", _("checked again")
    LESSON_MERGED = "lesson.merged", _("took another lesson into")
    LESSON_PARTED = "lesson.parted", _("took another lesson out again of")
    LESSON_KEEPER_CHANGED = "lesson.keeper_changed", _("changed who looks after")
    LESSON_KEPT = "lesson.kept", _("looked again at")
    LESSON_DOUBTED = "lesson.doubted", _("no longer finds everything right in")
    REVIEW_RULE_SET = "review-rule.set", _("changed when to look again at")
    LESSON_INNOVATION_TOLD = "lesson.innovation_told", _("said how far it has come with")
    LESSON_DELETED = "lesson.deleted", _("deleted")
    COMMENT_WRITTEN = "comment.written", _("written beside a lesson")
    COMMENT_CHANGED = "comment.changed", _("changed")
    COMMENT_WITHDRAWN = "comment.withdrawn", _("taken back")
    COMMENT_HIDDEN = "comment.hidden", _("hidden")
    COMMENT_SHOWN = "comment.shown", _("shown again")
    POSTER_OPENED = "poster.opened", "opened"
    POSTER_RENEWED = "poster.renewed", "made a new address for"
    POSTER_CLOSED = "poster.closed", "closed"
    NOTE_LEFT = "left-note.left", "left"
    NOTE_TAKEN = "left-note.taken", _("began a lesson from")
    NOTE_PUT_ASIDE = "left-note.put_aside", "put aside"
    CHECK_RULE_SET = "check_rule.set", _("changed how many check")
    CHECK_RULE_DELETED = "check_rule.deleted", _("no longer asks for several checks of")
    QUOTE_ASKED = "quote.asked", _("asked somebody whether they may be quoted in")
    QUOTE_AGREED = "quote.agreed", _("agreed to")
    QUOTE_REFUSED = "quote.refused", _("did not agree to")
    QUOTE_WITHDRAWN = "quote.withdrawn", _("taken back")
    REUSE_SAID = "reuse.said", _("said")
    REUSE_CHANGED = "reuse.changed", _("changed")
    REUSE_CONFIRMED = "reuse.confirmed", _("confirmed a benefit of")
    REUSE_DECLINED = "reuse.declined", _("did not confirm a benefit of")
    REUSE_DELETED = "reuse.deleted", _("taken back")
    WORK_DESCRIBED = "work.described", "described"
    WORK_CHANGED = "work.changed", "changed"
    PACK_ANSWERED = "pack.answered", "answered"
    ASSET_DRAFTED = "asset.drafted", _("drafted")
    ASSET_CHANGED = "asset.changed", _("changed")
    ASSET_PARTS_CHANGED = "asset.parts_changed", _("changed what belongs to")
    ASSET_STEP_DONE = "asset.step_done", _("did a step of")
    ASSET_STEP_OPEN = "asset.step_open", _("opened a step again of")
    ASSET_PUBLISHED = "asset.published", _("published")
    ASSET_CHECKED = "asset.checked", _("checked")
    ASSET_KEPT = "asset.kept", _("looked again at")
    ASSET_PASSED_ON = "asset.passed_on", _("passed on")
    ASSET_DELETED = "asset.deleted", _("deleted")
    RISK_ADDED = "risk.added", "put into the register"
    RISK_CHANGED = "risk.changed", _("changed")
    RISK_PASSED_ON = "risk.passed_on", "gave into other hands"
    RISK_HOLDER_NAMED = "risk.holder_named", "named somebody who knows about"
    RISK_HOLDER_CHANGED = "risk.holder_changed", "changed when somebody leaves who knows about"
    RISK_HOLDER_TAKEN_OUT = "risk.holder_taken_out", "took somebody out who knows about"
    RISK_HOLDER_LEFT = "risk.holder_left", "has lost somebody who knows about"
    RISK_ASSET_BEGUN = "risk.asset_begun", "began a knowledge asset for"
    RISK_SETTLED = "risk.settled", "says that it is kept:"
    RISK_REOPENED = "risk.reopened", "says that it is not kept yet:"
    LESSON_FILED = "lesson.filed", _("sorted")
    THEMES_LOADED = "themes.loaded", _("loaded")
    THEMES_RETIRED = "themes.retired", _("put out of use")
    THEMES_RESTORED = "themes.restored", _("brought back")
    TAG_RENAMED = "tag.renamed", _("renamed")
    TAG_RETIRED = "tag.retired", _("put out of use")
    TAG_REPLACED = "tag.replaced", _("put another in the place of")
    TAG_RESTORED = "tag.restored", _("brought back")
    LESSONS_IMPORTED = "import.finished", _("brought in")
    IMPORT_UNDONE = "import.undone", _("took out again")
