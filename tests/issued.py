"""Small issued editions, frozen as real ones are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pipeline.editions import RECORD, sealed
from pipeline.issue import freeze
from pipeline.whole import digest
from pipeline.workspace import Workspace

SLUG = "example-lantern"
FILES = {"package/manifest.json": b"{}", "package/02-policies/SEC-01 A.docx": b"policy", "inputs/profile.json": b"{}"}


def put(
    workspace: Workspace,
    edition: str,
    approved: str,
    previous: str | None = None,
    held: dict[str, bytes] = FILES,
    practice: str = SLUG,
    **other: Any,
) -> Path:
    """Freeze a small edition; previous: the edition before it; held: its files."""
    issued = workspace.practices / practice / "issued"
    issued.mkdir(exist_ok=True)
    seal = {"edition": previous, "sha256": digest(issued / previous / RECORD)} if previous else None
    record = {
        "schema": "edition/1",
        "practice": practice,
        "edition": edition,
        "as_of": approved,
        "law_as_of": "2026-07-01",
        "approved": approved,
        "approver": "Imani Osei-Larkin, Owner",
        "levels": {"low": 3},
        "after": {"low": 3},
        "revised": {},
        "previous": seal,
        "files": sealed(FILES),
        **other,
    }
    freeze(issued / edition, {**held, RECORD: json.dumps(record).encode()})
    return issued / edition
