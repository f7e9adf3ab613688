"""What lessons, what came of them and files of them are called where others point at them, and how they are found."""

from kmportal.lib.domain_words import worded
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.things import Thing
from lessons.labels import ASSET_STATES, STATE_FILTERS, STATES, look_of
from lessons.models import Asset, Lesson
from lessons.search_documents import asset_documents, documents

LESSON = Thing(
    kind="lesson",
    word=_("Lesson"),
    words=_("Lessons"),
    model="lessons.Lesson",
    icon="lightbulb",
    page="lesson_detail",
    title=lambda lesson: f"{worded('Lesson')} {lesson.pk}: {lesson.words.title}",
    related=("organisation", "revision"),
    states=STATES,
    state_filters=STATE_FILTERS,
    look_of=look_of,
    subkinds=dict(Lesson.Kind.choices),
    search_documents=documents,
    indexed=lambda: Lesson.objects.select_related("organisation", "revision", "approved").prefetch_related("tags"),
)
ASSET = Thing(
    kind="asset",
    word="Knowledge asset",
    words="Knowledge assets",
    model="lessons.Asset",
    icon="file-text",
    page="asset_detail",
    related=("organisation",),
    states=ASSET_STATES,
    search_documents=asset_documents,
    indexed=lambda: Asset.objects.select_related("organisation"),
)
RISK = Thing(
    kind="risk",
    word="Topic at risk",
    words="Knowledge at risk",
    model="lessons.Risk",
    icon="triangle-alert",
    page="risk_detail",
    related=("organisation",),
)
REUSE = Thing(
    kind="reuse",
    word="Reuse",
    words="Reuse",
    model="lessons.Reuse",
    icon="refresh-cw",
    page="reuse_detail",
    title=lambda reuse: f"{reuse}: {reuse.lesson.words.title}",
    related=("organisation", "lesson__revision"),
)
THEMES = Thing(
    kind="themes",
    word="Set of themes",
    words="Sets of themes",
    model="lessons.ThemeSet",
    page="theme_set",
    related=("organisation",),
)
TAG = Thing(kind="tag", word="Tag", model="lessons.Tag", related=("organisation",))
COMMENT = Thing(
    kind="comment",
    word="Comment",
    model="lessons.LessonComment",
    icon="message-circle",
    page="comment_detail",
    title=lambda comment: f"{comment}: {comment.lesson.words.title}",
    related=("organisation", "lesson__revision"),
)
QUOTE = Thing(
    kind="quote",
    word="Quote",
    model="lessons.Quote",
    icon="message-circle",
    page="quote_detail",
    related=("organisation",),
)
POSTER = Thing(kind="poster", word="Poster", model="lessons.Poster", related=("organisation", "group"))
LEFT_NOTE = Thing(
    kind="left-note",
    word="Left at a poster",
    model="lessons.LeftNote",
    icon="lightbulb",
    page="left_detail",
    related=("organisation", "group"),
)
CHECK_RULE = Thing(
    kind="check-rule",
    word=_("How many check a lesson"),
    model="lessons.CheckRule",
    page="check_rule_list",
    related=("organisation", "tag", "theme"),
)
REVIEW_RULE = Thing(
    kind="review-rule",
    word=_("When to look at lessons again"),
    model="lessons.ReviewRule",
    page="review_rule_list",
    page_args=lambda rule: [],
    related=("organisation",),
)
WORK = Thing(
    kind="work",
    word="Piece of work",
    words="Pieces of work",
    model="lessons.PieceOfWork",
    icon="flag",
    page="pack_detail",
    page_args=lambda row: ["work", row.pk],
    related=("organisation",),
)
PACK_ANSWER = Thing(
    kind="pack-answer",
    word="Answer before the start",
    model="lessons.PackAnswer",
    page="pack_detail",
    page_args=lambda answer: list(answer.work),
    title=lambda answer: f"{answer}: {answer.lesson.words.title}",
    related=("organisation", "lesson__revision"),
)
QUEUE = Thing(kind="lesson-queue", word=_("Lessons to check"), page="lesson_queue")
IMPORT = Thing(kind="import", word="Import run", model="lessons.ImportRun", related=("organisation",))
