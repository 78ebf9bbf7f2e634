"""A disk that fails at a chosen step, and a program that is killed there. Every change of a folder is a step.

CPython tells audit hooks of each change before it is made, whichever function makes it
(https://docs.python.org/3/library/audit_events.html); of fsync it does not, and of calls into the C library neither.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pipeline import publish

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
MOVES = frozenset({"os.rename", "os.remove", "os.rmdir", "swap"})
GROWS = frozenset({"open", "os.mkdir", "fsync"})
CHANGES = MOVES | GROWS | {"os.chmod", "os.link", "os.symlink", "os.truncate"}


class Died(BaseException):
    """The process was killed: nothing that expects errors catches this, and no step that comes after it is taken."""


@dataclass(frozen=True)
class Fault:
    """What goes wrong. error: number of the error, None kills; lasting: at all later steps too; steps: those that it concerns."""

    name: str
    error: int | None = None
    lasting: bool = True
    steps: frozenset[str] = CHANGES

    def __str__(self) -> str:
        return self.name


KILLED = Fault("killed", steps=CHANGES | {"write"})
FULL = Fault("the disk is full", errno.ENOSPC, steps=GROWS)
READ_ONLY = Fault("it can only be read", errno.EROFS)
# Windows refuses to rename, replace or delete what another program has open
BRIEFLY_OPEN = Fault("open elsewhere for a moment", errno.EACCES, lasting=False, steps=MOVES)
OPEN = Fault("open elsewhere", errno.EACCES, steps=MOVES)
FAULTS = (KILLED, FULL, READ_ONLY, BRIEFLY_OPEN, OPEN)


@dataclass
class _Disk:
    """A folder, in which the step number `at` of a fault is the first to fail; 0: none."""

    folder: str
    fault: Fault
    at: int
    taken: list[str] = field(default_factory=list)

    def step(self, event: str, path: Any) -> None:
        if event not in self.fault.steps or not isinstance(path, str | Path):
            return
        # rmtree names what it deletes within an open folder
        if os.path.isabs(path) and not str(path).startswith(self.folder):
            return
        self.taken.append(f"{event} {Path(path).name}")
        count = len(self.taken)
        if self.at and (count >= self.at if self.fault.lasting else count == self.at):
            if self.fault.error is None:
                raise Died
            raise OSError(self.fault.error, os.strerror(self.fault.error))


_now: list[_Disk] = []


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if not _now or event not in CHANGES or (event == "open" and not (arguments[2] or 0) & WRITING):
        return
    disk, path = _now[0], arguments[0]
    disk.step(event, path)
    if event == "open":
        try:
            disk.step("write", path)
        except Died:
            with _deaf(), suppress(OSError):
                os.close(os.open(path, arguments[2], 0o600))  # there, and empty
            raise


@contextmanager
def _deaf() -> Iterator[None]:
    disk = _now.pop()
    try:
        yield
    finally:
        _now.append(disk)


@contextmanager
def faulty(folder: Path, fault: Fault = KILLED, at: int = 0) -> Iterator[list[str]]:
    """Let the step number `at` (from 1; 0: none) below a folder be the first that fails; gives the steps that were taken.

    What a failing fsync was to save is half there. Others only count: a disk that is not switched off needs none.
    """
    _install()
    disk = _Disk(str(folder), fault, at)
    exchange = publish.swap

    def fsync(descriptor: int) -> None:
        try:
            disk.step("fsync", "")
        except BaseException:
            with _deaf(), suppress(OSError):  # of a folder
                os.ftruncate(descriptor, os.fstat(descriptor).st_size // 2)
            raise

    def swap(one: Path, other: Path) -> bool:
        disk.step("swap", str(other))
        return exchange(one, other)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        patch.setattr(publish, "swap", swap)
        _now.append(disk)
        try:
            yield disk.taken
        finally:
            _now.clear()


@cache
def _install() -> None:
    """Once: there is no way to take such a hook away."""
    sys.addaudithook(_hear)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder but locks, by name."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != ".lock")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def visible(folder: Path) -> dict[str, bytes]:
    """Every file that a person sees."""
    return {name: data for name, data in contents(folder).items() if not any(part[0] == "." for part in Path(name).parts)}
