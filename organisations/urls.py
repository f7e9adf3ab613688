"""Addresses of people that belong to no one organisation."""

from django.urls import path

from organisations.views import account

urlpatterns = [
    path("", account.front, name="front"),
    path("me/", account.account, name="account"),
    path("accounts/email/", account.account_email, name="account_email"),
    path("invitation/<str:token>/", account.invitation_accept, name="invitation_accept"),
    path("demo/enter/", account.demo_enter, name="demo_enter"),
]
