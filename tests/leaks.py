"""Search a whole portfolio for names of other practices: built in one process, in another order, and in many.

    python tests/leaks.py --practices 6 [--jobs 2] [--keep FOLDER]

It copies the workspace, generates practices with names of their own, builds all of them three times, lets the commands speak of
them, and prints how much was searched. Exit code 1 where a name of another practice stands anywhere, or two builds differ.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "benchmarks")]

import click  # noqa: E402
from click.testing import CliRunner  # noqa: E402
from generate import generate  # noqa: E402
from leak_search import Search, search_for  # noqa: E402

from pipeline.build import Options, build  # noqa: E402
from pipeline.cli import main as binder  # noqa: E402
from pipeline.workspace import Workspace  # noqa: E402

SHARED = ("catalog", "schemas", "templates_docx", "forms_xlsx", "practices")
# what speaks of all practices of the firm, and may know what they are called
OF_THE_FIRM = ("status.html",)
SAID = (
    ("check",),
    ("coverage",),
    ("status", "--on", "2027-03-01"),
    ("remind", "--on", "2027-03-01"),
    ("build", "--edition", "0"),
    ("history",),
    ("edits",),
    ("impact",),
)


def build_one(root: str, output: str, slug: str, cache: bool) -> list[str]:
    """Build a practice, and give what was told on the way."""
    told: list[str] = []
    build(Workspace(Path(root)), slug, Options(output=Path(output), jobs=1, cache=cache), told.append)
    return told


def build_all(workspace: Workspace, output: Path, slugs: Iterable[str], jobs: int, *, cache: bool) -> dict[str, list[str]]:
    """All practices one after the other in this process, or, with jobs, in as many others."""
    if not jobs:
        return {slug: build_one(str(workspace.root), str(output), slug, cache) for slug in slugs}
    with ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn")) as pool:
        waiting = {slug: pool.submit(build_one, str(workspace.root), str(output), slug, cache) for slug in slugs}
        return {slug: future.result() for slug, future in waiting.items()}


def packages_in(output: Path, slugs: Iterable[str]) -> dict[str, str]:
    """Every file of the packages → its sha256."""
    folders = [edition for slug in slugs for edition in (output / slug).glob("[0-9]*.[0-9]*") if edition.is_dir()]
    return {
        path.relative_to(output).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def leaks_in(search: Search, folder: Path, slugs: frozenset[str]) -> Iterator[str]:
    """Files below `folder` in which a name stands that does not belong there; what lies in a practice's folder is its own."""
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or (path.name in OF_THE_FIRM and path.parent == folder):
            continue
        name = path.relative_to(folder).as_posix()
        owner = next((part for part in path.relative_to(folder).parts if part in slugs), None)
        whose = search.owners(name, path.read_bytes())
        if owner:
            whose.pop(owner, None)
        elif len(whose) > 1:  # of all practices, such as a journal: what they are called by, and nothing else
            whose = {slug: texts - {slug} for slug, texts in whose.items() if texts - {slug}}
        else:
            whose = {}  # a cached file of one practice
        if whose:
            yield f"{name}: { ({slug: sorted(texts)[:3] for slug, texts in whose.items()}) }"


def leaks_in_words(search: Search, told: Mapping[str, Iterable[str]]) -> Iterator[str]:
    """What was said of a practice, and names another."""
    for slug, lines in told.items():
        if foreign := search.foreign(slug, "", "\n".join(lines).encode()):
            yield f"said of {slug}: {foreign}"


def speak(workspace: Workspace, slugs: Iterable[str]) -> dict[str, list[str]]:
    """What the commands print of each practice, errors too."""
    run = CliRunner()
    return {
        slug: [run.invoke(binder, ["--workspace", str(workspace.root), command, slug, *more]).output for command, *more in SAID]
        for slug in slugs
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--practices", type=int, default=6, help="How many of them are generated; the examples come on top.")
    parser.add_argument("--jobs", type=int, default=2, help="Processes of the third build.")
    parser.add_argument("--keep", type=Path, help="Folder for the workspace, which is kept then.")
    given = parser.parse_args()
    begin = time.monotonic()
    root = given.keep or Path(tempfile.mkdtemp(prefix="binder-leaks-"))
    try:
        return search_all(root, given.practices, given.jobs, begin)
    finally:
        if not given.keep:
            shutil.rmtree(root, ignore_errors=True)


def search_all(root: Path, count: int, jobs: int, begin: float) -> int:
    for name in SHARED:
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("workbooks", "drafts", "issued"))
    workspace = Workspace(root)
    generate(workspace, count)
    slugs = workspace.slugs()
    search = search_for((workspace.practices / slug for slug in slugs), ROOT)
    outputs = {
        "one process": (workspace.build, list(slugs), 0, True),
        "the other way round, without cache": (root / "again", list(reversed(slugs)), 0, False),
        f"{jobs} processes": (root / "many", list(slugs), jobs, True),
    }
    found: list[str] = []
    made: list[dict[str, str]] = []
    for how, (output, order, processes, cache) in outputs.items():
        told = build_all(workspace, output, order, processes, cache=cache)
        found += leaks_in_words(search, told)
        made.append(packages_in(output, slugs))
        click.echo(f"built {len(order)} practices, {how}: {len(made[-1])} files")
    found += leaks_in_words(search, speak(workspace, slugs))
    CliRunner().invoke(binder, ["--workspace", str(root), "status"])
    first, *others = made
    differing = sorted({name for other in others for name in first.keys() | other.keys() if first.get(name) != other.get(name)})
    for folder in (workspace.build, root / "again", root / "many", workspace.practices):
        found += leaks_in(search, folder, frozenset(slugs))
    for line in (*found, *(f"differs: {name}" for name in differing)):
        click.echo(line)
    click.echo(
        f"{len(slugs)} practices, {sum(map(len, search.names.values()))} names; searched {search.files} files and texts, "
        f"{search.parts} parts of them ({len(search.found)} different); compared {len(first)} files in three builds; "
        f"leaks: {len(found)}; differences: {len(differing)}; {time.monotonic() - begin:.0f} s"
    )
    return 1 if found or differing else 0


if __name__ == "__main__":
    sys.exit(main())
