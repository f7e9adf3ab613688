"""The catalogue of techniques: the cards, and each one to read and to print."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from techniques.forms import minutes_in_words
from techniques.models import Length, Technique


@requires(Permission.READ)
def technique_list(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """All cards, by the moment when they help: before, during or after a piece of work."""
    techniques = list(Technique.objects.of(organisation))
    groups = [(moment, [one for one in techniques if one.moment == moment.value]) for moment in Technique.Moment]
    values = {"groups": [group for group in groups if group[1]], "may_plan": _may_plan(request)}
    return render(request, "techniques/technique_list.html", values)


@requires(Permission.READ)
def technique_detail(request: HttpRequest, organisation: Organisation, key: str) -> HttpResponse:
    return _card(request, organisation, key, "techniques/technique_detail.html")


@requires(Permission.READ)
def technique_print(request: HttpRequest, organisation: Organisation, key: str) -> HttpResponse:
    """The card on two sides of A4, without the frame of the portal."""
    return _card(request, organisation, key, "techniques/technique_print.html")


def _card(request: HttpRequest, organisation: Organisation, key: str, template: str) -> HttpResponse:
    technique = get_object_or_404(Technique.objects.of(organisation), key=key)
    values = {
        "technique": technique,
        "card": technique.card,
        "lengths": lengths_of(technique),
        "script": script_of(technique),
        "may_plan": _may_plan(request),
    }
    return render(request, template, values)


def _may_plan(request: HttpRequest) -> bool:
    return request.membership.can(Permission.FACILITATE)  # type: ignore[attr-defined]


def lengths_of(technique: Technique) -> list[tuple[str, str]]:
    """Each length with its time in words, where the technique has minutes."""
    minutes = technique.minutes
    return [(length.label, minutes_in_words(minutes[length.value])) for length in Length if length.value in minutes]


def script_of(technique: Technique) -> list[dict]:
    """The stages, each with its minutes by the word for the length."""
    return [
        {**stage, "times": [(length.label, stage["minutes"][length.value]) for length in Length]}
        for stage in technique.stages
    ]
