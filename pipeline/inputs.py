"""From a practice that was read to what its documents are made from."""

from __future__ import annotations

from datetime import date

from pipeline.context import Inputs
from pipeline.load import Loaded


def to_inputs(loaded: Loaded, approved: date | None = None) -> Inputs:
    """What the documents are made from; approved: day of the approval, for an edition that is issued."""
    return Inputs(
        catalog=loaded.catalog,
        profile=loaded.profile,
        assessment=loaded.assessment,
        plan=loaded.plan,
        edition=loaded.edition,
        as_of=loaded.as_of,
        changes=loaded.changes,
        records=loaded.records,
        raw=loaded.raw_profile,
        began=loaded.began,
        approved=approved,
        earlier=tuple(one.earlier for one in loaded.earlier),
    )
