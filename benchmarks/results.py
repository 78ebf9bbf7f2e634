"""benchmarks/RESULTS.md, from figures. Nobody writes it by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from processes import Took


@dataclass(frozen=True)
class Figures:
    """What was measured. runs: by name; stages, again: what benchmarks/stages.py told of a cold build, and of one changed finding.

    peaks: MB of each process of a cold build, that of the command first. other: the practice built before `known` was measured.
    """

    slug: str
    other: str
    day: str
    rounds: int
    machine: Mapping[str, str]
    runs: Mapping[str, Took]
    stages: Mapping[str, Any]
    again: Mapping[str, Any]
    finding: str
    peaks: Sequence[float]
    bound: int


HEAD = """# What a build costs

Written by `make bench` on {day}; no figure is typed by hand. Each figure is the best of {rounds} {times}, measured in one run. *Seconds*
are seconds until the command came back; *processor* is processor time over all its processes.

{machine}

Measured on `{slug}` with all its content: {documents} documents, {pages} pages in the binder.

## How long a build takes

{commands}

{changed}

## Compared with the ordinary way

{compared}

The ordinary way fills the same templates with the same names: Word files through docxtpl as it comes, workbooks through our own
writer, because docxtpl has none. LibreOffice converts them, pypdf appends the pages. It covers the {bound} documents that need no page
numbers of the binder. It has no front matter, page numbers, bookmarks, or links from page to page, keeps no heading with its table, and
checks nothing. Its time holds its interpreter and imports, and not the reading and checking of the practice, which ours does.

## Memory

{memory}

## Where the time goes

Processor time of one cold build in a single process, each row without the rows inside it.

{stages}

## The floor

What no better program of this kind could save, on this machine:

{floor}
"""


def results(figures: Figures) -> str:
    """The text of RESULTS.md."""
    return HEAD.format(
        day=figures.day,
        rounds=figures.rounds,
        times="round" if figures.rounds == 1 else "rounds",
        slug=figures.slug,
        documents=figures.stages["documents"],
        pages=figures.stages["pages"],
        bound=figures.bound,
        machine=_table(("Machine", ""), figures.machine.items()),
        commands=_table(("What", "Seconds", "Processor", "What it is"), _commands(figures)),
        changed=_changed(figures),
        compared=_table(("What", "Seconds", "Processor", "Ours is faster by"), _compared(figures)),
        memory=_memory(figures.peaks),
        stages=_table(("Stage", "Seconds", "Share"), _stages(figures.stages)),
        floor=_table(("What", "Seconds", "What it is"), _floor(figures)),
    )


def _commands(figures: Figures) -> Iterator[tuple[str, ...]]:
    start = figures.runs["start"].wall
    rows = {
        "start": ("Python itself", "The interpreter starts, does nothing and ends."),
        "help": ("`binder --help`", "The command prints its help."),
        "cold": ("cold build", "One command, nothing built before, nothing in the cache."),
        "known": ("build, templates known", f"The same after a build of `{figures.other}` in the same workspace."),
        "same": (
            "build, nothing changed",
            f"The same command once more; {figures.runs['same'].wall / start:.1f} starts of Python.",
        ),
        "changed": ("build, one finding changed", f"After one sentence of finding {figures.finding} was changed."),
    }
    for name, (what, meaning) in rows.items():
        yield what, f"{figures.runs[name].wall:.2f}", f"{figures.runs[name].cpu:.2f}", meaning


def _changed(figures: Figures) -> str:
    again, whole = figures.again, figures.stages
    return (
        f"After the change {again['written']} of {whole['written']} files were written again and {again['drawn']} of {whole['drawn']} "
        "papers drawn again (papers: documents, and the cover, contents and dividers of the binder)."
    )


def _compared(figures: Figures) -> Iterator[tuple[str, ...]]:
    ours = figures.runs["cold"]
    yield "cold build, checked and bound", f"{ours.wall:.2f}", f"{ours.cpu:.2f}", ""
    rows = {
        "each": "(a) docxtpl, LibreOffice once for each file, pypdf",
        "together": "(b) docxtpl, LibreOffice once for all, pypdf",
    }
    for name, what in rows.items():
        if took := figures.runs.get(name):
            yield what, f"{took.wall:.2f}", f"{took.cpu:.2f}", f"{took.wall / ours.wall:.1f} times"
        else:
            yield what, "not measured", "", ""


def _memory(peaks: Sequence[float]) -> str:
    if not peaks:
        return "Not measured: this system does not tell the peak of each process."
    own, *others = peaks
    if not others:
        return f"The command itself needs {own:.0f} MB at most; it has no workers."
    listed = ", ".join(f"{peak:.0f}" for peak in others)
    return (
        f"The command itself needs {own:.0f} MB at most, the largest of the processes it begins {others[0]:.0f} MB (all of them: {listed}). "
        "Measured by looking at each process every hundredth of a second, in a build of its own that is not timed."
    )


def _stages(told: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    whole = told["imported"] + told["whole"]
    spent = {"start the interpreter, import": told["imported"], **told["stages"]}
    for stage, seconds in {**spent, "everything else": whole - sum(spent.values())}.items():
        yield stage, f"{seconds:.2f}", f"{100 * seconds / whole:.0f} %"
    yield "**all**", f"**{whole:.2f}**", "100 %"


def _floor(figures: Figures) -> Iterator[tuple[str, ...]]:
    told = figures.stages
    drawing, calls = told["stages"]["draw: dxpdf itself"], told["converted"]
    yield "Python itself", f"{figures.runs['start'].cpu:.2f}", "Once for each process."
    yield (
        "imports",
        f"{told['imported'] - figures.runs['start'].cpu:.2f}",
        "The libraries that read and write Word, Excel, slides and PDF.",
    )
    yield "compressing", f"{told['packing']:.2f}", "Every part of every Office file once, level 6 of zlib."
    yield (
        "of which fonts",
        f"{told['packing_fonts']:.2f}",
        "Each Word file carries the four faces of its font; a build packs them once for each process.",
    )
    yield (
        "dxpdf itself",
        f"{drawing * told['drawn'] / max(calls, 1):.2f}",
        f"Each paper once; {calls} times in all, because a page that tears a heading from its table is drawn again.",
    )


def _table(head: Sequence[str], rows: Iterator[tuple[str, ...]] | Any) -> str:
    lines = [head, ["---", *("---:" if name in ("Seconds", "Processor", "Share") else "---" for name in head[1:])], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
