from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class OrganisationsConfig(AppConfig):
    name = "organisations"

    def ready(self) -> None:
        """Extensions of the API’s description and receivers register themselves when they are imported.

        Django writes down when somebody last signed in. Nothing here reads it, and in the order of sign-ins stand the
        answers of an anonymous round (docs/decisions/0024): it is not written.
        """
        from organisations import accounts, api_schema  # noqa: F401, PLC0415  models are loaded only now

        user_logged_in.disconnect(dispatch_uid="update_last_login")
