"""Levels of risk."""

import pytest

from pipeline.assessment.scoring import LEVELS, at_least, risk_level

# SP 800-30 rev. 1, Table I-2, typed off anew: likelihood down, impact across, both from very low to very high
TABLE_I_2 = {
    "very_low": "very_low very_low very_low low low",
    "low": "very_low low low low moderate",
    "moderate": "very_low low moderate moderate high",
    "high": "very_low low moderate high very_high",
    "very_high": "very_low low moderate high very_high",
}


@pytest.mark.parametrize("likelihood", LEVELS)
def test_each_of_the_25_fields_is_that_of_table_i_2(likelihood: str) -> None:
    """The level follows from Table I-2 and not from G-5, which looks alike."""
    assert [risk_level(likelihood, impact) for impact in LEVELS] == TABLE_I_2[likelihood].split()


def test_a_level_is_at_least_itself_and_those_below() -> None:
    """The order is that of the scale, not of the alphabet."""
    assert [at_least("moderate", floor) for floor in LEVELS] == [True, True, True, False, False]
