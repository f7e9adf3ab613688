"""Addresses of sessions inside an organisation."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
