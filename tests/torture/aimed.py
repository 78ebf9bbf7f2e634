"""Run `binder` and kill it, with its whole process group, at its n-th change of a folder: python aimed.py FOLDER N LOG ARGUMENT...

N 0 lets it finish and writes the changes into LOG, one a line. What is written to the cache does not count: its entries come
from several processes.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from faults import CHANGES, WRITING

from pipeline import publish
from pipeline.cli import main

FOLDER, AT, LOG = sys.argv[1], int(sys.argv[2]), sys.argv[3]
taken: list[str] = []


def change(event: str, path: str) -> None:
    taken.append(f"{event} {path.removeprefix(FOLDER)}")
    if len(taken) == AT:
        os.killpg(0, signal.SIGKILL)


def hear(event: str, arguments: tuple[Any, ...]) -> None:
    if event not in CHANGES or (event == "open" and not (arguments[2] or 0) & WRITING):
        return
    path = str(arguments[0])
    if path.startswith(FOLDER) and "/.cache" not in path and "/.tmp" not in path:
        change(event, path)


if __name__ == "__main__":
    exchange = publish.swap

    def swap(one: Path, other: Path) -> bool:
        change("swap", str(other))
        done = exchange(one, other)
        change("swapped", str(other))
        return done

    publish.swap = swap
    sys.addaudithook(hear)
    try:
        main(sys.argv[4:])
    finally:
        if not AT:
            Path(LOG).write_text("\n".join(taken))
