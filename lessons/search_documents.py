"""Lessons and knowledge assets in the search index: the same words and columns of visibility as on their own rows."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time

from kmportal.lib.markdown import plain
from lessons.labels import asset_state
from lessons.models import Asset, AssetPart, Lesson, State
from search import index

KIND, ASSET = "lesson", "asset"
RANK = {
    State.EMBEDDED: 900,
    State.LEARNED: 800,
    State.ACTION_AGREED: 700,
    State.IDENTIFIED: 600,
    State.NOTED: 500,
    State.SUPERSEDED: 100,
    State.RETIRED: 50,
}
RANK_UNCHECKED = 200
RANK_ASSET = {"checked": 800, "changed": 600, "unchecked": 450, "draft": 200}
# Brought-in lessons come after the organisation’s own ones of the same state.
RANK_BROUGHT_IN = -150


def documents(lessons: Sequence[Lesson]) -> Iterator[index.Doc]:
    """What can be found of lessons, with the names of their tags. One that has gone into another is found there."""
    return (document(one, [tag.name for tag in one.tags.all()]) for one in lessons if one.merged_into_id is None)


def document(lesson: Lesson, tags: Sequence[str]) -> index.Doc:
    """What the index keeps of one lesson. ``lesson.revision`` and ``lesson.organisation`` must be loaded."""
    words = lesson.words
    advice = plain(words.then_do)
    if words.when_you:
        advice = f"When you are about to {words.when_you}, then {advice}"
    happened = lesson.happened_on
    rank = RANK.get(State(lesson.state), RANK_UNCHECKED) + (RANK_BROUGHT_IN if lesson.source else 0)
    return index.Doc(
        kind=KIND,
        ident=lesson.pk,
        organisation=lesson.organisation,
        reach=lesson.reach,
        group_id=lesson.group_id,
        author_id=lesson.author_id,
        title=words.title,
        abstract=_join_sentences(plain(words.abstract), advice),
        body=_join_sentences(*map(plain, (words.happened, words.learned, words.why, words.expected)), lesson.process),
        tags=tuple(tags),
        state=lesson.state,
        subkind=lesson.kind,
        source=lesson.source,
        year=happened.year if happened else lesson.created_at.year,
        rank=max(0, rank),
        at=datetime.combine(happened, time(12), UTC) if happened else lesson.created_at,
    )


def _join_sentences(*texts: str) -> str:
    """One text after the other; excerpts run on over the joints, so each ends as a sentence does."""
    return "\n".join(
        text if text.endswith((".", "?", "!", "…", ":", ";", "”", ")")) else f"{text}."
        for text in filter(None, map(str.rstrip, texts))
    )


def asset_documents(assets: Sequence[Asset]) -> Iterator[index.Doc]:
    """What can be found of knowledge assets: their words, and what is said beside their parts. The lessons in them are
    found by themselves, as far as they may be read."""
    notes: dict[int, list[str]] = {}
    for key, title, note in AssetPart.objects.filter(asset__in=assets).values_list("asset_id", "title", "note"):
        notes.setdefault(key, []).extend(filter(None, (title, note)))
    for asset in assets:
        yield index.Doc(
            kind=ASSET,
            ident=asset.pk,
            organisation=asset.organisation,
            reach=asset.reach,
            group_id=asset.group_id,
            author_id=asset.author_id,
            title=asset.title,
            abstract=plain(asset.purpose),
            body=_join_sentences(plain(asset.text), *notes.get(asset.pk, ())),
            state=asset_state(asset),
            year=asset.created_at.year,
            rank=RANK_ASSET[asset_state(asset)],
            at=asset.published_at or asset.created_at,
        )
