"""Measure portfolios of generated practices: what one costs, what a worker needs, and what is left behind.

    python benchmarks/portfolio.py [--sizes 10,100,1000] [--jobs N] [--discard]

Each size is built in a workspace of its own, then built once more with nothing changed. --discard deletes each package once it
is built: a thousand need 35 GB. Prints a table in Markdown.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing.util import get_temp_dir
from pathlib import Path

from generate import generate

from pipeline.build import Options
from pipeline.crews import processes
from pipeline.portfolio import FOLDER, Outcome, Task, build_one, make_tasks, run_all
from pipeline.workspace import Workspace, find_workspace

SHARED = ("catalog", "schemas", "templates_docx", "forms_xlsx")
# what a workspace keeps on purpose, beside packages
KEPT = (".cache", ".generated", ".lock", ".built.json", FOLDER)


@dataclass(frozen=True)
class Measured(Outcome):
    """cpu: seconds of processor time; peak: most memory the worker ever had, in MB; files: open ones after the build."""

    worker: int = 0
    cpu: float = 0
    peak: float = 0
    files: int = 0


@dataclass(frozen=True)
class Run:
    wall: float
    outcomes: Sequence[Measured]


def measured(discard: bool, task: Task) -> Measured:
    before = time.process_time()
    done = build_one(task)
    cpu = time.process_time() - before
    if discard:
        shutil.rmtree(Workspace(task.root).build / task.slug)
    return Measured(**vars(done), worker=os.getpid(), cpu=cpu, peak=peak(), files=open_files())


def peak() -> float:
    """Most memory this process ever had, in MB; 0 where the system does not say."""
    try:
        import resource
    except ImportError:
        return 0
    unit = 1024**2 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def open_files() -> int:
    """Open files of this process; 0 where the system does not say."""
    return len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0


def run(workspace: Workspace, jobs: int, discard: bool) -> Run:
    began = time.perf_counter()
    tasks = make_tasks(workspace, workspace.slugs(), Options(), 3_600)
    outcomes = []
    for done in run_all(tasks, partial(processes, jobs), partial(measured, discard)):
        outcomes.append(done if isinstance(done, Measured) else Measured(**vars(done)))
        print(f"\r{len(outcomes)} of {len(tasks)}", end="", file=sys.stderr)
    print(file=sys.stderr)
    return Run(time.perf_counter() - began, outcomes)


def left_behind(workspace: Workspace, temporary: Path, workers: set[int]) -> list[str]:
    """Temporary files, half-written packages and processes that are still there."""
    left = [path.name for path in temporary.iterdir()]
    hidden = [*workspace.build.glob(".*"), *workspace.build.glob("*/.*"), *workspace.build.glob(".cache/*/.*")]
    left += [path.name for path in hidden if path.name not in KEPT]
    return left + [f"process {worker}" for worker in workers if worker and alive(worker)]


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def row(size: int, jobs: int, discard: bool, root: Path, temporary: Path) -> str:
    origin, workspace = find_workspace(Path(__file__).resolve().parent), Workspace(root)
    for shared in SHARED:
        shutil.copytree(origin.root / shared, root / shared)
    clinicians = sum(one.clinicians for one in generate(workspace, size))
    print(f"{size} practices, {clinicians} clinicians", file=sys.stderr)
    first = run(workspace, jobs, discard)
    again = None if discard else run(workspace, jobs, discard)
    failed = [f"{one.slug}: {one.said}" for one in first.outcomes if one.exit_code]
    left = left_behind(workspace, temporary, {one.worker for one in first.outcomes})
    shutil.rmtree(root)
    for line in (*failed, *left):
        print(line, file=sys.stderr)
    cells = (
        size,
        clinicians,
        len(failed),
        f"{first.wall / size:.1f}",
        f"{sum(one.cpu for one in first.outcomes) / size:.1f}",
        f"{again.wall / size:.2f}" if again else "–",
        f"{max(one.peak for one in first.outcomes):.0f}",
        max(one.files for one in first.outcomes),
        len(left),
    )
    return f"| {' | '.join(map(str, cells))} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="10,100,1000")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--discard", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="portfolio-") as name:
        temporary = Path(name, "temporary")
        temporary.mkdir()
        # where the server that begins workers listens, as long as this process lives
        get_temp_dir()
        # before it is begun, because it keeps the environment of that moment
        tempfile.tempdir = os.environ["TMPDIR"] = str(temporary)
        rows = [
            row(int(size), options.jobs, options.discard, Path(name, f"firm-{size}"), temporary)
            for size in options.sizes.split(",")
        ]
    print(f"{options.jobs} workers, {os.cpu_count()} processors, {platform.platform()}, Python {platform.python_version()}\n")
    print(
        "| practices | clinicians | failed | seconds a practice | processor seconds a practice | seconds a practice, nothing changed "
        "| peak of a worker, MB | open files of a worker | left behind |"
    )
    print("|---:" * 9 + "|")
    print("\n".join(rows))


if __name__ == "__main__":
    main()
