from django.apps import AppConfig


class LibConfig(AppConfig):
    """Makes the template tags and crispy templates of ``kmportal.lib`` known to Django. It has no models."""

    name = "kmportal.lib"
    label = "lib"
