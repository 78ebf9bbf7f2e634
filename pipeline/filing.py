"""Records of a practice as files: never overwritten, replaced only with the old one kept, written whole or not at all."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.commit import commit
from pipeline.errors import OutputError, Problem, ProblemsFound, UsageError, without_ids
from pipeline.loading import load_json
from pipeline.private import make_folder
from pipeline.whole import sync_folder, why

# parts of a record that are lists → the key by which their entries are told apart
KEYS = {
    "findings": "scenario",
    "not_applicable": "scenario",
    "ended": "scenario",
    "decisions": "citation",
    "inventory": "asset",
    "confirmed": "fact",
    "criteria": "criterion",
}


@dataclass(frozen=True)
class Filed:
    """changes: what the new record says otherwise than the old; kept: where the old one lies now."""

    file: Path
    changes: tuple[str, ...] = ()
    kept: Path | None = None
    already: bool = False


def file_record(target: Path, value: Mapping[str, Any], *, replace: bool) -> Filed:
    """Record a JSON value. Where another is recorded, UsageError says what would change; with `replace` the old one is kept aside."""
    if not target.exists():
        commit(target.parent.parent, {target: json_bytes(value)})
        return Filed(target)
    before = read_record(target)
    if before == value:
        return Filed(target, already=True)
    changes = differences(before, value)
    if not replace:
        raise UsageError(
            f"{target} is recorded already. This would change it:\n  "
            + "\n  ".join(changes)
            + "\nNothing was changed. Add --replace to record the new one; the old one is kept."
        )
    kept = superseded(target)
    commit(target.parent.parent, {target: json_bytes(value)}, {target: kept})
    return Filed(target, changes, kept)


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """What a record says otherwise than the one before: the places, not what stands there."""
    found = []
    for part in sorted(before.keys() | after.keys()):
        if part in KEYS:
            found += [f"{part}: {change}" for change in _entries(before.get(part, []), after.get(part, []), KEYS[part])]
        elif isinstance(before.get(part), dict) and isinstance(after.get(part), dict):
            names = before[part].keys() | after[part].keys()
            changed = Counter(without_ids(name) for name in names if before[part].get(name) != after[part].get(name))
            found += [f"{part}: {name}{f' ({count} times)' * (count > 1)}" for name, count in sorted(changed.items())]
        elif before.get(part) != after.get(part):
            found.append(part)
    return tuple(found)


def _entries(before: list[Any], after: list[Any], key: str) -> list[str]:
    old, new = ({entry[key]: entry for entry in entries} for entries in (before, after))
    found = []
    for name in sorted(old.keys() | new.keys()):
        told = without_ids(name)
        if name not in new:
            found.append(f"{told} is no longer there")
        elif name not in old:
            found.append(f"{told} is new")
        elif old[name] != new[name]:
            fields = sorted(one for one in old[name].keys() | new[name].keys() if old[name].get(one) != new[name].get(one))
            found.append(f"{told} changed in {', '.join(fields)}")
    if not found and before != after:
        found.append("another order")
    return found


def read_record(file: Path) -> dict[str, Any]:
    """A record that this program wrote; ProblemsFound where somebody damaged it since."""
    value, problems = load_json(file, str(file))
    if problems:
        raise ProblemsFound(problems)
    if not isinstance(value, dict):
        raise ProblemsFound([Problem(str(file), "This is no record of an analysis.", "Restore it from a copy.")])
    return value


def superseded(file: Path) -> Path:
    """Where a record is kept once it is replaced: in the folder `superseded` of the practice, under the next free name."""
    return free_name(file.parent.parent / "superseded", f"{file.parent.name}-{file.stem}", file.suffix)


def set_aside(file: Path) -> Path:
    """Move a record to where superseded ones are kept, and say where."""
    target = superseded(file)
    try:
        make_folder(target.parent)
        file.rename(target)
    except OSError as error:
        raise OutputError(f"{file} could not be moved to {target}: {why(error)}. Nothing was changed.") from error
    sync_folder(target.parent)
    return target


def free_name(folder: Path, stem: str, suffix: str) -> Path:
    """The first name that no file has: stem, stem-2, stem-3 …"""
    number = 1
    while (file := folder / f"{stem}{'' if number == 1 else f'-{number}'}{suffix}").exists():
        number += 1
    return file


def json_bytes(value: Mapping[str, Any]) -> bytes:
    """A JSON value as it lies in files that people and programs read."""
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()
