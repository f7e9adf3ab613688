from django.apps import AppConfig

from search import kinds


class TechniquesConfig(AppConfig):
    name = "techniques"

    def ready(self) -> None:
        """Tell the search how states are called here."""
        from techniques.models import Session, Technique  # noqa: PLC0415  models are loaded only now

        kinds.describe(
            "session",
            states={
                Session.State.PLANNED: ("info", "calendar", "Planned"),
                Session.State.LIVE: ("good", "play", "Under way"),
                Session.State.CLOSED: ("", "circle-check", "Held"),
            },
        )
        kinds.describe("technique", subkinds=dict(Technique.Moment.choices))
