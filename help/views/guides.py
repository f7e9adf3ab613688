"""A guide for each group of people."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import resolve, reverse

from help.guides import HEIGHT, WIDTH, guides
from organisations.access import login_not_required
from organisations.context import shell
from organisations.models import Membership


@login_not_required
def guide(request: HttpRequest, key: str) -> HttpResponse:
    """What somebody gets here, what they do first, and where they find what."""
    found = next((one for one in guides() if one.key == key), None)
    if found is None:
        raise Http404
    membership = shell(request)["shell"].membership
    values = {
        "guide": found,
        "width": WIDTH,
        "height": HEIGHT,
        "first": [(task, _address_of_page(task.page, membership)) for task in found.first],
        "where": [(place, _address_of_page(place.page, membership)) for place in found.where],
        "others": [one for one in guides() if one is not found],
    }
    return render(request, "help/guide.html", values)


def _address_of_page(page: str, membership: Membership | None) -> str:
    """The page in the reader’s own organisation; empty for whoever may not open it, or belongs to none."""
    if membership is None:
        return ""
    url = reverse(page, args=[membership.organisation.slug])
    return url if getattr(resolve(url).func, "access", None) in membership.permissions else ""
