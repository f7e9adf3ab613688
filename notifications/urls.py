"""Addresses of notices."""

from django.urls import path

from notifications import views

urlpatterns = [
    path("", views.notice_list, name="notice_list"),
    path("read/", views.notice_read_all, name="notice_read_all"),
    path("<int:pk>/", views.notice_open, name="notice_open"),
]
