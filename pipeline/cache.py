"""What was made before of the same bytes: files named by a hash of everything that shaped them.

diskcache was weighed: it pickles what it keeps, and takes a damaged file for a sound one.
"""

from __future__ import annotations

import hashlib
import os
import platform
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from pipeline.private import make_folder

MOST = 2_000_000_000
# what trimming leaves of it, so that not each build trims
KEPT = 0.8
# a file that a killed process left half-written is older than this, in seconds
ABANDONED = 3_600
SOURCE = (".py", ".html", ".css", ".js")
DIGEST = hashlib.sha256().digest_size


@dataclass(frozen=True)
class Cache:
    """A folder of entries; most: bytes that it may hold. It may be shared by processes, and deleted at any moment."""

    folder: Path
    most: int = MOST

    def get(self, key: str) -> bytes | None:
        """What was put under the key; None where nothing was, or what lies there is not whole any more."""
        path = self._path(key)
        try:
            data = path.read_bytes()
        except OSError:
            return None
        if hashlib.sha256(data[DIGEST:]).digest() != data[:DIGEST]:
            with suppress(OSError):
                path.unlink()
            return None
        with suppress(OSError):
            os.utime(path)
        return data[DIGEST:]

    def put(self, key: str, data: bytes) -> None:
        """Keep data under the key. Where that fails nothing is kept: a cache is never what a build ends at."""
        path = self._path(key)
        part = ""
        try:
            make_folder(path.parent)
            descriptor, part = tempfile.mkstemp(prefix=".part-", dir=path.parent)
            with os.fdopen(descriptor, "wb") as file:
                file.write(hashlib.sha256(data).digest())
                file.write(data)
            os.replace(part, path)
        except OSError:
            with suppress(OSError):
                os.unlink(part)

    def trim(self) -> None:
        """Delete what was used longest ago, where there is more than `most`, and what killed processes left."""
        entries = sorted(self._entries())
        total = sum(size for _, size, _ in entries)
        if total <= self.most:
            return
        for _, size, path in entries:
            if total <= self.most * KEPT:
                break
            with suppress(OSError):
                path.unlink()
            total -= size

    def _entries(self) -> Iterator[tuple[float, int, Path]]:
        for path in self.folder.glob("??/*"):
            with suppress(OSError):
                told = path.stat()
                if path.name.startswith(".part-"):
                    if abs(time.time() - told.st_mtime) > ABANDONED:
                        path.unlink()
                    continue
                yield told.st_mtime, told.st_size, path

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / key[2:]


def key_of(do: Callable[..., object], *arguments: object) -> str:
    """Name of what a function of this program makes of these arguments, as it and its libraries are installed today.

    Arguments: bytes, str, int, bool, date, None, classes, and tuples, sets, mappings and dataclasses of them.
    """
    digest = hashlib.sha256(program().encode())
    for part in _told((f"{do.__module__}.{do.__qualname__}", *arguments)):
        digest.update(part)
    return digest.hexdigest()


def _told(value: object) -> Iterator[bytes]:
    """The value as bytes that no other value has: each part with its kind and its length before it."""
    if isinstance(value, bytes):
        yield b"b%d:" % len(value)
        yield value
    elif isinstance(value, tuple):
        yield b"(%d:" % len(value)
        for item in value:
            yield from _told(item)
    elif isinstance(value, frozenset):
        yield from _told(("", *sorted(value)))
    elif isinstance(value, Mapping):
        yield from _told(tuple(value.items()))
    elif isinstance(value, type):
        yield from _told(f"{value.__module__}.{value.__qualname__}")
    elif is_dataclass(value) and not isinstance(value, type):
        yield from _told((type(value).__qualname__, *(getattr(value, field.name) for field in fields(value))))
    elif value is None or isinstance(value, str | int | date):
        text = f"{type(value).__name__}{value}".encode()
        yield b"s%d:" % len(text)
        yield text
    else:
        raise TypeError(f"{type(value).__name__} has no name in a cache")


@lru_cache(maxsize=1)
def program() -> str:
    """A hash of what makes: the program's own source, every library installed beside it, Python and its zlib."""
    digest = hashlib.sha256(f"{platform.python_version()} {zlib.ZLIB_RUNTIME_VERSION} {sys.platform}".encode())
    folder = Path(__file__).parent
    for path in sorted(folder.rglob("*")):
        if path.suffix in SOURCE and path.is_file():
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    # asking importlib.metadata for each version would read a file a library; the folders carry them in their names
    for place in sys.path:
        with suppress(OSError):
            names = sorted(name for name in os.listdir(place) if name.endswith((".dist-info", ".egg-info")))
            digest.update("\n".join(names).encode())
    return digest.hexdigest()
