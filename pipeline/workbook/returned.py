"""What came back in a workbook: the value of each cell and where it stands, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pipeline.errors import Problem
from pipeline.workbook.sheets import Mark, Value


@dataclass(frozen=True)
class Found:
    """A value and the place where it stands, as messages print it."""

    value: Value
    where: str


@dataclass(frozen=True)
class Returned:
    """places: where each key stands in this file, also of cells that are empty; problems: of the file itself;
    last: the analysis that "Same as last year" means."""

    kind: str
    practice: str
    day: date
    found: Mapping[str, Found]
    places: Mapping[str, str]
    problems: tuple[Problem, ...]
    last: Mark | None = None

    @property
    def values(self) -> dict[str, Value]:
        """Key → what stands in the cell."""
        return {key: found.value for key, found in self.found.items()}
