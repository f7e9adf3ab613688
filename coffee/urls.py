"""Addresses of coffee trials, under one organisation."""

from django.urls import path

from coffee.views import taking_part, trials

urlpatterns = [
    path("", trials.trial_list, name="trial_list"),
    path("new/", trials.trial_new, name="trial_new"),
    path("<int:pk>/", trials.trial_detail, name="trial_detail"),
    path("<int:pk>/edit/", trials.trial_edit, name="trial_edit"),
    path("<int:pk>/cancel/", trials.trial_cancel, name="trial_cancel"),
    path("<int:pk>/pair/", trials.trial_pair, name="trial_pair"),
    path("<int:pk>/end/", trials.trial_end, name="trial_end"),
    path("<int:pk>/share/", trials.trial_share, name="trial_share"),
    path("<int:pk>/words/", trials.trial_words, name="trial_words"),
    path("<int:pk>/poster/", trials.trial_poster, name="trial_poster"),
    path("<int:pk>/people/", trials.trial_people, name="trial_people"),
    path("<int:pk>/join/", taking_part.trial_join, name="trial_join"),
    path("<int:pk>/leave/", taking_part.trial_leave, name="trial_leave"),
    path("<int:pk>/met/", taking_part.trial_met, name="trial_met"),
    path("<int:pk>/another/", taking_part.trial_another, name="trial_another"),
    path("<int:pk>/answer/", taking_part.trial_answer, name="trial_answer"),
]
