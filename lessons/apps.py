from django.apps import AppConfig

from search import kinds


class LessonsConfig(AppConfig):
    name = "lessons"

    def ready(self) -> None:
        """Tell the search how states are called here."""
        from lessons.labels import LOOKS  # noqa: PLC0415  models are loaded only now
        from lessons.models import Lesson  # noqa: PLC0415  models are loaded only now

        kinds.describe("lesson", states=LOOKS, subkinds=dict(Lesson.Kind.choices))
