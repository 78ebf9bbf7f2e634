"""What the program writes is for its owner alone, whatever the umask: files 0600, folders 0700. On Windows modes say nothing."""

from __future__ import annotations

from pathlib import Path


def make_folder(folder: Path) -> None:
    """Make a folder, and those that are missing above it; OSError. A mode given to mkdir counts for the last of them only."""
    for place in (*reversed(folder.parents), folder):
        if not place.exists():
            place.mkdir(mode=0o700, exist_ok=True)
