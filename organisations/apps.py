from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    name = "organisations"

    def ready(self) -> None:
        """Extensions of the API’s description register themselves when they are imported."""
        from organisations import api_schema  # noqa: F401, PLC0415  models are loaded only now
