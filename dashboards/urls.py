"""Home, inside one organisation."""

from django.urls import path

from dashboards.views import home

urlpatterns = [
    path("", home.home, name="home"),
]
