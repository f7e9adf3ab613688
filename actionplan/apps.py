from django.apps import AppConfig

from search import kinds


class ActionplanConfig(AppConfig):
    name = "actionplan"

    def ready(self) -> None:
        """Tell the search how states are called here."""
        from actionplan.models import Action  # noqa: PLC0415  models are loaded only now

        kinds.describe(
            "action",
            states={
                Action.State.OPEN: ("info", "arrow-right", "Open"),
                Action.State.DONE: ("good", "circle-check", "Done"),
                Action.State.DROPPED: ("", "circle-x", "Dropped"),
            },
        )
