"""What of an edited workbook could not be carried into another one without loss, or must not be."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from openpyxl.cell.cell import Cell
from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token, TokenizerError
from openpyxl.workbook import Workbook

from pipeline.errors import Problem, ProblemsFound
from pipeline.render.excel.guard import cells_of
from pipeline.render.parts import parse

# functions that only calculate with what stands in the workbook
PLAIN = frozenset(
    [
        "ABS",
        "AND",
        "AVERAGE",
        "AVERAGEIF",
        "AVERAGEIFS",
        "CEILING",
        "CHOOSE",
        "CONCAT",
        "CONCATENATE",
        "COUNT",
        "COUNTA",
        "COUNTBLANK",
        "COUNTIF",
        "COUNTIFS",
        "DATE",
        "DATEDIF",
        "DATEVALUE",
        "DAY",
        "DAYS",
        "EDATE",
        "EOMONTH",
        "EXACT",
        "FIND",
        "FLOOR",
        "HLOOKUP",
        "HOUR",
        "IF",
        "IFERROR",
        "IFNA",
        "IFS",
        "INDEX",
        "INT",
        "ISBLANK",
        "ISERROR",
        "ISNUMBER",
        "ISTEXT",
        "LARGE",
        "LEFT",
        "LEN",
        "LOOKUP",
        "LOWER",
        "MATCH",
        "MAX",
        "MAXIFS",
        "MEDIAN",
        "MID",
        "MIN",
        "MINIFS",
        "MINUTE",
        "MOD",
        "MONTH",
        "NETWORKDAYS",
        "NOT",
        "NOW",
        "OR",
        "PERCENTILE",
        "PRODUCT",
        "PROPER",
        "QUOTIENT",
        "RANK",
        "REPLACE",
        "RIGHT",
        "ROUND",
        "ROUNDDOWN",
        "ROUNDUP",
        "ROW",
        "ROWS",
        "COLUMN",
        "COLUMNS",
        "SEARCH",
        "SMALL",
        "SUBSTITUTE",
        "SUBTOTAL",
        "SUM",
        "SUMIF",
        "SUMIFS",
        "SUMPRODUCT",
        "SWITCH",
        "TEXT",
        "TEXTJOIN",
        "TIME",
        "TODAY",
        "TRIM",
        "TRUNC",
        "UPPER",
        "VALUE",
        "VLOOKUP",
        "WEEKDAY",
        "WEEKNUM",
        "WORKDAY",
        "XLOOKUP",
        "XMATCH",
        "YEAR",
    ]
)
RANGE = re.compile(
    r"(?:(?P<sheet>'(?:[^'\[\]]|'')+'|[^\s'!:\[\]]+)!)?\$?[A-Z]{0,3}\$?\d{0,7}(?::\$?[A-Z]{0,3}\$?\d{0,7})?", re.IGNORECASE
)
LINK = re.compile(r"(https?://|mailto:|[^:\\]*$)", re.IGNORECASE)
# elements of a sheet that openpyxl does not carry, and parts that nothing generated has
LOST_ON_SHEET = re.compile(
    rb"<(?:\w+:)?(sparklineGroup|drawing|legacyDrawingHF|oleObjects|controls|picture|scenarios|dataConsolidate|customSheetViews)\b"
    rb"|x14:(dataValidation|conditionalFormatting)\b|t=\"dataTable\""
)
LOST_PART = re.compile(
    r"xl/(pivot\w*|slicer\w*|timeline\w*|ctrlProps|model|externalLinks|queryTables|dialogsheets|chartsheets)/", re.I
)
ANCHOR = re.compile(rb"<(?:\w+:)?(?:twoCellAnchor|oneCellAnchor|absoluteAnchor)\b")
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class CannotMerge(Exception):
    """The edited file has to stay as it is; says why, as a sentence."""


def drawn_over(then: Mapping[str, bytes], edited: Mapping[str, bytes]) -> str:
    """What was put on top of the cells, or beside the sheets, of an edited workbook; empty where nothing was."""
    if any(LOST_PART.match(name) for name in edited):
        return "a pivot table, a control, or data from elsewhere"
    return "a picture, chart or shape" if _drawn(edited) > _drawn(then) else ""


# functions of Excel, LibreOffice and Google that open an address or a program, and DDE (=cmd|'/c …'!A1)
REACHING = re.compile(
    r"\b(WEBSERVICE|FILTERXML|IMAGE|RTD|CALL|REGISTER(\.ID)?|EXEC|DDE|HYPERLINK|STOCKHISTORY|IMPORT\w+|CUBE\w+)\s*\(|\|[^|]*!"
)


def lost_with(parts: Mapping[str, bytes], title: str) -> bool:
    """Whether a sheet holds what copying it would lose."""
    return bool(LOST_ON_SHEET.search(parts.get(_sheet_parts(parts).get(title, ""), b"")))


def is_plain(formula: str, sheets: Collection[str]) -> bool:
    """Whether a formula calculates with cells of these sheets and nothing else: no other file, program, address or name."""
    if not formula.startswith("="):
        return False
    try:
        tokens = Tokenizer(formula).items
    except (TokenizerError, IndexError, ValueError):
        return False
    return all(_plain(token, sheets) for token in tokens)


def refuse_reaching_out(book: Workbook, shown: str) -> None:
    """ProblemsFound with each cell whose formula fetches from, or sends to, what is not in the file: a page, a program."""
    problems = [
        Problem(
            f"{shown}, sheet {sheet.title}, cell {cell.coordinate}",
            "The formula reaches beyond the file.",
            "Type the value in its place.",
        )
        for sheet in book.worksheets
        for cell in cells_of(sheet)
        if cell.data_type == "f" and REACHING.search(str(getattr(cell.value, "text", cell.value)).upper())
    ]
    if problems:
        raise ProblemsFound(problems)


def typed_formula(cell: Cell | None, sheets: Collection[str]) -> bool:
    """Whether a cell holds a formula of one cell that is plain."""
    return cell is not None and isinstance(cell.value, str) and is_plain(cell.value, sheets)


def carried_link(cell: Cell) -> str:
    """Where a cell leads: a page, an address for mail, or a file of the package. CannotMerge where it leads elsewhere."""
    link = getattr(cell, "hyperlink", None)
    target = str(getattr(link, "target", None) or "")
    if not LINK.match(target):
        raise CannotMerge(f"Cell {cell.coordinate} of sheet {cell.parent.title} holds a link to a file on somebody's computer.")
    return target


def same_document(then: tuple[str, str, str] | None, edited: tuple[str, str, str] | None) -> None:
    """Practice, document, edition of both. ProblemsFound where the edited file was made from another one; one may not say it."""
    if then and edited and then != edited:
        practice, document, edition = edited
        what = f"It was made from {document} of edition {edition} of {practice}, and not from the file that is merged."
        mend = "Give the file that was edited from this document and this edition."
        raise ProblemsFound([Problem("the edited workbook", what, mend)])


def _plain(token: Token, sheets: Collection[str]) -> bool:
    match token.type, token.subtype:
        case Token.FUNC, Token.OPEN:
            return token.value.rstrip("(").upper().removeprefix("_XLFN.") in PLAIN
        case Token.OPERAND, Token.RANGE:
            found = RANGE.fullmatch(token.value)
            if not found or not token.value:
                return False
            named = found["sheet"]
            return named is None or named.strip("'").replace("''", "'") in sheets
        case Token.OPERAND, _:
            return token.subtype in (Token.TEXT, Token.NUMBER, Token.LOGICAL)
        case kind, _:
            return "|" not in token.value and kind != Token.ARRAY


def _drawn(parts: Mapping[str, bytes]) -> int:
    return sum(len(ANCHOR.findall(part)) for name, part in parts.items() if re.match(r"xl/drawings/[^/]*\.xml", name))


def _sheet_parts(parts: Mapping[str, bytes]) -> dict[str, str]:
    """Title of a sheet → name of its part."""
    targets = {
        str(entry.get("Id")): str(entry.get("Target")).removeprefix("/xl/")
        for entry in parse(parts.get("xl/_rels/workbook.xml.rels", b"<none/>"))
    }
    sheets = parse(parts.get("xl/workbook.xml", b"<none/>")).iter(f"{MAIN}sheet")
    return {str(sheet.get("name")): f"xl/{targets.get(str(sheet.get(RELATION)), '')}" for sheet in sheets}
