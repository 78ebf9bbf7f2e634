"""The issued editions of a practice over the years: whole or touched, in effect or replaced, and how long each is kept."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from pipeline.editions import (
    RECORD,
    REMOVED,
    Issued,
    broken_chain,
    find_edition,
    issued_folder,
    read_edition,
    read_editions,
    touched,
)
from pipeline.errors import OutputError, Problem, ProblemsFound, UsageError, VerificationError
from pipeline.filing import json_bytes
from pipeline.issue import clear_leftovers
from pipeline.loading import load_toml
from pipeline.publish import one_at_a_time
from pipeline.schema import validate
from pipeline.whole import why, write_new
from pipeline.workspace import Workspace

# the number of the catalogue that documents print too; six by 45 CFR 164.316(b)(2)(i)
YEARS = "retention_years"


@dataclass(frozen=True)
class Kept:
    """An edition in time. until: the day on which the next one replaced it; keep: the last day on which it must be kept.

    Both are None for the edition in effect: its years are counted from the day on which it is replaced.
    """

    issued: Issued
    until: date | None
    keep: date | None
    years: int
    problems: tuple[Problem, ...] = ()


def years_later(day: date, years: int) -> date:
    """The same day in another year; February 29 becomes March 1, so that no day is missing."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def retention(workspace: Workspace) -> int:
    """How many years an edition is kept once it is replaced, as the catalogue says. Only its numbers are read."""
    file = workspace.catalog / "parameters.toml"
    shown = workspace.shown(file)
    value, problems = load_toml(file, shown)
    problems += validate(value, workspace.schemas / "parameters.schema.json", shown) if not problems else []
    years = [one["value"] for one in value["parameter"] if one["name"] == YEARS] if not problems else []
    if not years:
        missing = Problem(shown, f'There is no number "{YEARS}".', "Restore it; it says how long an edition is kept.")
        raise ProblemsFound(problems or [missing])
    return int(years[0])


def in_time(editions: Iterable[Issued], years: int) -> tuple[Kept, ...]:
    """Each edition with the days that follow from the next one's approval (45 CFR 164.316(b)(2)(i)).

    So many years from the day it was made or the day it last was in effect, whichever is later; the second is never earlier.
    """
    held = tuple(editions)
    ends: list[date | None] = [*(later.approved for later in held[1:]), None]
    return tuple(Kept(one, end, years_later(end, years) if end else None, years) for one, end in zip(held, ends, strict=False))


def look_back(workspace: Workspace, slug: str) -> tuple[Kept, ...]:
    """Every issued edition, oldest first, checked against its seal file by file. ProblemsFound where one cannot be read."""
    editions, problems = read_editions(workspace, slug)
    if problems:
        raise ProblemsFound(problems)
    shown = workspace.shown(issued_folder(workspace, slug))
    chain = broken_chain(editions, shown)
    found = []
    for kept in in_time(editions, retention(workspace)):
        edition = kept.issued.edition
        wrong = [*touched(kept.issued, f"{shown}/{edition}"), *([chain[edition]] if edition in chain else [])]
        found.append(replace(kept, problems=tuple(wrong)))
    return tuple(found)


def verify_edition(workspace: Workspace, folder: Path) -> Issued:
    """The issued edition in a folder, where every file is as it was sealed; VerificationError otherwise.

    In its own place also the editions around it are looked at; a copy elsewhere is held against its own record alone.
    """
    shown = workspace.shown(folder)
    slug = folder.parent.parent.name
    if folder.parent == workspace.practices / slug / "issued":
        for kept in look_back(workspace, slug):
            if kept.issued.edition == folder.name and not kept.problems:
                return kept.issued
            if kept.issued.edition == folder.name:
                raise VerificationError(kept.problems)
    issued, problems = read_edition(workspace, folder / RECORD)
    if issued is None:
        raise ProblemsFound(problems)
    if problems := touched(issued, shown):
        raise VerificationError(problems)
    return issued


def remove_edition(workspace: Workspace, slug: str, edition: str, today: date) -> None:
    """Delete the files of an edition whose time is over; what its record says is kept. UsageError before that day."""
    editions, problems = read_editions(workspace, slug)
    if problems:
        raise ProblemsFound(problems)
    one = find_edition(editions, edition)
    (kept,) = (kept for kept in in_time(editions, retention(workspace)) if kept.issued is one)
    if one.removed:
        raise UsageError(f"Edition {edition} was deleted on {one.removed}.")
    if kept.keep is None:
        raise UsageError(
            f"Edition {edition} is in effect. It is kept, and for {kept.years} years after the next one replaces it."
        )
    if today <= kept.keep:
        raise UsageError(f"Edition {edition} must be kept until {kept.keep} (45 CFR 164.316(b)(2)(i)). Nothing was deleted.")
    stone = one.folder.with_name(f"{edition}{REMOVED}")
    record = json.loads((one.folder / RECORD).read_text("utf-8"))
    value = {
        "schema": "removed/1",
        "kept_until": kept.keep.isoformat(),
        "removed": today.isoformat(),
        "sha256": one.seal,
        "record": record,
    }
    with one_at_a_time(one.folder):
        # it decides: what cannot be deleted now, the next run deletes
        write_new(stone, json_bytes(value))
        try:
            clear_leftovers(one.folder.parent)
        except OSError as error:
            raise OutputError(
                f"Edition {edition} counts as deleted, and files of it are still in {one.folder}: {why(error)}. "
                "The next run that issues or deletes an edition takes them away."
            ) from error
