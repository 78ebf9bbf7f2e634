"""A sheet on paper: every word, in its column, with its heading on each page."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.worksheet.worksheet import Worksheet
from openxml_audit import OpenXmlValidator

from pipeline.binder import on_paper
from pipeline.context import names_for
from pipeline.inputs import to_inputs
from pipeline.load import Loaded
from pipeline.pdf.convert import EmbeddedEngine, Source, check_fonts
from pipeline.plan import Artifact
from pipeline.primitives import primitives
from pipeline.render.excel.fill import render_excel
from pipeline.render.excel.read import read_sheets
from pipeline.render.look import Look
from pipeline.render.paper import lay_out
from pipeline.render.parts import parse, read_parts, relationships, write_parts
from pipeline.render.word import render_word

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
SHEETS = [
    "F-01", "F-02", "F-14", "F-15", "F-16",
    "L-01", "L-02", "L-03", "L-04", "L-05", "L-06", "L-07", "L-08", "L-09", "L-10", "L-11", "L-12", "L-13",
    "L-14", "L-15", "L-16", "L-17", "L-18", "L-19", "L-20", "L-21", "L-22", "L-23",
    "PR-03",
    "R-02", "R-04", "R-06",
    "SO-01", "SO-06",
]  # fmt: skip
QUESTIONS = ["F-01", "F-02", "F-16", "SO-01"]  # one question below the other: no table
INNER = 15_840 - 2 * 864  # letter paper in landscape less its margins of 0.6 inches, in twips


@pytest.fixture(scope="module")
def workbook_of(loaded: Loaded) -> Callable[[str], bytes]:
    """workbook_of("L-03") is the finished workbook."""
    inputs = to_inputs(loaded)
    made: dict[str, bytes] = {}

    def render(id: str) -> bytes:
        if id not in made:
            artifact = artifact_of(loaded, id)
            names = primitives(names_for(inputs, artifact))
            made[id] = render_excel(loaded.templates[artifact.template], names, Look("7A1F3D"), loaded.as_of)
        return made[id]

    return render


@pytest.fixture(scope="module")
def paper_of(loaded: Loaded, workbook_of: Callable[[str], bytes]) -> Callable[[str], bytes]:
    """paper_of("L-03") is the same as it goes to the PDF engine, a Word document."""

    inputs = to_inputs(loaded)
    made: dict[str, bytes] = {}

    def lay(id: str) -> bytes:
        if id not in made:
            (source,) = on_paper(inputs, {id: workbook_of(id)}, loaded.templates, loaded.look)
            made[id] = source.paper
        return made[id]

    return lay


@pytest.fixture(scope="module")
def letterhead(loaded: Loaded) -> bytes:
    """The letterhead in landscape, filled in."""
    names = primitives(names_for(to_inputs(loaded), artifact_of(loaded, "L-03")))
    return render_word(loaded.templates["paper-landscape.docx"], names, loaded.look, loaded.as_of)


def artifact_of(loaded: Loaded, id: str) -> Artifact:
    found = loaded.plan.get(id)
    assert found
    return found


def saved(workbook: Workbook) -> bytes:
    target = io.BytesIO()
    workbook.save(target)
    return target.getvalue()


def small(rows: list[list[str]], *, header: int = 1, **changes: Any) -> bytes:
    """A workbook with these texts and a repeated heading in row `header`."""
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    for line, row in enumerate(rows, 1):
        for column, text in enumerate(row, 1):
            cell = sheet.cell(line, column)
            cell.value = text or None
            if text:
                cell.data_type = "s"
    sheet.print_area = f"A1:{get_column_letter(len(rows[0]))}{len(rows)}"
    sheet.print_title_rows = f"{header}:{header}"
    for change in changes.values():
        change(sheet)
    return saved(workbook)


def tables(paper: bytes) -> list[etree._Element]:
    return list(parse(read_parts(paper)["word/document.xml"]).iter(f"{W}tbl"))


def rows_of(paper: bytes) -> list[list[str]]:
    """The texts of all rows, cell by cell, with line breaks."""
    return [[words(cell) for cell in row.iter(f"{W}tc")] for table in tables(paper) for row in table.iter(f"{W}tr")]


def words(element: etree._Element) -> str:
    return "".join("\n" if e.tag == f"{W}br" else e.text or "" for e in element.iter(f"{W}t", f"{W}br"))


def number(element: etree._Element | None, name: str) -> int:
    assert element is not None
    return int(str(element.get(f"{W}{name}")))


def spans(row: etree._Element) -> Iterator[int]:
    for cell in row.iter(f"{W}tc"):
        span = cell.find(f"{W}tcPr/{W}gridSpan")
        yield 1 if span is None else number(span, "val")


def sheets_of(data: bytes) -> list[Worksheet]:
    """The sheets that go on paper: all but the picture, which is for the screen."""
    return [s for s in load_workbook(io.BytesIO(data)).worksheets if not s._charts and s.sheet_state == "visible"]


def area_of(sheet: Worksheet) -> tuple[int, int, int, int]:
    """First column and row, last column and row of the print area."""
    left, top, right, bottom = range_boundaries(sheet.print_area.split("!")[1].replace("$", ""))
    return left, top, right, bottom


def printed(sheet: Worksheet) -> list[list[str]]:
    """The texts of the print area, without empty cells and rows; a formula is for the screen."""
    left, top, right, bottom = area_of(sheet)
    rows = sheet.iter_rows(top, bottom, left, right)
    held = ([cell.value for cell in row if cell.value is not None and cell.data_type != "f"] for row in rows)
    return [[f"{v:%m/%d/%Y}" if isinstance(v, datetime) else str(v) for v in line] for line in held if line]


def filled(rows: list[list[str]]) -> list[list[str]]:
    return [line for row in rows if (line := [text for text in row if text])]


# --- the sheets of the package


@pytest.mark.parametrize("id", SHEETS)
def test_every_word_of_a_sheet_is_on_paper(
    id: str, workbook_of: Callable[[str], bytes], paper_of: Callable[[str], bytes]
) -> None:
    """Row by row and cell by cell, in the order of the sheets."""
    assert filled(rows_of(paper_of(id))) == [row for sheet in sheets_of(workbook_of(id)) for row in printed(sheet)]


def test_only_the_picture_of_the_register_is_for_the_screen_alone(
    workbook_of: Callable[[str], bytes], paper_of: Callable[[str], bytes]
) -> None:
    """No other sheet is left off the paper, and none of the words that only the picture has is on it."""
    opened = {id: load_workbook(io.BytesIO(workbook_of(id))).worksheets for id in SHEETS}
    books = {id: [sheet for sheet in sheets if sheet.sheet_state == "visible"] for id, sheets in opened.items()}
    on_paper_too = {id: [sheet.title for sheet in sheets_of(workbook_of(id))] for id in SHEETS}
    left_off = {id: [s.title for s in sheets if s.title not in on_paper_too[id]] for id, sheets in books.items()}
    assert {id: titles for id, titles in left_off.items() if titles} == {"R-02": ["Picture"]}
    (picture,) = (sheet for sheet in books["R-02"] if sheet.title == "Picture")
    assert picture["C2"].value == "After the steps"
    assert [row for row in rows_of(paper_of("R-02")) if "After the steps" in row] == []


def test_of_the_register_the_columns_of_the_report_are_for_the_screen(workbook_of: Callable[[str], bytes]) -> None:
    """Its print area ends with the policies; what is told at length in the report follows, for sorting. All others print whole."""
    beyond = {}
    for id in SHEETS:
        for sheet in sheets_of(workbook_of(id)):
            _, _, right, bottom = area_of(sheet)
            assert bottom == sheet.max_row, id
            if right < sheet.max_column:
                top = min(range_boundaries(table.ref)[1] for table in sheet.tables.values())
                beyond[id] = [sheet.cell(top, column).value for column in range(right + 1, sheet.max_column + 1)]
    assert beyond == {"R-02": ["Theme", "Weakness", "Threat", "What was found here", "Already there"]}


def test_every_workbook_of_the_plan_is_looked_at(loaded: Loaded) -> None:
    """The list above leaves none out."""
    assert sorted(a.id for a in loaded.plan.artifacts if a.path.endswith(".xlsx")) == SHEETS


@pytest.mark.parametrize("id", SHEETS)
def test_a_sheet_fits_the_width_of_its_paper(id: str, paper_of: Callable[[str], bytes]) -> None:
    """Columns and cells add up to the width between the margins, in every row."""
    paper = paper_of(id)
    section = Document(io.BytesIO(paper)).sections[0]
    assert section.page_width is not None
    assert section.left_margin is not None
    assert section.right_margin is not None
    inner = (section.page_width - section.left_margin - section.right_margin) // 635
    for table in tables(paper):
        columns = [number(column, "w") for column in table.iter(f"{W}gridCol")]
        assert abs(sum(columns) - inner) <= len(columns)
        assert min(columns) > 200
        for row in table.iter(f"{W}tr"):
            assert sum(spans(row)) == len(columns)
            assert sum(number(cell.find(f"{W}tcPr/{W}tcW"), "w") for cell in row.iter(f"{W}tc")) == sum(columns)


@pytest.mark.parametrize("id", SHEETS)
def test_the_paper_lies_as_the_sheet_does(id: str, workbook_of: Callable[[str], bytes], paper_of: Callable[[str], bytes]) -> None:
    """A sheet in landscape goes on landscape paper, in US letter; the sheets of a workbook lie alike."""
    (orientation,) = {sheet.page_setup.orientation for sheet in sheets_of(workbook_of(id))}
    section = Document(io.BytesIO(paper_of(id))).sections[0]
    assert section.page_width is not None
    assert section.page_height is not None
    size = (section.page_width.twips, section.page_height.twips)
    assert size == ((15_840, 12_240) if orientation == "landscape" else (12_240, 15_840))


@pytest.mark.parametrize("id", [id for id in SHEETS if id not in QUESTIONS])
def test_the_heading_of_a_log_is_repeated_on_each_page(
    id: str, workbook_of: Callable[[str], bytes], paper_of: Callable[[str], bytes]
) -> None:
    """Exactly the row that Excel repeats, the names of the table's columns, is marked as heading, on each sheet."""
    headings = []
    for sheet in sheets_of(workbook_of(id)):
        (table,) = sheet.tables.values()
        left, top, _, _ = range_boundaries(table.ref)
        assert sheet.print_title_rows == f"${top}:${top}"
        first, _, last, _ = area_of(sheet)
        assert first == left
        headings.append([column.name for column in table.tableColumns][: last - left + 1])
    marked = [row for t in tables(paper_of(id)) for row in t.iter(f"{W}tr") if row.find(f"{W}trPr/{W}tblHeader") is not None]
    assert [[words(cell) for cell in row.iter(f"{W}tc")] for row in marked] == headings


@pytest.mark.parametrize("id", SHEETS)
def test_links_of_a_sheet_are_links_on_paper(
    id: str, workbook_of: Callable[[str], bytes], paper_of: Callable[[str], bytes]
) -> None:
    """Text and target of each link are kept, so that the binder can turn it into a page jump."""
    wanted = [
        (str(cell.value), cell.hyperlink.target)
        for sheet in sheets_of(workbook_of(id))
        for row in sheet.iter_rows()
        for cell in row
        if cell.hyperlink
    ]
    parts = read_parts(paper_of(id))
    targets = {str(r.get("Id")): (r.get("Target"), r.get("TargetMode")) for _, r in relationships(parts)}
    found = [(words(link), *targets[str(link.get(f"{R}id"))]) for link in parse(parts["word/document.xml"]).iter(f"{W}hyperlink")]
    assert found == [(text, target, "External") for text, target in wanted]


@pytest.mark.parametrize("id", SHEETS)
def test_the_paper_keeps_the_rules_of_the_format_and_has_its_fonts(
    id: str, paper_of: Callable[[str], bytes], tmp_path: Path
) -> None:
    """A port of Microsoft's validation finds nothing, and every font and glyph is in the file."""
    paper = paper_of(id)
    file = tmp_path / "paper.docx"
    file.write_bytes(paper)
    assert [str(error) for error in OpenXmlValidator().validate(file).errors] == []
    check_fonts(Source(id, "docx", paper, paper))


@pytest.mark.parametrize(("id", "sheets"), [("L-15", 2), ("L-07", 3)])
def test_a_second_sheet_begins_a_new_page(
    id: str, sheets: int, workbook_of: Callable[[str], bytes], paper_of: Callable[[str], bytes]
) -> None:
    """The breaches of fewer than 500 people and those of more do not share a page, nor do the three checks of the systems."""
    assert len(sheets_of(workbook_of(id))) == sheets
    body = parse(read_parts(paper_of(id))["word/document.xml"])[0]
    breaks = list(body.iter(f"{W}pageBreakBefore"))
    assert len(breaks) == sheets - 1
    for new_page in breaks:
        paragraph = next(e for e in new_page.iterancestors() if e.tag == f"{W}p")
        assert paragraph.getnext() is not None
        assert "break" not in words(paragraph)


def test_risk_levels_keep_their_colours(workbook_of: Callable[[str], bytes], paper_of: Callable[[str], bytes]) -> None:
    """What Excel colours by a rule is coloured on paper."""
    sheet = load_workbook(io.BytesIO(workbook_of("R-02"))).worksheets[0]
    colours = {
        rule.formula[0].strip('"'): str(rule.dxf.fill.bgColor.rgb)[-6:] for f in sheet.conditional_formatting for rule in f.rules
    }
    seen = set()
    for table in tables(paper_of("R-02")):
        for cell in table.iter(f"{W}tc"):
            if words(cell) in colours:
                seen.add(words(cell))
                shading = cell.find(f"{W}tcPr/{W}shd")
                assert shading is not None
                assert shading.get(f"{W}fill") == colours[words(cell)]
    assert {"High", "Moderate", "Low"} <= seen


def test_on_the_drawn_pages_of_a_log_every_page_has_the_heading(
    loaded: Loaded, workbook_of: Callable[[str], bytes], tmp_path: Path, outside: Callable[..., str]
) -> None:
    """In the PDF itself, read by another program, each page names the columns, and no row is lost between pages."""
    (source,) = on_paper(to_inputs(loaded), {"L-02": workbook_of("L-02")}, loaded.templates, loaded.look)
    file = tmp_path / "log.pdf"
    file.write_bytes(EmbeddedEngine().convert([source])[0])
    pages = outside("pdftotext", "-layout", file, "-").strip("\f\n").split("\f")
    assert len(pages) > 1
    sheet = load_workbook(io.BytesIO(workbook_of("L-02"))).worksheets[0]
    (table,) = sheet.tables.values()
    heading = {word for column in table.tableColumns for word in re.findall(r"[A-Za-z]{3,}", column.name)}
    for page in pages:
        assert heading <= set(re.findall(r"[A-Za-z]+", page))
    tags = [str(row[0].value) for row in sheet.iter_rows(min_row=range_boundaries(table.ref)[1] + 1) if row[0].value]
    assert tags
    assert [tag for tag in tags if tag not in "".join(pages)] == []


# --- sheets of any kind

TEXT = st.text(st.sampled_from("abcXYZ 019&<>\"'=é–{}\n"), max_size=15).map(str.strip)


@dataclass(frozen=True)
class Small:
    """A small sheet. joined: first and last column that are one cell, by row; header: the repeated row."""

    texts: list[list[str]]
    widths: list[float]
    heights: list[float]
    joined: list[tuple[int, int]]
    header: int

    def shape(self, sheet: Worksheet) -> None:
        for column, width in enumerate(self.widths, 1):
            sheet.column_dimensions[get_column_letter(column)].width = width
        for line, height in enumerate(self.heights, 1):
            sheet.row_dimensions[line].height = height
        for line, (first, last) in enumerate(self.joined, 1):
            if first < last:
                sheet.merge_cells(start_row=line, end_row=line, start_column=first, end_column=last)


@st.composite
def sheets(draw: st.DrawFn) -> Small:
    width, height = draw(st.integers(1, 6)), draw(st.integers(1, 8))
    joined = [sorted(draw(st.tuples(st.integers(1, width), st.integers(1, width)))) for _ in range(height)]
    texts = [["" if first <= column < last else draw(TEXT) for column in range(width)] for first, last in joined]
    return Small(
        texts=texts,
        widths=[draw(st.floats(1, 60)) for _ in range(width)],
        heights=[draw(st.floats(1, 400)) for _ in range(height)],
        joined=[(first, last) for first, last in joined],
        header=draw(st.integers(1, height)),
    )


def test_any_small_sheet_is_on_paper_whole(letterhead: bytes) -> None:
    """Whatever its texts, widths, heights and joined cells: each row has its words, its columns and a possible height."""

    @settings(deadline=None, max_examples=60)
    @given(made=sheets())
    def check(made: Small) -> None:
        paper = lay_out(letterhead, read_sheets(small(made.texts, header=made.header, shape=made.shape)))
        assert filled(rows_of(paper)) == filled(made.texts)
        for table in tables(paper):
            columns = [number(column, "w") for column in table.iter(f"{W}gridCol")]
            assert len(columns) == len(made.widths)
            assert sum(columns) <= INNER + len(columns)
            for row in table.iter(f"{W}tr"):
                assert sum(spans(row)) == len(columns)
                assert all(number(height, "val") >= 0 for height in row.iter(f"{W}trHeight"))

    check()


def test_a_cell_joined_over_two_rows_keeps_its_neighbours_in_their_columns(letterhead: bytes) -> None:
    """What stands beside the lower half of a joined cell does not slip under it."""
    workbook = small([["a", "b"], ["joined", "c"], ["", "d"], ["e", "f"]], join=lambda sheet: sheet.merge_cells("A2:A3"))
    paper = lay_out(letterhead, read_sheets(workbook))
    for table in tables(paper):
        for row in table.iter(f"{W}tr"):
            assert sum(spans(row)) == 2
    assert ["", "d"] in rows_of(paper)


def test_neighbours_of_one_width_keep_it_as_excel_saves_them() -> None:
    """Excel joins columns of one width to one entry; on paper each still has it."""
    workbook = small([["a", "b", "c"], ["d", "e", "f"]])
    parts = read_parts(workbook)
    name = "xl/worksheets/sheet1.xml"
    columns = b'<cols><col width="7" customWidth="1" min="1" max="3"/></cols><sheetData>'
    parts[name] = parts[name].replace(b"<sheetData>", columns)
    (sheet,) = read_sheets(write_parts(parts))
    assert sheet.widths == (7, 7, 7)


def test_what_is_outside_the_print_area_or_hidden_stays_off_the_paper(letterhead: bytes) -> None:
    """Notes beside the form and hidden sheets are for the screen."""

    def more(sheet: Worksheet) -> None:
        sheet["D1"] = "beside"
        sheet["A9"] = "below"
        book = sheet.parent
        assert isinstance(book, Workbook)
        book.create_sheet("Hidden")["A1"] = "hidden"
        book["Hidden"].sheet_state = "hidden"

    paper = lay_out(letterhead, read_sheets(small([["a", "b"], ["c", "d"]], more=more)))
    assert rows_of(paper) == [["a", "b"], ["c", "d"]]


def test_fonts_fills_and_borders_are_kept(letterhead: bytes) -> None:
    """Bold, size, colour, background and box of a cell look the same on paper."""

    def style(sheet: Worksheet) -> None:
        sheet["A1"].font = Font(b=True, sz=14, color="FF7A1F3D")
        sheet["A1"].fill = PatternFill("solid", fgColor="FFE0E0E0")
        sheet["B1"].border = Border(bottom=Side("thin"))
        for column in "AB":
            sheet.column_dimensions[column].width = 20

    (first, second), *_ = [
        list(row.iter(f"{W}tc"))
        for t in tables(lay_out(letterhead, read_sheets(small([["a", "b"]], style=style))))
        for row in t.iter(f"{W}tr")
    ]
    look = first.find(f".//{W}rPr")
    assert look is not None
    assert look.find(f"{W}b") is not None
    assert number(look.find(f"{W}sz"), "val") == 28
    assert [e.get(f"{W}val") for e in look.iter(f"{W}color")] == ["7A1F3D"]
    assert [e.get(f"{W}fill") for e in first.iter(f"{W}shd")] == ["E0E0E0"]
    assert first.find(f"{W}tcPr/{W}tcBorders") is None
    assert second.find(f"{W}tcPr/{W}tcBorders") is not None


def test_a_wide_sheet_is_made_smaller_and_stays_legible(letterhead: bytes) -> None:
    """Columns that need more than the paper shrink the text as Excel does, but never below three quarters."""

    def wide(width: float) -> Callable[[Worksheet], None]:
        def change(sheet: Worksheet) -> None:
            for column in "AB":
                sheet.column_dimensions[column].width = width
                sheet[f"{column}1"].font = Font(sz=12)

        return change

    sizes = []
    for width in (20, 75, 500):
        (table,) = tables(lay_out(letterhead, read_sheets(small([["a", "b"]], wide=wide(width)))))
        sizes.append({number(size, "val") for size in table.iter(f"{W}sz")})
    assert sizes[0] == {24}
    assert len(sizes[1]) == 1
    assert 18 < sizes[1].pop() < 24
    assert sizes[2] == {18}


def test_letterhead_properties_and_bytes_are_those_of_the_house(letterhead: bytes) -> None:
    """Header, footer, fonts and properties come from the letterhead, and the same sheet gives the same bytes."""
    views = read_sheets(small([["a", "b"], ["c", "d"]]))
    paper = lay_out(letterhead, views)
    before, after = read_parts(letterhead), read_parts(paper)
    changed = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    assert changed <= {"word/document.xml", "word/_rels/document.xml.rels"}
    assert "word/document.xml" in changed
    assert lay_out(letterhead, views) == paper
