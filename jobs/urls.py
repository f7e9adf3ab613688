"""Addresses of jobs outside any organisation: for machines, and the demo’s mailbox."""

from django.urls import path

from jobs import views

urlpatterns = [
    path("livez", views.livez, name="livez"),
    path("healthz", views.healthz, name="healthz"),
    path("demo/mailbox/", views.mailbox, name="mailbox"),
    path("demo/mailbox/<int:pk>/", views.mailbox_mail, name="mailbox_mail"),
]
