"""Addresses of people that belong to no one organisation."""

from django.urls import path

from organisations.views import account, tokens

urlpatterns = [
    path("", account.front, name="front"),
    path("me/", account.account, name="account"),
    path("me/sign-ins/", account.own_sign_ins, name="own_sign_ins"),
    path("me/sign-ins/<uuid:pk>/end/", account.session_end, name="session_end"),
    path("me/sign-ins/end-others/", account.session_end_others, name="session_end_others"),
    path("me/tokens/", tokens.token_list, name="token_list"),
    path("me/tokens/<int:pk>/revoke/", tokens.token_revoke, name="token_revoke"),
    path("accounts/email/", account.account_email, name="account_email"),
    path("invitation/<str:token>/", account.invitation_accept, name="invitation_accept"),
    path("password/<str:token>/", account.password_by_link, name="password_by_link"),
    path("demo/enter/", account.demo_enter, name="demo_enter"),
]
