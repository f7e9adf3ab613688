"""The portal’s settings, and one more place where tasks may come from."""

from kmportal.settings import *  # noqa: F403  all of them
from kmportal.settings import LOCAL_APPS as APPS

LOCAL_APPS = [*APPS, "tests.engine"]
