"""Addresses of answering by link."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
