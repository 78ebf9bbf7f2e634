"""What was made before is taken again only where it is whole and was made of the same."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import cache as caching
from pipeline.cache import Cache, key_of


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    """An empty cache for ten thousand bytes."""
    return Cache(tmp_path / "cache", most=10_000)


def do() -> None:
    """A function to make keys for."""


def entries(cache: Cache) -> list[Path]:
    """Every file of the cache."""
    return sorted(path for path in cache.folder.rglob("*") if path.is_file())


def test_what_was_put_is_got_also_by_another_process(cache: Cache) -> None:
    """The folder is all that they share."""
    cache.put(key_of(do, "a"), b"what was made")
    told = "import sys; from pathlib import Path; from pipeline.cache import Cache; "
    told += "sys.stdout.buffer.write(Cache(Path(sys.argv[1])).get(sys.argv[2]))"
    command = [sys.executable, "-c", told, str(cache.folder), key_of(do, "a")]
    assert subprocess.run(command, capture_output=True, check=True).stdout == b"what was made"
    assert cache.get(key_of(do, "b")) is None


@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=300), damage=st.data())
def test_a_damaged_entry_is_noticed_and_goes(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, damage: st.DataObject
) -> None:
    """A byte changed anywhere, or the end cut off: it counts as not there, and the next one to put it mends it."""
    cache = Cache(tmp_path_factory.mktemp("cache"))
    cache.put("k" * 64, data)
    (file,) = entries(cache)
    whole = file.read_bytes()
    at = damage.draw(st.integers(0, len(whole) - 1))
    cut = damage.draw(st.booleans())
    file.write_bytes(whole[:at] if cut else whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    assert cache.get("k" * 64) is None
    assert not file.exists()
    cache.put("k" * 64, data)
    assert cache.get("k" * 64) == data


def test_what_was_used_longest_ago_goes_first(cache: Cache) -> None:
    """Reading is using; the cache shrinks below its bound, and not further than it has to."""
    for number in range(12):
        cache.put(f"{number:064d}", bytes(1_000))
        os.utime(cache.folder / "00" / f"{number:062d}", (1_000 + number, 1_000 + number))
    assert cache.get(f"{0:064d}") is not None
    cache.trim()
    kept = [number for number in range(12) if cache.get(f"{number:064d}") is not None]
    assert kept[0] == 0
    assert kept[1:] == list(range(12 - len(kept) + 1, 12))
    assert 6_000 < sum(path.stat().st_size for path in entries(cache)) <= 8_000


def test_what_a_killed_process_left_is_cleared_and_what_one_is_writing_stays(cache: Cache) -> None:
    """A part of an entry that is hours old belongs to nobody, whichever way the clock was set since."""
    cache.put("k" * 64, b"whole")
    old, future, fresh = (cache.folder / "kk" / f".part-{name}" for name in ("old", "future", "fresh"))
    for file in (old, future, fresh):
        file.write_bytes(b"half")
    os.utime(old, (1_000, 1_000))
    os.utime(future, (9_999_999_999, 9_999_999_999))
    cache.trim()
    assert not old.exists()
    assert not future.exists()
    assert fresh.exists()
    assert cache.get("k" * 64) == b"whole"


def test_a_cache_that_cannot_be_written_is_no_failure(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk costs the entry, and leaves no part of it."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(caching.os, "replace", full)
        cache.put("k" * 64, b"data")
    assert cache.get("k" * 64) is None
    assert entries(cache) == []


def test_entries_are_private(cache: Cache) -> None:
    """They hold texts of clients."""
    before = os.umask(0)
    try:
        cache.put("k" * 64, b"data")
    finally:
        os.umask(before)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (cache.folder, cache.folder / "kk", *entries(cache))}
    assert modes == {0o700, 0o600}


@dataclass(frozen=True)
class Pair:
    """Two values as one."""

    one: Any
    two: Any


values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab1:(", max_size=3) | st.binary(max_size=3) | st.dates(),
    lambda inner: st.lists(inner, max_size=3).map(tuple) | st.builds(Pair, inner, inner),
    max_leaves=6,
)


def typed(value: Any) -> Any:
    """The value with the kinds of its parts, since 1 == True."""
    if isinstance(value, tuple):
        return "tuple", tuple(map(typed, value))
    if isinstance(value, Pair):
        return "pair", typed(value.one), typed(value.two)
    return type(value).__name__, value


@settings(max_examples=300, deadline=None)
@given(st.lists(values, max_size=3).map(tuple), st.lists(values, max_size=3).map(tuple))
def test_two_keys_are_equal_only_where_everything_is(left: tuple[Any, ...], right: tuple[Any, ...]) -> None:
    """However the parts are cut: ("ab", "c") and ("a", "bc") are two things."""
    assert (key_of(do, *left) == key_of(do, *right)) == (typed(left) == typed(right))
    assert key_of(do, *left) != key_of(entries, *left)


def test_a_key_changes_with_the_program_and_its_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    """What an older program made is never taken for what this one would make."""
    before = key_of(do, "a", date(2026, 1, 1))
    caching.program.cache_clear()
    assert key_of(do, "a", date(2026, 1, 1)) == before
    for name, value in (("platform.python_version", lambda: "3.99.0"), ("sys.path", sys.path[:1])):
        with monkeypatch.context() as patch:
            patch.setattr(name, value)
            caching.program.cache_clear()
            assert key_of(do, "a", date(2026, 1, 1)) != before
    caching.program.cache_clear()


def test_what_has_no_bytes_of_its_own_has_no_key() -> None:
    """An object whose text could stay the same while it changes."""
    with pytest.raises(TypeError, match="object"):
        key_of(do, object())
