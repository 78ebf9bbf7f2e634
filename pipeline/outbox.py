"""Drafts of messages as files in the folder of a practice: written once, for their owner alone, and never sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipeline.context.reminders import reminder_months, reminder_names, year_of_reminders
from pipeline.context.standing import practice_progress
from pipeline.errors import UsageError
from pipeline.filing import free_name
from pipeline.remind import Post, drafts, month_draft
from pipeline.status import standing_on
from pipeline.whole import write_new
from pipeline.workspace import Workspace


@dataclass(frozen=True)
class Written:
    """files: new drafts; same: how many lay there already, word for word; without_address: whom no draft can reach."""

    folder: Path
    files: tuple[Path, ...]
    same: int
    without_address: tuple[str, ...]


def write_drafts(workspace: Workspace, slug: str, day: date, output: Path | None) -> Written:
    """A draft for each person who has a training or a paper open on that day. Raises BinderError."""
    inputs = standing_on(workspace, slug, day)
    return _write(workspace, slug, day, output, drafts(practice_progress(inputs, day), inputs.profile, inputs.catalog))


def write_month(workspace: Workspace, slug: str, day: date, output: Path | None) -> Written:
    """A draft to everybody with the security reminder of the month. Raises BinderError."""
    inputs = standing_on(workspace, slug, day)
    chosen = next((one for one in year_of_reminders(inputs) if one.month == day.replace(day=1)), None)
    if chosen is None:
        months = reminder_months(inputs)
        raise UsageError(
            f"There is no reminder for {day:%B %Y}. Those of this edition run from {months[0]:%B %Y} to {months[-1]:%B %Y}. "
            "Name another day with --on."
        )
    post = month_draft(reminder_names(inputs, chosen, None), day, inputs.profile, inputs.catalog)
    return _write(workspace, slug, day, output, post)


def _write(workspace: Workspace, slug: str, day: date, output: Path | None, post: Post) -> Written:
    folder = output or workspace.practice(slug) / "drafts" / day.isoformat()
    new = [draft for draft in post.drafts if not _there(folder / f"{draft.name}.eml", draft.data)]
    files = []
    for draft in new:
        files.append(free_name(folder, draft.name, ".eml"))
        write_new(files[-1], draft.data)
    return Written(folder, tuple(files), len(post.drafts) - len(new), post.without_address)


def _there(file: Path, data: bytes) -> bool:
    return file.is_file() and file.read_bytes() == data
