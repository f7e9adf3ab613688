"""Addresses of help, in no organisation: introductions of pages, and the guides."""

from django.urls import path

from help.views import guides, introductions

urlpatterns = [
    path("introductions/put-away/", introductions.introduction_put_away, name="introduction_put_away"),
    path("introductions/show/", introductions.introduction_show, name="introduction_show"),
    path("introductions/show-all/", introductions.introduction_show_all, name="introduction_show_all"),
    path("help/<slug:key>/", guides.guide, name="guide"),
]
