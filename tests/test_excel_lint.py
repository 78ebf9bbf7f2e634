"""Excel templates, damaged one way at a time."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.drawing.image import Image
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.worksheet import Worksheet
from readers import changed, table_area, table_cell, with_cell

from pipeline.catalog import Catalog
from pipeline.context import names_class
from pipeline.errors import Problem
from pipeline.lint.excel import check_excel_template
from pipeline.lint.returned import columns_of
from pipeline.lint.templates import known_names
from pipeline.names import FormNames
from pipeline.render.parts import read_parts, write_parts
from pipeline.workspace import Workspace

SHEET, BOOK, TYPES = "xl/worksheets/sheet1.xml", "xl/workbook.xml", "[Content_Types].xml"
TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
RELS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
R_XMLNS = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
# a drop-down whose entries stand on another sheet, as Excel 2010 and later save it
OTHER_SHEET = """<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}"
 xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"><x14:dataValidations
 xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main" count="1"><x14:dataValidation type="list" allowBlank="1">
<x14:formula1><xm:f>Lists!$A$1:$A$9</xm:f></x14:formula1><xm:sqref>J10:J22</xm:sqref></x14:dataValidation>
</x14:dataValidations></ext></extLst>"""
Check = Callable[[bytes | dict[str, bytes]], list[Problem]]


@pytest.fixture
def template(project: Workspace) -> bytes:
    """A real log, to be damaged."""
    return (project.forms / "L-03.xlsx").read_bytes()


@pytest.fixture
def parts(template: bytes) -> dict[str, bytes]:
    """Its parts."""
    return read_parts(template)


@pytest.fixture(scope="module")
def check(catalog: Catalog) -> Check:
    """The problems of the template of a form, given as file or as parts."""
    known = known_names(catalog, FormNames)

    def run(data: bytes | dict[str, bytes]) -> list[Problem]:
        problems, columns = check_excel_template(data if isinstance(data, bytes) else write_parts(data), "L-03.xlsx", known)
        assert bool(problems) != bool(columns)
        return problems

    return run


def with_part(parts: dict[str, bytes], name: str, data: bytes, content_type: str) -> dict[str, bytes]:
    """The parts with one more part, declared as Office does it."""
    added = f'<Override PartName="/{name}" ContentType="{content_type}"/></Types>'
    types = parts["[Content_Types].xml"].replace(b"</Types>", added.encode())
    return {**parts, "[Content_Types].xml": types, name: data}


def replaced(parts: dict[str, bytes], name: str, old: str, new: str) -> dict[str, bytes]:
    assert old.encode() in parts[name]
    return {**parts, name: parts[name].replace(old.encode(), new.encode(), 1)}


def test_the_real_templates_have_no_problem(project: Workspace, catalog: Catalog) -> None:
    """Every workbook that the project ships passes."""
    files = [path for path in project.template_files() if path.suffix == ".xlsx"]
    assert files
    shapes = {entry.template: names_class(entry) for entry in (*catalog.reports, *catalog.forms)}
    for path in files:
        known = known_names(catalog, shapes[path.name])
        problems, columns = check_excel_template(path.read_bytes(), path.name, known)
        assert problems == []
        # also after it was saved on trial
        assert columns == columns_of(load_workbook(path))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("{{ practice.nmae }}", "name"),
        ("{{ row.tga }}", "tag"),
        ("{% if facts.has_faxx %}x{% endif %}", "has_fax"),
        ("Serves {{ link(polices[0]) }}", "policies"),
    ],
)
def test_a_name_that_does_not_exist_is_found_in_its_cell(text: str, meant: str, template: bytes, check: Check) -> None:
    """The problem names sheet and cell, and guesses what was meant."""
    cell = table_cell(template, "Device or workplace", 1)
    (found,) = check(with_cell(template, cell, text))
    assert (found.where, found.mend) == (f"L-03.xlsx, sheet Log, cell {cell}", f'Did you mean "{meant}"?')


def test_broken_syntax_is_found_in_its_cell(template: bytes, check: Check) -> None:
    """A missing brace is a problem with the cell's name."""
    (found,) = check(with_cell(template, "A7", "{{ practice.name }"))
    assert found.where.endswith("cell A7")


@pytest.mark.parametrize("margin", ["oddHeader", "oddFooter"])
def test_header_and_footer_are_read(margin: str, parts: dict[str, bytes], check: Check) -> None:
    """An unknown name in the margin of the page is found."""
    damaged = re.sub(rf"(<{margin}>[^<]*)\{{\{{ \w+\.".encode(), rb"\1{{ zebra.", parts[SHEET])
    assert damaged != parts[SHEET]
    (found,) = check({**parts, SHEET: damaged})
    assert found.where == "L-03.xlsx, sheet Log, header or footer"


def test_a_picture_is_refused(template: bytes, check: Check, project: Workspace) -> None:
    """A picture on the sheet would not come out on paper."""
    picture = (project.practices / "example-lantern" / "logo.png").read_bytes()
    assert check(changed(template, lambda sheet: sheet.add_image(Image(io.BytesIO(picture)), "A1")))


def test_a_chart_is_refused(template: bytes, check: Check) -> None:
    """A chart on the sheet would not come out on paper."""

    def draw(sheet: Worksheet) -> None:
        chart = BarChart()
        chart.add_data(Reference(sheet, min_col=1, min_row=9, max_row=12))
        sheet.add_chart(chart, "N1")

    assert check(changed(template, draw))


def test_a_drop_down_that_looks_at_another_sheet_is_refused(parts: dict[str, bytes], check: Check) -> None:
    """Excel saves it where openpyxl does not look, so it would be lost."""
    found = check(replaced(parts, SHEET, "</tableParts>", "</tableParts>" + OTHER_SHEET))
    assert any("a drop-down that looks at another sheet" in problem.what for problem in found)


def test_without_the_check_such_a_drop_down_is_lost(parts: dict[str, bytes]) -> None:
    """Positive control: loading and saving takes it away."""
    damaged = replaced(parts, SHEET, "</tableParts>", "</tableParts>" + OTHER_SHEET)
    target = io.BytesIO()
    with pytest.warns(UserWarning, match="will be removed"):
        load_workbook(io.BytesIO(write_parts(damaged))).save(target)
    assert b"Lists!" not in read_parts(target.getvalue())[SHEET]


def test_a_picture_in_the_page_header_is_refused(parts: dict[str, bytes], check: Check) -> None:
    """The letterhead as Excel's own header picture would be lost."""
    damaged = replaced(parts, SHEET, "<tableParts", f'<legacyDrawingHF {R_XMLNS} r:id="rId9"/><tableParts')
    assert any("a picture in the page header" in problem.what for problem in check(damaged))


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("xl/comments1.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"),
        ("xl/threadedComments/threadedComment1.xml", "application/vnd.ms-excel.threadedcomments+xml"),
        ("xl/ctrlProps/ctrlProp1.xml", "application/vnd.ms-excel.controlproperties+xml"),
        ("xl/slicers/slicer1.xml", "application/vnd.ms-excel.slicer+xml"),
        ("xl/diagrams/data1.xml", "application/vnd.openxmlformats-officedocument.drawingml.diagramData+xml"),
    ],
)
def test_parts_that_would_be_lost_are_refused(name: str, content_type: str, parts: dict[str, bytes], check: Check) -> None:
    """Comments, check boxes, slicers and shapes do not survive, so they are named."""
    assert any(name in problem.what for problem in check(with_part(parts, name, b"<x/>", content_type)))


def test_macros_are_refused(parts: dict[str, bytes], check: Check) -> None:
    """A workbook with a macro cannot be used, whatever its file name says."""
    (found,) = check(with_part(parts, "xl/vbaProject.bin", b"x", "application/vnd.ms-office.vbaProject"))
    assert "macros" in found.mend
    (found,) = check(replaced(parts, "[Content_Types].xml", "spreadsheetml.sheet.main", "sheet.macroEnabled.main"))
    assert "macros" in found.mend


def test_a_reference_to_another_file_is_refused(parts: dict[str, bytes], check: Check) -> None:
    """A value from another workbook is there on one machine only."""
    link = f'<Relationship Id="rId1" Type="{TYPE}externalLinkPath" Target="file:///C:/other.xlsx" TargetMode="External"/>'
    damaged = with_part(
        parts,
        "xl/externalLinks/externalLink1.xml",
        b'<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>',
        "application/vnd.openxmlformats-officedocument.spreadsheetml.externalLink+xml",
    )
    damaged["xl/externalLinks/_rels/externalLink1.xml.rels"] = RELS.format(link).encode()
    assert "It refers to another file." in [problem.what for problem in check(damaged)]


@pytest.mark.parametrize("formula", ["=TODAY()", "=SUM(A1:A2)", ArrayFormula("A7", "=SUM(1,2)")], ids=["date", "sum", "array"])
def test_a_formula_is_refused(formula: object, template: bytes, check: Check) -> None:
    """A formula has no printed value until a program works it out, and TODAY() another one each day."""
    (found,) = check(with_cell(template, "A7", formula))
    assert "formula" in found.what


def test_a_formula_whose_result_is_for_the_screen_carries_excels_own_style(template: bytes, check: Check) -> None:
    """The author says with the style Calculation that the cell may be empty on paper; any other style is the control."""

    def formula(style: str) -> bytes:
        def put(sheet: Worksheet) -> None:
            sheet["A7"] = "=SUM(1,2)"
            sheet["A7"].style = style

        return changed(template, put)

    assert not check(formula("Calculation"))
    assert check(formula("Normal"))


def test_something_below_the_table_is_refused(template: bytes, check: Check) -> None:
    """The rows of the table would grow into it."""
    *_, bottom = table_area(template)
    (found,) = check(with_cell(template, f"A{bottom + 3}", "Signed by"))
    assert "below the table" in found.what


def test_a_table_needs_its_heading_on_each_page(parts: dict[str, bytes], check: Check) -> None:
    """Without rows to repeat, the second page of a log has no heading."""
    book = re.sub(rb'<definedName name="_xlnm.Print_Titles".*?</definedName>', b"", parts[BOOK])
    (found,) = check({**parts, BOOK: book})
    assert "heading is not repeated" in found.what


def test_a_print_area_is_needed(parts: dict[str, bytes], check: Check) -> None:
    """Without a print area, what is printed depends on the last cell that somebody touched."""
    book = re.sub(rb'<definedName name="_xlnm.Print_Area".*?</definedName>', b"", parts[BOOK])
    (found,) = check({**parts, BOOK: book})
    assert found.what == "No print area is set."


@pytest.mark.parametrize(("old", "new"), [('fitToPage="1"', 'fitToPage="0"'), ('fitToWidth="1"', 'fitToWidth="2"')])
def test_the_sheet_must_fit_the_width_of_a_page(old: str, new: str, parts: dict[str, bytes], check: Check) -> None:
    """A log two pages wide cannot be read."""
    (found,) = check(replaced(parts, SHEET, old, new))
    assert "width" in found.what


def test_each_column_of_a_table_has_a_heading(template: bytes, check: Check) -> None:
    """An empty heading is refused."""
    (found,) = check(with_cell(template, table_cell(template, "User or place", 0), None))
    assert found.what == "A column has no heading."


def test_the_heading_of_a_table_is_plain_text(template: bytes, check: Check) -> None:
    """Excel keeps headings twice and repairs a file where the two differ, so no name may stand there."""
    assert check(with_cell(template, table_cell(template, "User or place", 0), "{{ practice.many }}"))


def with_shared_text(parts: dict[str, bytes], item: str) -> dict[str, bytes]:
    """The parts with the text of cell A7 in the table of shared strings, where Excel keeps texts."""
    table = f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="1" uniqueCount="1">{item}</sst>'
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    made = with_part(parts, "xl/sharedStrings.xml", table.encode(), kind)
    rels = "xl/_rels/workbook.xml.rels"
    link = f'<Relationship Id="rIdShared" Type="{TYPE}sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    made[rels] = made[rels].replace(b"</Relationships>", link.encode())
    made[SHEET] = re.sub(rb'<c r="A7" (s="\d+") t="inlineStr">.*?</c>', rb'<c r="A7" \1 t="s"><v>0</v></c>', made[SHEET])
    assert load_workbook(io.BytesIO(write_parts(made))).worksheets[0]["A7"].value == "Keep for six years."
    return made


def test_texts_may_be_kept_as_excel_keeps_them(parts: dict[str, bytes], check: Check) -> None:
    """Excel moves all texts into a table of their own when it saves; that loses nothing."""
    assert check(with_shared_text(parts, "<si><t>Keep for six years.</t></si>")) == []


def test_words_in_bold_within_a_cell_are_refused(parts: dict[str, bytes], check: Check) -> None:
    """openpyxl keeps one look a cell, so a bold word in a sentence would become plain unnoticed."""
    bold = "<si><r><rPr><b/></rPr><t>Keep</t></r><r><t xml:space='preserve'> for six years.</t></r></si>"
    plain = check(with_shared_text(parts, "<si><t>Keep for six years.</t></si>"))
    assert len(check(with_shared_text(parts, bold))) == len(plain) + 1


@pytest.mark.parametrize("name", ["L-03", "F-01"])
def test_a_template_that_was_saved_by_an_office_program_has_no_problem(
    name: str, project: Workspace, check: Check, tmp_path: Path, outside: Callable[..., str]
) -> None:
    """A consultant opens a template, changes nothing and saves: LibreOffice stands in for Excel here."""
    profile = (tmp_path / "profile").as_uri()
    outside(
        "soffice", f"-env:UserInstallation={profile}", "--headless", "--norestore",
        "--convert-to", "xlsx", "--outdir", tmp_path, project.forms / f"{name}.xlsx",
    )  # fmt: skip
    saved = (tmp_path / f"{name}.xlsx").read_bytes()
    assert "xl/sharedStrings.xml" in read_parts(saved)
    assert check(saved) == []


def test_a_character_without_a_glyph_is_refused(template: bytes, check: Check) -> None:
    """A check mark that the font cannot draw would come out blank."""
    (found,) = check(with_cell(template, "A7", "☑ done"))
    assert "U+2611" in found.what


def test_a_second_sheet_is_checked_too(template: bytes, check: Check) -> None:
    """Every sheet is looked at, and named in the problem."""

    def add(sheet: Worksheet) -> None:
        book = sheet.parent
        assert isinstance(book, Workbook)
        book.create_sheet("More")["A1"] = "{{ zebra }}"

    found = check(changed(template, add))
    assert {problem.where.split(",")[1] for problem in found} == {" sheet More"}
    assert any("zebra" in problem.what for problem in found)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0 an old .xls", b"a;b;c"])
def test_what_is_no_excel_file_is_a_problem_and_no_traceback(data: bytes, check: Check) -> None:
    """An old, cut or foreign file is refused with what to do about it."""
    (found,) = check(data)
    assert found.what == "The template cannot be used."


@pytest.mark.parametrize("damage", ["cut off", "missing"])
@pytest.mark.parametrize("name", [SHEET, BOOK, "xl/styles.xml", "xl/tables/table1.xml", "xl/_rels/workbook.xml.rels", TYPES])
def test_a_damaged_part_is_a_problem_and_no_traceback(name: str, damage: str, parts: dict[str, bytes], check: Check) -> None:
    """A part that is cut off or missing is said to be damaged."""
    if damage == "cut off":
        parts[name] = parts[name][: len(parts[name]) // 2]
    else:
        del parts[name]
    (found,) = check(parts)
    assert found.what in ("The template is damaged.", "The template cannot be used.")


def test_a_damaged_theme_is_a_problem_and_no_traceback(parts: dict[str, bytes], check: Check) -> None:
    """The theme, from which the colours are taken, is read too."""
    parts["xl/theme/theme1.xml"] = parts["xl/theme/theme1.xml"][:500]
    assert [problem.what for problem in check(parts)] == ["The template is damaged."]


def test_a_word_file_is_no_workbook(project: Workspace, check: Check) -> None:
    """A Word file under the name of a workbook is a problem and no traceback."""
    assert len(check((project.templates / "SEC-10.docx").read_bytes())) == 1
