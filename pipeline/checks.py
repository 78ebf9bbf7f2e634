"""The check of many practices: every problem of each, the shared ones once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from pipeline.errors import Problem, ProblemsFound
from pipeline.inputs import to_inputs
from pipeline.load import load_practice, load_shared
from pipeline.rendering import render_all
from pipeline.workspace import Workspace, look_alikes


def check_practices(workspace: Workspace, slugs: Iterable[str], as_of: date | None = None) -> list[Problem]:
    """Sorted problems of these practices, their catalogue and templates; each document is rendered on trial.

    Raises UsageError for an unknown slug.
    """
    shared = load_shared(workspace)
    problems = set(shared.problems)
    there = workspace.slugs()
    for slug in slugs:
        if alike := look_alikes(slug, there):
            what = f'The slug is easily taken for "{alike[0]}".'
            mend = (
                "Look twice before you send something, or rename one of the folders together with practice/slug in its profile."
            )
            problems.add(Problem(workspace.shown(workspace.practices / slug), what, mend, warning=True))
        try:
            loaded = load_practice(workspace, slug, as_of=as_of, shared=shared)
            render_all(to_inputs(loaded), loaded)
            problems.update(loaded.warnings)
        except ProblemsFound as error:
            problems.update(error.problems)
    return sorted(problems)
