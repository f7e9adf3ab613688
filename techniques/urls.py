"""Addresses of sessions for guests."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
