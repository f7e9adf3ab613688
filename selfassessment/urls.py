"""Addresses of answering by link, for people without an account."""

from django.urls import path

from selfassessment.views import answering

urlpatterns = [
    path("<str:code>/", answering.answer_start, name="answer_start"),
    path("<str:code>/<int:number>/", answering.answer_question, name="answer_question"),
    path("<str:code>/done/", answering.answer_finish, name="answer_finish"),
]
