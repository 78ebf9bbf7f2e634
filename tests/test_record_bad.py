"""What must not become a record: every slip is named with sheet, cell and mend, exit 2, and the records stay byte for byte."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from conftest import JUNIPER, LANTERN, ROOT, copied_workspace
from openpyxl import Workbook as Book
from openpyxl import load_workbook
from openpyxl.worksheet.table import Table
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject
from returned import RECEIVED, contents, filled, first_line, issued, practice
from workbooks import opened, saved

from pipeline.errors import Problem, ProblemsFound
from pipeline.evidence_catalog import Returned
from pipeline.loading import MAX_BYTES
from pipeline.render.excel.filled import Expected, read_filled
from pipeline.render.excel.identity import SHEET, add_identity, identify
from pipeline.render.parts import read_parts
from pipeline.workspace import Workspace

ON = RECEIVED.isoformat()
SHOWN = "back.xlsx"
# what a client may have written, and no message may show
MARKER = "Zebrawood 4711"
ENTRY = {("Log", "B10"): date(2026, 10, 5), ("Log", "C10"): MARKER, ("Log", "E10"): "E-mail"}
Spoil = Callable[[Book], object]


def sound() -> bytes:
    return filled(issued(JUNIPER, "L-06"), ENTRY)


def read(data: bytes, slug: str = JUNIPER, returned: tuple[Returned, ...] | None = None) -> list[Problem]:
    """Every problem of a file, whether it was opened or not."""
    loaded = practice(slug)
    people = [person.name for person in loaded.profile.workforce]
    try:
        return list(read_filled(data, SHOWN, Expected(slug, returned or loaded.catalog.returned, people, RECEIVED)).problems)
    except ProblemsFound as error:
        return list(error.problems)


def spoiled(spoil: Spoil, data: bytes | None = None) -> bytes:
    book = opened(data or sound())
    spoil(book)
    return saved(book)


def put(place: str, value: Any, sheet: str = "Log") -> Spoil:
    return lambda book: setattr(book[sheet][place], "value", value)


def text(place: str, value: str) -> Spoil:
    """A text as it is typed, even one that begins with =."""

    def spoil(book: Book) -> None:
        book["Log"][place].value = value
        book["Log"][place].data_type = "s"

    return spoil


def number(book: Book) -> None:
    """A number in a cell whose look as a date was taken away."""
    book["Log"]["B10"].value, book["Log"]["B10"].number_format = 46300.5, "General"


def moved(book: Book) -> None:
    """The columns C and D have changed places, headings and all."""
    sheet = book["Log"]
    for line in range(9, sheet.max_row + 1):
        one, two = sheet.cell(line, 3), sheet.cell(line, 4)
        one.value, two.value = two.value, one.value


def test_the_file_that_is_spoiled_below_is_sound() -> None:
    """Positive control: left alone, it is read without a word."""
    assert read(sound()) == []


# name → what is done to the sheet, the place, what is said
CELLS: dict[str, tuple[Spoil, str, str]] = {
    "a date that lies ahead": (put("B10", RECEIVED + timedelta(1)), "sheet Log, cell B10", "lies ahead"),
    "a date long ago": (put("B10", date(1926, 10, 5)), "sheet Log, cell B10", "before the year 2000"),
    "a date in words": (text("B10", "last Tuesday"), "sheet Log, cell B10", "not a date"),
    "a date of which the month is not clear": (text("B10", "4/5/2026"), "sheet Log, cell B10", "not a date"),
    "a number for a date": (number, "sheet Log, cell B10", "not a date"),
    "a choice outside the list": (text("E10", "Pigeon"), "sheet Log, cell E10", "none of the choices"),
    "a formula": (put("C10", "=A1"), "sheet Log, cell C10", "A formula stands where an entry belongs"),
    "an error of Excel": (put("C10", "#REF!"), "sheet Log, cell C10", "Excel shows an error"),
    "signs of the template language": (text("C10", "{{ practice.name }}"), "sheet Log, cell C10", "Double braces"),
    "a control character": (text("C10", "a_x0007_b"), "sheet Log, cell C10", "control character"),
    "text that turns around": (text("C10", "a\u202eb"), "sheet Log, cell C10", "control character"),
    "text beside the table": (put("J10", MARKER), "sheet Log, cell J10", "in a cell that nobody reads"),
    "a renamed heading": (put("C9", "Topic"), "sheet Log, cell C9", 'The heading "Subject" was changed.'),
    "a heading that was emptied": (put("C9", None), "sheet Log, cell C9", 'The column "Subject" is missing.'),
    "a deleted column": (lambda book: book["Log"].delete_cols(4), "sheet Log, cell D9", 'The column "Policy" is missing.'),
    "an added column": (put("H9", "Remark"), "sheet Log, cell H9", "does not know this column"),
    "moved columns": (moved, "sheet Log, cell", "was moved."),
    "no headings": (lambda book: book["Log"].delete_rows(9), "sheet Log, cell A9", "The line of headings is missing."),
    "merged cells": (lambda book: book["Log"].merge_cells("C10:D10"), "sheet Log, cell C10", "merged with others"),
    "a renamed sheet": (lambda book: setattr(book["Log"], "title", "Reminders"), "sheet Log", "The sheet is missing."),
    "another sheet": (lambda book: book.create_sheet("Notes").append([MARKER]), "sheet number 3", "did not make this sheet"),
}  # fmt: skip


@pytest.mark.parametrize("name", CELLS)
def test_a_slip_is_named_at_its_place(name: str) -> None:
    """Sheet and cell, what is wrong and how to mend it, without a word of what was written."""
    spoil, where, what = CELLS[name]
    problems = read(spoiled(spoil))
    assert [problem for problem in problems if where in problem.where and what in problem.what], problems
    assert all(problem.mend for problem in problems)
    assert MARKER not in "".join(map(str, problems))


def test_all_slips_come_at_once() -> None:
    """Five slips on one sheet and one on another are six problems."""
    names = (
        "a date that lies ahead",
        "a choice outside the list",
        "signs of the template language",
        "an added column",
        "another sheet",
    )
    problems = read(spoiled(lambda book: [CELLS[name][0](book) for name in names]))
    assert len(problems) == len(names)


def test_a_person_whom_the_profile_does_not_have_is_unknown() -> None:
    """The message names the cell and not the person; where the column holds no people, any name may stand."""
    line = first_line(JUNIPER, "L-13", "Log")
    data = filled(issued(JUNIPER, "L-13"), {("Log", f"A{line}"): MARKER})
    (problem,) = read(data)
    assert (problem.where, problem.what) == (f"{SHOWN}, sheet Log, cell A{line}", "Nobody of this name works for the practice.")
    assert MARKER not in str(problem)
    assert read(data, returned=(Returned("L-13", "Log", dated="Trained on"),)) == []


def test_a_person_who_has_left_stays_in_the_log(
    workspace: Workspace, binder: Callable[..., Result], tmp_path: Path, edit: Callable[..., Path]
) -> None:
    """Whom an earlier record names is known, though the profile has the person no longer under that name."""
    line = first_line(JUNIPER, "L-13", "Log")
    headings = [cell.value for cell in opened(issued(JUNIPER, "L-13"))["Log"][line - 1]]
    day = f"{'ABCDEFGHIJKLM'[headings.index('Trained on')]}{line}"
    name = opened(issued(JUNIPER, "L-13"))["Log"][f"A{line}"].value
    number = [person.name for person in practice(JUNIPER).profile.workforce].index(str(name))
    files = []
    for month in (10, 11):
        files.append(tmp_path / f"{month}.xlsx")
        files[-1].write_bytes(filled(issued(JUNIPER, "L-13"), {("Log", day): date(2026, month, 1)}))
    assert binder("record", JUNIPER, str(files[0]), "--on", ON).exit_code == 0
    edit(JUNIPER, "profile", f"/workforce/{number}/name", "Somebody Else")
    assert binder("record", JUNIPER, str(files[1]), "--on", ON).exit_code == 0


def test_a_day_on_which_something_is_due_may_lie_ahead() -> None:
    """Only columns that say what was done are held to the past."""
    line = first_line(JUNIPER, "L-03", "Log")
    values = {("Log", f"D{line}"): date(2026, 12, 1), ("Log", f"L{line}"): date(2028, 1, 1)}
    assert read(filled(issued(JUNIPER, "L-03"), values)) == []


def test_what_is_entered_on_a_sheet_that_is_not_read_is_said() -> None:
    """The schedule has three views and one that is read; an entry on another one is not lost without a word."""
    (problem,) = read(filled(issued(JUNIPER, "R-04"), {("By person", "G6"): "Done"}))
    assert problem.what == "What was changed on this sheet is not read."
    assert "By date" in problem.mend


def test_a_question_that_was_changed_is_named() -> None:
    """On a form the answers are known by their questions; rows put in between do no harm."""
    spoil = put("A16", "Is there a door?", "Form")
    (problem,) = read(spoiled(spoil, issued(JUNIPER, "F-02")))
    assert problem.where == f"{SHOWN}, sheet Form, cell A16"
    assert "was changed or deleted" in problem.what
    assert read(spoiled(lambda book: book["Form"].insert_rows(14, 2), issued(JUNIPER, "F-02"))) == []


# --- formulas


def with_formula(spoil: Spoil) -> bytes:
    """A log with a calculated column and a total, as it could be issued, then changed."""
    book = Book()
    sheet = book.worksheets[0]
    sheet.title = "Log"
    rows: list[list[Any]] = [
        ["Total", "=SUM(B4:B6)"],
        [],
        ["What", "Count", "Double", "Remark"],
        ["a", 1, "=B4*2", '=$B4&" of "&SUM($B$4:$B$6)'],
        ["b", 2, "=B5*2", "words"],
        ["c", 3, "=B6*2"],
    ]
    for row in rows:
        sheet.append(row)
    sheet.add_table(Table(displayName="T", ref="A3:D6"))
    add_identity(book, identify(book, JUNIPER, "L-99", "2026.1", date(2026, 9, 14)))
    spoil(book)
    return saved(book)


FORMULAS: dict[str, tuple[Spoil, list[str]]] = {
    "left alone": (lambda book: None, []),
    "an entry beside it": (put("B4", 7), []),
    "typed over": (put("C5", 4), ["C5: This cell is calculated, and something was typed over it."]),
    "edited": (put("C5", "=B5*3"), ["C5: The formula was changed."]),
    "of another line": (put("C5", "=B4*2"), ["C5: The formula was changed."]),
    "the total typed over": (put("B1", 6), ["B1: This cell is calculated, and something was typed over it."]),
    "the total edited": (put("B1", "=SUM(C4:C6)"), ["B1: The formula was changed."]),
    "words where another line calculates": (put("D5", "other words"), []),
    "typed over where the others are words": (put("D4", "1 of 6"), ["D4: This cell is calculated, and something was typed over it."]),
    "edited where the others are words": (put("D4", "=$C4"), ["D4: The formula was changed."]),
    "moved by lines put in": (lambda book: book["Log"].append(["d", 4, "=B7*2", '=$B7&" of "&SUM($B$5:$B$9)']), []),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMULAS)
def test_a_formula_that_was_edited_or_typed_over_is_named(name: str) -> None:
    """The formula of each line and the totals beside the table are those that were issued."""
    spoil, expected = FORMULAS[name]
    problems = read(with_formula(spoil), returned=(Returned("L-99", "Log"),))
    assert [f"{problem.where.rsplit(' ', 1)[-1]}: {problem.what}" for problem in problems] == expected


# --- files


def packed(change: Callable[[dict[str, bytes]], object], *, stored: bool = False) -> bytes:
    parts = dict(read_parts(sound()))
    change(parts)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return target.getvalue()


def part(name: str, data: bytes, *, stored: bool = False) -> bytes:
    return packed(lambda parts: parts.__setitem__(name, data), stored=stored)


def replaced(name: str, old: bytes, new: bytes) -> bytes:
    def change(parts: dict[str, bytes]) -> None:
        assert old in parts[name]
        parts[name] = parts[name].replace(old, new)

    return packed(change)


def linked_outside() -> bytes:
    """A workbook that takes a value from another file, as Excel writes it."""
    rels = (
        b'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        b'<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/externalLinkPath"'
        b' Target="file:///C:/other.xlsx" TargetMode="External"/></Relationships>'
    )
    return part("xl/externalLinks/_rels/externalLink1.xml.rels", rels)


def in_identity(place: str, value: str) -> bytes:
    return spoiled(lambda book: setattr(book[SHEET][place], "value", value))


def paper(change: Callable[[PdfWriter], object]) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(612, 792)
    change(writer)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def scripted() -> bytes:
    action = DictionaryObject({NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")})
    return paper(lambda writer: writer.root_object.__setitem__(NameObject("/OpenAction"), action))


def locked() -> bytes:
    return paper(lambda writer: writer.encrypt("secret", algorithm="RC4-128"))


TYPES, LOG, BOOK = "[Content_Types].xml", "xl/worksheets/sheet1.xml", "xl/workbook.xml"
PLAIN, MACRO = b"openxmlformats-officedocument.spreadsheetml.sheet.main+xml", b"ms-excel.sheet.macroEnabled.main+xml"
NOT_OURS, NO_OFFICE = "not a form, log or tracker of a package", "not a Word or Excel file"

# name of the case → name of the file, its bytes, what is said
FILES: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "a tracker of another practice": ("a.xlsx", lambda: filled(issued(LANTERN, "L-06"), ENTRY), "belongs to another practice."),
    "as it was issued": ("a.xlsx", lambda: issued(JUNIPER, "L-06"), "Nothing is filled in"),
    "without a day": ("a.xlsx", lambda: filled(issued(JUNIPER, "L-06"), {("Log", "C10"): MARKER}), "None of its entries has a date"),
    "a document that is only read": ("a.xlsx", lambda: issued(JUNIPER, "R-02"), "R-02 is not a document that comes back"),
    "a template": ("a.xlsx", (ROOT / "forms_xlsx" / "L-03.xlsx").read_bytes, NOT_OURS),
    "an empty workbook": ("a.xlsx", lambda: saved(Book()), NOT_OURS),
    "without its identity": ("a.xlsx", lambda: spoiled(lambda book: book.remove(book[SHEET])), NOT_OURS),
    "of another format": ("a.xlsx", lambda: in_identity("A1", "binder-form/2"), NOT_OURS),
    "with an identity that leads out of the sheet": ("a.xlsx", lambda: in_identity("C3", "9999999"), NOT_OURS),
    "with words for lines": ("a.xlsx", lambda: in_identity("C3", MARKER), NOT_OURS),
    "a macro workbook": ("a.xlsm", sound, 'the kind ".xlsm"'),
    "a macro workbook under another name": ("a.xlsx", lambda: replaced(TYPES, PLAIN, MACRO), "It carries macros"),
    "with a project of macros": ("a.xlsx", lambda: part("xl/vbaProject.bin", b"x"), "It carries macros"),
    "with an embedded file": ("a.xlsx", lambda: part("xl/embeddings/oleObject1.bin", b"x"), "It carries an embedded"),
    "with values from another file": ("a.xlsx", linked_outside, "takes values from another file"),
    "with a document type": ("a.xlsx", lambda: replaced(LOG, b"<worksheet", b'<!DOCTYPE x [<!ENTITY e "e">]><worksheet'), "declares a document type"),
    "a zip bomb": ("a.xlsx", lambda: part("xl/media/image1.png", bytes(60_000_000)), "far larger inside than outside"),
    "large inside": ("a.xlsx", lambda: part("xl/media/image1.png", bytes(range(256)) * 10 * 17_000), "far larger inside"),
    "of 50 MB": ("a.xlsx", lambda: part("xl/media/image1.png", bytes(50_000_000), stored=True), "larger than 20 MB"),
    "cut off": ("a.xlsx", lambda: sound()[: len(sound()) // 2], NO_OFFICE),
    "empty": ("a.xlsx", lambda: b"", "The file is empty"),
    "words": ("a.xlsx", lambda: MARKER.encode() * 9, NO_OFFICE),
    "locked": ("a.xlsx", lambda: bytes.fromhex("D0CF11E0A1B11AE1") + bytes(4096), NO_OFFICE),
    "a Word form under the name of a workbook": ("a.xlsx", lambda: issued(JUNIPER, "F-03"), "damaged"),
    "with a broken sheet": ("a.xlsx", lambda: replaced(LOG, b"</sheetData>", b""), "The file is damaged"),
    "without its workbook": ("a.xlsx", lambda: packed(lambda parts: parts.pop(BOOK)), "The file is damaged"),
    "an old workbook": ("a.xls", sound, 'the kind ".xls"'),
    "a Word form of another practice": ("a.docx", lambda: issued(LANTERN, "F-03"), "belongs to another practice."),
    "a workbook under the name of a Word form": ("a.docx", sound, "no Word file"),
    "a picture that is none": ("a.png", lambda: b"\x89PNG\r\n\x1a\n" + bytes(99), "The file cannot be used"),
    "a PDF under the name of a picture": ("a.jpg", scripted, "not a JPEG picture"),
    "a PDF that is none": ("a.pdf", lambda: MARKER.encode(), "It is not a PDF"),
    "a PDF cut off": ("a.pdf", lambda: b"%PDF-1.7\n" + bytes(99), "The file cannot be used"),
    "a PDF with a script": ("a.pdf", scripted, "It holds a script"),
    "a PDF with a password": ("a.pdf", locked, "locked with a password"),
    "a scan of which nothing is said": ("a.pdf", lambda: MARKER.encode(), "does not say which document"),
}  # fmt: skip


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with one practice that has a record, of which these files change nothing."""
    from click.testing import CliRunner

    from pipeline.cli import main

    root = copied_workspace(tmp_path_factory.mktemp("firm"), JUNIPER, shared=("catalog", "schemas")).root
    (root / "templates_docx").mkdir()
    (root / "first.xlsx").write_bytes(filled(issued(JUNIPER, "L-05"), {("Log", "C11"): date(2026, 10, 8)}))
    done = CliRunner().invoke(main, ["--workspace", str(root), "record", JUNIPER, str(root / "first.xlsx"), "--on", ON])
    assert done.exit_code == 0, done.output
    return root


def run(firm: Path, *arguments: str) -> Result:
    from click.testing import CliRunner

    from pipeline.cli import main

    return CliRunner().invoke(main, ["--workspace", str(firm), "record", JUNIPER, *arguments, "--on", ON])


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_cannot_be_a_record_is_refused(name: str, firm: Path, tmp_path: Path) -> None:
    """Exit 2, the file is named with what is wrong; the records stay byte for byte, and no word of the file is shown."""
    as_named, make, what = FILES[name]
    file, before = tmp_path / as_named, contents(firm)
    file.write_bytes(make())
    done = run(firm, str(file))
    assert (done.exit_code, done.stdout) == (2, ""), done.output
    assert as_named in done.stderr
    assert what in done.stderr, done.stderr
    assert MARKER not in done.stderr
    assert contents(firm) == before


def test_the_file_that_was_spoiled_above_is_recorded(firm: Path, tmp_path: Path) -> None:
    """Positive control: the same call with the sound file changes the records."""
    before = contents(firm)
    (tmp_path / "a.xlsx").write_bytes(sound())
    assert run(firm, str(tmp_path / "a.xlsx")).exit_code == 0
    assert len(contents(firm)) == len(before) + 2


@pytest.mark.parametrize(
    "name", ["a macro workbook under another name", "with a project of macros", "with values from another file"]
)
def test_without_the_guard_such_a_file_is_opened(name: str) -> None:
    """Positive control: openpyxl as it comes opens it without a word."""
    assert load_workbook(io.BytesIO(FILES[name][1]()))["Log"]["C10"].value == MARKER


@pytest.mark.parametrize(
    ("said", "where", "what"),
    [
        (("--form", "F-99", "--date", "2026-10-01"), "--form", 'There is no document "F-99".'),
        (("--form", "F-18", "--date", "2027-06-01"), "--date", "lies ahead"),
        (("--form", "F-18", "--date", "2026-10-01", "--person", "zebra"), "--person", 'Nobody with the id "zebra"'),
    ],
)
def test_what_is_said_of_a_paper_is_checked(said: tuple[str, ...], where: str, what: str, firm: Path, tmp_path: Path) -> None:
    """Form, day and person exist."""
    file, before = tmp_path / "a.xlsx", contents(firm)
    file.write_bytes(filled(issued(JUNIPER, "L-05"), {("Log", "C11"): date(2026, 11, 8)}))
    done = run(firm, str(file), *said)
    assert done.exit_code == 2
    assert where in done.stderr
    assert what in done.stderr
    assert contents(firm) == before


def test_a_file_that_says_what_it_is_is_not_called_something_else(firm: Path, tmp_path: Path) -> None:
    """A log given as a form, and a form given as another, are named."""
    (tmp_path / "a.xlsx").write_bytes(filled(issued(JUNIPER, "L-05"), {("Log", "C11"): date(2026, 11, 8)}))
    (tmp_path / "b.docx").write_bytes(issued(JUNIPER, "F-03"))
    done = run(firm, str(tmp_path / "a.xlsx"), str(tmp_path / "b.docx"), "--form", "F-18", "--date", "2026-10-01")
    assert done.exit_code == 2
    assert "The file is L-05 and not F-18." in done.stderr
    assert "The file is F-03 and not F-18." in done.stderr


def test_a_log_that_no_record_could_hold_is_refused(firm: Path, tmp_path: Path) -> None:
    """What could not be read back is not written."""
    words = [" ".join(hashlib.sha256(f"{line} {n}".encode()).hexdigest() for n in range(250)) for line in range(400)]
    assert sum(map(len, words)) > MAX_BYTES
    (tmp_path / "a.xlsx").write_bytes(filled(sound(), {("Log", f"C{line}"): text for line, text in enumerate(words, 10)}))
    before = contents(firm)
    done = run(firm, str(tmp_path / "a.xlsx"))
    assert done.exit_code == 2, done.output
    assert "more than one record can keep" in done.stderr
    assert contents(firm) == before


def test_a_paper_locked_with_a_modern_cipher_is_refused(firm: Path, tmp_path: Path, outside: Callable[..., str]) -> None:
    """Nothing is needed to decipher it in order to say so."""
    (tmp_path / "a.pdf").write_bytes(paper(lambda writer: None))
    outside("qpdf", "--encrypt", "secret", "owner", "256", "--", tmp_path / "a.pdf", tmp_path / "b.pdf")
    done = run(firm, str(tmp_path / "b.pdf"), "--form", "F-18", "--date", "2026-10-01")
    assert (done.exit_code, "locked with a password" in done.stderr) == (2, True), done.output
