"""With how many examples a property is tried: few in the suite, many times as many by `make properties`."""

from __future__ import annotations

import os

TIMES = int(os.environ.get("EXAMPLES", "1"))


def examples(few: int) -> int:
    """So many in the suite; EXAMPLES times as many where that is set."""
    return few * TIMES
