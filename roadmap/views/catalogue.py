"""The catalogue of interventions: what there is, and the whole guidance of each."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest
from roadmap import examples, reports
from roadmap.models import CatalogueEntry, Intervention, Programme

# The title of the mark for what had no source.
OUR_OWN = "Our own proposal"


@requires(Permission.READ)
def catalogue_list(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """By step, with what is in the current plan already."""
    programme = _current_programme(request)
    context = {
        "programme": programme,
        "shelves": reports.shelves(programme),
        "may_plan": programme is not None and request.membership.can(Permission.PLAN),
    }
    return render(request, "roadmap/catalogue_list.html", context)


@requires(Permission.READ)
def catalogue_detail(request: MemberRequest, organisation: Organisation, key: str) -> HttpResponse:
    """One entry with its whole guidance; a retired one is still readable, because plans may name it."""
    entry = get_object_or_404(CatalogueEntry, key=key)
    programme = _current_programme(request)
    planned = Intervention.objects.visible_to(request.membership).counted().filter(entry=entry)
    context = {
        "entry": entry,
        "guidance": entry.guidance,
        "areas": entry.area_names,
        "programme": programme,
        "planned": planned.filter(programme=programme).select_related("programme__organisation", "owner"),
        "may_plan": programme is not None and not entry.retired_at and request.membership.can(Permission.PLAN),
        "sources": [title for title in entry.guidance.sources if title != OUR_OWN],
        "example_url": _example_url(organisation, key),
    }
    return render(request, "roadmap/catalogue_detail.html", context)


# Entries whose example is a page of another part: its address, and the place on it.
ELSEWHERE = {
    "success-stories": ("lesson_examples", "#success-story"),
    "best-practices": ("lesson_examples", "#standing-bed-meeting"),
    "knowledge-scan-measure": ("assessment_example", ""),
}


def _example_url(organisation: Organisation, key: str) -> str:
    """Where to see what such an intervention leaves; empty for those without an example."""
    if examples.example(key):
        return reverse("catalogue_example", args=[organisation.slug, key])
    name, place = ELSEWHERE.get(key, ("", ""))
    return f"{reverse(name, args=[organisation.slug])}{place}" if name else ""


@requires(Permission.READ)
def catalogue_example(request: MemberRequest, organisation: Organisation, key: str) -> HttpResponse:
    """Something good enough to be copied, for the entries that have it."""
    example = examples.example(key)
    if example is None:
        raise Http404
    context = {"entry": get_object_or_404(CatalogueEntry, key=key), "example": example}
    return render(request, "roadmap/catalogue_example.html", context)


def _current_programme(request: MemberRequest) -> Programme | None:
    rows = Programme.objects.visible_to(request.membership).current()
    return rows.select_related("organisation").first()
