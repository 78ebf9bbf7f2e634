"""The check of many practices: every problem of each, the shared ones once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from pipeline.errors import Problem, ProblemsFound
from pipeline.load import load_practice, load_shared
from pipeline.rendering import render_all, to_inputs
from pipeline.workspace import Workspace


def check_practices(workspace: Workspace, slugs: Iterable[str], as_of: date | None = None) -> list[Problem]:
    """Sorted problems of these practices, their catalogue and templates; each document is rendered on trial.

    Raises UsageError for an unknown slug.
    """
    shared = load_shared(workspace)
    problems = set(shared.problems)
    for slug in slugs:
        try:
            loaded = load_practice(workspace, slug, as_of=as_of, shared=shared)
            render_all(to_inputs(loaded), loaded)
            problems.update(loaded.warnings)
        except ProblemsFound as error:
            problems.update(error.problems)
    return sorted(problems)
