"""Addresses of actions."""

from django.urls import path

from actionplan import views

urlpatterns = [
    path("", views.action_list, name="action_list"),
    path("new/", views.action_new, name="action_new"),
    path("<int:pk>/", views.action_detail, name="action_detail"),
    path("<int:pk>/edit/", views.action_edit, name="action_edit"),
    path("<int:pk>/done/", views.action_done, name="action_done"),
    path("<int:pk>/reopen/", views.action_reopen, name="action_reopen"),
    path("<int:pk>/move/", views.action_move, name="action_move"),
    path("<int:pk>/hand-over/", views.action_hand_over, name="action_hand_over"),
    path("<int:pk>/drop/", views.action_drop, name="action_drop"),
    path("<int:pk>/guest/<str:token>/", views.action_guest, name="action_guest"),
]
