"""Two folders change places in one step, so that at no moment none of them is there."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

# linux/fs.h: RENAME_EXCHANGE; sys/stdio.h of macOS: RENAME_SWAP
EXCHANGE, AT_FDCWD = 2, -100


def swap(one: Path, other: Path) -> bool:
    """Exchange two folders of one disk; False where the system or the disk has no such step. Nothing has changed then."""
    first, second = os.fsencode(one), os.fsencode(other)
    try:
        if sys.platform == "linux":
            done = ctypes.CDLL(None).renameat2(AT_FDCWD, first, AT_FDCWD, second, EXCHANGE)
        elif sys.platform == "darwin":
            done = ctypes.CDLL(None).renamex_np(first, second, EXCHANGE)
        else:
            return False
    except (OSError, AttributeError):  # an older C library
        return False
    return bool(done == 0)
