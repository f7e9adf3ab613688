"""Reading tables that people bring: what the file is, in which letters, with which separators. Knows no app.

Everything that cannot be read is refused with one sentence (``Unreadable``); a single bad row becomes a ``Record``
with a problem, so that the others can still come in.
"""

from kmportal.lib.importing.kinds import check_kind
from kmportal.lib.importing.letters import ENCODINGS, damaged_places, decode, lines_in
from kmportal.lib.importing.reading import read, read_cells
from kmportal.lib.importing.sheets import Sheet
from kmportal.lib.importing.values import REPLACEMENT, Cell, Opener, Record, Unreadable, opener_of
from kmportal.lib.importing.workbooks import rows_of_workbook

__all__ = [
    "ENCODINGS",
    "REPLACEMENT",
    "Cell",
    "Opener",
    "Record",
    "Sheet",
    "Unreadable",
    "check_kind",
    "damaged_places",
    "decode",
    "lines_in",
    "opener_of",
    "read",
    "read_cells",
    "rows_of_workbook",
]
