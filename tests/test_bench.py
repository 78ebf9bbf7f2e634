"""The measurements name what the program really does, and the table is written from figures alone."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import ROOT


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The modules of the benchmark, which are scripts."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import processes
    import results
    import stages

    return stages, results, processes


def test_every_stage_that_is_timed_is_a_function_of_the_program(bench: Any) -> None:
    """A function that was renamed would be timed as part of something else."""
    stages, _, _ = bench
    named = [name for names in stages.STAGES.values() for name in names]
    assert len(named) == len(set(named))
    assert {stages.WRITTEN, stages.DRAWN} <= set(named)
    assert all(callable(stages.found(name)[2]) for name in named)


def test_a_stage_is_timed_without_the_stages_inside_it(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shares add up to the whole."""
    stages, _, _ = bench
    now = iter(range(0, 1000, 10))
    monkeypatch.setattr(stages.time, "process_time", lambda: next(now))
    clock = stages.Clock()
    inner = clock.timed("bind", "x.inner", lambda: None)
    clock.timed("write to disk", "x.outer", lambda: [inner(), inner()])()
    assert (clock.spent["bind"], clock.spent["write to disk"]) == (20, 30)
    assert clock.calls == {"x.inner": 2, "x.outer": 1}


def test_the_table_says_what_was_measured(bench: Any) -> None:
    """Ratios are worked out of the figures; what was not measured says so."""
    stages, results, processes = bench
    took = processes.Took
    runs = {"start": took(0.02, 0.02), "help": took(0.1, 0.1), "cold": took(4, 7), "known": took(3, 5), "same": took(0.5, 0.4)}
    runs |= {"changed": took(2, 3), "together": took(24, 20)}
    told = {
        "imported": 1.0,
        "whole": 9.0,
        "stages": dict.fromkeys(stages.STAGES, 0.4),
        "written": 90,
        "drawn": 80,
        "converted": 100,
    }
    told |= {"documents": 95, "pages": 500, "packing": 0.8, "packing_fonts": 0.5}
    again = {"written": 3, "drawn": 5}
    text = results.results(
        results.Figures("a-practice", "another", "2026-12-01", 1, {"Processor": "X"}, runs, told, again, "RA-001", [250, 180], 70)
    )
    for said in (
        "6.0 times",
        "not measured",
        "25.0 starts of Python",
        "3 of 90 files",
        "250 MB",
        "| bind | 0.40 | 4 % |",
        "best of 1 round,",
    ):
        assert said in text, said
    assert "{" not in text
