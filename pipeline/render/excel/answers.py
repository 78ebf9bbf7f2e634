"""A risk workbook that came back, read with suspicion: every cell that a person filled in, or what is wrong with the file.

Rows are known again by the keys in column A, so that nothing is ever read into another question.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice

from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook as Book
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.errors import Problem, ProblemsFound
from pipeline.loading import CONTROL, TEMPLATE_SYNTAX, named
from pipeline.pdf.fonts import house_characters
from pipeline.render.excel.guard import one_line, open_guarded, renamed, rows_of, unescaped
from pipeline.render.excel.workbook import FORMAT, LISTS, MAP
from pipeline.workbook.returned import Found, Returned
from pipeline.workbook.sheets import Mark, Value

MAX_LINES, MAX_COLUMNS = 20_000, 100
ANEW = "Save what you have with binder import --draft, make a new workbook with binder assess, and go on in that one."
NOT_OURS = "This is not a risk workbook made by this program."


@dataclass
class _Known:
    """What the map sheet says of one sheet: entries by key of their row, formulas and printed texts by place."""

    entries: list[tuple[int, int, str, str, str]] = field(default_factory=list)  # line, column, row key, key, kind
    formulas: set[tuple[int, int]] = field(default_factory=set)
    texts: dict[tuple[int, int], int] = field(default_factory=dict)


def read_workbook(data: bytes, shown: str) -> Returned:
    """What stands in the file; ProblemsFound where it is no risk workbook or must not be opened at all."""
    book = open_guarded(data, shown)
    try:
        kind, practice, day, known = _read_map(book)
        last = _read_mark(book)
    except (KeyError, ValueError, TypeError, AttributeError, IndexError) as error:
        raise ProblemsFound(
            [Problem(shown, NOT_OURS, "Use the file that binder assess, reassess or change wrote, filled in.")]
        ) from error
    reader = _Reader(book, shown, {*known, MAP, LISTS})
    for name, sheet in known.items():
        reader.sheet(name, sheet)
    reader.extra_sheets()
    return Returned(kind, practice, day, reader.found, reader.places, tuple(reader.problems), last)


def _read_map(book: Book) -> tuple[str, str, date, dict[str, _Known]]:
    sheet = book[MAP]
    if sheet["A1"].value != FORMAT or sheet.max_row > MAX_LINES:
        raise ValueError(NOT_OURS)
    practice, day, kind = (str(sheet.cell(1, column).value) for column in (2, 3, 4))
    known: dict[str, _Known] = {}
    for row in islice(rows_of(sheet, 7), 1, None):
        what, name, line, column = row[:4]
        held = known.setdefault(str(name), _Known())
        place = (int(str(line)), int(str(column)))
        if not (1 <= place[0] <= MAX_LINES and 2 <= place[1] <= MAX_COLUMNS):
            raise ValueError(NOT_OURS)
        match what:
            case "entry":
                held.entries.append((*place, str(row[4]), str(row[5]), str(row[6])))
            case "formula":
                held.formulas.add(place)
            case "text":
                held.texts[place] = int(str(row[4]))
            case _:
                raise ValueError(NOT_OURS)
    return kind, practice, date.fromisoformat(day), known


def _read_mark(book: Book) -> Mark | None:
    """Which earlier analysis the workbook shows, where it shows one."""
    day, sha256 = (book[MAP].cell(1, column).value for column in (5, 6))
    return None if day is None else Mark(date.fromisoformat(str(day)), str(sha256))


class _Reader:
    """Gathers values and problems over all sheets."""

    def __init__(self, book: Book, shown: str, ours: set[str]) -> None:
        self.book, self.shown, self.ours = book, shown, ours
        self.found: dict[str, Found] = {}
        self.places: dict[str, str] = {}
        self.problems: list[Problem] = []
        self.drawable = house_characters()

    def problem(self, where: str, what: str, mend: str) -> None:
        self.problems.append(Problem(where, what, mend))

    def where(self, sheet: str, line: int, column: int) -> str:
        return f"{self.shown}, sheet {sheet}, cell {get_column_letter(column)}{line}"

    def sheet(self, name: str, known: _Known) -> None:
        """Read one sheet that the program wrote."""
        if name not in self.book.sheetnames or not isinstance(self.book[name], Worksheet):
            mend = f"{renamed(name, self.book, self.ours)} Otherwise: {ANEW}"
            self.problem(f"{self.shown}, sheet {name}", "The sheet is missing.", mend)
            return
        sheet: Worksheet = self.book[name]
        lines = self.lines(sheet, known)
        moved = any(lines.get(row) != line for line, _, row, _, _ in known.entries)
        taken: set[tuple[int, int]] = set()
        covered = {place for area in sheet.merged_cells.ranges for place in area.cells}
        for _, column, row, key, kind in known.entries:
            now = lines.get(row)
            if now is None:
                continue
            where = self.where(name, now, column)
            self.places[key] = where
            taken.add((now, column))
            if (now, column) in covered:
                self.problem(where, "The cell is merged with others.", "Undo the merging (Merge & Center), and check the answer.")
                continue
            value = self.value(sheet.cell(now, column), kind, where)
            if value is not None:
                self.found[key] = Found(value, where)
        if not moved:
            self.printed(sheet, known, taken, {lines[row] for _, _, row, _, _ in known.entries if row in lines})

    def lines(self, sheet: Worksheet, known: _Known) -> dict[str, int]:
        """Key of a row → the line in which it stands now."""
        lines: dict[str, int] = {}
        for (line, column), cell in sorted(sheet._cells.items()):
            if column == 1 and isinstance(cell.value, str):
                if cell.value in lines:
                    self.problem(self.where(sheet.title, line, 2), "The row stands twice.", "Delete the copy.")
                lines.setdefault(cell.value, line)
        expected = {row: line for line, _, row, _, _ in known.entries}
        for row, line in expected.items():
            where = self.where(sheet.title, line, 2)
            if row not in lines:
                self.problem(where, "The row that stood here was deleted.", f"Undo it, if you can. Otherwise: {ANEW}")
            elif lines[row] != line:
                mend = f"Move it back, and take out rows that were put in. Otherwise: {ANEW}"
                self.problem(self.where(sheet.title, lines[row], 2), f"The row was moved; it stood in line {line}.", mend)
        return lines

    def value(self, cell: Cell | MergedCell, kind: str, where: str) -> Value | None:
        """What a person wrote into a cell, or None of an empty one or of one with a problem."""
        raw = cell.value
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            return None
        if cell.data_type == "f":
            self.problem(where, "A formula stands where an answer belongs.", "Type the answer itself, or paste it as a value.")
        elif cell.data_type == "e":
            self.problem(where, "Excel shows an error in this cell.", "Type the answer again.")
        elif kind == "date":
            if isinstance(raw, datetime):
                return raw.date()
            if isinstance(raw, date):
                return raw
            mend = "Type the date again, for example 9/14/2026; Excel then moves it to the right side of the cell."
            self.problem(where, "This is text or a number and not a date.", mend)
        elif isinstance(raw, datetime):
            self.problem(where, "A date stands where a text belongs.", "Write it in words, for example September 14, 2026.")
        else:
            return self.text(raw, where)
        return None

    def text(self, raw: object, where: str) -> str | None:
        """A text as the documents can print it: one line, accents with their letters."""
        text = one_line(raw)
        if TEMPLATE_SYNTAX.search(text):
            self.problem(where, "Double braces or {% are the signs of the template language.", "Write the text without them.")
        elif strange := CONTROL.search(text):
            what = f"A control character stands in the text ({named(strange.group())})."
            self.problem(where, what, "Type the text anew.")
        elif missing := sorted({char for char in text if ord(char) not in self.drawable}):
            listed = ", ".join(f"U+{ord(char):04X}" for char in missing)
            mend = "Write it with the letters A to Z and their usual accents."
            self.problem(where, f"The font of the documents cannot draw {listed}.", mend)
        else:
            return text
        return None

    def printed(self, sheet: Worksheet, known: _Known, taken: set[tuple[int, int]], answered: set[int]) -> None:
        """Texts beside an answer that were changed, calculations that were typed over, words where nobody reads them."""
        for place, cell in sorted(sheet._cells.items()):
            if place[1] == 1 or place in taken or cell.value is None:
                continue
            where = self.where(sheet.title, *place)
            if place in known.formulas:
                if cell.data_type != "f":
                    self.problem(
                        where, "This cell is calculated, and something was typed over it.", "Undo it; your entry is not read."
                    )
            elif place in known.texts:
                if place[0] in answered and zlib.crc32(_plain(cell.value).encode("utf-8", "surrogatepass")) != known.texts[place]:
                    mend = "Undo it, and write what you want to say into the cell for notes."
                    self.problem(where, "The printed text was changed; the answer beside it may not fit.", mend)
            elif str(cell.value).strip():
                self.problem(
                    where, "There is text in a cell that nobody reads.", "Move it into a white cell of the same story or line."
                )

    def extra_sheets(self) -> None:
        """Sheets that somebody added, with something in them."""
        for number, name in enumerate(self.book.sheetnames, 1):
            sheet = self.book[name]
            if name not in self.ours and isinstance(sheet, Worksheet) and any(_filled(sheet)):
                mend = "If it is one of ours, give it back its name. Otherwise move what it says into the notes, and delete it."
                self.problem(
                    f"{self.shown}, sheet number {number}", "The program did not make this sheet and does not read it.", mend
                )


def _filled(sheet: Worksheet) -> Iterator[bool]:
    return (True for cell in sheet._cells.values() if cell.value is not None)


def _plain(value: object) -> str:
    return unescaped(str(value))
