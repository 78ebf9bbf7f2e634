"""A workbook that came back, whichever it is: read it, see whose it is, hand it on."""

from __future__ import annotations

from pathlib import Path

from pipeline.assess import Imported, ground, import_analysis
from pipeline.change import import_change
from pipeline.errors import Problem, ProblemsFound
from pipeline.loading import read_bounded
from pipeline.reassess import import_reassessment
from pipeline.render.excel.answers import read_workbook
from pipeline.workbook.make import ANALYSIS
from pipeline.workspace import Workspace

MAX_WORKBOOK = 4_000_000


def import_workbook(workspace: Workspace, slug: str, file: Path, *, draft: bool, replace: bool) -> Imported:
    """Record what a workbook of binder assess, binder reassess or binder change holds.

    draft: keep what is there, and say what is open. replace: in place of what is recorded for the day, which is kept aside.
    Raises ProblemsFound with every problem, sheet and cell; UsageError where something else is recorded already.
    """
    workspace.practice(slug)
    shown = workspace.shown(file)
    data, problems = read_bounded(file, shown, MAX_WORKBOOK)
    if problems:
        raise ProblemsFound(problems)
    returned = read_workbook(data, shown)
    if returned.practice != slug:
        mend = f"Use one that was made for {slug}, or name the other practice."
        raise ProblemsFound([Problem(shown, "This is a workbook of another practice.", mend)])
    made_of = ground(workspace, slug, returned.day)
    if returned.last:
        return import_reassessment(workspace, made_of, returned, shown, draft=draft, replace=replace)
    bring = import_analysis if returned.kind == ANALYSIS else import_change
    return bring(workspace, made_of, returned, shown, draft=draft, replace=replace)
