"""Level of risk from likelihood and impact: NIST SP 800-30 rev. 1, Table I-2.

Table G-5 of the same publication looks alike and combines two likelihoods; templates in circulation
print it under the title of I-2.
"""

from __future__ import annotations

LEVELS = ("very_low", "low", "moderate", "high", "very_high")

# rows: likelihood from very low up; columns: impact from very low up
_TABLE_I_2 = (
    (0, 0, 0, 1, 1),
    (0, 1, 1, 1, 2),
    (0, 1, 2, 2, 3),
    (0, 1, 2, 3, 4),
    (0, 1, 2, 3, 4),
)


def risk_level(likelihood: str, impact: str) -> str:
    """Level of risk, one of LEVELS, for a likelihood and an impact of LEVELS."""
    return LEVELS[_TABLE_I_2[LEVELS.index(likelihood)][LEVELS.index(impact)]]


def at_least(level: str, floor: str) -> bool:
    """Whether `level` is `floor` or above it."""
    return LEVELS.index(level) >= LEVELS.index(floor)
