"""The nine-clinician example in its second and third year, laid over the first one as a consultant would do it."""

from __future__ import annotations

import shutil
from pathlib import Path

YEARS = ("2027", "2028")
DATA = Path(__file__).parent / "example-juniper-ridge"


def a_year_later(practice: Path, year: str) -> None:
    """Replace the profile of the practice in this folder by that of `year`, and put its risk analysis beside the earlier ones.

    Lay the years over one after the other: nothing of an earlier year is taken away.
    """
    shutil.copy(DATA / year / "profile.json", practice / "profile.json")
    (analysis,) = (DATA / year / "assessments").glob("*.json")
    shutil.copy(analysis, practice / "assessments" / analysis.name)
