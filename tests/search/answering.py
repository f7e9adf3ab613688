"""Fills the configured database, asks it everything, and prints the answers: ``python -m tests.search.answering``."""

import json
import os
import sys

import django


def answers() -> dict[str, object]:
    from search.index import find
    from tests.search import library as shelf

    library = shelf.build()
    told: dict[str, object] = {}
    for number, reader in enumerate(library.readers[::3]):
        for text in shelf.QUERIES:
            for filters in shelf.FILTERS if number == 0 else shelf.FILTERS[:1]:
                results = find(reader, text, filters=filters, facets=shelf.FACETS, per_page=500)
                told[f"{number} {text!r} {filters}"] = [
                    results.total,
                    results.facets,
                    results.did_you_mean,
                    sorted((hit.kind, hit.ident, hit.title_html, hit.snippet_html) for hit in results.hits),
                ]
    return told


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "kmportal.settings"
    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test.utils import override_settings

    call_command("migrate", verbosity=0, skip_checks=True)
    with override_settings(ROOT_URLCONF="tests.search.pages"):
        json.dump({"database": connection.vendor, "answers": answers()}, sys.stdout)
