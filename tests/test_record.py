"""What the practice filled in comes back as it was typed, is kept unchanged, and is found again by the next edition."""

from __future__ import annotations

import hashlib
import io
import json
import stat
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from conftest import JUNIPER, LANTERN
from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from PIL import Image
from pypdf import PdfWriter
from returned import RECEIVED, contents, filled, first_line, issued, practice, record_of, returned_documents, texts
from workbooks import opened, saved, saved_by_libreoffice

from pipeline.errors import ProblemsFound
from pipeline.inputs import to_inputs
from pipeline.load import Shared, load_practice
from pipeline.loading import CONTROL, TEMPLATE_SYNTAX
from pipeline.recorded import entries, filed, latest
from pipeline.render.excel.filled import Expected, Filled, read_filled
from pipeline.render.excel.guard import one_line
from pipeline.render.excel.identity import SHEET
from pipeline.render.excel.read import read_sheets
from pipeline.workspace import Workspace

HARBOR = "example-harbor-oak"
ON = RECEIVED.isoformat()
REMINDERS = {
    ("Log", "B10"): date(2026, 10, 5),
    ("Log", "C10"): "Locking the screen",
    ("Log", "D10"): "SEC-16",
    ("Log", "E10"): "E-mail",
    ("Log", "F10"): "Everybody; Yuki on October 6",
    ("Log", "G10"): "DA",
    ("Log", "B11"): date(2026, 11, 2),
    ("Log", "C11"): "= & <b> „quotes“ ✓ ñ",
    ("Log", "E11"): "Meeting",
}
REMINDED = [
    {
        "Month": "October 2026",
        "Sent on": "2026-10-05",
        "Subject": "Locking the screen",
        "Policy": "SEC-16",
        "Sent by": "E-mail",
        "To whom; who was missed and told later": "Everybody; Yuki on October 6",
        "Entered by": "DA",
    },
    {
        "Month": "November 2026",
        "Sent on": "2026-11-02",
        "Subject": "= & <b> „quotes“ ✓ ñ",
        "Policy": "SEC-27",  # as it was issued
        "Sent by": "Meeting",
    },
]
# month and policies of the lines as they were issued, from line 10 on
PLANNED = [
    ("October 2026", "SEC-10"),
    ("November 2026", "SEC-27"),
    ("December 2026", "SEC-11, SEC-08"),
    ("January 2027", "SEC-04, SEC-22"),
    ("February 2027", "SEC-10, SEC-16, SEC-18"),
]


def comes_back(text: str) -> bool:
    """Whether a text may stand in a record at all: it says something and is neither a template nor a control sign."""
    kept = one_line(text)
    return bool(kept) and not TEMPLATE_SYNTAX.search(kept) and not CONTROL.search(kept)


def read(data: bytes, slug: str = JUNIPER, received: date = RECEIVED) -> Filled:
    loaded = practice(slug)
    people = [person.name for person in loaded.profile.workforce]
    return read_filled(data, "back.xlsx", Expected(slug, loaded.catalog.returned, people, received))


@pytest.fixture
def brought(tmp_path: Path) -> Callable[..., str]:
    """brought("L-06.xlsx", data) puts a file where somebody saved an attachment, and gives its path."""

    def put(name: str, data: bytes) -> str:
        file = tmp_path / "inbox" / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(data)
        return str(file)

    return put


def records_of(workspace: Workspace, slug: str = JUNIPER) -> list[dict[str, Any]]:
    return [json.loads(path.read_text("utf-8")) for path in sorted((workspace.practices / slug / "records").glob("*.json"))]


# --- as it was issued


@pytest.mark.parametrize("slug", [JUNIPER, LANTERN, HARBOR])
def test_every_document_that_comes_back_is_known_again_and_says_nothing_before_it_is_filled_in(slug: str) -> None:
    """Practice, number and edition are in the file; its first rows, filled with what the profile knows, are no entries."""
    for document in returned_documents(slug):
        found = read(issued(slug, document), slug)
        assert (found.document, found.edition) == (document, "2026.1")
        assert (found.lines, found.problems) == ((), ()), document


def test_what_a_file_says_of_itself_is_neither_seen_nor_printed() -> None:
    """The sheet cannot even be unhidden from the menu, and no page shows it."""
    data = issued(JUNIPER, "L-06")
    assert opened(data)[SHEET].sheet_state == "veryHidden"
    assert [sheet.title for sheet in read_sheets(data)] == ["Log"]


# --- what was typed is what is read


def test_a_round_trip_through_libreoffice_keeps_every_entry(
    outside: Callable[..., str], tmp_path: Path, workspace: Workspace, binder: Callable[..., Result]
) -> None:
    """Generated, filled in, saved by another program, recorded: log, register, form, checklist and schedule say what was typed."""
    training = first_line(JUNIPER, "L-13", "Log")
    headings = [cell.value for cell in opened(issued(JUNIPER, "L-13"))["Log"][training - 1]]
    trained = f"{'ABCDEFGHIJKLM'[headings.index('Trained on')]}{training}"
    documents = {
        "L-06": filled(issued(JUNIPER, "L-06"), REMINDERS),
        "L-13": filled(issued(JUNIPER, "L-13"), {("Log", trained): date(2026, 12, 1)}),
        "F-02": filled(
            issued(JUNIPER, "F-02"),
            {("Form", "B10"): "Marisol Etxeberria", ("Form", "B11"): date(2026, 9, 30), ("Form", "B16"): "yes"},
        ),
        "F-15": filled(issued(JUNIPER, "F-15"), {("Checklist", "C12"): "Yes", ("Checklist", "D12"): "page 3"}),
        "R-04": filled(issued(JUNIPER, "R-04"), {("By date", "H6"): "Done", ("By date", "G6"): date(2026, 10, 1)}),
    }
    files = []
    for id, data in documents.items():
        files.append(tmp_path / f"{id}.xlsx")
        files[-1].write_bytes(data)
    saved_files = saved_by_libreoffice(outside, tmp_path, *files)
    done = binder("record", JUNIPER, *map(str, saved_files), "--on", ON, "--date", "2026-12-15")
    assert done.exit_code == 0, done.output
    found = {value["document"]: value for value in records_of(workspace)}
    assert [line["values"] for line in found["L-06"]["lines"]] == REMINDED
    assert [line["values"]["Trained on"] for line in found["L-13"]["lines"]] == ["2026-12-01"]
    assert found["F-02"]["lines"][0]["values"] == {
        "Name": "Marisol Etxeberria, LCSW",
        "Date": "2026-09-30",
        "You can close a door while you work with client information": "Yes",
    }
    assert found["F-02"]["person"] == "marisol"
    (checked,) = found["F-15"]["lines"]
    assert (checked["values"]["Met"], checked["values"]["Where it stands"]) == ("Yes", "page 3")
    (step,) = found["R-04"]["lines"]
    assert {key: step["values"][key] for key in ("No.", "Due or done", "Status")} == {
        "No.": "S-01", "Due or done": "2026-10-01", "Status": "Done",
    }  # fmt: skip
    assert {id: value["effective"] for id, value in found.items()} == {
        "L-06": "2026-11-02", "L-13": "2026-12-01", "F-02": "2026-09-30", "F-15": "2026-12-15", "R-04": "2026-12-15",
    }  # fmt: skip


@settings(max_examples=examples(25), deadline=None)
@given(
    st.lists(
        st.tuples(
            st.dates(date(2000, 1, 1), RECEIVED),
            st.text(st.characters(blacklist_categories=("Cs", "Cc", "Cn", "Co")), min_size=1, max_size=60).filter(comes_back),
        ),
        min_size=1,
        max_size=len(PLANNED),
    )
)
def test_any_text_and_any_day_of_the_past_come_back(typed: list[tuple[date, str]]) -> None:
    """A text comes back as one line, a day as itself, each with what stood in its line."""
    days = {("Log", f"B{line}"): day for line, (day, _) in enumerate(typed, 10)}
    found = read(filled(issued(JUNIPER, "L-06"), days | {("Log", f"C{line}"): text for line, (_, text) in enumerate(typed, 10)}))
    assert found.problems == ()
    assert texts(found.lines) == [
        {"Month": month, "Sent on": day.isoformat(), "Subject": one_line(text), "Policy": policy}
        for (month, policy), (day, text) in zip(PLANNED, typed, strict=False)
    ]
    assert found.days == tuple(sorted({day for day, _ in typed}))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [(12, "12"), (12.0, "12"), (1.5, "1.5"), (True, "Yes"), (datetime(2026, 10, 5), "2026-10-05"), ("one\ntwo", "one two")],
)
def test_numbers_days_and_lines_in_a_text_column_are_kept_as_text(typed: Any, kept: str) -> None:
    """Excel makes of 12 a number and of 10/5 a day; in a column of words both are words again."""
    found = read(filled(issued(JUNIPER, "L-06"), {("Log", "C10"): typed}))
    assert texts(found.lines)[0]["Subject"] == kept


@pytest.mark.parametrize("text", ["October 5, 2026", "10/05/2026", "2026-10-05"])
def test_days_that_the_program_itself_writes_as_text_are_days(text: str) -> None:
    """Prefilled days are texts; they are read when the row is filled in."""
    found = read(filled(issued(JUNIPER, "L-06"), {("Log", "B10"): text}))
    assert texts(found.lines)[0]["Sent on"] == "2026-10-05"


@pytest.mark.parametrize("name", ["Marisol Etxeberria, LCSW", "marisol etxeberria", " Marisol  Etxeberria "])
def test_people_are_known_by_their_names_with_or_without_the_letters_behind(name: str) -> None:
    """Nobody types a name the same way twice."""
    line = first_line(JUNIPER, "L-13", "Log")
    found = read(filled(issued(JUNIPER, "L-13"), {("Log", f"A{line}"): name, ("Log", f"K{line}"): "DA"}))
    assert texts(found.lines)[0]["Person"] == "Marisol Etxeberria, LCSW"


# --- what people may do to a log


def test_lines_may_be_sorted_deleted_added_and_hidden() -> None:
    """The entries are the same, wherever they stand and whether they are seen or not."""
    book = opened(filled(issued(JUNIPER, "L-06"), REMINDERS))
    sheet = book["Log"]
    second = [cell.value for cell in sheet[11]]
    sheet.delete_rows(11, 3)
    sheet.append(second)
    sheet.cell(sheet.max_row, 3).data_type = "s"  # it begins with =
    sheet.row_dimensions[10].hidden = True
    sheet.column_dimensions["F"].hidden = True
    sheet.insert_rows(9, 2)
    found = read(saved(book))
    assert found.problems == ()
    assert texts(found.lines) == REMINDED


def test_a_line_that_was_issued_is_an_entry_once_something_is_added() -> None:
    """Of the prefilled register only the device with a serial number is new."""
    line = first_line(JUNIPER, "L-02", "Log")
    found = read(filled(issued(JUNIPER, "L-02"), {("Log", f"C{line}"): "SN-1"}))
    assert [entry.values["Serial number"] for entry in found.lines] == ["SN-1"]


# --- what is kept


def test_the_file_is_kept_unchanged_for_its_owner_alone_beside_its_record(
    workspace: Workspace, binder: Callable[..., Result], brought: Callable[..., str]
) -> None:
    """The effective day is that of the latest entry, not that of the upload; the hash is that of the file."""
    data = filled(issued(JUNIPER, "L-06"), REMINDERS)
    done = binder("record", JUNIPER, brought("a log.xlsx", data), "--on", ON)
    assert (done.exit_code, done.stderr) == (0, "")
    folder = workspace.practices / JUNIPER / "records"
    assert sorted(path.name for path in folder.iterdir()) == ["2026-11-02-L-06.json", "2026-11-02-L-06.xlsx"]
    assert (folder / "2026-11-02-L-06.xlsx").read_bytes() == data
    (value,) = records_of(workspace)
    assert (value["effective"], value["received"], value["edition"]) == ("2026-11-02", ON, "2026.1")
    assert value["sha256"] == hashlib.sha256(data).hexdigest()
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_file_that_is_recorded_already_is_recognized(
    workspace: Workspace, binder: Callable[..., Result], brought: Callable[..., str]
) -> None:
    """Under another name, on another day, and twice in one call: it is said, exit 0, and nothing changes."""
    data = filled(issued(JUNIPER, "L-06"), REMINDERS)
    first = binder("record", JUNIPER, brought("a.xlsx", data), brought("b.xlsx", data), "--on", ON)
    assert (first.exit_code, first.stdout.count("recorded already")) == (0, 1)
    before = contents(workspace.practices / JUNIPER)
    again = binder("record", JUNIPER, brought("c.xlsx", data), "--on", "2027-06-01")
    assert (again.exit_code, again.stdout.count("recorded already")) == (0, 1)
    assert contents(workspace.practices / JUNIPER) == before


def test_two_files_of_one_day_have_names_of_their_own(
    workspace: Workspace, binder: Callable[..., Result], brought: Callable[..., str]
) -> None:
    """Nothing is overwritten; a later, longer log stands beside the earlier one, and its old lines count once."""
    longer = filled(issued(JUNIPER, "L-06"), REMINDERS | {("Log", "C12"): "Planned"})
    files = [brought("a.xlsx", filled(issued(JUNIPER, "L-06"), REMINDERS)), brought("b.xlsx", longer)]
    assert binder("record", JUNIPER, *files, "--on", ON).exit_code == 0
    assert [value["file"] for value in records_of(workspace)] == ["2026-11-02-L-06-2.xlsx", "2026-11-02-L-06.xlsx"]
    loaded = load_practice(workspace, JUNIPER, as_of=RECEIVED, shared=Shared(practice(JUNIPER).catalog, ()))
    assert texts([line for _, line in entries(loaded.records, "L-06")]) == [
        *REMINDED,
        {"Month": "December 2026", "Subject": "Planned", "Policy": "SEC-11, SEC-08"},
    ]


def test_several_files_are_recorded_all_or_none(
    workspace: Workspace, binder: Callable[..., Result], brought: Callable[..., str]
) -> None:
    """One that cannot be read keeps the others out, and is named alone."""
    before = contents(workspace.practices / JUNIPER)
    good = brought("a.xlsx", filled(issued(JUNIPER, "L-06"), REMINDERS))
    done = binder("record", JUNIPER, good, brought("b.xlsx", issued(JUNIPER, "L-05")), "--on", ON)
    assert done.exit_code == 2
    assert "b.xlsx" in done.stderr
    assert "a.xlsx" not in done.stderr
    assert contents(workspace.practices / JUNIPER) == before
    assert not (workspace.practices / JUNIPER / "records").exists()


# --- signed papers


def pdf(pages: int = 1) -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(612, 792)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def picture(kind: str) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (60, 80), "white").save(target, kind)
    return target.getvalue()


def test_a_signed_word_form_says_itself_what_it_is(
    workspace: Workspace, binder: Callable[..., Result], brought: Callable[..., str]
) -> None:
    """Number, practice and edition stand in its properties; only the day has to be said."""
    done = binder("record", JUNIPER, brought("x.docx", issued(JUNIPER, "F-03")), "--date", "2026-09-20", "--on", ON)
    assert done.exit_code == 0, done.output
    (value,) = records_of(workspace)
    assert (value["document"], value["edition"], value["effective"], value["lines"]) == ("F-03", "2026.1", "2026-09-20", [])


def test_its_properties_survive_libreoffice(outside: Callable[..., str], tmp_path: Path) -> None:
    """A form that was filled in with LibreOffice is known again."""
    from pipeline.render.parts import read_keywords, read_parts

    file = tmp_path / "F-03.docx"
    file.write_bytes(issued(JUNIPER, "F-03"))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    outside("soffice", profile, "--headless", "--convert-to", "docx", "--outdir", tmp_path / "saved", file)
    assert read_keywords(read_parts((tmp_path / "saved" / "F-03.docx").read_bytes())) == (JUNIPER, "F-03", "2026.1")


@pytest.mark.parametrize(("name", "data"), [("a.pdf", pdf()), ("a.png", picture("PNG")), ("a.JPEG", picture("JPEG"))])
def test_a_scan_is_recorded_with_what_is_said_of_it(
    name: str, data: bytes, workspace: Workspace, binder: Callable[..., Result], brought: Callable[..., str]
) -> None:
    """Form, day and person come from the call."""
    said = ("--form", "F-18", "--date", "2026-12-01", "--person", "marisol", "--on", ON)
    done = binder("record", JUNIPER, brought(name, data), *said)
    assert done.exit_code == 0, done.output
    (value,) = records_of(workspace)
    assert (value["document"], value["person"], value["edition"]) == ("F-18", "marisol", "")
    loaded = load_practice(workspace, JUNIPER, as_of=RECEIVED, shared=Shared(practice(JUNIPER).catalog, ()))
    assert [record.effective for record in filed(loaded.records, "F-18", "marisol")] == [date(2026, 12, 1)]


# --- found again


def test_records_count_from_the_day_they_came_and_stand_in_the_manifest(
    workspace: Workspace, binder: Callable[..., Result], brought: Callable[..., str]
) -> None:
    """An edition of an earlier day is built as it was; that of a later day names record and file with their hashes."""
    data = filled(issued(JUNIPER, "L-06"), REMINDERS)
    assert binder("record", JUNIPER, brought("a.xlsx", data), "--on", ON).exit_code == 0
    shared = Shared(practice(JUNIPER).catalog, ())
    assert load_practice(workspace, JUNIPER, as_of=date(2027, 1, 7), shared=shared).records == ()
    loaded = load_practice(workspace, JUNIPER, as_of=RECEIVED, shared=shared)
    assert texts(loaded.records[0].lines) == REMINDED
    assert to_inputs(loaded).records == loaded.records
    name = f"practices/{JUNIPER}/records/2026-11-02-L-06"
    assert loaded.inputs[f"{name}.xlsx"] == hashlib.sha256(data).hexdigest()
    assert f"{name}.json" in loaded.inputs


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda folder: (folder / "2026-11-02-L-06.xlsx").write_bytes(b"x"), "The file was changed since it was recorded."),
        (lambda folder: (folder / "2026-11-02-L-06.xlsx").unlink(), "The file of a record is missing."),
        (lambda folder: (folder / "2026-11-02-L-06.json").write_text("{", "utf-8"), "This is not JSON"),
        (
            lambda folder: (folder / "2026-11-02-L-06.json").write_text(
                (folder / "2026-11-02-L-06.json").read_text("utf-8").replace("record/1", "record/2"), "utf-8"
            ),
            "This is not written in the form that belongs here.",
        ),
        (
            lambda folder: (folder / "2026-11-02-L-06.json").write_text(
                (folder / "2026-11-02-L-06.json").read_text("utf-8").replace(JUNIPER, LANTERN), "utf-8"
            ),
            "The record belongs to another practice.",
        ),
    ],
)
def test_records_that_were_harmed_are_named_and_nothing_is_built_on_them(
    harm: Callable[[Path], object],
    said: str,
    workspace: Workspace,
    binder: Callable[..., Result],
    brought: Callable[..., str],
) -> None:
    """Unharmed, the practice loads; harmed, neither an edition nor a further record is made."""
    assert binder("record", JUNIPER, brought("a.xlsx", filled(issued(JUNIPER, "L-06"), REMINDERS)), "--on", ON).exit_code == 0
    shared = Shared(practice(JUNIPER).catalog, ())
    assert load_practice(workspace, JUNIPER, shared=shared)
    harm(workspace.practices / JUNIPER / "records")
    with pytest.raises(ProblemsFound) as refused:
        load_practice(workspace, JUNIPER, shared=shared)
    assert [problem.what for problem in refused.value.problems if problem.what.startswith(said)]
    other = brought("b.pdf", pdf())
    assert binder("record", JUNIPER, other, "--form", "F-03", "--date", "2026-10-01", "--on", ON).exit_code == 2


def test_a_file_without_a_record_is_a_warning(workspace: Workspace) -> None:
    """Somebody copied a file in by hand: the package can be built, and it is said how to record it."""
    folder = workspace.practices / JUNIPER / "records"
    folder.mkdir()
    (folder / "2026-11-02-L-06.xlsx").write_bytes(b"x")
    loaded = load_practice(workspace, JUNIPER, shared=Shared(practice(JUNIPER).catalog, ()))
    assert [problem.what for problem in loaded.warnings if "/records/" in problem.where] == ["No record says what this file is."]


def test_the_last_word_on_a_step_counts() -> None:
    """Of two files, the one that came later says how far a step is, whatever the order they are given in."""
    early = record_of(
        "R-04", "2026-11-01", {"No.": "S-01", "Status": "In progress"}, {"No.": "S-02", "Status": "Open"}, sheet="By date"
    )
    late = record_of("R-04", "2026-10-01", {"No.": "S-01", "Status": "Done"}, sheet="By date", received=date(2027, 2, 1))
    found = latest((late, early), "R-04", ["No."])
    assert {key: line.values["Status"] for key, (_, line) in found.items()} == {("S-01",): "Done", ("S-02",): "Open"}


def test_the_hidden_sheet_holds_no_names_of_people() -> None:
    """What is out of sight says whose the file is and what stands where; rows are told by checksums."""
    sheet = load_workbook(io.BytesIO(issued(JUNIPER, "L-13")))[SHEET]
    text = " ".join(str(cell.value) for row in sheet.iter_rows() for cell in row)
    assert not [person.name for person in practice(JUNIPER).profile.workforce if person.name in text]
