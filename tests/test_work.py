"""The same work, whoever does it; and never twice."""

from __future__ import annotations

import os
import signal
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from pipeline.cache import Cache
from pipeline.errors import ConversionError, Problem, ProblemsFound
from pipeline.work import HERE, Workers, working

PROBLEM = Problem("a file", "It is wrong.", "Mend it.")


def louder(data: bytes, times: int) -> bytes:
    """Work of one's own."""
    return data.upper() * times


def complain(_: bytes) -> bytes:
    """Work that finds a problem."""
    raise ProblemsFound([PROBLEM])


class Refusing(Executor):
    """Does nothing for anybody."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        raise AssertionError("it should have been known already")


@pytest.fixture(scope="module")
def pool() -> Any:
    """Two processes of one's own."""
    with working(2) as workers:
        yield workers


def test_any_executor_gives_the_same(pool: Workers) -> None:
    """This process, threads, processes."""
    with ThreadPoolExecutor(2) as threads:
        made = [workers.start(louder, b"abc", 2).result() for workers in (HERE, Workers(threads), pool)]
    assert made == [b"ABCABC"] * 3


def test_problems_come_back_from_another_process_whole(pool: Workers) -> None:
    """With their places and how to mend them, not only their number."""
    with pytest.raises(ProblemsFound) as caught:
        pool.start(complain, b"").result()
    assert caught.value.problems == (PROBLEM,)


def test_what_was_made_before_is_not_made_again(tmp_path: Path, pool: Workers) -> None:
    """Made by other processes, kept in the folder, taken by this one; other arguments are other work."""
    cache = Cache(tmp_path)
    assert Workers(pool.executor, cache).start(louder, b"abc", 2).result() == b"ABCABC"
    known = Workers(Refusing(), cache)
    assert known.start(louder, b"abc", 2).result() == b"ABCABC"
    with pytest.raises(AssertionError):
        known.start(louder, b"abc", 3)
    for file in tmp_path.rglob("??*"):
        if file.is_file():
            file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(AssertionError):
        known.start(louder, b"abc", 2)


def test_a_problem_is_found_again_each_time(tmp_path: Path) -> None:
    """Only what was made is kept."""
    workers = Workers(HERE.executor, Cache(tmp_path))
    for _ in range(2):
        with pytest.raises(ProblemsFound):
            workers.start(complain, b"").result()


def vanish(_: bytes) -> bytes:
    """Work at which the process is killed."""
    os.kill(os.getpid(), signal.SIGKILL)
    return b""


def test_a_process_that_was_killed_is_an_error_with_words() -> None:
    """Whatever it was at: a system that is out of memory does not choose."""
    with pytest.raises(ConversionError, match="ended from outside"), working(2) as workers:
        workers.start(vanish, b"").result()
