"""A build makes what is not there yet, and only that."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

import pytest
from conftest import LANTERN, ROOT

from pipeline.build import Built, Options, build
from pipeline.cache import Cache
from pipeline.load import load_practice
from pipeline.package import write_first
from pipeline.rendering import render
from pipeline.unchanged import NOTE
from pipeline.work import HERE, Workers
from pipeline.workspace import Workspace

HEAVY = ("docx", "openpyxl", "lxml", "jinja2", "pypdf", "jsonschema", "pipeline.load")
RUN = """
import sys
from pipeline.cli import main
try:
    main()
except SystemExit as end:
    print(*sorted(name for name in sys.modules if "." not in name or name.startswith("pipeline.")), file=sys.stderr)
    raise
"""


class Counting(Executor):
    """Counts the documents that are rendered."""

    def __init__(self) -> None:
        self.paths: list[str] = []

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        # behind what keeps the result come cache, key and the function itself
        if render in args:
            self.paths.append(args[args.index(render) + 1])
        return HERE.executor.submit(fn, *args, **kwargs)


def files(folder: Path) -> dict[str, bytes]:
    """Every file of a package."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_nothing_changed_means_nothing_is_made(prepared: Workspace, packages: dict[str, Built]) -> None:
    """The second build only looks: it imports nothing that makes documents, and touches no file."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", RUN, "--workspace", str(prepared.root), "build", LANTERN]
    subprocess.run(command, check=True, capture_output=True, env=environment)
    target = prepared.build / LANTERN / "2026.1"
    before = {path: path.stat().st_mtime_ns for path in (target, *target.rglob("*"))}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    assert {path: path.stat().st_mtime_ns for path in (target, *target.rglob("*"))} == before
    assert "Nothing has changed" in done.stderr
    assert [name for name in HEAVY if name in done.stderr.split()] == []
    assert f"{packages[LANTERN].documents} documents, {packages[LANTERN].pages} pages" in done.stdout
    assert files(target) == files(packages[LANTERN].target)


@pytest.fixture
def own_cache(prepared: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a workspace has it."""
    monkeypatch.setattr(Workspace, "cache", property(lambda workspace: Cache(workspace.build / ".cache")))


@pytest.fixture
def built(workspace: Workspace, own_cache: None, packages: dict[str, Built]) -> Callable[..., list[str]]:
    """built(**options) builds Lantern and gives what was told."""

    def run(**options: Any) -> list[str]:
        told: list[str] = []
        result = build(workspace, LANTERN, Options(jobs=1, **options), told.append)
        assert files(result.target) == files(packages[LANTERN].target)
        return told

    return run


def test_what_is_not_as_it_was_is_made_again(workspace: Workspace, built: Callable[..., list[str]]) -> None:
    """A file that is gone, one beside it that is gone, one too many, a note that is torn; and the bytes are the same each time."""
    again = ["Nothing has changed since it was built"]
    built()
    assert built() == again
    target = workspace.build / LANTERN / "2026.1"
    (target / "binder.pdf").unlink()
    assert built() != again
    assert built() == again
    kept = next(path for path in (workspace.build / LANTERN / ".generated").rglob("*.docx"))
    kept.unlink()
    assert built() != again
    note = workspace.build / LANTERN / NOTE
    note.write_text(note.read_text()[:-20])
    assert built() != again
    assert built() == again
    # what was asked is part of it, and so is each file of the practice and of the firm
    assert built(strict=True) != again
    for file in (workspace.practices / LANTERN / "notes.txt", workspace.templates / "~$SEC-10.docx"):
        file.write_bytes(b"new")
        assert built() != again
        assert built() == again


def test_damaged_entries_are_noticed_and_made_again(workspace: Workspace, built: Callable[..., list[str]]) -> None:
    """Half an entry, or one with another bit: none is taken, and each that was asked for is whole afterwards."""
    known = {path: path.read_bytes() for path in sorted(workspace.cache.folder.rglob("*")) if path.is_file()}
    for number, (path, data) in enumerate(known.items()):
        path.unlink()  # other tests have the same file
        path.write_bytes(data[: len(data) // 2] if number % 2 else data[:-1] + bytes([data[-1] ^ 1]))
    built()
    asked = {path: path.read_bytes() for path in sorted(workspace.cache.folder.rglob("*")) if path.is_file()}
    mended = [path for path, data in asked.items() if data == known.get(path)]
    assert len(mended) > 200


def test_a_changed_finding_renders_what_it_touches(workspace: Workspace, edit: Callable[..., Path], tmp_path: Path) -> None:
    """Exactly the documents whose names say something else now, and of those each once."""
    cache = Cache(tmp_path / "cache")

    def write() -> tuple[dict[str, Any], dict[str, str], list[str]]:
        counting, loaded = Counting(), load_practice(workspace, LANTERN)
        names = dict(write_first(loaded, lambda _: None, None, Workers(counting, cache)).names)
        return names, {artifact.id: artifact.path for artifact in loaded.plan.artifacts}, counting.paths

    before, paths, first = write()
    assert len(first) == len(before) > 100
    assessment = json.loads(next((workspace.practices / LANTERN / "assessments").glob("*.json")).read_text())
    weakness = assessment["findings"][0]["observed"]
    edit(LANTERN, "assessment", "findings/0/observed", f"{weakness} The side door is also left open on Mondays.")
    after, _, second = write()
    touched = [paths[id] for id in after if after[id] != before[id]]
    assert Counter(second) == Counter(touched)
    assert 0 < len(touched) < len(after) / 2
