"""Pure functions of bytes, done by any executor, and not done again where the cache has what they made."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from pipeline.cache import Cache, key_of
from pipeline.errors import ConversionError
from pipeline.pdf.fontconfig import private_fonts, use_fonts

if TYPE_CHECKING:
    # a command that begins no process need not wait for what does
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing.context import BaseContext
    from multiprocessing.process import BaseProcess

# what each process of the pool would import by itself; it costs more than most documents
PRELOADED = ["pipeline.cli", "pipeline.rendering", "pipeline.package", "pipeline.lint.templates"]
P = ParamSpec("P")
T = TypeVar("T")


class Here(Executor):
    """Does the work at once, in this process."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


@dataclass(frozen=True)
class Workers:
    """Who does the work, and what was done before."""

    executor: Executor
    cache: Cache | None = None

    def start(self, do: Callable[..., bytes], *arguments: Any) -> Future[bytes]:
        """Have `do` done with these arguments (see cache.key_of), or take what it made of them before."""
        if self.cache is None:
            return self.executor.submit(do, *arguments)
        key = key_of(do, *arguments)
        held = self.cache.get(key)
        if held is None:
            return self.executor.submit(_kept, self.cache, key, do, *arguments)
        done: Future[bytes] = Future()
        done.set_result(held)
        return done

    def once(self, do: Callable[[], bytes], *arguments: Any) -> bytes:
        """What `do` makes in this process, or made before; arguments: all that it hangs on."""
        if self.cache is None:
            return do()
        key = key_of(do, *arguments)
        held = self.cache.get(key)
        return _kept(self.cache, key, do) if held is None else held


HERE = Workers(Here())


def _kept(cache: Cache, key: str, do: Callable[..., bytes], *arguments: Any) -> bytes:
    made = do(*arguments)
    cache.put(key, made)
    return made


@contextmanager
def working(jobs: int | None = None, cache: Cache | None = None) -> Iterator[Workers]:
    """Workers for one run. jobs: processes, default one for each processor; 1: this process does all itself.

    Drawing goes through native code: in a process of its own a crash is an error, not the end. ConversionError where one is
    found dead, whatever it was at.
    """
    from concurrent.futures import BrokenExecutor, ProcessPoolExecutor

    with private_fonts() as fonts:
        if jobs == 1:
            use_fonts(str(fonts))
            yield Workers(Here(), cache)
        else:
            count, context = jobs or os.cpu_count() or 1, start_method()
            with ProcessPoolExecutor(count, context, initializer=_begin, initargs=(str(fonts),)) as pool:
                try:
                    yield Workers(pool, cache)
                except BrokenExecutor as error:
                    _stop(pool)
                    raise ConversionError(
                        "A process that made documents was ended from outside, or ran out of memory. Try again, with fewer --jobs."
                    ) from error
                except BaseException:
                    _stop(pool)
                    raise
    if cache:
        cache.trim()


def start_method() -> BaseContext:
    """How processes are begun: from one that has imported everything, where the system can; never by copying this one."""
    import multiprocessing

    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    from multiprocessing.forkserver import ensure_running  # Windows has none

    try:
        # it imports while this process does
        ensure_running()
    except OSError:
        # where the folder for temporary files has a name too long for a socket
        return multiprocessing.get_context("spawn")
    return context


def _stop(pool: ProcessPoolExecutor) -> None:
    """End what is going on: nobody will ask for it, and native code may hang."""
    for process in list((pool._processes or {}).values()):
        process.kill()
    pool.shutdown(wait=False, cancel_futures=True)


def _begin(fonts: str) -> None:
    use_fonts(fonts)
    end_with_owner()


def end_with_owner() -> None:
    """See that this process ends when the one that began it is gone."""
    import multiprocessing

    # each process of a pool holds both ends of its queue, so it would not notice that its owner was killed
    owner = multiprocessing.parent_process()
    if owner is not None:
        threading.Thread(target=_end_with, args=(owner,), daemon=True).start()


def _end_with(owner: BaseProcess) -> None:
    owner.join()
    os._exit(1)
