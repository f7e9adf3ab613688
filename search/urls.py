"""Addresses of search, inside one organisation."""

from django.urls import path

from search import views

urlpatterns = [
    path("", views.search, name="search"),
    path("words/", views.dictionary_list, name="dictionary_list"),
    path("words/<int:pk>/delete/", views.dictionary_delete, name="dictionary_delete"),
    path("unanswered/", views.unanswered_list, name="unanswered_list"),
    path("unanswered/tell/", views.unanswered_tell, name="unanswered_tell"),
    path("unanswered/<int:pk>/", views.unanswered_detail, name="unanswered_detail"),
    path("unanswered/<int:pk>/aside/", views.unanswered_aside, name="unanswered_aside"),
    path("unanswered/<int:pk>/open/", views.unanswered_open, name="unanswered_open"),
]
