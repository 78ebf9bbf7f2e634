"""What a consultant did by hand with two issued packages of the nine-clinician example.

Each function takes the folder of a package, changes files in it, and says what was changed. A paragraph, row or cell is
found by its text, so that a function fails where the text has become another one instead of editing the wrong place.
"""

from __future__ import annotations

import copy
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from docx import Document
from docx.document import Document as Word
from docx.oxml.ns import qn
from docx.table import Table, _Row
from docx.text.paragraph import Paragraph
from docx.text.run import Run
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

HEADINGS = 9  # the row with the headings of a log
T = TypeVar("T")


@dataclass(frozen=True)
class HandEdit:
    """One edit. kind: changed, added, removed, moved, renamed, formatted or saved; path: in the package, as it is afterwards;
    before, after: texts, empty for what was added or removed."""

    document: str
    path: str
    kind: str
    before: str
    after: str


class NotThere(AssertionError):
    """What was to be edited is not in the file, or more than once."""


# ---- the first year: edition 2026.1 ------------------------------------------------------------------------------------


def reword_password_rule(package: Path) -> list[HandEdit]:
    """SEC-10: a statement reworded for this practice, with a word in bold, and one added after it."""
    before = "A password must not hold your name, the practice's name, a birthday, or anything a client could find out about you."
    after = "A password must not hold your name, the practice's name, the name of your dog, a birthday, or anything else a client could read on our website."
    added = "The door code is a password too. It does not go into a message, a calendar entry or the note on the refrigerator."

    def edit(word: Word) -> None:
        paragraph = _paragraph(word, before)
        _after(paragraph, added)
        _say(paragraph, after)
        _bold(paragraph, "a client could read on our website")

    return _in_word(
        package,
        "SEC-10",
        edit,
        ("changed", before, after),
        ("formatted", "a client could read on our website", "a client could read on our website"),
        ("added", "", added),
    )


def add_answering_service(package: Path) -> list[HandEdit]:
    """SEC-11: a statement on the practice's own answering service, after the one on reporting."""
    added = (
        "After six in the evening and on weekends High Lakes Answering Service answers 541-555-0142. Say “security”, your name "
        "and your number, and nothing about a client. The service wakes the Security Officer within 15 minutes."
    )

    def edit(word: Word) -> None:
        _after(_paragraph(word, "Report by telephone or in person.", whole=False), added)

    return _in_word(package, "SEC-11", edit, ("added", "", added))


def delete_screen_statement(package: Path) -> list[HandEdit]:
    """SEC-18: a statement deleted that says the same as one of SEC-16."""
    before = "Where others are near, nobody else must be able to read the screen."

    def edit(word: Word) -> None:
        element = _paragraph(word, before)._p
        element.getparent().remove(element)

    return _in_word(package, "SEC-18", edit, ("removed", before, ""))


def change_review_day(package: Path) -> list[HandEdit]:
    """SEC-11: who and when of one row of the procedures."""
    before, after = "First month of each quarter", "First Tuesday of January, April, July and October, before the staff meeting"

    def edit(word: Word) -> None:
        _, row = _row(word, "Review the incident log.")
        _say(_one(p for p in row.cells[2].paragraphs if p.text == before), after)

    return _in_word(package, "SEC-11", edit, ("changed", before, after))


def fill_business_associates(package: Path) -> list[HandEdit]:
    """L-11: two cells of a vendor that stays, one of a vendor that goes, a row of their own, and a sheet of their own."""
    holds, where = (
        "Records, schedule, claims, portal",
        "Folder “Agreements”, no. 1; call the security line, see sheet “Who to call”",
    )
    threads = "Texts, calls and voicemail since 2022"
    own = ("Bell & Moss Interpreters", "Anneke Moss", "Signed", "Interprets sessions; hears names and care")

    def edit(sheet: Worksheet) -> None:
        row = _log_row(sheet, "SimplePractice, LLC", "SimplePractice")
        _fill(sheet, row, "What it holds or receives", holds)
        _fill(sheet, row, "Filed at; whom to call about an incident", where)
        _fill(sheet, _log_row(sheet, "Spruce Health, Inc.", "Spruce"), "What it holds or receives", threads)
        empty = _free_row(sheet)
        titles = ("Company or person", "System, or person to ask for", "Agreement", "What it holds or receives")
        for title, value in zip(titles, own, strict=True):
            _fill(sheet, empty, title, value)
        calls = sheet.parent.create_sheet("Who to call")
        calls.append(["Company", "Line for incidents", "Tried on"])
        calls.append(["SimplePractice, LLC", "In the help center, “Report a security issue”", "2026-11-12"])
        calls.append(["Google LLC", "In the admin console, “Contact support”", "2026-11-12"])

    return _in_sheet(
        package,
        "L-11",
        edit,
        ("changed", "", holds),
        ("changed", "", where),
        ("changed", "", threads),
        ("added", "", " · ".join(own)),
        ("added", "", "Who to call"),
    )


def shorten_mending(package: Path) -> list[HandEdit]:
    """F-17: a sentence of the agreement on personal devices."""
    before = "At each device audit I hold the device, show its settings, and mend within 30 days what does not fit."
    after = "At each device audit I hold the device, show its settings, and mend within 14 days what does not fit."
    return _in_word(package, "F-17", lambda word: _say(_paragraph(word, before), after), ("changed", before, after))


FIRST_YEAR: tuple[Callable[[Path], list[HandEdit]], ...] = (
    reword_password_rule,
    add_answering_service,
    delete_screen_statement,
    change_review_day,
    fill_business_associates,
    shorten_mending,
)

# ---- the second year: edition 2027.1 -----------------------------------------------------------------------------------

# generated otherwise in 2028: the Security Officer is another person, and no system is left in which the second step is a choice
CALL_2027 = (
    "Call 541-555-0142 and ask for the Security Officer, or write to denise@juniperridge.example, as soon as you notice "
    "and no later than 2 hours afterwards."
)
CALL_2028 = CALL_2027.replace("denise@", "tobias@")
CALL_BY_HAND = (
    "Call 541-555-0142, also at night, and ask for the Security Officer. Do not write: a message to "
    "denise@juniperridge.example may lie until morning. Call as soon as you notice and no later than 2 hours afterwards."
)
FAX_2027 = "In SRFax a user can choose the second step."
FAX_BY_HAND = (
    "In SRFax each of the three users has chosen the second step; Tobias Grantham looks at it on the first Monday of the month."
)


def reword_call(package: Path) -> list[HandEdit]:
    """SEC-11: the line on whom to call. In 2028 the program writes another address there, so that both sides changed it."""

    def edit(word: Word) -> None:
        _say(_paragraph(word, CALL_2027), CALL_BY_HAND)

    return _in_word(package, "SEC-11", edit, ("changed", CALL_2027, CALL_BY_HAND))


def reword_fax_step(package: Path) -> list[HandEdit]:
    """SEC-10: the statement on the second step of SRFax. In 2028 the program no longer writes it."""
    found: list[str] = []

    def edit(word: Word) -> None:
        paragraph = _paragraph(word, FAX_2027, whole=False)
        found.append(paragraph.text)
        _say(paragraph, FAX_BY_HAND)

    return _in_word(package, "SEC-10", edit, ("changed", lambda: found[0], FAX_BY_HAND))


def add_supervision_goodbye(package: Path) -> list[HandEdit]:
    """SEC-05: a statement at the end of a section, before its citation."""
    added = "The last supervision hour of an associate looks through the open notes together, client by client."

    def edit(word: Word) -> None:
        _after(_paragraph(word, "Nobody takes along records, or a list of clients,", whole=False), added)

    return _in_word(package, "SEC-05", edit, ("added", "", added))


def add_schedule_step(package: Path) -> list[HandEdit]:
    """SEC-13: a row of the practice's own at the end of the procedures."""
    cells = (
        "5",
        "See that tomorrow's schedule was saved. Open the copy on JR-02 with the internet off.",
        "Client Care Coordinator\nEach Friday at five",
        "L-10 Backup and recovery log",
    )

    def edit(word: Word) -> None:
        table, last = _row(word, "Bring data back after a loss.")
        element = copy.deepcopy(last._tr)
        last._tr.addnext(element)
        row = _Row(element, table)
        for cell, text in zip(row.cells, cells, strict=True):
            first, *others = cell.paragraphs
            for other in others:
                other._p.getparent().remove(other._p)
            for link in first._p.findall(qn("w:hyperlink")):
                first._p.remove(link)
            if not first.runs:
                first.add_run()
            _say(first, text)

    return _in_word(package, "SEC-13", edit, ("added", "", " · ".join(cells).replace("\n", ", ")))


def move_reviews(package: Path) -> list[HandEdit]:
    """SEC-27: the last statement of a section moved to its beginning."""
    text = "A site is asked to take down a review only by its own rules, and without telling it anything about the writer."

    def edit(word: Word) -> None:
        first = _paragraph(word, "Only the Privacy Officer, or a person the Privacy Officer names for it,", whole=False)
        first._p.addprevious(_paragraph(word, text)._p)

    return _in_word(package, "SEC-27", edit, ("moved", text, text))


def fill_reminders(package: Path) -> list[HandEdit]:
    """L-06: three months of reminders entered."""
    sent = {"October 2027": "2027-10-04", "November 2027": "2027-11-01", "December 2027": "2027-12-06"}

    def edit(sheet: Worksheet) -> None:
        for month, day in sent.items():
            row = _log_row(sheet, month)
            _fill(sheet, row, "Sent on", day)
            _fill(sheet, row, "Entered by", "Denise Abernathy")

    return _in_sheet(package, "L-06", edit, *(("changed", "", f"{month}: {day}") for month, day in sent.items()))


def rename_workstations(package: Path) -> list[HandEdit]:
    """SEC-16: a sentence added to a statement, and the file renamed as clients do."""
    before = "A computer of the practice is for work only."
    after = before + " Lunch orders and the radio are work enough."
    edits = _in_word(package, "SEC-16", lambda word: _say(_paragraph(word, before), after), ("changed", before, after))
    path = file_of(package, "SEC-16")
    renamed = path.with_name("SEC-16 Workstations FINAL (Denise).docx")
    path.rename(renamed)
    shown = renamed.relative_to(package).as_posix()
    return [
        *(HandEdit(edit.document, shown, edit.kind, edit.before, edit.after) for edit in edits),
        HandEdit("SEC-16", shown, "renamed", path.name, renamed.name),
    ]


def save_in_libreoffice(package: Path, profile: Path) -> list[HandEdit]:
    """SEC-20: a statement changed, and the whole file written anew by LibreOffice; F-08 written anew without a change.

    profile: an empty folder for LibreOffice's own settings.
    """
    before = "Charge from your own plug or power bank, not from a public USB socket."
    after = "Charge from your own plug or power bank, not from a public USB socket, and not from a client's computer."
    edits = _in_word(package, "SEC-20", lambda word: _say(_paragraph(word, before), after), ("changed", before, after))
    for id in ("SEC-20", "F-08"):
        path = file_of(package, id)
        libreoffice_saves(path, profile)
        edits.append(HandEdit(id, path.relative_to(package).as_posix(), "saved", "", ""))
    return edits


SECOND_YEAR: tuple[Callable[[Path], list[HandEdit]], ...] = (
    reword_call,
    reword_fax_step,
    add_supervision_goodbye,
    add_schedule_step,
    move_reviews,
    fill_reminders,
    rename_workstations,
)

# documents that are touched, for tests that write only these
FIRST_DOCUMENTS = ("SEC-10", "SEC-11", "SEC-18", "L-11", "F-17")
SECOND_DOCUMENTS = ("SEC-05", "SEC-10", "SEC-11", "SEC-13", "SEC-16", "SEC-20", "SEC-27", "L-06", "F-08")


def libreoffice_saves(path: Path, profile: Path) -> None:
    """Let LibreOffice open this file and save it under the same name. `profile`: folder for its settings, one for each run."""
    out = profile / "out"
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation={profile.as_uri()}",
            "--headless",
            "--convert-to",
            path.suffix[1:],
            "--outdir",
            out,
            path,
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    # it exits 0 also where it wrote nothing
    (out / path.name).replace(path)


def file_of(package: Path, id: str) -> Path:
    """The file of this document in the package."""
    return _one(package.glob(f"*/{id} *"), id)


# ---- hands ---------------------------------------------------------------------------------------------------------------


def _in_word(
    package: Path, id: str, edit: Callable[[Word], None], *said: tuple[str, str | Callable[[], str], str]
) -> list[HandEdit]:
    path = file_of(package, id)
    word = Document(str(path))
    edit(word)
    word.save(str(path))
    return _edits(package, path, id, said)


def _in_sheet(package: Path, id: str, edit: Callable[[Worksheet], None], *said: tuple[str, str, str]) -> list[HandEdit]:
    path = file_of(package, id)
    workbook = load_workbook(path)
    edit(workbook.worksheets[0])
    workbook.save(path)
    return _edits(package, path, id, said)


def _edits(package: Path, path: Path, id: str, said: Iterable[tuple[str, str | Callable[[], str], str]]) -> list[HandEdit]:
    shown = path.relative_to(package).as_posix()
    return [HandEdit(id, shown, kind, before() if callable(before) else before, after) for kind, before, after in said]


def _one(found: Iterable[T], what: str = "") -> T:
    every = list(found)
    if len(every) != 1:
        raise NotThere(f"{what or 'It'} is there {len(every)} times.")
    return every[0]


def _paragraph(word: Word, text: str, *, whole: bool = True) -> Paragraph:
    """The one paragraph of the body, tables included, that has this text, or begins with it."""
    every = (Paragraph(element, word) for element in word.element.body.iter(qn("w:p")))
    return _one((p for p in every if p.text == text or (not whole and p.text.startswith(text))), f"“{text}”")


def _row(word: Word, text: str) -> tuple[Table, _Row]:
    """The one row of a table in which a cell begins with this text."""
    rows = ((table, row) for table in word.tables for row in table.rows)
    return _one(((t, r) for t, r in rows if any(cell.text.startswith(text) for cell in r.cells)), f"“{text}”")


def _say(paragraph: Paragraph, text: str) -> None:
    """Write another text in the look of its first run, as somebody who types over it."""
    if not paragraph.runs:
        raise NotThere(f"“{paragraph.text}” has no run to type into.")
    for link in paragraph._p.findall(qn("w:hyperlink")):
        paragraph._p.remove(link)
    first, *others = paragraph.runs
    for run in others:
        run._r.getparent().remove(run._r)
    first.text = text


def _bold(paragraph: Paragraph, words: str) -> None:
    """Make these words of a paragraph with one run bold."""
    run = _one(paragraph.runs, f"A run of “{paragraph.text}”")
    before, found, after = run.text.partition(words)
    if not found:
        raise NotThere(f"“{words}” is not in “{run.text}”.")
    for text, bold in ((after, False), (words, True)):
        part = copy.deepcopy(run._r)
        run._r.addnext(part)
        written = Run(part, paragraph)
        written.text = text
        if bold:
            written.bold = True
    run.text = before


def _after(paragraph: Paragraph, text: str) -> None:
    """A new paragraph in the same look, as by the return key."""
    element = copy.deepcopy(paragraph._p)
    paragraph._p.addnext(element)
    _say(Paragraph(element, paragraph._parent), text)


def _column(sheet: Worksheet, title: str) -> int:
    return _one((cell.column for cell in sheet[HEADINGS] if cell.value == title), title)


def _log_row(sheet: Worksheet, *keys: str) -> int:
    rows = range(HEADINGS + 1, sheet.max_row + 1)
    return _one((row for row in rows if all(sheet.cell(row, n).value == key for n, key in enumerate(keys, 1))), keys[0])


def _free_row(sheet: Worksheet) -> int:
    for row in range(HEADINGS + 1, sheet.max_row + 1):
        if all(cell.value is None for cell in sheet[row]):
            return row
    raise NotThere("No row of the log is empty.")


def _fill(sheet: Worksheet, row: int, title: str, value: str) -> None:
    cell = sheet.cell(row, _column(sheet, title))
    if cell.value is not None:
        raise NotThere(f"{cell.coordinate} is filled already.")
    cell.value = value
