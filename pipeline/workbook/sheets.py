"""A workbook as data: lists, and sheets of rows of cells. Where a cell will stand is no concern of it.

Formulas name other cells by their keys in braces, and lists as {list:name}; the writer puts addresses in their place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

Value = str | date


@dataclass(frozen=True)
class Entry:
    """A cell that a person fills in. key: unique in the workbook; choices: name of a list, which a text need not keep to;
    proposed: by the program; fixed: holds what the program wrote and needs back."""

    key: str
    kind: str = "text"  # text, date, choice
    choices: str = ""
    value: Value | None = None
    help: str = ""
    proposed: bool = False
    fixed: bool = False


@dataclass(frozen=True)
class Text:
    """A printed cell. style: name of a look; to: name of a sheet that it links to."""

    text: str
    style: str = "text"
    span: int = 1
    to: str = ""


@dataclass(frozen=True)
class Formula:
    """A calculated cell."""

    key: str
    formula: str
    style: str = "result"
    span: int = 1


Cell = Entry | Text | Formula | None


@dataclass(frozen=True)
class Row:
    """key: where a person writes in the row, so that it is known again after a sort; lines: least height."""

    cells: tuple[Cell, ...]
    key: str = ""
    lines: int = 1
    keep: bool = False  # on one printed page with the next row


@dataclass(frozen=True)
class Sheet:
    """widths: of the columns from B on, in characters; heading: rows that stay in view, from the top."""

    name: str
    widths: tuple[float, ...]
    rows: tuple[Row, ...]
    heading: int = 0
    landscape: bool = False


@dataclass(frozen=True)
class Mark:
    """Which earlier analysis stands beside the cells. sha256: of what was recorded of it when the workbook was made."""

    day: date
    sha256: str


@dataclass(frozen=True)
class Workbook:
    """kind: analysis, or change/<id of the change>; last: the analysis that "Same as last year" means."""

    kind: str
    practice: str
    title: str
    day: date
    lists: Mapping[str, tuple[str | int, ...]]
    sheets: tuple[Sheet, ...]
    last: Mark | None = None

    @property
    def entries(self) -> dict[str, Entry]:
        """Every cell to fill in, by its key."""
        return {cell.key: cell for sheet in self.sheets for row in sheet.rows for cell in row.cells if isinstance(cell, Entry)}
