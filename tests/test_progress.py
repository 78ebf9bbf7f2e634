"""How far a practice is: what counts as done, what is overdue, and what the command says of it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import Result
from conftest import JUNIPER, LANTERN

from pipeline.context.common import Inputs
from pipeline.context.standing import practice_progress, review_day
from pipeline.inputs import to_inputs
from pipeline.load import Loaded, load_practice
from pipeline.progress import (
    DONE,
    DUE,
    LATER,
    OVERDUE,
    SOON_DAYS,
    WEIGHTS,
    Item,
    Period,
    Progress,
    TaskProgress,
    state_on,
    until_review,
    waiting,
)
from pipeline.recorded import Line, Record
from pipeline.status import portfolio_status, practice_status
from pipeline.status_text import portfolio_lines, status_lines
from pipeline.workspace import Workspace

Binder = Callable[..., Result]
Edit = Callable[..., Path]
TODAY = date(2026, 11, 23)
MATEO = "Mateo Quiroga-Lind, LICSW"
CLINICIAN = {"C-02", "C-07", "C-08"}  # the rules of each year, false messages, the walk-through of everybody
COURSES = {
    "Imani Osei-Larkin, PsyD, LP": CLINICIAN | {"C-05", "C-06", "C-16"},  # both offices, and the owner
    MATEO: CLINICIAN,
    "Freya Solheim-Banks, LMFT": CLINICIAN,
}


@pytest.fixture(scope="module")
def lantern(project: Workspace) -> Inputs:
    """The three people who work remotely, edition of October 5, 2026, without any record."""
    return to_inputs(load_practice(project, LANTERN))


def record(
    document: str, *rows: dict[str, str], effective: date = TODAY, sheet: str = "Log", person: str | None = None
) -> Record:
    """A document that came back on the day it speaks for, with these rows."""
    lines = tuple(Line(sheet, f"A{number}", row) for number, row in enumerate(rows, 12))
    name = f"records/{effective}-{document}.xlsx"
    return Record(document, "2026.1", effective, effective, name, "0" * 64, lines, person)


def seen(inputs: Inputs, *records: Record, today: date = TODAY) -> Progress:
    return practice_progress(replace(inputs, records=records), today)


def item(items: tuple[Item, ...], who: str, id: str) -> Item:
    (found,) = [one for one in items if one.who == who and one.id == id]
    return found


def training(day: str, course: str = "C-02 Our rules each year: clinicians", **more: str) -> dict[str, str]:
    return {"Person": MATEO, "Course": course, "Occasion": "Yearly", "Trained on": day, **more}


# --- states


@pytest.mark.parametrize(
    ("days", "state"), [(-1, OVERDUE), (0, DUE), (SOON_DAYS, DUE), (SOON_DAYS + 1, LATER)], ids=["yesterday", "today", "30", "31"]
)
def test_what_is_due_today_is_not_late_and_after_thirty_days_it_is_later(days: int, state: str) -> None:
    """Overdue begins on the day after; due soon are the next thirty days."""
    assert state_on(TODAY + timedelta(days), TODAY) == state


def test_without_records_nothing_of_the_people_is_done(lantern: Inputs) -> None:
    """Trainings, papers and tasks are done only where a record shows it; each is counted once."""
    progress = seen(lantern)
    for area in ("trainings", "papers", "tasks"):
        assert progress.counts[area].done == 0
    assert sorted((one.who, one.id) for one in progress.trainings) == sorted(
        (who, id) for who, courses in COURSES.items() for id in courses
    )
    assert progress.counts["trainings"].total == len(progress.trainings) == 12
    assert progress.counts["tasks"].total == sum(len(task.periods) for task in progress.tasks)


# --- trainings


def test_a_training_of_this_edition_is_done_on_its_day(lantern: Inputs) -> None:
    """The line of the training log counts; the other course of the person does not change."""
    progress = seen(lantern, record("L-13", training("2026-11-10", Test="Passed")))
    found = item(progress.trainings, MATEO, "C-02")
    assert (found.state, found.done, found.due) == (DONE, date(2026, 11, 10), date(2026, 11, 30))
    assert progress.counts["trainings"].done == 1


@pytest.mark.parametrize(
    ("row", "note"),
    [
        (training("2026-11-10", Test="Repeat"), "Yearly; test to be repeated, November 10, 2026"),
        (training("2026-10-04"), "Yearly; last taken October 4, 2026"),
        (training("2026-12-01"), "Yearly"),
        (training("2026-11-10") | {"Person": "Somebody Else"}, "Yearly"),
        (training("2026-11-10", "C-21 Something else"), "Yearly"),
    ],
    ids=["to be repeated", "before this edition", "in the future", "another person", "another course"],
)
def test_a_line_that_shows_no_training_on_this_edition_does_not_count(lantern: Inputs, row: dict[str, str], note: str) -> None:
    """It stays due, and the note says what there is."""
    found = item(seen(lantern, record("L-13", row)).trainings, MATEO, "C-02")
    assert (found.state, found.done, found.note) == (DUE, None, note)


def test_the_last_copy_of_a_line_counts(lantern: Inputs) -> None:
    """Repeat, then passed, is passed; passed by a slip, then put right, is not."""
    repeat, passed = training("2026-11-02", Test="Repeat"), training("2026-11-09", Test="Passed")
    for rows, state in (((repeat, passed), DONE), ((passed, repeat), DUE)):
        first, second = (record("L-13", row, effective=date(2026, 11, day)) for row, day in zip(rows, (10, 20), strict=True))
        assert item(seen(lantern, first, second).trainings, MATEO, "C-02").state == state


def test_a_record_of_a_later_day_does_not_count_yet(lantern: Inputs) -> None:
    """Status on a day in the past says what was so on that day."""
    later = record("L-13", training("2026-11-10"), effective=date(2026, 12, 1))
    assert seen(lantern, later).counts["trainings"].done == 0
    assert seen(lantern, later, today=date(2026, 12, 1)).counts["trainings"].done == 1


# --- papers


def test_a_paper_is_signed_by_the_tracker_or_by_the_paper_itself(lantern: Inputs) -> None:
    """Both show it, with their day."""
    row = {"Person": MATEO, "Document": "F-18 Confidentiality agreement", "Signed on": "2026-10-20"}
    by_tracker = seen(lantern, record("PR-03", row, sheet="By person"))
    by_paper = seen(lantern, record("F-18", effective=date(2026, 10, 21), person="mateo"))
    for progress, day in ((by_tracker, 20), (by_paper, 21)):
        found = item(progress.papers, MATEO, "P-01")
        assert (found.state, found.done) == (DONE, date(2026, 10, day))
        assert progress.counts["papers"].done == 1
    assert item(seen(lantern).papers, MATEO, "P-01").state == OVERDUE


def test_a_yearly_form_counts_for_a_year_and_an_approval_for_its_edition(lantern: Inputs) -> None:
    """The remote work checklist of September is good for the October after; the approval of the analysis before is not."""
    owner = lantern.profile.person(lantern.profile.approver).name
    before = {"Signed on": "2026-09-20"}
    progress = seen(
        lantern,
        record(
            "PR-03",
            {"Person": MATEO, "Document": "F-02 Remote work checklist", **before},
            {"Person": owner, "Document": "R-01 Risk analysis report", **before},
        ),
    )
    assert item(progress.papers, MATEO, "P-04").state == DONE
    assert item(progress.papers, owner, "P-07").state == OVERDUE


def test_nobody_is_late_with_a_paper_that_may_not_concern_them(loaded: Loaded) -> None:
    """Where own devices are only counted, the agreement about them is never overdue, and says why."""
    far = practice_progress(to_inputs(loaded), date(2028, 1, 1))
    unsure = [one for one in far.papers if one.note]
    assert unsure
    assert {one.state for one in unsure} == {LATER}
    assert {one.note for one in unsure} == {"Only if an own device is used for work"}


# --- agreements


def test_an_agreement_that_is_missing_is_overdue_until_the_log_shows_it(lantern: Inputs) -> None:
    """There is no day from which on it may be missing; a signed one is due again at its review."""
    (missing,) = [one for one in seen(lantern).agreements if one.state == OVERDUE]
    assert missing.due is None
    row = {"Company or person": missing.who, "System, or person to ask for": missing.what, "Agreement": "Signed"}
    dates = {"Signed on": "2026-11-01", "Next review": "2027-11-01"}
    for today, state in (
        (TODAY, DONE),
        (date(2027, 10, 2), DUE),
        (date(2027, 11, 1), DUE),
        (date(2027, 11, 2), OVERDUE),
    ):
        progress = seen(lantern, record("L-11", row | dates), today=today)
        (found,) = [one for one in progress.agreements if (one.who, one.what) == (missing.who, missing.what)]
        assert (found.state, found.done, found.due) == (state, date(2026, 11, 1), date(2027, 11, 1))


def test_a_company_without_client_information_needs_no_agreement(lantern: Inputs) -> None:
    """What the profile says is not required does not stand among the agreements."""
    listed = {(one.who, one.what) for one in seen(lantern).agreements}
    held = {(s.vendor, s.name): s.baa.status for s in lantern.profile.systems if s.ephi}
    assert any(s.baa.status == "not_required" for s in (*lantern.profile.systems, *lantern.profile.contacts))
    assert {key for key, status in held.items() if status != "not_required"} <= listed
    assert not {(s.vendor, s.name) for s in lantern.profile.systems if s.baa.status == "not_required"} & listed


# --- risk plan


def test_a_step_follows_the_plan_that_came_back(lantern: Inputs) -> None:
    """Done on the day that stands there; open with a new day; a line of other words changes nothing."""
    before = seen(lantern)
    first = next(one for one in before.actions if one.state == OVERDUE)
    line = {"No.": first.id, "Step": first.what, "Who": first.who, "Due or done": "2026-11-05", "Status": "Done"}
    plan = record("R-04", line, sheet="By date")
    found = item(seen(lantern, plan).actions, first.who, first.id)
    assert (found.state, found.done) == (DONE, date(2026, 11, 5))
    moved = record("R-04", line | {"Status": "In progress", "Due or done": "2026-12-01"}, sheet="By date")
    found = item(seen(lantern, moved).actions, first.who, first.id)
    assert (found.state, found.done, found.due, found.note) == (DUE, None, date(2026, 12, 1), "In progress")
    other = record("R-04", line | {"Step": "Buy a door"}, sheet="By date")
    assert seen(lantern, other).actions == before.actions


def test_a_step_that_was_opened_again_is_open(lantern: Inputs) -> None:
    """The plan that came last counts, also where it says again what an earlier one said."""
    first = next(one for one in seen(lantern).actions if one.state == OVERDUE)
    line = {"No.": first.id, "Step": first.what, "Who": first.who, "Due or done": "2026-11-05"}
    plans = [
        record("R-04", line | {"Status": status}, effective=date(2026, 11, day), sheet="By date")
        for status, day in (("Open", 6), ("Done", 7), ("Open", 8))
    ]
    assert item(seen(lantern, *plans).actions, first.who, first.id).state == OVERDUE
    assert item(seen(lantern, *plans[:2]).actions, first.who, first.id).state == DONE


def test_a_plan_from_before_the_analysis_says_nothing_of_it(lantern: Inputs) -> None:
    """The analysis is newer."""
    first = next(one for one in seen(lantern).actions if one.state == OVERDUE)
    line = {"No.": first.id, "Step": first.what, "Who": first.who, "Due or done": "2026-10-01", "Status": "Done"}
    old = record("R-04", line, effective=lantern.assessment.date - timedelta(1), sheet="By date")
    assert item(seen(lantern, old).actions, first.who, first.id).state == OVERDUE


# --- tasks


def test_nine_reminders_of_twelve(lantern: Inputs) -> None:
    """Each month with an entry in the log is done; a month without is late, and what lies ahead is later."""
    days = [(2026, m) for m in (10, 11, 12)] + [(2027, m) for m in (1, 2, 3, 5, 6, 7)]
    reminders = next(task for task in lantern.plan.tasks if "monthly security reminder" in task.title.lower())
    sheets = [entry for entry in lantern.catalog.returned if entry.document == reminders.record]
    rules = [rule for rule in lantern.catalog.shown if rule.task == reminders.id]
    dated = next(filter(None, (rule.dated for rule in rules)), None) or sheets[0].dated
    assert dated
    shown = {rule.column: rule.any[0] for rule in rules if rule.column and rule.any}
    shown |= dict.fromkeys((heading for rule in rules for heading in rule.filled), "yes")
    rows = [{**shown, dated: f"{year}-{month:02}-02"} for year, month in days]
    log = record(reminders.record, *rows, effective=date(2027, 8, 1), sheet=sheets[0].sheet)
    (task,) = [one for one in seen(lantern, log, today=date(2027, 8, 1)).tasks if one.task == reminders.id]
    assert (task.done, len(task.periods)) == (9, 12)
    states = {period.start: period.state for period in task.periods}
    assert [day for day, state in states.items() if state == OVERDUE] == [date(2027, 4, 1)]
    assert states[date(2027, 8, 1)] == DUE
    assert states[date(2027, 9, 1)] == LATER
    (proof,) = task.periods[0].proofs
    assert (proof.day, proof.file) == (date(2026, 10, 2), log.file)


def test_a_task_that_is_late_twice_stands_once_among_what_is_overdue() -> None:
    """With the earliest day, and how often."""
    periods = tuple(
        Period(date(2026, month, 1), date(2026, month, 28), date(2026, month, 7), state_on(date(2026, month, 7), TODAY), ())
        for month in (9, 10, 12)
    )
    progress = Progress("p", "P", TODAY, (), (), (), (), (TaskProgress("T-1", "Look", "Officer", "L-05", periods),), TODAY)
    ((area, late),) = waiting(progress, OVERDUE)
    assert (area, late.due, late.note) == ("tasks", date(2026, 9, 7), "2 times")
    ((_, soon),) = waiting(progress, DUE)
    assert soon.note == ""
    assert (progress.overdue, progress.weight) == (2, 2 * WEIGHTS["tasks"])


# --- review


@pytest.mark.parametrize(
    ("as_of", "month", "day"),
    [
        (date(2026, 9, 14), 9, date(2027, 9, 30)),
        (date(2026, 9, 14), 10, date(2026, 10, 31)),
        (date(2027, 3, 1), 2, date(2028, 2, 29)),
    ],
)
def test_the_review_is_due_on_the_last_day_of_its_month(as_of: date, month: int, day: date) -> None:
    """The month that document control prints."""
    assert review_day(as_of, month) == day


@pytest.mark.parametrize(("days", "text"), [(2, "in 2 days"), (1, "in 1 day"), (0, "today"), (-1, "1 day overdue")])
def test_the_review_says_how_far_it_is(days: int, text: str) -> None:
    """Ahead, today, or past."""
    assert until_review(Progress("p", "P", TODAY, (), (), (), (), (), TODAY + timedelta(days))) == text


# --- the command


def test_the_terminal_shows_the_figures_in_eighty_columns(lantern: Inputs) -> None:
    """A line an area, then what is overdue, at most twelve lines and how many more."""
    progress = seen(lantern, record("L-13", training("2026-11-10")))
    lines = list(status_lines(progress))
    assert max(map(len, lines)) <= 80
    (figures,) = [line.split() for line in lines if line.startswith("Trainings")]
    assert figures == ["Trainings", "1", "0", "11", "0", "12"]
    begin = lines.index("Overdue")
    assert lines[begin + 13] == f"  and {len(waiting(progress, OVERDUE)) - 12} more"
    assert lines[begin + 1].startswith("  now ")


def test_a_name_cannot_steer_the_terminal() -> None:
    """What a terminal would obey is printed as a blank; the line keeps its width."""
    evil = Item("\x1b[2J\u202eevil", "x" * 300 + "\n", date(2026, 1, 1), None, OVERDUE)
    lines = list(status_lines(Progress("p", "P", TODAY, (evil,), (), (), (), (), TODAY, "2026.1")))
    assert "\x1b" in evil.who
    assert all(letter.isprintable() for line in lines for letter in line)
    assert max(map(len, lines)) <= 80


def test_status_prints_and_writes_a_page_for_its_owner_alone(workspace: Workspace, binder: Binder) -> None:
    """The page stands beside the editions, is replaced each time, and nothing of it is left over."""
    for _ in range(2):
        result = binder("status", LANTERN, "--on", "2026-11-23")
        assert result.exit_code == 0, result.output
    assert result.stdout.startswith("Lantern Online Therapy · edition 2026.1 · November 23, 2026\n")
    assert f"Page: build/{LANTERN}/status.html" in result.stdout
    folder = workspace.build / LANTERN
    assert [file.name for file in folder.iterdir()] == ["status.html"]
    assert (folder / "status.html").stat().st_mode & 0o777 == 0o600
    assert "Lantern Online Therapy" in (folder / "status.html").read_text("utf-8")


def test_a_page_that_cannot_be_written_is_said(workspace: Workspace, binder: Binder) -> None:
    """Without a trace of a crash; the file in the way stays as it is."""
    workspace.build.write_text("in the way", "utf-8")
    result = binder("status", LANTERN, "--on", "2026-11-23")
    assert result.exit_code == 3
    assert " could not be written: " in result.stderr
    assert workspace.build.read_text("utf-8") == "in the way"


def test_status_for_programs_is_json_and_writes_nothing(workspace: Workspace, binder: Binder) -> None:
    """The same figures as everywhere."""
    result = binder("status", LANTERN, "--on", "2026-11-23", "--json")
    values = json.loads(result.stdout)
    assert (values["practice"], values["on"], values["next_review"]) == (LANTERN, "2026-11-23", "2027-10-31")
    progress = practice_status(workspace, LANTERN, TODAY)
    assert values["counts"]["trainings"] == {"done": 0, "due": 12, "overdue": 0, "later": 0, "total": 12}
    assert len(values["papers"]) == progress.counts["papers"].total
    assert not workspace.build.exists()


def test_all_practices_stand_worst_first_and_a_broken_one_does_not_hide_the_others(
    workspace: Workspace, binder: Binder, edit: Edit
) -> None:
    """It is listed with the number of its problems, and the exit code says that there are some."""
    shutil.copytree(workspace.practices / LANTERN, workspace.practices / "broken")
    result = binder("status", "--on", "2026-11-23")
    assert result.exit_code == 2
    rows = [line.split() for line in result.stdout.splitlines()[1:4]]
    assert [row[0] for row in rows] == [JUNIPER, LANTERN, "broken"]
    assert int(rows[0][1]) > int(rows[1][1]) > 0
    assert "cannot be read: " in result.stdout
    assert "binder check broken" in result.stdout
    assert sorted(path.relative_to(workspace.build).as_posix() for path in workspace.build.rglob("*.html")) == [
        f"{JUNIPER}/status.html",
        f"{LANTERN}/status.html",
        "status.html",
    ]
    shutil.rmtree(workspace.practices / "broken")
    assert binder("status", "--on", "2026-11-23").exit_code == 0


def test_a_practice_without_an_analysis_on_the_day_is_refused(binder: Binder) -> None:
    """Before its first analysis there is nothing to say."""
    result = binder("status", LANTERN, "--on", "2026-01-01")
    assert result.exit_code == 2
    assert "There is no risk analysis on or before the given day." in result.stderr
    assert result.stdout == ""


def test_the_year_begins_with_the_edition_that_was_built_last(workspace: Workspace) -> None:
    """Its number and its day count; one of a later day does not yet."""
    for edition, day in (("2026.1", "2026-10-05"), ("2026.2", "2026-11-20"), ("2026.3", "2026-12-01"), ("2026.9", "never")):
        folder = workspace.build / LANTERN / edition
        folder.mkdir(parents=True)
        manifest = {"practice": LANTERN, "edition": edition, "as_of": day, "artifacts": []}
        (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    progress = practice_status(workspace, LANTERN, TODAY)
    assert progress.edition == "2026.2"
    assert min(period.due for task in progress.tasks for period in task.periods) >= date(2026, 11, 20)


def test_the_portfolio_fits_eighty_columns(workspace: Workspace) -> None:
    """Also with a long name."""
    held, unread = portfolio_status(workspace, TODAY)
    long = replace(held[0], slug="x" * 60)
    assert max(map(len, portfolio_lines([long, *held], unread))) <= 80
