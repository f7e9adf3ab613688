"""Addresses of the people finder, under one organisation."""

from django.urls import path

from people.views import asking, finder

urlpatterns = [
    path("", finder.finder_list, name="finder_list"),
    path("me/", finder.finder_own, name="finder_own"),
    path("me/delete/", finder.finder_own_delete, name="finder_own_delete"),
    path("<int:pk>/", finder.finder_profile, name="finder_profile"),
    path("questions/", asking.enquiry_list, name="enquiry_list"),
    path("questions/new/", asking.enquiry_new, name="enquiry_new"),
    path("questions/<int:pk>/", asking.enquiry_detail, name="enquiry_detail"),
    path("questions/<int:pk>/answer/", asking.enquiry_answer, name="enquiry_answer"),
    path("questions/<int:pk>/pass/", asking.enquiry_pass, name="enquiry_pass"),
    path("questions/<int:pk>/close/", asking.enquiry_close, name="enquiry_close"),
    path("questions/<int:pk>/delete/", asking.enquiry_delete, name="enquiry_delete"),
    path("questions/mail/<int:pk>/<str:token>/", asking.enquiry_link, name="enquiry_link"),
]
