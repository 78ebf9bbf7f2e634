"""The risk workbook of an analysis: made for a practice, read back, recorded."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.assessment.model import Assessment
from pipeline.check.assessment import check_assessment, check_coverage
from pipeline.errors import Problem, ProblemsFound, UsageError, in_order
from pipeline.facts import printed_date
from pipeline.filing import file_record, free_name, read_record, set_aside
from pipeline.load import load_shared, load_subject, read_valid
from pipeline.loading import refuse_strange_text
from pipeline.records import structure
from pipeline.render.excel.workbook import write_workbook
from pipeline.render.look import Look
from pipeline.schema import validate
from pipeline.whole import write_new
from pipeline.workbook.answers import answers_of
from pipeline.workbook.interpret import Read, interpret, located
from pipeline.workbook.make import analysis_workbook
from pipeline.workbook.propose import proposals
from pipeline.workbook.returned import Returned
from pipeline.workbook.setting import Setting
from pipeline.workbook.sheets import Entry, Mark, Value
from pipeline.workspace import Workspace


@dataclass(frozen=True)
class Made:
    """A new workbook. began_with: "nothing", "draft" or "analysis"; cells: how many were filled in already;
    earlier: day of an analysis whose answers are not in it."""

    file: Path
    began_with: str
    cells: int
    proposed: int
    scenarios: int
    earlier: date | None = None

    @property
    def hint(self) -> str:
        """What a consultant may have looked for."""
        return f" binder reassess shows the answers of {printed_date(self.earlier)} beside the cells." if self.earlier else ""


@dataclass(frozen=True)
class Imported:
    """What an import did. changes: what a replaced analysis said otherwise; open: what is still missing, by sheet."""

    file: Path | None
    notes: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    open: tuple[tuple[str, int], ...] = ()
    kept: Path | None = None


@dataclass(frozen=True)
class Ground:
    """What workbooks of one practice are made of."""

    folder: Path
    setting: Setting
    look: Look


def ground(workspace: Workspace, slug: str, day: date) -> Ground:
    """Profile and catalogue without problems; ProblemsFound otherwise."""
    folder = workspace.practice(slug)
    shared, subject = load_shared(workspace), load_subject(workspace, slug)
    problems = [*shared.problems, *subject.problems]
    if any(not problem.warning for problem in problems) or not (shared.catalog and subject.profile and subject.look):
        raise ProblemsFound(problems)
    return Ground(folder, Setting(shared.catalog, subject.profile, subject.raw, day), subject.look)


def make_workbook(workspace: Workspace, slug: str, day: date, output: Path | None = None) -> Made:
    """Write the workbook of a risk analysis on this day, with what a draft or an analysis of the day says already.

    It goes to practices/<slug>/workbooks, under the next free name; an existing file is never touched.
    """
    made_of = ground(workspace, slug, day)
    began_with, known = _known(workspace, made_of, day)
    proposed = proposals(made_of.setting, known) if began_with != "analysis" else {}
    workbook = analysis_workbook(made_of.setting, known, proposed)
    data = write_workbook(workbook, made_of.look, made_of.setting.catalog.words["level"])
    file = output or free_name(made_of.folder / "workbooks", f"{day.isoformat()}-risk-analysis", ".xlsx")
    write_new(file, data)
    cells = workbook.entries.keys()
    new = len(cells & (proposed.keys() - known.keys()))
    before = [recorded for recorded in recorded_days(made_of.folder) if recorded < day]
    earlier = max(before, default=None) if began_with != "analysis" else None
    return Made(file, began_with, len(cells & known.keys()), new, len(made_of.setting.scenarios), earlier)


def recorded_days(folder: Path) -> tuple[date, ...]:
    """The days of the recorded analyses; a file whose name is no day is a problem that others report."""
    names = (path.stem for path in sorted((folder / "assessments").glob("*.json")))
    return tuple(date.fromisoformat(name) for name in names if re.fullmatch(r"\d{4}-\d{2}-\d{2}", name))


def _known(workspace: Workspace, made_of: Ground, day: date) -> tuple[str, dict[str, Value]]:
    """What is recorded of this day: the draft where there is one, else the analysis."""
    answers = draft_answers(workspace, made_of.folder, day.isoformat())
    if answers is not None:
        if draft_mark(made_of.folder, day.isoformat()):
            raise UsageError(
                f"The draft of {day} was begun with binder reassess. Go on in it: binder reassess, with the same day."
            )
        return "draft", with_dates(answers, analysis_workbook(made_of.setting, answers, {}).entries)
    file = made_of.folder / "assessments" / f"{day.isoformat()}.json"
    if not file.exists():
        return "nothing", {}
    raw, problems = read_valid(workspace, file, "assessment")
    if problems:
        raise ProblemsFound(problems)
    return "analysis", answers_of(made_of.setting, structure(raw, Assessment))


def import_analysis(
    workspace: Workspace, made_of: Ground, returned: Returned, shown: str, *, draft: bool, replace: bool
) -> Imported:
    """Record what came back: the analysis, or with `draft` everything that is there so far.

    Raises ProblemsFound with every problem, sheet and cell; what is recorded stays as it is.
    """
    read = interpret(made_of.setting, returned, finding_numbers(workspace, made_of.folder))
    target = made_of.folder / "assessments" / f"{returned.day.isoformat()}.json"
    if not draft and target.exists() and (followed_up := read_record(target).get("followed_up")):
        read.raw["followed_up"] = followed_up  # a first workbook does not ask for it, and a correction must not lose it
    return record_analysis(workspace, made_of, returned, read, shown, draft=draft, replace=replace)


def record_analysis(
    workspace: Workspace, made_of: Ground, returned: Returned, read: Read, shown: str, *, draft: bool, replace: bool
) -> Imported:
    """Record what was read of a workbook, or keep it as a draft. Raises as import_analysis does."""
    day = returned.day.isoformat()
    if draft:
        return keep_draft(made_of.folder, day, returned, read.open, read.problems, replace=replace)
    later = [recorded for recorded in recorded_days(made_of.folder) if recorded > returned.day]
    if later and returned.day not in recorded_days(made_of.folder):
        what = f"The analysis of a later day, {max(later)}, is recorded already; this one is of {day}."
        raise ProblemsFound([Problem(shown, what, "Analyses are recorded in the order of their days. Make one of a later day.")])
    problems = [*returned.problems, *read.problems, *read.open]
    problems += [] if problems else _check(made_of, read, workspace, shown)
    if problems:
        raise ProblemsFound(problems)
    filed = file_record(made_of.folder / "assessments" / f"{day}.json", read.raw, replace=replace)
    set_draft_aside(made_of.folder, day)
    taken = f"{read.suggested} likelihoods were taken from the answers." if read.suggested else ""
    same = "The analysis is recorded already, word for word." if filed.already else ""
    return Imported(filed.file, tuple(filter(None, (taken, same))), filed.changes, (), filed.kept)


def _check(made_of: Ground, read: Read, workspace: Workspace, shown: str) -> list[Problem]:
    """The same rules as for every other assessment, with the cell in place of the JSON pointer."""
    setting = made_of.setting
    found = [*validate(read.raw, workspace.schemas / "assessment.schema.json", shown), *refuse_strange_text(read.raw, shown)]
    if not found:
        assessment = structure(read.raw, Assessment)
        found += check_assessment(assessment, setting.profile, setting.catalog, setting.day.isoformat(), shown)
        sources = [(shown, assessment.findings, assessment.not_applicable)]
        found += check_coverage(sources, setting.raw, setting.catalog, shown)
    return [in_cells(problem, read.wheres) for problem in found if not problem.warning]


def in_cells(problem: Problem, wheres: Mapping[str, str]) -> Problem:
    """A problem of the JSON as one of the workbook."""
    pointer = problem.where.partition("#")[2]
    return Problem(located(pointer, wheres) or problem.where, problem.what, problem.mend)


def keep_draft(
    folder: Path, stem: str, returned: Returned, still_open: Sequence[Problem], wrong: Sequence[Problem], *, replace: bool
) -> Imported:
    """Keep what is there, whatever is open; only what cannot be read at all is left out, and said."""
    target = draft_file(folder, stem)
    answers = {key: _as_json(found.value) for key, found in sorted(returned.found.items())}
    raw: dict[str, Any] = {"schema": "draft/1", "practice": returned.practice, "date": returned.day.isoformat()}
    raw["answers"] = answers
    if returned.last:
        raw["last"] = {"date": returned.last.day.isoformat(), "sha256": returned.last.sha256}
    before = read_record(target)["answers"] if target.exists() else {}
    # what was added since is no loss; what would go is
    growing = all(answers.get(key) == text for key, text in before.items())
    filed = file_record(target, raw, replace=replace or growing)
    notes = tuple(f"{problem.where}: {problem.what} {problem.mend}" for problem in in_order((*returned.problems, *wrong)))
    order = {where: index for index, where in enumerate(returned.places.values())}
    still_open = sorted(still_open, key=lambda problem: order.get(problem.where, -1))
    return Imported(filed.file, notes, () if growing else filed.changes, open_by_sheet(still_open), filed.kept)


def draft_answers(workspace: Workspace, folder: Path, stem: str) -> dict[str, str] | None:
    """The answers of a draft, or None where there is none."""
    file = draft_file(folder, stem)
    if not file.exists():
        return None
    raw, problems = read_valid(workspace, file, "draft")
    if problems:
        raise ProblemsFound(problems)
    answers: dict[str, str] = raw["answers"]
    return answers


def draft_mark(folder: Path, stem: str) -> Mark | None:
    """The earlier analysis that a draft means by "Same as last year"; the draft is there and valid."""
    last = read_record(draft_file(folder, stem)).get("last")
    return Mark(date.fromisoformat(last["date"]), last["sha256"]) if last else None


def with_dates(answers: Mapping[str, str], entries: Mapping[str, Entry]) -> dict[str, Value]:
    """The answers of a draft; those that belong into date cells as dates."""
    return {
        key: date.fromisoformat(text) if key in entries and entries[key].kind == "date" else text for key, text in answers.items()
    }


def set_draft_aside(folder: Path, stem: str) -> None:
    """A draft has done its work once the analysis is recorded; it is kept all the same."""
    if (file := draft_file(folder, stem)).exists():
        set_aside(file)


def finding_numbers(workspace: Workspace, folder: Path) -> dict[str, str]:
    """Scenario → number of its finding, over all recorded analyses and changes: a number belongs to one scenario for ever."""
    numbers: dict[str, str] = {}
    for path in sorted([*(folder / "assessments").glob("*.json"), *(folder / "changes").glob("*.json")]):
        raw, problems = read_valid(workspace, path, "assessment" if path.parent.name == "assessments" else "change")
        if raw is None:
            raise ProblemsFound(problems)
        for entry in [*raw["findings"], *raw.get("ended", [])]:
            numbers.setdefault(entry["scenario"], entry["id"])
    return numbers


def open_by_sheet(problems: Iterable[Problem]) -> tuple[tuple[str, int], ...]:
    """Sheet → how much is open, in the order of the sheets."""
    counted = Counter(problem.where.partition(", sheet ")[2].partition(", cell ")[0] or "missing rows" for problem in problems)
    return tuple(counted.items())


def draft_file(folder: Path, stem: str) -> Path:
    return folder / "drafts" / f"{stem}.json"


def _as_json(value: Value) -> str:
    return value.isoformat() if isinstance(value, date) else value
