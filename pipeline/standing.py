"""What a practice owes on a day and what its records show done: facts, findings, calendar and records → Progress. Pure."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from pipeline.assessment.model import Action
from pipeline.catalog import Form
from pipeline.context.common import Inputs
from pipeline.context.mitigation import Work, pieces_of_work
from pipeline.papers import papers_due
from pipeline.practice import Agreement
from pipeline.progress import DONE, LATER, OVERDUE, Item, Progress, state_on
from pipeline.recorded import Line, Record
from pipeline.training import YEARLY, assignments

TRAINING_LOG, TRAINING_TRACKER, PAPER_TRACKER, AGREEMENT_LOG, RISK_PLAN = "L-13", "PR-02", "PR-03", "L-11", "R-04"
# signed once, within the year before the day it is due; other yearly papers are the edition itself and signed after it
A_YEAR = timedelta(days=365)


def practice_progress(inputs: Inputs, today: date) -> Progress:
    """How far the practice has come under the edition of inputs.as_of; records that speak for a later day than today do not count."""
    known = sorted((record for record in inputs.records if record.effective <= today), key=lambda r: (r.effective, r.received))
    inputs = replace(inputs, records=tuple(known))
    practice = inputs.profile.practice
    return Progress(
        slug=practice.slug,
        name=practice.name,
        today=today,
        trainings=tuple(_trainings(inputs, today)),
        papers=tuple(_papers(inputs, today)),
        agreements=tuple(_agreements(inputs, today)),
        actions=tuple(_actions(inputs, today)),
        tasks=(),
        next_review=review_day(inputs.as_of, inputs.profile.review_month),
        edition=inputs.edition,
        colour=practice.colour[1:].upper(),
    )
