"""Files whose tests share something costly, and so stay in one process of the tests.

What ``--dist loadgroup`` of pytest-xdist 3.8 is for; with pytest 9.2 it sees no group.
"""

from xdist.scheduler import LoadScopeScheduling

# The demo; an organisation of other words; a library to search in.
FILES = {"tests/demo/test_simulate.py", "tests/test_own_words.py", "tests/search/test_counts.py"}


class Together(LoadScopeScheduling):
    """Each test by itself, but those of these files one after the other."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return file if file in FILES else nodeid
