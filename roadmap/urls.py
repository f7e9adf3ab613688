"""Addresses of the roadmap."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
