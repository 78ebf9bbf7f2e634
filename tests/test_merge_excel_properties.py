"""Whatever people do to a workbook, and whatever the program writes the year after: every edit is there, once, or is named."""

from __future__ import annotations

import io
from dataclasses import dataclass

from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from merged_sheets import A_YEAR_LATER, area_of, blank_line, drop_line, edited, now, sheet_of, texts_of, then
from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.workbook import Workbook

from pipeline.merge.model import Merged
from pipeline.render.excel.merge import excel_edits, merge_excel

DOCUMENTS = ("L-03", "L-16", "R-06")
# what must stay a text, and what XML and Excel have signs for
BEFORE = st.sampled_from(["", "", "=", "+", "-", "@", "<&>", "_x0041_", "_x005F_", "'", "7/", "é", "\n", "{{ x }} "])
FEW = settings(max_examples=examples(12), deadline=None)


@dataclass(frozen=True)
class Act:
    """One thing done to a workbook. what: fill, add, delete, sheet, note; line, column: numbers that are wrapped round."""

    what: str
    line: int
    column: int
    before: str


def acts(*kinds: str) -> st.SearchStrategy[list[Act]]:
    number = st.integers(0, 40)
    return st.lists(st.builds(Act, st.sampled_from(kinds), number, number, BEFORE), max_size=6)


def done(data: bytes, script: list[Act], mark: str) -> tuple[bytes, list[str], set[str]]:
    """The workbook after a script; the texts that were typed, and the first texts of the rows that were deleted."""
    if not script:
        return data, [], set()
    typed: dict[tuple[str, str], str] = {}
    gone: set[str] = set()
    new: list[str] = []

    def run(book: Workbook) -> None:
        sheet = book.worksheets[0]
        left, top, right, _ = area_of(sheet)
        for number, act in enumerate(script):
            text = f"{act.before}{mark}{number}."
            end = blank_line(sheet)
            lines = [line for line in range(top + 1, end) if str(sheet.cell(line, left).value)[:1] not in "=+"]
            if act.what == "sheet":
                added = book.create_sheet(f"{mark}{number}")
                added.cell(1 + act.line % 5, 1 + act.column % 5).value = text
                added.cell(1 + act.line % 5, 1 + act.column % 5).data_type = "s"
                new.append(text)
            elif act.what == "add" or not lines:
                cell = sheet.cell(end, left + act.column % (right - left + 1))
                cell.value, cell.data_type = text, "s"
                typed[f"{mark}{number}.", ""] = text
            elif act.what == "delete":
                line = lines[act.line % len(lines)]
                gone.add(str(sheet.cell(line, left).value))
                drop_line(sheet, line)
            else:
                line = lines[act.line % len(lines)]
                cell = sheet.cell(line, left + 1 + act.column % (right - left))
                if act.what == "note":
                    cell.comment = Comment(text, "Ellen")
                else:
                    cell.value, cell.data_type = text, "s"

    after = edited(data, run)
    held = list(texts_of(after))
    # what was typed over or deleted again is no edit
    marks = [text for number, act in enumerate(script) if (text := f"{act.before}{mark}{number}.") in held]
    return after, [text.strip() for text in marks], gone


def said(result: Merged) -> str:
    return "\n".join(text for conflict in result.conflicts for text in (conflict.edited, conflict.now))


@FEW
@given(st.sampled_from(DOCUMENTS), acts("fill", "fill", "add", "delete", "sheet", "note"), acts("fill", "add", "delete"))
def test_every_edit_is_in_the_result_or_named_and_none_is_there_twice(document: str, mine: list[Act], theirs: list[Act]) -> None:
    """Typed texts, notes, rows and sheets, against a workbook that changed too."""
    generated = then(document)
    file, typed, _ = done(generated, mine, "mine")
    today, written, _ = done(now(document), theirs, "new")
    result = merge_excel(generated, file, today, A_YEAR_LATER)
    assert not result.kept
    assert result.taken == excel_edits(generated, file)
    held, told = list(texts_of(result.data)), said(result)
    for text in typed:
        assert sum(text in cell for cell in held) == 1 or (text in told and sum(text in cell for cell in held) < 2), text
    for text in written:
        removed = any(edit.kind == "removed" for edit in result.taken)
        assert sum(text in cell for cell in held) == 1 or text in told or removed, text
    for sheet in load_workbook(io.BytesIO(result.data)).worksheets:
        for cell in sheet._cells.values():
            assert cell.data_type != "f" or not any(mark in str(cell.value) for mark in ("mine", "new"))


@FEW
@given(st.sampled_from(DOCUMENTS), acts("fill", "add", "delete", "sheet", "note"))
def test_the_laws_that_hold_byte_for_byte(document: str, script: list[Act]) -> None:
    """Without edits it is the file of now; with nothing new it is the edited file."""
    generated = then(document)
    file, typed, _ = done(generated, script, "mine")
    edits = excel_edits(generated, file)
    assert edits or not typed
    assert merge_excel(generated, generated, file, A_YEAR_LATER).data == file
    assert merge_excel(generated, file, generated, A_YEAR_LATER).data == (file if edits else generated)


@FEW
@given(acts("delete", "fill"))
def test_deleted_rows_do_not_come_back(script: list[Act]) -> None:
    """Rows of the device log, known by their tags."""
    file, _, gone = done(then("L-03"), script, "mine")
    sheet = sheet_of(merge_excel(then("L-03"), file, now("L-03"), A_YEAR_LATER).data)
    _, top, _, bottom = area_of(sheet)
    assert not gone & {str(sheet.cell(line, 1).value) for line in range(top + 1, bottom + 1)} - {"None"}


@FEW
@given(st.sampled_from(DOCUMENTS), acts("fill", "add", "delete", "note"), acts("fill", "add", "delete"))
def test_a_merge_is_the_edited_file_of_the_next_one(document: str, mine: list[Act], theirs: list[Act]) -> None:
    """Held against what was generated now, it has edits and no notes of the program; merged with the same again it stays itself."""
    today, _, _ = done(now(document), theirs, "new")
    result = merge_excel(then(document), done(then(document), mine, "mine")[0], today, A_YEAR_LATER)
    edits = excel_edits(today, result.data)
    assert not any("the program writes" in edit.after for edit in edits)
    assert merge_excel(today, result.data, today, A_YEAR_LATER).data == (result.data if edits else today)
