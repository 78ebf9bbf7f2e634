"""When the recurring tasks of a practice fall due. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Occurrence:
    """One time that a task is due. start, end: the period it belongs to, both days included; due: the day by which it is done."""

    task: str
    start: date
    end: date
    due: date
