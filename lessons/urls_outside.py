"""Addresses of lessons that need no signing in. Mounted at ``/lessons/``."""

from django.urls import path

from lessons.views import experts, follows, posters, safe, upkeep

urlpatterns = [
    path("feeds/<int:pk>/<str:secret>.atom", follows.lesson_feed, name="lesson_feed"),
    path("leave/<str:code>/", posters.left_new, name="left_new"),
    path("left/<str:token>/", posters.left_receipt, name="left_receipt"),
    path("experts/<int:pk>/<str:token>/", experts.expert_answer, name="expert_answer"),
    path("look-again/<int:pk>/<str:token>/", upkeep.review_turn, name="review_turn"),
    path("receipt/", safe.lesson_receipt, name="lesson_receipt"),
]
