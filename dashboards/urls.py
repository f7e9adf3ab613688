"""Home and the benefits register, inside one organisation."""

from django.urls import path

from dashboards.views import benefits, home, yours

urlpatterns = [
    path("", home.home, name="home"),
    path("lessons/benefits/", benefits.benefit_list, name="benefit_list"),
    path("yours/", yours.yours, name="yours"),
]
