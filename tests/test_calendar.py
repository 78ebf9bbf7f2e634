"""The calendar of the year: its workbook and its file for calendar programs."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from conftest import LANTERN
from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from openpyxl import load_workbook
from openpyxl.utils import range_boundaries
from openpyxl.worksheet.worksheet import Worksheet
from readers import page_texts

from pipeline.context import Inputs, names_for
from pipeline.context.calendar import listed, sequence, who_does
from pipeline.inputs import to_inputs
from pipeline.lint.leftovers import find_leftovers
from pipeline.load import Loaded, load_practice
from pipeline.plan import Artifact
from pipeline.primitives import primitives
from pipeline.render.excel.identity import SHEET
from pipeline.render.ics import render_ics
from pipeline.rendering import asked, render
from pipeline.schedule import Occurrence, occurrences
from pipeline.workspace import Workspace

HARBOR = "example-harbor-oak"
LINE = re.compile(r"([A-Z][A-Z0-9-]*)((?:;[A-Z0-9-]+=[^\";:,\x00-\x1f]+)*):([^\x00-\x08\x0a-\x1f\x7f]*)")
ESCAPED = {"\\\\": "\\", "\\n": "\n", "\\N": "\n", "\\,": ",", "\\;": ";"}


@pytest.fixture(scope="module", params=["example-juniper-ridge", LANTERN, HARBOR])
def practice(request: pytest.FixtureRequest, project: Workspace) -> Loaded:
    """Each example."""
    return load_practice(project, request.param)


@pytest.fixture
def inputs(practice: Loaded) -> Inputs:
    return to_inputs(practice)


def artifact(inputs: Inputs, id: str) -> Artifact:
    found = inputs.plan.get(id)
    assert found
    return found


def names(inputs: Inputs, id: str) -> dict[str, Any]:
    """What the document gets."""
    return primitives(names_for(inputs, artifact(inputs, id)))


def due(inputs: Inputs) -> tuple[Occurrence, ...]:
    return occurrences(inputs.plan.tasks, inputs.clauses, inputs.profile.review_month, inputs.as_of)


def file_of(inputs: Inputs) -> bytes:
    return render_ics(names(inputs, "SO-07"), inputs.as_of)


def workbook_of(practice: Loaded, inputs: Inputs) -> bytes:
    return render(*asked(artifact(inputs, "SO-06"), names(inputs, "SO-06"), practice, inputs.as_of))


def events(data: bytes) -> list[Any]:
    return list(Calendar.from_ical(data).walk("VEVENT"))


def sheets(data: bytes) -> list[tuple[Worksheet, list[dict[str, Any]]]]:
    """Each sheet that is seen, with the rows of its table, heading → cell."""
    found = []
    for sheet in load_workbook(io.BytesIO(data)).worksheets:
        if sheet.title == SHEET:
            assert sheet.sheet_state == "veryHidden"
            continue
        (table,) = sheet.tables.values()
        left, top, right, bottom = range_boundaries(table.ref)
        heads = [str(sheet.cell(top, column).value) for column in range(left, right + 1)]
        cells = ([sheet.cell(line, column) for column in range(left, right + 1)] for line in range(top + 1, bottom + 1))
        found.append((sheet, [dict(zip(heads, row, strict=True)) for row in cells]))
    return found


# --- the workbook


def test_the_rows_of_the_workbook_are_the_schedule(practice: Loaded, inputs: Inputs) -> None:
    """Line by line: day, task and place of the record, in the order of the days."""
    records = {task.id: task.record for task in inputs.plan.tasks}
    (_, rows), _ = sheets(workbook_of(practice, inputs))
    days = [datetime.strptime(row["Due by"].value, "%a, %b %d, %Y") for row in rows]
    read = [(day.date(), row["No."].value, row["Recorded on"].value[:4]) for day, row in zip(days, rows, strict=True)]
    assert read == [(one.due, one.task, records[one.task]) for one in due(inputs)]
    assert all(row["Due by"].value.startswith(f"{day:%a}, ") for day, row in zip(days, rows, strict=True))


def test_a_month_is_named_on_its_first_line_only(practice: Loaded, inputs: Inputs) -> None:
    """And its cell has a color of its own, by the rule of the sheet."""
    (sheet, rows), _ = sheets(workbook_of(practice, inputs))
    named = [(row["Month"].value, one.due) for row, one in zip(rows, due(inputs), strict=True) if row["Month"].value]
    assert [f"{day:%B}" for _, day in named] == [month for month, _ in named]
    assert len({(day.year, day.month) for day in (one.due for one in due(inputs))}) == len(named) >= 12
    (area,) = {str(formatting.sqref) for formatting in sheet.conditional_formatting}
    assert area == f"A{rows[0]['Month'].row}:A{rows[-1]['Month'].row}"
    coloured = {rule.formula[0] for formatting in sheet.conditional_formatting for rule in formatting.rules}
    assert {f'"{month}"' for month, _ in named} <= coloured


def test_every_task_stands_once_by_person_with_all_its_days(practice: Loaded, inputs: Inputs) -> None:
    """The second sheet holds the same days as the first."""
    _, (_, rows) = sheets(workbook_of(practice, inputs))
    wanted: dict[str, list[date]] = {}
    for one in due(inputs):
        wanted.setdefault(one.task, []).append(one.due)
    assert {row["No."].value: row["Due by"].value for row in rows} == {task: listed(days) for task, days in wanted.items()}
    assert len(rows) == len(wanted)
    people = [row["Who"].value for row in rows]
    assert sorted(people, key=people.index) == people


def test_offices_are_carried_by_people_with_names(practice: Loaded, inputs: Inputs) -> None:
    """Security Officer, Privacy Officer and owners by name; a group that has no name by its word."""
    who = {task.id: task.who for task in inputs.plan.tasks}
    officers, name = inputs.profile.officers, inputs.profile.name_of
    (_, rows), (_, own) = sheets(workbook_of(practice, inputs))
    for row in (*rows, *own):
        match who[row["No."].value]:
            case "security_officer":
                assert row["Who"].value == name(officers.security.person)
            case "privacy_officer":
                assert row["Who"].value == name(officers.privacy.person)
            case "owner":
                assert all(name(id) in row["Who"].value for id in inputs.profile.owners)
            case role:
                assert row["Who"].value == inputs.word("role", role)


@pytest.mark.parametrize(
    ("role", "who"),
    [
        ("security_officer", "Denise Abernathy"),
        ("privacy_officer", "Marisol Etxeberria, LCSW"),
        ("owner", "Marisol Etxeberria, LCSW and Dov Kestenbaum, PhD"),
        ("everyone", "Everybody"),
        ("remote_worker", "Everybody who works from home"),
        ("supervisor", "Supervisor"),
    ],
)
def test_who_carries_a_task(role: str, who: str, loaded: Loaded) -> None:
    """As the first example has it."""
    assert who_does(to_inputs(loaded), role) == who


def test_records_and_policies_are_linked(practice: Loaded, inputs: Inputs) -> None:
    """Each link leads to a document of the package."""
    paths = {found.path for found in inputs.plan.artifacts}
    for _, rows in sheets(workbook_of(practice, inputs)):
        for row in rows:
            for column in ("Recorded on", "Policies"):
                target = unquote(row[column].hyperlink.target)
                assert target.startswith("../")
                assert target[3:] in paths
                assert target.split("/")[-1].startswith(row[column].value.split(",")[0].split(" ")[0])


def test_the_day_when_it_was_done_is_blank_and_takes_only_a_date(practice: Loaded, inputs: Inputs) -> None:
    """In every row of the first sheet, the last one included."""
    (sheet, rows), _ = sheets(workbook_of(practice, inputs))
    cells = [row["Done on"] for row in rows]
    assert {cell.value for cell in cells} == {None}
    assert {cell.number_format for cell in cells} == {"mm/dd/yyyy"}
    (rule,) = [v for v in sheet.data_validations.dataValidation if v.type == "date"]
    assert str(rule.sqref) == f"{cells[0].coordinate}:{cells[-1].coordinate}"
    assert {row["Remark"].value for row in rows} == {None}


def test_libreoffice_prints_it_one_page_wide_with_its_headings(
    practice: Loaded, inputs: Inputs, tmp_path: Path, outside: Callable[..., str]
) -> None:
    """First and last heading of each sheet stand together on every page, and no task is lost."""
    file = tmp_path / "SO-06.xlsx"
    file.write_bytes(workbook_of(practice, inputs))
    outside(
        "soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--norestore",
        "--convert-to", "pdf", "--outdir", tmp_path, file,
    )  # fmt: skip
    pages = page_texts(tmp_path / "SO-06.pdf")
    assert all(("Remark" in page and "Month" in page) or ("Policies" in page and "When" in page) for page in pages)
    printed = "\n".join(pages)
    for one in due(inputs):
        assert printed.count(one.task) == sum(other.task == one.task for other in due(inputs)) + 1


def test_days_are_listed_with_each_year_once() -> None:
    """As a person would write them."""
    days = [date(2026, 10, 7), date(2026, 11, 6), date(2027, 1, 7)]
    assert listed(days) == "Oct 7, Nov 6, 2026; Jan 7, 2027"
    assert listed(days[:1]) == "Oct 7, 2026"


# --- the file


def test_the_file_holds_the_schedule(inputs: Inputs) -> None:
    """Read back: one entry of a whole day for each day of the schedule, in its order."""
    tasks = {task.id: task for task in inputs.plan.tasks}
    calendar = Calendar.from_ical(file_of(inputs))
    assert calendar.errors == []
    found = events(file_of(inputs))
    assert [entry["DTSTART"].dt for entry in found] == [one.due for one in due(inputs)]
    for entry, one in zip(found, due(inputs), strict=True):
        task = tasks[one.task]
        assert entry.errors == []
        assert type(entry["DTSTART"].dt) is date
        assert entry["DTEND"].dt == one.due + timedelta(1)
        assert entry["SUMMARY"] == f"{task.title} ({task.id})"
        assert str(entry["DESCRIPTION"]).startswith(inputs.text(task.step))
        assert f"Recorded on {task.record} " in entry["DESCRIPTION"]
        assert f"Who: {who_does(inputs, task.who)}." in entry["DESCRIPTION"]
        assert any(policy in entry["DESCRIPTION"].split("Policy: ")[1] for policy in task.policies)
        assert [str(category) for category in entry["CATEGORIES"].cats] == ["HIPAA", inputs.word("role", task.who)]
        assert entry["TRANSP"] == "TRANSPARENT"


def test_the_calendar_has_a_name_and_is_no_invitation(inputs: Inputs) -> None:
    """What a calendar program shows, and how it takes the entries."""
    calendar = Calendar.from_ical(file_of(inputs))
    assert calendar["X-WR-CALNAME"] == f"{inputs.profile.practice.short_name}: HIPAA security"
    assert (calendar["METHOD"], calendar["VERSION"], calendar["CALSCALE"]) == ("PUBLISH", "2.0", "GREGORIAN")
    assert calendar["PRODID"]


def test_each_entry_rings_a_week_before_at_nine(inputs: Inputs) -> None:
    """Counted from the midnight with which the day begins, wherever the reader is."""
    for entry in events(file_of(inputs)):
        (alarm,) = entry.walk("VALARM")
        assert datetime.combine(entry["DTSTART"].dt, time()) + alarm["TRIGGER"].dt == datetime.combine(
            entry["DTSTART"].dt - timedelta(7), time(9)
        )
        assert (alarm["ACTION"], alarm["DESCRIPTION"]) == ("DISPLAY", entry["SUMMARY"])


def test_the_file_keeps_the_grammar_of_the_standard(inputs: Inputs) -> None:
    """RFC 5545, 3.1 and 3.6, read without the library that wrote it: lines, folding, nesting, what each entry must have."""
    data = file_of(inputs)
    assert data.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert b"\r" not in data.replace(b"\r\n", b"")
    folded = data.split(b"\r\n")
    assert max(map(len, folded)) <= 75
    assert all(line.decode() for line in folded[:-1])
    open_parts: list[str] = []
    held: list[dict[str, list[str]]] = []
    read: list[tuple[str, str, str]] = []
    for line in data.replace(b"\r\n ", b"").decode().split("\r\n")[:-1]:
        matched = LINE.fullmatch(line)
        assert matched, line
        name, parameters, value = matched.groups()
        if name == "BEGIN":
            open_parts.append(value)
            held.append({})
        elif name == "END":
            assert open_parts.pop() == value
            entry = held.pop()
            if value == "VEVENT":
                once = ("UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION", "SEQUENCE", "LAST-MODIFIED", "TRANSP")
                assert {property: len(entry[property]) for property in once} == dict.fromkeys(once, 1)
                read.append((entry["UID"][0], entry["DTSTART"][0], text_of(entry["DESCRIPTION"][0])))
        else:
            held[-1].setdefault(name, []).append(value)
            assert parameters == (";VALUE=DATE" if name in ("DTSTART", "DTEND") else "")
    assert open_parts == []
    wanted = names(inputs, "SO-07")["events"]
    assert read == [(event["uid"], event["day"].replace("-", ""), event["text"]) for event in wanted]


def text_of(value: str) -> str:
    """A TEXT value as it was meant (RFC 5545, 3.3.11); a comma or semicolon that is not escaped is an error."""
    assert not re.search(r"(?<!\\)(?:\\\\)*[,;]", value), value
    return re.sub(r"\\[\\nN,;]", lambda found: ESCAPED[found[0]], value)


def test_entries_keep_their_number_from_edition_to_edition(inputs: Inputs) -> None:
    """A second import updates them: same UID, larger SEQUENCE, nothing else changed."""
    first, second = file_of(inputs), file_of(replace(inputs, edition="2026.2"))
    assert [entry["UID"] for entry in events(first)] == [entry["UID"] for entry in events(second)]
    assert all(a["SEQUENCE"] < b["SEQUENCE"] for a, b in zip(events(first), events(second), strict=True))
    pairs = zip(first.split(b"\r\n"), second.split(b"\r\n"), strict=True)
    assert {(a[:9], b[:9]) for a, b in pairs if a != b} == {(b"SEQUENCE:", b"SEQUENCE:")}


def test_no_two_entries_have_the_same_number(inputs: Inputs) -> None:
    """And each carries the practice, so that two calendars can lie side by side."""
    uids = [str(entry["UID"]) for entry in events(file_of(inputs))]
    assert len(set(uids)) == len(uids)
    assert all(uid.endswith(f".{inputs.profile.practice.slug}@hipaa-calendar") for uid in uids)


def test_the_calendar_of_a_later_day_shares_the_entries_of_the_days_they_share(inputs: Inputs) -> None:
    """Half a year later: the same days under the same numbers, and new ones behind them."""
    later = replace(inputs, as_of=inputs.as_of + timedelta(182), edition="2027.1")
    first, second = ({str(e["UID"]): e["DTSTART"].dt for e in events(file_of(one))} for one in (inputs, later))
    common = first.keys() & second.keys()
    assert common == {uid for uid, day in first.items() if day >= later.as_of}
    assert common
    assert {first[uid] for uid in common} == {second[uid] for uid in common}
    assert all(first[uid] == second[uid] for uid in common)


@pytest.mark.parametrize(("earlier", "later"), [("2026.1", "2026.2"), ("2026.9", "2026.10"), ("2026.9999", "2027.1")])
def test_the_number_of_an_edition_grows(earlier: str, later: str) -> None:
    """Also where a text would sort the other way, and within what a SEQUENCE may hold (RFC 5545, 3.3.8)."""
    assert sequence(earlier) < sequence(later) < 2**31


def test_the_file_is_the_same_each_time_and_is_dated_as_of(inputs: Inputs) -> None:
    """No clock comes in."""
    assert file_of(inputs) == file_of(inputs)
    stamps = {entry[name].dt for entry in events(file_of(inputs)) for name in ("DTSTAMP", "LAST-MODIFIED")}
    assert stamps == {datetime.combine(inputs.as_of, time(), UTC)}


@settings(max_examples=examples(30))
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=200))
def test_any_text_comes_back_as_it_was(text: str) -> None:
    """Commas, semicolons, backslashes, quotes, letters of four bytes at a fold: for two readers."""
    event = {"uid": "a@b", "day": "2026-10-07", "title": text, "text": f"{text}\n{text}", "category": "Owner"}
    data = render_ics({"name": text, "sequence": 1, "events": [event], "document": {"summary": text}}, date(2026, 9, 14))
    (entry,) = events(data)
    assert (entry["SUMMARY"], entry["DESCRIPTION"]) == (text, f"{text}\n{text}")
    lines = data.replace(b"\r\n ", b"").decode().split("\r\n")
    values = [text_of(line.partition(":")[2]) for line in lines if line.startswith(("SUMMARY:", "X-WR-CALNAME:"))]
    assert values == [text, text]
    assert max(map(len, data.split(b"\r\n"))) <= 75


def test_nothing_is_left_over_in_the_file(inputs: Inputs) -> None:
    """And a name that was not filled in would be found."""
    data, path = file_of(inputs), artifact(inputs, "SO-07").path
    assert path.endswith(".ics")
    assert list(find_leftovers(data, path)) == []
    assert list(find_leftovers(data.replace(b"SUMMARY:", b"SUMMARY:{{ x }} "), path))


def test_the_calendar_follows_the_clauses_of_the_policies(loaded: Loaded) -> None:
    """The test of copies is done each quarter here; where no finding asks for it, each half year."""
    inputs = to_inputs(loaded)
    relaxed = to_inputs(loaded)
    vars(relaxed)["clauses"] = dict.fromkeys(inputs.clauses, False)
    counts = [sum(row["task"] == "T-123" for row in names(one, "SO-06")["rows"]) for one in (inputs, relaxed)]
    assert counts == [4, 2]
