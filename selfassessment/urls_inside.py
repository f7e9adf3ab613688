"""Addresses of assessments inside an organisation."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
