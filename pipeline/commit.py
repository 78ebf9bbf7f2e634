"""Several files of a practice come at once or not at all, also where the program is killed in between, or the disk is full.

They are written into a hidden folder first. Renaming it decides: from then on they belong to the practice, and if the run that
wrote them does not come to put each in its place, the next one that opens the practice does (see Workspace.practice).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from pipeline.errors import OutputError
from pipeline.lock import locked
from pipeline.private import make_folder
from pipeline.whole import sync_folder, why, write_file

PREPARED, DECIDED, PLACES = ".prepared", ".decided", "places.json"
# a run holds the lock for as long as it takes to write a few files
SECONDS = 10


def commit(folder: Path, new: Mapping[Path, bytes], replaced: Mapping[Path, Path] | None = None) -> None:
    """Write files below the folder of a practice, all of them or none.

    replaced: those of them that are there → the free name below the folder under which what was there is kept.
    OutputError where the disk refuses, or where a file came into the way meanwhile.
    """
    replaced = replaced or {}
    with _alone(folder):
        _finish(folder)
        for file in (*new, *replaced.values()):
            if file not in replaced and file.exists():
                raise OutputError(f"{file} appeared meanwhile; nothing was changed.")
        try:
            # what another program may have open is tried first: while nothing is in its place yet, all can be taken back
            first = {file: new[file] for file in replaced}
            second = {kept: file.read_bytes() for file, kept in replaced.items()}
            _prepare(folder, {**first, **second, **new})
            _place(folder)
        except OSError as error:
            _take_back(folder)
            if (folder / DECIDED).exists():
                raise _waiting(folder, error) from error
            raise _unchanged(folder, error) from error


def finish(folder: Path) -> None:
    """Put in their places the files of a run that was killed after it had decided. OutputError where that fails."""
    if (folder / DECIDED).exists():
        with _alone(folder):
            _finish(folder)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    try:
        with locked(folder, f"Another command is writing into {folder}. Wait until it has finished.", SECONDS):
            yield
    except OSError as error:
        raise _unchanged(folder, error) from error


def _prepare(folder: Path, files: Mapping[Path, bytes]) -> None:
    prepared = folder / PREPARED
    if prepared.exists():
        shutil.rmtree(prepared)
    for number, data in enumerate(files.values()):
        write_file(prepared / str(number), data)
    places = [file.relative_to(folder).as_posix() for file in files]
    write_file(prepared / PLACES, json.dumps(places).encode())
    sync_folder(prepared)
    prepared.rename(folder / DECIDED)
    sync_folder(folder)


def _take_back(folder: Path) -> None:
    decided = folder / DECIDED
    if (decided / "0").exists():
        with suppress(OSError):
            decided.rename(folder / PREPARED)
    shutil.rmtree(folder / PREPARED, ignore_errors=True)


def _finish(folder: Path) -> None:
    try:
        _place(folder)
    except OSError as error:
        raise _waiting(folder, error) from error


def _place(folder: Path) -> None:
    """Rename what is not in its place yet."""
    decided = folder / DECIDED
    if (decided / PLACES).exists():
        for number, name in enumerate(json.loads((decided / PLACES).read_text("utf-8"))):
            source, target = decided / str(number), folder / name
            if not target.resolve().is_relative_to(folder.resolve()):
                raise OutputError(f"{decided / PLACES} names a place outside of the practice. Take {decided} away.")
            if source.exists():
                make_folder(target.parent)
                source.replace(target)
                sync_folder(target.parent)
    # from here on nothing is left to do, and what cannot be cleared away now says nothing
    shutil.rmtree(decided, ignore_errors=True)


def _unchanged(folder: Path, error: OSError) -> OutputError:
    return OutputError(f"{folder} could not be written to: {why(error)}. Nothing was changed.")


def _waiting(folder: Path, error: OSError) -> OutputError:
    return OutputError(
        f"{folder} could not be written to: {why(error)}. What was to be filed is kept in {folder / DECIDED}, and the next command "
        "for this practice puts it in its place. Mend the cause, then run the same command again."
    )
