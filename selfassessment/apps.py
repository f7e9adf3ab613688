from django.apps import AppConfig

from search import kinds


class SelfassessmentConfig(AppConfig):
    name = "selfassessment"

    def ready(self) -> None:
        """Tell the search how states are called here."""
        from selfassessment.models import Assessment  # noqa: PLC0415  models are loaded only now

        kinds.describe(
            "assessment",
            states={
                Assessment.State.OPEN: ("info", "pencil", "Open for answers"),
                Assessment.State.CLOSED: ("good", "circle-check", "Closed"),
            },
        )
