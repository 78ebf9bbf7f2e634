"""The risk workbook of the next year: made with last year's answers beside the cells, read back, recorded."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from pipeline.assess import (
    Ground,
    Imported,
    draft_answers,
    draft_mark,
    finding_numbers,
    ground,
    keep_draft,
    record_analysis,
    recorded_days,
    with_dates,
)
from pipeline.assessment.model import Assessment, after_changes
from pipeline.errors import Problem, ProblemsFound, UsageError
from pipeline.facts import printed_date
from pipeline.filing import free_name, read_record
from pipeline.load import latest_assessment, load_changes, read_valid
from pipeline.records import structure
from pipeline.render.excel.workbook import write_workbook
from pipeline.whole import write_new
from pipeline.workbook.again import next_workbook
from pipeline.workbook.interpret import interpret
from pipeline.workbook.last import Last, line_of
from pipeline.workbook.make import ANALYSIS
from pipeline.workbook.news import new_facts, new_stories, retired
from pipeline.workbook.propose import answered, level_of, proposals
from pipeline.workbook.returned import Found, Returned
from pipeline.workbook.same import resolve, says_same
from pipeline.workbook.sheets import Mark, Value
from pipeline.workspace import Workspace

AGAIN = "Keep what you have with binder import --draft, make a new workbook with binder reassess, and go on in that one."


@dataclass(frozen=True)
class Remade:
    """The workbook of a next year. last: day of the analysis beside its cells; cells, proposed: how many are filled in;
    new, gone, facts, steps: what is otherwise than last year; lost: answers of a draft that meant another analysis."""

    file: Path
    last: date
    began: bool
    cells: int
    proposed: int
    stories: int
    new: int
    gone: int
    facts: int
    steps: int
    lost: int


def make_reassessment(workspace: Workspace, slug: str, day: date, output: Path | None = None) -> Remade:
    """Write the workbook of a risk analysis on this day, with the answers of the newest one before it beside its cells.

    A draft of the day goes on in it. An existing file is never touched. UsageError where there is nothing to go on from.
    """
    made_of = ground(workspace, slug, day)
    last = _to_go_on_from(workspace, made_of)
    draft, lost = _draft(workspace, made_of, last)
    known = _numbered(workspace, made_of) | draft
    proposed = _proposals(last, known)
    workbook = next_workbook(last, known, proposed)
    data = write_workbook(workbook, made_of.look, made_of.setting.catalog.words["level"])
    file = output or free_name(made_of.folder / "workbooks", f"{day.isoformat()}-risk-analysis", ".xlsx")
    write_new(file, data)
    cells = {key for key, entry in workbook.entries.items() if not entry.fixed}
    return Remade(
        file=file,
        last=last.recorded.date,
        began=bool(draft or lost),
        cells=len(cells & known.keys()),
        proposed=len(cells & (proposed.keys() - known.keys())),
        stories=len(made_of.setting.scenarios),
        new=len(new_stories(last)),
        gone=len(retired(last)),
        facts=len(new_facts(last)),
        steps=len(last.steps),
        lost=lost,
    )


def import_reassessment(
    workspace: Workspace, made_of: Ground, returned: Returned, shown: str, *, draft: bool, replace: bool
) -> Imported:
    """Record what came back, with last year's answers where it says so. Raises as import_analysis does."""
    returned = dataclasses.replace(returned, problems=tuple(map(_of_next_year, returned.problems)))
    last = last_analysis(workspace, made_of)
    if last is None or last.mark != returned.last:
        moved_on = _moved_on(returned, last, shown)
        if draft:
            return keep_draft(made_of.folder, returned.day.isoformat(), returned, (), (moved_on,), replace=replace)
        raise ProblemsFound([moved_on])
    resolved = resolve(last, returned)
    read = interpret(made_of.setting, resolved.returned, finding_numbers(workspace, made_of.folder))
    read.open = list(map(_of_next_year, [*read.open, *resolved.open]))
    read.problems = list(map(_of_next_year, [*read.problems, *resolved.problems]))
    read.wheres |= resolved.wheres
    read.raw["followed_up"] = {"analysis": last.recorded.date.isoformat(), "steps": resolved.steps}
    return record_analysis(workspace, made_of, returned, read, shown, draft=draft, replace=replace)


def _of_next_year(problem: Problem) -> Problem:
    """What is mended with a new workbook is mended with one like this."""
    return Problem(problem.where, problem.what, problem.mend.replace("binder assess", "binder reassess"), problem.warning)


def last_analysis(workspace: Workspace, made_of: Ground) -> Last | None:
    """The newest analysis before the day of the workbook, with the changes recorded before it; None where there is none."""
    day = made_of.setting.day
    if not any(recorded < day for recorded in recorded_days(made_of.folder)):
        return None
    file, problems = latest_assessment(workspace, made_of.folder, day - timedelta(days=1))
    raw, found = read_valid(workspace, file, "assessment") if file else (None, [])
    if problems or found or file is None:
        raise ProblemsFound([*problems, *found])
    recorded = structure(raw, Assessment)
    changes, problems = load_changes(workspace, made_of.folder, recorded, day - timedelta(days=1))
    if problems:
        raise ProblemsFound(problems)
    records = tuple(record for _, record in changes)
    said = json.dumps([raw, *(read_record(path) for path, _ in changes)], sort_keys=True, ensure_ascii=False)
    mark = Mark(recorded.date, hashlib.sha256(said.encode()).hexdigest())
    return Last(made_of.setting, recorded, after_changes(recorded, records), records, mark)


def _to_go_on_from(workspace: Workspace, made_of: Ground) -> Last:
    slug, day = made_of.setting.profile.practice.slug, made_of.setting.day
    days = recorded_days(made_of.folder)
    if day in days:
        raise UsageError(
            f"The analysis of {day} is recorded already. To correct it: binder assess {slug} --date {day}. "
            "For the next one, name its day."
        )
    if days and day < max(days):
        raise UsageError(f"{day} is before the newest analysis, that of {max(days)}. Name a day after it.")
    last = last_analysis(workspace, made_of)
    if last is None:
        raise UsageError(
            f"{slug} has no earlier risk analysis whose answers could be shown. Begin with: binder assess {slug} --date {day}"
        )
    return last


def _moved_on(returned: Returned, last: Last | None, shown: str) -> Problem:
    """Why "Same as last year" would be a guess now."""
    assert returned.last is not None
    meant = printed_date(returned.last.day)
    if last is not None and last.recorded.date > returned.last.day:
        what = f"The analysis of {last.day} was recorded since this workbook was made; beside its cells stand the answers of {meant}."
        return Problem(shown, what, AGAIN)
    if last is None or last.recorded.date < returned.last.day:
        what = f"The analysis of {meant}, whose answers stand beside the cells, is not recorded any more."
        return Problem(shown, what, "Put its file back under assessments, unchanged, and import again.")
    what = f"What is recorded of the analysis of {meant} and of changes since was changed after this workbook was made."
    return Problem(shown, what, AGAIN)


def _numbered(workspace: Workspace, made_of: Ground) -> dict[str, Value]:
    """The numbers of findings that stand already: they belong to their scenarios for ever."""
    numbers = finding_numbers(workspace, made_of.folder)
    return {f"plan/{scenario}/number": numbers[scenario] for scenario in made_of.setting.scenarios if scenario in numbers}


def _draft(workspace: Workspace, made_of: Ground, last: Last) -> tuple[dict[str, Value], int]:
    """The answers of a draft of the day, and how many were left out because they meant the answers of another analysis."""
    stem = made_of.setting.day.isoformat()
    answers = draft_answers(workspace, made_of.folder, stem)
    if answers is None:
        return {}, 0
    kept = answers
    if draft_mark(made_of.folder, stem) != last.mark:
        kept = {key: text for key, text in answers.items() if not says_same(text) and not key.startswith("before/")}
    entries = next_workbook(last, kept, {}).entries
    return with_dates(kept, entries), len(answers) - len(kept)


def _proposals(last: Last, known: Mapping[str, Value]) -> dict[str, Value]:
    """Proposals, but none where the answer of last year stands beside the cell and may well be the same."""
    setting = last.setting
    found = {key: Found(value, key) for key, value in known.items()}
    blank = Returned(ANALYSIS, setting.profile.practice.slug, setting.day, found, {}, ())
    said = resolve(last, blank).returned.values
    done = setting.words["status"]["done"]
    # what is done calls for no patience: the risk that is left needs an answer of its own
    over = {key.removesuffix("status") for key in said if key.startswith("carried/") and said[key] == done}
    said = {key: value for key, value in said.items() if not key.startswith(tuple(over))}
    waiting = {step.finding.scenario for step in last.steps if f"{step.key}/became" not in known}
    for id, finding in last.findings.items():
        scenario = setting.scenarios.get(id)
        if scenario is None:
            continue
        level = level_of(setting, scenario, answered(setting, scenario, said), said)
        if id in waiting or (level == finding.level and finding.response != "mitigate"):
            said.setdefault(f"plan/{id}/response", setting.words["response"][finding.response])
    return {key: value for key, value in proposals(setting, said).items() if not _has_line(last, key)}


def _has_line(last: Last, key: str) -> bool:
    """Whether the cell belongs to a line of the inventory that last year filled in."""
    row = line_of(key)
    return key.startswith("asset/") and row is not None and bool(last.line(row))
