"""The map of the API: a line per resource. Everything of one organisation hangs under ``/api/v1/<slug>/``."""

from django.urls import include, path
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.routers import SimpleRouter

from actionplan.api import ActionViewSet
from lessons.api import LessonViewSet
from organisations.access import login_not_required
from people.api import PeopleViewSet
from roadmap.api import InterventionViewSet, ProgrammeViewSet
from search.api import SearchViewSet

router = SimpleRouter()
router.register("programmes", ProgrammeViewSet, basename="api-programme")
router.register("interventions", InterventionViewSet, basename="api-intervention")
router.register("actions", ActionViewSet, basename="api-action")
router.register("lessons", LessonViewSet, basename="api-lesson")
router.register("people", PeopleViewSet, basename="api-person")
router.register("search", SearchViewSet, basename="api-search")

urlpatterns = [
    path("schema/", login_not_required(SpectacularJSONAPIView.as_view()), name="api-schema"),
    path("<slug:slug>/", include(router.urls)),
]
