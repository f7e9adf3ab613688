"""Finding the lessons that fit a piece of work: by its words, and because they came of the same work, of the same entry
of the catalogue or of the same technique.

The number of queries is the same for ten lessons and for a hundred thousand.
"""

from collections.abc import Mapping, Sequence

from django.db.models import Q
from django.urls import reverse

from kmportal.lib.domain_words import worded
from kmportal.lib.sentences import listed
from kmportal.lib.work import Work
from lessons.models import Asset, Lesson, LessonQuerySet, PackAnswer, State
from organisations.models import Membership
from roadmap.models import Intervention
from search.likeness import words_of
from search.related import Related, find_related
from techniques.models import Session

MOST_LESSONS, MOST_ASSETS = 10, 3
# So many are looked at for each: of people and communities the apps above take those who are there today.
LOOKED_AT = {"lesson": 2 * MOST_LESSONS, "asset": MOST_ASSETS, "profile": 12, "community": 8}
MOST_LINKED = 20
MOST_WORDS_SAID = 4
# Lessons that somebody may build on: checked, and neither replaced nor retired.
STANDING = (State.IDENTIFIED, State.NOTED, State.ACTION_AGREED, State.LEARNED, State.EMBEDDED)
# What a link to the same work weighs, beside the best text as 1.
SAME_WORK, SAME_ENTRY, SAME_TECHNIQUE = 1.0, 0.7, 0.4


def find_fitting(work: Work, membership: Membership, *kinds: str) -> dict[str, list[Related]]:
    """What the index says fits, of some kinds of things. Two queries."""
    wanted = {kind: LOOKED_AT[kind] for kind in kinds}
    return find_related(membership, work.texts, kinds=wanted, narrowed=_standing())


def rank_lessons(related: Sequence[Related], work: Work, membership: Membership) -> dict[int, list[str]]:
    """The keys of the best lessons in their order, each with why it is here. At most two queries."""
    return _ranked(related, _links(work, membership))


def pack_url(work: Work, membership: Membership) -> str:
    """The page of the pack, for this reader."""
    return reverse("pack_detail", args=[membership.organisation.slug, work.ref.kind, work.ref.pk])


def count_to_answer(work: Work, membership: Membership) -> int:
    """How many lessons of the pack wait for an answer: the figure of reminders, as its page counts them."""
    why = rank_lessons(find_fitting(work, membership, "lesson")["lesson"], work, membership)
    answers = answers_to(work, membership)
    settled = {row.lesson_id for row in answers if row.answer != PackAnswer.Answer.LATER}
    put_off = {row.lesson_id for row in answers} - settled
    return readable_lessons(membership).filter(pk__in=(set(why) | put_off) - settled).count()


def why_related(related: Related) -> str:
    """The words that it shares with the work, in a sentence. What stands in any story, such as “nobody”, helps to rank
    what fits, and is a reason only where there is no other."""
    shared = [word for word in related.words if word not in related.tags]
    said = [f"“{word}”" for word in [word for word in shared if words_of(word)] or shared][:MOST_WORDS_SAID]
    filed = [f"“{word}”" for word in related.tags][:MOST_WORDS_SAID]
    parts = [f"it says {listed(said)}"] if said else []
    if filed:
        parts.append(f"it is filed under {listed(filed)}")
    sentence = " and ".join(parts)
    return f"{sentence[:1].upper()}{sentence[1:]}"


def _standing() -> Q:
    """Of lessons those that stand, of assets those that are published; of the rest all."""
    states = [*map(str, STANDING)]
    return Q(kind="lesson", state__in=states) | (~Q(kind="lesson") & ~Q(kind="asset", state=str(Asset.State.DRAFT)))


def readable_lessons(membership: Membership) -> LessonQuerySet:
    return Lesson.objects.visible_to(membership).select_related("revision", "organisation")


def answers_to(work: Work, membership: Membership) -> list[PackAnswer]:
    rows = PackAnswer.objects.filter(organisation_id=membership.organisation_id).for_work(work.ref)
    return list(rows.select_related("person", "action__owner", "action__organisation"))


def _links(work: Work, membership: Membership) -> dict[int, tuple[float, str]]:
    """Lessons that came of the same work, of the same entry of the catalogue or of the same technique, the newest: key
    → what that weighs, and the sentence. At most two queries."""
    found: dict[int, tuple[float, str]] = {}
    standing = Lesson.objects.visible_to(membership).filter(state__in=STANDING).order_by("-pk")
    if work.technique is not None:
        sessions = Session.objects.filter(technique=work.technique, organisation=membership.organisation_id)
        rows = standing.filter(session__in=sessions.exclude(pk=work.ref.pk).values("pk"))
        for key, name in rows.values_list("pk", "session__technique__name")[:MOST_LINKED]:
            found[key] = (SAME_TECHNIQUE, worded(f"It came from a session of the same technique: {name}"))
    if work.interventions or work.entries:
        alike = Intervention.objects.filter(programme__organisation=membership.organisation_id)
        alike = alike.filter(Q(pk__in=work.interventions) | Q(entry__in=work.entries))
        rows = standing.filter(intervention__in=alike.values("pk"))
        values = rows.values_list("pk", "intervention_id", "intervention__title", "intervention__entry__name")
        for key, intervention, title, entry in values[:MOST_LINKED]:
            if intervention in work.interventions:
                found[key] = (SAME_WORK, f"{worded('It came from the intervention')} “{title}”")
            else:
                found[key] = (SAME_ENTRY, f"{worded('It came from the same intervention of the catalogue')}: {entry}")
    return found


def _ranked(related: Sequence[Related], links: Mapping[int, tuple[float, str]]) -> dict[int, list[str]]:
    """The best lessons in their order, each with why it is here: the text counts beside the best one, links besides."""
    best = max((one.score for one in related), default=1.0) or 1.0
    scores = {one.ident: one.score / best for one in related}
    why = {one.ident: [why_related(one)] for one in related}
    for key, (weight, sentence) in links.items():
        scores[key] = scores.get(key, 0.0) + weight
        why[key] = [sentence, *why.get(key, [])]
    keys = sorted(scores, key=lambda key: (-scores[key], -key))[:MOST_LESSONS]
    return {key: why[key] for key in keys}
