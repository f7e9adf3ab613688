"""Addresses for whoever holds a join code, with or without an account. Mounted at ``/join/``."""

from django.urls import path

from techniques.views import afterwards, agreeing, helping, joining, learning_sets, taking_part

urlpatterns = [
    path("", joining.join, name="join"),
    path("<str:code>/", joining.join_session, name="join_session"),
    path("<str:code>/calendar.ics", joining.join_calendar, name="join_calendar"),
    path("<str:code>/leave/", joining.join_leave, name="join_leave"),
    path("<str:code>/room/", joining.join_room, name="join_room"),
    path("<str:code>/notes/", joining.join_note, name="join_note"),
    path("<str:code>/notes/<uuid:handle>/", joining.join_note_change, name="join_note_change"),
    path("<str:code>/notes/<uuid:handle>/comment/", taking_part.join_comment, name="join_comment"),
    path("<str:code>/votes/", taking_part.join_vote, name="join_vote"),
    path("<str:code>/me-too/", taking_part.join_me_too, name="join_me_too"),
    path("<str:code>/ready/", taking_part.join_ready, name="join_ready"),
    path("<str:code>/agree/", agreeing.join_agree, name="join_agree"),
    path("<str:code>/wishes/", agreeing.join_wish, name="join_wish"),
    path("<str:code>/address/", agreeing.join_address, name="join_address"),
    path("<str:code>/feedback/", afterwards.join_feedback, name="join_feedback"),
    path("<str:code>/corrections/", taking_part.join_correction, name="join_correction"),
    path("<str:code>/step/", helping.join_act, name="join_act"),
    path("<str:code>/question/", learning_sets.join_ask, name="join_ask"),
    path("<str:code>/mine/", joining.join_mine, name="join_mine"),
    path("<str:code>/since/<int:number>/", joining.join_since, name="join_since"),
]
