"""Addresses of sessions and techniques inside an organisation. Mounted at ``/o/<slug>/sessions/``."""

from django.urls import path

from techniques.views import afterwards, catalogue, facilitating, helping, learning_sets, sessions, sorting

urlpatterns = [
    path("", sessions.session_list, name="session_list"),
    path("new/", sessions.session_new, name="session_new"),
    path("<int:pk>/", sessions.session_detail, name="session_detail"),
    path("<int:pk>/edit/", sessions.session_edit, name="session_edit"),
    path("<int:pk>/cancel/", sessions.session_cancel, name="session_cancel"),
    path("<int:pk>/invite/", sessions.session_invite, name="session_invite"),
    path("<int:pk>/attendance/", sessions.session_attendance, name="session_attendance"),
    path("<int:pk>/outcome/", afterwards.session_outcome, name="session_outcome"),
    path("<int:pk>/advice/", afterwards.session_report, name="session_report"),
    path("<int:pk>/matches/", afterwards.session_matches, name="session_matches"),
    path("<int:pk>/sheet/", afterwards.session_sheet, name="session_sheet"),
    path("<int:pk>/tick/", sessions.session_tick, name="session_tick"),
    path("<int:pk>/join/", sessions.session_join, name="session_join"),
    # The room, for whoever leads it
    path("<int:pk>/open/", facilitating.session_open, name="session_open"),
    path("<int:pk>/room/", facilitating.session_room, name="session_room"),
    path("<int:pk>/room/go/", facilitating.room_go, name="room_go"),
    path("<int:pk>/room/time/", facilitating.room_time, name="room_time"),
    path("<int:pk>/room/people/", facilitating.room_people, name="room_people"),
    path("<int:pk>/room/show/", facilitating.room_show, name="room_show"),
    path("<int:pk>/room/screen/", facilitating.room_screen, name="room_screen"),
    path("<int:pk>/room/sort/", sorting.room_sort, name="room_sort"),
    path("<int:pk>/room/comments/", sorting.room_comment, name="room_comment"),
    path("<int:pk>/room/vote/", sorting.room_vote, name="room_vote"),
    path("<int:pk>/room/step/", helping.room_act, name="room_act"),
    path("<int:pk>/room/notes/", facilitating.room_note, name="room_note"),
    path("<int:pk>/room/notes/<uuid:handle>/", facilitating.room_note_change, name="room_note_change"),
    path("<int:pk>/room/here/", facilitating.room_here, name="room_here"),
    path("<int:pk>/room/mine/", facilitating.room_mine, name="room_mine"),
    path("<int:pk>/room/since/<int:number>/", facilitating.room_since, name="room_since"),
    # The big screen, for every member
    path("<int:pk>/screen/", facilitating.session_screen, name="session_screen"),
    path("<int:pk>/screen/since/<int:number>/", facilitating.screen_since, name="screen_since"),
    # Action learning sets
    path("sets/", learning_sets.learning_set_list, name="learning_set_list"),
    path("sets/new/", learning_sets.learning_set_new, name="learning_set_new"),
    path("sets/<int:pk>/", learning_sets.learning_set_detail, name="learning_set_detail"),
    path("sets/<int:pk>/next/", learning_sets.learning_set_next, name="learning_set_next"),
    path("sets/<int:pk>/people/", learning_sets.learning_set_people, name="learning_set_people"),
    path("sets/<int:pk>/leave/", learning_sets.learning_set_leave, name="learning_set_leave"),
    path("sets/<int:pk>/own/", learning_sets.own_action_new, name="own_action_new"),
    path("sets/own/<int:pk>/", learning_sets.own_action_edit, name="own_action_edit"),
    path("sets/own/<int:pk>/delete/", learning_sets.own_action_delete, name="own_action_delete"),
    path("sets/own/<int:pk>/share/", learning_sets.own_action_share, name="own_action_share"),
    path("<int:pk>/set/open/", learning_sets.set_meeting_open, name="set_meeting_open"),
    path("<int:pk>/set/end/", learning_sets.set_meeting_end, name="set_meeting_end"),
    # The catalogue
    path("techniques/", catalogue.technique_list, name="technique_list"),
    path("techniques/<slug:key>/", catalogue.technique_detail, name="technique_detail"),
    path("techniques/<slug:key>/print/", catalogue.technique_print, name="technique_print"),
    path("techniques/<slug:key>/example/", catalogue.technique_example, name="technique_example"),
]
