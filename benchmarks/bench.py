"""Measure builds of a practice, beside the ordinary way to the same documents, and write benchmarks/RESULTS.md.

    python benchmarks/bench.py [SLUG] [--rounds N] [--without-a] [--output FILE]

Everything happens in a copy of the workspace, and every run in processes of its own.
"""

from __future__ import annotations

import argparse
import json
import pickle
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from machine import machine
from processes import Took, adopt_orphans, best, peaks, run
from results import Figures, results

from pipeline.inputs import to_inputs
from pipeline.load import latest_assessment, load_practice
from pipeline.rendering import asked, names_of_all
from pipeline.workspace import Workspace, find_workspace

HERE = Path(__file__).resolve().parent
SHARED = ("catalog", "schemas", "templates_docx", "forms_xlsx")
OTHER = "example-lantern"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("slug", nargs="?", default="example-juniper-ridge")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--without-a", action="store_true", help="leave out one call of LibreOffice for each file, which takes minutes"
    )
    parser.add_argument("--output", type=Path, default=HERE / "RESULTS.md")
    options = parser.parse_args()
    adopt_orphans()
    with tempfile.TemporaryDirectory(prefix="binder-bench-") as name:
        workspace = copied(find_workspace(HERE), Path(name), (options.slug, OTHER))
        figures = measure(workspace, options.slug, options.rounds, each=not options.without_a)
    options.output.write_text(results(figures), "utf-8")
    told(f"Written: {options.output}")


def measure(workspace: Workspace, slug: str, rounds: int, *, each: bool) -> Figures:
    """All figures of one practice, from the cheapest to the dearest."""
    binder = (sys.executable, "-m", "pipeline", "--workspace", str(workspace.root))
    build = (*binder, "build", slug)
    runs = {
        "start": repeated("the interpreter", (sys.executable, "-c", "pass"), rounds),
        "help": repeated("help", (*binder, "--help"), rounds),
        "cold": repeated("cold build", build, rounds, lambda: emptied(workspace)),
        "same": repeated("nothing changed", build, rounds),
    }
    finding, again, runs["changed"] = changed(workspace, slug, build, rounds)

    def neighbour() -> None:
        emptied(workspace)
        run((*binder, "build", OTHER))

    runs["known"] = repeated("templates known", build, rounds, neighbour)
    told("memory")
    used = peaks((*build, "--no-cache"))
    told("stages")
    stages = staged(workspace, slug)
    file = workspace.root / "asked.pickle"
    bound = prepared(workspace, slug, file)
    ordinary = (sys.executable, str(HERE / "ordinary.py"), str(file))
    runs["together"] = repeated("(b) one LibreOffice call for all", (*ordinary, "together"), rounds)
    if each:
        runs["each"] = repeated("(a) one LibreOffice call for each file", (*ordinary, "each"), 1)
    return Figures(slug, OTHER, date.today().isoformat(), rounds, machine(), runs, stages, again, finding, used, bound)


def repeated(what: str, command: Sequence[str], rounds: int, before: Callable[[], None] | None = None) -> Took:
    """The best of some runs; before: what is done, not measured, ahead of each."""
    told(what)
    taken = []
    for _ in range(rounds):
        if before:
            before()
        taken.append(run(command))
    return best(taken)


def changed(workspace: Workspace, slug: str, build: Sequence[str], rounds: int) -> tuple[str, dict[str, Any], Took]:
    """Add a sentence to one finding of a practice that is built: which, what was made again, and how long it took."""
    kept = workspace.root / "kept"
    file, _ = latest_assessment(workspace, workspace.practices / slug, None)
    assert file
    before = file.read_bytes()
    value = json.loads(before)
    value["findings"][0]["observed"] += " Looked at once more."
    shutil.copytree(workspace.build, kept)

    def back() -> None:
        shutil.rmtree(workspace.build)
        shutil.copytree(kept, workspace.build)

    file.write_text(json.dumps(value), "utf-8")
    again = staged(workspace, slug, "--cache")
    took = repeated("one finding changed", build, rounds, back)
    file.write_bytes(before)
    shutil.rmtree(kept)
    return value["findings"][0]["id"], again, took


def staged(workspace: Workspace, slug: str, *options: str) -> dict[str, Any]:
    """What benchmarks/stages.py tells."""
    file = workspace.root / "stages.json"
    run((sys.executable, str(HERE / "stages.py"), str(workspace.root), slug, str(file), *options))
    figures: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return figures


def prepared(workspace: Workspace, slug: str, file: Path) -> int:
    """Write what the ordinary way is given: how many documents."""
    loaded = load_practice(workspace, slug)
    inputs = to_inputs(loaded)
    artifacts = [artifact for artifact in loaded.plan.artifacts if artifact.is_first and artifact.bound]
    names = names_of_all(inputs, artifacts)
    given = [asked(artifact, names[artifact.id], loaded, inputs.as_of) for artifact in artifacts]
    file.write_bytes(pickle.dumps(given))
    return len(given)


def copied(workspace: Workspace, folder: Path, slugs: Sequence[str]) -> Workspace:
    """A copy with these practices and nothing built."""
    root = folder / "firm"
    for name in SHARED:
        shutil.copytree(workspace.root / name, root / name)
    for slug in dict.fromkeys(slugs):
        shutil.copytree(workspace.practices / slug, root / "practices" / slug)
    return Workspace(root)


def emptied(workspace: Workspace) -> None:
    """Nothing built, nothing in the cache."""
    shutil.rmtree(workspace.build, ignore_errors=True)


def told(what: str) -> None:
    print(f"measuring: {what}" if not what.startswith("Written") else what, flush=True)


if __name__ == "__main__":
    main()
