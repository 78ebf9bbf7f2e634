"""Many practices at once: one that fails, crashes or does not end stops none of the others.

There is no journal of a run. A build with nothing changed takes no time, so an interrupted run goes on when it is begun again.
"""

from __future__ import annotations

import faulthandler
import os
import time
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.build import Options, build
from pipeline.crews import Hire
from pipeline.errors import BinderError, Problem, ProblemsFound, UsageError, VerificationError
from pipeline.publish import MANIFEST
from pipeline.whole import write_file
from pipeline.workspace import Workspace

if TYPE_CHECKING:
    from pipeline.load import Shared

UNEXPECTED = 70
FOLDER = ".portfolio"


@dataclass(frozen=True)
class Task:
    """One practice to build. seconds: how long it may take."""

    root: Path
    slug: str
    options: Options
    seconds: float


@dataclass(frozen=True)
class Outcome:
    """What became of one practice. exit_code: as of `binder build`; said: why it was not built; problems: warnings too."""

    slug: str
    seconds: float
    edition: str = ""
    documents: int = 0
    pages: int = 0
    warnings: int = 0
    exit_code: int = 0
    said: str = ""
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Lost:
    """The worker of a task died after so many seconds."""

    seconds: float


Work = Callable[[Task], Outcome]


def build_one(task: Task) -> Outcome:
    """Build one practice, in a process that builds nothing else meanwhile. Whatever happens is an outcome."""
    began = time.monotonic()
    with at_most(task.seconds):
        done = _built(Workspace(task.root), task)
    return replace(done, seconds=time.monotonic() - began)


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """End the process where this takes longer: native code that hangs answers to nothing else."""
    with open(os.devnull, "w") as nowhere:
        faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()


def _built(workspace: Workspace, task: Task) -> Outcome:
    try:
        built = build(workspace, task.slug, task.options, lambda _: None, lambda: _shared(task.root, _state(workspace)))
    except (ProblemsFound, VerificationError) as error:
        serious = [problem for problem in error.problems if task.options.strict or not problem.warning]
        count = len(serious)
        said = f"{count} problem{'s' * (count != 1)}, the first at {serious[0].where}" if serious else str(error)
        return Outcome(task.slug, 0, exit_code=error.exit_code, said=said, problems=error.problems)
    except BinderError as error:
        return Outcome(task.slug, 0, exit_code=error.exit_code, said=str(error))
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        said = f"this should not happen: {type(error).__name__} in {Path(last.filename).name}, line {last.lineno}"
        return Outcome(task.slug, 0, exit_code=UNEXPECTED, said=said)
    counts = built.documents, built.pages, len(built.warnings)
    return Outcome(task.slug, 0, built.target.name, *counts, problems=built.warnings)


@lru_cache(maxsize=1)
def _shared(root: Path, _: object) -> Shared:
    from pipeline.load import load_shared

    return load_shared(Workspace(root))


def _state(workspace: Workspace) -> tuple[tuple[str, int, int], ...]:
    """Catalogue, schemas and templates as they lie there: somebody may correct one while hundreds of practices are built."""
    folders = (workspace.catalog, workspace.schemas, workspace.templates, workspace.forms)
    paths = [Path(place, name) for folder in folders for place, _, names in os.walk(folder) for name in names]
    return tuple((path.as_posix(), told.st_size, told.st_mtime_ns) for path in sorted(paths) for told in (path.stat(),))


def choose(workspace: Workspace, named: Sequence[str], where: Sequence[str]) -> tuple[str, ...]:
    """The named practices, or all, that fulfil every KEY=VALUE (see where.fulfilling). Raises UsageError, also where none is left."""
    for slug in named:
        workspace.practice(slug)
    slugs = tuple(sorted(set(named) or workspace.slugs()))
    if where and slugs:
        # what reads profiles takes longer to import than it takes to see that many practices are built already
        from pipeline.where import fulfilling

        slugs = fulfilling(workspace, slugs, where)
    if not slugs:
        raise UsageError(
            f"No practice has {' and '.join(where)}." if where else "There is no practice yet. Begin one: binder new."
        )
    return slugs


def make_tasks(workspace: Workspace, slugs: Iterable[str], options: Options, seconds: float) -> list[Task]:
    """A task for each practice: what was never built first, then what was built longest ago."""
    output = options.output or workspace.build

    def last_built(slug: str) -> float:
        # somebody else may be replacing it
        with suppress(OSError):
            return max((file.stat().st_mtime for file in (output / slug).glob(f"[0-9]*/{MANIFEST}")), default=0)
        return 0

    one_process = replace(options, jobs=1)
    return [Task(workspace.root, slug, one_process, seconds) for slug in sorted(slugs, key=last_built)]


def run_all(tasks: Iterable[Task], hire: Hire, work: Work = build_one) -> Generator[Outcome, None, None]:
    """Each outcome as soon as it is there. Only practices whose worker died while they were alone have crashed.

    Raises what `hire` raises.
    """
    suspects = []
    for task, done in _round(tasks, hire, work):
        if isinstance(done, Outcome):
            yield done
        elif done.seconds >= task.seconds:
            yield _given_up(task, done)
        else:
            # a process that dies takes its pool along, and what the others were at
            suspects.append(task)
    for suspect in suspects:
        for task, done in _round([suspect], hire, work):
            if isinstance(done, Outcome):
                yield done
            elif done.seconds >= task.seconds:
                yield _given_up(task, done)
            else:
                yield Outcome(task.slug, done.seconds, exit_code=UNEXPECTED, said="its process crashed")


def _given_up(task: Task, lost: Lost) -> Outcome:
    said = f"given up after {task.seconds / 60:g} minutes"
    return Outcome(task.slug, lost.seconds, exit_code=UNEXPECTED, said=said)


def _round(tasks: Iterable[Task], hire: Hire, work: Work) -> Iterator[tuple[Task, Outcome | Lost]]:
    """Each task once; a pool that broke is followed by another one."""
    waiting = deque(tasks)
    while waiting:
        with hire() as crew:
            going: dict[Future[Outcome], tuple[Task, float]] = {}
            broken = False
            while going or (waiting and not broken):
                # no more at once than are worked on: what waits in a pool that breaks would be lost with it
                while waiting and not broken and len(going) < max(1, crew.places()):
                    try:
                        future = crew.submit(work, waiting[0])
                    except BrokenExecutor:
                        broken = True
                    else:
                        going[future] = waiting.popleft(), time.monotonic()
                for future in wait(going, return_when=FIRST_COMPLETED).done:
                    task, began = going.pop(future)
                    try:
                        yield task, future.result()
                    except crew.died:
                        yield task, Lost(time.monotonic() - began)


def keep_problems(workspace: Workspace, options: Options, outcome: Outcome) -> Path | None:
    """Write what is wrong with a practice to a file of its own, and take away that of an earlier run; its path, if there is one."""
    file = (options.output or workspace.build) / FOLDER / f"{outcome.slug}.txt"
    texts = [*([outcome.said] if outcome.exit_code else []), *map(str, outcome.problems)]
    # the table has said it, and a full disk is no reason to stop
    with suppress(OSError):
        file.unlink(missing_ok=True)
        if texts:
            write_file(file, ("\n".join(texts) + "\n").encode())
            return file
    return None
