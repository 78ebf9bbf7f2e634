"""Run a command in processes of its own, and say what it took: seconds, processor time, memory of each process. For POSIX."""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

BECOME_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER of prctl(2)


@dataclass(frozen=True)
class Took:
    """Seconds until the command came back, and of processor time over all its processes."""

    wall: float
    cpu: float


def run(command: Sequence[str]) -> Took:
    """One run. Raises CalledProcessError, with what the command said."""
    before = _children()
    start = time.perf_counter()
    # into a file: a pipe would be read until the last process that holds it is gone
    with tempfile.TemporaryFile() as said:
        done = subprocess.run(command, stdout=said, stderr=subprocess.STDOUT, check=False)
        wall = time.perf_counter() - start
        _wait_for_the_rest()
        if done.returncode:
            said.seek(0)
            raise subprocess.CalledProcessError(done.returncode, command, said.read().decode("utf-8", "replace"))
    return Took(wall, _children() - before)


def best(runs: Sequence[Took]) -> Took:
    """The run that came back first: everything else on the machine can only make it slower."""
    return min(runs, key=lambda took: took.wall)


def peaks(command: Sequence[str]) -> list[float]:
    """The most memory that each process of a run ever had, in MB, that of the command itself first; [] where nothing tells."""
    found: dict[int, float] = {}
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            for pid in (process.pid, *_below(process.pid)):
                found[pid] = max(found.get(pid, 0), _peak(pid))
            time.sleep(0.01)
    _wait_for_the_rest()
    own = found.pop(process.pid, 0)
    return [own, *sorted(found.values(), reverse=True)] if own else []


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def adopt_orphans() -> None:
    """From now on wait for processes that outlive their command too, such as the one that begins Python's workers."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(BECOME_SUBREAPER, 1, 0, 0, 0)


def _wait_for_the_rest() -> None:
    with suppress(ChildProcessError):
        while True:
            os.wait()


def _below(pid: int) -> Iterator[int]:
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield int(child)
                yield from _below(int(child))


def _peak(pid: int) -> float:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return 0
