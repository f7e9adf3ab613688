"""Addresses of lessons that need no signing in. Mounted at ``/lessons/``."""

from django.urls import path

from lessons.views import follows

urlpatterns = [path("feeds/<int:pk>/<str:secret>.atom", follows.lesson_feed, name="lesson_feed")]
