"""A change of the practice, assessed on its own: a small workbook out, a dated record in, and whether a full analysis is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.assess import (
    Ground,
    Imported,
    draft_answers,
    finding_numbers,
    ground,
    in_cells,
    keep_draft,
    set_draft_aside,
    with_dates,
)
from pipeline.assessment.model import Assessment, ChangeRecord, after_changes
from pipeline.catalog import Change
from pipeline.check.assessment import check_change
from pipeline.conditions import applies
from pipeline.errors import ProblemsFound, UsageError, did_you_mean
from pipeline.filing import file_record, free_name
from pipeline.load import latest_assessment, load_changes, load_shared, read_valid
from pipeline.loading import refuse_strange_text
from pipeline.records import structure
from pipeline.render.excel.workbook import write_workbook
from pipeline.schema import validate
from pipeline.whole import write_new
from pipeline.workbook.answers import scenario_answers
from pipeline.workbook.change_pages import NEIGHBOURS, NEW, TOUCHED, Asked, change_workbook
from pipeline.workbook.interpret import Interpreter
from pipeline.workbook.propose import proposals
from pipeline.workbook.returned import Returned
from pipeline.workspace import Workspace


@dataclass(frozen=True)
class MadeChange:
    """stories: how many it asks, by why they are asked."""

    file: Path
    title: str
    stories: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Before:
    """The practice before the change: its latest analysis, and what it says after the changes since."""

    analysis: Assessment
    whole: Assessment


def kinds_of_change(workspace: Workspace) -> tuple[tuple[str, str], ...]:
    """Id and title of every kind of change in the catalogue."""
    shared = load_shared(workspace)
    if shared.catalog is None:
        raise ProblemsFound(shared.problems)
    return tuple((change.id, change.title) for change in shared.catalog.changes)


def make_change_workbook(workspace: Workspace, slug: str, kind: str, day: date, output: Path | None = None) -> MadeChange:
    """Write the small workbook of a change, with the answers of the last analysis in it."""
    made_of = ground(workspace, slug, day)
    change = _kind(made_of, kind)
    before = _before(workspace, made_of)
    asked = _asked(made_of, change, before)
    draft = draft_answers(workspace, made_of.folder, f"{day.isoformat()}-{change.id}")
    stories = {scenario.id for scenario in asked.scenarios}
    if draft is not None:
        entries = change_workbook(made_of.setting, change, asked, draft, {}).entries
        known = with_dates(draft, entries)
    else:
        known = scenario_answers(
            made_of.setting,
            [finding for finding in before.whole.findings if finding.scenario in stories],
            [entry for entry in before.whole.not_applicable if entry.scenario in stories],
        )
    elsewhere = {id for finding in before.whole.findings if finding.scenario not in stories for id in finding.existing}
    proposed = proposals(made_of.setting, known, elsewhere)
    workbook = change_workbook(made_of.setting, change, asked, known, proposed)
    file = output or free_name(made_of.folder / "workbooks", f"{day.isoformat()}-{change.id}", ".xlsx")
    write_new(file, write_workbook(workbook, made_of.look, made_of.setting.catalog.words["level"]))
    return MadeChange(file, change.title, tuple((theme.title, len(held)) for theme, held in asked.groups))


def import_change(
    workspace: Workspace, made_of: Ground, returned: Returned, shown: str, *, draft: bool, replace: bool
) -> Imported:
    """Record a change that came back, and say whether a full analysis is needed. Raises as import_analysis does."""
    change = _kind(made_of, returned.kind.removeprefix("change/"))
    before = _before(workspace, made_of)
    asked = _asked(made_of, change, before)
    reader = Interpreter(made_of.setting, returned, finding_numbers(workspace, made_of.folder))
    raw = _read(made_of, change, before, asked, reader)
    stem = f"{returned.day.isoformat()}-{change.id}"
    if draft:
        return keep_draft(made_of.folder, stem, returned, reader.open, reader.problems, replace=replace)
    problems = [*returned.problems, *reader.problems, *reader.open]
    if not problems:
        found = [*validate(raw, workspace.schemas / "change.schema.json", shown), *refuse_strange_text(raw, shown)]
        if not found:
            setting = made_of.setting
            record = structure(raw, ChangeRecord)
            found += check_change(record, before.analysis, setting.profile, setting.catalog, stem, shown)
        problems = [in_cells(problem, reader.wheres) for problem in found if not problem.warning]
    if problems:
        raise ProblemsFound(problems)
    filed = file_record(made_of.folder / "changes" / f"{stem}.json", raw, replace=replace)
    set_draft_aside(made_of.folder, stem)
    true = [criterion.text for criterion in made_of.setting.catalog.criteria if _answer(raw, criterion.id)]
    verdict = (
        "A full risk analysis is needed: " + " ".join(true) if true else "No full risk analysis is needed: no criterion is met."
    )
    same = ("The change is recorded already, word for word.",) if filed.already else ()
    return Imported(filed.file, (*same, verdict), filed.changes, (), filed.kept)


def _answer(raw: dict[str, Any], criterion: str) -> bool:
    return any(entry["criterion"] == criterion and entry["true"] for entry in raw["criteria"])


def _kind(made_of: Ground, kind: str) -> Change:
    changes = {change.id: change for change in made_of.setting.catalog.changes}
    if kind not in changes:
        listed = "".join(f"\n  {change.id}: {change.title}" for change in changes.values())
        raise UsageError(f'There is no kind of change "{kind}". {did_you_mean(kind, changes)}{listed}')
    return changes[kind]


def _before(workspace: Workspace, made_of: Ground) -> Before:
    """What is recorded before the day of the change."""
    day, problems = made_of.setting.day, []
    file, found = latest_assessment(workspace, made_of.folder, day)
    problems += found
    raw, found = read_valid(workspace, file, "assessment") if file else (None, [])
    problems += found
    if raw is None or problems:
        raise ProblemsFound(problems)
    analysis = structure(raw, Assessment)
    changes, problems = load_changes(workspace, made_of.folder, analysis, day)
    if problems:
        raise ProblemsFound(problems)
    return Before(analysis, after_changes(analysis, (record for path, record in changes if record.date < day)))


def _asked(made_of: Ground, change: Change, before: Before) -> Asked:
    """The stories that the change touches, those beside it, and whatever is new in the profile since it was last looked at."""
    setting = made_of.setting
    applying = setting.scenarios
    assessed = {finding.scenario for finding in before.whole.findings}
    assessed |= {entry.scenario for entry in before.whole.not_applicable}
    touched = tuple(applying[id] for id in change.scenarios if id in applying)
    beside = tuple(applying[id] for id in change.neighbours if id in applying)
    listed = {scenario.id for scenario in (*touched, *beside)}
    new = tuple(scenario for scenario in applying.values() if scenario.id not in assessed | listed)
    confirmed = {entry.fact: entry.statement for entry in before.whole.confirmed}
    held = {entry.asset for entry in before.whole.inventory}
    return Asked(
        tuple(statement for statement in setting.statements if confirmed.get(statement.key) != statement.text),
        tuple(row for row in setting.assets if row.asset not in held),
        tuple((theme, stories) for theme, stories in ((TOUCHED, touched), (NEW, new), (NEIGHBOURS, beside)) if stories),
    )


def _read(made_of: Ground, change: Change, before: Before, asked: Asked, reader: Interpreter) -> dict[str, Any]:
    """The record as JSON, as far as it can be read."""
    setting = made_of.setting
    # a scenario that is withdrawn meanwhile can still happen, and its finding stays
    omitted = {s.id: s.omitted_because for s in setting.catalog.scenarios if not applies(s.applies_when, setting.raw)}
    raw: dict[str, Any] = {
        "schema": "change/1",
        "practice": setting.profile.practice.slug,
        "date": setting.day.isoformat(),
        "change": change.id,
        "description": reader.needed("about/description", "It is not said what changes.", "Answer the question beside the cell."),
        "analysis": before.analysis.date.isoformat(),
        "participants": reader.listed("participant", "person", "Nobody is named who looked at the change."),
        "criteria": [
            {"criterion": criterion.id, "true": answer == "yes"}
            for criterion in setting.catalog.criteria
            if (answer := reader.chosen(f"criterion/{criterion.id}", "yes", "The criterion is not answered."))
        ],
    }
    raw["confirmed"], raw["inventory"] = reader.confirmed(asked.statements), reader.inventory(asked.assets)
    raw["findings"], raw["not_applicable"] = reader.scenarios(asked.scenarios)
    raw["ended"] = [
        {"id": finding.id, "scenario": finding.scenario, "reason": omitted[finding.scenario]}
        for finding in before.whole.findings
        if finding.scenario in omitted
    ]
    reader.leftovers()
    return {key: value for key, value in raw.items() if value is not None}
