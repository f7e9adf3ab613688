"""The map of pages: a line per app. Everything of one organisation hangs under ``/o/<slug>/``."""

from django.urls import include, path

from kmportal.lib import pages

organisation = [
    path("", include("dashboards.urls")),
    path("", include("organisations.urls_inside")),
    path("notices/", include("notifications.urls")),
    path("work/", include("jobs.urls_inside")),
    path("search/", include("search.urls")),
    path("actions/", include("actionplan.urls")),
    path("roadmap/", include("roadmap.urls")),
    path("sessions/", include("techniques.urls_inside")),
    path("sessions/", include("lessons.urls_sessions")),
    path("lessons/", include("lessons.urls")),
    path("finder/", include("people.urls")),
    path("coffee/", include("coffee.urls")),
    path("assessments/", include("selfassessment.urls_inside")),
    path("communities/", include("communities.urls")),
]

urlpatterns = [
    path("", include("jobs.urls")),
    path("", include("organisations.urls")),
    path("", include("help.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/second-step/", include("allauth.mfa.urls")),
    path("join/", include("techniques.urls")),
    path("answer/", include("selfassessment.urls")),
    path("communities/", include("communities.urls_outside")),
    path("lessons/", include("lessons.urls_outside")),
    path("help/", pages.help_page, name="help"),
    path("words/", pages.words, name="words"),
    path("accessibility/", pages.accessibility, name="accessibility"),
    path("privacy/", pages.privacy, name="privacy"),
    path("components/", pages.components, name="components"),
    path("api/v1/", include("kmportal.api")),
    path("o/<slug:slug>/", include(organisation)),
]

handler400 = "kmportal.lib.pages.bad_request"
handler403 = "kmportal.lib.pages.forbidden"
handler404 = "kmportal.lib.pages.not_found"
handler429 = "kmportal.lib.pages.too_many"  # allauth asks for it
handler500 = "kmportal.lib.pages.server_error"
