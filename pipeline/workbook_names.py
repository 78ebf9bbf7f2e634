"""What the texts of the next year's risk workbook may name, beside the practice."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.names import ProfileNames


@dataclass(frozen=True)
class NextYearNames(ProfileNames):
    """last: the day of the analysis whose answers stand beside the cells, as a heading prints it."""

    last: str
