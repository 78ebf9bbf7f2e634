"""The risk workbook as an Excel file: addresses, looks, drop-downs, colours, protection."""

from __future__ import annotations

import io
import re
import zlib
from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from openpyxl import Workbook as Book
from openpyxl.cell.cell import Cell
from openpyxl.formatting.rule import CellIsRule, DataBarRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.workbook.protection import WorkbookProtection
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.pdf.fontconfig import FAMILY
from pipeline.render.excel.cells import set_text
from pipeline.render.excel.fill import SHEET, in_schema_order
from pipeline.render.look import LEVEL_FILLS, Look
from pipeline.render.parts import core_properties, parse, read_parts, serialize, tint_of, write_parts
from pipeline.workbook.sheets import Entry, Formula, Row, Sheet, Text, Workbook

FORMAT = "risk-workbook/1"
MAP, LISTS = "_map", "_lists"
FIRST = 2  # column B; A holds the keys of the rows, out of sight
LINE = 13.2  # points of a line of text
PAGE = {False: 690.0, True: 500.0}  # printable height in points by orientation, at the scale that fits the width
INK, SOFT, RULE, PROPOSED = "1C2423", "4A5654", "BFC5C4", "FFF6DB"
KEY = re.compile(r"\{([^{}]+)\}")
# style → (size, bold, italic, colour of text, fill); None: the practice's colour, "tint": its tint
LOOKS: Mapping[str, tuple[float, bool, bool, str | None, str | None]] = {
    "title": (18, True, False, None, None),
    "lead": (11, False, False, INK, None),
    "text": (10.5, False, False, INK, None),
    "label": (10.5, True, False, INK, "tint"),
    "story": (11, False, True, INK, None),
    "head": (10, True, False, "FFFFFF", "colour"),
    "part": (11.5, True, False, None, "tint"),
    "card": (12.5, True, False, "FFFFFF", "colour"),
    "state": (10.5, True, False, INK, "tint"),
    "link": (10.5, False, False, "1F4E9E", None),
    "progress": (10.5, True, False, None, None),
    "hint": (9.5, False, True, SOFT, None),
    "level": (10.5, True, False, INK, None),
    "number": (10.5, False, False, INK, None),
    "total": (10.5, True, False, INK, "tint"),
    "total number": (10.5, True, False, INK, "tint"),
    "share": (10.5, False, False, INK, None),
    "result": (10.5, False, False, INK, None),
    "hidden": (1, False, False, "FFFFFF", None),
    "entry": (10.5, False, False, INK, "FFFFFF"),
    "last": (10, False, False, SOFT, "F3F1EC"),
    "last head": (10, True, False, INK, "E4E0D6"),
    "new": (10.5, True, False, INK, "DCE9F5"),
}
BOXED = {
    "label",
    "level",
    "hint",
    "head",
    "entry",
    "number",
    "share",
    "total",
    "total number",
    "text",
    "last",
    "last head",
    "new",
}
STATES = {"Done": "D5E8D4", "Open": "FBEBC2", "Not here": "E3E6E5"}
_thin = Side(style="thin", color=RULE)
BOX = Border(left=_thin, right=_thin, top=_thin, bottom=_thin)


def write_workbook(workbook: Workbook, look: Look, words: Mapping[str, str]) -> bytes:
    """The file. words: level → printed word, for the colours. Equal workbooks give equal bytes."""
    book = Book()
    book.remove(book.active)
    sheets = {sheet.name: book.create_sheet(sheet.name) for sheet in workbook.sheets}
    lists = _write_lists(book, workbook)
    places = _places(workbook)
    fills = {words[level]: fill for level, fill in LEVEL_FILLS.items()}
    growing = []
    for sheet in workbook.sheets:
        writer = _Writer(sheet, sheets[sheet.name], places, lists, look.colour)
        writer.write(fills)
        growing.append(writer.growing)
    _write_map(book, workbook, places)
    book.active = 0
    # sheets are known again by their names
    book.security = WorkbookProtection(lockStructure=True)
    target = io.BytesIO()
    book.save(target)
    parts = read_parts(target.getvalue())
    parts["xl/styles.xml"] = in_schema_order(parts["xl/styles.xml"])
    for number, lines in enumerate(growing, 1):
        name = f"xl/worksheets/sheet{number}.xml"
        parts[name] = _let_grow(parts[name], lines)
    parts["docProps/core.xml"] = core_properties(workbook.title, "Risk workbook", workbook.practice, workbook.day)
    return write_parts(parts)


def _let_grow(sheet: bytes, lines: set[int]) -> bytes:
    """Let these rows grow with what is typed into them: openpyxl marks each height that is set as one to be kept."""
    root = parse(sheet)
    for row in root.iter(f"{{{SHEET}}}row"):
        if int(str(row.get("r"))) in lines and "customHeight" in row.attrib:
            del row.attrib["customHeight"]
    return serialize(root)


def _places(workbook: Workbook) -> dict[str, tuple[str, int, int]]:
    """Key of a cell → (sheet, row, column)."""
    return {
        cell.key: (sheet.name, line, column)
        for sheet in workbook.sheets
        for line, row in enumerate(sheet.rows, 1)
        for column, cell in _placed(row)
        if isinstance(cell, (Entry, Formula))
    }


def _placed(row: Row) -> list[tuple[int, Entry | Text | Formula]]:
    """(column, cell) of a row; a cell over several columns pushes the next ones on."""
    placed, column = [], FIRST
    for cell in row.cells:
        if cell is not None:
            placed.append((column, cell))
        column += getattr(cell, "span", 1)
    return placed


def _write_lists(book: Book, workbook: Workbook) -> dict[str, str]:
    """Name of a list → its range. Lists of the same entries share one column."""
    sheet = book.create_sheet(LISTS)
    sheet.sheet_state = "hidden"
    columns: dict[tuple[str | int, ...], int] = {}
    ranges = {}
    for name, items in workbook.lists.items():
        column = columns.setdefault(items, len(columns) + 1)
        letter = get_column_letter(column)
        ranges[name] = f"{quote_sheetname(LISTS)}!${letter}$1:${letter}${max(len(items), 1)}"
        for line, item in enumerate(items, 1):
            if isinstance(item, str):
                set_text(sheet.cell(line, column), item)
            else:
                sheet.cell(line, column, item)
    return ranges


def _write_map(book: Book, workbook: Workbook, places: Mapping[str, tuple[str, int, int]]) -> None:
    """What is needed to read the file back: which key stands where, and what is printed where."""
    sheet = book.create_sheet(MAP)
    sheet.sheet_state = "veryHidden"
    last = (workbook.last.day.isoformat(), workbook.last.sha256) if workbook.last else ()
    rows: list[tuple[str | int, ...]] = [(FORMAT, workbook.practice, workbook.day.isoformat(), workbook.kind, *last)]
    for page in workbook.sheets:
        for line, row in enumerate(page.rows, 1):
            for column, cell in _placed(row):
                if isinstance(cell, Entry):
                    rows.append(("entry", page.name, line, column, row.key, cell.key, cell.kind))
                elif isinstance(cell, Formula):
                    rows.append(("formula", page.name, line, column))
                else:
                    rows.append(("text", page.name, line, column, zlib.crc32(cell.text.encode())))
    for line, entries in enumerate(rows, 1):
        for column, value in enumerate(entries, 1):
            if isinstance(value, str):
                set_text(sheet.cell(line, column), value)
            else:
                sheet.cell(line, column, value)


class _Writer:
    """Writes one sheet."""

    def __init__(
        self, page: Sheet, sheet: Worksheet, places: Mapping[str, tuple[str, int, int]], lists: Mapping[str, str], colour: str
    ) -> None:
        self.page, self.sheet, self.places, self.lists = page, sheet, places, lists
        self.colour, self.tint = colour, tint_of(colour)
        self.heights: list[float] = []  # of the rows, in points, as far as they can be known before anything is typed
        self.growing: set[int] = set()
        self.levels: list[str] = []
        self.states: list[str] = []
        self.shares: list[str] = []
        self.choices: dict[tuple[str, str, str], list[str]] = defaultdict(list)

    def write(self, fills: Mapping[str, str]) -> None:
        sheet = self.sheet
        sheet.column_dimensions["A"].hidden = True
        for index, width in enumerate(self.page.widths):
            sheet.column_dimensions[get_column_letter(FIRST + index)].width = width
        for line, row in enumerate(self.page.rows, 1):
            self.row(line, row)
        self.breaks()
        self.rules(fills)
        for (kind, choices, help), cells in self.choices.items():
            self.validation(kind, choices, help, cells)
        sheet.sheet_view.showGridLines = False
        sheet.sheet_view.zoomScale = 110
        if self.page.heading:
            sheet.freeze_panes = sheet.cell(self.page.heading + 1, FIRST)
            sheet.print_title_rows = f"{self.page.heading}:{self.page.heading}"
        self.paper()
        protection = sheet.protection
        protection.sheet = True
        # only what would break the reading back is locked; a password would keep nobody out
        protection.formatColumns = protection.formatRows = protection.formatCells = False

    def row(self, line: int, row: Row) -> None:
        if row.key:
            set_text(self.sheet.cell(line, 1), row.key)
        lines = float(row.lines)
        hidden = bool(row.cells) and all(cell is None or getattr(cell, "style", "") == "hidden" for cell in row.cells)
        for column, cell in _placed(row):
            target = self.sheet.cell(line, column)
            if isinstance(cell, Entry):
                self.entry(target, cell)
                text, size = (cell.value if isinstance(cell.value, str) else ""), LOOKS["entry"][0]
            else:
                self.printed(target, cell)
                text, size = (cell.text if isinstance(cell, Text) else ""), LOOKS[cell.style][0]
            width = sum(self.page.widths[column - FIRST : column - FIRST + getattr(cell, "span", 1)])
            lines = max(lines, _lines(text, width * 10.5 / size) * size / 10.5)
        self.heights.append(8 if hidden else round(lines * LINE + 7, 1))
        self.sheet.row_dimensions[line].height = self.heights[-1]
        if not hidden and all(getattr(cell, "span", 1) == 1 for cell in row.cells):
            self.growing.add(line)

    def entry(self, target: Cell, entry: Entry) -> None:
        self.style(target, "entry")
        if isinstance(entry.value, date):
            target.value = entry.value
        elif entry.value is not None:
            set_text(target, entry.value)
        if entry.kind == "date":
            target.number_format = "mm/dd/yyyy"
        if entry.proposed:
            target.fill = PatternFill("solid", fgColor=PROPOSED)
        target.protection = Protection(locked=entry.fixed)
        if entry.kind != "text" or entry.choices or entry.help:
            self.choices[(entry.kind, entry.choices, entry.help)].append(target.coordinate)

    def spread(self, target: Cell, span: int, style: str) -> None:
        """Style a cell over so many columns."""
        for column in range(target.column, target.column + span):
            self.style(self.sheet.cell(target.row, column), style)
        if span > 1:
            line, column = target.row, target.column
            self.sheet.merge_cells(start_row=line, start_column=column, end_row=line, end_column=column + span - 1)

    def printed(self, target: Cell, cell: Text | Formula) -> None:
        self.spread(target, cell.span, cell.style)
        if isinstance(cell, Text):
            set_text(target, cell.text)
            if cell.to:
                target.hyperlink = Hyperlink(ref=target.coordinate, location=f"{quote_sheetname(cell.to)}!B1")
                self.style(target, cell.style)
            return
        target.value = "=" + KEY.sub(lambda found: self.address(found.group(1)), cell.formula)
        if cell.style == "level":
            self.levels.append(target.coordinate)
        elif cell.style == "state":
            self.states.append(target.coordinate)
        elif cell.style == "share":
            self.shares.append(target.coordinate)
            target.number_format = "0%"

    def address(self, key: str) -> str:
        if key.startswith("list:"):
            return self.lists[key.removeprefix("list:")]
        sheet, line, column = self.places[key]
        cell = f"${get_column_letter(column)}${line}"
        return cell if sheet == self.page.name else f"{quote_sheetname(sheet)}!{cell}"

    def style(self, target: Cell, style: str) -> None:
        size, bold, italic, ink, fill = LOOKS[style]
        underline = "single" if style == "link" else None
        target.font = Font(name=FAMILY, size=size, bold=bold, italic=italic, color=ink or self.colour, underline=underline)
        middle = style in (
            "title",
            "head",
            "card",
            "state",
            "part",
            "number",
            "total",
            "total number",
            "share",
            "link",
            "progress",
            "last head",
        )
        across = "center" if style in ("state", "number", "total number", "level") else None
        target.alignment = Alignment(wrap_text=style != "hidden", vertical="center" if middle else "top", horizontal=across)
        if fill:
            target.fill = PatternFill("solid", fgColor={"colour": self.colour, "tint": self.tint}.get(fill, fill))
        if style in BOXED:
            target.border = BOX

    def rules(self, fills: Mapping[str, str]) -> None:
        for cells, colours in ((self.levels, {**fills, "Not here": STATES["Not here"]}), (self.states, STATES)):
            for word, fill in colours.items() if cells else ():
                rule = CellIsRule(operator="equal", formula=[f'"{word}"'], fill=PatternFill("solid", bgColor=fill))
                self.sheet.conditional_formatting.add(" ".join(cells), rule)
        for cell in self.shares:
            bar = DataBarRule(start_type="num", start_value=0, end_type="num", end_value=1, color="9CC5B5", showValue=True)
            self.sheet.conditional_formatting.add(cell, bar)

    def validation(self, kind: str, choices: str, help: str, cells: list[str]) -> None:
        if choices:
            rule = DataValidation(type="list", formula1=self.lists[choices], allow_blank=True)
            rule.errorTitle, rule.error = "Choose from the list", "Please choose one of the entries of the list."
        elif kind == "date":
            rule = DataValidation(type="date", operator="greaterThan", formula1="36526", allow_blank=True)
            rule.errorTitle, rule.error = "A date", "Please enter a date, for example 9/14/2026."
        else:
            rule = DataValidation(allow_blank=True)
        rule.showErrorMessage = kind != "text"
        if help:
            rule.prompt, rule.showInputMessage = help[:255], True
        self.sheet.add_data_validation(rule)
        for cell in cells:
            rule.add(cell)

    def breaks(self) -> None:
        """Begin a printed page before a card that would be cut; where rows stand alone, the printing program knows best."""
        blocks: list[tuple[int, float]] = []  # first line and height of rows that belong together
        begun, height = 1, 0.0
        for line, (row, own) in enumerate(zip(self.page.rows, self.heights, strict=True), 1):
            height += own
            if not row.keep:
                blocks.append((begun, height))
                begun, height = line + 1, 0.0
        if len(blocks) > len(self.page.rows) / 2:
            return
        scale = min(1.0, (69.0 if not self.page.landscape else 94.0) / sum(self.page.widths))
        room, used = PAGE[self.page.landscape] / scale, 0.0
        for first, block in blocks:
            if used and used + block > room:
                self.sheet.row_breaks.append(Break(id=first - 1))
                used = 0.0
            used += block

    def paper(self) -> None:
        sheet = self.sheet
        sheet.page_setup.orientation = "landscape" if self.page.landscape else "portrait"
        sheet.page_setup.paperSize = 1
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        margins = sheet.page_margins
        margins.left = margins.right = 0.5
        margins.top, margins.bottom, margins.footer = 0.6, 0.8, 0.4
        sheet.oddFooter.left.text, sheet.oddFooter.right.text = "&A", "page &P of &N"


def _lines(text: str, width: float) -> int:
    """Lines that a text takes in a cell of so many characters; proportional letters are a little narrower than a digit."""
    return sum(max(1, -(-len(part) // max(1, int(width * 1.02) - 1))) for part in text.split("\n"))
