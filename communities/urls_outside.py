"""Addresses of communities that need no signing in. Mounted at ``/communities/``."""

from django.urls import path

from communities.views import calendars

urlpatterns = [
    path("calendars/<int:pk>/<str:secret>.ics", calendars.calendar_feed, name="calendar_feed"),
    path("mail/<str:token>/", calendars.community_mail_stop, name="community_mail_stop"),
]
