"""Folders for what only one run needs. A killed run leaves its own behind, with documents in it: the next run takes it away."""

from __future__ import annotations

import os
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

from filelock import FileLock, Timeout

PREFIX, LOCK = "binder-", ".lock"
# seconds; a folder that is younger may be one that is about to be locked
YOUNG = 600


@contextmanager
def scratch(kind: str) -> Iterator[Path]:
    """A folder for this user alone that is gone with the block; kind: what it is for, in its name. OSError."""
    _take_away_abandoned(Path(gettempdir()))
    with (
        TemporaryDirectory(prefix=f"{PREFIX}{kind}-", ignore_cleanup_errors=True) as folder,
        FileLock(Path(folder, LOCK), mode=0o600),
    ):
        yield Path(folder)


def _take_away_abandoned(place: Path) -> None:
    for folder in place.glob(f"{PREFIX}*"):
        with suppress(OSError, Timeout):
            if _is_ours(folder) and abs(time.time() - (folder / LOCK).stat().st_mtime) > YOUNG:
                # the system takes the lock from a process that ends, however it ends
                with FileLock(folder / LOCK, timeout=0, mode=0o600):
                    pass
                shutil.rmtree(folder, ignore_errors=True)


def _is_ours(folder: Path) -> bool:
    """A folder, not a link to one, that belongs to this user."""
    told = folder.lstat()
    return stat.S_ISDIR(told.st_mode) and (os.name == "nt" or told.st_uid == os.getuid())
