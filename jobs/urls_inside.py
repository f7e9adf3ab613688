"""Addresses of jobs inside an organisation, under work/."""

from django.urls import path

from jobs import views

urlpatterns = [
    path("<int:pk>/", views.job_detail, name="job_detail"),
    path("<int:pk>/file/", views.job_file, name="job_file"),
    path("<int:pk>/retry/", views.job_retry, name="job_retry"),
]
