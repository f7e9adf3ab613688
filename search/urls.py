"""Addresses of search, inside one organisation."""

from django.urls import path

from search import views

urlpatterns = [path("", views.search, name="search")]
