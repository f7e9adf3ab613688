"""The words of an organisation, as search uses them: its own synonyms beside the abbreviations that ship."""

from search.abbreviations import Entry, Table, table_with
from search.models import DictionaryEntry

MOST = 500


def table_for(organisation: int) -> Table:
    """With what a question of somebody in this organisation is read. One query; worked out once for the same words."""
    rows = DictionaryEntry.objects.filter(organisation=organisation).order_by("pk")
    return table_with(tuple(Entry(*row) for row in rows.values_list("short", "long", "only_capitals")[:MOST]))
