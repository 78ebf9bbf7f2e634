"""Progress as values for other programs. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from pipeline.errors import Problem
from pipeline.progress import Progress


def status_values(progress: Progress) -> dict[str, Any]:
    """One practice: its figures by area, and everything they count; days as YYYY-MM-DD."""
    head = {"practice": progress.slug, "name": progress.name, "edition": progress.edition, "on": progress.today}
    figures = {area: {**asdict(counts), "total": counts.total} for area, counts in progress.counts.items()}
    listed = {area: [asdict(item) for item in getattr(progress, area)] for area in figures}
    value: dict[str, Any] = _plain({**head, "next_review": progress.next_review, "counts": figures, **listed})
    return value


def portfolio_values(held: Sequence[Progress], unread: Sequence[tuple[str, Sequence[Problem]]], today: date) -> dict[str, Any]:
    """All practices in the order given; of those that cannot be read, how many problems they have."""
    practices = [{**status_values(progress), "overdue": progress.overdue, "weight": progress.weight} for progress in held]
    missing = [{"practice": slug, "problems": len(problems)} for slug, problems in unread]
    return {"on": today.isoformat(), "practices": practices, "unread": missing}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value
