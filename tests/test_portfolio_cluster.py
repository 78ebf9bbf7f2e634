"""The same portfolio on a real Dask cluster of two worker processes on this machine."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import dask
import pytest
from conftest import JUNIPER, LANTERN
from distributed import LocalCluster
from test_portfolio import begun, crashing, quick, tasks, wait_until

import pipeline.crews
from pipeline.build import Built, Options
from pipeline.crews import cluster
from pipeline.errors import OutputError, UsageError
from pipeline.portfolio import Outcome, Task, build_one, make_tasks, run_all
from pipeline.workspace import Workspace

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows knows no SIGKILL")


@contextmanager
def two_workers(folder: Path, failures: int = 3) -> Iterator[LocalCluster]:
    """A scheduler and two workers, each with one thread and a nanny that begins it anew; nothing leaves this machine.

    failures: how many workers may die of one practice before Dask gives it up; it says 3 by itself.
    """
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": failures}),
        LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            local_directory=str(folder / "dask"),
            silence_logs=50,
        ) as running,
    ):
        yield running


def local(**more: Any) -> LocalCluster:
    """One with workers in this process, where nothing is killed."""
    return LocalCluster(
        processes=False, protocol="tcp", host="127.0.0.1", dashboard_address="127.0.0.1:0", silence_logs=50, **more
    )


def ignorant(task: Task) -> Outcome:
    """As on a machine on which the program is not installed."""
    raise ModuleNotFoundError("No module named 'pipeline'")


def noted(begun: Path, task: Task) -> Outcome:
    """Note which process builds the practice, then build it."""
    with (begun / f"{task.slug}.begun").open("a") as file:
        file.write(f"{os.getpid()}\n")
    return build_one(task)


def test_with_one_worker_killed_in_the_middle_of_a_build_every_package_is_as_local_processes_make_it(
    prepared: Workspace, packages: dict[str, Built], tmp_path: Path
) -> None:
    """The other worker, or the one that takes the place of the dead, builds the practice again; manifests are equal byte by byte."""
    made = make_tasks(prepared, [LANTERN, JUNIPER], Options(output=tmp_path / "out"), 600)
    killed: list[int] = []

    def kill_one() -> None:
        wait_until(lambda: (tmp_path / f"{LANTERN}.begun").exists())
        time.sleep(1)
        assert not (tmp_path / "out" / LANTERN / "2026.1").exists()
        (worker,) = begun(tmp_path, LANTERN)
        os.kill(int(worker), signal.SIGKILL)
        killed.append(int(worker))

    killer = threading.Thread(target=kill_one)
    killer.start()
    with two_workers(tmp_path) as running:
        done = list(run_all(made, partial(cluster, running.scheduler_address), partial(noted, tmp_path)))
    killer.join()
    assert {one.slug: (one.exit_code, one.said) for one in done} == {LANTERN: (0, ""), JUNIPER: (0, "")}
    first, *again = begun(tmp_path, LANTERN)
    assert killed == [int(first)]
    assert again
    assert first not in again
    for slug, single in packages.items():
        there = tmp_path / "out" / slug / single.target.name
        assert (there / "manifest.json").read_bytes() == (single.target / "manifest.json").read_bytes()


def test_a_practice_that_kills_every_worker_fails_alone(tmp_path: Path) -> None:
    """Dask gives it up, and the others are done by the workers that take the place of the dead."""
    made = tasks(tmp_path, "a", "bad", "b", "c")
    with two_workers(tmp_path, failures=0) as running:
        done = {one.slug: one.exit_code for one in run_all(made, partial(cluster, running.scheduler_address), crashing)}
    assert done == {"a": 0, "b": 0, "c": 0, "bad": 70}


def test_a_scheduler_that_goes_away_is_a_message(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What was done is known by then."""
    monkeypatch.setattr(pipeline.crews, "SECONDS_TO_CONNECT", 2)
    with local(n_workers=1, threads_per_worker=1) as running:
        run = run_all(tasks(tmp_path, "a", "b", "c"), partial(cluster, running.scheduler_address), quick)
        next(run)
    with pytest.raises(OutputError, match="same command again"):
        list(run)


def test_a_scheduler_that_does_not_answer_or_has_no_fit_workers_is_a_message(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Before anything is given out."""
    monkeypatch.setattr(pipeline.crews, "SECONDS_TO_CONNECT", 1)

    def refused(address: str) -> str:
        with pytest.raises(UsageError) as told:
            list(run_all(tasks(tmp_path, "a"), partial(cluster, address), quick))
        return str(told.value)

    assert "No Dask scheduler answers at tcp://127.0.0.1:1." in refused("tcp://127.0.0.1:1")
    assert "No Dask scheduler answers at nonsense" in refused("nonsense")
    with local(n_workers=0) as nobody:
        assert "has no worker" in refused(nobody.scheduler_address)
    with local(n_workers=1, threads_per_worker=2) as threads:
        assert "--nthreads 1" in refused(threads.scheduler_address)


def test_a_worker_without_the_program_is_a_message(tmp_path: Path) -> None:
    """It fails for every practice alike."""
    with local(n_workers=1, threads_per_worker=1) as running, pytest.raises(UsageError, match="same version of binder"):
        list(run_all(tasks(tmp_path, "a", "b"), partial(cluster, running.scheduler_address), ignorant))


def test_without_dask_the_message_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing else of the program needs it."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match=r"\[cluster\]"):
        list(run_all(tasks(tmp_path, "a"), partial(cluster, "tcp://127.0.0.1:1"), quick))
