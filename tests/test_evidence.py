"""What shows that a task was done: each rule of the catalogue, the evidence summary, and rules that cannot work."""

from __future__ import annotations

import copy
import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

import pytest
from conftest import JUNIPER, LANTERN, ROOT
from docx import Document
from openpyxl import Workbook, load_workbook
from returned import practice, record_of

from pipeline.catalog import Catalog, Task
from pipeline.check.evidence import check_evidence
from pipeline.context import Inputs, names_for
from pipeline.context.evidence import evidence_of, looked_from
from pipeline.evidence_catalog import Returned, Shown
from pipeline.evidence_names import EvidenceNames
from pipeline.inputs import to_inputs
from pipeline.lint.returned import Columns, check_returned, columns_of
from pipeline.primitives import primitives
from pipeline.recorded import Line, Record, proofs
from pipeline.render.word import render_word
from pipeline.schema import load_schema
from pipeline.workspace import Workspace

HARBOR = "example-harbor-oak"
DAY = "2026-11-20"
Known = dict[str, Mapping[str, Columns]]


def inputs_of(slug: str, *records: Record, as_of: date | None = None) -> Inputs:
    inputs = to_inputs(practice(slug))
    return replace(inputs, records=records, as_of=as_of or inputs.as_of)


def evidence_names(inputs: Inputs) -> EvidenceNames:
    artifact = inputs.plan.get("PR-05")
    assert artifact
    names = names_for(inputs, artifact)
    assert isinstance(names, EvidenceNames)
    return names


def entry_for(catalog: Catalog, task: Task, rule: Shown, name: str) -> tuple[str, dict[str, str]]:
    """Sheet and values of a line that meets a rule, and no more than that. name: of a system or network."""
    sheets = {entry.sheet: entry.dated for entry in catalog.returned if entry.document == task.record}
    sheet = rule.sheet or next(iter(sheets))
    values = dict.fromkeys(rule.filled, "something")
    if rule.column:
        values[rule.column] = rule.any[0] if rule.any else name
    if rule.policy:
        values[rule.policy] = f"{task.policies[0]}, as every year"
    if not rule.filed:
        values[str(rule.dated or sheets[sheet])] = DAY
    return sheet, values


def recurring(slug: str) -> list[Task]:
    return [task for task in practice(slug).plan.tasks if task.cadence != "event"]


@pytest.mark.parametrize("slug", [JUNIPER, LANTERN, HARBOR])
def test_every_recurring_task_can_be_shown(slug: str) -> None:
    """For each task of the practice, the entry that its rule asks for, or the form itself, shows it on its day; without it, nothing does."""
    loaded = practice(slug)
    catalog, profile = loaded.catalog, loaded.profile
    for task in recurring(slug):
        rules = [rule for rule in catalog.shown if rule.task == task.id]
        assert proofs(catalog, profile, task, ()) == ()
        for rule in rules:
            name = next((one.name for one in (*profile.systems, *profile.networks) if one.kind in rule.kind), "")
            if rule.kind:
                assert name, (task.id, rule.kind)
            sheet, values = entry_for(catalog, task, rule, name)
            found = proofs(catalog, profile, task, [record_of(task.record, DAY, values, sheet=sheet)])
            assert [(proof.day.isoformat(), proof.file) for proof in found] == [(DAY, f"records/{DAY}-{task.record}.xlsx")], (
                task.id
            )
        if not rules:
            assert [proof.day.isoformat() for proof in proofs(catalog, profile, task, [record_of(task.record, DAY)])] == [DAY], (
                task.id
            )


def test_an_entry_shows_only_the_task_it_speaks_of() -> None:
    """The deputy's look is no monthly review, a check of one policy is none of another, and a day must be there."""
    loaded = practice(JUNIPER)
    tasks = {task.id: task for task in loaded.catalog.tasks}
    looked = "What was looked at (for Other check: which policy)"
    records = [
        record_of(
            "L-05", DAY, {"System": "x", "Reviewed on": DAY, "Review": "By the deputy"}, {"System": "y", "Review": "Monthly"}
        ),
        record_of("L-09", DAY, {"Date": DAY, "Entry": "Other check", looked: "SEC-15"}),
    ]
    shown = {id for id, task in tasks.items() if proofs(loaded.catalog, loaded.profile, task, records)}
    assert shown == {"T-091", "T-150"}


def test_a_form_that_is_signed_each_year_does_not_show_what_else_stands_on_it() -> None:
    """The designation shows that the officer was named, and not that duties changed hands."""
    loaded = practice(JUNIPER)
    tasks = {task.id: task for task in loaded.catalog.tasks}
    record = record_of("F-03", DAY)
    assert proofs(loaded.catalog, loaded.profile, tasks["T-016"], [record])
    assert not proofs(loaded.catalog, loaded.profile, tasks["T-041"], [record])


# --- the summary


def reminders(*days: str) -> Record:
    return record_of("L-06", days[-1], *({"Month": day[:7], "Sent on": day, "Subject": f"No. {day}"} for day in days))


def test_each_time_a_task_was_due_is_found_missing_or_not_yet_due() -> None:
    """Of twelve monthly reminders nine were sent; the months without one are named."""
    sent = (
        "2026-10-05",
        "2026-11-02",
        "2026-12-07",
        "2027-01-04",
        "2027-02-01",
        "2027-03-01",
        "2027-04-05",
        "2027-05-03",
        "2027-06-07",
    )
    inputs = inputs_of(JUNIPER, reminders(*sent), as_of=date(2027, 9, 14))
    since = looked_from(inputs)
    assert since == date(2026, 9, 14)
    (found,) = (one for one in evidence_of(inputs, since) if one.task.id == "T-162")
    assert found.done == 9
    assert [f"{one.due:%Y-%m}" for one in found.missing + found.later] == ["2027-07", "2027-08", "2027-09"]
    assert len(found.found) == 9
    names = evidence_names(inputs)
    (row,) = (task for held in names.records if held.record.id == "L-06" for task in held.tasks if "monthly" in task.title)
    assert (row.done, row.count) == (9, 12)
    assert row.found[0].file == "2027-06-07-L-06.xlsx"
    assert "Jul, Aug" in f"{row.missing} {row.later}"


def test_every_time_is_counted_once_over_the_whole_summary() -> None:
    """Found, missing and not yet due together are the times that the calendar has."""
    inputs = inputs_of(HARBOR, reminders("2026-11-02"), as_of=date(2027, 10, 1))
    names = evidence_names(inputs)
    times = sum(task.count for held in names.records for task in held.tasks)
    assert names.done + names.missing + names.later == times
    assert names.done == 1
    assert len([task for held in names.records for task in held.tasks]) == len(recurring(HARBOR))


def test_nothing_is_missed_from_before_the_first_risk_analysis() -> None:
    """An edition three months after the first one looks back three months."""
    inputs = inputs_of(JUNIPER, as_of=date(2026, 12, 14))
    assert looked_from(inputs) == inputs.began == date(2026, 9, 14)
    assert looked_from(replace(inputs, as_of=date(2028, 2, 29))) == date(2027, 2, 28)


def test_what_came_after_the_edition_does_not_count() -> None:
    """An entry of a later day shows nothing for this edition."""
    inputs = inputs_of(JUNIPER, reminders("2027-01-04"), as_of=date(2026, 12, 31))
    assert evidence_names(inputs).done == 0


def test_the_first_edition_says_what_will_be_looked_for() -> None:
    """There is nothing to look back to: one sentence says so, and the months follow with forms and logs."""
    inputs = inputs_of(JUNIPER)
    names = evidence_names(inputs)
    assert (names.begins, names.done, names.missing) == (True, 0, 0)
    assert len({month.month for month in names.months}) in (12, 13)
    held = {entry.record.id for month in names.months for entry in month.awaited}
    assert held == {task.record for task in recurring(JUNIPER)}


@pytest.mark.parametrize("slug", [JUNIPER, LANTERN, HARBOR])
def test_the_summary_prints_what_was_found_and_what_is_missing(slug: str) -> None:
    """Days and files of what was found, months of what is missing, and what happened in between."""
    closed = record_of(
        "L-04", "2027-05-20", {"No.": "1", "Entry": "Lost device", "Discovered": "2027-05-11", "Closed on": "2027-05-20"}
    )
    inputs = inputs_of(slug, reminders("2026-11-02", "2027-05-03"), closed, as_of=date(2027, 9, 1))
    artifact = inputs.plan.get("PR-05")
    assert artifact
    loaded = practice(slug)
    data = render_word(loaded.templates["PR-05.docx"], primitives(names_for(inputs, artifact)), loaded.look, inputs.as_of)
    document = Document(io.BytesIO(data))
    rows = [[cell.text for cell in row.cells] for table in document.tables for row in table.rows]
    (row,) = (row for row in rows if row[1:2] == ["Send the monthly security reminder"])
    assert row[3] == "Nov 2, 2026 and May 3, 2027: 2027-05-03-L-06.xlsx"
    assert "Dec 2026; Jan, Feb, Mar, Apr" in row[4]
    assert ["L-04", "Close the incident and tell the lesson", "May 20, 2027: 2027-05-20-L-04.xlsx"] in rows
    assert "begin with this edition" not in "".join(cell for row in rows for cell in row)


# --- rules that cannot work


def told(project: Workspace, catalog: Catalog) -> list[str]:
    profile = load_schema(project.schemas / "profile.schema.json")
    return [f"{problem.where}: {problem.what}" for problem in check_evidence(catalog, profile)]


BROKEN: dict[str, tuple[Callable[[Catalog], Catalog], str]] = {
    "a document that does not exist": (
        lambda c: replace(c, returned=(*c.returned, Returned("L-99", "Log"))), 'There is no document "L-99".',
    ),
    "a sheet named twice": (lambda c: replace(c, returned=(*c.returned, c.returned[0])), "stands 2 times"),
    "a task that does not exist": (lambda c: replace(c, shown=(*c.shown, Shown("T-999"))), 'There is no task "T-999".'),
    "a sheet that is not returned": (
        lambda c: replace(c, shown=(*c.shown, Shown("T-104", sheet="Passwords"))), 'There is no returned sheet of L-07 "Passwords".',
    ),
    "a kind that does not exist": (
        lambda c: replace(c, shown=(*c.shown, Shown("T-108", column="System", kind=("passwords",)))), 'There is no kind of system or network "passwords".',
    ),
    "an entry without a day": (
        lambda c: replace(c, returned=tuple(replace(r, dated=None) if r.document == "L-05" else r for r in c.returned)),
        "Nothing says where the day of such an entry stands.",
    ),
    "a log that is not read": (
        lambda c: replace(c, returned=tuple(r for r in c.returned if r.document != "L-17")), "Nothing says how it is read",
    ),
    "a task that nothing shows": (
        lambda c: replace(c, shown=tuple(rule for rule in c.shown if rule.task != "T-162")), "Nothing says which entries of L-06 show the task",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_rule_that_cannot_work_is_found(name: str, project: Workspace, catalog: Catalog) -> None:
    """The catalogue as it is has no such defect; with it, it is named."""
    change, what = BROKEN[name]
    assert told(project, catalog) == []
    assert [problem for problem in told(project, change(catalog)) if what in problem]


def opened(document: str) -> Workbook:
    """The template of a document."""
    return load_workbook(ROOT / "forms_xlsx" / f"{document}.xlsx")


@pytest.fixture(scope="module")
def columns() -> Known:
    """The columns of every Excel template."""
    return {path.name: columns_of(opened(path.stem)) for path in (ROOT / "forms_xlsx").glob("*.xlsx")}


def test_every_heading_and_choice_that_is_named_stands_in_its_template(catalog: Catalog, columns: Known) -> None:
    """Sheets, headings, questions and choices, letter by letter."""
    assert list(check_returned(catalog, columns)) == []


@pytest.mark.parametrize(
    ("document", "sheet", "old", "new", "what"),
    [
        ("L-05", "Log", "Reviewed on", "Seen on", 'There is no heading or question "Reviewed on".'),
        ("L-05", "Log", "Review", "Kind", 'There is no heading or question "Review".'),
        ("F-02", "Form", "Date", "Day", 'There is no heading or question "Date".'),
    ],
)
def test_a_heading_that_was_changed_in_its_template_is_found(
    document: str, sheet: str, old: str, new: str, what: str, catalog: Catalog, columns: Known
) -> None:
    """Whoever changes a template is told which rule looked for the words."""
    book = opened(document)
    (cell,) = (cell for row in book[sheet].iter_rows() for cell in row if cell.value == old)
    cell.value = new
    problems = list(check_returned(catalog, columns | {f"{document}.xlsx": columns_of(book)}))
    assert [problem for problem in problems if problem.what == what]


def test_a_choice_that_a_sheet_does_not_offer_is_found(catalog: Catalog, columns: Known) -> None:
    """A misspelt choice would make a task that is never shown."""
    rule = next(rule for rule in catalog.shown if rule.task == "T-091")
    wrong = tuple(replace(one, any=("By the Deputy",)) if one is rule else one for one in catalog.shown)
    (problem,) = check_returned(replace(catalog, shown=wrong), columns)
    assert problem.what == 'There is no choice under "Review" "By the Deputy".'


def test_the_questions_of_a_form_are_told_apart() -> None:
    """No form asks two questions in the same words: an answer would be read under the other."""
    for document in ("F-01", "F-02", "F-16"):
        book = opened(document)
        (sheet,) = columns_of(book)
        joined = {area.min_row for area in book[sheet].merged_cells.ranges}
        questions = [cell.value for (cell,) in book[sheet].iter_rows(max_col=1) if cell.value and cell.row not in joined]
        assert len(questions) == len(columns_of(book)[sheet])


def test_a_line_knows_its_days() -> None:
    """Under a heading stands a day, or nothing."""
    line = Line("Log", "A10", {"Date": DAY})
    assert (line.day("Date"), line.day("Closed on")) == (date(2026, 11, 20), None)
    assert copy.copy(line) == line
