"""A file is written whole or not at all: first beside its place, down to the disk, then under its name in one step."""

from __future__ import annotations

import glob
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pipeline.errors import OutputError, UsageError
from pipeline.private import make_folder


def write_new(file: Path, data: bytes) -> None:
    """Write a file that must not exist yet, for its owner alone."""
    try:
        make_folder(file.parent)
        with _beside(file, data) as staged:
            if file.exists():
                raise FileExistsError
            staged.rename(file)
        sync_folder(file.parent)
    except FileExistsError as error:
        raise UsageError(
            f"{file} is there already, and somebody may have filled it in. Choose another name, or move it away."
        ) from error
    except OSError as error:
        raise OutputError(f"{file} could not be written: {why(error)}.") from error


def write_over(file: Path, data: bytes) -> None:
    """Write a file in place of the one that may be there, for its owner alone. OutputError leaves that one as it was."""
    try:
        make_folder(file.parent)
        with _beside(file, data) as staged:
            staged.replace(file)
    except OSError as error:
        raise OutputError(f"{file} could not be written: {why(error)}. What was there is unchanged.") from error


def write_file(path: Path, data: bytes) -> None:
    """Write a new file for its owner alone, down to the disk, into a folder that nobody looks into yet."""
    make_folder(path.parent)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    _fill(descriptor, data)


def digest(path: Path) -> str:
    """sha256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync_folder(folder: Path) -> None:
    """Let the names in a folder survive a power cut as well, where the system can do that; Windows cannot open a folder."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def why(error: OSError) -> str:
    """What to tell of a disk that refused."""
    reasons = {
        28: "the disk is full",
        30: "it can only be read",
        # Windows says the same of a file that another program holds
        13: "you may not write there, or another program has a file of it open",
        1: "you may not write there",
    }
    return reasons.get(error.errno or 0, error.strerror or "it failed")


@contextmanager
def _beside(file: Path, data: bytes) -> Iterator[Path]:
    """A complete file in the folder of `file`, to be renamed. What is left of it, or of a killed run, is cleared away."""
    _clear(file)
    descriptor, name = tempfile.mkstemp(prefix=f".{file.name}-", suffix=".new", dir=file.parent)
    try:
        _fill(descriptor, data)
        yield Path(name)
    finally:
        with suppress(OSError):
            os.unlink(name)


def _clear(file: Path) -> None:
    for leftover in file.parent.glob(f".{glob.escape(file.name)}-*.new"):
        with suppress(OSError):
            leftover.unlink()


def _fill(descriptor: int, data: bytes) -> None:
    with os.fdopen(descriptor, "wb") as target:
        target.write(data)
        target.flush()
        os.fsync(target.fileno())
