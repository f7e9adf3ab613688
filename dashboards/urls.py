"""Home, inside one organisation."""

from django.urls import path

from dashboards.views import home, yours

urlpatterns = [
    path("", home.home, name="home"),
    path("yours/", yours.yours, name="yours"),
]
