"""Made-up examples may take their time: the first one also loads the templates."""

from hypothesis import settings

settings.register_profile("calm", deadline=None)
settings.load_profile("calm")
