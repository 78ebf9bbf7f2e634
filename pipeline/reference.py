"""The names a template may use, with the values they have for one practice; the pages of docs/names.md come from here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.context import Inputs, names_for
from pipeline.plan import Artifact
from pipeline.primitives import primitives

MOST = 90
# named in a template by another key than the field, or of no use there
NO_NAMES = frozenset({"row", "step", "own", "asset", "kind"})


def names_of(inputs: Inputs, artifact: Artifact) -> tuple[tuple[str, str], ...]:
    """(name, value) of everything the template of this document may print; of a list the first entry, as `name[0]`."""
    return tuple(_flat("", primitives(names_for(inputs, artifact))))


def common_part(rows: tuple[tuple[str, str], ...], other: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """The rows that both documents have under the same name."""
    names = {name for name, _ in other}
    return tuple(row for row in rows if row[0] in names)


def _flat(prefix: str, value: Any) -> Iterator[tuple[str, str]]:
    match value:
        case Mapping():
            for key, inner in value.items():
                if prefix or key not in NO_NAMES:
                    yield from _flat(f"{prefix}.{key}" if prefix else key, inner)
        case [first, *_]:
            yield from _flat(f"{prefix}[0]", first)
        case []:
            yield prefix, "(none)"
        case bool():
            yield prefix, "yes" if value else "no"
        case _:
            text = str(value)
            yield prefix, text if len(text) <= MOST else text[: MOST - 1] + "…"


def as_markdown(title: str, practices: Mapping[str, tuple[tuple[str, str], ...]]) -> str:
    """One table: name, and its value for each practice; a name that a practice does not have is shown by a dash."""
    values = {slug: dict(rows) for slug, rows in practices.items()}
    names = list(dict.fromkeys(name for rows in practices.values() for name, _ in rows))
    lines = [f"## {title}", "", "| name | " + " | ".join(practices) + " |", "|---|" + "---|" * len(practices)]
    for name in names:
        cells = (values[slug].get(name, "–") for slug in practices)
        lines.append(f"| `{name}` | " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |")
    return "\n".join(lines) + "\n"
