"""Every reader of what comes from outside, with damaged real files: a result or something to tell, never another error."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.append(str(Path(__file__).parent / "fuzz"))
from mutate import mutated, seeded
from targets import TARGETS, Target


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_the_sound_files_are_taken(target: Target) -> None:
    """Positive control: what is damaged below is read whole before it is."""
    assert all(target(data) for data in target.seeds()[:3])


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
@settings(deadline=None, max_examples=12, suppress_health_check=list(HealthCheck), derandomize=True)
@given(number=st.integers(0, 2**32), which=st.integers(0, 99))
def test_whatever_happens_to_a_file_it_is_read_or_refused(target: Target, number: int, which: int) -> None:
    """Bytes, parts of an archive, elements of XML, values of JSON: after each kind of damage the reader ends as it should."""
    seeds = target.seeds()
    chance = seeded(number)
    data = seeds[which % len(seeds)]
    for _ in range(chance.choice((1, 1, 3))):
        data = mutated(data, target.kind, chance)
    target(data)


@pytest.mark.parametrize("target", [target for target in TARGETS if target.kind == "zip"], ids=lambda target: target.name)
def test_the_damage_gets_past_the_door(target: Target) -> None:
    """Positive control: of the damaged archives some are still taken, so that what stands behind the checksum is tried."""
    (data, *_) = target.seeds()
    assert any(target(mutated(data, "zip", seeded(number))) for number in range(16))
