"""A form, log or tracker that came back, read with suspicion: its lines, and everything that is wrong with it, by sheet and cell.

Lines may be added, deleted, sorted and hidden; what the program needs to know a table again may not be changed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import SequenceMatcher

from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.errors import NUMBER, Problem, ProblemsFound
from pipeline.evidence_catalog import Returned
from pipeline.loading import CONTROL, TEMPLATE_SYNTAX, named
from pipeline.recorded import Line
from pipeline.render.excel.guard import open_guarded, renamed
from pipeline.render.excel.identity import (
    CHOICE,
    DATE,
    FORMULA,
    MAX_LINES,
    SHEET,
    Asked,
    Column,
    Identity,
    TableMap,
    bare,
    checksum,
    formula_of,
    question,
    read_identity,
    shown_text,
)

NOT_OURS = "This is not a form, log or tracker of a package."
FRESH = "Or take the sheet anew from the package, and copy your entries into it."
EARLIEST = date(2000, 1, 1)


@dataclass(frozen=True)
class Expected:
    """What a filled workbook is held against. people: names that may stand in columns of people; received: the day it came."""

    practice: str
    returned: Sequence[Returned]
    people: Collection[str]
    received: date


@dataclass(frozen=True)
class Filled:
    """What a workbook says. days: of its entries; person: the name it is about, where a form has one."""

    document: str
    edition: str
    lines: tuple[Line, ...]
    days: tuple[date, ...]
    person: str | None
    problems: tuple[Problem, ...]


def read_filled(data: bytes, shown: str, expected: Expected) -> Filled:
    """What stands in the file; ProblemsFound where it is none of ours or must not be opened at all."""
    book = open_guarded(data, shown, linked=False)
    try:
        identity = read_identity(book)
    except (KeyError, ValueError, TypeError, AttributeError, IndexError) as error:
        mend = "Use the file of the package, filled in. A signed paper or scan is recorded with --form and --date."
        raise ProblemsFound([Problem(shown, NOT_OURS, mend)]) from error
    rules = {entry.sheet: entry for entry in expected.returned if entry.document == identity.document}
    reader = _Reader(shown, expected, identity, rules)
    if not rules:
        named = identity.document if NUMBER.fullmatch(identity.document) else "This"
        what = f"{named} is not a document that comes back."
        reader.problem(shown, what, "Record the forms, logs and trackers of the package; this one is only read.")
    for name in identity.sheets:
        if name not in book.sheetnames or not isinstance(book[name], Worksheet):
            reader.problem(f"{shown}, sheet {name}", "The sheet is missing.", f"{renamed(name, book, identity.sheets)} {FRESH}")
        elif rules:
            reader.sheet(book[name])
    for number, name in enumerate(book.sheetnames, 1):
        sheet = book[name]
        if name not in identity.sheets and name != SHEET and isinstance(sheet, Worksheet) and any(_filled(sheet)):
            mend = "If it is one of ours, give it back its name. Otherwise move what it says into the lines, and delete it."
            reader.problem(f"{shown}, sheet number {number}", "The program did not make this sheet and does not read it.", mend)
    person = next((line.values[who] for line in reader.lines for who in reader.named(line.sheet) if who in line.values), None)
    return Filled(
        identity.document,
        identity.edition,
        tuple(reader.lines),
        tuple(sorted(reader.days)),
        person if identity.asked else None,
        tuple(reader.problems),
    )


@dataclass
class _Reader:
    """Gathers lines and problems over all sheets."""

    shown: str
    expected: Expected
    identity: Identity
    rules: Mapping[str, Returned]
    lines: list[Line] = field(default_factory=list)
    days: set[date] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.foreign = self.identity.practice != self.expected.practice
        # people leave out the letters behind their names
        short = [_folded(name.split(",")[0]) for name in self.expected.people]
        self.names = {key: name for key, name in zip(short, self.expected.people, strict=True) if short.count(key) == 1}
        self.names |= {_folded(name): name for name in self.expected.people}
        if self.foreign:
            self.problem(self.shown, "The file belongs to another practice.", "Record it there, or take the right file.")

    def problem(self, where: str, what: str, mend: str) -> None:
        self.problems.append(Problem(where, what, mend))

    def where(self, sheet: str, line: int, column: int) -> str:
        return f"{self.shown}, sheet {sheet}, cell {get_column_letter(column)}{line}"

    def named(self, sheet: str) -> tuple[str, ...]:
        return self.rules[sheet].people if sheet in self.rules else ()

    def sheet(self, sheet: Worksheet) -> None:
        """Read one sheet of the package."""
        tables = [table for table in self.identity.tables if table.sheet == sheet.title]
        asked = [entry for entry in self.identity.asked if entry.sheet == sheet.title]
        heads = {table: line for table in tables if (line := self.head(sheet, table))}
        for table, top in heads.items():
            below = [other for other in heads.values() if other > top]
            self.table(sheet, table, top, min(below, default=MAX_LINES + 1))
        if asked and sheet.title in self.rules:
            self.form(sheet, asked)
        if all(heads.get(table) == table.top for table in tables):
            self.formulas(sheet)

    def formulas(self, sheet: Worksheet) -> None:
        """Calculations beside the tables."""
        for (title, place), formula in self.identity.formulas.items():
            if title == sheet.title:
                self.calculated(sheet[place], (formula,), f"{self.shown}, sheet {title}, cell {place}")

    def calculated(self, cell: Cell | MergedCell, formulas: Collection[str], where: str) -> None:
        if cell.data_type != "f":
            self.problem(where, "This cell is calculated, and something was typed over it.", f"Undo it. {FRESH}")
        elif formula_of(cell) not in formulas:
            self.problem(where, "The formula was changed.", f"Undo it. {FRESH}")

    # --- tables

    def head(self, sheet: Worksheet, table: TableMap) -> int | None:
        """The line in which the headings of a table stand now."""
        wanted = {column.heading for column in table.columns}
        best: dict[int, set[str]] = {}
        for (line, _), cell in sheet._cells.items():
            if (text := shown_text(cell.value)) in wanted:
                best.setdefault(line, set()).add(text)
        line = max(best, key=lambda line: (len(best[line]), -abs(line - table.top)), default=0)
        if len(best.get(line, ())) * 2 <= len(wanted):
            where = self.where(sheet.title, table.top, table.left)
            self.problem(where, "The line of headings is missing.", f"Write the headings again: {_listed(table)}. {FRESH}")
            return None
        return line

    def table(self, sheet: Worksheet, table: TableMap, top: int, end: int) -> None:
        """Read the lines of a table from below its headings up to line `end`."""
        places, strange = self.headings(sheet, table, top)
        by_line: dict[int, dict[int, Cell | MergedCell]] = {}
        for (line, column), cell in sheet._cells.items():
            if top < line < end and cell.value is not None:
                by_line.setdefault(line, {})[column] = cell
        for area in sheet.merged_cells.ranges:
            if area.max_row > top and area.min_row < end and area.min_col in places.values():
                where = self.where(sheet.title, area.min_row, area.min_col)
                self.problem(where, "The cell is merged with others.", "Undo the merging (Merge & Center), and check the entry.")
        if len(by_line) > MAX_LINES:
            self.problem(f"{self.shown}, sheet {sheet.title}", f"It has more than {MAX_LINES} lines.", "Record it in parts.")
            return
        for line, cells in sorted(by_line.items()):
            self.line(sheet, table, places, line, cells)
            for column in sorted(cells.keys() - set(places.values()) - strange):
                if shown_text(cells[column].value):
                    where = self.where(sheet.title, line, column)
                    self.problem(
                        where,
                        "There is text in a cell that nobody reads.",
                        "Move it into a column of the table, in the same line.",
                    )

    def headings(self, sheet: Worksheet, table: TableMap, top: int) -> tuple[dict[str, int], set[int]]:
        """Heading → its column now; and the columns that the program does not know."""
        present = {
            column: text
            for (line, column), cell in sorted(sheet._cells.items())
            if line == top and (text := shown_text(cell.value))
        }
        order = [column.heading for column in table.columns]
        places: dict[str, int] = {}
        for column, text in present.items():
            if text in order:
                places.setdefault(text, column)
        strange = {column for column, text in present.items() if places.get(text) != column}
        for index, heading in enumerate(order):
            if heading in places:
                continue
            column = table.left + index
            where = self.where(sheet.title, top, column)
            if column in strange:
                self.problem(where, f'The heading "{heading}" was changed.', f"Write it again, letter by letter. {FRESH}")
                strange.discard(column)
                places[heading] = column
            else:
                self.problem(where, f'The column "{heading}" is missing.', f"Undo it, if you can. {FRESH}")
        now = sorted((heading for heading in places), key=places.__getitem__)
        kept = SequenceMatcher(None, order, now, autojunk=False).get_matching_blocks()
        settled = {heading for block in kept for heading in now[block.b : block.b + block.size]}
        for heading in now:
            if heading not in settled:
                where = self.where(sheet.title, top, places[heading])
                self.problem(where, f'The column "{heading}" was moved.', f"Move it back. {FRESH}")
        for column in sorted(strange):
            mend = "Move what it says into a column of the table, and delete it."
            self.problem(
                self.where(sheet.title, top, column), "The program does not know this column and does not read it.", mend
            )
        return places, strange

    def line(
        self,
        sheet: Worksheet,
        table: TableMap,
        places: Mapping[str, int],
        line: int,
        cells: Mapping[int, Cell | MergedCell],
    ) -> None:
        """Read one line; one that is as it was issued says nothing."""
        held = [cells.get(places.get(column.heading, 0)) for column in table.columns]
        texts = self.plain(sheet, table, line, held)
        if not any(texts) or checksum(texts) in table.issued:
            return
        if sheet.title not in self.rules:
            mend = f"Enter it on the sheet {' or '.join(self.rules)}, and undo it here."
            self.problem(self.where(sheet.title, line, table.left), "What was changed on this sheet is not read.", mend)
            return
        values = {}
        for column, cell, plain in zip(table.columns, held, texts, strict=True):
            if cell is not None and plain:
                text = self.value(sheet.title, column, cell, self.where(sheet.title, line, cell.column))
                if text:
                    values[column.heading] = text
        self.keep(sheet.title, f"{get_column_letter(table.left)}{line}", values)

    def plain(self, sheet: Worksheet, table: TableMap, line: int, held: Sequence[Cell | MergedCell | None]) -> list[str]:
        """What stands in the cells of a line, nothing for what is calculated; a formula that was changed is named."""
        texts = [
            ""
            if cell is None or column.kind == FORMULA or (column.formulas and cell.data_type == "f")
            else shown_text(cell.value)
            for column, cell in zip(table.columns, held, strict=True)
        ]
        rest = bare(table.columns, texts)
        for index, (column, cell) in enumerate(zip(table.columns, held, strict=True)):
            once = (rest, column.heading) in table.calculated
            if cell is not None and column.formulas and (column.kind == FORMULA or once or cell.data_type == "f"):
                self.calculated(cell, column.formulas, self.where(sheet.title, line, cell.column))
                texts[index] = ""
        return texts

    def keep(self, sheet: str, cell: str, values: Mapping[str, str]) -> None:
        if not values:
            return
        line = Line(sheet, cell, values)
        self.lines.append(line)
        if (heading := self.rules[sheet].dated) and _is_day(values.get(heading, "")):
            self.days.add(date.fromisoformat(values[heading]))

    # --- forms with questions

    def form(self, sheet: Worksheet, asked: Sequence[Asked]) -> None:
        """Read the answers beside the questions, wherever a question stands now."""
        lines: dict[str, list[int]] = {}
        for (line, column), cell in sorted(sheet._cells.items()):
            if column == 1 and isinstance(cell.value, str):
                lines.setdefault(question(cell.value), []).append(line)
        values: dict[str, str] = {}
        taken = {}
        for entry in asked:
            heading = entry.column.heading
            free = [line for line in lines.get(heading, []) if line not in taken]
            if not free:
                where = self.where(sheet.title, entry.line, 1)
                self.problem(where, f'The question "{heading}" was changed or deleted.', f"Undo it, if you can. {FRESH}")
                continue
            line = entry.line if entry.line in free else free[0]
            taken[line] = entry
            text = self.value(sheet.title, entry.column, sheet.cell(line, 2), self.where(sheet.title, line, 2))
            if text:
                values[heading] = text
        for (line, column), cell in sorted(sheet._cells.items()):
            beside = column > 2 or (column == 2 and line not in taken) or line > max(taken, default=MAX_LINES)
            if beside and shown_text(cell.value) and not isinstance(cell, MergedCell):
                where = self.where(sheet.title, line, column)
                self.problem(where, "There is text in a cell that nobody reads.", "Move it beside a question, into column B.")
        self.keep(sheet.title, f"B{asked[0].line}", values)

    # --- cells

    def value(self, sheet: str, column: Column, cell: Cell | MergedCell, where: str) -> str:
        """What a person entered, as text; empty where nothing stands there or something is wrong with it."""
        rule = self.rules[sheet]
        raw, text = cell.value, shown_text(cell.value)
        if not text:
            return ""
        if cell.data_type == "f":
            self.problem(where, "A formula stands where an entry belongs.", "Type the entry itself, or paste it as a value.")
        elif cell.data_type == "e":
            self.problem(where, "Excel shows an error in this cell.", "Type the entry again.")
        elif column.kind == DATE or column.heading in (rule.dated, *rule.dates, *rule.past):
            return self.day(rule, column.heading, raw, text, where)
        elif TEMPLATE_SYNTAX.search(text):
            self.problem(where, "Double braces or {% are the signs of the template language.", "Write the text without them.")
        elif strange := CONTROL.search(text):
            what = f"A control character stands in the text ({named(strange.group())})."
            self.problem(where, what, "Type the text anew.")
        elif column.kind == CHOICE:
            return self.choice(column, text, where)
        elif column.heading in rule.people:
            return self.person(text, where)
        else:
            return text
        return ""

    def day(self, rule: Returned, heading: str, raw: object, text: str, where: str) -> str:
        day = raw.date() if isinstance(raw, datetime) else raw if isinstance(raw, date) else _printed_day(text)
        if day is None:
            mend = "Type the date again, for example 9/14/2026; Excel then moves it to the right side of the cell."
            self.problem(where, "This is text or a number and not a date.", mend)
        elif day < EARLIEST:
            self.problem(where, "The date lies before the year 2000.", "Look at the year, and type the date again.")
        elif day > self.expected.received and heading in (rule.dated, *rule.past):
            mend = (
                "This column says what has been done. Enter the day when it is; if the file came later, give the day with --on."
            )
            self.problem(where, "The date lies ahead of the day on which the file came.", mend)
        else:
            return day.isoformat()
        return ""

    def choice(self, column: Column, text: str, where: str) -> str:
        known = {_folded(word): word for word in column.says}
        if _folded(text) not in known:
            self.problem(
                where, "This is none of the choices of the column.", "Choose one of the entries of the list in this cell."
            )
        return known.get(_folded(text), "")

    def person(self, text: str, where: str) -> str:
        if _folded(text) not in self.names and not self.foreign:
            mend = "Write the name as the profile has it, or enter a new person in the profile first."
            self.problem(where, "Nobody of this name works for the practice.", mend)
        return self.names.get(_folded(text), "")


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _printed_day(text: str) -> date | None:
    """A day as the program itself prints it, in words, with two digits each, or as it keeps it; other ways are not guessed at."""
    for shape in ("%B %d, %Y", "%m/%d/%Y", "%Y-%m-%d"):
        try:
            day = datetime.strptime(text, shape).date()
        except ValueError:
            continue
        return day if shape.startswith("%B") or f"{day:{shape}}" == text else None
    return None


def _is_day(text: str) -> bool:
    return _printed_day(text) is not None


def _listed(table: TableMap) -> str:
    return ", ".join(column.heading for column in table.columns)


def _filled(sheet: Worksheet) -> Iterator[bool]:
    return (True for cell in sheet._cells.values() if cell.value is not None)
