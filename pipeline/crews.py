"""Who builds the practices of a portfolio: processes of this machine, or the workers of a Dask cluster."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Future, ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from pipeline import __version__
from pipeline.errors import OutputError, UsageError
from pipeline.work import end_with_owner, start_method

SECONDS_TO_END = 10
SECONDS_TO_CONNECT = 30


@dataclass(frozen=True)
class Crew:
    """submit: that of any concurrent.futures.Executor; places: how many it works on at once just now.

    died: what a future raises whose worker is gone.
    """

    submit: Callable[..., Future[Any]]
    places: Callable[[], int]
    died: tuple[type[Exception], ...] = (BrokenExecutor,)


Hire = Callable[[], AbstractContextManager[Crew]]


@contextmanager
def processes(jobs: int) -> Iterator[Crew]:
    """So many processes of this machine. Left by an exception, they give up what they are at, and are gone."""
    pool = ProcessPoolExecutor(jobs, start_method(), initializer=_begin)
    try:
        yield Crew(lambda work, task: pool.submit(_work, work, task), lambda: jobs)
    except BaseException:
        _end(pool)
        raise
    pool.shutdown()


def _begin() -> None:
    # Ctrl-C reaches every process of the terminal; only the one that gives out the work answers to it
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _leave)
    end_with_owner()


def _leave(*_: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit()


def _work(work: Callable[[Any], Any], task: Any) -> Any:
    try:
        return work(task)
    except SystemExit:
        # what the build had open is closed by now, and the pool would wait for more work
        os._exit(1)


def _end(pool: ProcessPoolExecutor) -> None:
    # https://docs.python.org/3/library/concurrent.futures.html has terminate_workers from 3.14 on
    held = list((pool._processes or {}).values())
    for process in held:
        process.terminate()
    pool.shutdown(wait=False, cancel_futures=True)
    for process in held:
        process.join(SECONDS_TO_END)
        if process.is_alive():
            process.kill()


@contextmanager
def cluster(address: str) -> Iterator[Crew]:
    """The workers of a Dask scheduler, for example tcp://10.0.0.5:8786; each has one thread.

    Raises UsageError where there is none, or a worker is not fit, OutputError where it goes away.
    What a worker that died was at, Dask begins again on another one: https://distributed.dask.org/en/stable/resilience.html
    """
    try:
        distributed: Any = import_module("distributed")
    except ImportError as error:
        raise UsageError(
            "A cluster needs Dask. Install it with the program: python -m pip install "
            f'"./binder-{__version__}-py3-none-any.whl[cluster]", in the folder with that file.'
        ) from error
    try:
        client = distributed.Client(address, timeout=SECONDS_TO_CONNECT, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UsageError(f"No Dask scheduler answers at {address}. Start one with: dask scheduler.") from error
    with client:
        try:
            client.wait_for_workers(1, timeout=SECONDS_TO_CONNECT)
        except TimeoutError as error:
            raise UsageError(f"The scheduler has no worker. Start some: dask worker {address} --nthreads 1.") from error
        if any(threads > 1 for threads in client.nthreads().values()):
            raise UsageError("A worker builds one practice at a time. Start each with: dask worker --nthreads 1.")
        # Dask takes a function of equal arguments for done; a build is to be done
        executor = client.get_executor(pure=False)
        try:
            yield Crew(executor.submit, lambda: len(client.nthreads()), (BrokenExecutor, distributed.KilledWorker))
        except ImportError as error:
            raise UsageError(
                "A worker does not know this program. Install the same version of binder on each machine."
            ) from error
        except (OSError, CancelledError) as error:
            mend = "What was built stays. Start it, and give the same command again."
            raise OutputError(f"The scheduler at {address} does not answer any more. {mend}") from error
