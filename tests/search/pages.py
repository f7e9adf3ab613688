"""Addresses of made-up things: search knows no app above it, so its tests need none."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission


@requires(Permission.READ)
def thing(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    return HttpResponse()


urlpatterns = [
    path("accounts/", include("allauth.account.urls")),
    path("o/<slug:slug>/things/<int:pk>/", thing, name="thing_detail"),
    path("o/<slug:slug>/search/", include("search.urls")),
]
