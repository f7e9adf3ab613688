"""Addresses of organisations, inside one."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
