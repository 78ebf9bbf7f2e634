"""Whether a build would only make again what lies there: told from bytes alone, before anything heavy is imported."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from pipeline.cache import program
from pipeline.errors import OutputError
from pipeline.whole import digest, write_over
from pipeline.workspace import Workspace

# beside the editions of a practice: what the last build was made from, and what it wrote
NOTE = ".built.json"


def sources(workspace: Workspace, slug: str, *asked: object) -> str:
    """A hash of everything that a build reads: the practice's folder, what all practices share, the program, what was asked."""
    told = f"{program()} {slug} {asked!r} {shared_sources(workspace)} {_told(workspace, workspace.practices / slug)}"
    return hashlib.sha256(told.encode()).hexdigest()


def shared_sources(workspace: Workspace) -> str:
    """A hash of what all practices of a workspace share: catalogue, schemas and templates."""
    return _told(workspace, workspace.catalog, workspace.schemas, workspace.templates, workspace.forms)


def _told(workspace: Workspace, *folders: Path) -> str:
    told = hashlib.sha256()
    for folder in folders:
        for path in sorted(_below(folder)):
            told.update(f"{workspace.shown(path)}\0{digest(path)}\n".encode())
    return told.hexdigest()


def note(target: Path, read: str, places: Iterable[Path | None], summary: Mapping[str, Any]) -> None:
    """Remember that `target` was built from these sources; places: files and folders that were written, beside it or below."""
    files = [path for place in places if place for path in (_below(place) if place.is_dir() else filter(Path.is_file, [place]))]
    written = {path.relative_to(target.parent).as_posix(): digest(path) for path in files}
    value = {"sources": read, "edition": target.name, "files": written, **summary}
    # without it the next build makes everything again, which is right too
    with suppress(OutputError):
        write_over(target.with_name(NOTE), json.dumps(value).encode())


def noted(folder: Path, read: str) -> dict[str, Any] | None:
    """What `note` was told, where it was made from the same sources and every file is there as it was written."""
    try:
        value = json.loads((folder / NOTE).read_text("utf-8"))
        if value["sources"] != read:
            return None
        listed, target = value["files"], folder / value["edition"]
        if {path.relative_to(folder).as_posix() for path in _below(target)} - listed.keys():
            return None
        if any(digest(folder / name) != was for name, was in listed.items()):
            return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return dict(value)


def _below(folder: Path) -> Iterator[Path]:
    for place, _, names in os.walk(folder):
        yield from (Path(place, name) for name in names)
