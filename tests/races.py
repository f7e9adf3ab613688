"""Several people press at the same moment: each call in a thread and with a connection of its own."""

import threading
from collections.abc import Callable

from django.db import connections

from kmportal.lib.exceptions import Refusal

# However busy the machine is: two that wait for each other for ever are told apart from two that are slow
PATIENCE_SECONDS = 60


def at_once(*calls: Callable[[], object]) -> list[object]:
    """What each call answers, or the ``Refusal`` that it raises, all begun at the same moment; needs committed rows.

    Any other error is raised here, so that no thread fails unheard.
    """
    start = threading.Barrier(len(calls), timeout=PATIENCE_SECONDS)
    answers: list[object] = [None] * len(calls)
    errors: list[Exception] = []

    def one(place: int, call: Callable[[], object]) -> None:
        try:
            start.wait()
            answers[place] = call()
        except Refusal as refusal:
            answers[place] = refusal
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=item) for item in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert not any(thread.is_alive() for thread in threads), "they wait for each other"
    if errors:
        raise errors[0]
    return answers
