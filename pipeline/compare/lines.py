"""What a document says, line by line, as a person reads it: paragraphs, rows of tables, events. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from lxml import etree

from pipeline.render.excel.lines import read_rows
from pipeline.render.ics import read_events
from pipeline.render.parts import UnsafeFile, W, parse, read_parts
from pipeline.render.text import slides_of

CONTROL, TEXT, ROW = "control", "text", "row"
# what became of a line that a person deleted with tracked changes, or moved away
REMOVED = (f"{W}del", f"{W}moveFrom")
BLANKS = {f"{W}tab": " ", f"{W}br": " ", f"{W}cr": " ", f"{W}noBreakHyphen": "-"}
CONTROL_TITLE = "Document control"
# the style of a label, as Word and as LibreOffice write it
LABEL = ("TableLabel", "Tablelabel")
# of the table at the head of a document, those that are another in each edition
ADMINISTRATIVE = frozenset({"Edition", "Effective", "Last review", "Next review", "Law as of", "As of", "Approved on"})
LABELS = ADMINISTRATIVE | {"Owner", "Practice"}


@dataclass(frozen=True)
class Line:
    """kind: text, row of a table, or an entry of the table at the head of a document (label and text).

    where: the heading above it; cells: of a row, or label and text; table: in which a row stands, by heading or name.
    """

    where: str
    kind: str
    cells: tuple[str, ...]
    table: str = ""

    @property
    def text(self) -> str:
        """The line as it is shown."""
        if self.kind == CONTROL:
            return ": ".join(self.cells)
        return " | ".join(self.cells).rstrip(" |")


def lines_of(data: bytes, path: str) -> tuple[Line, ...]:
    """The lines of a document, by the suffix of its path. Raises UnsafeFile for what cannot be opened."""
    suffix = path.rsplit(".", 1)[-1].lower()
    match suffix:
        case "docx":
            found = _word(read_parts(data))
        case "xlsx":
            found = (Line(where, ROW if table else TEXT, cells, table) for where, table, cells in read_rows(data))
        case "pptx":
            found = _slides(data)
        case "ics":
            found = (Line(category, ROW, (title, day, text), category) for category, title, day, text in read_events(data))
        case _:
            raise UnsafeFile(f"Files that end in .{suffix} are not compared.")
    # slides keep document numbers together with hyphens that the house font does not have
    plain = (replace(line, cells=tuple(cell.replace("\u2011", "-") for cell in line.cells)) for line in found)
    return tuple(line for line in plain if any(line.cells))


def paragraph_text(paragraph: etree._Element) -> str:
    """What is read in a paragraph, with single blanks; without what tracked changes removed."""
    pieces = []
    for element in paragraph.iter(f"{W}t", *BLANKS):
        # a tab stop of the style is no tab in the text
        if any(up.tag == f"{W}tabs" or up.tag in REMOVED for up in element.iterancestors()):
            continue
        pieces.append(element.text or "" if element.tag == f"{W}t" else BLANKS[element.tag])
    return " ".join("".join(pieces).split())


def style_of(element: etree._Element) -> str:
    """The style of a paragraph or table, or empty."""
    kind = "p" if element.tag == f"{W}p" else "tbl"
    found = element.find(f"{W}{kind}Pr/{W}{'pStyle' if kind == 'p' else 'tblStyle'}")
    return "" if found is None else str(found.get(f"{W}val"))


def level_of(style: str) -> int:
    """Level of a heading, from 1; 0 for what is none."""
    return int(style[-1]) if style[:-1] == "Heading" and style[-1].isdecimal() else 0


def _word(parts: Mapping[str, bytes]) -> Iterator[Line]:
    if "word/document.xml" not in parts:
        raise UnsafeFile("It is no Word document.")
    headings: dict[int, str] = {}
    for block in _blocks(parse(parts["word/document.xml"])):
        if block.tag == f"{W}tbl":
            yield from _table(block, _above(headings))
            continue
        text, level = paragraph_text(block), level_of(style_of(block))
        if level and text:
            headings = {at: held for at, held in headings.items() if at < level}
            yield Line(_above(headings), TEXT, (text,))
            headings[level] = text
        else:
            yield Line(_above(headings), TEXT, (text,))


def _above(headings: Mapping[int, str]) -> str:
    return headings[max(headings)] if headings else ""


def _blocks(holder: etree._Element) -> Iterator[etree._Element]:
    """Paragraphs and tables of the text, also those inside of content controls."""
    for child in holder:
        if child.tag in (f"{W}p", f"{W}tbl"):
            yield child
        elif isinstance(child.tag, str) and child.tag not in REMOVED:
            yield from _blocks(child)


def _table(table: etree._Element, where: str) -> Iterator[Line]:
    rows = [row for row in table.iter(f"{W}tr") if next(row.iterancestors(f"{W}tbl")) is table]
    shape = [[list(cell.iter(f"{W}p")) for cell in row.iterfind(f"{W}tc")] for row in rows]
    control = _is_control(shape)
    for row in shape:
        held = [[paragraph_text(p) for p in cell] for cell in row]
        texts = tuple(" ".join(filter(None, cell)) for cell in held)
        if control:
            yield from (Line(where or CONTROL_TITLE, CONTROL, pair) for pair in zip(texts[::2], texts[1::2], strict=True))
        elif len(held) == 1:
            yield from (Line(where, TEXT, (text,)) for text in held[0])
        else:
            yield Line(where, ROW, texts, where)


def _is_control(rows: list[list[list[etree._Element]]]) -> bool:
    """Whether a table is the one at the head of a document: labels and texts in turn, and one of its labels.

    By its paragraphs, because LibreOffice forgets styles and captions of tables.
    """
    if not rows or any(len(row) % 2 for row in rows):
        return False
    labels = [cell for row in rows for cell in row[::2]]
    styles = {style_of(p) for cell in labels for p in cell}
    return styles <= set(LABEL) and any(paragraph_text(cell[0]) in LABELS for cell in labels if cell)


def _slides(data: bytes) -> Iterator[Line]:
    for texts, notes in slides_of(read_parts(data)):
        title = texts[0] if texts else ""
        yield from (Line(title if place else "", TEXT, (text,)) for place, text in enumerate(texts))
        yield from (Line(f"{title}, notes", TEXT, (text,)) for text in notes)
