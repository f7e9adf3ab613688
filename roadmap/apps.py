from django.apps import AppConfig

from search import kinds


class RoadmapConfig(AppConfig):
    name = "roadmap"

    def ready(self) -> None:
        """Tell the search how states are called here."""
        from roadmap.models import Intervention, Kind  # noqa: PLC0415  models are loaded only now

        kinds.describe(
            "intervention",
            states={
                Intervention.State.PLANNED: ("", "circle-dashed", "Planned"),
                Intervention.State.DOING: ("info", "arrow-right", "Under way"),
                Intervention.State.DONE: ("good", "circle-check", "Done"),
                Intervention.State.PAUSED: ("warn", "clock", "Paused"),
                Intervention.State.DROPPED: ("", "circle-x", "Dropped"),
            },
            subkinds=dict(Kind.choices),
        )
        kinds.describe(
            "programme",
            states={"current": ("good", "circle-check", "Current"), "other": ("", "archive", "Not the current one")},
        )
