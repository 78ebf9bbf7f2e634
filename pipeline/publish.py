"""A finished package becomes visible by one rename, or not at all; what was there stays until then."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from pipeline.errors import BusyError, OutputError, Problem
from pipeline.filing import json_bytes
from pipeline.private import make_folder

MANIFEST = "manifest.json"


@contextmanager
def one_at_a_time(target: Path) -> Iterator[None]:
    """Hold the lock of the practice whose editions lie beside `target`; BusyError where another build holds it."""
    try:
        make_folder(target.parent)
        lock = FileLock(target.parent / ".lock", mode=0o600)
        lock.acquire(timeout=0)
    except Timeout as error:
        raise BusyError(f"Another build of this practice is running ({target.parent}). Wait until it has finished.") from error
    except OSError as error:
        raise refusal(target.parent, error) from error
    try:
        yield
    finally:
        lock.release()


def publish(
    target: Path,
    files: Mapping[str, bytes],
    manifest: Mapping[str, Any],
    generated: Mapping[str, bytes] | None = None,
    kept: Collection[str] = (),
) -> None:
    """Write the package beside `target`, manifest last, and rename it there. The caller holds the lock.

    generated: the documents as they are without hand edits, laid beside the package to compare with later; kept: sha256 of
    edited files that are kept elsewhere. An OutputError leaves what was at `target` as it was. A package with other edits
    is not replaced (see hand_edits).
    """
    recover(target)
    if edits := [name for name in hand_edits(target) if digest(target / name) not in kept]:
        raise OutputError(
            f"{target} holds files that were changed by hand since it was built: {', '.join(edits)}. "
            f"Keep them with: binder edits {target.parent.name} --keep. Then build again."
        )
    staging: Path | None = None
    try:
        staging = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        for name, data in files.items():
            write_file(staging / name, data)
        write_file(staging / MANIFEST, json_bytes(manifest))
        # first, and under the name of this manifest: a package never stands without what it was generated as
        if generated:
            _lay_beside(target, generated, digest(staging / MANIFEST))
        previous = _aside(target)
        if target.exists():
            target.rename(previous)
        staging.rename(target)
    except OSError as error:
        recover(target)
        if staging is not None:
            shutil.rmtree(staging, ignore_errors=True)
        raise refusal(target, error) from error
    shutil.rmtree(previous, ignore_errors=True)
    current = generated_folder(target)
    for other in _beside(target).glob("*") if current else ():
        if other != current:
            shutil.rmtree(other, ignore_errors=True)


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


def recover(target: Path) -> None:
    """Put back the package that an interrupted build had moved aside, and clear what such a build left."""
    previous = _aside(target)
    if previous.exists() and not target.exists():
        previous.rename(target)
    for leftover in (previous, *target.parent.glob(f".{target.name}-*")):
        shutil.rmtree(leftover, ignore_errors=True)


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
        if not all(isinstance(name, str) for name in named):
            return None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return dict(value)


def digest(path: Path) -> str:
    """sha256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _aside(target: Path) -> Path:
    return target.with_name(f".previous-{target.name}")


def files_of(target: Path) -> set[str]:
    """Every file below a folder, relative to it."""
    return {path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()}


def write_file(path: Path, data: bytes) -> None:
    """Write a new file for its owner alone, down to the disk."""
    make_folder(path.parent)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def refusal(path: Path, error: OSError) -> OutputError:
    """What to tell where a package could not be written."""
    reasons = {28: "the disk is full", 13: "you may not write there", 30: "it can only be read", 1: "you may not write there"}
    reason = reasons.get(error.errno or 0, error.strerror or "it failed")
    return OutputError(f"The package could not be written to {path}: {reason}. What was there before is unchanged.")
