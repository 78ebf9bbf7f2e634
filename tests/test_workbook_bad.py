"""Workbooks that came back spoiled or half done: every slip is named with sheet, cell and mend, and the record stays as it is."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from conftest import JUNIPER, LANTERN, ROOT, copied_workspace
from openpyxl import Workbook as Book
from workbooks import (
    DAYS,
    FEW,
    Place,
    answers_in,
    ground_of,
    opened,
    places_of,
    rearranged,
    recorded,
    saved,
    typed,
    with_stories,
    written,
)

from pipeline.assess import Ground, Imported, import_analysis
from pipeline.cli import main
from pipeline.errors import Problem, ProblemsFound, UsageError
from pipeline.render.excel.answers import read_workbook
from pipeline.workbook.make import analysis_workbook
from pipeline.workbook.plan_pages import ACTION_PARTS
from pipeline.workbook.setting import Setting
from pipeline.workbook.sheets import Value
from pipeline.workspace import Workspace

DAY = DAYS[LANTERN]
RECORD, DRAFT = f"assessments/{DAY}.json", f"drafts/{DAY}.json"
# a mitigated, an accepted, an absent, a mitigated and an accepted story; the last has a question called "number"
STORIES = (*FEW, "SC-091")
SHOWN = "back.xlsx"
# what a client may have written, and no message may show
MARKER = "Zebrawood 4711"
PHONES = "Phones and computers"

Spoil = Callable[[Book], object]


@cache
def small() -> Ground:
    """The online practice with five stories; nothing writes into its folder."""
    ground = ground_of(LANTERN)
    return replace(ground, setting=with_stories(ground.setting, STORIES))


@cache
def sound() -> bytes:
    """The workbook of its recorded analysis."""
    return written(small(), answers_in(small().setting, recorded(LANTERN, STORIES)))


@cache
def where() -> dict[str, Place]:
    answers = answers_in(small().setting, recorded(LANTERN, STORIES))
    return places_of(analysis_workbook(small().setting, answers, {}))


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    """The practice in a folder of its own, with its analysis recorded."""
    folder = tmp_path / "practices" / LANTERN
    (folder / "assessments").mkdir(parents=True)
    (folder / RECORD).write_text(json.dumps(recorded(LANTERN, STORIES)), "utf-8")
    return replace(small(), folder=folder)


def brought(project: Workspace, ground: Ground, data: bytes, *, draft: bool = False, replace: bool = False) -> Imported:
    """What binder import does once it knows whose workbook it is."""
    return import_analysis(project, ground, read_workbook(data, SHOWN), SHOWN, draft=draft, replace=replace)


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


def spoiled(spoil: Spoil) -> bytes:
    book = opened(sound())
    spoil(book)
    return saved(book)


# --- what people do to cells


def put(key: str, value: Any, **looks: str) -> Spoil:
    """Put a value into the cell of a key; looks: data_type, number_format."""

    def spoil(book: Book) -> None:
        sheet, place = where()[key]
        cell = book[sheet][place]
        cell.value = value
        for name, look in looks.items():
            setattr(cell, name, look)

    return spoil


def text(key: str, value: str) -> Spoil:
    return put(key, value, data_type="s")


def chosen(key: str, choices: str, code: str) -> Spoil:
    return lambda book: text(key, small().setting.words[choices][code])(book)


def cleared(*keys: str) -> Spoil:
    return all_of(*(put(key, None) for key in keys))


def cleared_but(story: str, *kept: str) -> Spoil:
    """Empty every answer to a story and its line of the plan, but for these keys."""
    keys = analysis_workbook(small().setting, {}, {}).entries
    return cleared(*(key for key in keys if key.startswith((f"{story}/", f"plan/{story}/")) and key not in kept))


def all_of(*spoils: Spoil) -> Spoil:
    return lambda book: [spoil(book) for spoil in spoils]


def beside(key: str, columns: int) -> Spoil:
    """Write something so many columns beside the cell of a key."""

    def spoil(book: Book) -> None:
        sheet, place = where()[key]
        book[sheet][place].offset(column=columns).value = MARKER

    return spoil


def joined(key: str) -> Spoil:
    """Join the cell of a key with the one on its right."""

    def spoil(book: Book) -> None:
        sheet, place = where()[key]
        book[sheet].merge_cells(f"{place}:{book[sheet][place].offset(column=1).coordinate}")

    return spoil


def line(key: str) -> int:
    return int("".join(filter(str.isdigit, where()[key][1])))


def lines(key: str, order: Callable[[list[int], int], list[int]]) -> Spoil:
    """Put the lines of the sheet of a key into another order, which is made of all lines and that of the key."""
    return lambda book: rearranged(book[where()[key][0]], lambda numbers: order(numbers, line(key)))


def deleted(name: str) -> Spoil:
    return lambda book: book.remove(book[name])


def renamed(old: str, new: str) -> Spoil:
    return lambda book: setattr(book[old], "title", new)


def added(name: str, value: str | None) -> Spoil:
    return lambda book: book.create_sheet(name).cell(7, 2, value)


# --- each slip, and what is said about it


@dataclass(frozen=True)
class Slip:
    """said: for each problem the place (key of a cell, key and another column, or as printed), what is wrong, how to mend it.

    also: what may be said besides, of other places.
    """

    spoil: Spoil
    said: Sequence[tuple[str | tuple[str, str], str, str]]
    also: str = ""


LOCK, ERASE, NOTES = "SC-001/q/lock", "SC-001/q/erase", "SC-001/notes"
ACCEPTED, RESPONSE, ALSO, NUMBER = "plan/SC-002/accepted", "plan/SC-002/response", "plan/SC-001/also", "plan/SC-001/number"
FIRST, SECOND, MEASURE = "action/001", "action/002", "decision/164.312(c)(2)"
ON = [f"decision/164.310(a)(2)({number})/on" for number in ("i", "ii", "iii", "iv")]
ON += [f"decision/164.310(d)(2)({number})/on" for number in ("iii", "iv")]
AFTER = DAY + timedelta(days=1)
# as Excel writes what no XML can hold, and what turns text around or breaks its lines
CONTROL = ("_x0007_", "_x001F_", "_xD83D_", "_xFFFF_", "\u2028", "\u202e", "\u2066", "\x7f")
IN_LIST, FORMULA, ERROR = "none of the answers that can stand here", "A formula stands", "Excel shows an error"
NO_DATE, GLYPH = "text or a number and not a date", "font of the documents cannot draw"
ABSENT = "answered and also said not to apply"

SLIPS = {
    # answers
    "answers that are not in their lists": Slip(
        all_of(text(LOCK, MARKER), text(ERASE, "Right"), text("SC-001/impact", "5"), put("SC-002/impact", 5)),
        [(key, IN_LIST, "Choose one of the entries") for key in (LOCK, ERASE, "SC-001/impact", "SC-002/impact")],
    ),
    "an answer that is empty": Slip(put(LOCK, None), [(LOCK, "not answered yet", "Choose from the list")]),
    "an answer of blanks": Slip(text(LOCK, " \u00a0 "), [(LOCK, "not answered yet", "Choose from the list")]),
    "formulas and errors": Slip(
        all_of(put(LOCK, "=B2"), put(NOTES, f'="{MARKER}"'), put(ERASE, "#REF!", data_type="e"), put("source/001", "#N/A")),
        [
            (LOCK, FORMULA, "Type the answer itself"),
            (NOTES, FORMULA, "paste it as a value"),
            (ERASE, ERROR, "Type the answer again"),
            ("source/001", ERROR, "Type the answer again"),
        ],
    ),
    "signs of the template language": Slip(
        all_of(text(NOTES, f"{{{{ {MARKER} }}}}"), text("SC-002/notes", f"{{% {MARKER} %}}"), text("source/001", "{_{x")),
        [(key, "Double braces", "without them") for key in (NOTES, "SC-002/notes", "source/001")],
    ),
    "characters that break documents": Slip(
        all_of(*(text(f"source/{n:03}", f"{MARKER}{char}x") for n, char in enumerate(CONTROL, 1))),
        [(f"source/{n:03}", "A control character", "Type the text anew") for n in range(1, len(CONTROL) + 1)],
    ),
    "characters that the font does not have": Slip(
        all_of(text(NOTES, f"{MARKER} 😀"), text("about/scope", f"{MARKER} Щ"), text("SC-002/notes", "☑")),
        [
            (NOTES, f"{GLYPH} U+1F600", "letters A to Z"),
            ("about/scope", f"{GLYPH} U+0429", "letters A to Z"),
            ("SC-002/notes", f"{GLYPH} U+2611", "letters A to Z"),
        ],
    ),
    # dates
    "dates that are none": Slip(
        all_of(
            text(ON[0], "10/5/2026"),
            text(ON[1], MARKER),
            put(ON[2], 46300, number_format="General"),
            put(ON[3], time(9, 30)),
            put(ON[4], True),
            put(ON[5], 99_999_999),
        ),
        [*((key, NO_DATE, "Type the date again") for key in ON[:5]), (ON[5], ERROR, "again")],
    ),
    "dates where words belong": Slip(
        all_of(put(NOTES, datetime(2026, 9, 14)), put(LOCK, datetime(2026, 9, 14))),
        [(key, "A date stands where a text belongs", "Write it in words") for key in (NOTES, LOCK)],
    ),
    # sheets
    "a sheet that was deleted": Slip(
        deleted("Inventory"), [("sheet Inventory", "The sheet is missing", "binder assess")], "whether this happens here"
    ),
    "a sheet that was renamed": Slip(
        renamed("Inventory", "Inventory 2"),
        [
            ("sheet Inventory", "The sheet is missing", "It may be sheet number 4."),
            ("sheet number 4", "did not make this sheet", "give it back its name"),
        ],
        "whether this happens here",
    ),
    "a sheet that was added": Slip(added("Thoughts", MARKER), [("sheet number 13", "did not make this sheet", "delete it")]),
    # rows
    "a row that was deleted": Slip(
        lines(NOTES, lambda numbers, at: [number for number in numbers if number != at]),
        [((NOTES, "B"), "The row that stood here was deleted", "Undo it, if you can")],
        "nobody reads",
    ),
    "a row that was deleted in the middle": Slip(
        lines("SC-002/notes", lambda numbers, at: [number for number in numbers if number != at]),
        [(("SC-002/notes", "B"), "The row that stood here was deleted", "Undo it, if you can")],
        "The row was moved",
    ),
    "a row that was moved": Slip(
        lines(LOCK, lambda numbers, at: [*numbers[: at - 1], at + 1, at, *numbers[at + 1 :]]),
        [((LOCK, "B"), "The row was moved", "Move it back"), ((ERASE, "B"), "The row was moved", "Move it back")],
    ),
    "a row that was copied": Slip(
        lines(LOCK, lambda numbers, at: [*numbers, at]),
        [((LOCK, "end"), "The row stands twice", "Delete the copy")],
        "nobody reads",
    ),
    "a row that was put in": Slip(
        lines(NOTES, lambda numbers, at: [*numbers[: at - 1], 0, *numbers[at - 1 :]]),
        [((NOTES, "next"), "The row was moved", "take out rows that were put in")],
    ),
    # looks and printed cells
    "cells that were joined": Slip(joined(LOCK), [(LOCK, "merged with others", "Undo the merging")]),
    "words beside and below the cells": Slip(
        all_of(beside(NOTES, 3), lambda book: book["Plan"].cell(99, 3, MARKER)),
        [
            ((NOTES, "F"), "a cell that nobody reads", "into a white cell"),
            ("sheet Plan, cell C99", "a cell that nobody reads", "into a white cell"),
        ],
    ),
    "a question that was changed": Slip(beside(LOCK, -1), [((LOCK, "B"), "The printed text was changed", "the cell for notes")]),
    "levels that were typed over": Slip(
        all_of(put("SC-001/level", MARKER), put("plan/SC-001/level", "Low")),
        [(key, "This cell is calculated", "Undo it") for key in ("SC-001/level", "plan/SC-001/level")],
    ),
    # stories
    "a story that is answered and not here": Slip(
        text("SC-001/absent", MARKER), [(LOCK, ABSENT, "Empty the answers"), (f"{FIRST}/scenario", ABSENT, "Empty the answers")]
    ),
    "a story with one answer that is not here": Slip(
        lambda book: all_of(cleared_but("SC-091", "SC-091/q/number"), text("SC-091/absent", "Never."))(book),
        [("SC-091/q/number", ABSENT, "Empty the answers")],
    ),
    "a story neither answered nor said not to be here": Slip(
        lambda book: cleared_but("SC-091")(book),
        [
            ("SC-091/q/goon", "not answered yet", "Choose"),
            ("SC-091/q/number", "not answered yet", "Choose"),
            ("SC-091/impact", "how much it would hurt", "Choose"),
            ("plan/SC-091/response", "what is done about this risk", "Choose"),
        ],
    ),
    # steps
    "a step for a story that is not here": Slip(
        chosen(f"{FIRST}/scenario", "scenario", "SC-008"), [(f"{FIRST}/scenario", ABSENT, "Empty the answers")]
    ),
    "a step for a story that the workbook does not have": Slip(
        text(f"{FIRST}/scenario", f"SC-999 {MARKER}"), [(f"{FIRST}/scenario", IN_LIST, "Choose one of the entries")]
    ),
    "two steps that are not complete": Slip(
        cleared(f"{FIRST}/owner", f"{FIRST}/due", f"{SECOND}/what", f"{SECOND}/status"),
        [
            (f"{FIRST}/owner", "Nobody is named who does it", "Choose"),
            (f"{FIRST}/due", "no date by which it is done", "Enter the date"),
            (f"{SECOND}/what", "not said what is done", "Write it as an order"),
            (f"{SECOND}/status", "The status is missing", "Choose"),
        ],
    ),
    "a step of no story and one done on no day": Slip(
        all_of(put(f"{SECOND}/scenario", None), chosen(f"{FIRST}/status", "status", "done")),
        [
            (f"{SECOND}/scenario", "to which story this step belongs", "Choose"),
            (f"{FIRST}/done", "not said when it was done", "Enter the date"),
        ],
    ),
    # what a record needs
    "an acceptance without a day": Slip(put(ACCEPTED, None), [(ACCEPTED, "not said when it was accepted", "Fill it in")]),
    "responses and decisions without what they need": Slip(
        all_of(
            cleared("plan/SC-002/by", "plan/SC-002/review", "plan/SC-002/reason", "plan/SC-001/impact", f"{MEASURE}/why"),
            cleared(*(f"decision/164.312(a)(2)(iv)/{part}" for part in ("decision", "how", "why", "by", "on"))),
            cleared("participant/001", "participant/002", "participant/003", "about/scope"),
        ),
        [
            ("plan/SC-002/by", "who accepts the risk", "Fill it in"),
            ("plan/SC-002/review", "when it is looked at again", "Fill it in"),
            ("plan/SC-002/reason", "The reason for this response is missing", "Say why"),
            ("plan/SC-001/impact", "What is left after the steps is not rated", "Choose"),
            (f"{MEASURE}/why", "The reason is missing", "reasonable and appropriate"),
            ("decision/164.312(a)(2)(iv)/decision", "There is no decision on 164.312(a)(2)(iv) yet", "Decide, and say why"),
            ("participant/001", "Nobody is named who took part", "Fill in at least one line"),
            ("about/scope", "The scope is not described yet", "Say what the analysis covers"),
        ],
    ),
    "a risk that nothing mitigates": Slip(
        chosen(RESPONSE, "response", "mitigate"), [(RESPONSE, "no step says how", "Enter a step on the sheet Steps")]
    ),
    # what does not agree
    "days that do not agree": Slip(
        all_of(put(f"{FIRST}/due", DAY), put(ACCEPTED, AFTER), put("plan/SC-002/review", DAY), put(f"{MEASURE}/on", AFTER)),
        [
            (f"{FIRST}/due", "due on or before the day", "Give a later date"),
            (ACCEPTED, "accepted on a day after the analysis", "Correct the date"),
            ("plan/SC-002/review", "before the analysis", "Give a later date"),
            (f"{MEASURE}/on", "dated after the analysis", "Correct one of the two dates"),
        ],
    ),
    "more risk left than there was": Slip(
        all_of(chosen("plan/SC-001/likelihood", "likelihood", "very_high"), chosen("plan/SC-001/impact", "impact", "very_high")),
        [("plan/SC-001/likelihood", "higher than the risk before", "Assess it again")],
    ),
    "measures that are none": Slip(text(ALSO, "SG-999"), [(ALSO, "SG-999", "Did you mean")]),
    "words among the measures": Slip(text(ALSO, f"SG-001, {MARKER}"), [(ALSO, "beside numbers of safeguards", "the notes")]),
    "a number in another form": Slip(put(NUMBER, MARKER), [(NUMBER, "not written in the form", "Number of the finding")]),
    "a number that two findings have": Slip(put(NUMBER, "RA-002"), [(NUMBER, "stands 2 times", "Give each its own")]),
    "a person who took part twice": Slip(
        chosen("participant/004", "person", "imani"), [("participant/004", "stands twice", "Take one of the two away")]
    ),
    "facts that are not right": Slip(
        all_of(
            text("fact/officers", "Wrong"),
            text("fact/owners/correction", MARKER),
            put("fact/practice", None),
            text("fact/practice/correction", MARKER),
            text("missing/002", MARKER),
        ),
        [
            ("fact/officers", "not right", "Correct the profile"),
            ("fact/owners", "not right", "Correct the profile"),
            ("fact/practice", "nobody chose Right or Wrong", "Choose"),
            ("missing/002", "the profile does not have", "Enter it in the profile"),
        ],
    ),
    # more than a record holds
    "texts that are too long for a line": Slip(
        all_of(text("source/002", MARKER * 40), text("SC-008/absent", MARKER * 40), text(f"{FIRST}/what", MARKER * 40)),
        [
            ("source/002", "more than the limit of 300", ""),
            ("SC-008/absent", "more than the limit of 500", ""),
            (f"{FIRST}/what", "more than the limit of 300", ""),
        ],
    ),
    "a scope, a note and a remark that are too long": Slip(
        all_of(text("about/scope", MARKER * 200), text("about/note", MARKER * 200), text("asset/system/zoom/note", MARKER * 40)),
        [
            ("about/scope", "more than the limit of 2000", ""),
            ("about/note", "more than the limit of 2000", ""),
            ("asset/system/zoom/note", "more than the limit of 300", ""),
        ],
    ),
}


def place(where_: str | tuple[str, str]) -> str:
    """As messages print it."""
    if isinstance(where_, tuple):
        key, column = where_
        at = {"next": f"B{line(key) + 1}", "end": f"B{last_line(key) + 1}"}.get(column, f"{column}{line(key)}")
        return f"{SHOWN}, sheet {where()[key][0]}, cell {at}"
    return f"{SHOWN}, sheet {{}}, cell {{}}".format(*where()[where_]) if where_ in where() else f"{SHOWN}, {where_}"


def last_line(key: str) -> int:
    return next(len(s.rows) for s in analysis_workbook(small().setting, {}, {}).sheets if s.name == where()[key][0])


@pytest.mark.parametrize("name", SLIPS)
def test_each_slip_is_named_with_its_place_and_its_mend_and_nothing_is_recorded(
    name: str, project: Workspace, ground: Ground
) -> None:
    """Sheet and cell, what is wrong and what to do; nothing of other cells, no word of the client, and the record stays."""
    slip, before = SLIPS[name], files(ground.folder)
    with pytest.raises(ProblemsFound) as found:
        brought(project, ground, spoiled(slip.spoil))
    assert found.value.exit_code == 2
    problems = found.value.problems
    said = [(place(where_), what, mend) for where_, what, mend in slip.said]
    unsaid = [entry for entry in said if not any(matches(problem, *entry) for problem in problems)]
    assert unsaid == [], "\n".join(map(str, problems))
    others = [problem for problem in problems if problem.where not in {where_ for where_, _, _ in said}]
    assert [str(problem) for problem in others if not slip.also or slip.also not in problem.what] == []
    assert not any(MARKER in str(problem) for problem in problems)
    assert files(ground.folder) == before


def matches(problem: Problem, where_: str, what: str, mend: str) -> bool:
    return problem.where == where_ and what in problem.what and mend in problem.mend and bool(problem.mend)


def test_without_a_slip_the_same_workbook_is_taken(project: Workspace, ground: Ground) -> None:
    """Control for all of the slips: opened and saved, nothing else, it holds the recorded analysis."""
    before = files(ground.folder)
    assert brought(project, ground, spoiled(lambda book: None)).notes == ("The analysis is recorded already, word for word.",)
    assert files(ground.folder) == before


def test_what_changes_no_answer_is_no_slip(project: Workspace, ground: Ground) -> None:
    """People add empty sheets, widen columns, take the protection off, leave blanks and line breaks; the analysis is the same."""
    scope = recorded(LANTERN)["scope"]
    spoil = all_of(
        added("Sheet1", None),
        lambda book: setattr(book["Plan"].column_dimensions["C"], "width", 60),
        lambda book: setattr(book["Plan"].row_dimensions[9], "height", 99),
        lambda book: setattr(book["Plan"].protection, "sheet", False),
        lambda book: book.move_sheet("Facts", 3),
        put(NOTES, "  "),
        text("about/scope", f"\n{scope}\r\n"),
    )
    assert brought(project, ground, spoiled(spoil)).notes == ("The analysis is recorded already, word for word.",)


def test_a_story_that_had_a_number_can_be_said_not_to_be_here(project: Workspace, ground: Ground) -> None:
    """Next year it no longer happens: answers and steps emptied, a reason given; the locked number stands in nobody's way."""
    steps = [f"{key}/{part}" for key in (FIRST, SECOND) for part in ACTION_PARTS]
    spoil = all_of(cleared_but("SC-001", NUMBER), cleared(*steps), text("SC-001/absent", "Nobody has a phone any more."))
    brought(project, ground, spoiled(spoil), replace=True)
    record = json.loads((ground.folder / RECORD).read_text("utf-8"))
    assert [entry["scenario"] for entry in record["not_applicable"]] == ["SC-001", "SC-008"]
    assert [finding["scenario"] for finding in record["findings"]] == ["SC-002", "SC-015", "SC-091"]


# --- files that are no workbook of ours


def packed(change: Callable[[dict[str, bytes]], object], *, stored: bool = False) -> bytes:
    """The sound workbook with other parts in it."""
    with zipfile.ZipFile(io.BytesIO(sound())) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return target.getvalue()


def part(name: str, data: bytes) -> bytes:
    return packed(lambda parts: parts.__setitem__(name, data))


def replaced(name: str, old: bytes, new: bytes) -> bytes:
    def change(parts: dict[str, bytes]) -> None:
        assert old in parts[name]
        parts[name] = parts[name].replace(old, new)

    return packed(change)


def in_map(cell: str, value: Any) -> bytes:
    return spoiled(lambda book: book["_map"].__setitem__(cell, value))


def out_of_the_sheet() -> bytes:
    """The map says that an answer stands left of all columns."""

    def spoil(book: Book) -> None:
        line = next(row[0].row for row in book["_map"].iter_rows() if row[0].value == "entry")
        book["_map"].cell(line, 4, 0)

    return spoiled(spoil)


def of_another_practice() -> bytes:
    return next((ROOT / "practices" / JUNIPER / "workbooks").glob("*-risk-analysis-filled.xlsx")).read_bytes()


TYPES, SHEET = "[Content_Types].xml", "xl/worksheets/sheet3.xml"
PLAIN, MACRO = b"openxmlformats-officedocument.spreadsheetml.sheet.main+xml", b"ms-excel.sheet.macroEnabled.main+xml"
NOT_OURS, NO_OFFICE, LARGE = (
    "not a risk workbook made by this program",
    "not a Word or Excel file",
    "far larger inside than outside",
)
ANEW, USE = "save it anew as .xlsx", "Use the file that binder assess, reassess or change wrote"

# name → the file, what is said of it, how to mend it
FILES: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "of another practice": (of_another_practice, "a workbook of another practice", f"made for {LANTERN}"),
    "a log of the package": ((ROOT / "forms_xlsx" / "L-03.xlsx").read_bytes, NOT_OURS, USE),
    "an empty workbook": (lambda: saved(Book()), NOT_OURS, USE),
    "a workbook without its map": (lambda: spoiled(deleted("_map")), NOT_OURS, USE),
    "a map of another format": (lambda: in_map("A1", "risk-workbook/2"), NOT_OURS, USE),
    "a map without a day": (lambda: in_map("C1", MARKER), NOT_OURS, USE),
    "a map with words for lines": (lambda: in_map("C9", MARKER), NOT_OURS, USE),
    "a map that leads out of the sheet": (out_of_the_sheet, NOT_OURS, USE),
    "with macros": (lambda: replaced(TYPES, PLAIN, MACRO), "It carries macros", ANEW),
    "with a project of macros": (lambda: part("xl/vbaProject.bin", b"x"), "It carries macros", ANEW),
    "with an embedded file": (lambda: part("xl/embeddings/oleObject1.bin", b"x"), "It carries an embedded", ANEW),
    "with a document type": (
        lambda: replaced(SHEET, b"<worksheet", b'<!DOCTYPE x [<!ENTITY e "e">]><worksheet'), "declares a document type", ANEW,
    ),
    "a zip bomb": (lambda: part("xl/media/image1.png", bytes(40_000_000)), LARGE, ANEW),
    "a file of many megabytes": (
        lambda: packed(lambda parts: parts.__setitem__("xl/media/image1.png", bytes(4_000_001)), stored=True), "larger than 4 MB", "right file",
    ),
    "cut off": (lambda: sound()[: len(sound()) // 2], NO_OFFICE, ANEW),
    "empty": (lambda: b"", "The file is empty", "restore it"),
    "words": (lambda: MARKER.encode(), NO_OFFICE, ANEW),
    "locked with a password": (lambda: bytes.fromhex("D0CF11E0A1B11AE1") + bytes(4096), NO_OFFICE, ANEW),
    "a Word document": ((ROOT / "templates_docx" / "R-01.docx").read_bytes, "damaged", ANEW),
    "with a broken sheet": (lambda: replaced(SHEET, b"</sheetData>", b""), "The file is damaged", ANEW),
    "with a sheet cut off": (lambda: packed(lambda parts: parts.__setitem__(SHEET, parts[SHEET][:900])), "damaged", ANEW),
    "without its workbook": (lambda: packed(lambda parts: parts.pop("xl/workbook.xml")), "The file is damaged", ANEW),
    "with a cell that cannot be": (lambda: replaced(SHEET, b'r="B2"', b'r="2B"'), "The file is damaged", ANEW),
    "with a style that does not exist": (lambda: replaced(SHEET, b' s="1"', b' s="99999"'), "The file is damaged", ANEW),
}  # fmt: skip


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with the online practice alone, of which these files change nothing."""
    root = copied_workspace(tmp_path_factory.mktemp("firm"), LANTERN, shared=("catalog", "schemas")).root
    (root / "templates_docx").mkdir()
    return root


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_workbook_of_the_practice_is_refused(name: str, firm: Path, tmp_path: Path) -> None:
    """Exit 2, the file and the mend are named, as a draft as well; nothing is written, no word of the file is shown."""
    make, what, mend = FILES[name]
    file, before = tmp_path / SHOWN, files(firm)
    file.write_bytes(make())
    done = CliRunner().invoke(main, ["--workspace", str(firm), "import", LANTERN, str(file), "--draft"])
    assert (done.exit_code, done.stdout) == (2, ""), done.stderr
    assert SHOWN in done.stderr
    assert what in done.stderr
    assert mend in done.stderr
    assert MARKER not in done.stderr
    assert files(firm) == before


# --- from the command line


def in_full() -> tuple[Setting, dict[str, Place]]:
    setting = ground_of(LANTERN).setting
    return setting, places_of(analysis_workbook(setting, answers_in(setting, recorded(LANTERN)), {}))


def test_all_slips_of_a_workbook_are_listed_at_once(workspace: Workspace, binder: Callable[..., Result], tmp_path: Path) -> None:
    """From several sheets, in the order of sheets and cells, with their number; exit 2, and the practice's files stay as they are."""
    setting, places = in_full()
    data = written(ground_of(LANTERN), answers_in(setting, recorded(LANTERN)))
    slips: dict[str, Any] = {
        LOCK: MARKER,
        NOTES: f"{MARKER} 😀",
        ACCEPTED: None,
        f"{FIRST}/owner": MARKER,
        "fact/officers": "Wrong",
    }
    file = tmp_path / SHOWN
    file.write_bytes(typed(data, {places[key]: value for key, value in slips.items()}))
    before = files(workspace.root)
    done = binder("import", LANTERN, str(file))
    assert (done.exit_code, done.stdout) == (2, "")
    for key in slips:
        assert "{}, sheet {}, cell {}\n".format(file, *places[key]) in done.stderr
    assert "\n5 problems, 0 warnings.\n" in done.stderr
    assert MARKER not in done.stderr
    assert files(workspace.root) == before


# --- half-filled workbooks


def half() -> dict[str, Value]:
    """What stands in a workbook of which one part is still missing on each sheet."""
    answers = answers_in(small().setting, recorded(LANTERN, STORIES))
    missing = ["about/scope", "fact/officers", "fact/owners", "asset/system/zoom/keeps", LOCK, "SC-002/impact", ACCEPTED]
    missing += [key for key in answers if key.startswith(f"{MEASURE}/")] + [f"{FIRST}/due"]
    return {key: value for key, value in answers.items() if key not in missing}


def draft_of(ground: Ground) -> dict[str, str]:
    record = json.loads((ground.folder / DRAFT).read_text("utf-8"))
    assert (record["schema"], record["practice"], record["date"]) == ("draft/1", LANTERN, DAY.isoformat())
    answers: dict[str, str] = record["answers"]
    return answers


def as_text(answers: dict[str, Value]) -> dict[str, str]:
    return {key: value if isinstance(value, str) else value.isoformat() for key, value in answers.items()}


def test_a_draft_keeps_everything_and_says_what_is_open_on_each_sheet(project: Workspace, ground: Ground) -> None:
    """Sheet by sheet in their order; the recorded analysis is not touched."""
    before = files(ground.folder)
    done = brought(project, ground, written(small(), half()), draft=True)
    assert done.open == (
        *(("About", 1), ("Facts", 2), ("Inventory", 1), ("Phones and computers", 2)),
        *(("Decisions", 1), ("Plan", 1), ("Steps", 1)),
    )
    assert (done.notes, done.changes, done.kept) == ((), (), None)
    assert draft_of(ground) == as_text(half())
    assert {name: data for name, data in files(ground.folder).items() if name != DRAFT} == before


def test_a_half_filled_workbook_is_not_recorded_without_draft(project: Workspace, ground: Ground) -> None:
    """Everything open is a problem then, each with its cell."""
    before = files(ground.folder)
    with pytest.raises(ProblemsFound) as found:
        brought(project, ground, written(small(), half()))
    assert len(found.value.problems) == 9
    assert files(ground.folder) == before


def test_a_draft_leaves_out_only_what_cannot_be_read_and_says_so(project: Workspace, ground: Ground) -> None:
    """A formula, an emoji and words for a date are named and left out; an answer that is not in its list is named and kept."""
    spoil = all_of(put(LOCK, "=B2"), text(NOTES, f"{MARKER} 😀"), text(ACCEPTED, MARKER), text(ERASE, MARKER))
    done = brought(project, ground, spoiled(spoil), draft=True)
    named = {
        where_: any(note.startswith(f"{place(where_)}: ") for note in done.notes) for where_ in (LOCK, NOTES, ACCEPTED, ERASE)
    }
    assert set(named.values()) == {True}
    assert len(done.notes) == 4
    assert MARKER not in " ".join(done.notes)
    wanted = as_text(answers_in(small().setting, recorded(LANTERN, STORIES)))
    wanted = {key: value for key, value in wanted.items() if key not in (LOCK, NOTES, ACCEPTED)} | {ERASE: MARKER}
    assert draft_of(ground) == wanted


def test_a_draft_reads_each_row_by_what_it_asks_wherever_it_stands(project: Workspace, ground: Ground) -> None:
    """Rows that were moved and put in: nothing is read into another question."""
    order = lines(
        LOCK, lambda numbers, at: [*numbers[:4], 0, 0, *numbers[at - 1 : at + 2], *numbers[4 : at - 1], *numbers[at + 2 :]]
    )
    done = brought(project, ground, spoiled(order), draft=True)
    assert any("The row was moved" in note for note in done.notes)
    assert draft_of(ground) == as_text(answers_in(small().setting, recorded(LANTERN, STORIES)))


def test_a_draft_grows_without_asking_and_loses_nothing_without_asking(project: Workspace, ground: Ground) -> None:
    """More answers are added; fewer, or another one, need --replace and are named by their places; the old draft is kept."""
    fewer, more = half(), answers_in(small().setting, recorded(LANTERN, STORIES))
    brought(project, ground, written(small(), fewer), draft=True)
    grown = brought(project, ground, written(small(), more), draft=True)
    assert (grown.open, grown.changes) == ((), ())
    other = {**fewer, NOTES: MARKER, "about/scope": MARKER}
    before = files(ground.folder)
    with pytest.raises(UsageError) as refused:
        brought(project, ground, written(small(), other), draft=True)
    assert refused.value.exit_code == 2
    assert {"answers: about/scope", f"answers: {LOCK}", f"answers: {NOTES}"} <= set(
        str(refused.value).replace("  ", "").split("\n")
    )
    assert "--replace" in str(refused.value)
    assert MARKER not in str(refused.value)
    assert files(ground.folder) == before
    done = brought(project, ground, written(small(), other), draft=True, replace=True)
    assert draft_of(ground) == as_text(other)
    assert done.kept
    assert done.kept.parent.name == "superseded"
    assert done.kept.read_bytes() == before[DRAFT]


def test_the_draft_is_set_aside_once_the_analysis_is_recorded(project: Workspace, ground: Ground) -> None:
    """It is kept all the same, among what was superseded."""
    brought(project, ground, written(small(), half()), draft=True)
    draft = (ground.folder / DRAFT).read_bytes()
    brought(project, ground, sound())
    assert not (ground.folder / DRAFT).exists()
    assert files(ground.folder / "superseded") == {f"drafts-{DAY}.json": draft}


# --- another analysis of the same day


def test_what_would_change_a_record_needs_replace_and_the_old_record_is_kept(project: Workspace, ground: Ground) -> None:
    """The places that would change are named, never what stands there; with --replace the old record lies under superseded."""
    changed = spoiled(all_of(text(NOTES, MARKER), put(f"{FIRST}/due", date(2027, 12, 31)), text("source/001", MARKER)))
    before = files(ground.folder)
    with pytest.raises(UsageError) as refused:
        brought(project, ground, changed)
    assert refused.value.exit_code == 2
    said = str(refused.value)
    assert "findings: SC-001 changed in actions, notes" in said
    assert "sources" in said
    assert "SC-002" not in said
    assert "--replace" in said
    assert MARKER not in said
    assert files(ground.folder) == before
    done = brought(project, ground, changed, replace=True)
    assert done.changes == ("findings: SC-001 changed in actions, notes", "sources")
    assert files(ground.folder / "superseded") == {f"assessments-{DAY}.json": before[RECORD]}
    record = json.loads((ground.folder / RECORD).read_text("utf-8"))
    assert record["sources"][0] == record["findings"][0]["notes"] == MARKER


# --- two rounds


@pytest.fixture(scope="module")
def rounds(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Result, Path | None]]:
    """As a practice does it: a first workbook, part of it filled in, kept as a draft; a second; one more answer; the draft again.

    Each command with its result and the workbook that it wrote.
    """
    root = copied_workspace(tmp_path_factory.mktemp("rounds"), LANTERN).root
    shutil.rmtree(root / "practices" / LANTERN / "assessments")
    held, back = root / "practices" / LANTERN / "workbooks", root / SHOWN
    setting, _ = in_full()
    answers = answers_in(setting, recorded(LANTERN))
    done: list[tuple[Result, Path | None]] = []

    def run(*arguments: str) -> Path | None:
        there = set(held.glob("*"))
        result = CliRunner().invoke(main, ["--workspace", str(root), *arguments])
        new = set(held.glob("*")) - there
        done.append((result, next(iter(new), None)))
        return done[-1][1]

    for story in ("SC-001", "SC-002"):
        first = run("assess", LANTERN, "--date", DAY.isoformat())
        assert first
        places = places_of(analysis_workbook(setting, {"action/009/what": ""}, {}))
        mine = {places[key]: value for key, value in answers.items() if key.startswith(f"{story}/")}
        back.write_bytes(typed(first.read_bytes(), mine))
        run("import", LANTERN, str(back), "--draft")
    return done


def test_the_first_round_is_kept_and_what_is_open_is_said(rounds: list[tuple[Result, Path | None]]) -> None:
    """Exit 0; sheet by sheet how much is open, of the sheet with the answers less than of a blank one."""
    (assessed, file), (imported, _) = rounds[:2]
    assert (assessed.exit_code, imported.exit_code) == (0, 0)
    assert file
    assert file.name == f"{DAY}-risk-analysis.xlsx"
    questions = sum(len(story.question) + 2 for story in in_full()[0].themes[0][1])
    assert f"    {in_full()[0].themes[0][0].title}: " in imported.stdout
    shown = dict(line.strip().rsplit(": ", 1) for line in imported.stdout.splitlines() if line.endswith(" open"))
    assert set(shown) == {"About", "Facts", *(theme.title for theme, _ in in_full()[0].themes), "Decisions", "Plan"}
    assert 0 < int(shown[PHONES].split()[0]) < questions


def test_the_second_round_goes_on_from_the_draft_with_proposals(rounds: list[tuple[Result, Path | None]]) -> None:
    """The answers stand in a new file; of the answered story a response and steps are proposed in colour, of the others nothing."""
    assessed, file = rounds[2]
    assert assessed.exit_code == 0
    assert "goes on from the draft" in assessed.stdout
    assert file
    assert file.name == f"{DAY}-risk-analysis-2.xlsx"
    setting, _ = in_full()
    book = opened(file)
    places = places_of(analysis_workbook(setting, {"action/009/what": ""}, {}))

    def cell(key: str) -> tuple[Any, bool]:
        sheet, at = places[key]
        found = book[sheet][at]
        return found.value, found.fill.fgColor.rgb[-6:] == "FFF6DB"

    words = setting.words
    assert cell(LOCK) == (answers_in(setting, recorded(LANTERN))[LOCK], False)
    assert cell("plan/SC-001/response") == (words["response"]["mitigate"], True)
    assert cell(f"{FIRST}/scenario") == (words["scenario"]["SC-001"], True)
    assert cell("plan/SC-002/response")[0] is None
    assert cell("plan/SC-001/likelihood")[0] is None


def test_a_second_draft_adds_to_the_first(rounds: list[tuple[Result, Path | None]]) -> None:
    """Without --replace, and with both stories in it."""
    imported, _ = rounds[3]
    assert imported.exit_code == 0, imported.stderr
    assert PHONES in imported.stdout
    assert rounds[1][0].stdout != imported.stdout
