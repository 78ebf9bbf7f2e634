"""One run at a time changes the files of a folder. The system takes the lock from a process that ends, however it ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from pipeline.errors import BusyError
from pipeline.private import make_folder


@contextmanager
def locked(folder: Path, busy: str, seconds: float = 0) -> Iterator[None]:
    """Hold the lock of a folder. BusyError with the text `busy` where another process has it that long; OSError."""
    make_folder(folder)
    lock = FileLock(folder / ".lock", mode=0o600)
    try:
        lock.acquire(timeout=seconds)
    except Timeout as error:
        raise BusyError(busy) from error
    try:
        yield
    finally:
        lock.release()
