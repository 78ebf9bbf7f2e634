"""A finished package becomes visible by one rename, or not at all; what was there stays until then."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Any

from pipeline.errors import OutputError, Problem
from pipeline.filing import json_bytes
from pipeline.lock import locked
from pipeline.private import make_folder
from pipeline.swap import swap
from pipeline.whole import digest, sync_folder, why, write_file

MANIFEST = "manifest.json"
PREVIOUS = ".previous-"


@contextmanager
def one_at_a_time(target: Path) -> Iterator[None]:
    """Hold the lock of the practice whose editions lie beside `target`; BusyError where another build holds it."""
    busy = f"Another build of this practice is running ({target.parent}). Wait until it has finished."
    try:
        with locked(target.parent, busy):
            yield
    except OSError as error:
        raise refusal(target.parent, error) from error


def publish(
    target: Path,
    files: Mapping[str, bytes],
    manifest: Mapping[str, Any],
    generated: Mapping[str, bytes] | None = None,
    kept: Collection[str] = (),
) -> None:
    """Write the package beside `target`, manifest last, and put it there in one step. The caller holds the lock.

    generated: the documents as they are without hand edits, laid beside the package to compare with later; kept: sha256 of
    edited files that are kept elsewhere. An OutputError leaves what was at `target` as it was. A package with other edits
    is not replaced (see hand_edits).
    """
    try:
        recover(target)
        _refuse_edits(target, kept)
        staging = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        for name, data in files.items():
            write_file(staging / name, data)
        write_file(staging / MANIFEST, json_bytes(manifest))
        # first, and under the name of this manifest: a package never stands without what it was generated as
        if generated:
            _lay_beside(target, generated, digest(staging / MANIFEST))
        # somebody may have saved a file meanwhile
        _refuse_edits(target, kept)
        _put(staging, target)
    except OSError as error:
        raise refusal(target, error) from error
    finally:
        with suppress(OSError):
            recover(target)


def recover(target: Path) -> None:
    """Put back a package that an interrupted build had moved aside, and clear what builds left beside the packages of a practice.

    The caller holds the lock.
    """
    for previous in target.parent.glob(f"{PREVIOUS}*"):
        if not (place := target.with_name(previous.name.removeprefix(PREVIOUS))).exists():
            previous.rename(place)
    for leftover in (*target.parent.glob(f"{PREVIOUS}*"), *target.parent.glob(".[0-9]*-*")):
        shutil.rmtree(leftover, ignore_errors=True)
    for folder in _beside(target).parent.glob("[0-9]*"):
        current = generated_folder(target.with_name(folder.name))
        for other in folder.iterdir():
            if other.name.startswith(".") or (current and other != current):
                _drop(other)


def _refuse_edits(target: Path, kept: Collection[str]) -> None:
    if edits := [name for name in hand_edits(target) if digest(target / name) not in kept]:
        raise OutputError(
            f"{target} holds files that were changed by hand since it was built: {', '.join(edits)}. "
            f"Keep them with: binder edits {target.parent.name} --keep. Then build again."
        )


def _put(staging: Path, target: Path) -> None:
    """Give a complete package its place; the one before goes where recover finds it."""
    if not (target.exists() and swap(staging, target)):
        if target.exists():
            # for a moment no package is there
            target.rename(target.with_name(f"{PREVIOUS}{target.name}"))
        staging.rename(target)
    sync_folder(target.parent)


def _drop(folder: Path) -> None:
    """Delete a folder; under another name first, so that no half of it is ever taken for the whole."""
    dropped = folder if folder.name.startswith(".") else folder.with_name(f".{folder.name}")
    if dropped != folder:
        folder.rename(dropped)
    shutil.rmtree(dropped, ignore_errors=True)


def generated_folder(target: Path) -> Path | None:
    """Where the documents of a built package lie as they were generated, under the paths that they have in the package."""
    try:
        folder = _beside(target) / digest(target / MANIFEST)[:16]
    except OSError:
        return None
    return folder if folder.is_dir() else None


def _lay_beside(target: Path, generated: Mapping[str, bytes], manifest: str) -> None:
    final = _beside(target) / manifest[:16]
    if final.exists():
        return
    make_folder(_beside(target))
    staging = Path(tempfile.mkdtemp(prefix=".new-", dir=_beside(target)))
    for name, data in generated.items():
        write_file(staging / name, data)
    staging.rename(final)


def _beside(target: Path) -> Path:
    return target.parent / ".generated" / target.name


def hand_edits(target: Path) -> list[str]:
    """Files of a built package that are not as its manifest has them, or not in it: somebody's work."""
    manifest = read_manifest(target)
    if manifest is None:
        return sorted(files_of(target)) if target.exists() else []
    listed = {entry["path"]: entry["sha256"] for entry in manifest["artifacts"]}
    present = files_of(target)
    return sorted(name for name in present - {MANIFEST} if listed.get(name) != digest(target / name))


def verify(target: Path) -> list[Problem]:
    """Every difference between a package and its manifest."""
    manifest = read_manifest(target)
    if manifest is None:
        return [
            Problem(
                str(target / MANIFEST),
                "The manifest is missing or cannot be read.",
                "Build the package again, or restore it from a copy.",
            )
        ]
    problems = []
    listed = {entry["path"]: entry["sha256"] for entry in manifest["artifacts"]}
    present = files_of(target) - {MANIFEST}
    for name in sorted(set(listed) - present):
        problems.append(
            Problem(name, "The file is in the manifest and not in the package.", "Restore it from a copy, or build again.")
        )
    for name in sorted(present - set(listed)):
        problems.append(Problem(name, "The file is in the package and not in the manifest.", "Move it out of the package."))
    for name in sorted(present & set(listed)):
        if digest(target / name) != listed[name]:
            problems.append(
                Problem(name, "The file was changed since the package was built.", "Keep a copy of the change, then build again.")
            )
    return problems


def read_manifest(target: Path) -> dict[str, Any] | None:
    """The manifest of a package, or None where there is none that can be read."""
    try:
        value = json.loads((target / MANIFEST).read_text("utf-8"))
        named = [value["practice"], value["edition"], *(entry[key] for entry in value["artifacts"] for key in ("path", "sha256"))]
        if not all(isinstance(name, str) for name in named) or not all(_inside(entry["path"]) for entry in value["artifacts"]):
            return None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return dict(value)


def is_locked(target: Path) -> bool:
    """Whether the binder of a built package opens with a password only."""
    manifest = read_manifest(target)
    return manifest is not None and any(entry.get("encrypted") for entry in manifest["artifacts"])


def _inside(path: str) -> bool:
    """Whether a path of a manifest stays in the package, on every system."""
    return PurePosixPath(path).parts == tuple(path.split("/")) and not re.search(r"^/|(^|/)\.\.(/|$)|[\\:\0]", path)


def files_of(target: Path) -> set[str]:
    """Every file below a folder, relative to it."""
    return {path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()}


def refusal(path: Path, error: OSError) -> OutputError:
    """What to tell where a package could not be written."""
    return OutputError(f"The package could not be written to {path}: {why(error)}. What was there before is unchanged.")
