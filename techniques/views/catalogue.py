"""The catalogue of techniques: the cards, and each one to read and to print."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import ngettext
from msgspec.structs import asdict

from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.sentences import quoted
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest
from techniques import examples, helper_registry, policies
from techniques.confidentiality import IN_CIRCLE, Naming, who_is_seen
from techniques.content_schema import Column, Minutes, Stage
from techniques.forms import minutes_in_words
from techniques.models import Length, Technique

TIERS = {
    "starter": "Good to start with",
    "next": "For people who have led a few",
    "advanced": "For people with practice",
}
# The mark among the sources for what had none.
OUR_OWN = "Our own proposal"
# What the close makes of a column.
BECOMES = {"actions": _("(become actions)"), "lessons": _("(become lessons)")}


@requires(Permission.READ)
def technique_list(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """The techniques by the moment when they help, and below them the meetings of the programme."""
    every = list(Technique.objects.visible_to(request.membership))
    techniques = [one for one in every if not one.is_meeting]
    groups = [(moment, [one for one in techniques if one.moment == moment.value]) for moment in Technique.Moment]
    values = {
        "count": len(techniques),
        "groups": [group for group in groups if group[1]],
        "meetings": [one for one in every if one.is_meeting],
        "may_plan": policies.may_plan(request.membership, organisation),
    }
    return render(request, "techniques/technique_list.html", values)


@requires(Permission.READ)
def technique_detail(request: MemberRequest, organisation: Organisation, key: str) -> HttpResponse:
    return _draw_card_page(request, key, "techniques/technique_detail.html")


@requires(Permission.READ)
def technique_print(request: MemberRequest, organisation: Organisation, key: str) -> HttpResponse:
    """The card on two sides of A4 and the script behind it, without the frame of the portal."""
    return _draw_card_page(request, key, "techniques/technique_print.html")


@requires(Permission.READ)
def technique_example(request: MemberRequest, organisation: Organisation, key: str) -> HttpResponse:
    """What such a session leaves, for the techniques that have an example."""
    example = examples.example(key)
    if example is None:
        raise Http404
    technique = get_object_or_404(Technique.objects.visible_to(request.membership), key=key)
    values = {
        "technique": technique,
        "example": example,
        "time": minutes_in_words(technique.minutes.of(example.length)),
        "summary": [
            (stage.name, example.summary[stage.key]) for stage in technique.stages if stage.key in example.summary
        ],
    }
    return render(request, "techniques/technique_example.html", values)


def _draw_card_page(request: MemberRequest, key: str, template: str) -> HttpResponse:
    technique = get_object_or_404(Technique.objects.visible_to(request.membership), key=key)
    seen = who_is_seen(Naming.ANONYMOUS, has_claims=technique.has_claims)
    keeping = f"{seen} {technique.confidentiality.keeping}"
    values = {
        "technique": technique,
        "card": technique.card,
        "lengths": lengths_of(technique),
        "script": script_of(technique),
        "times": times_in_words(technique),
        "tier": TIERS.get(technique.tier, ""),
        "sources": [title for title in technique.card.sources if title != OUR_OWN],
        "keeping": f"{keeping} {IN_CIRCLE}" if technique.has_circle else keeping,
        "has_example": examples.example(key) is not None,
        "may_plan": policies.may_plan_with(request.membership, technique),
        "histories": helper_registry.histories(request.membership, technique),
    }
    return render(request, template, values)


def lengths_of(technique: Technique) -> list[tuple[str, str]]:
    """Each length with its time in words, where the technique has minutes."""
    minutes = [(length.label, technique.minutes.of(length)) for length in Length]
    return [(label, minutes_in_words(count)) for label, count in minutes if count]


def times_in_words(technique: Technique) -> str:
    """Which lengths the postcard gives and which are ours, as a sentence; empty where all are the card’s."""
    ours = [length.label.lower() for length in Length if length.value in technique.card.ours]
    if not ours:
        return ""
    if len(ours) == len(Length):
        return "The minutes of all three lengths are our own proposal."
    rest = ngettext("is our own", "are our own", len(ours))
    given = technique.card.card_time
    usual = f"Usual: {given}" if technique.is_meeting else f"The card gives {given[:1].lower()}{given[1:]}"
    return f"{usual}. {' and '.join(ours).capitalize()} {rest}."


def script_of(technique: Technique) -> list[dict[str, Any]]:
    """The stages, each with its minutes by the word for the length, and with what becomes of its notes."""
    return [
        {
            **asdict(stage),
            "times": [(length.label, stage.minutes.of(length)) for length in Length],
            "columns": [_column_in_words(column) for column in stage.columns],
            "turns": _turns_in_words(stage),
        }
        for stage in technique.stages
    ]


def _column_in_words(column: Column) -> dict[str, Any]:
    """A column with ``words``: its name, and what becomes of its notes."""
    becomes = BECOMES.get(column.makes, "")
    return {"name": column.name, "words": f"{quoted(column.name)} {becomes}".strip()}


def _turns_in_words(stage: Stage) -> str:
    """How often a stage goes through its parts and what they take, for each length; empty where nothing repeats."""
    if stage.rounds is None:
        return ""
    parts = "; ".join(f"{part.name} {_three_figures(part.minutes)}" for part in stage.parts)
    return f"{_three_figures(stage.rounds)} turns. In each, in minutes: {parts}."


def _three_figures(figures: Minutes) -> str:
    """A figure for each length, said once where all are equal: “4, 5 or 5”, “3”."""
    numbers = [str(figures.of(length)) for length in Length]
    return numbers[0] if len(set(numbers)) == 1 else f"{', '.join(numbers[:-1])} or {numbers[-1]}"
