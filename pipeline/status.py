"""How far practices are: read them, and write their pages. A page is a view, not an edition: it is written anew each time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.catalog import load_catalog
from pipeline.context import Inputs
from pipeline.context.standing import practice_progress
from pipeline.errors import Problem, ProblemsFound
from pipeline.inputs import to_inputs
from pipeline.load import Shared, load_practice
from pipeline.progress import Progress
from pipeline.publish import read_manifest
from pipeline.status_json import portfolio_values, status_values
from pipeline.status_page import portfolio_page, status_page
from pipeline.status_text import portfolio_lines, status_lines
from pipeline.workspace import Workspace

PAGE = "status.html"


@dataclass(frozen=True)
class Seen:
    """What `binder status` shows. file: the page asked for; pages: every page to write; unread: practices with problems."""

    lines: tuple[str, ...]
    values: Mapping[str, Any]
    file: Path
    pages: Mapping[Path, str]
    unread: int = 0


def look_at(workspace: Workspace, slug: str | None, today: date, html: Path | None = None) -> Seen:
    """One practice, or all: lines for the terminal, values for programs, pages. html: the file for the page, in place of the usual.

    Raises ProblemsFound, UsageError.
    """
    if slug:
        progress = practice_status(workspace, slug, today)
        file = html or workspace.build / slug / PAGE
        return Seen(tuple(status_lines(progress)), status_values(progress), file, {file: status_page(progress)})
    held, unread = portfolio_status(workspace, today)
    file = html or workspace.build / PAGE
    # from another place the pages of the practices would not be found
    beside = {} if html else {workspace.build / one.slug / PAGE: status_page(one) for one in held}
    pages = {**beside, file: portfolio_page(held, unread, today, linked=not html)}
    return Seen(tuple(portfolio_lines(held, unread)), portfolio_values(held, unread, today), file, pages, len(unread))


def practice_status(workspace: Workspace, slug: str, today: date, shared: Shared | None = None) -> Progress:
    """How far the practice is on a day. Raises like standing_on."""
    return practice_progress(standing_on(workspace, slug, today, shared), today)


def standing_on(workspace: Workspace, slug: str, today: date, shared: Shared | None = None) -> Inputs:
    """The practice on a day, under its last edition before that day. Raises ProblemsFound, UsageError.

    The analysis is the last one on or before the day; the year of trainings and tasks begins with the analysis, a change
    after it, or the last edition that was built, whichever is latest.
    """
    loaded = load_practice(workspace, slug, as_of=today, shared=shared or _shared(workspace))
    begin = max((loaded.assessment.date, *(change.date for change in loaded.changes)))
    day, edition = max([*_editions(workspace, slug, today), (begin, f"{begin.year}.1")], key=_place)
    return replace(to_inputs(loaded), as_of=max(day, begin), edition=edition)


def portfolio_status(workspace: Workspace, today: date) -> tuple[list[Progress], list[tuple[str, tuple[Problem, ...]]]]:
    """All practices, worst first, and those that cannot be read, with their problems. A broken catalogue raises ProblemsFound."""
    shared = _shared(workspace)
    if shared.catalog is None:
        raise ProblemsFound(shared.problems)
    held: list[Progress] = []
    unread: list[tuple[str, tuple[Problem, ...]]] = []
    for slug in workspace.slugs():
        try:
            held.append(practice_status(workspace, slug, today, shared))
        except ProblemsFound as error:
            unread.append((slug, error.problems))
    return sorted(held, key=lambda progress: (-progress.weight, -progress.overdue, progress.slug)), unread


def _shared(workspace: Workspace) -> Shared:
    """The catalogue alone: templates play no part in how far a practice is."""
    catalog, problems = load_catalog(workspace)
    return Shared(catalog, tuple(sorted(set(problems))))


def _editions(workspace: Workspace, slug: str, today: date) -> Iterable[tuple[date, str]]:
    """Day and number of the editions built on or before a day."""
    for file in sorted((workspace.build / slug).glob("[0-9]*/manifest.json")):
        manifest: dict[str, Any] | None = read_manifest(file.parent)
        try:
            day = date.fromisoformat(str((manifest or {})["as_of"]))
        except (KeyError, ValueError):
            continue
        if manifest and day <= today:
            yield day, manifest["edition"]


def _place(edition: tuple[date, str]) -> tuple[date, list[int]]:
    return edition[0], [int(part) for part in edition[1].split(".") if part.isdecimal()]
