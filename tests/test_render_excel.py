"""Excel forms and logs: text stays text, tables grow, and another program reads the same words."""

from __future__ import annotations

import copy
import csv
import io
import re
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.worksheet.worksheet import Worksheet
from readers import changed, table_area, table_cell, with_cell

from pipeline.build import Built
from pipeline.load import Loaded
from pipeline.render.excel.fill import MAX_TEXT, DoesNotFit, render_excel
from pipeline.render.jinja import TemplateError
from pipeline.render.look import Look
from pipeline.render.parts import UnsafeFile, parse, read_parts, tint_of, write_parts

S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
SHEET = "xl/worksheets/sheet1.xml"
DAY, COLOUR = date(2026, 9, 14), "7A1F3D"
LOGS_WITH_ROWS = [
    "F-14",
    "L-01", "L-02", "L-03", "L-05", "L-06", "L-07", "L-08", "L-10", "L-11", "L-13", "L-21", "L-22", "L-23",
    "R-02",
]  # fmt: skip
WHAT = "Device or workplace"  # the column that shows row.what in the device audit log
FORMULAS = [
    "=1+1",
    '=HYPERLINK("http://example.org","x")',
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-1+1",
    "@SUM(1,1)",
    "=",
    "#REF!",
    "1e5",
    "007",
    "TRUE",
    "9/14/2026",
    "'=1+1",
]


@pytest.fixture
def names(names_of: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    """The names of the device audit log."""
    return names_of("L-03")


@pytest.fixture(scope="module")
def template(loaded: Loaded) -> bytes:
    """The template of the device audit log."""
    return loaded.templates["L-03.xlsx"]


def rendered(template: bytes, names: dict[str, Any], look: Look | None = None) -> bytes:
    return render_excel(template, names, look or Look(COLOUR), DAY)


def sheet_of(data: bytes) -> Worksheet:
    return load_workbook(io.BytesIO(data)).worksheets[0]


def raw_cell(data: bytes, cell: str) -> tuple[str | None, str | None, bool]:
    """Type, text and presence of a formula of a cell, as they stand in the file."""
    element = next(c for c in parse(read_parts(data)[SHEET]).iter(f"{S}c") if c.get("r") == cell)
    return element.get("t"), "".join(t.text or "" for t in element.iter(f"{S}t")), element.find(f"{S}f") is not None


def margins(data: bytes) -> dict[str, str]:
    """Header and footer as Excel gets them, codes included."""
    return {
        element.tag.removeprefix(S): element.text
        for element in parse(read_parts(data)[SHEET]).iter(f"{S}oddHeader", f"{S}oddFooter")
        if element.text
    }


def as_excel_prints(code: str) -> str:
    """What Excel prints of a header: codes for place, font and size go, a doubled ampersand is one."""
    shown = re.sub(r'&(?:[LCR]|"[^"]*"|\d+ ?|K[0-9A-F]{6}|[PNDTFAGZBIUES])|&&', lambda m: "&" if m.group() == "&&" else "", code)
    return shown.strip()


# --- text stays text


@pytest.mark.parametrize("typed", FORMULAS)
@pytest.mark.parametrize("place", ["cell", "row"])
def test_what_looks_like_a_formula_or_number_stays_the_text_that_was_typed(
    place: str, typed: str, template: bytes, names: dict[str, Any]
) -> None:
    """A device or a practice may be called so; Excel shows it and works nothing out."""
    names["practice"]["name"] = names["rows"][0]["what"] = typed
    data = rendered(with_cell(template, "A6", "{{ practice.name }}"), names)
    kind, text, formula = raw_cell(data, {"cell": "A6", "row": table_cell(template, WHAT, 1)}[place])
    assert (text, formula) == (typed, False)
    assert kind in ("inlineStr", "s")


@pytest.mark.parametrize("typed", ["=1+1", "+1+1", "-1+1", "@SUM(1,1)"])
def test_such_a_text_stays_a_text_when_somebody_edits_the_cell(typed: str, template: bytes, names: dict[str, Any]) -> None:
    """The cell carries Excel's own apostrophe, so that leaving it with Enter makes no formula."""
    names["rows"][0]["what"] = typed
    assert sheet_of(rendered(template, names))[table_cell(template, WHAT, 1)].quotePrefix


@pytest.mark.parametrize("typed", ["=1+1", '=HYPERLINK("http://example.org","x")'])
def test_without_the_guard_it_becomes_a_formula(typed: str) -> None:
    """Positive control: openpyxl as it comes writes a formula."""
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet["A1"] = typed
    target = io.BytesIO()
    workbook.save(target)
    assert raw_cell(target.getvalue(), "A1")[2]


@pytest.mark.parametrize(
    "typed",
    [
        "Smith & Jones <LLC>",
        'O\'Brien "Q"',
        "“Curly” ‘quotes’",
        "Pérez-Muñoz – Łukasz",
        "already &amp; escaped",
        "100 % {sure} \\1",
    ],
)
def test_a_name_comes_out_as_it_was_typed(typed: str, template: bytes, names: dict[str, Any]) -> None:
    """In a cell, in a prefilled row, in the properties and (as Excel prints it) in the header."""
    names["practice"]["name"] = names["practice"]["legal_name"] = names["rows"][0]["what"] = names["document"]["title"] = typed
    data = rendered(template, names)
    sheet = sheet_of(data)
    assert sheet["A1"].value == f"L-03 {typed}"
    assert str(sheet["A2"].value).startswith(f"{typed} · edition ")
    assert sheet[table_cell(template, WHAT, 1)].value == typed
    assert as_excel_prints(margins(data)["oddHeader"]) == typed
    assert f"L-03 {typed} · edition" in as_excel_prints(margins(data)["oddFooter"])
    properties = load_workbook(io.BytesIO(data)).properties
    assert (properties.title, properties.subject, properties.creator) == (f"L-03 {typed}", typed, typed)


@pytest.mark.parametrize("typed", ["R&D Therapy", "Park&Play", "A&P&N", "1st & 2nd Street", "5th Avenue Therapy", "&&", "AT&T"])
def test_ampersands_and_numbers_in_the_header_are_no_codes(typed: str, template: bytes, names: dict[str, Any]) -> None:
    """&P would print a page number and a figure behind the size of the font would change the size."""
    names["practice"]["name"] = typed
    code = margins(rendered(template, names))["oddHeader"]
    assert as_excel_prints(code) == typed
    assert code.endswith("&9 " + typed.replace("&", "&&"))


def test_without_doubling_an_ampersand_is_a_code() -> None:
    """Positive control: as typed, Excel would print a page number in the middle of the name."""
    assert as_excel_prints('&R&"Atkinson Hyperlegible,Regular"&9 Park&Play') == "Parklay"


def test_the_longest_names_fit_header_and_footer(template: bytes, names: dict[str, Any]) -> None:
    """Excel takes 255 characters of each; a name as long as a profile allows stays within."""
    names["practice"]["name"] = "&" * 80
    assert all(len(code) <= 255 for code in margins(rendered(template, names)).values())


def test_every_header_and_footer_of_both_examples_fits(packages: dict[str, Built]) -> None:
    """No finished workbook has a margin that Excel would refuse."""
    codes = [code for file in workbooks(packages) for code in margins(file.read_bytes()).values()]
    assert codes
    assert max(map(len, codes)) <= 255


def test_a_cell_takes_what_excel_takes_and_not_a_character_more(template: bytes, names: dict[str, Any]) -> None:
    """32,767 characters stay whole; one more is an error that names the cell, not a silent cut."""
    names["rows"] = names["rows"][:1]
    names["rows"][0]["what"] = "x" * MAX_TEXT
    assert len(str(sheet_of(rendered(template, names))[table_cell(template, WHAT, 1)].value)) == 32_767
    names["rows"][0]["what"] += "x"
    with pytest.raises(DoesNotFit, match=rf"cell {table_cell(template, WHAT, 1)} .* 32768 characters"):
        rendered(template, names)


def test_without_the_guard_a_long_text_is_cut() -> None:
    """Positive control: openpyxl drops what is too long without a word."""
    sheet = Workbook().worksheets[0]
    sheet["A1"] = "x" * (MAX_TEXT + 1)
    assert len(str(sheet["A1"].value)) == MAX_TEXT


@pytest.mark.parametrize(
    "attack",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ practice.__class__ }}",
        "{{ cycler.__init__.__globals__.os.getcwd() }}",
        "{{ practice.nmae }}",
        "{% if zebra %}x{% endif %}",
        "{{ zebra|default('-') }}",
        "{{ link.__globals__ }}",
        "{{ practice.items }}",
        "{% for x in range(9) %}x{% endfor %}",
    ],
)
@pytest.mark.parametrize("place", ["cell", "row", "header"])
def test_code_and_unknown_names_are_errors(place: str, attack: str, template: bytes, names: dict[str, Any]) -> None:
    """The same sandbox holds in cells, in rows of tables and in the margins."""
    if place == "header":
        damaged = changed(template, lambda sheet: setattr(sheet.oddHeader.right, "text", attack))
    else:
        damaged = with_cell(template, {"cell": "A6", "row": table_cell(template, WHAT, 1)}[place], attack)
    with pytest.raises(TemplateError):
        rendered(damaged, names)


def test_none_is_an_error(template: bytes, names: dict[str, Any]) -> None:
    """The word None is never written, neither in a cell nor in a row of a table."""
    names["practice"]["name"] = None
    with pytest.raises(TemplateError, match="without a value"):
        rendered(template, names)
    names["practice"]["name"] = "x"
    names["rows"][0]["what"] = None
    with pytest.raises(TemplateError, match="without a value"):
        rendered(template, names)


def test_a_value_is_not_a_template(template: bytes, names: dict[str, Any]) -> None:
    """Braces in a prefilled row are written and not evaluated afterwards."""
    names["rows"][0]["what"] = "{{ 7 * 7 }}"
    assert sheet_of(rendered(template, names))[table_cell(template, WHAT, 1)].value == "{{ 7 * 7 }}"


def test_a_workbook_with_a_macro_is_not_rendered(template: bytes, names: dict[str, Any]) -> None:
    """The archive is checked before anything opens it."""
    with pytest.raises(UnsafeFile):
        rendered(write_parts({**read_parts(template), "xl/vbaProject.bin": b"x"}), names)


# --- tables grow


def grown(template: bytes, names: dict[str, Any], rows: int) -> tuple[Worksheet, bytes]:
    """The log with this many prefilled rows."""
    names["rows"] = [{**names["rows"][0], "tag": f"T-{number:03d}", "what": "A laptop"} for number in range(rows)]
    data = rendered(template, names)
    return sheet_of(data), data


@pytest.mark.parametrize("rows", [0, 1, 2, 13, 40])
def test_a_table_holds_its_rows_and_then_the_blank_ones(rows: int, template: bytes, names: dict[str, Any]) -> None:
    """However many devices there are, the blank rows of the template follow them, and the table ends with them."""
    before = sheet_of(template).tables["L_03"]
    left, top, right, bottom = range_boundaries(before.ref)
    blank = bottom - top - 1
    sheet, _ = grown(template, names, rows)
    table = sheet.tables["L_03"]
    assert range_boundaries(table.ref) == (left, top, right, top + max(rows + blank, 1))
    assert table.autoFilter.ref == table.ref
    tags = [sheet.cell(line, 1).value for line in range(top + 1, top + 1 + rows + blank)]
    assert tags == [f"T-{number:03d}" for number in range(rows)] + [None] * blank


def test_every_row_looks_like_the_first(template: bytes, names: dict[str, Any]) -> None:
    """Added rows have borders, fonts, date formats and at least the height of the template's rows."""
    sheet, _ = grown(template, names, 40)
    _, top, right, bottom = range_boundaries(sheet.tables["L_03"].ref)
    for line in range(top + 1, bottom + 1):
        assert [look_of(sheet.cell(line, column)) for column in range(1, right + 1)] == [
            look_of(sheet.cell(top + 1, column)) for column in range(1, right + 1)
        ]
        assert sheet.row_dimensions[line].height >= 26


def look_of(cell: Cell) -> tuple[object, ...]:
    border = cell.border.bottom.style, cell.border.left.style, cell.border.bottom.color and cell.border.bottom.color.rgb
    return (border, cell.font.name, cell.font.sz, cell.alignment.wrap_text, cell.alignment.vertical, cell.number_format)


def test_drop_downs_reach_to_the_last_row(template: bytes, names: dict[str, Any]) -> None:
    """Each drop-down and date check of the template covers the whole grown table."""
    sheet, _ = grown(template, names, 40)
    bottom = range_boundaries(sheet.tables["L_03"].ref)[3]
    before = sheet_of(template).data_validations.dataValidation
    after = sheet.data_validations.dataValidation
    assert [(v.type, v.formula1) for v in after] == [(v.type, v.formula1) for v in before]
    end = range_boundaries(sheet_of(template).tables["L_03"].ref)[3]
    assert [str(v.sqref) for v in after] == [re.sub(rf"{end}$", str(bottom), str(v.sqref)) for v in before]


def test_the_print_area_reaches_to_the_last_row(template: bytes, names: dict[str, Any]) -> None:
    """No device is left unprinted, and the heading is still repeated."""
    sheet, _ = grown(template, names, 40)
    bottom = range_boundaries(sheet.tables["L_03"].ref)[3]
    _, top, right, _ = table_area(template)
    assert sheet.print_area == f"'Log'!$A$1:${get_column_letter(right)}${bottom}"
    assert sheet.print_title_rows == f"${top}:${top}"


def test_conditional_colours_reach_to_the_last_row(loaded: Loaded, names_of: Callable[[str], dict[str, Any]]) -> None:
    """Each level in the register gets its colour, in the last row as in the first."""
    names, template = names_of("R-02"), loaded.templates["R-02.xlsx"]
    sheet, before = sheet_of(rendered(template, names)), sheet_of(template)
    _, top, _, bottom = range_boundaries(sheet.tables["Register"].ref)
    assert bottom - top == len(names["rows"]) > 5
    rules = {
        str(f.sqref): [(r.formula, r.operator, r.dxf.fill.bgColor.rgb) for r in f.rules] for f in sheet.conditional_formatting
    }
    assert rules == {
        re.sub(r"([A-Z])6", rf"\g<1>6:\g<1>{bottom}", str(f.sqref)): [
            (r.formula, r.operator, r.dxf.fill.bgColor.rgb) for r in f.rules
        ]
        for f in before.conditional_formatting
    }


def test_a_row_grows_with_its_text(template: bytes, names: dict[str, Any]) -> None:
    """A long text is not cut off at the height of one line."""
    names["rows"][1] = {**names["rows"][1], "what": "A laptop", "user": "Dov"}
    names["rows"][0]["what"] = "a laptop that needs very many words " * 6
    sheet = sheet_of(rendered(template, names))
    _, top, _, _ = table_area(template)
    assert sheet.row_dimensions[top + 1].height > 100
    assert sheet.row_dimensions[top + 2].height == sheet_of(template).row_dimensions[top + 2].height == 26


def test_a_grown_table_keeps_the_widths_that_excel_has_joined(template: bytes, names: dict[str, Any]) -> None:
    """Excel saves neighbours of one width as one entry; they keep it."""
    parts = read_parts(template)
    *_, right, _ = table_area(template)
    joined = f'<cols><col width="9" customWidth="1" min="1" max="{right}"/></cols>'
    columns = re.sub(rb"<cols>.*</cols>", joined.encode(), parts[SHEET])
    data = rendered(write_parts({**parts, SHEET: columns}), names)
    widths: dict[int, set[float]] = {}
    for column in parse(read_parts(data)[SHEET]).iter(f"{S}col"):
        for number in range(int(str(column.get("min"))), int(str(column.get("max"))) + 1):
            widths.setdefault(number, set()).add(float(str(column.get("width"))))
    assert widths == {number: {9.0} for number in range(1, right + 1)}


@pytest.mark.parametrize("id", LOGS_WITH_ROWS)
def test_each_log_holds_what_the_profile_already_knows(
    id: str, loaded: Loaded, names_of: Callable[[str], dict[str, Any]]
) -> None:
    """The first cells of a log are filled in, one row each, in the order of the profile; a day is a day, not a text."""

    def kept(value: str) -> object:
        return datetime.fromisoformat(value) if re.fullmatch(r"\d{4}-\d\d-\d\d", value) else value

    names = names_of(id)
    data = loaded.templates[f"{id}.xlsx"]
    filled = load_workbook(io.BytesIO(rendered(data, names)))
    assert names["rows"]
    looked_at = 0
    for template in load_workbook(io.BytesIO(data)).worksheets:
        sheet = filled[template.title]
        (table,) = sheet.tables.values()
        left, top, right, _ = range_boundaries(table.ref)
        field = {
            column: found.group(1)
            for column in range(left, right + 1)
            if (found := re.fullmatch(r"\{\{ row\.(\w+) \}\}", str(template.cell(top + 1, column).value)))
        }
        looked_at += len(field)
        for column, key in field.items():
            written = [sheet.cell(top + 1 + number, column).value or "" for number in range(len(names["rows"]))]
            assert written == [kept(row[key]) for row in names["rows"]]
    assert looked_at


# --- links, look, bytes


def test_a_link_leads_to_the_policy(template: bytes, names: dict[str, Any]) -> None:
    """The cell shows number and title and opens the file beside it."""
    sheet = sheet_of(rendered(template, names))
    policy = names["policies"][0]
    assert sheet["A4"].hyperlink.target == policy["href"]
    assert f"{policy['id']} {policy['title']}" in str(sheet["A4"].value)


def test_links_of_finished_workbooks_lead_to_files_of_the_package(packages: dict[str, Built]) -> None:
    """Every link in a cell can be followed from where the workbook lies."""
    followed = 0
    for file in workbooks(packages):
        for sheet in load_workbook(file).worksheets:
            for row in sheet.iter_rows():
                for cell in row:
                    if cell.hyperlink:
                        followed += 1
                        assert (file.parent / cell.hyperlink.target.replace("%20", " ")).is_file()
    assert followed > 10


def test_colour_and_tint_are_in_the_theme(template: bytes, names: dict[str, Any]) -> None:
    """Cells take the colour of the practice from the theme."""
    theme = parse(read_parts(rendered(template, names))["xl/theme/theme1.xml"])
    assert [next(theme.iter(f"{A}{tag}"))[0].get("val") for tag in ("accent1", "accent2", "hlink")] == [
        COLOUR,
        tint_of(COLOUR),
        COLOUR,
    ]


def test_the_properties_tell_whose_file_it_is_and_of_which_day(template: bytes, names: dict[str, Any]) -> None:
    """Both dates are the day the edition stands for; no clock is read."""
    properties = load_workbook(io.BytesIO(rendered(template, names))).properties
    assert (properties.created.date(), properties.modified.date()) == (DAY, DAY)
    assert properties.creator == names["practice"]["legal_name"]


def test_the_same_names_give_the_same_bytes(template: bytes, names: dict[str, Any]) -> None:
    """Nothing in a workbook depends on when or how often it is made, or on the order of the names."""
    turned = dict(reversed(list(names.items())))
    assert rendered(template, names) == rendered(template, turned)


def test_without_normalising_the_same_workbook_differs_each_time(template: bytes) -> None:
    """Positive control: openpyxl writes the clock into the file."""
    workbook = load_workbook(io.BytesIO(template))
    before = workbook.properties.modified
    target = io.BytesIO()
    workbook.save(target)
    assert load_workbook(io.BytesIO(target.getvalue())).properties.modified != before


def test_the_names_are_not_changed_by_rendering(template: bytes, names: dict[str, Any]) -> None:
    """One context may be used for many documents."""
    before = copy.deepcopy(names)
    rendered(template, names)
    assert names == before


# --- independent readers


def workbooks(packages: dict[str, Built]) -> list[Path]:
    found = [file for built in packages.values() for file in sorted(built.target.rglob("*.xlsx"))]
    assert len(found) > 10
    return found


def test_libreoffice_reads_the_same_words(
    template: bytes, names: dict[str, Any], tmp_path: Path, outside: Callable[..., str]
) -> None:
    """Another program opens a grown log and finds in each cell what was put there, formulas as text."""
    names["practice"]["name"] = "=1+1 & Söhne"
    names["rows"][0]["what"] = "=1+1"
    names["rows"][1]["what"] = 'O\'Brien "Q", & <x>'
    data = rendered(template, names)
    file = tmp_path / "log.xlsx"
    file.write_bytes(data)
    profile = (tmp_path / "profile").as_uri()
    outside(
        "soffice", f"-env:UserInstallation={profile}", "--headless", "--norestore",
        "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76", "--outdir", tmp_path, file,
    )  # fmt: skip
    with (tmp_path / "log.csv").open(encoding="utf-8", newline="") as text:
        lines = list(csv.reader(text))
    wanted = [["" if cell.value is None else str(cell.value) for cell in row] for row in sheet_of(data).iter_rows()]
    assert [[cell for cell in line if cell] for line in lines if any(line)] == [
        [cell for cell in line if cell] for line in wanted if any(line)
    ]
    assert any("=1+1" in line for line in lines)
